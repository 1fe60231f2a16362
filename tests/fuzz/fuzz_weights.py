"""Weights that their card vouches for: LiteRT is native code, so it runs in a process of its own.

Where that process crashes or hangs, it is LiteRT's doing: a card's digest says who is to be trusted, and such a file was
vouched for. It is told, and the input kept below ``build/fuzz``; only what gets out of camrec itself is a finding.
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import re
import sys
import traceback
import zlib
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from fuzzing import BUILD, fuzz, instrumented, place, refusing

with instrumented():
    from fuzz_cards import WEIGHTS, check

    from camrec.errors import ModelError
    from camrec.reading import normalise
    from camrec.reading.classifier import Classifier

PATIENCE_S = 5.0
MEMORY = 4 * 2**30  # bytes of addresses; a tensor may claim any shape
CLASSES = [*"0123456789", "none"]
# A fork of one that has imported everything is there at once; this one has threads, and Windows has no forks.
KIND = "spawn" if sys.platform == "win32" else "forkserver"
WAYS = 1024  # that a file may be refused, told apart by what is said


class Native:
    """The other process; a new one where it ended."""

    def __init__(self) -> None:
        self._process: multiprocessing.process.BaseProcess | None = None
        self._pipe: Connection
        self._ends: set[str] = set()

    def ask(self, data: bytes) -> tuple[str, str]:
        """What camrec said there, and what was raised that should not have been; empty where nothing was."""
        if self._process is None:
            self._start()
        try:
            self._pipe.send_bytes(data)
            if self._pipe.poll(PATIENCE_S):
                said, raised = self._pipe.recv()
                return said, raised
            return self._ended("hangs", data), ""
        except (EOFError, OSError):
            return self._ended("crashes", data), ""

    def _start(self) -> None:
        context = multiprocessing.get_context(KIND)
        self._pipe, other = context.Pipe()
        # The place is ours to remove: nothing is done where that process ends.
        path = place("model.tflite")
        self._process = context.Process(target=serve, args=(other, path), daemon=True)
        self._process.start()
        other.close()
        self._pipe.recv()  # that it is ready, which takes its time

    def _ended(self, what: str, data: bytes) -> str:
        """Say what became of the process, and keep the first input of each way to end."""
        assert self._process is not None
        if what == "hangs":
            self._process.kill()
        self._process.join()
        way = f"{what}{self._process.exitcode}"
        self._process = None
        if way not in self._ends:
            self._ends.add(way)
            BUILD.mkdir(parents=True, exist_ok=True)
            path = BUILD / f"weights-native-{way}"
            path.write_bytes(data)
            print(f"LiteRT {what} on {path}", file=sys.stderr)
        return way


NATIVE = Native()


def serve(pipe: Connection, weights: Path) -> None:
    """Load one file after another; runs in the other process."""
    _bounded()
    pipe.send(None)
    while True:
        try:
            data = pipe.recv_bytes()
        except EOFError:
            return
        try:
            answer = load(data, weights), ""
        except Exception:  # noqa: BLE001 - each is a finding
            answer = "", traceback.format_exc()
        pipe.send(answer)


def _bounded() -> None:
    """Memory for what a file holds and not for what it claims; Windows knows no such limit."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def load(data: bytes, weights: Path) -> str:
    """A model is refused in a sentence, or works; gives what is said of it."""
    said = "works"
    with refusing():
        # Another file: whoever loaded the one before may still have it mapped.
        weights.unlink(missing_ok=True)
        weights.write_bytes(data)
        card = {
            "classes": CLASSES,
            "normaliser": normalise.VERSION,
            "temperature": 1.0,
            "sha256": {weights.name: hashlib.sha256(data).hexdigest()},
        }
        weights.with_suffix(".json").write_text(json.dumps(card))
        try:
            check(Classifier(weights, threads=1))
        except ModelError as error:
            said = str(error).replace(str(weights.parent), "")
            raise
    return said


def one(data: bytes) -> None:
    """A model is refused in a sentence, or works; or it ends LiteRT, beside us."""
    said, raised = NATIVE.ask(data)
    FOLLOW(zlib.crc32(re.sub(r"\d+", "", said).encode()) % WAYS)
    assert not raised, raised


def branches(count: int) -> Callable[[int], None]:
    """A function with so many branches: what is said is all that is seen of the other process, and atheris counts branches."""
    lines = [f"    if way == {k}: return" for k in range(count)]
    made: dict[str, Any] = {}
    exec("\n".join(["def follow(way):", *lines]), made)  # noqa: S102
    follow: Callable[[int], None] = made["follow"]
    return follow


FOLLOW = branches(WAYS)


def seeds() -> Iterator[bytes]:
    """The smallest network that reads crops."""
    yield WEIGHTS.read_bytes()


def main() -> None:
    """Fuzz."""
    import atheris

    atheris.instrument_func(FOLLOW)
    fuzz(__file__, one, seeds())


if __name__ == "__main__":
    main()
