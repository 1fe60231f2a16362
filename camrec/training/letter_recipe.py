"""The recipe of a model that reads letters, or letters and digits: what it learns from."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import numpy as np

from camrec.errors import DataError
from camrec.reading.normalise import normalise_all
from camrec.settings import ReadingSettings, TrainingSettings
from camrec.training.crops import picture_crops
from camrec.training.data import (
    Crops,
    LabelledSet,
    class_names,
    mnist,
    read_part,
)
from camrec.training.rendering.alphabet import LOOKALIKES, Hands, alphabet_crops
from camrec.training.rendering.letters import WordBank

if TYPE_CHECKING:
    from camrec.training.recipe import Sources

log = logging.getLogger(__name__)

A_PAGE = 40  # letters for one of the pages asked for; about as many digits are on a rendered one


def assemble_letters(
    sources: Sources, settings: TrainingSettings
) -> tuple[Crops, Crops]:
    """Crops of letters to learn from and crops held back.

    Letters are written by fonts and strokes. Whole fonts are held back: how sure a model may be shows on hands that it
    has not seen. Idx files of `sources.letters` are letters by their labels, as EMNIST's are; of those and of digits the
    last part is held back.

    Parameters
    ----------
    sources : Sources
        Of these, MNIST is read where letters and digits are asked for, or where its folder is named.
    settings : TrainingSettings

    Returns
    -------
    crops, check : Crops
        Labels are indices into the :func:`~camrec.training.data.class_names` of `sources.classes`.

    Raises
    ------
    DataError
        Where a source is missing or malformed, or nothing is left to learn from.
    """
    names = class_names(sources.classes)
    rng = np.random.default_rng(settings.seed)
    each = settings.pages * A_PAGE // len(names)
    held_back = round(each * settings.validation)
    known, new = _hands(sources.fonts, settings.validation)
    parts = [alphabet_crops(rng, known, names, each)]
    check = [alphabet_crops(rng, new, names, held_back)]
    for characters in _sets(sources, names):
        crops = _few(rng, _labelled(characters, names), names, each)
        learned = len(crops) - round(len(crops) * settings.validation)
        parts.append(crops.take(np.arange(learned)))
        check.append(crops.take(np.arange(learned, len(crops))))
    parts += [_few(rng, _shapes(spec, names), names, each) for spec in sources.pictures]
    for part in parts:
        log.info("%d crops, %d of them of no class", len(part), len(_others(part, names)))  # fmt: skip
    crops, held = Crops.join(parts), Crops.join(check)
    if not len(crops) or not len(held):
        raise DataError(
            f"{settings.pages} pages of letters leave {len(crops)} crops to learn from and {len(held)} to hold back; ask for --pages 1000 or more, or name sets with --letters"
        )
    return crops, held


def _hands(fonts: str | None, held_back: float) -> tuple[Hands, Hands]:
    """Who writes what is learned, and who writes what is held back: fonts apart, strokes on both sides."""
    if not fonts:
        return Hands(None), Hands(None)
    words = WordBank(fonts)
    every = max(2, round(1 / held_back))
    new = [font for font in range(len(words)) if font % every == every // 2]
    known = [font for font in range(len(words)) if font not in new]
    return Hands(words, known), Hands(words, new or known)


def _sets(sources: Sources, names: tuple[str, ...]) -> list[LabelledSet]:
    """Labelled characters of writers."""
    sets = [read_part(spec) for spec in (*sources.digits, *sources.letters)]
    if sources.mnist or "0" in names:
        sets.append(mnist("train", sources.mnist))
    return sets


def _labelled(characters: LabelledSet, names: tuple[str, ...]) -> Crops:
    """Crops of a set; what is no class but looks like one (a 0 among letters) is left out."""
    labels = characters.labels_in(names)
    keep = (labels >= 0) | ~np.isin(characters.names, list(LOOKALIKES))
    images = normalise_all(list(characters.images[keep]))[..., 0]
    labels = np.where(labels < 0, len(names) - 1, labels)[keep]
    return Crops((images * 255).astype(np.uint8), labels.astype(np.uint8))


def _shapes(spec: str, names: tuple[str, ...]) -> Crops:
    """What reading finds in pictures without letters."""
    found = picture_crops(spec, ReadingSettings().work_side)
    return Crops(found.images, np.full_like(found.labels, len(names) - 1))


def _few(
    rng: np.random.Generator, crops: Crops, names: tuple[str, ...], each: int
) -> Crops:
    """The crops, with no more of no class than of a letter: no source of those is to outweigh the letters."""
    most = max(each, len(crops) // len(names))
    left_out = rng.permutation(_others(crops, names))[most:]
    return crops.take(np.setdiff1d(np.arange(len(crops)), left_out))


def _others(crops: Crops, names: tuple[str, ...]) -> np.ndarray:
    """Rows of what is of no class."""
    return np.flatnonzero(crops.labels == len(names) - 1)
