"""``camrec tune``: a search for better settings."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import click

from camrec.cli.groups import GroupedCommand
from camrec.cli.needs import needs
from camrec.cli.options import NumberRange
from camrec.cli.report import Report
from camrec.cli.signals import deferred
from camrec.cli.training import (
    OF_NETWORK,
    SOURCES,
    TRAINING,
    VARIATION,
    given_options,
    quiet_libraries,
    said,
    take_settings,
    take_sources,
    training_options,
)
from camrec.settings import NETWORKS

_GROUPS = {
    "Search": ("out", "study", "trials", "timeout", "among", "quiet"),
    "Data": SOURCES,
    "Network": OF_NETWORK,
    "Training": tuple(name for name in TRAINING if name not in OF_NETWORK),
    "Variation, anew each time a crop is seen": VARIATION,
}


@click.command(
    "tune",
    cls=GroupedCommand,
    groups=_GROUPS,
    epilog="""\b
Examples:
  camrec tune --network cnn --mnist mnist/ --epochs 3 --trials 30 --out search
  camrec tune --among cnn --among lenet --no-vary --mnist mnist/ --out search
  camrec tune --study postgresql://user@host/studies --mnist mnist/ --out search     on every machine
  camrec train --recipe search/best.json --epochs 12 --mnist mnist/ --out mine
""",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    metavar="FOLDER",
    help="Where best.json and search.png go; those of an earlier search there are replaced.",
)
@click.option(
    "--study",
    metavar="FILE|URL",
    help="Where trials are kept: an SQLite file, by default study.db in --out, or the address of a database. Workers that name the same one share the work.",
)
@click.option(
    "--trials",
    type=click.IntRange(1),
    default=50,
    show_default=True,
    help="How many the study shall have, of all workers and calls together.",
)
@click.option(
    "--timeout",
    type=NumberRange(0),
    metavar="s",
    help="Begin no trial after so many seconds.",
)
@click.option(
    "--among",
    multiple=True,
    type=click.Choice(NETWORKS),
    help="Search among these networks, instead of --network.",
)
@click.option("-q", "--quiet", is_flag=True, help="Only errors.")
@training_options
def command(
    out: Path,
    study: str | None,
    trials: int,
    timeout: float | None,
    among: tuple[str, ...],
    quiet: bool,
    cache: Path | None,
    **values: Any,
) -> None:
    """Search for settings with less loss on what is held back; write the best as a recipe for camrec train.

    Searched are learning rate, batch size, dropout, weight decay and the strengths of variation; what is given on the
    command line stays as it is. The first trial is the settings as they are. Trials that do worse than half of those before
    are given up early. Ctrl-C stops; the same command goes on.
    """
    needs("tuning", "keras", "optuna", "matplotlib", "sklearn")
    quiet_libraries()
    fixed = given_options()
    values["network"] = among[0] if among else values["network"]
    vary = values["vary"]
    settings, variation = take_settings(values)
    from camrec.stream.sinks.outputs import make_folder
    from camrec.training.findings import finished, plot
    from camrec.training.space import space_beside
    from camrec.training.tune import Search, open_study, tune

    report = Report(quiet)
    make_folder(out)
    with said(report):
        logging.getLogger("camrec.training.fit").setLevel(logging.WARNING)
        search = Search.over(
            take_sources(values),
            settings,
            variation,
            space_beside(fixed, among, vary=vary),
            cache,
        )
        with deferred() as asked:
            trying = open_study(study or str(out / "study.db"), search)
            tune(search, trying, out, trials=trials, timeout_s=timeout, stop=asked)
            if finished(trying):
                report.say(f"{plot(trying, out)}: how the search went")
                best = out / "best.json"
                report.say(f"{best}: the best settings; camrec train --recipe {best}")
