"""An evaluation as a folder: plots, the classification report, ``report.json``, and a page that holds it all."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import chain, count
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from camrec.errors import DataError
from camrec.reading.classifier import NONE
from camrec.stream.sinks.outputs import make_folder, write_whole
from camrec.training.evaluation.details import classification, confusion, details
from camrec.training.evaluation.evaluate import Evaluation
from camrec.training.evaluation.report_html import CAPTIONS, page
from camrec.training.evaluation.robustness import known_part
from camrec.training.plots import evaluation
from camrec.training.plots.robustness import robustness as robustness_figure
from camrec.training.plots.style import save

PLOTS = tuple(CAPTIONS)  # stems of the files, in the order of the page
TEXT = "classification.txt"


def write_report(
    folder: Path, model: str, card: dict[str, Any], evaluations: list[Evaluation]
) -> Path:
    """Write all that is known of how a model reads some sets.

    Files of an earlier report in that folder are replaced or removed.

    Parameters
    ----------
    folder : Path
        Made where it is missing. The plots of one set go into it, those of several into a folder each.
    model : str
        Name of the weights' file.
    card : dict
        The model's card, as training wrote it.
    evaluations : list of Evaluation
        One a set.

    Returns
    -------
    Path
        Of ``report.html``.

    Raises
    ------
    DataError
        Where a set is empty.
    OutputError
        Where something cannot be written.
    """
    homes = _homes(folder, [one.answers.name for one in evaluations])
    for home in {folder, *homes}:
        _clear(home)
    plots = [_draw(*pair, card["temperature"]) for pair in zip(evaluations, homes)]
    told = [one.figures | details(one.answers) for one in evaluations]
    whole = {"model": model, "card": card, "sets": told}
    write_whole(folder / "report.json", (json.dumps(whole, indent=2) + "\n").encode())
    texts = [str(classification(one.answers, text=True)) for one in evaluations]
    for home, text in zip(homes, texts):
        write_whole(home / TEXT, text.encode())
    write_whole(folder / "report.html", page(model, card, told, texts, plots).encode())
    return folder / "report.html"


def _homes(folder: Path, names: list[str]) -> list[Path]:
    """A folder for each set's plots; the folder itself where there is but one."""
    if len(names) == 1:
        return [folder]
    homes: list[Path] = []
    for name in names:
        stem = re.sub(r"[^\w.-]+", "_", name).strip("_.") or "set"
        tries = chain([stem], (f"{stem}-{k}" for k in count(2)))
        homes.append(next(folder / t for t in tries if folder / t not in homes))
    return homes


def _clear(home: Path) -> None:
    """Make the folder, and take out what an earlier report left: not every plot is drawn of every set."""
    make_folder(home)
    for name in (*(f"{stem}.png" for stem in PLOTS), TEXT, "report.json", "report.html"):  # fmt: skip
        (home / name).unlink(missing_ok=True)


def _draw(one: Evaluation, home: Path, temperature: float) -> list[Path]:
    """Save every plot that the set allows."""
    if not len(one.answers):
        raise DataError(f"{one.answers.name}: holds no picture; name another set")
    return [
        save(figure, home / f"{stem}.png")
        for stem, figure in _figures(one, temperature)
    ]


def _figures(one: Evaluation, temperature: float) -> Iterator[tuple[str, Figure]]:
    """Each plot with its stem, in the order of :data:`PLOTS`; made one by one, so that only one is in memory."""
    answers = one.answers
    yield "confusion", evaluation.confusion(confusion(answers))
    scores = classification(answers)
    kinds = [name for name in answers.classes if name in scores and name != NONE]
    if kinds:
        yield "per_digit", evaluation.per_class(scores, kinds)
    yield "confidence", evaluation.confidence(answers)
    yield "reliability", evaluation.calibration(answers, temperature)
    yield "examples", evaluation.examples(answers)
    yield "mistakes", evaluation.mistakes(answers)
    if one.robust:
        sample = known_part(one.characters, answers.classes, 1)
        yield "robustness", robustness_figure(list(one.robust), sample.images[0])
