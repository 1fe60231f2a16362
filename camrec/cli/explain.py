"""``camrec explain``: why digits were read as what they were."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from camrec.cli.needs import needs
from camrec.cli.options import model_option, setting_options
from camrec.cli.report import Report
from camrec.cli.training import on_tensorflow, quiet_libraries
from camrec.errors import SourceError
from camrec.settings import ReadingSettings

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from camrec.elements import Frame
    from camrec.stream.sinks.outputs import OutputNames
    from camrec.training.explanation.explain import Explainer, Explanation


@click.command(
    "explain",
    epilog="""\b
Examples:
  camrec explain page.jpg
  camrec explain 'forms/*.png' --out explained
  camrec explain page.jpg --features --digit 3
""",
)
@click.argument("pictures", nargs=-1, required=True, metavar="PICTURE...")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Where the sheets go; by default beside each picture.",
)
@click.option(
    "--features",
    is_flag=True,
    help="Also show what every convolution makes of one digit of each picture.",
)
@click.option(
    "--digit",
    "number",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    metavar="N",
    help="Which digit --features is about, as the sheet counts them.",
)
@click.option("-q", "--quiet", is_flag=True, help="Only errors.")
@model_option
@setting_options(ReadingSettings)
def command(
    pictures: tuple[str, ...],
    out: Path | None,
    features: bool,
    number: int,
    quiet: bool,
    model: str,
    **settings: Any,
) -> None:
    """Show why the digits of pictures were read as what they were.

    Each picture gets <stem>.camrec.explain.png, more of them where there are many digits: for every digit the picture, the
    28x28 that the network saw, where it saw what speaks for that digit (red; Grad-CAM and, more faithful, HiResCAM), and its
    three most probable classes. These probabilities are the network's own; how sure the reader was in the end, when the
    neighbours had had their say, stands above. The .keras file of the model must lie beside it. Sheets of an earlier run
    are replaced.
    """
    needs("explaining", "keras", "tensorflow", "matplotlib")
    quiet_libraries()
    on_tensorflow()
    from camrec.reading.reader import Reader
    from camrec.stream.sinks.outputs import OutputNames
    from camrec.training.explanation.explain import Explainer

    explainer = Explainer(model)
    reader = Reader(model, ReadingSettings(**settings), keep_crops=True)
    report, names = Report(quiet), OutputNames(out, pictures)
    for frame in _frames(pictures, report):
        explanations = explainer.explain(reader.read(frame))
        figures = _sheets(explainer, explanations, frame.source)
        if features and explanations:
            figures |= _features(explainer, explanations, number, frame.source, report)
        report.say(f"{frame.source}: {_written(figures, names, frame.source)}")
    if report.errors:
        click.get_current_context().exit(1)


def _frames(pictures: tuple[str, ...], report: Report) -> Iterator[Frame]:
    """Every picture that can be read; what cannot is reported."""
    from camrec.stream.capture import open_source

    for path in pictures:
        try:
            with open_source(path, on_error=report.error) as source:
                if not source.still:
                    raise SourceError(f"{source.name} is no still picture; name pictures")  # fmt: skip
                yield from source
        except SourceError as error:
            report.error(error)


def _sheets(
    explainer: Explainer, explanations: list[Explanation], source: str
) -> dict[str, Figure]:
    """By what their names end in."""
    from camrec.training.plots.explanation import sheets

    found = sheets(explanations, explainer.card.classes, Path(source).name)
    endings = ["", *(f"-{k}" for k in range(2, len(found) + 1))]
    return {f"explain{end}.png": figure for end, figure in zip(endings, found)}


def _features(
    explainer: Explainer,
    explanations: list[Explanation],
    number: int,
    source: str,
    report: Report,
) -> dict[str, Figure]:
    from camrec.training.explanation.features import feature_maps, first_filters
    from camrec.training.plots.explanation import feature_sheet

    if number > len(explanations):
        report.error(SourceError(f"{source}: has no digit {number}, only {len(explanations)}; name another with --digit"))  # fmt: skip
        return {}
    digit, network = explanations[number - 1].digit, explainer.network
    assert digit.crop is not None  # the reader was asked to keep it
    title = f"{Path(source).name}, digit {number}: read {digit.text}"
    maps = feature_maps(network, digit.crop)
    return {"features.png": feature_sheet(first_filters(network), maps, title)}


def _written(figures: dict[str, Figure], names: OutputNames, source: str) -> str:
    """Write the figures; returns their paths as a user is told them."""
    from camrec.training.plots.style import save

    paths = [names.path(source, f".camrec.{ending}") for ending in figures]
    for figure, path in zip(figures.values(), paths, strict=True):
        save(figure, path)
    return ", ".join(map(str, paths)) or "no digit"
