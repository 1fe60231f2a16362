"""From sources to a model that can be read with, in one call."""

from __future__ import annotations

import logging
from dataclasses import asdict
from pathlib import Path
from typing import Any

import keras

from camrec import __version__
from camrec.reading.classifier import Classifier
from camrec.settings import TrainingSettings, VariationSettings
from camrec.training.data import CLASSES, Crops, LabelledSet
from camrec.training.evaluate import evaluate
from camrec.training.export import export
from camrec.training.fit import fit, fit_temperature
from camrec.training.network import build
from camrec.training.recipe import Sources, assemble

log = logging.getLogger(__name__)


def train(
    sources: Sources,
    settings: TrainingSettings,
    variation: VariationSettings,
    folder: Path,
    name: str = "digits",
    *,
    tests: tuple[LabelledSet, ...] = (),
    command: str = "",
    cache: Path | None = None,
) -> Path:
    """Train the crop network and write model and card.

    Parameters
    ----------
    sources : Sources
    settings : TrainingSettings
    variation : VariationSettings
    folder : Path
        Where ``NAME.keras``, ``NAME.tflite`` and ``NAME.json`` go.
    name : str
    tests : tuple of LabelledSet
        Measured with the finished model; the figures go on the card.
    command : str
        What makes this model again; goes on the card.
    cache : Path, optional
        Folder for rendered crops.

    Returns
    -------
    Path
        Of the card.

    Raises
    ------
    DataError
        Where a source is missing or malformed.
    """
    crops, check = assemble(sources, settings, cache)
    log.info("%d crops to learn from, %d held back", len(crops), len(check))
    keras.utils.set_random_seed(settings.seed)
    network = build(len(CLASSES), settings.dropout)
    history = fit(network, crops, check, settings, variation)
    card = _card(network, crops, check, settings, variation, sources, history)
    card["command"] = command
    export(network, folder, name, card)
    card["scores"] = _scores(folder / f"{name}.tflite", tests)
    return export(network, folder, name, card)


def _card(
    network: keras.Model,
    crops: Crops,
    check: Crops,
    settings: TrainingSettings,
    variation: VariationSettings,
    sources: Sources,
    history: dict[str, list[float]],
) -> dict[str, Any]:
    return {
        "classes": list(CLASSES),
        "temperature": round(fit_temperature(network, check), 4),
        "camrec": __version__,
        "keras": keras.__version__,
        "seed": settings.seed,
        "settings": asdict(settings),
        "variation": asdict(variation),
        "data": {**_names(sources), "crops": len(crops), "held_back": len(check)},
        "held_back_accuracy": round(history["val_accuracy"][-1], 5),
    }


def _names(sources: Sources) -> dict[str, Any]:
    """The sources by their last part: where they lay on the machine that trained is nobody's business."""

    def last(spec: str) -> str:
        return spec.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]

    return {
        "mnist": "train part, all but the last 5,000 images",
        "digits": [last(spec) for spec in sources.digits],
        "letters": [last(spec) for spec in sources.letters],
        "pictures": [last(spec) for spec in sources.pictures],
        "fonts": last(sources.fonts) if sources.fonts else None,
    }


def _scores(model: Path, tests: tuple[LabelledSet, ...]) -> list[dict[str, Any]]:
    classifier = Classifier(model)
    figures = [evaluate(classifier, characters) for characters in tests]
    return [
        {key: value for key, value in f.items() if key != "per_digit"} for f in figures
    ]
