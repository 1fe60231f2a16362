"""Other readers of digits, where they are installed: none of them is needed.

Their packages bring an OpenCV that must not meet ours in one environment, so each of them runs in a process of its own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from shared import ROOT

PYTHON = (
    ROOT / ".venv-rivals" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
)
"""Where ``make rivals`` installs them."""

_BY_PIP = "`make rivals` installs it"
_BY_SYSTEM = "`apt-get install tesseract-ocr`, or `brew install tesseract`"


@dataclass(frozen=True, slots=True)
class Rival:
    """Another reader.

    Parameters
    ----------
    name : str
        For people.
    engine : str
        For the scoring program and for ``reading_times.py``.
    modules : tuple of str
        What its Python must be able to import; empty for a program of the system.
    python : Path
        What runs it.
    """

    name: str
    engine: str
    modules: tuple[str, ...]
    python: Path

    @property
    def installed(self) -> bool:
        """Whether it can be had here."""
        if not self.modules:
            return shutil.which(self.engine) is not None
        tried = [self.python, "-c", f"import {', '.join(self.modules)}"]
        try:
            done = subprocess.run(tried, check=False, capture_output=True)
            return done.returncode == 0
        except OSError:
            return False

    @property
    def remedy(self) -> str:
        """How to come by it."""
        return _BY_PIP if self.modules else _BY_SYSTEM


def installed_rivals(python: Path = PYTHON) -> list[Rival]:
    """Those that can be had, with `python` for the packages among them; what is missing is named."""
    python = python.absolute()  # not resolved: an environment's Python is a link
    rivals = (
        Rival("RapidOCR", "rapidocr", ("rapidocr", "onnxruntime", "cv2"), python),
        Rival("faster-paddle tiny", "fasterpaddle-tiny", ("faster_paddle",), python),
        Rival("faster-paddle small", "fasterpaddle-small", ("faster_paddle",), python),
        Rival("Tesseract", "tesseract", (), Path(sys.executable)),
    )
    found = []
    for rival in rivals:
        if rival.installed:
            found.append(rival)
        else:
            print(f"{rival.name} is not installed: {rival.remedy}", file=sys.stderr)
    return found


class Timed:
    """A rival at work in its own process, which loads its models once.

    Parameters
    ----------
    rival : Rival
    """

    def __init__(self, rival: Rival) -> None:
        program = Path(__file__).with_name("reading_times.py")
        self._process = subprocess.Popen(
            [rival.python, program, rival.engine],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def milliseconds(self, picture: Path) -> float | None:
        """How long it takes to read a picture; None once it has died, having told why on standard error."""
        try:
            print(picture, file=self._process.stdin, flush=True)
        except OSError:
            return None
        told = self._process.stdout.readline()
        return float(told) if told else None

    def close(self) -> None:
        """End its process."""
        self._process.kill()
        self._process.communicate()
