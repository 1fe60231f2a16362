"""Numbers -> their ink: the chains that each stands on, and what was left out beside it."""

from __future__ import annotations

from collections.abc import Sequence

from camrec.elements import Box, Number
from camrec.reading.doubt import MOST_PIECES
from camrec.reading.grouping import ALIKE, RISE, Line
from camrec.reading.regions import Candidates

REACH = 0.75  # heights around its digits where ink that was left out may still belong to a number
WITHIN = 0.6  # share of a digit's box that lies in the box of its chain


class Places:
    """Which chains each number stands on.

    Parameters
    ----------
    candidates : Candidates
    numbers : sequence of Number
        Boxes at the scale of work.
    """

    def __init__(self, candidates: Candidates, numbers: Sequence[Number]) -> None:
        self._members: dict[int, list[int]] = {}
        for row, item in enumerate(candidates.items):
            self._members.setdefault(item.chain, []).append(row)
        self._box = {
            chain: Box.around([candidates.items[row].region.box for row in rows])
            for chain, rows in self._members.items()
        }
        self._weights = candidates.weights
        self._numbers = numbers
        self._own = [self._chains_of(number) for number in numbers]
        self._taken = {chain for chains in self._own for chain in chains}

    def line(self, group: list[int]) -> Line | None:
        """The ink of numbers, and what was left out beside it; None where it is another's too, or too much."""
        own = {chain for k in group for chain in self._own[k]}
        others = [chains for j, chains in enumerate(self._own) if j not in group]
        if not own or any(own & chains for chains in others):
            return None
        digits = [digit.box for k in group for digit in self._numbers[k].digits]
        free = self._box.keys() - self._taken
        near = {chain for chain in free if any(_follows(self._box[chain], box) for box in digits)}  # fmt: skip
        chains = sorted(own | near, key=lambda chain: self._box[chain].centre[0])
        if sum(len(self._weights[chain]) for chain in chains) > MOST_PIECES:
            return None
        rows = tuple(row for chain in chains for row in self._members[chain])
        box = Box.around([self._box[chain] for chain in chains])
        return Line(tuple(chains), rows, box)

    def take(self, line: Line) -> None:
        """Its ink belongs to a number from now on."""
        self._taken.update(line.chains)

    def _chains_of(self, number: Number) -> set[int]:
        return {
            chain
            for chain, box in self._box.items()
            if box.intersect(number.box).area
            and any(_within(digit.box, box) for digit in number.digits)
        }


def _within(digit: Box, chain: Box) -> bool:
    shared = digit.intersect(chain).area
    return shared >= WITHIN * digit.area and digit.height >= ALIKE * chain.height


def _follows(box: Box, digit: Box) -> bool:
    """Whether a shape that was not taken for a digit may be one beside this digit."""
    tall, low = max(box.height, digit.height), min(box.height, digit.height)
    gap = max(box.x - digit.right, digit.x - box.right)
    rise = abs(box.centre[1] - digit.centre[1])
    return low >= ALIKE * tall and rise <= RISE * tall and gap <= REACH * tall
