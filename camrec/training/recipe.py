"""The recipe of a crop network: what it learns from, and what its card says."""

from __future__ import annotations

import logging
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from camrec.reading import normalise
from camrec.settings import ReadingSettings, TrainingSettings
from camrec.stream.sinks.outputs import make_folder, writing
from camrec.training.crops import like_a_digit, page_crops, picture_crops
from camrec.training.data import (
    NONE,
    Crops,
    LabelledSet,
    class_names,
    extra_digits,
    labelled_folder,
    letter_crops,
    mnist,
)
from camrec.training.hands import hands, learned_from
from camrec.training.keys import key_of
from camrec.training.letter_recipe import assemble_letters
from camrec.training.own import with_own
from camrec.training.rendering.handwriting import stretched
from camrec.training.rendering.letters import WordBank
from camrec.training.rendering.scenes import render_page
from camrec.training.rendering.strokes import stroke_digits
from camrec.training.stored import load_rendered

log = logging.getLogger(__name__)

OTHER_HANDS = 0.25  # hands taken from each other source of digits, for one of MNIST's
EXTRA = 0.2  # crops of each other source of digits, for one of MNIST's; a small set is taken several times
PAGES_A_TASK = 25
SIZES = (
    (720, 1280),
    (480, 640),
    (240, 320),
    (64, 220),
    (48, 160),
)  # px; frames, crops and strips of a form


@dataclass(frozen=True, slots=True)
class Sources:
    """What is to be learned, and where training data lie; everything but MNIST may be left out, and for letters MNIST too.

    Parameters
    ----------
    mnist : str or None
        Folder of MNIST's idx files; None fetches them through keras.
    digits : tuple of str
        More digits, idx files.
    letters : tuple of str
        Characters that are no digits: idx files or zips of pictures. For models of letters: idx files of letters, with
        their labels.
    pictures : tuple of str
        Folders of pictures without digits.
    fonts : str or None
        Folder of handwriting fonts, for letters on pages and more styles of digits.
    classes : {"digits", "letters", "alnum"}
        See :func:`~camrec.training.data.class_names`.
    own : tuple of str
        Folders of one's own crops; see :func:`~camrec.training.data.labelled_folder`.
    """

    mnist: str | None = None
    digits: tuple[str, ...] = ()
    letters: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    fonts: str | None = None
    classes: str = "digits"
    own: tuple[str, ...] = ()


def assemble(
    sources: Sources, settings: TrainingSettings, cache: Path | None = None
) -> tuple[Crops, Crops]:
    """Crops to learn from and crops held back.

    Parameters
    ----------
    sources : Sources
    settings : TrainingSettings
    cache : Path, optional
        Folder where rendered crops are kept, for the next run with the same sources and settings.

    Returns
    -------
    crops, check : Crops
        Labels are indices into the :func:`~camrec.training.data.class_names` of `sources.classes`.

    Raises
    ------
    DataError
        Where a source is missing or malformed.
    """
    names = class_names(sources.classes)
    # First, since pages take long: what is wrong with a folder should be told at once.
    own = [labelled_folder(folder, names) for folder in sources.own]
    if sources.classes == "digits":
        parts = _assemble_digits(sources, settings, cache)
    else:
        parts = assemble_letters(sources, settings)
    return with_own(*parts, own, settings.validation, settings.seed)


def classes_of(names: tuple[str, ...], *parts: Crops) -> tuple[str, ...]:
    """The classes that a network needs: without crops of "none", the last of `names`, it has no such class."""
    with_none = any(np.any(part.labels == len(names) - 1) for part in parts)
    return names if with_none else names[:-1]


def _assemble_digits(
    sources: Sources, settings: TrainingSettings, cache: Path | None
) -> tuple[Crops, Crops]:
    whole = mnist("train", sources.mnist)
    own = _digit_crops(whole)
    learned = learned_from(len(own), settings)
    parts = [_often(part, learned) for part in _other_hands(sources, settings)]
    for spec in sources.letters:
        letters = letter_crops(spec)
        letters = letters[
            [not like_a_digit(crop / np.float32(255)) for crop in letters]
        ]
        parts.append(Crops(letters, np.full(len(letters), NONE, np.uint8)))
    parts += [
        picture_crops(spec, ReadingSettings().work_side) for spec in sources.pictures
    ]
    pages = _cached(sources, settings, cache)
    plain = own.take(np.arange(learned))
    # Twice: whatever else there is to learn, plain digits come first.
    parts = [plain, *([plain] if parts or len(pages) else []), *parts, pages]
    for part in filter(len, parts):
        log.info(
            "%d crops, %d of them no digit",
            len(part),
            np.count_nonzero(part.labels == NONE),
        )
    held = own.take(np.arange(learned, len(own)))
    most = min(len(held) // 2, round(settings.validation * len(pages)))
    rare = np.random.default_rng(settings.seed).permutation(len(pages))[:most]
    check = Crops.join([held, pages.take(rare)])
    parts[-1] = pages.take(np.setdiff1d(np.arange(len(pages)), rare))
    return Crops.join(parts), check


def _other_hands(sources: Sources, settings: TrainingSettings) -> list[Crops]:
    """Digits of writers unlike MNIST's: other sets, as they come and unstretched; and, with pages, European strokes; fonts."""
    rng = np.random.default_rng(settings.seed)
    sets = [LabelledSet("strokes", *stroke_digits())] if settings.pages else []
    for more in map(extra_digits, sources.digits):
        natural = stretched(more.images, more.labels, rng)
        sets += [more, LabelledSet(more.name, natural, more.labels)]
    if sources.fonts:
        sets.append(LabelledSet("fonts", *WordBank(sources.fonts).digits()))
    return [_digit_crops(each) for each in sets]


def _often(crops: Crops, learned: int) -> Crops:
    """As often as makes :data:`EXTRA` of MNIST's count: each copy will be varied differently."""
    return Crops.join([crops] * max(1, round(EXTRA * learned / len(crops))))


def _digit_crops(digits: LabelledSet) -> Crops:
    images = normalise.normalise_all(list(digits.images))[..., 0]
    return Crops((images * 255).astype(np.uint8), digits.labels)


def _cached(sources: Sources, settings: TrainingSettings, cache: Path | None) -> Crops:
    if cache is None:
        return rendered_crops(sources, settings)
    path = cache / f"pages-{key_of(sources, settings)}.npz"
    if path.is_file():
        return Crops(*load_rendered(path, ("images", "labels")))
    make_folder(cache)
    crops = rendered_crops(sources, settings)
    with writing(path) as file:
        np.savez_compressed(file, images=crops.images, labels=crops.labels)
    return crops


def rendered_crops(sources: Sources, settings: TrainingSettings) -> Crops:
    """Candidates of rendered pages, a page a seed, whatever the number of processes."""
    tasks = [
        range(k, min(k + PAGES_A_TASK, settings.pages))
        for k in range(0, settings.pages, PAGES_A_TASK)
    ]
    done = [Crops(np.zeros((0, 28, 28), np.uint8), np.zeros(0, np.uint8))]
    if tasks:  # what is missing is told here: a pool whose processes cannot begin does not say why
        hands(sources, settings, OTHER_HANDS)
    # Spawned, not forked: a fork of a process whose runtimes have threads may hang.
    with ProcessPoolExecutor(
        mp_context=get_context("spawn"),
        initializer=_open_banks,
        initargs=(sources, settings),
    ) as pool:
        for crops in pool.map(_render, tasks):
            done.append(crops)
            log.info(
                "pages rendered: %d of %d",
                min(settings.pages, (len(done) - 1) * PAGES_A_TASK),
                settings.pages,
            )
    return Crops.join(done)


_banks: dict[
    str, Any
] = {}  # of a rendering process: opened once, used for all its pages


def _open_banks(sources: Sources, settings: TrainingSettings) -> None:
    digits, words = hands(sources, settings, OTHER_HANDS)
    _banks.update(digits=digits, words=words, seed=settings.seed)


def _render(seeds: range) -> Crops:
    work_side = ReadingSettings().work_side
    parts = []
    for k in seeds:
        rng = np.random.default_rng((_banks["seed"], k))
        size = SIZES[rng.integers(len(SIZES))]
        parts.append(
            page_crops(
                render_page(rng, _banks["digits"], _banks["words"], size=size),
                work_side,
            )
        )
    return Crops.join(parts)
