"""How long things take. What is compared is measured in turn, so that a busy machine slows all of it; figures are medians."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from statistics import median

import numpy as np

from camrec.reading.classifier import Classifier
from camrec.reading.ink import find_ink
from camrec.reading.lines import LineReader
from camrec.reading.normalise import normalise_all
from camrec.reading.numbers import group_digits
from camrec.reading.reader import Reader, at_work_scale
from camrec.reading.regions import find_candidates
from camrec.reading.resolve import resolve
from camrec.settings import ReadingSettings

STAGES = ("ink", "candidates", "normalise", "classify", "resolve", "whole")
FRAMES = ReadingSettings(
    rotate="0"
)  # as the live view reads: no look at all four sides

Action = Callable[[], object]


def milliseconds(action: Action) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    action()
    return 1e3 * (time.perf_counter() - start)


def in_turn(
    timed: Sequence[Callable[[], float | None]], runs: int
) -> list[float | None]:
    """Medians of what each of some measurements says, taken in turn, after one turn that does not count.

    Parameters
    ----------
    timed : sequence of callable
        Each gives milliseconds, or None where it cannot.
    runs : int
        Turns that count.
    """
    turns = [[measure() for measure in timed] for _ in range(1 + runs)][1:]
    return [
        None if None in took else median(t for t in took if t is not None)
        for took in zip(*turns)
    ]


class Stages:
    """Times a reading and its stages.

    Parameters
    ----------
    runs : int
        Readings that count, of each picture.
    """

    def __init__(self, runs: int) -> None:
        self._runs = runs
        self._reader = Reader(settings=FRAMES)
        self._classifier, self._lines = Classifier(), LineReader()

    def found(self, image: np.ndarray) -> int:
        """How many digits are read."""
        return len(self._reader.read(image).digits)

    def milliseconds(self, image: np.ndarray) -> list[float]:
        """Medians of each of :data:`STAGES`."""
        self._staged(image)  # plans the runtime's batches
        turns = [
            [*self._staged(image), milliseconds(lambda: self._reader.read(image))]
            for _ in range(self._runs)
        ]
        return [median(column) for column in zip(*turns)]

    def _staged(self, image: np.ndarray) -> list[float]:
        settings, marks = FRAMES, [time.perf_counter()]
        ink = find_ink(at_work_scale(image, settings.work_side)[0], broad=True)
        marks.append(time.perf_counter())
        candidates = find_candidates(ink, settings.most_components)
        marks.append(time.perf_counter())
        crops = normalise_all([item.region.ink for item in candidates.items])
        marks.append(time.perf_counter())
        scores = self._classifier.scores(crops)
        marks.append(time.perf_counter())
        classes, least = self._classifier.classes, settings.min_confidence
        found = resolve(candidates, scores, classes, least, lines=self._lines)
        group_digits(found.digits)
        marks.append(time.perf_counter())
        return [1e3 * (end - start) for start, end in pairwise(marks)]


def starts(picture: Path, runs: int) -> list[tuple[str, float, str, float]]:
    """Our start beside that of the libraries alone: a command, its milliseconds, what it is held against, its milliseconds."""
    script = Path(sys.executable).with_name("camrec")
    camrec = [str(script)] if script.exists() else [sys.executable, "-m", "camrec"]
    reads = [*camrec, "image", str(picture), "--json", "-", "--no-save"]
    pairs = (
        ("camrec image one.jpg", reads, "import cv2"),
        ("camrec --help", [*camrec, "--help"], "import click"),
    )
    rows = []
    for name, command, program in pairs:
        alone = [sys.executable, "-c", program]
        ours, theirs = in_turn([_started(command), _started(alone)], runs)
        rows.append((name, ours or 0.0, program, theirs or 0.0))
    return rows


def _started(command: list[str]) -> Callable[[], float]:
    return lambda: milliseconds(
        lambda: subprocess.run(command, check=True, capture_output=True)
    )
