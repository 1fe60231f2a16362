"""Several trainings of one network -> one model: the mean of their weights."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from camrec import __version__
from camrec.errors import ModelError
from camrec.reading import normalise
from camrec.reading import strips as framing
from camrec.reading.lines import CLASSES as LINE_CLASSES
from camrec.reading.models import Card, card_text
from camrec.reading.runtime import load_keras
from camrec.training.data import LabelledSet
from camrec.training.explanation.twin import find_twin
from camrec.training.lines.train import export_lines
from camrec.training.train import Target, export_measured

# Of the first card, which so stays a recipe:
KEPT = ("network", "seed", "settings", "variation", "data")
# And of a line reader's, whose strips are no crops:
KEPT_OF_LINES = ("normaliser", "input")


def reads_lines(model: str) -> bool:
    """Whether a model, named as for :func:`average`, is a line reader; raises what that raises."""
    return Card.read(_beside(find_twin(model))).classes == LINE_CLASSES


def average(
    models: Sequence[str],
    target: Target,
    *,
    tests: tuple[LabelledSet, ...] = (),
    command: str = "",
) -> Path:
    """Write the model whose weights are the mean of those of others, and its card.

    Models that were trained on from the same one, or from each other, are near enough for that, and what each learned by
    chance cancels out (Wortsman et al., "Model soups: averaging weights of multiple fine-tuned models improves accuracy
    without increasing inference time", 2022). The mean of models that each began from chance reads nothing.

    Parameters
    ----------
    models : sequence of str
        Names of shipped models, or paths of ``.keras`` files with their cards beside them; at least two.
    target : Target
        Where the result goes.
    tests : tuple of LabelledSet
        Measured with the result where it reads crops; the figures go on the card.
    command : str
        What makes this model again; goes on the card.

    Returns
    -------
    Path
        Of the card.

    Raises
    ------
    ModelError
        Where a model is missing or damaged, or they are of different makes.
    """
    paths = [find_twin(model) for model in models]
    cards = [_card(path) for path in paths]
    networks = [load_keras(path) for path in paths]
    _refuse_unlike(paths, cards, networks)
    mean, weights = networks[0], [network.get_weights() for network in networks]
    mean.set_weights([np.mean(each, axis=0) for each in zip(*weights)])
    lines = cards[0].classes == LINE_CLASSES
    kept = (*KEPT, *KEPT_OF_LINES) if lines else KEPT
    first, *_ = told = [json.loads(card_text(_beside(path))) for path in paths]
    temperature = np.exp(np.mean([np.log(card.temperature) for card in cards]))
    card = {
        "classes": list(cards[0].classes),
        "temperature": round(float(temperature), 4),
        "camrec": __version__,
        "keras": keras.__version__,
        "backend": keras.backend.backend(),
        **{name: first[name] for name in kept if name in first},
        "average": [_named(*each) for each in zip(paths, cards, told)],
        "command": command,
    }
    if lines:
        return export_lines(mean, target, card)
    return export_measured(mean, target, card, tests)


def _card(path: Path) -> Card:
    card = Card.read(_beside(path))
    lines = card.classes == LINE_CLASSES
    card.check(path, framing.VERSION if lines else normalise.VERSION)
    return card


def _beside(path: Path) -> Path:
    return path.with_suffix(".json")


def _refuse_unlike(
    paths: list[Path], cards: list[Card], networks: list[keras.Model]
) -> None:
    shapes = [[weight.shape for weight in network.weights] for network in networks]
    makes = [(card.classes, own) for card, own in zip(cards, shapes)]
    for path, make in zip(paths, makes):
        if make != makes[0]:
            raise ModelError(
                f"{path}: of another make than {paths[0]}, by its network or its classes; average trainings of one and the same"
            )


def _named(path: Path, card: Card, told: dict[str, Any]) -> dict[str, Any]:
    """What one of the models is, for the card of their mean."""
    return {
        "model": path.name,
        "sha256": card.sha256[path.name],
        "seed": told.get("seed"),
        "command": told.get("command"),
    }
