"""A model that is missing is made before anything is read."""

from __future__ import annotations

from pathlib import Path

from camrec.cli.needs import needs
from camrec.cli.report import Report
from camrec.cli.training import quiet_libraries, told
from camrec.settings import TrainingSettings, VariationSettings

SETTINGS = TrainingSettings()
VARIATION = VariationSettings()
MNIST: str | None = None  # folder; Keras fetches it

_MADE = (".tflite", ".keras")  # what training writes


def train_if_missing(model: str, report: Report) -> None:
    """Make a model, unless it is there: from MNIST and what camrec draws itself, which is all that needs no files.

    A name that is nobody's goes to the user's own folder of models, a path to where it points. "letters" and "alnum", as
    names, are models of these classes; all others are of digits. A training that was stopped goes on.

    Parameters
    ----------
    model : str
        Name or path.
    report : Report

    Raises
    ------
    CamrecError
        Where it cannot be made.
    """
    from camrec.reading.models import model_path

    weights = model_path(model)
    if weights.suffix in _MADE and not weights.is_file():
        report.say(f"{model}: no such model; making it in {weights.parent}, which takes half an hour and more")  # fmt: skip
        _train(weights, report)


def _train(weights: Path, report: Report) -> None:
    needs("training", "keras", "tensorflow", "matplotlib")
    quiet_libraries()
    from camrec.training.data import KINDS, mnist
    from camrec.training.recipe import Sources
    from camrec.training.train import Target, train

    name = weights.stem
    sources = Sources(MNIST, classes=name if name in KINDS else "digits")
    target = Target(weights.parent, name)
    target.prepare(resume=True, force=False)
    tests = () if sources.classes == "letters" else (mnist("t10k", MNIST),)
    command = f"camrec train --classes {sources.classes} --name {name} --out {weights.parent.name or '.'}"
    with told(report) as watch:
        train(sources, SETTINGS, VARIATION, target, tests=tests, command=command, watch=watch)  # fmt: skip
