"""From sources to a model that can be read with, in one call."""

from __future__ import annotations

import csv
import io
import logging
import os
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import keras

from camrec import __version__
from camrec.errors import OutputError
from camrec.reading.classifier import Classifier
from camrec.settings import TrainingSettings, VariationSettings
from camrec.stream.sinks.outputs import make_folder, write_whole
from camrec.training.course import Course, Epoch
from camrec.training.data import LabelledSet, class_names
from camrec.training.evaluation.evaluate import evaluate
from camrec.training.export import export
from camrec.training.fit import SILENT, Watch, fit, fit_temperature
from camrec.training.network import build
from camrec.training.plots.history import history
from camrec.training.plots.style import save
from camrec.training.recipe import Sources, assemble, classes_of
from camrec.training.transfer import Origin

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Target:
    """Where a training writes: ``NAME.keras``, ``NAME.tflite``, the card ``NAME.json``, and ``history.*``.

    Parameters
    ----------
    folder : Path
        Made where it is missing.
    name : str
    """

    folder: Path
    name: str = "digits"

    @property
    def card(self) -> Path:
        return self.folder / f"{self.name}.json"

    @property
    def unfinished(self) -> Path:
        """What a training that was killed leaves; the next one goes on from there."""
        return self.folder / f"{self.name}.unfinished.npz"

    def prepare(self, *, resume: bool, force: bool) -> None:
        """Make sure that nothing is lost by a training that begins.

        Raises
        ------
        OutputError
            Where there is a model already or half of one, and neither `force` nor `resume` says what to do with it; or
            where the folder cannot be made.
        """
        self._refuse_closed()
        if self.card.exists() and not force:
            raise OutputError(
                f"{self.card}: there is a model already; name another --out or --name, or give --force to replace it"
            )
        if self.unfinished.exists() and not (resume or force):
            raise OutputError(
                f"{self.unfinished}: a training did not come to its end here; go on with --resume, or give --force to start anew"
            )
        if not resume:
            self.unfinished.unlink(missing_ok=True)

    def _refuse_closed(self) -> None:
        """Told before hours of training; nothing is made yet, as it may end by a source that is missing."""
        folder = self.folder.absolute()
        home = next(path for path in (folder, *folder.parents) if os.path.exists(path))
        if not (home.is_dir() and os.access(home, os.W_OK)):
            raise OutputError(
                f"{self.folder}: cannot be made or written to ({home} is no folder one may write in); name another --out"
            )


def train(
    sources: Sources,
    settings: TrainingSettings,
    variation: VariationSettings,
    target: Target,
    *,
    origin: Origin | None = None,
    tests: tuple[LabelledSet, ...] = (),
    command: str = "",
    cache: Path | None = None,
    watch: Watch = SILENT,
) -> Path:
    """Train a network and write model, card and history.

    Parameters
    ----------
    sources : Sources
    settings : TrainingSettings
    variation : VariationSettings
    target : Target
        Where the result goes. An unfinished training there goes on.
    origin : Origin, optional
        The model to start from; else the network starts from chance.
    tests : tuple of LabelledSet
        Measured with the finished model; the figures go on the card.
    command : str
        What makes this model again; goes on the card.
    cache : Path, optional
        Folder for rendered crops.
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
        Where what it starts from is missing or damaged, or reads lines.
    """
    names = class_names(sources.classes)
    if origin is not None:
        origin.network(names)  # told before pages are rendered, which takes long
    crops, check = assemble(sources, settings, cache)
    log.info("%d crops to learn from, %d held back", len(crops), len(check))
    needed = classes_of(names, crops, check)
    network, classes = _start(needed, settings, origin)
    named = None if origin is None else origin.named()
    course = fit(
        network,
        crops,
        check,
        settings,
        variation,
        about={"from": named},
        keep=target.unfinished,
        watch=watch,
    )
    card = {
        "classes": list(classes),
        "temperature": round(fit_temperature(network, check), 4),
        **made(network, settings, course),
        "from": named,
        "variation": asdict(variation),
        "data": {
            **named_sources(sources),
            "crops": len(crops),
            "held_back": len(check),
        },
        "command": command,
    }
    write_history(network, course, target)
    path = export_measured(network, target, card, tests)
    target.unfinished.unlink(missing_ok=True)
    return path


def _start(
    needed: tuple[str, ...], settings: TrainingSettings, origin: Origin | None
) -> tuple[keras.Model, tuple[str, ...]]:
    keras.utils.set_random_seed(settings.seed)
    if origin is not None:
        network, classes = origin.network(needed)
        for layer in network.layers:
            if isinstance(layer, keras.layers.Dropout):
                layer.rate = settings.dropout
        return network, classes
    return build(len(needed), settings.dropout, settings.network), needed


def made(
    network: keras.Model, settings: TrainingSettings, course: Course
) -> dict[str, Any]:
    """How the model was made, for its card."""
    return {
        "camrec": __version__,
        "keras": keras.__version__,
        "backend": keras.backend.backend(),
        "network": network.name,
        "seed": settings.seed,
        "settings": asdict(settings),
        "epochs": len(course.epochs),
        "best_epoch": course.best_epoch.epoch,
        "held_back_accuracy": round(course.best_epoch.val_accuracy, 5),
    }


def named_sources(sources: Sources) -> dict[str, Any]:
    """The sources by their last part: where they lay on the machine that trained is nobody's business."""

    def last(spec: str) -> str:
        return spec.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]

    with_mnist = sources.mnist or sources.classes != "letters"
    return {
        "mnist": "train part, all but what is held back" if with_mnist else None,
        "own": [last(spec) for spec in sources.own],
        "digits": [last(spec) for spec in sources.digits],
        "letters": [last(spec) for spec in sources.letters],
        "pictures": [last(spec) for spec in sources.pictures],
        "fonts": last(sources.fonts) if sources.fonts else None,
    }


def write_history(network: keras.Model, course: Course, target: Target) -> None:
    """Write ``history.csv`` and ``history.png``."""
    make_folder(target.folder)
    path = target.folder / "history.csv"
    text = io.StringIO(newline="")
    table = csv.DictWriter(text, [item.name for item in fields(Epoch)])
    table.writeheader()
    table.writerows(map(asdict, course.epochs))
    write_whole(path, text.getvalue().encode())
    right = f"{course.best_epoch.val_accuracy:.2%} of validation right"
    title = f"{target.name}: network {network.name}, {right}"
    save(history(course, title), path.with_suffix(".png"))


def export_measured(
    network: keras.Model,
    target: Target,
    card: dict[str, Any],
    tests: tuple[LabelledSet, ...],
) -> Path:
    """Write a model of crops whose card tells how well it does on some sets; returns the card's path."""
    export(network, target.folder, target.name, card)
    classifier = Classifier(target.card.with_suffix(".tflite"))
    figures = [evaluate(classifier, characters) for characters in tests]
    scores = [{key: value for key, value in f.items() if key != "per_digit"} for f in figures]  # fmt: skip
    return export(network, target.folder, target.name, {**card, "scores": scores})
