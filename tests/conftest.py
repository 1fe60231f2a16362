"""Fixtures that several tests share."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

import camrec  # noqa: F401  (quietens OpenCV before any test imports it)

if TYPE_CHECKING:
    from mjpeg_server import MjpegServer

    from camrec.training.rendering.handwriting import DigitBank

# A shell has what runs in its background ignore Ctrl-C, and the programs that tests start would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def mjpeg_server() -> Iterator[MjpegServer]:
    """A fake network camera on this machine; see :mod:`mjpeg_server` for its addresses."""
    from mjpeg_server import MjpegServer

    with MjpegServer() as server:
        yield server


@pytest.fixture(scope="session")
def bank() -> DigitBank:
    """Digits drawn from strokes, to write pages with."""
    from camrec.training.rendering.handwriting import DigitBank
    from camrec.training.rendering.strokes import stroke_digits

    return DigitBank(*stroke_digits(40))
