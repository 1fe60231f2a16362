"""Why digits were read as what they were: what the network saw of each, and where it looked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from camrec.elements import Digit, Scene
from camrec.reading import normalise
from camrec.reading.classifier import softmax
from camrec.reading.models import Card
from camrec.reading.runtime import load_keras
from camrec.training.explanation.heat import Heat, heats
from camrec.training.explanation.twin import find_twin

MARGIN = 0.15  # of a digit's height: the paper around it that its picture shows


@dataclass(frozen=True, slots=True, eq=False)
class Explanation:
    """Why one digit was read as what it was.

    Parameters
    ----------
    digit : Digit
        As reading gave it, with its crop.
    picture : numpy.ndarray
        (h, w, 3) uint8 BGR, the digit where it was written.
    scores : numpy.ndarray
        (classes,) float32, the network's own probabilities: before the neighbours had their say.
    heat : Heat or None
        For the class that was read; None where the network has no convolution.
    """

    digit: Digit
    picture: np.ndarray
    scores: np.ndarray
    heat: Heat | None


class Explainer:
    """Takes a model apart.

    Parameters
    ----------
    model : str or Path
        As reading takes it; its Keras twin must lie beside it.

    Raises
    ------
    ModelError
        Where the twin or its card is missing or damaged.
    """

    def __init__(self, model: str | Path) -> None:
        path = find_twin(model)
        self.card = Card.read(path.with_suffix(".json"))
        self.card.check(path, normalise.VERSION)
        self.network = load_keras(path)

    def explain(self, scene: Scene) -> list[Explanation]:
        """Explain every digit of a scene, in reading order.

        Parameters
        ----------
        scene : Scene
            Of a reader that keeps crops.
        """
        if not scene.digits:
            return []
        crops = np.array([digit.crop for digit in scene.digits])[..., None]
        logits = np.asarray(self.network(crops, training=False))
        read = [self.card.classes.index(digit.text) for digit in scene.digits]
        found: list[Heat | None] = [*heats(self.network, crops, np.array(read))]
        return [
            Explanation(digit, _cut_out(scene, digit), scores, heat)
            for digit, scores, heat in zip(
                scene.digits,
                softmax(logits / self.card.temperature),
                found or [None] * len(crops),
                strict=True,
            )
        ]


def _cut_out(scene: Scene, digit: Digit) -> np.ndarray:
    frame = scene.frame
    box = digit.box.expand(round(MARGIN * digit.box.height))
    box = box.clip(frame.width, frame.height)
    return frame.image[box.y : box.bottom, box.x : box.right]
