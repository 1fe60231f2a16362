"""Fixtures that several tests share."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

import camrec  # noqa: F401  (quietens OpenCV before any test imports it)

if TYPE_CHECKING:
    from mjpeg_server import MjpegServer

    from camrec.training.rendering.handwriting import DigitBank


def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Try a test marked ``restless`` once more: on a starved machine a window may stay unpainted for half a minute."""
    if pyfuncitem.get_closest_marker("restless") is None:
        return None
    given = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}  # fmt: skip
    try:
        pyfuncitem.obj(**given)
    except AssertionError as error:
        warnings.warn(f"tried again after: {error}", stacklevel=1)
        for process in pyfuncitem.module.Live.started:
            process.kill()
        pyfuncitem.obj(**given)
    return True


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
