"""What commands that train have in common: sources, settings from three places, and words while it runs."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from camrec.cli.hush import hush_libraries
from camrec.cli.options import setting_options, take
from camrec.cli.report import Progress, Report
from camrec.reading.models import LINES, card_text, model_path
from camrec.settings import TrainingSettings, VariationSettings

if TYPE_CHECKING:
    from camrec.training.fit import Watch
    from camrec.training.recipe import Sources

Function = TypeVar("Function", bound=Callable[..., Any])

SOURCES = ("classes", "mnist", "own", "digits", "letters", "pictures", "fonts", "cache")
TRAINING = tuple(item.name for item in fields(TrainingSettings))
VARIATION = ("vary", *(item.name for item in fields(VariationSettings)))
OF_NETWORK = ("network", "dropout", "recipe")

_OPTIONS = (
    click.option(
        "--classes",
        type=click.Choice(["digits", "letters", "alnum"]),
        default="digits",
        show_default=True,
        help="What is told apart; alnum is digits and letters. A and a are one class.",
    ),
    click.option(
        "--mnist",
        metavar="FOLDER",
        help="MNIST's idx files; without it Keras fetches them.",
    ),
    click.option(
        "--data",
        "own",
        multiple=True,
        metavar="FOLDER",
        help="Your own characters: pictures in folders named 0 to 9 and none, or crops as `camrec image --crops` names them.",
    ),
    click.option(
        "--digits",
        multiple=True,
        metavar="FILE",
        help="More digits: NAME-images-idx3-ubyte[.gz], labels beside it.",
    ),
    click.option(
        "--letters",
        multiple=True,
        metavar="FILE",
        help="Characters that are no digits: idx images or a zip of pictures. With --classes letters or alnum: EMNIST's and other idx images with labels beside them.",
    ),
    click.option(
        "--pictures",
        multiple=True,
        metavar="FOLDER",
        help="Pictures without any digit or letter.",
    ),
    click.option(
        "--fonts",
        metavar="FOLDER",
        help="Handwriting fonts, for letters and more styles of digits.",
    ),
    click.option(
        "--cache",
        type=click.Path(path_type=Path),
        metavar="FOLDER",
        help="Keep what rendered pages bring for the next run; letters are soon written anew.",
    ),
    click.option(
        "--recipe",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        metavar="FILE",
        help="Settings from a card, or from what `camrec tune` found; options given beside it win.",
    ),
    setting_options(TrainingSettings),
    click.option(
        "--vary/--no-vary", default=True, help="Whether crops are varied at all."
    ),
    setting_options(VariationSettings),
)


def training_options(function: Function) -> Function:
    """Add the options of sources, training and variation."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def take_sources(values: dict[str, Any]) -> Sources:
    """Make the sources of the values of their options, and take those out of `values`."""
    from camrec.training.recipe import Sources

    names = [item.name for item in fields(Sources)]
    return Sources(**{name: values.pop(name) for name in names})


def take_settings(
    values: dict[str, Any], wants: dict[str, Any] | None = None
) -> tuple[TrainingSettings, VariationSettings]:
    """Settings from the command line, else the recipe, else `wants`, else the defaults.

    Takes their options out of `values`. Without `wants` it is what the network wants.
    """
    from camrec.training.network import OWN

    recipe = _read(values.pop("recipe"))
    vary = values.pop("vary")
    given = {name: values[name] for name in given_options() & values.keys()}
    # A recipe may hold anything; what is no name of a network is refused with all else that does not fit.
    network = str(given.get("network", recipe.get("network", values["network"])))
    known = {**(wants or OWN.get(network, {})), **recipe, **given}
    values.update(known if vary else {**known, "varied": 0.0})
    try:
        return take(TrainingSettings, values), take(VariationSettings, values)
    except (ValueError, TypeError) as error:
        raise click.UsageError(f"the recipe does not fit: {error}") from error


def given_options() -> set[str]:
    """Names of the parameters whose options are on the command line."""
    context = click.get_current_context()
    default = click.core.ParameterSource.DEFAULT
    return {
        name
        for name in context.params
        if context.get_parameter_source(name) is not default
    }


def _read(path: Path | None) -> dict[str, Any]:
    """The settings in a card or recipe, by name."""
    if path is None:
        return {}
    try:
        told = json.loads(card_text(path))
        named = {**told["settings"], **told.get("variation", {})}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:  # fmt: skip
        raise click.BadParameter(
            f"{path}: neither a card nor a recipe ({type(error).__name__}: {error})",
            param_hint="--recipe",
        ) from error
    unknown = sorted(named.keys() - {*TRAINING, *VARIATION})
    if unknown:
        raise click.BadParameter(
            f"{path}: camrec has no setting {', '.join(unknown)}",
            param_hint="--recipe",
        )
    return named


def quiet_libraries() -> None:
    """Keep TensorFlow from talking; before it is imported."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    hush_libraries()


def on_tensorflow() -> None:
    """Have Keras run on TensorFlow, whatever it trains on here; before it is imported.

    For commands whose converters and gradients are TensorFlow's own. A ``.keras`` file is any backend's.
    """
    os.environ["KERAS_BACKEND"] = "tensorflow"


@contextmanager
def told(report: Report) -> Iterator[Watch]:
    """Say what a training logs, and draw its progress where there is a terminal."""
    from camrec.training.fit import Watch

    bar: Progress | None = None
    with said(report), ExitStack() as until_then:

        def step(done: int, total: int) -> None:
            nonlocal bar
            if bar is None:  # not before the first step, or its rate would be off
                left = report.progress("steps", total - done + 1)
                bar = until_then.enter_context(left)
            report.advance(bar)

        yield Watch(step=step)


@contextmanager
def said(report: Report) -> Iterator[None]:
    """Say what camrec logs."""
    log = logging.getLogger("camrec")
    handler, level = _Saying(report), log.level
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    try:
        yield
    finally:
        log.removeHandler(handler)
        log.setLevel(level)


class _Saying(logging.Handler):
    def __init__(self, report: Report) -> None:
        super().__init__(logging.INFO)
        self._report = report

    def emit(self, record: logging.LogRecord) -> None:
        self._report.say(self.format(record))


def told_of_lines(card: Path) -> str:
    """What to do with a new line reader."""
    return f"{card}: a line reader; camrec reads with the one in {model_path(LINES).parent} called {LINES}, so put this one there, weights and card, to read with it"


def spelled() -> str:
    """The command line with paths cut to their last part: enough to repeat it, silent about the machine."""
    words = [
        word.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1] for word in sys.argv[1:]
    ]
    return " ".join(["camrec", *words])
