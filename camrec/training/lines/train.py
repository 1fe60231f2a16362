"""From sources to a line reader that reads, in one call."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import keras
import numpy as np

from camrec.reading import strips as framing
from camrec.reading.ctc import best_path
from camrec.reading.lines import CLASSES, LineReader
from camrec.reading.strips import TALL, Strip
from camrec.settings import TrainingSettings
from camrec.training.export import export
from camrec.training.fit import SILENT, Watch
from camrec.training.hands import hands
from camrec.training.lines.batches import Strips
from camrec.training.lines.network import NO_LABEL, build_lines
from camrec.training.lines.recipe import OTHER_HANDS, assemble_lines, fit_lines
from camrec.training.recipe import Sources
from camrec.training.rendering.handwriting import DigitBank
from camrec.training.rendering.strips import StripWriter
from camrec.training.rendering.strokes import stroke_digits
from camrec.training.train import Target, made, named_sources, write_history
from camrec.training.transfer import Origin, hand_on

log = logging.getLogger(__name__)

Card = dict[str, Any]

CALIBRATED = 400  # strips that the ranges of int8 are taken from
CHECKED = 2000  # strips held back on which it is compared
TOLERATED = 0.005  # share of them that it may lose
DRAWN = 100  # rasters of each digit, where no other hands are at hand


def train_lines(
    sources: Sources,
    settings: TrainingSettings,
    target: Target,
    *,
    origin: Origin | None = None,
    command: str = "",
    cache: Path | None = None,
    watch: Watch = SILENT,
) -> Path:
    """Train a line reader and write model, card and history.

    Parameters
    ----------
    sources : Sources
        Of these MNIST, digits, fonts and pictures.
    settings : TrainingSettings
    target : Target
        Where the result goes. An unfinished training there goes on.
    origin : Origin, optional
        The line reader to start from; else the network starts from chance.
    command : str
        What makes this model again; goes on the card.
    cache : Path, optional
        Folder for strips.
    watch : Watch

    Returns
    -------
    Path
        Of the card.

    Raises
    ------
    DataError
        Where a source is missing or malformed.
    ModelError
        Where what it starts from is missing, damaged, or no line reader of this make.
    """
    if origin is not None:
        hand_on(origin.lines(), build_lines())
    # What is missing is told here: a pool whose processes cannot begin does not say why.
    hands(sources, settings, OTHER_HANDS)
    strips, check = assemble_lines(sources, settings, cache)
    network, course, temperature = fit_lines(strips, check, settings, origin=origin, keep=target.unfinished, watch=watch)  # fmt: skip
    card = {
        "classes": list(CLASSES),
        "temperature": round(temperature, 4),
        **made(network, settings, course),
        "from": None if origin is None else origin.named(),
        "normaliser": framing.VERSION,
        "input": [TALL, None, 1],
        "data": {
            **named_sources(sources),
            "strips": len(strips),
            "held_back": len(check),
        },
        "command": command,
    }
    write_history(network, course, target)
    path = _export(network, strips, check, target, card)
    target.unfinished.unlink(missing_ok=True)
    return path


def export_lines(network: keras.Model, target: Target, card: Card) -> Path:
    """Write a line reader without the strips it learned from; those that its whole numbers need are written with strokes.

    Parameters
    ----------
    network : keras.Model
    target : Target
    card : dict

    Returns
    -------
    Path
        Of the card.
    """
    writer, rng = StripWriter(DigitBank(*stroke_digits(DRAWN))), np.random.default_rng(0)  # fmt: skip
    strips = Strips.of([writer.write(rng) for _ in range(CALIBRATED + CHECKED)])
    return _export(network, strips.part(0, CALIBRATED), strips.part(CALIBRATED, len(strips)), target, card)  # fmt: skip


def _export(
    network: keras.Model, strips: Strips, check: Strips, target: Target, card: Card
) -> Path:
    """Write the model with whole numbers for LiteRT, which take a third of the time; with others where they read worse."""
    step = max(1, len(strips) // CALIBRATED)
    some = [strips.one(k)[:, :, None] / np.float32(255) for k in range(0, len(strips), step)]  # fmt: skip
    path = export(network, target.folder, target.name, card, some)
    keras_share, share = (_read_whole(path.with_suffix(suffix), check) for suffix in (".keras", ".tflite"))  # fmt: skip
    log.info("int8 reads %.2f %% of the strips held back, float32 %.2f %%", 100 * share, 100 * keras_share)  # fmt: skip
    if share < keras_share - TOLERATED:
        log.warning("int8 reads too much worse; float16 is written instead")
        return export(network, target.folder, target.name, card)
    return path


def _read_whole(model: Path, check: Strips) -> float:
    """Share of strips that a model reads whole, column by column."""
    reader = LineReader(model)
    strips = [Strip(check.one(k), 1.0) for k in range(min(len(check), CHECKED))]
    read = map(best_path, reader.log_probabilities(strips))
    return float(np.mean([told == tuple(labels[labels != NO_LABEL].tolist()) for told, labels in zip(read, check.labels)]))  # fmt: skip
