"""``camrec train``: a model of one's own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from camrec.cli.groups import GroupedCommand
from camrec.cli.needs import needs
from camrec.cli.report import Report
from camrec.cli.signals import Stopped
from camrec.cli.training import (
    OF_NETWORK,
    SOURCES,
    TRAINING,
    VARIATION,
    given_options,
    quiet_libraries,
    spelled,
    take_settings,
    take_sources,
    told,
    told_of_lines,
    training_options,
)

if TYPE_CHECKING:
    from camrec.training.data import LabelledSet
    from camrec.training.recipe import Sources

_GROUPS = {
    "Output": ("out", "name", "force", "resume", "quiet"),
    "Data": SOURCES,
    "Network": (*OF_NETWORK, "lines", "origin", "freeze"),
    "Training": tuple(name for name in TRAINING if name not in OF_NETWORK),
    "Variation, anew each time a crop is seen": VARIATION,
}
_OF_CROPS = {"freeze": "--freeze", "network": "--network", "classes": "--classes", "own": "--data", "letters": "--letters"}  # fmt: skip


@click.command(
    "train",
    cls=GroupedCommand,
    groups=_GROUPS,
    epilog="""\b
Examples:
  camrec train --network cnn --mnist mnist/ --out cnn     the textbook's, in minutes
  camrec train --mnist mnist/ --fonts fonts/ --out mine   camrec's own, with a class for what is no digit
  camrec train --from digits --data my-digits/ --mnist mnist/ --out tuned
  camrec train --classes letters --fonts fonts/ --out mine --name letters
  camrec train --recipe best.json --mnist mnist/ --out mine
""",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    metavar="FOLDER",
    help="Where model, card and history go; the history of an earlier training there is replaced.",
)
@click.option(
    "--name", help="Name of the model; by default digits, or lines with --lines."
)
@click.option(
    "--resume",
    is_flag=True,
    help="Go on where a training with the same options broke off.",
)
@click.option("--force", is_flag=True, help="Replace a model of that name.")
@click.option(
    "--from",
    "origin",
    metavar="MODEL",
    help="Start from a model instead of from chance: a shipped one by name, or a .keras file with its card beside it. Its last layer is new where it lacks a class. The defaults are then 5 epochs at a rate of 3e-4 and 300 pages, or none where it has no class for what is no digit; a line reader keeps its number of pages.",
)
@click.option(
    "--freeze",
    is_flag=True,
    help="With --from: learn with the dense layers only.",
)
@click.option(
    "--lines",
    is_flag=True,
    help="Train a line reader instead, from strips of touching digits; of the networks and the variations nothing applies to it. camrec reads with its own, unless yours is put in its place.",
)
@click.option("-q", "--quiet", is_flag=True, help="Only errors.")
@training_options
def command(
    out: Path,
    name: str | None,
    resume: bool,
    force: bool,
    origin: str | None,
    freeze: bool,
    lines: bool,
    quiet: bool,
    cache: Path | None,
    **values: Any,
) -> None:
    """Train a network and write NAME.keras, NAME.tflite, the card NAME.json, history.csv and history.png.

    camrec's own network learns from MNIST's training part and from what reading itself finds on rendered pages. mlp, cnn,
    lenet, vgg and resnet learn from MNIST alone unless told otherwise (--pages 3000), with a dropout of their own. Where
    nothing shows what is no digit, the model has no class for it. Letters are learned from handwriting fonts, from strokes
    that camrec knows, and from sets like EMNIST where they are named with --letters. A path of digits, letters or pictures may end in
    [start:stop:step] to use only a part, in order. The same seed trains the same network again.
    """
    if freeze and not origin:
        raise click.UsageError("--freeze goes with --from: it keeps what that model learned")  # fmt: skip
    given = given_options()
    of_crops = [option for name, option in _OF_CROPS.items() if name in given]
    if lines and of_crops:
        raise click.UsageError(f"{' and '.join(of_crops)}: for networks of crops; leave it away with --lines")  # fmt: skip
    if origin and "network" in given:
        raise click.UsageError("--network: the model that --from names has its own network; leave one of the two away")  # fmt: skip
    needs("training", "keras", "tensorflow", "matplotlib")
    quiet_libraries()
    from camrec.training.train import Target, train
    from camrec.training.transfer import Origin

    target = Target(out, name or ("lines" if lines else "digits"))
    target.prepare(resume=resume, force=force)
    start = Origin(origin, freeze) if origin else None
    settings, variation = take_settings(values, start.wants() if start else None)
    sources = take_sources(values)
    report = Report(quiet)
    with told(report) as watch, _with_advice(report):
        if lines:
            from camrec.training.lines.train import train_lines

            card = train_lines(sources, settings, target, origin=start, command=spelled(), cache=cache, watch=watch)  # fmt: skip
            report.say(told_of_lines(card))
            return
        card = train(
            sources,
            settings,
            variation,
            target,
            origin=start,
            tests=_tests(sources),
            command=spelled(),
            cache=cache,
            watch=watch,
        )
    weights = card.with_suffix(".tflite")
    report.say(f"{weights}: use it with --model {weights}")


@contextmanager
def _with_advice(report: Report) -> Iterator[None]:
    """Say how to go on to who stops a training."""
    try:
        yield
    except Stopped:
        report.say("stopped; the same command with --resume goes on after the last whole epoch")  # fmt: skip
        raise


def _tests(sources: Sources) -> tuple[LabelledSet, ...]:
    """MNIST's test part; of letters there is no set that everyone has."""
    from camrec.training.data import mnist

    if sources.classes == "letters":
        return ()
    return (mnist("t10k", sources.mnist),)
