"""Cards and recipes that a training takes its settings from: ``camrec train --recipe FILE``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, fields
from functools import cache
from typing import Any

from fuzzing import fuzz, instrumented, mutated_json, place, refusing

with instrumented():
    import click

    import camrec.training.network  # noqa: F401  (what the settings of a network are; loaded late)
    from camrec.cli.training import take_settings, take_sources, training_options
    from camrec.settings import Checked, TrainingSettings, VariationSettings


@click.command()
@training_options
def command(**values: Any) -> None:
    """Has the options of ``camrec train``."""


@cache
def given() -> click.Context:
    """``--recipe FILE`` as click understands it; made once, which takes longer than to look at a recipe."""
    path = place("recipe.json")
    path.write_text("{}")
    return command.make_context("train", ["--recipe", str(path)])


def check(settings: Checked) -> None:
    """What a training relies on."""
    for item in fields(settings):  # type: ignore[arg-type]
        kinds = {type(item.default)} | ({int} if type(item.default) is float else set())
        assert type(getattr(settings, item.name)) in kinds, item.name


def one(data: bytes) -> None:
    """A recipe is refused in a sentence, or gives settings that fit."""
    context = given()
    place("recipe.json").write_bytes(data)
    # All of the command that looks at a recipe. What click's errors of usage are to the command line, camrec's own are to
    # the library.
    with refusing(click.UsageError), context.scope(cleanup=False):
        values = {k: v for k, v in context.params.items() if k != "cache"}
        for settings in take_settings(values):
            check(settings)
        take_sources(values)


def seeds() -> Iterator[bytes]:
    """All settings, and some."""
    settings, variation = asdict(TrainingSettings()), asdict(VariationSettings())
    yield json.dumps({"settings": settings, "variation": variation}).encode()
    yield json.dumps({"settings": {"network": "lenet", "epochs": 3}}).encode()


def main() -> None:
    """Fuzz."""
    fuzz(__file__, one, seeds(), mutated_json)


if __name__ == "__main__":
    main()
