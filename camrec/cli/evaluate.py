"""``camrec evaluate``: how well a model reads single characters."""

from __future__ import annotations

import json
from typing import Any

import click

from camrec.cli.hush import hush_libraries
from camrec.cli.options import model_option


@click.command(
    "evaluate",
    epilog="""\b
Examples:
  camrec evaluate --data mnist/
  camrec evaluate --data mnist/ --model my-model/digits.tflite --json -
""",
)
@click.option(
    "--data",
    metavar="FOLDER",
    help="Folder of NAME-images-idx3-ubyte[.gz] with labels; without it MNIST's test part through Keras.",
)
@click.option(
    "--json",
    "json_path",
    metavar="PATH",
    help="Write the figures as JSON; - is standard output.",
)
@model_option
def command(data: str | None, json_path: str | None, model: str) -> None:
    """Measure accuracy and rejection on sets of single characters.

    Every image goes through the reader's own normaliser. accuracy: the best digit class is right. rejected: the share of
    images whose non-digit class wins.
    """
    from camrec.reading.classifier import Classifier
    from camrec.training.data import find_sets, mnist
    from camrec.training.evaluate import evaluate

    hush_libraries()
    classifier = Classifier(model)
    sets = find_sets(data) if data else [mnist("t10k")]
    figures = [evaluate(classifier, characters) for characters in sets]
    for row in figures:
        click.echo(
            f"{row['name']}: {row['images']} images, accuracy {row['accuracy']:.2%}, rejected {row['rejected']:.2%}",
            err=True,
        )
    if json_path:
        _write(json_path, {"sets": figures})


def _write(path: str, figures: dict[str, Any]) -> None:
    with click.open_file(path, "w", encoding="utf-8", atomic=path != "-") as file:
        file.write(json.dumps(figures, indent=2) + "\n")
