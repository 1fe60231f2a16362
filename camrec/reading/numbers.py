"""Digits -> numbers in reading order."""

from __future__ import annotations

import math

from camrec.elements import Box, Digit, Number

GAP = 0.75  # of the taller digit's height: wider gaps part numbers
OVERLAP = 0.35  # of a height: slanted and linked digits reach under each other
RISE = 0.45  # of the taller height between the centres of neighbours on one line
ALIKE = 0.5  # lower over taller height of neighbours; handwriting varies, a footnote does not belong


def group_digits(digits: list[Digit] | tuple[Digit, ...]) -> tuple[Number, ...]:
    """Group digits that stand together on a line.

    Parameters
    ----------
    digits : sequence of Digit

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
    pairs = []
    for a, left in enumerate(digits):
        for b, right in enumerate(digits):
            distance = _gap(left.box, right.box) if a != b else None
            if distance is not None:
                pairs.append((distance, a, b))
    follows: dict[int, int] = {}
    taken: set[int] = set()
    for _, a, b in sorted(pairs):
        if a not in follows and b not in taken:
            follows[a] = b
            taken.add(b)
    return follows


def _gap(left: Box, right: Box) -> float | None:
    """Distance between neighbours on one line, in heights of the taller; None where they are not."""
    tall, low = max(left.height, right.height), min(left.height, right.height)
    (ax, ay), (bx, by) = left.centre, right.centre
    gap = (right.x - left.right) / tall
    if (
        bx <= ax
        or low < ALIKE * tall
        or abs(by - ay) > RISE * tall
        or not -OVERLAP <= gap <= GAP
    ):
        return None
    return math.hypot((bx - ax) / tall, 2 * (by - ay) / tall)


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
