"""Picture -> Scene: the whole of reading in one call."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import replace
from functools import cache
from os import PathLike
from pathlib import Path

import cv2
import numpy as np

from camrec.elements import Box, Digit, Frame, Number, Scene
from camrec.reading.account import Account, Seen
from camrec.reading.bodies import mark_bodies
from camrec.reading.chains import WIDEST
from camrec.reading.classifier import NONE, Classifier
from camrec.reading.fitting import Evidence, fit, join
from camrec.reading.ink import Ink, find_ink
from camrec.reading.inspection import Inspection, explain
from camrec.reading.lines import LineReader
from camrec.reading.models import LETTERS
from camrec.reading.normalise import normalise_all
from camrec.reading.numbers import MARKED_GAP, group_digits
from camrec.reading.pattern import pattern_of
from camrec.reading.pictures import load_picture
from camrec.reading.reasons import told
from camrec.reading.regions import (
    WIDEST_LETTER,
    Candidates,
    find_candidates,
)
from camrec.reading.resolve import Resolved, resolve, share_read
from camrec.reading.separators import find_marks
from camrec.reading.turning import quarters_to_upright, turn, turn_back
from camrec.settings import ReadingSettings

log = logging.getLogger(__name__)

LOWEST = 96  # px; strips lower than this are enlarged, so that strokes are wide enough to be told from noise
ENLARGE = 3.0  # at the most; more adds pixels but nothing to see
WRITTEN = 0.5  # share of broad strokes that are digits, above which a brush drew them
BOARD = 0.1  # share of fine strokes that are digits where a broad dark one is a board
_NOTHING = np.zeros((1, 1, 3), np.uint8)  # what a region outside the picture shows


class Reader:
    """Reads handwritten digits, or letters with a model that knows them; threads that share it take turns.

    Parameters
    ----------
    model : str or Path
        Name of a shipped model or of one of the user's own, or the path of a `.tflite`, `.keras` or `.onnx` file with its
        card beside it.
    settings : ReadingSettings
        Thresholds and scale.
    roi : Box, optional
        Only this part of each picture is read; boxes are still in pixels of the whole picture.
    pattern : str, optional
        Regular expression; only numbers that fit it as a whole are reported. One that does not is read anew: the likeliest
        reading of its ink that fits is taken, unless there is hardly a chance of it. Its confidence is its probability
        among all readings, and its digits may be less sure than ``min_confidence``.
    digits : int or (int, int), optional
        How many digits a number has, or at least and at most how many; works as `pattern` does, and together with it.
    keep_misfits : bool
        Numbers that no reading makes fit are reported too, with ``fits`` False.
    threads : int
        Of the network's runtime.
    keep_crops : bool
        Each digit also holds the 28x28 that the network saw.

    Raises
    ------
    ModelError
        Where the model cannot be used.
    ValueError
        Where `pattern` is not a regular expression, or no number has so many `digits`.

    Examples
    --------
    >>> scene = Reader().read("page.jpg")
    >>> scene.numbers[0].text, scene.numbers[0].box
    ('4712', Box(x=311, y=204, width=188, height=71))
    """

    def __init__(
        self,
        model: str | Path = "digits",
        settings: ReadingSettings | None = None,
        *,
        roi: Box | None = None,
        pattern: str | None = None,
        digits: int | tuple[int, int] | None = None,
        keep_misfits: bool = False,
        threads: int = 2,
        keep_crops: bool = False,
    ) -> None:
        self.settings = settings or ReadingSettings()
        self.keep_crops = keep_crops
        self.roi = roi
        self._pattern = pattern_of(pattern, digits)
        self._keep_misfits = keep_misfits
        self._classifier = Classifier(model, threads)
        letters = any(name != NONE and name.isalpha() for name in self.classes)
        self._widest = WIDEST_LETTER if letters else WIDEST
        # Opened with the first picture; letters need none.
        self._open_lines = cache(lambda: LineReader(threads=threads))
        # Opened with the first page that would be turned.
        self._open_letters = cache(lambda: Classifier(LETTERS, threads))
        # The networks' runtime reads one picture at a time.
        self._turns = threading.Lock()

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes in the order of every digit's scores."""
        return self._classifier.classes

    def asking(
        self,
        settings: ReadingSettings,
        *,
        pattern: str | None = None,
        digits: int | tuple[int, int] | None = None,
        keep_crops: bool = False,
    ) -> Reader:
        """A reader that asks something else of the same networks, and takes turns with this one at them.

        Making one costs nothing: no network is opened.

        Parameters
        ----------
        settings : ReadingSettings
        pattern, digits, keep_crops
            As in the constructor.

        Raises
        ------
        ValueError
            Where `pattern` is not a regular expression, or no number has so many `digits`.
        """
        other = copy(self)
        other.settings, other.keep_crops = settings, keep_crops
        other._pattern = pattern_of(pattern, digits)
        return other

    def read(self, image: np.ndarray | str | PathLike[str] | Frame) -> Scene:
        """Read one picture.

        Parameters
        ----------
        image : numpy.ndarray, path or Frame
            (H, W, 3) uint8 BGR or (H, W) grey, or the path of a picture file.

        Returns
        -------
        Scene
            Digits and numbers in reading order; `tracks` is empty.

        Raises
        ------
        SourceError
            Where a file cannot be read as a picture.
        ValueError
            Where an array is not a picture.
        ModelError
            Where a network cannot be run, or the line reader cannot be used.
        """
        with self._turns:
            return self._account(_frame(image)).scene

    def inspect(self, image: np.ndarray | str | PathLike[str] | Frame) -> Inspection:
        """Read one picture and explain all that was done; `inspection.scene` is what :meth:`read` returns.

        Parameters
        ----------
        image : numpy.ndarray, path or Frame
            As for :meth:`read`.

        Returns
        -------
        Inspection
            The ink, every candidate with its scores and its reason, the lines that were read twice.

        Raises
        ------
        SourceError
            Where a file cannot be read as a picture.
        ValueError
            Where an array is not a picture.
        ModelError
            Where a network cannot be run, or the line reader cannot be used.
        """
        with self._turns:
            return explain(self._account(_frame(image)))

    def _account(self, frame: Frame) -> Account:
        """Read a frame; nothing that was computed on the way is thrown away."""
        view = frame_box = Box(0, 0, frame.width, frame.height)
        if self.roi is not None:
            view = self.roi.intersect(frame_box)
        image = frame.image[view.y : view.bottom, view.x : view.right]
        part, scale = at_work_scale(
            image if view.area else _NOTHING, self.settings.work_side
        )
        height, width = part.shape[:2]
        quarters, seen = self._upright(part)
        resolved = resolve(
            seen.candidates,
            seen.scores,
            self.classes,
            self.settings.min_confidence,
            lines=self._lines,
            keep_crops=self.keep_crops,
        )

        def full(box: Box) -> Box:
            return _full_box(turn_back(box, quarters, width, height), scale, view)

        marks = find_marks(seen.ink, [d.box for d in resolved.digits], MARKED_GAP)
        found = group_digits(resolved.digits, marks, spelled=resolved.spelled)
        reported = self._fitting(found, seen, resolved)
        numbers = tuple(_moved(number, full) for number in reported)
        account = Account(
            Scene(frame, _digits_of(numbers), numbers, marks=tuple(map(full, marks))),
            seen,
            resolved,
            found,
            reported,
            self.classes,
            self.settings.min_confidence,
            self._pattern,
            full,
        )
        if log.isEnabledFor(logging.DEBUG):
            for line in told(account):
                log.debug(line)
        return account

    def group(
        self,
        digits: Sequence[Digit],
        marks: Sequence[Box] = (),
        held: Sequence[tuple[int, int]] = (),
    ) -> tuple[Number, ...]:
        """Numbers of digits as this reader reports them: what fits its pattern only together is joined, what does not fit is left out."""
        numbers = group_digits(digits, marks, held)
        return numbers if self._pattern is None else self._asked(join(numbers, self._pattern))  # fmt: skip

    def _asked(self, numbers: tuple[Number, ...]) -> tuple[Number, ...]:
        return tuple(n for n in numbers if n.fits or self._keep_misfits)

    def _fitting(
        self, found: tuple[Number, ...], seen: Seen, resolved: Resolved
    ) -> tuple[Number, ...]:
        """The numbers to report, by other readings where the first does not fit."""
        if self._pattern is None:
            return found
        evidence = Evidence(resolved.first, self.classes, self._lines, self.keep_crops)  # fmt: skip
        return self._asked(fit(found, self._pattern, evidence))

    def _upright(self, part: np.ndarray) -> tuple[int, Seen]:
        """Quarter turns against the clock that bring `part` upright, and what is seen then."""
        if self.settings.rotate != "auto":
            quarters = -int(self.settings.rotate) // 90 % 4
            return quarters, self._look(turn(part, quarters))
        seen = self._look(part)
        quarters = quarters_to_upright(
            seen.ink,
            seen.candidates,
            seen.scores,
            self._propose,
            self._classifier,
            self._open_letters if self._reads_digits else None,
        )
        return quarters, self._look(turn(part, quarters)) if quarters else seen

    def _look(self, part: np.ndarray) -> Seen:
        seen = self._see(part, find_ink(part, broad=True))
        broad = seen.ink.subject
        if broad is None or self._share_read(seen) > WRITTEN:
            return seen
        # A sheet on a desk is as broad as a brush, and lighter. What is dark is a word or a silhouette, seldom a board.
        again = self._see(part, find_ink(part))
        return again if broad.light or self._share_read(again) > BOARD else seen

    def _share_read(self, seen: Seen) -> float:
        return share_read(seen.candidates, seen.scores, self.classes)

    def _see(self, part: np.ndarray, ink: Ink) -> Seen:
        candidates = self._propose(ink)
        crops = normalise_all([item.region.ink for item in candidates.items])
        scores = self._classifier.scores(crops)
        candidates = mark_bodies(part, ink, candidates, scores, self.classes)
        return Seen(part, ink, candidates, crops, scores)

    def _propose(self, ink: Ink) -> Candidates:
        return find_candidates(ink, self.settings.most_components, self._widest)

    @property
    def _lines(self) -> LineReader | None:
        """Letters have none."""
        wanted = self.settings.lines != "never" and self._reads_digits
        return self._open_lines() if wanted else None

    @property
    def _reads_digits(self) -> bool:
        """Whether the ten digits are what is read, and nothing else."""
        return tuple(name for name in self.classes if name != NONE) == (*"0123456789",)


def _moved(number: Number, full: Callable[[Box], Box]) -> Number:
    digits = tuple(replace(digit, box=full(digit.box)) for digit in number.digits)
    return replace(
        number, digits=digits, box=Box.around([digit.box for digit in digits])
    )


def _frame(image: np.ndarray | str | PathLike[str] | Frame) -> Frame:
    if isinstance(image, Frame):
        return image
    if isinstance(image, (str, PathLike)):
        return Frame(load_picture(image), source=str(image))
    if (
        image.dtype != np.uint8
        or image.ndim not in (2, 3)
        or not image.size
        or image.ndim == 3
        and image.shape[2] != 3
    ):
        raise ValueError(
            f"a picture is a (H, W, 3) BGR or (H, W) grey array of uint8; this one is {image.shape} {image.dtype}"
        )
    return Frame(cv2.cvtColor(image, cv2.COLOR_GRAY2BGR) if image.ndim == 2 else image)


def at_work_scale(image: np.ndarray, longest: int) -> tuple[np.ndarray, float]:
    """The picture at the scale where strokes are found best, and that scale."""
    height, width = image.shape[:2]
    scale = min(1.0, longest / max(height, width))
    if min(height, width) * scale < LOWEST:
        scale = min(
            scale * ENLARGE, LOWEST / min(height, width), longest / max(height, width)
        )
    if scale == 1.0:
        return image, scale
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return cv2.resize(
        image, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    ), scale


def _full_box(box: Box, scale: float, view: Box) -> Box:
    x, y = round(box.x / scale), round(box.y / scale)
    full = Box(
        x,
        y,
        max(1, round(box.right / scale) - x),
        max(1, round(box.bottom / scale) - y),
    )
    return full.shift(view.x, view.y).intersect(view)


def _digits_of(numbers: tuple[Number, ...]) -> tuple[Digit, ...]:
    return tuple(digit for number in numbers for digit in number.digits)
