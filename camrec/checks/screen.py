"""Can a window be opened?

The toolkits of windows end the whole process where something is amiss, so the trial is made in a process of its own.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

from camrec.checks.finding import Finding
from camrec.stream.sinks.screen import toolkit, why_no_screen

LIMIT_S = 20.0  # the first window of a session may take seconds

_TRIAL = """
import numpy as np
from camrec.stream.sinks.window import Window
window = Window("camrec doctor")
window.show(np.full((120, 320, 3), 200, np.uint8))
assert window.poll(0.3) != "quit", "the window went away at once"
window.close()
"""
_INSTEAD = "until then use --no-window, `camrec video` or `camrec image`"


def check_screen() -> Iterator[Finding]:
    """Open a window for a moment."""
    details = {"toolkit": toolkit()}
    if reason := why_no_screen():
        yield Finding("window", "lacks", reason, _remedy(reason), details)
    elif reason := why_trial_fails():
        yield Finding("window", "lacks", f"{toolkit()} fails: {reason}", f"reinstall opencv-python and the system's libraries of X; {_INSTEAD}", details)  # fmt: skip
    else:
        yield Finding("window", "ok", f"{toolkit()} opens windows", details=details)


def why_trial_fails(program: str = _TRIAL, limit_s: float = LIMIT_S) -> str:
    """What ends a process that opens a window; "" where nothing does.

    Parameters
    ----------
    program : str
        Python.
    limit_s : float
        Patience, in seconds.
    """
    try:
        done = subprocess.run(
            [sys.executable, "-c", program],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=limit_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"it does not answer within {limit_s:g} s"
    if done.returncode == 0:
        return ""
    lines = done.stderr.strip().splitlines()
    return lines[-1] if lines else f"its process ended with {done.returncode}"


def _remedy(reason: str) -> str:
    if "headless" in reason:
        return f"`pip uninstall -y opencv-python-headless`, then `pip install opencv-python`; {_INSTEAD}"
    if "library" in reason:
        return f"`apt-get install libgl1 libglib2.0-0 libsm6 libxcb-cursor0`; {_INSTEAD}"  # fmt: skip
    return f"work at a desktop, or through `ssh -X`, or under `xvfb-run`; {_INSTEAD}"
