"""``camrec compare``: models side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from camrec.cli.hush import hush_libraries
from camrec.cli.needs import needs
from camrec.cli.report import Report
from camrec.cli.targets import check_apart, check_writable, write_text
from camrec.errors import ModelError

if TYPE_CHECKING:
    from camrec.training.data import LabelledSet
    from camrec.training.evaluation.compare import Contender, Values

LOOK_ALIKES = "oOlIisSzZbBgq"  # letters that are written like digits


@click.command(
    "compare",
    epilog="""\b
Examples:
  camrec compare digits my-model/digits.tflite
  camrec compare digits models/cnn.keras --mnist mnist/ --data digits/ --plot compare.png
  camrec compare digits small.tflite --letters letters/choice-letters-images-idx3-ubyte.gz --markdown -
""",
)
@click.argument("models", nargs=-1, required=True, metavar="MODEL...")
@click.option(
    "--mnist",
    "mnist_folder",
    metavar="FOLDER",
    help="MNIST's idx files, of which the test part is read; without it Keras fetches them.",
)
@click.option(
    "--data",
    multiple=True,
    metavar="FOLDER|FILE",
    help="More characters to read: a folder of NAME-images-idx3-ubyte[.gz] with labels, one such file, or a folder of "
    "pictures in folders named 0 to 9, a to z and none; [start:stop:step] behind it takes a part. May be given again.",
)
@click.option(
    "--letters",
    multiple=True,
    metavar="FOLDER|FILE",
    help="Characters to reject, as --data, or a zip of pictures. May be given again.",
)
@click.option(
    "--score",
    "by",
    type=click.Choice(["best", "none"]),
    default="best",
    show_default=True,
    help="What tells digits from letters: the largest probability of a digit, which every model has, or 1 - P(none).",
)
@click.option(
    "--look-alikes",
    default=LOOK_ALIKES,
    show_default=True,
    metavar="LETTERS",
    help="Written like digits, and so left out of a second figure of rejection.",
)
@click.option(
    "--csv", "csv_path", metavar="PATH", help="Write the table; - is standard output."
)
@click.option(
    "--markdown", "markdown_path", metavar="PATH", help="The same, as Markdown."
)
@click.option(
    "--plot",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="PATH",
    help="Draw the table as a PNG file.",
)
def command(
    models: tuple[str, ...],
    mnist_folder: str | None,
    data: tuple[str, ...],
    letters: tuple[str, ...],
    by: str,
    look_alikes: str,
    csv_path: str | None,
    markdown_path: str | None,
    plot: Path | None,
) -> None:
    """Compare models by size, accuracy, rejection of letters, calibration and speed.

    MODEL is a shipped one, or a .tflite or .keras file with its card beside it. One that cannot be opened is named, and
    the others are compared. Speed is the median of calls in turns in this process, in LiteRT with two threads, so
    trust the ratios more than the figures. A .keras model is timed by the .tflite beside it.

    kept: of what is read rightly, the share for which "none" does not win. AUROC: the chance that a character of MNIST's
    test part scores above a letter. passed: the share of letters that score as high as 99 % of those characters. clear
    ones: all but look-alikes.
    """
    check_apart({"--csv": csv_path, "--markdown": markdown_path})
    check_writable(csv_path, markdown_path)
    if plot:
        needs("a plot", "matplotlib")
    if letters:
        needs("the comparison with letters", "sklearn")
    from camrec.training.data import mnist
    from camrec.training.evaluation.compare import others_at, short_names, told_apart
    from camrec.training.evaluation.evaluate import sets_at

    hush_libraries()
    report = Report()
    contenders = _opened(models, report)
    more = (one for spec in data for one in sets_at(spec))
    sets = told_apart([mnist("t10k", mnist_folder), *more])
    others = told_apart(one for spec in letters for one in others_at(spec))
    values = _measured(contenders, sets, others, by, look_alikes, report)
    _deliver(short_names(contenders), values, csv_path, markdown_path, plot)
    if report.errors:
        click.get_current_context().exit(1)


def _measured(
    contenders: list[Contender],
    sets: list[LabelledSet],
    others: list[LabelledSet],
    by: str,
    look_alikes: str,
    report: Report,
) -> list[Values]:
    from camrec.training.evaluation.compare import measure, speeds

    values = []
    with report.progress("models", len(contenders)) as bar:
        for contender in contenders:
            values.append(measure(contender, sets, others, by=by, look_alikes=look_alikes))  # fmt: skip
            report.advance(bar)
    return [one | speed for one, speed in zip(values, speeds(contenders, sets[0]))]


def _opened(models: tuple[str, ...], report: Report) -> list[Contender]:
    """The models that can be opened, each once; the others are named.

    Raises
    ------
    ModelError
        Where there is none.
    """
    from camrec.training.evaluation.compare import Contender

    opened = []
    for name in dict.fromkeys(models):
        try:
            opened.append(Contender.open(name))
        except ModelError as error:
            report.error(error)
    if not opened:
        raise ModelError("no model is left to compare; name one that can be opened")
    return opened


def _deliver(
    names: list[str],
    values: list[Values],
    csv_path: str | None,
    markdown_path: str | None,
    plot: Path | None,
) -> None:
    """The table in every form that was asked for; for people where standard output is not taken."""
    from camrec.training.evaluation import tables

    click.echo(tables.plain(names, values), err="-" in (csv_path, markdown_path), nl=False)  # fmt: skip
    if csv_path:
        write_text(csv_path, tables.as_csv(names, values))
    if markdown_path:
        write_text(markdown_path, tables.markdown(names, values))
    if plot:
        from camrec.training.plots.comparison import comparison
        from camrec.training.plots.style import save

        save(comparison(names, values), plot)
