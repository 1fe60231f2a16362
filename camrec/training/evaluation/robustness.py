"""How reading holds up when pictures get worse: the whole path from a corrupted picture to the class.

Reading's own search for ink, its candidates and its normaliser make the crops, so what is measured is not the network
alone, as with MNIST-C, but all that stands before it too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from camrec.reading.classifier import Classifier, named_classes
from camrec.reading.ink import find_ink
from camrec.reading.normalise import normalise_all
from camrec.reading.regions import find_candidates
from camrec.training.data import LabelledSet
from camrec.training.evaluation.answers import answers_to
from camrec.training.evaluation.corruptions import CORRUPTIONS, PAPER, SIDE, drawn

CLEAN = "clean"  # no corruption at all
STEPS = 1 + sum(len(corruption.amounts) for corruption in CORRUPTIONS.values())
MOST = 1000  # characters of a set; the standard error of 99 % is then 0.3 points
ROWS, COLUMNS = 8, 12  # sheets on a page
MOST_COMPONENTS = 2000  # of a page, as reading's default is
NOTHING = np.zeros((1, 1), np.uint8)


@dataclass(frozen=True, slots=True)
class Robustness:
    """How one corruption of one strength was read; shares in [0, 1] of the characters.

    Parameters
    ----------
    corruption : str
        Its name, or :data:`CLEAN`.
    amount : float
    unit : str
    accuracy : float
        The best class that is not "none" is right.
    rejected : float
        "none" wins, or no ink was found.
    misread : float
        Another character wins: what a user meets as a wrong reading.
    """

    corruption: str
    amount: float
    unit: str
    accuracy: float
    rejected: float
    misread: float


def robustness(
    classifier: Classifier, characters: LabelledSet, most: int = MOST
) -> Iterator[Robustness]:
    """Read a set under every corruption: the same characters and the same chance each time.

    Parameters
    ----------
    classifier : Classifier
    characters : LabelledSet
        Characters that the model has no class for are left out.
    most : int
        So many, taken evenly from the whole set.

    Yields
    ------
    Robustness
        First the clean characters, then :data:`CORRUPTIONS` in order, each from slight to severe: :data:`STEPS` in
        all. Nothing where the model knows none of the characters.
    """
    chosen = known_part(characters, classifier.classes, most)
    if not len(chosen):
        return
    sheets = [drawn(ink) for ink in chosen.images]
    yield _read(classifier, chosen, sheets, CLEAN, 0, "")
    for name, corruption in CORRUPTIONS.items():
        for amount in corruption.amounts:
            worse = corruption.apply(sheets, amount)
            yield _read(classifier, chosen, worse, name, amount, corruption.unit)


def known_part(
    characters: LabelledSet, classes: tuple[str, ...], most: int
) -> LabelledSet:
    """At most so many of the characters that a model with `classes` knows, taken evenly."""
    names = tuple(classes[k] for k in named_classes(classes))
    known = np.flatnonzero(characters.labels_in(names) >= 0)
    steps = np.linspace(0, len(known), min(most, len(known)), endpoint=False)
    rows = known[steps.astype(int)]
    return replace(
        characters, images=characters.images[rows], labels=characters.labels[rows]
    )


def _read(
    classifier: Classifier,
    characters: LabelledSet,
    sheets: list[np.ndarray],
    name: str,
    amount: float,
    unit: str,
) -> Robustness:
    crops = found(sheets)
    seen = crops.any(axis=(1, 2, 3))
    answers = answers_to(classifier, characters, crops)
    lost = answers.rejected | ~seen
    right = seen & (answers.best == answers.truth)
    shares = [right.mean(), lost.mean(), (~lost & ~answers.right).mean()]
    return Robustness(name, amount, unit, *(round(float(v), 5) for v in shares))


def found(sheets: list[np.ndarray]) -> np.ndarray:
    """The crops that reading makes of characters whose sheets lie side by side on large pages.

    Light, polarity and noise are judged on a whole page, as in life; one character alone says too little.

    Parameters
    ----------
    sheets : list of numpy.ndarray
        (SIDE, SIDE) uint8 grey.

    Returns
    -------
    numpy.ndarray
        (N, 28, 28, 1) float32 in [0, 1], all 0 where no ink was found.
    """
    full = ROWS * COLUMNS
    pages = [sheets[k : k + full] for k in range(0, len(sheets), full)]
    return np.concatenate([_crops_of(page) for page in pages])


def _crops_of(sheets: list[np.ndarray]) -> np.ndarray:
    inks = [NOTHING] * len(sheets)
    for item in find_candidates(find_ink(_page(sheets)), MOST_COMPONENTS).items:
        x, y = item.region.box.centre
        k = int(y // SIDE) * COLUMNS + int(x // SIDE)
        # The candidate with the most ink is the whole character; which one reading would choose is not measured here.
        if k < len(sheets) and _amount(item.region.ink) > _amount(inks[k]):
            inks[k] = item.region.ink
    return normalise_all(inks)


def _page(sheets: list[np.ndarray]) -> np.ndarray:
    page = np.full((ROWS * SIDE, COLUMNS * SIDE), PAPER, np.uint8)
    for k, sheet in enumerate(sheets):
        y, x = k // COLUMNS * SIDE, k % COLUMNS * SIDE
        page[y : y + SIDE, x : x + SIDE] = sheet
    return page


def _amount(ink: np.ndarray) -> int:
    return int(np.count_nonzero(ink))
