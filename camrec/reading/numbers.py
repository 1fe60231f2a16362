"""Digits -> numbers in reading order; letters -> words, by the same rules with other measures."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from camrec.elements import Box, Digit, Number
from camrec.reading.separators import between

GAP = 0.75  # of the taller digit's height: wider gaps part numbers
MARKED_GAP = 1.25  # the same, with a point, comma or dash in the gap
LETTER_GAP = 0.4  # of the mean height, where one of the two is a letter: wider gaps part words, or words and numbers
OVERLAP = 0.65  # of a height: slanted and linked digits reach under each other,
APART = 0.15  # but their middles are apart
RISE = 0.45  # of the taller height between the centres of neighbours on one line
ALIKE = 0.5  # lower over taller height of neighbours; handwriting varies, a footnote does not belong
LETTER_ALIKE = 0.33  # the same, where one of the two is a letter: an r beside an f


def group_digits(
    digits: Sequence[Digit], marks: Sequence[Box] = ()
) -> tuple[Number, ...]:
    """Group digits that stand together on a line.

    Parameters
    ----------
    digits : sequence of Digit
        Digits or letters. Letters stand closer and vary more in height; a word, or a word with digits in it, is a number
        too.
    marks : sequence of Box
        Separators, which hold a number together; see :mod:`camrec.reading.separators`.

    Returns
    -------
    tuple of Number
        Top line first, each line from left to right; every digit is in exactly one number.
    """
    follows = _links(digits, marks)
    starts = set(range(len(digits))) - set(follows.values())
    numbers = []
    for k in starts:
        members = [digits[k]]
        while k in follows:
            k = follows[k]
            members.append(digits[k])
        numbers.append(_number(members))
    return tuple(_reading_order(numbers))


def _links(digits: Sequence[Digit], marks: Sequence[Box]) -> dict[int, int]:
    """For each digit its right neighbour in the same number; nearest pairs first, each side once."""
    distance = _distances(digits, marks)
    left, right = np.nonzero(np.isfinite(distance))
    nearest = np.argsort(distance[left, right], kind="stable")
    follows: dict[int, int] = {}
    taken: set[int] = set()
    for a, b in zip(left[nearest].tolist(), right[nearest].tolist()):
        if a not in follows and b not in taken:
            follows[a] = b
            taken.add(b)
    return follows


def _distances(digits: Sequence[Digit], marks: Sequence[Box]) -> np.ndarray:
    """(N, N) from each digit to each other, in heights of the taller; infinite to what is no right neighbour on its line."""
    boxes = np.array([d.box.as_list() for d in digits], float).reshape(-1, 4)
    x, y, w, h = boxes.T
    tall, low = np.maximum(h[:, None], h), np.minimum(h[:, None], h)
    across = (x + w / 2) - (x + w / 2)[:, None]
    down = (y + h / 2) - (y + h / 2)[:, None]
    gap = x - (x + w)[:, None]
    letter = np.array([d.text.isalpha() for d in digits], bool)
    letters = letter[:, None] | letter
    part = np.where(between(marks, boxes), MARKED_GAP, GAP) * tall
    widest = np.where(letters, LETTER_GAP * (tall + low) / 2, part)
    neighbours = (
        (across > APART * low)
        & (low >= np.where(letters, LETTER_ALIKE, ALIKE) * tall)
        & (np.abs(down) <= RISE * tall)
        & (gap >= -OVERLAP * tall)
        & (gap <= widest)
    )
    return np.where(neighbours, np.hypot(across / tall, 2 * down / tall), np.inf)


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
