"""Which way up a page lies, found from what is written on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np

from camrec.elements import Box
from camrec.reading.classifier import named_classes
from camrec.reading.company import in_company
from camrec.reading.ink import Ink
from camrec.reading.normalise import normalise_all
from camrec.reading.regions import Candidates
from camrec.reading.resolve import best_paths

DIGITS = 0.3  # share of shapes that are digits, before one has looked at them
MOST_ODDS = 50.0  # of a shape that it is a digit: many witnesses count, not the surest
LITTLE = 0.05  # nats that a shape which is none counts against a position; texture has thousands, and not in every position
CLEAR = 2.0  # nats a shape, of 2.7 at most: nobody need look further
MOST = 0.5  # share of the chains that shapes have to stand for, or what they say is not the page's word
SIDEWAYS = 10.0  # nats for another position, at least; textures reach 8
OVER = 7.0  # the same for a page that stands on its head; one in a thousand does
NEARLY_ALL = 1.75  # nats a shape, of 2.7 at most, upside down; letters on their heads look more like digits than upright
LETTERS_SAY = 0.5  # weight of what letters say, against digits, of which side is up
BARS = ("1", "i", "l")  # every dash, joint and edge is one when it is turned

Propose = Callable[[Ink], Candidates]


class Alphabet(Protocol):
    """A network of crops, as :class:`~camrec.reading.classifier.Classifier` is one."""

    @property
    def classes(self) -> tuple[str, ...]:
        """What it tells apart."""

    def scores(self, crops: np.ndarray) -> np.ndarray:
        """(N, 28, 28, 1) crops to (N, classes) probabilities."""


@dataclass(frozen=True, slots=True)
class Position:
    """What speaks for a page lying one way.

    Parameters
    ----------
    alone : float
        Nats by which its shapes look like digits rather than not, each judged alone.
    company : float
        The same, each judged with its neighbours to the left and right: where lines of writing run down it is less.
    shapes : int
        How many were judged.
    """

    alone: float
    company: float
    shapes: int


def quarters_to_upright(
    ink: Ink,
    candidates: Candidates,
    known: np.ndarray,
    propose: Propose,
    alphabet: Alphabet,
    letters: Callable[[], Alphabet] | None = None,
) -> int:
    """Quarter turns against the clock that bring a page upright; 0 where nothing speaks clearly for another.

    The ink is also looked at on its side, and what is found either way is read upside down too. Pages of little but
    digits, read as they lie, cost nothing more. Shapes that were cut out of others tell little and are left aside.

    Print on its head, or on its side, is full of 0, 1, 3 and 7. So before a page is turned letters are asked too: what
    reads as writing where it lies, more surely than as digits once turned, stays.

    Parameters
    ----------
    ink : Ink
    candidates : Candidates
        Its candidates.
    known : numpy.ndarray
        (N, classes), what they score as the page lies.
    propose : callable
        Ink to candidates.
    alphabet : Alphabet
        What is read.
    letters : callable, optional
        Gives an alphabet of letters; called where a page would be turned, which is rare.

    Returns
    -------
    int
        0 to 3.
    """
    rows = [k for k, item in enumerate(candidates.items) if not item.cuts]
    level = _position(_whole(candidates), known[rows], alphabet.classes)
    most = level.shapes >= MOST * len(candidates.weights)
    if most and level.alone >= CLEAR * level.shapes:
        return 0
    views = _views(ink, candidates, propose)
    turned = {k: _seen_as(alphabet, views[k]) for k in (1, 2, 3)}
    quarters = best_turn(level, *turned.values())
    if not quarters or letters is None:
        return quarters
    ways = (2,) if quarters == 2 else (1, 3)
    as_letters = {k: _seen_as(letters(), views[k]) for k in (0, *ways)}
    if quarters != 2:
        quarters = side_that_is_up(turned, as_letters)
    written = _is_writing(as_letters[0], as_letters[quarters], turned[quarters])
    return 0 if written else quarters


def _views(
    ink: Ink, candidates: Candidates, propose: Propose
) -> list[tuple[Candidates, np.ndarray]]:
    """Candidates and their crops, as the page lies and after one, two and three quarter turns; boxes stay where they are upside down."""
    contrast, mask, threshold = map(_on_its_side, (ink.contrast, ink.mask, ink.threshold))  # fmt: skip
    side = propose(Ink(contrast, mask, threshold))
    level, left = ((some, normalise_all([item.region.ink for item in some.items])) for some in map(_whole, (candidates, side)))  # fmt: skip
    over, right = ((some, _upside_down(crops)) for some, crops in (level, left))
    return [level, left, over, right]


def _seen_as(alphabet: Alphabet, view: tuple[Candidates, np.ndarray]) -> Position:
    candidates, crops = view
    return _position(candidates, alphabet.scores(crops), alphabet.classes)


def side_that_is_up(
    as_digits: Mapping[int, Position], as_letters: Mapping[int, Position]
) -> int:
    """One or three quarter turns, whichever digits and letters together are surer of.

    Parameters
    ----------
    as_digits, as_letters : mapping of int to Position
        What speaks for the page after so many quarter turns, as digits and as letters.
    """
    sure = {k: as_digits[k].alone + LETTERS_SAY * as_letters[k].alone for k in (1, 3)}
    return max(sure, key=lambda k: sure[k])


def _is_writing(level: Position, turned: Position, as_digits: Position) -> bool:
    """Whether letters are surer of a page as it lies than of it turned, and than digits are of it turned."""
    return level.company > max(turned.company, as_digits.company)


def best_turn(level: Position, left: Position, over: Position, right: Position) -> int:
    """Quarter turns against the clock that bring a page upright; 0 where nothing speaks clearly for another.

    Parameters
    ----------
    level, left, over, right : Position
        As it lies, and after one, two and three quarter turns.
    """
    across = max(level.company, over.company)
    if max(left.company, right.company) > across + SIDEWAYS:
        return 1 if left.alone >= right.alone else 3
    nearly_all = over.alone >= NEARLY_ALL * over.shapes
    return 2 if nearly_all and over.alone > level.alone + OVER else 0


def _whole(candidates: Candidates) -> Candidates:
    """Those that were not cut out of others."""
    items = tuple(item for item in candidates.items if not item.cuts)
    return Candidates(items, candidates.weights)


def _position(
    candidates: Candidates, scores: np.ndarray, classes: tuple[str, ...]
) -> Position:
    digits = named_classes(classes)
    chosen, _ = best_paths(candidates, scores, classes)
    boxes = [candidates.items[k].region.box for k in chosen]
    alone = scores[chosen]
    company = in_company(boxes, alone, digits)
    bars = np.isin(np.array(classes)[alone.argmax(axis=1)], BARS)
    one, other = (_evidence(p[:, digits].max(axis=1), bars) for p in (alone, company))
    return Position(one, other, len(chosen))


def _evidence(sure: np.ndarray, bars: np.ndarray) -> float:
    """Nats for a position whose shapes are some digit with these (N,) probabilities; bars say no more than the others."""
    others = _nats(sure[~bars])
    return others + min(_nats(sure[bars]), max(0.0, others))


def _nats(sure: np.ndarray) -> float:
    """Nats for a position whose shapes are some digit with these (N,) probabilities, against one that shows none.

    Where a share of shapes are digits, each counts the logarithm of what its odds make of that share.
    """
    odds = np.minimum(MOST_ODDS, sure / np.maximum(1e-6, 1 - sure))
    return float(np.maximum(-LITTLE, np.log(1 - DIGITS + DIGITS * odds)).sum())


def _upside_down(crops: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(crops[:, ::-1, ::-1])


def _on_its_side(table: np.ndarray) -> np.ndarray:
    return turn(table, 1)


def turn(image: np.ndarray, quarters: int) -> np.ndarray:
    """The picture, (H, W) or (H, W, C), turned by quarters against the clock; itself where that changes nothing."""
    ways = (None, cv2.ROTATE_90_COUNTERCLOCKWISE, cv2.ROTATE_180, cv2.ROTATE_90_CLOCKWISE)  # fmt: skip
    way = ways[quarters % 4]
    return image if way is None else cv2.rotate(image, way)


def turn_back(box: Box, quarters: int, width: int, height: int) -> Box:
    """Where a box of the turned picture lies in the picture that was turned.

    Parameters
    ----------
    box : Box
        In pixels of the turned picture.
    quarters : int
        As it was turned by :func:`turn`.
    width, height : int
        Of the picture before it was turned, px.
    """
    match quarters % 4:
        case 1:
            return Box(width - box.bottom, box.x, box.height, box.width)
        case 2:
            return Box(width - box.right, height - box.bottom, box.width, box.height)
        case 3:
            return Box(box.y, height - box.right, box.height, box.width)
    return box
