"""``camrec evaluate``: how well a model reads single characters."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any

import click

from camrec.cli.hush import hush_libraries
from camrec.cli.needs import needs
from camrec.cli.options import model_option
from camrec.cli.report import Report
from camrec.cli.targets import check_writable, write_text

if TYPE_CHECKING:
    from camrec.reading.classifier import Classifier
    from camrec.training.data import LabelledSet
    from camrec.training.evaluation.evaluate import Evaluation
    from camrec.training.evaluation.robustness import Robustness


@click.command(
    "evaluate",
    epilog="""\b
Examples:
  camrec evaluate
  camrec evaluate --data mnist/ --model my-model/digits.tflite --json -
  camrec evaluate --data "digits/semeion-images-idx3-ubyte.gz[1::2]" --out report --corruptions
""",
)
@click.option(
    "--data",
    multiple=True,
    metavar="FOLDER|FILE",
    help="A folder of NAME-images-idx3-ubyte[.gz] with labels, one such file, or a folder of pictures in folders named "
    "0 to 9, a to z and none; [start:stop:step] behind it takes a part. May be given again. Without it, MNIST's test "
    "part through Keras.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Write report.html, report.json and every plot there; an earlier report in that folder is replaced.",
)
@click.option(
    "--corruptions",
    is_flag=True,
    help="Read a thousand of each set under noise, blur, occlusion and so on, too.",
)
@click.option(
    "--json",
    "json_path",
    metavar="PATH",
    help="Write the figures as JSON; - is standard output.",
)
@model_option
def command(
    data: tuple[str, ...],
    out: Path | None,
    corruptions: bool,
    json_path: str | None,
    model: str,
) -> None:
    """Measure how well a model reads single characters, rejects others, and knows how sure it is.

    Every picture goes through the reader's own normaliser. accuracy: the best class that is not "none" is right. rejected:
    the share for which "none" wins. kept: of what is read rightly, the share that is not rejected. calibration error: the
    expected one of the winning class, over 15 bins of equal width.
    """
    check_writable(json_path)
    if out:
        needs("a report", "sklearn", "matplotlib")
    from camrec.reading.classifier import Classifier
    from camrec.training.data import mnist
    from camrec.training.evaluation.evaluate import sets_at

    hush_libraries()
    classifier = Classifier(model)
    sets = [one for spec in data for one in sets_at(spec)] or [mnist("t10k")]
    evaluations = [_evaluated(classifier, one, corruptions) for one in sets]
    if json_path:
        figures = {"sets": [one.figures for one in evaluations]}
        write_text(json_path, json.dumps(figures, indent=2) + "\n")
    if out:
        click.echo(f"{_reported(out, model, evaluations)}: the whole report", err=True)


def _evaluated(
    classifier: Classifier, characters: LabelledSet, corruptions: bool
) -> Evaluation:
    from camrec.training.evaluation.answers import ask
    from camrec.training.evaluation.evaluate import Evaluation

    one = Evaluation(characters, ask(classifier, characters))
    click.echo(_line(one.figures), err=True)
    if corruptions:
        one = replace(one, robust=_robust(classifier, characters))
        for line in _lines(one.robust):
            click.echo(line, err=True)
    return one


def _robust(classifier: Classifier, characters: LabelledSet) -> tuple[Robustness, ...]:
    """Takes half a minute, so the way is shown."""
    from camrec.training.evaluation.robustness import STEPS, robustness

    report, rows = Report(), []
    with report.progress("corruptions", STEPS) as bar:
        for row in robustness(classifier, characters):
            rows.append(row)
            report.advance(bar)
    return tuple(rows)


def _line(told: dict[str, Any]) -> str:
    """The figures of a set in a sentence."""
    parts = [f"{told['images']} images"]
    if told["known"]:
        parts += [f"{name} {told[name]:.2%}" for name in ("accuracy", "rejected", "kept")]  # fmt: skip
    if told["others"]:
        parts.append(f"{told['others_rejected']:.2%} of {told['others']} others rejected")  # fmt: skip
    if told["images"]:
        parts.append(f"calibration error {told['ece']:.2%}")
    return f"{told['name']}: {', '.join(parts)}"


def _lines(rows: tuple[Robustness, ...]) -> Iterator[str]:
    """Accuracy under each corruption, from slight to severe, and the mean of them."""
    for name, same in groupby(rows, key=lambda row: row.corruption):
        yield f"  {name:<14}" + "".join(f"{row.accuracy:>8.1%}" for row in same)
    if rows:
        yield f"  {'mean of worse':<14}{fmean(row.accuracy for row in rows[1:]):>8.1%}"


def _reported(out: Path, model: str, evaluations: list[Evaluation]) -> Path:
    from camrec.reading.models import find_model
    from camrec.training.evaluation.report import write_report

    weights = find_model(model)
    card = json.loads(weights.with_suffix(".json").read_text(encoding="utf-8"))
    return write_report(out, weights.name, card, evaluations)
