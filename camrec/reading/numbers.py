"""Digits -> numbers in reading order; letters -> words, by the same rules with other measures."""

from __future__ import annotations

import math

import numpy as np

from camrec.elements import Box, Digit, Number

GAP = 0.75  # of the taller digit's height: wider gaps part numbers
LETTER_GAP = 0.4  # of the mean height, where one of the two is a letter: wider gaps part words, or words and numbers
OVERLAP = 0.35  # of a height: slanted and linked digits reach under each other
RISE = 0.45  # of the taller height between the centres of neighbours on one line
ALIKE = 0.5  # lower over taller height of neighbours; handwriting varies, a footnote does not belong
LETTER_ALIKE = 0.33  # the same, where one of the two is a letter: an r beside an f


def group_digits(digits: list[Digit] | tuple[Digit, ...]) -> tuple[Number, ...]:
    """Group digits that stand together on a line.

    Parameters
    ----------
    digits : sequence of Digit
        Digits or letters. Letters stand closer and vary more in height; a word, or a word with digits in it, is a number
        too.

    Returns
    -------
    tuple of Number
        Top line first, each line from left to right; every digit is in exactly one number.
    """
    follows = _links(digits)
    starts = set(range(len(digits))) - set(follows.values())
    numbers = []
    for k in starts:
        members = [digits[k]]
        while k in follows:
            k = follows[k]
            members.append(digits[k])
        numbers.append(_number(members))
    return tuple(_reading_order(numbers))


def _links(digits: list[Digit] | tuple[Digit, ...]) -> dict[int, int]:
    """For each digit its right neighbour in the same number; nearest pairs first, each side once."""
    distance = _distances(digits)
    left, right = np.nonzero(np.isfinite(distance))
    nearest = np.argsort(distance[left, right], kind="stable")
    follows: dict[int, int] = {}
    taken: set[int] = set()
    for a, b in zip(left[nearest].tolist(), right[nearest].tolist()):
        if a not in follows and b not in taken:
            follows[a] = b
            taken.add(b)
    return follows


def _distances(digits: list[Digit] | tuple[Digit, ...]) -> np.ndarray:
    """(N, N) from each digit to each other, in heights of the taller; infinite to what is no right neighbour on its line."""
    x, y, w, h = np.array([d.box.as_list() for d in digits], float).reshape(-1, 4).T
    tall, low = np.maximum(h[:, None], h), np.minimum(h[:, None], h)
    across = (x + w / 2) - (x + w / 2)[:, None]
    down = (y + h / 2) - (y + h / 2)[:, None]
    gap = x - (x + w)[:, None]
    letter = np.array([d.text.isalpha() for d in digits], bool)
    letters = letter[:, None] | letter
    widest = np.where(letters, LETTER_GAP * (tall + low) / 2, GAP * tall)
    neighbours = (
        (across > 0)
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
