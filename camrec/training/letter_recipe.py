"""The recipe of a model that reads letters, or letters and digits: what it learns from."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from camrec.errors import DataError
from camrec.reading.normalise import normalise_all
from camrec.settings import ReadingSettings, TrainingSettings
from camrec.training.alphabet import LOOKALIKES, Hands, alphabet_crops
from camrec.training.crops import picture_crops
from camrec.training.data import (
    Crops,
    LabelledSet,
    class_names,
    mnist,
    read_set,
    sliced,
)
from camrec.training.letters import WordBank

if TYPE_CHECKING:
    from camrec.training.recipe import Sources

log = logging.getLogger(__name__)

A_PAGE = 40  # letters for one of the pages asked for; about as many digits are on a rendered one
OTHERS = 3.0  # crops of no class, for one of each class, at the most


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
    few = round(each * settings.validation)
    known, new = _hands(sources.fonts, settings.validation)
    parts = [alphabet_crops(rng, known, names, each)]
    check = [alphabet_crops(rng, new, names, few)]
    for characters in _sets(sources, names):
        crops = _labelled(characters, names)
        count = len(crops) - round(len(crops) * settings.validation)
        parts.append(crops.take(np.arange(count)))
        check.append(crops.take(np.arange(count, len(crops))))
    for spec in sources.pictures:
        shapes = picture_crops(spec, ReadingSettings().work_side)
        parts.append(Crops(shapes.images, np.full_like(shapes.labels, len(names) - 1)))
    for part in parts:
        log.info("%d crops, %d of them of no class", len(part), np.count_nonzero(part.labels == len(names) - 1))  # fmt: skip
    crops, held = _bounded(rng, parts, names), _bounded(rng, check, names)
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
    sets = [_part(spec) for spec in (*sources.digits, *sources.letters)]
    if sources.mnist or "0" in names:
        sets.append(mnist("train", sources.mnist))
    return sets


def _part(spec: str) -> LabelledSet:
    """A set, or the part of it that brackets behind its path name."""
    path, rows = sliced(spec)
    whole = read_set(path)
    return replace(whole, images=whole.images[rows], labels=whole.labels[rows])


def _labelled(characters: LabelledSet, names: tuple[str, ...]) -> Crops:
    """Crops of a set; what is no class but looks like one (a 0 among letters) is left out."""
    labels = characters.labels_in(names)
    keep = (labels >= 0) | ~np.isin(characters.names, list(LOOKALIKES))
    images = normalise_all(list(characters.images[keep]))[..., 0]
    labels = np.where(labels < 0, len(names) - 1, labels)[keep]
    return Crops((images * 255).astype(np.uint8), labels.astype(np.uint8))


def _bounded(
    rng: np.random.Generator, parts: list[Crops], names: tuple[str, ...]
) -> Crops:
    """All parts, with so many of no class as do not outweigh the others."""
    crops = Crops.join(parts)
    other = np.flatnonzero(crops.labels == len(names) - 1)
    most = int(OTHERS * (len(crops) - len(other)) / (len(names) - 1))
    left_out = rng.permutation(other)[most:]
    return crops.take(np.setdiff1d(np.arange(len(crops)), left_out))
