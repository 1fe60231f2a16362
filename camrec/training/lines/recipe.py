"""The recipe of the line reader: what it learns from, and the training from sources to files."""

from __future__ import annotations

import hashlib
import logging
from concurrent.futures import ProcessPoolExecutor
from dataclasses import fields
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import ops

from camrec.errors import DataError
from camrec.settings import ReadingSettings, TrainingSettings
from camrec.stream.sinks.outputs import make_folder, writing
from camrec.training.course import Course
from camrec.training.fit import SILENT, Watch, learn
from camrec.training.hands import hands
from camrec.training.keys import key_of
from camrec.training.lines.batches import StripBatches, Strips
from camrec.training.lines.network import Ctc, accuracy, build_lines
from camrec.training.lines.strips import page_strips, picture_strips
from camrec.training.recipe import SIZES, Sources
from camrec.training.rendering.scenes import render_page
from camrec.training.rendering.strips import StripWriter
from camrec.training.stored import load_rendered
from camrec.training.transfer import Origin, hand_on

log = logging.getLogger(__name__)

OTHER_HANDS = 0.4  # hands taken from each other source of digits, for one of MNIST's: strings need them more than crops
A_TASK = 50  # pages a task
STRIPS_A_PAGE = 120  # written for each rendered page, which brings four of its own
PAGE_TIMES = 2  # that strips found on pages are learned in an epoch, for once those that were written
PICTURE_TIMES = 2
CLIP = 5.0  # longest gradient of a weight array: a strip too short for its labels has a steep one


def assemble_lines(
    sources: Sources, settings: TrainingSettings, cache: Path | None = None
) -> tuple[Strips, Strips]:
    """Strips to learn from and strips held back.

    Parameters
    ----------
    sources : Sources
        MNIST, more digits, fonts, and pictures without digits.
    settings : TrainingSettings
        `pages` pages are rendered, and :data:`STRIPS_A_PAGE` times as many strips written.
    cache : Path, optional
        Folder where strips are kept, for the next run with the same sources and settings.

    Raises
    ------
    DataError
        Where a source is missing or malformed, or nothing is left to learn from or to hold back.
    """
    # First, since pages take long: what is wrong with a folder should be told at once.
    pictures = [Strips.of(picture_strips(spec, ReadingSettings().work_side)) for spec in sources.pictures]  # fmt: skip
    written, found = _kept(sources, settings, cache)
    held = round(len(written) * settings.validation)
    check, learned = written.part(0, held), written.part(held, len(written))
    if not len(learned) or not len(check):
        raise DataError(
            f"{settings.pages} pages leave {len(learned)} strips to learn from and {len(check)} to hold back; ask for more --pages, or for another --validation"
        )
    for part in (learned, found, *pictures):
        log.info("%d strips", len(part))
    return Strips.join([learned, *[found] * PAGE_TIMES, *pictures * PICTURE_TIMES]), check  # fmt: skip


def _kept(
    sources: Sources, settings: TrainingSettings, cache: Path | None
) -> tuple[Strips, Strips]:
    """Strips that were written and strips found on pages, from the cache or new."""
    if cache is None:
        return _rendered(sources, settings)
    key = key_of(sources, settings)
    path = cache / f"strips-{key}.npz"
    if not path.is_file():
        make_folder(cache)
        _keep(path, _rendered(sources, settings))
    names = [[f"{field.name}{k}" for field in fields(Strips)] for k in (0, 1)]
    arrays = load_rendered(path, names[0] + names[1])
    return Strips(*arrays[: len(names[0])]), Strips(*arrays[len(names[0]) :])


def _keep(path: Path, parts: tuple[Strips, Strips]) -> None:
    arrays: dict[str, Any] = {}
    for k, part in enumerate(parts):
        arrays |= {f"{name}{k}": value for name, value in part.arrays().items()}
    with writing(path) as file:
        np.savez(file, **arrays)


def _rendered(sources: Sources, settings: TrainingSettings) -> tuple[Strips, Strips]:
    """Strips written and found, a page a seed, whatever the number of processes."""
    tasks = [range(k, min(k + A_TASK, settings.pages)) for k in range(0, settings.pages, A_TASK)]  # fmt: skip
    written, found = [Strips.of([])], [Strips.of([])]
    # Spawned, not forked: a fork of a process whose runtimes have threads may hang.
    with ProcessPoolExecutor(
        mp_context=get_context("spawn"),
        initializer=_open_banks,
        initargs=(sources, settings),
    ) as pool:
        for one, other in pool.map(_write, tasks):
            written.append(one)
            found.append(other)
            done = min(settings.pages, (len(found) - 1) * A_TASK)
            log.info("pages rendered: %d of %d", done, settings.pages)
    return Strips.join(written), Strips.join(found)


_banks: dict[
    str, Any
] = {}  # of a rendering process: opened once, used for all its pages


def _open_banks(sources: Sources, settings: TrainingSettings) -> None:
    digits, words = hands(sources, settings, OTHER_HANDS)
    writer = StripWriter(digits, words)
    _banks.update(digits=digits, words=words, writer=writer, seed=settings.seed)


def _write(seeds: range) -> tuple[Strips, Strips]:
    written, found = [], []
    for k in seeds:
        rng = np.random.default_rng((_banks["seed"], k))
        written += [_banks["writer"].write(rng) for _ in range(STRIPS_A_PAGE)]
        size = SIZES[rng.integers(len(SIZES))]
        page = render_page(rng, _banks["digits"], _banks["words"], size=size)
        found += page_strips(page, ReadingSettings().work_side)
    return Strips.of(written), Strips.of(found)


def fit_lines(
    strips: Strips,
    check: Strips,
    settings: TrainingSettings,
    *,
    origin: Origin | None = None,
    keep: Path | None = None,
    watch: Watch = SILENT,
) -> tuple[keras.Model, Course, float]:
    """Train a line reader, from chance or from where another one stands.

    Returns
    -------
    network : keras.Model
    course : Course
    temperature : float
        That makes the labels of held-back strips most likely.
    """
    keras.utils.set_random_seed(settings.seed)
    network = build_lines(settings.dropout)
    if origin is not None:
        hand_on(origin.lines(), network)
    batches, held = StripBatches(strips, settings), StripBatches(check, settings)
    about = {
        "strips": hashlib.sha256(strips.ink.tobytes()).hexdigest(),
        "from": None if origin is None else origin.named(),
    }
    course = learn(
        network,
        batches,
        held,
        Ctc(),
        accuracy,
        settings,
        about,
        clip=CLIP,
        keep=keep,
        watch=watch,
    )
    return network, course, _temperature(network, held)


def _temperature(network: keras.Model, held: StripBatches) -> float:
    """Guo et al., "On calibration of modern neural networks", 2017, for strings: one parameter, so a grid will do."""
    some = [held[k] for k in range(min(len(held), 20))]
    logits = [network.predict_on_batch(batch) for batch, _ in some]

    def loss(temperature: float) -> float:
        parts = [Ctc(centred=0).call(labels, ops.convert_to_tensor(scores / np.float32(temperature))) for scores, (_, labels) in zip(logits, some)]  # fmt: skip
        return float(np.mean([ops.convert_to_numpy(ops.mean(part)) for part in parts]))

    return float(min(np.geomspace(0.5, 3, 30), key=loss))
