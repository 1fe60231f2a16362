"""Hours of frames through the loop: nothing is left behind."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from fakes import CLASSES, digit, line

from camrec.elements import Box, Frame, Scene
from camrec.reading.numbers import group_digits
from camrec.settings import TrackingSettings
from camrec.stream.events import Event
from camrec.stream.pipeline import Pipeline
from camrec.stream.sinks.events import EventSink
from camrec.stream.tracker import Tracker

STATM = Path("/proc/self/statm")
FRAMES, WARM = 20_000, 1000
MOST = 5 * 2**20  # bytes


class Passing:
    """Reads numbers that come and go, sway and are misread, and clutter that flares up."""

    def read(self, image: Frame, /) -> Scene:
        k = image.index
        rng = np.random.default_rng(k)
        text = f"{k // 300 % 100:02}" if k % 300 < 240 else ""
        digits = [d for d in line(text, x=60 + k % 5, y=60) if rng.random() < 0.9]
        if k % 7 == 0:
            digits.append(digit("1", Box(int(rng.integers(0, 300)), 160, 12, 30)))
        return Scene(image, tuple(digits), group_digits(digits))


class Counted:
    """Counts events."""

    def __init__(self) -> None:
        self.count = 0

    def hear(self, source: str, event: Event) -> None:
        self.count += 1


def resident() -> int:
    """Memory of this process, bytes."""
    return int(STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.skipif(not STATM.exists(), reason="memory is read from Linux' /proc")
def test_memory_is_held() -> None:
    settings, heard = TrackingSettings(), Counted()
    tracker = Tracker(settings, CLASSES)
    sink = EventSink(settings, [heard], lambda error: pytest.fail(str(error)))
    images = [np.full((240, 320, 3), grey, np.uint8) for grey in (180, 190)]
    with Pipeline(Passing(), [sink], tracker=tracker) as pipeline:
        for k in range(FRAMES):
            pipeline.process(Frame(images[k % 2], k, k / 30))
            if k == WARM:
                before = resident()
    assert resident() - before < MOST
    assert heard.count >= FRAMES / 300  # each number came, and left or changed
