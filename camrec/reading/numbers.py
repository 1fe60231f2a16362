"""Digits -> numbers in reading order; letters -> words, by the same rules with other measures."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np

from camrec.elements import Box, Digit, Number
from camrec.reading.grouping import nearest_first
from camrec.reading.separators import between

GAP = 0.75  # of the line's height: wider spaces part numbers
PAIR = 0.6  # the same, between two digits that stand alone: inside amounts one space in seventy is wider
WIDE = 0.5  # the same, where a number's spaces are of two kinds,
WIDE_ALONE = 0.55  # where one of the parts is a single digit: the first or last of an amount often stands off,
LEAP = 0.4  # and those between the parts are by so much wider than those within, or by as much as these differ
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
    space, distance = _spaces_and_distances(digits, marks, held, spelled)
    left, right = np.nonzero(np.isfinite(distance))
    runs = nearest_first(len(digits), left, right, distance[left, right])
    numbers = [_number([digits[k] for k in run]) for near in runs for run in _parted(near, digits, space)]  # fmt: skip
    return tuple(_reading_order(numbers))


def _spaces_and_distances(
    digits: Sequence[Digit],
    marks: Sequence[Box],
    held: Sequence[tuple[int, int]],
    spelled: Sequence[Sequence[int]],
) -> tuple[np.ndarray, np.ndarray]:
    """From each digit to each other: the space between, and how far it is.

    Spaces are in heights of the line, less where a mark or a moment ago holds the two together. Distances are in heights
    of the taller, infinite to what is no right neighbour on its line.
    """
    boxes = np.array([d.box.as_list() for d in digits], float).reshape(-1, 4)
    x, y, w, h = boxes.T
    tall, low = np.maximum(h[:, None], h), np.minimum(h[:, None], h)
    across = (x + w / 2) - (x + w / 2)[:, None]
    down = (y + h / 2) - (y + h / 2)[:, None]
    letter = np.array([d.text.isalpha() for d in digits], bool)
    letters = letter[:, None] | letter
    level = np.abs(down) <= RISE * tall
    level &= low >= np.where(letters, LETTER_ALIKE, ALIKE) * tall
    line = _line_height(h, level & (np.abs(across) <= REACH * tall))
    space = (across - _half_cells(w, h)) / line
    space[between(marks, boxes)] /= MARKED_GAP / GAP
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


def _parted(
    run: list[int], digits: Sequence[Digit], space: np.ndarray
) -> list[list[int]]:
    """A run of digits, parted where its own spaces say so: numbers may stand closer together than most do."""
    if len(run) == 1 or any(digits[k].text.isalpha() for k in run):
        return [run]
    spaces = space[run[:-1], run[1:]]
    wider = spaces > _widest_within(spaces)
    if not wider.any():
        return [run]
    ends = (np.flatnonzero(wider) + 1).tolist()
    parts = [run[start:end] for start, end in itertools.pairwise([0, *ends, len(run)])]
    sizes = [len(part) for part in parts]
    wide = WIDE if min(sizes) > 1 else WIDE_ALONE
    return [run] if spaces[wider].min() < wide or _thousands(sizes) else parts


def _widest_within(spaces: np.ndarray) -> float:
    """The widest of (N,) spaces that is within a number; infinite where they are all of one kind."""
    if len(spaces) == 1:
        return PAIR
    ranked = np.sort(spaces)
    leaps = np.diff(ranked)
    k = int(leaps.argmax())
    two_kinds = leaps[k] >= max(LEAP, ranked[k] - ranked[0])
    return float(ranked[k]) if two_kinds else math.inf


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
