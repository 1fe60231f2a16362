"""Digits -> numbers in reading order; letters -> words, by the same rules with other measures."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from camrec.elements import Box, Digit, Number
from camrec.reading.grouping import nearest_first
from camrec.reading.separators import between

GAP = 0.75  # of the line's height: wider spaces part numbers
PAIR = 0.6  # the same, between two digits that stand alone: inside amounts one space in seventy is wider
WIDE = 0.5  # the same, where a number's spaces are of two kinds,
WIDE_ALONE = 0.55  # where one of the parts is a single digit: the first or last of an amount often stands off,
LEAP = 0.4  # and those between the parts are by so much wider than those within, or by as much as these differ
MANY = 6  # spaces on a row of numbers from which its own tell what parts them:
ROW_LEAP = 0.25  # the widest within and the narrowest between differ by so much,
ROW_WITHIN, ROW_BETWEEN = 0.5, 0.35  # are so wide at the most and at the least,
ROW_REACH = 3.0  # and digits that follow each other on a row are no farther apart;
ROW_WIDEST = 1.2  # what is wider surely parts, however wide
ROW_SLOPE = 0.2  # of a row, at the most
CELL = 0.65  # of its height that a digit takes at least: around a narrow 1 the gaps are wide though the pitch is the same
REACH = 2.0  # heights on either side that tell how high the line is; a 0 is often written small
HELD = 1.25  # times wider must be the gap that parts what stood together a moment ago
MARKED_GAP = 1.25  # of the line's height: the widest with a point, comma or dash in it
LETTER_GAP = 0.4  # of the mean height, where one of the two is a letter: wider gaps part words, or words and numbers
OVERLAP = 0.65  # of a height: slanted and linked digits reach under each other,
APART = 0.15  # but their middles are apart
RISE = 0.45  # of the taller height between the centres of neighbours on one line
ALIKE = 0.5  # lower over taller height of neighbours; handwriting varies, a footnote does not belong
LETTER_ALIKE = 0.33  # the same, where one of the two is a letter: an r beside an f


def group_digits(
    digits: Sequence[Digit],
    marks: Sequence[Box] = (),
    held: Sequence[tuple[int, int]] = (),
    spelled: Sequence[Sequence[int]] = (),
) -> tuple[Number, ...]:
    """Group digits that stand together on a line.

    Parameters
    ----------
    digits : sequence of Digit
        Digits or letters. Letters stand closer and vary more in height; a word, or a word with digits in it, is a number
        too.
    marks : sequence of Box
        Separators, which hold a number together; see :mod:`camrec.reading.separators`.
    held : sequence of (int, int)
        Indices of neighbours that stood in one number a moment ago: in video a gap that is just as wide as it may be
        must not part and join them frame by frame.
    spelled : sequence of sequence of int
        Indices of digits that the line reader saw side by side, left to right: however their boxes lie, only a gap parts
        them, and no digit is passed over.

    Returns
    -------
    tuple of Number
        Top line first, each line from left to right; every digit is in exactly one number.
    """
    layout = _layout(digits)
    space, distance = _spaces_and_distances(digits, layout, marks, held, spelled)
    widest = _widest_on_rows(layout, space)
    numbers = [_number([digits[k] for k in run]) for near in _runs(distance) for run in _parted(near, digits, space, widest)]  # fmt: skip
    return tuple(_reading_order(numbers))


@dataclass(frozen=True, slots=True, eq=False)
class _Layout:
    """How N digits lie to each other, px.

    Parameters
    ----------
    boxes : numpy.ndarray
        (N, 4) float: x, y, width and height.
    tall, low : numpy.ndarray
        (N, N) heights of the taller and of the lower of two.
    across, down : numpy.ndarray
        (N, N) from the middle of one to that of the other.
    """

    boxes: np.ndarray
    tall: np.ndarray
    low: np.ndarray
    across: np.ndarray
    down: np.ndarray


def _layout(digits: Sequence[Digit]) -> _Layout:
    boxes = np.array([d.box.as_list() for d in digits], float).reshape(-1, 4)
    x, y, w, h = boxes.T
    tall, low = np.maximum(h[:, None], h), np.minimum(h[:, None], h)
    across = (x + w / 2) - (x + w / 2)[:, None]
    down = (y + h / 2) - (y + h / 2)[:, None]
    return _Layout(boxes, tall, low, across, down)


def _runs(distance: np.ndarray) -> list[list[int]]:
    """What follows each other, nearest first, by (N, N) distances that are infinite between all others."""
    left, right = np.nonzero(np.isfinite(distance))
    return nearest_first(len(distance), left, right, distance[left, right])


def _spaces_and_distances(
    digits: Sequence[Digit],
    layout: _Layout,
    marks: Sequence[Box],
    held: Sequence[tuple[int, int]],
    spelled: Sequence[Sequence[int]],
) -> tuple[np.ndarray, np.ndarray]:
    """From each digit to each other: the space between, and how far it is.

    Spaces are in heights of the line, less where a mark or a moment ago holds the two together. Distances are in heights
    of the taller, infinite to what is no right neighbour on its line.
    """
    x, _, w, h = layout.boxes.T
    tall, low, across, down = layout.tall, layout.low, layout.across, layout.down
    letter = np.array([d.text.isalpha() for d in digits], bool)
    letters = letter[:, None] | letter
    level = np.abs(down) <= RISE * tall
    level &= low >= np.where(letters, LETTER_ALIKE, ALIKE) * tall
    line = _line_height(h, level & (np.abs(across) <= REACH * tall))
    space = (across - _half_cells(w, h)) / line
    space[between(marks, layout.boxes)] /= MARKED_GAP / GAP
    space[tuple(np.array(held, int).reshape(-1, 2).T)] /= HELD
    gap = x - (x + w)[:, None]
    near = np.where(letters, gap <= LETTER_GAP * (tall + low) / 2, space <= GAP)
    neighbours = (across > APART * low) & level & (gap >= -OVERLAP * tall) & near
    distance = np.where(neighbours, np.hypot(across / tall, 2 * down / tall), np.inf)
    for row in map(list, spelled):
        distance[np.ix_(row, row)] = np.inf
        pairs = row[:-1], row[1:]
        distance[pairs] = np.where((space <= GAP)[pairs], 0.0, np.inf)
    return space, distance


def _widest_on_rows(layout: _Layout, space: np.ndarray) -> np.ndarray:
    """(N,) for each digit the widest space within numbers of its row; infinite where the row's spaces are not of two kinds."""
    level = np.abs(layout.down) <= np.maximum(RISE * layout.tall, ROW_SLOPE * np.abs(layout.across))  # fmt: skip
    level &= (layout.low >= ALIKE * layout.tall) & (space <= ROW_REACH)
    beside = level & (layout.across > APART * layout.low)
    distance = np.where(beside, np.hypot(layout.across, 2 * layout.down) / layout.tall, np.inf)  # fmt: skip
    widest = np.full(len(space), np.inf)
    for row in _runs(distance):
        if len(row) > MANY:
            widest[row] = _widest_on_row(space[row[:-1], row[1:]])
    return widest


def _widest_on_row(spaces: np.ndarray) -> float:
    """The widest of (N,) spaces of a row that is within a number; infinite where they are not of two kinds."""
    _, within, beyond = _at_the_leap(np.minimum(spaces, ROW_WIDEST))
    two_kinds = beyond - within >= ROW_LEAP and within <= ROW_WITHIN and beyond >= ROW_BETWEEN  # fmt: skip
    return within if two_kinds else math.inf


def _at_the_leap(spaces: np.ndarray) -> tuple[float, float, float]:
    """The narrowest of (N,) spaces, two or more, and those before and after the widest step from one to the next wider."""
    ranked = np.sort(spaces)
    k = int(np.diff(ranked).argmax())
    return float(ranked[0]), float(ranked[k]), float(ranked[k + 1])


def _parted(
    run: list[int], digits: Sequence[Digit], space: np.ndarray, widest: np.ndarray
) -> list[list[int]]:
    """A run of digits, parted where its own spaces or those of its row say so: numbers may stand closer together than most do."""
    if len(run) == 1 or any(digits[k].text.isalpha() for k in run):
        return [run]
    spaces = space[run[:-1], run[1:]]
    by_row = spaces > np.minimum(widest[run[:-1]], widest[run[1:]])
    if by_row.any():
        parts = _cut(run, by_row)
        return [run] if _thousands([len(part) for part in parts]) else parts
    wider = spaces > _widest_within(spaces)
    if not wider.any():
        return [run]
    parts = _cut(run, wider)
    sizes = [len(part) for part in parts]
    wide = WIDE if min(sizes) > 1 else WIDE_ALONE
    return [run] if spaces[wider].min() < wide or _thousands(sizes) else parts


def _cut(run: list[int], after: np.ndarray) -> list[list[int]]:
    """A run in parts, cut behind the places where `after` is true."""
    ends = (np.flatnonzero(after) + 1).tolist()
    return [run[start:end] for start, end in itertools.pairwise([0, *ends, len(run)])]


def _widest_within(spaces: np.ndarray) -> float:
    """The widest of (N,) spaces of one run that is within a number; infinite where they are all of one kind."""
    if len(spaces) == 1:
        return PAIR
    narrowest, within, beyond = _at_the_leap(spaces)
    return within if beyond - within >= max(LEAP, within - narrowest) else math.inf


def _thousands(sizes: Sequence[int]) -> bool:
    return sizes[0] <= 3 and set(sizes[1:]) == {3}


def _line_height(h: np.ndarray, near: np.ndarray) -> np.ndarray:
    """(N, N) height of the line that two digits stand on: of the tallest near either."""
    line = np.where(near, h, 0).max(axis=1, initial=0)
    higher: np.ndarray = np.maximum(line[:, None], line)
    return higher


def _half_cells(w: np.ndarray, h: np.ndarray) -> np.ndarray:
    """(N, N) what two neighbours take of the distance between their middles."""
    half = np.maximum(w, CELL * h) / 2
    taken: np.ndarray = half[:, None] + half
    return taken


def _number(members: list[Digit]) -> Number:
    return Number(
        "".join(digit.text for digit in members),
        math.prod(digit.confidence for digit in members),
        Box.around([digit.box for digit in members]),
        tuple(members),
    )


def _reading_order(numbers: list[Number]) -> list[Number]:
    """Numbers whose middles lie within half a height of each other are one line."""
    lines: list[list[Number]] = []
    for number in sorted(numbers, key=lambda n: n.box.centre[1]):
        for line in lines:
            other = line[-1].box
            if abs(other.centre[1] - number.box.centre[1]) < 0.5 * max(
                other.height, number.box.height
            ):
                line.append(number)
                break
        else:
            lines.append([number])
    return [number for line in lines for number in sorted(line, key=lambda n: n.box.x)]
