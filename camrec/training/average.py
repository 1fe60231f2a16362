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
from camrec.reading.models import card_text
from camrec.training.data import LabelledSet
from camrec.training.train import Target, export_measured
from camrec.training.transfer import Origin

KEPT = (
    "network",
    "seed",
    "settings",
    "variation",
    "data",
)  # of the first card, which so stays a recipe


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
        Measured with the result; the figures go on the card.
    command : str
        What makes this model again; goes on the card.

    Returns
    -------
    Path
        Of the card.

    Raises
    ------
    ModelError
        Where a model is missing, damaged or a line reader, or they are of different makes.
    """
    origins = [Origin(model) for model in models]
    networks = [origin.network(origin.card().classes)[0] for origin in origins]
    for origin, network in zip(origins[1:], networks[1:]):
        _refuse_unlike(origins[0], networks[0], origin, network)
    mean, weights = networks[0], [network.get_weights() for network in networks]
    mean.set_weights([np.mean(each, axis=0) for each in zip(*weights)])
    temperatures = [origin.card().temperature for origin in origins]
    first, *_ = cards = [_whole_card(origin) for origin in origins]
    card = {
        "classes": first["classes"],
        "temperature": round(float(np.exp(np.log(temperatures).mean())), 4),
        "camrec": __version__,
        "keras": keras.__version__,
        "backend": keras.backend.backend(),
        **{name: first[name] for name in KEPT if name in first},
        "average": [
            {**origin.named(), "seed": card.get("seed"), "command": card.get("command")}
            for origin, card in zip(origins, cards)
        ],
        "command": command,
    }
    return export_measured(mean, target, card, tests)


def _refuse_unlike(
    origin: Origin, network: keras.Model, other: Origin, another: keras.Model
) -> None:
    same_shapes = [w.shape for w in network.weights] == [w.shape for w in another.weights]  # fmt: skip
    if origin.card().classes != other.card().classes or not same_shapes:
        raise ModelError(
            f"{other.path()}: of another make than {origin.path()}, by its network or its classes; average trainings of one and the same"
        )


def _whole_card(origin: Origin) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(card_text(origin.path().with_suffix(".json")))
    return told
