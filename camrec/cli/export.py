"""``camrec export``: a model for other machines and programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from camrec.cli.needs import needs
from camrec.cli.options import setting_options
from camrec.cli.report import Report
from camrec.cli.training import on_tensorflow, quiet_libraries, spelled, told
from camrec.errors import CamrecError, OutputError
from camrec.settings import EXPORTS, ExportSettings

if TYPE_CHECKING:
    import numpy as np

    from camrec.training.export.check import Figures
    from camrec.training.export.formats import Exporter
    from camrec.training.fit import Watch

_ROW = "{:<28} {:>9} {:>9} {:>9} {:>9} {:>11}"


@click.command(
    "export",
    epilog="""\b
Examples:
  camrec export digits --out small --format int8
  camrec export my-model/digits.keras --mnist mnist/ --out exported
  camrec export digits --mnist mnist/ --out pruned --format int8 --prune 0.7 --tolerance 0.2
  camrec image page.jpg --model small/digits-int8.tflite
""",
)
@click.argument("model")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    metavar="FOLDER",
    help="Where the exports and their cards go.",
)
@click.option(
    "--format",
    "formats",
    type=click.Choice(EXPORTS),
    multiple=True,
    help="May be given again; without it, all of them.",
)
@click.option(
    "--mnist",
    metavar="FOLDER",
    help="MNIST's idx files; without it Keras fetches them.",
)
@click.option(
    "--check",
    metavar="FILE",
    help="Measure on this set instead of MNIST's test part: NAME-images-idx3-ubyte[.gz]; [start:stop:step] behind it takes a part.",
)
@click.option(
    "--calibrate",
    metavar="FILE",
    help="Calibrate int8, and train what is pruned, on this set instead of MNIST's training part.",
)
@click.option("--force", is_flag=True, help="Replace exports of these names.")
@click.option("-q", "--quiet", is_flag=True, help="Only errors.")
@setting_options(ExportSettings)
def command(
    model: str,
    out: Path,
    formats: tuple[str, ...],
    mnist: str | None,
    check: str | None,
    calibrate: str | None,
    force: bool,
    quiet: bool,
    **values: Any,
) -> None:
    """Write MODEL as LiteRT in float32, float16 or int8, or as ONNX; each with a card, so that --model takes it.

    MODEL is a shipped name or a .keras file with its card beside it. Each export, NAME-FORMAT, runs the check set beside
    the Keras model, is measured, and is kept only if it reads as well. int8 has whole numbers inside, with ranges from real
    crops; what goes in and out is float32 in every format.

    PACKED is the size in an archive or a wheel: only there do the zeros that pruning makes take no room. 64 CROPS is the
    time on two threads, DIFFERENCE the greatest of any probability from the Keras model's.
    """
    needs("exporting", "keras", "tensorflow", "onnx", "tf2onnx", "onnxruntime")
    quiet_libraries()
    on_tensorflow()
    from camrec.training.explanation.twin import find_twin

    settings = ExportSettings(**values)
    path = find_twin(model)
    names = {form: _name(path.stem, form, settings) for form in formats or EXPORTS}
    _prepare(out, list(names.values()), force)
    report = Report(quiet)
    with told(report) as watch:
        exporter = _exporter(path, mnist, check, calibrate, settings, watch)
    rows = [exporter.original.figures]
    with report.progress("exports", len(names)) as bar:
        for form, name in names.items():
            try:
                rows.append(exporter.write(form, out, name))
            except CamrecError as error:
                report.error(error)
            report.advance(bar)
    _print(rows, exporter.original.answers.crops)
    if report.errors:
        click.get_current_context().exit(1)


def _name(stem: str, form: str, settings: ExportSettings) -> str:
    return f"{stem}-pruned-{form}" if settings.prune else f"{stem}-{form}"


def _prepare(out: Path, names: list[str], force: bool) -> None:
    """Make the folder, and sure that nothing in it is lost."""
    from camrec.stream.sinks.outputs import make_folder

    make_folder(out)
    for card in (out / f"{name}.json" for name in names):
        if card.exists() and not force:
            raise OutputError(
                f"{card}: there is an export already; name another --out, or give --force to replace it"
            )


def _exporter(
    path: Path,
    mnist: str | None,
    check: str | None,
    calibrate: str | None,
    settings: ExportSettings,
    watch: Watch,
) -> Exporter:
    from camrec.training import data
    from camrec.training.export.formats import Exporter

    seen = data.read_part(check) if check else data.mnist("t10k", mnist)
    learn = data.read_part(calibrate) if calibrate else data.mnist("train", mnist)
    return Exporter.open(path, seen, learn, settings, {"command": spelled()}, watch)


def _print(rows: list[Figures], crops: np.ndarray) -> None:
    from camrec.reading.classifier import CHUNK, Classifier
    from camrec.training.evaluation.latency import latencies

    click.echo(_ROW.format("FILE", "SIZE", "PACKED", "64 CROPS", "ACCURACY", "DIFFERENCE"))  # fmt: skip
    models = [Classifier(row.path) for row in rows]
    times = latencies(models, crops[..., None], (CHUNK,))
    for row, time in zip(rows, times):
        size, packed = (f"{value / 1000:.0f} kB" for value in (row.size, row.packed))
        cells = (
            f"{time[CHUNK]:.1f} ms",
            f"{row.accuracy:.2%}",
            f"{row.difference:.5f}",
        )
        click.echo(_ROW.format(row.path.name, size, packed, *cells))
