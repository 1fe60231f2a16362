"""Keeps standard error for words to people.

libjpeg and libpng print warnings past every switch that OpenCV has ("Corrupt JPEG data: 1 extraneous bytes before
marker 0xd9", with many webcams once a frame), between the lines of the progress bar.
"""

from __future__ import annotations

import os
import sys
from typing import TextIO


def hush_libraries() -> None:
    """Send what C libraries write to standard error nowhere; what Python writes still comes out.

    For the main function of a program alone: it changes the whole process, and what it starts without naming ``sys.stderr``
    as its standard error. Without effect where ``sys.stderr`` is not the process's own, as under a test.
    """
    stderr = sys.__stderr__
    if stderr is None or stderr is not sys.stderr or not _is_own(stderr):
        return
    stderr.flush()
    sys.stderr = open(  # noqa: SIM115 - it stays open as long as the process lives
        os.dup(2), "w", encoding=stderr.encoding, errors=stderr.errors, buffering=1
    )
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)


def _is_own(stderr: TextIO) -> bool:
    try:
        return stderr.fileno() == 2
    except (OSError, ValueError):  # replaced by an object without a file
        return False
