"""Grad-CAM for the page; TensorFlow is loaded when it is asked for first."""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np

from camrec.elements import Box, Digit, Frame, Scene
from camrec.web.problems import Problem

if TYPE_CHECKING:
    from camrec.training.explanation.explain import Explainer, Explanation

ZOOM = 8  # pixels for one of the crop's
DEEPEST = 0.75  # of the colour that the hottest place has


class Explaining:
    """Explains one crop after the other, in a thread of its own.

    Parameters
    ----------
    weights : Path
        Of the model that reads.
    """

    def __init__(self, weights: Path) -> None:
        self._weights = weights
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="explaining")
        self._explainer: Explainer | None = None

    @property
    def available(self) -> bool:
        """Whether the packages and the Keras model are here."""
        packages = all(find_spec(name) for name in ("keras", "tensorflow"))
        return packages and self._weights.with_suffix(".keras").is_file()

    async def explain(
        self, crop: np.ndarray, label: str
    ) -> tuple[dict[str, float], bytes]:
        """Scores of a crop (28, 28), and a picture (PNG) of where the network saw what speaks for `label`.

        Raises
        ------
        Problem
            Where this installation cannot, or the model has no such class.
        """
        if not self.available:
            raise Problem(501, "no_gradcam", "Grad-CAM needs TensorFlow and the .keras file of the model", "install it on the server with `pip install camrec[train]`")  # fmt: skip
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._explained, crop, label)

    def close(self) -> None:
        """Wait for what is being explained."""
        self._thread.shutdown()

    def _explained(
        self, crop: np.ndarray, label: str
    ) -> tuple[dict[str, float], bytes]:
        explainer = self._opened()
        classes = explainer.card.classes
        if label not in classes:
            raise Problem(422, "bad_label", f"the model has no class {label!r}", f"name one of {', '.join(classes)}")  # fmt: skip
        (explanation,) = explainer.explain(_scene(crop, label))
        scores = {name: round(float(p), 5) for name, p in zip(classes, explanation.scores)}  # fmt: skip
        return scores, _drawn(explanation, crop)

    def _opened(self) -> Explainer:
        if self._explainer is None:
            os.environ["KERAS_BACKEND"] = "tensorflow"  # whose gradients are known
            os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
            from camrec.training.explanation.explain import Explainer

            self._explainer = Explainer(self._weights)
        return self._explainer


def _scene(crop: np.ndarray, label: str) -> Scene:
    height, width = crop.shape
    digit = Digit(label, 0.0, Box(0, 0, width, height), np.zeros(0, np.float32), crop)
    return Scene(Frame(np.zeros((height, width, 3), np.uint8)), (digit,))


def _drawn(explanation: Explanation, crop: np.ndarray) -> bytes:
    if explanation.heat is None:
        raise Problem(501, "no_gradcam", "this network has no convolution, so it looks nowhere", "serve another --model")  # fmt: skip
    return cv2.imencode(".png", painted(crop, explanation.heat.grad_cam))[1].tobytes()


def painted(crop: np.ndarray, heat: np.ndarray) -> np.ndarray:
    """A crop as dark pen on white paper, red where it is hot.

    Parameters
    ----------
    crop, heat : numpy.ndarray
        (28, 28) float32 in [0, 1].

    Returns
    -------
    numpy.ndarray
        (224, 224, 3) uint8 BGR.
    """
    size = (ZOOM * crop.shape[1], ZOOM * crop.shape[0])
    paper = 1 - cv2.resize(crop, size, interpolation=cv2.INTER_NEAREST)[..., None]
    heat = DEEPEST * cv2.resize(heat, size, interpolation=cv2.INTER_LINEAR)[..., None]
    red = np.array([0.0, 0.0, 1.0], np.float32)
    return np.round(255 * (paper * (1 - heat) + red * heat)).astype(np.uint8)
