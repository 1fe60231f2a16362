"""``camrec average``: several trainings of one network made one model."""

from __future__ import annotations

import json
from pathlib import Path

import click

from camrec.cli.needs import needs
from camrec.cli.report import Report
from camrec.cli.training import quiet_libraries, spelled, told_of_lines


@click.command(
    "average",
    epilog="""\b
Examples:
  camrec train --from digits --seed 1 --mnist mnist/ --fonts fonts/ --out one
  camrec train --from digits --seed 2 --mnist mnist/ --fonts fonts/ --out two
  camrec average digits one/digits.keras two/digits.keras --mnist mnist/ --out mean
  camrec compare digits one/digits.keras two/digits.keras mean/digits.keras --mnist mnist/
""",
)
@click.argument("models", nargs=-1, required=True, metavar="MODEL MODEL...")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    metavar="FOLDER",
    help="Where model and card go.",
)
@click.option(
    "--name", help="Name of the model.  [default: digits; lines for line readers]"
)
@click.option(
    "--mnist",
    metavar="FOLDER",
    help="Measure models of crops on MNIST's test part, from its idx files there.",
)
@click.option("--force", is_flag=True, help="Replace a model of that name.")
@click.option("-q", "--quiet", is_flag=True, help="Only errors.")
def command(
    models: tuple[str, ...],
    out: Path,
    name: str | None,
    mnist: str | None,
    force: bool,
    quiet: bool,
) -> None:
    """Write the model whose weights are the mean of those of each MODEL, NAME.keras, NAME.tflite and the card NAME.json.

    A MODEL is a shipped name or a .keras file with its card beside it. All have to be trainings of one network that were
    started --from the same model, or from each other: then the mean is often better than each of them, and costs no more
    than one. Of networks that began from chance each by itself it reads nothing.
    """
    if len(models) < 2:
        raise click.UsageError("one model is its own mean; name two or more")
    needs("averaging", "keras", "tensorflow")
    quiet_libraries()
    from camrec.reading.models import LINES
    from camrec.training.average import average, reads_lines
    from camrec.training.data import mnist as read_mnist
    from camrec.training.train import Target

    lines = reads_lines(models[0])
    if lines and mnist:
        raise click.UsageError(
            f"{models[0]} is a line reader, and MNIST has no lines; leave out --mnist"
        )
    target = Target(out, name or (LINES if lines else "digits"))
    # What a training left there unfinished stays.
    target.prepare(resume=True, force=force)
    tests = (read_mnist("t10k", mnist),) if mnist else ()
    card = average(models, target, tests=tests, command=spelled())
    weights = card.with_suffix(".tflite")
    report = Report(quiet)
    for score in json.loads(card.read_text("utf-8")).get("scores", ()):
        report.say(f"{score['name']}: {score['accuracy']:.2%} right")
    report.say(told_of_lines(card) if lines else f"{weights}: use it with --model {weights}")  # fmt: skip
