"""One network in several formats: each is converted, checked, and kept only where it reads as well."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import keras
import numpy as np

from camrec.errors import ModelError
from camrec.reading.normalise import normalise_all
from camrec.reading.runtime import load_keras
from camrec.settings import ExportSettings
from camrec.stream.sinks.outputs import write_whole
from camrec.training.data import LabelledSet
from camrec.training.evaluation.answers import Answers
from camrec.training.evaluation.evaluate import figures as figures_of
from camrec.training.export.check import Figures, examine, measure
from camrec.training.export.files import bare_copy, write_card
from camrec.training.export.litert import litert
from camrec.training.export.onnx import onnx
from camrec.training.export.prune import prune
from camrec.training.fit import SILENT, Watch

SUFFIXES = {"float32": ".tflite", "float16": ".tflite", "int8": ".tflite", "onnx": ".onnx"}  # fmt: skip
"""The formats, and what their files end in."""

CALIBRATION = 500  # crops; twice as many or half of them gave the same accuracy

_CONVERTERS: dict[str, Callable[[keras.Model, np.ndarray], bytes]] = {
    "float32": lambda network, _: litert(network),
    "float16": lambda network, _: litert(network, "float16"),
    "int8": lambda network, calibration: litert(network, "int8", list(calibration)),
    "onnx": lambda network, _: onnx(network),
}


@dataclass(frozen=True, slots=True, eq=False)
class Original:
    """A Keras model and what it does: what its exports are measured by.

    Parameters
    ----------
    path : Path
        Of the ``.keras`` file; its card lies beside it.
    characters : LabelledSet
        That it and its exports are checked on.
    answers : Answers
        To them.
    figures : Figures
    """

    path: Path
    characters: LabelledSet
    answers: Answers
    figures: Figures

    @classmethod
    def open(cls, path: Path, characters: LabelledSet) -> Original:
        """Open a model and check it.

        Raises
        ------
        CamrecError
            Where the model cannot be used, or `characters` holds none of its classes.
        """
        answers = examine(path, characters)
        return cls(path, characters, answers, measure(path, answers, answers))

    @property
    def network(self) -> keras.Model:
        """In float32."""
        return bare_copy(load_keras(self.path))

    @property
    def card(self) -> dict[str, Any]:
        """What its card says of the network, and not of the files."""
        text = self.path.with_suffix(".json").read_text(encoding="utf-8")
        told = json.loads(text)
        return {key: told[key] for key in told if key not in ("name", "sha256")}


@dataclass(frozen=True, slots=True, eq=False)
class Exporter:
    """Writes the formats of one network; :meth:`open` makes it.

    Parameters
    ----------
    original : Original
    network : keras.Model
        The original's own, or what pruning has made of it; float32.
    calibration : numpy.ndarray
        (N, 28, 28, 1) float32 in [0, 1], real crops, for "int8".
    tolerance : float
        By how much the accuracy may fall, percentage points.
    told : dict
        More for the cards, under "export": the command, the share that was pruned.
    """

    original: Original
    network: keras.Model
    calibration: np.ndarray
    tolerance: float
    told: dict[str, Any]

    @classmethod
    def open(
        cls,
        path: Path,
        check: LabelledSet,
        learn: LabelledSet,
        settings: ExportSettings,
        told: dict[str, Any],
        watch: Watch = SILENT,
    ) -> Exporter:
        """Open a Keras model, measure it, and prune it where the settings ask for that.

        Parameters
        ----------
        path : Path
            Of the ``.keras`` file, its card beside it.
        check, learn : LabelledSet
            To measure on, and to calibrate and prune with; they should share no image.
        settings : ExportSettings
        told : dict
        watch : Watch
            Of the pruning.

        Raises
        ------
        CamrecError
            Where the model or a set cannot be used.
        """
        original = Original.open(path, check)
        network = original.network
        if settings.prune:
            crops = normalise_all(list(learn.images))[..., 0]
            images = (crops * 255).astype(np.uint8)
            network = prune(network, images, settings.prune, settings.healing, watch)
            told = {**told, "pruned": settings.prune}
        some = learn.images[:: max(1, len(learn) // CALIBRATION)][:CALIBRATION]
        calibration = normalise_all(list(some))
        return cls(original, network, calibration, settings.tolerance, told)

    def write(self, form: str, folder: Path, name: str) -> Figures:
        """Write ``NAME.tflite`` or ``NAME.onnx`` and the card ``NAME.json``, if the export reads as well as the original.

        Parameters
        ----------
        form : str
            One of :data:`SUFFIXES`.
        folder : Path
            Must be there.
        name : str

        Raises
        ------
        ModelError
            Where the accuracy falls by more than the tolerance; nothing is left of the export then.
        """
        with TemporaryDirectory(dir=folder, prefix=".export-") as draft:
            weights = Path(draft) / f"{name}{SUFFIXES[form]}"
            write_whole(weights, _CONVERTERS[form](self.network, self.calibration))
            write_card([weights], self.original.card)  # so that it can be opened
            answers = examine(weights, self.original.characters)
            figures = measure(weights, answers, self.original.answers)
            self._refuse_worse(figures)
            told = {"export": self._export(form, figures), "scores": [_score(answers)]}
            card = write_card([weights], {**self.original.card, **told})
            for path in (weights, card):
                os.replace(path, folder / path.name)
        return replace(figures, path=folder / weights.name)

    def _refuse_worse(self, figures: Figures) -> None:
        before = self.original.figures.accuracy
        # Rounded: five images in 10,000 are 0.05 points, and not a little more.
        fall = round(100 * (before - figures.accuracy), 6)
        if fall > self.tolerance:
            raise ModelError(
                f"{figures.path.name}: not kept, since it reads {figures.accuracy:.2%} of {self.original.characters.name} where "
                f"{self.original.path.name} reads {before:.2%}; take another format, or allow the fall with "
                f"--tolerance {math.ceil(round(100 * fall, 4)) / 100:.2f}"
            )

    def _export(self, form: str, figures: Figures) -> dict[str, Any]:
        before = self.original.figures
        return {
            "format": form,
            "of": before.path.name,
            **self.told,
            "accuracy_before": round(before.accuracy, 5),
            "accuracy": round(figures.accuracy, 5),
            "difference": round(figures.difference, 5),
        }


def _score(answers: Answers) -> dict[str, Any]:
    """As training writes it on the card."""
    told = figures_of(answers)
    return {key: value for key, value in told.items() if key != "per_digit"}
