"""Other programs, started and not waited for."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

from camrec.errors import OutputError

GRACE_S = 2.0  # that programs under way have to end, so that a failure of the last one is told too
_POLL_S = 0.02


class Programs:
    """Starts programs and tells of the first that fails.

    Parameters
    ----------
    on_error : callable
        Called with an `OutputError`, once: a camera sees a number again and again, and its user has read it by then.
    keep_stdout : bool
        Standard output carries records: what programs print goes to standard error. That is what is ``sys.stderr`` when
        they start, wherever the process's own leads.

    Attributes
    ----------
    running : list of subprocess.Popen
        Those that had not ended when last asked.
    """

    def __init__(
        self, on_error: Callable[[OutputError], None], *, keep_stdout: bool = False
    ) -> None:
        self._on_error = on_error
        self._keep_stdout = keep_stdout
        self.running: list[subprocess.Popen[bytes]] = []
        self._failed = False

    def start(self, command: Sequence[str], text: str | None = None) -> None:
        """Start a program.

        Parameters
        ----------
        command : sequence of str
            The program and its arguments, each as it is: no shell looks at them.
        text : str, optional
            For its standard input; such a program's output is of no interest.
        """
        self.poll()
        quiet = None if text is None else subprocess.DEVNULL
        stdin = subprocess.DEVNULL if text is None else subprocess.PIPE
        stderr = _standard_error() if quiet is None else quiet
        stdout = stderr if self._keep_stdout else quiet
        try:
            process = subprocess.Popen(
                list(command), stdin=stdin, stdout=stdout, stderr=stderr
            )
        except (OSError, ValueError) as error:
            self._fail(f"{command[0]} cannot be run ({error}); see whether it is installed and may be run")  # fmt: skip
            return
        if process.stdin is not None and text is not None:
            # A program that does not read its input ends with a status that tells of it.
            with contextlib.suppress(OSError), process.stdin:
                process.stdin.write(text.encode())
        self.running.append(process)

    def poll(self) -> None:
        """See which have ended, and how."""
        for process in self.running:
            if process.poll():
                self._fail(f"{_told(process)}; run it by hand to see why")
        self.running = [p for p in self.running if p.returncode is None]

    def close(self) -> None:
        """Give those under way a moment to end; what goes on longer is left alone."""
        deadline = time.monotonic() + GRACE_S
        self.poll()
        while self.running and time.monotonic() < deadline:
            time.sleep(_POLL_S)
            self.poll()

    def _fail(self, message: str) -> None:
        if not self._failed:
            self._failed = True
            self._on_error(OutputError(message))


def _standard_error() -> int:
    """Where words to people go, as a file descriptor; the process's own where ``sys.stderr`` has no file."""
    try:
        return sys.stderr.fileno()
    except (AttributeError, OSError, ValueError):
        return 2


def _told(process: subprocess.Popen[bytes]) -> str:
    assert isinstance(process.args, list)
    command = " ".join(str(part) for part in process.args)
    code = process.returncode
    how = f"status {code}" if code > 0 else f"signal {-code}"
    return f"{command!r} ended with {how}"
