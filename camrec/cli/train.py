"""``camrec train``: a model of one's own."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Any

import click

from camrec.cli.options import setting_options, take
from camrec.settings import TrainingSettings, VariationSettings


@click.command(
    "train",
    epilog="""\b
Examples:
  camrec train --out my-model
  camrec train --data mnist/ --fonts fonts/ --out my-model
  camrec train --data mnist/ --pages 100 --epochs 2 --out quick
""",
)
@click.option(
    "--data", metavar="FOLDER", help="MNIST's idx files; without it Keras fetches them."
)
@click.option(
    "--digits",
    "digits",
    multiple=True,
    metavar="FILE",
    help="More digits: NAME-images-idx3-ubyte[.gz].",
)
@click.option(
    "--letters",
    multiple=True,
    metavar="FILE",
    help="Characters that are no digits: idx images or a zip of pictures.",
)
@click.option(
    "--pictures", multiple=True, metavar="FOLDER", help="Pictures without any digit."
)
@click.option(
    "--fonts",
    metavar="FOLDER",
    help="Handwriting fonts, for letters and more styles of digits on rendered pages.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FOLDER",
    help="Where model and card go.",
)
@click.option("--name", default="digits", show_default=True, help="Name of the model.")
@click.option(
    "--cache",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Keep rendered crops for the next run.",
)
@click.option("--force", is_flag=True, help="Replace a model of that name.")
@setting_options(TrainingSettings)
@setting_options(VariationSettings)
def command(
    data: str | None,
    digits: tuple[str, ...],
    letters: tuple[str, ...],
    pictures: tuple[str, ...],
    fonts: str | None,
    out: Path,
    name: str,
    cache: Path | None,
    force: bool,
    **settings: Any,
) -> None:
    """Train the crop network and write NAME.keras, NAME.tflite and the card NAME.json.

    It learns from MNIST's training part and from what reading itself finds on rendered pages. A path of digits, letters or
    pictures may end in [start:stop:step] to use only a part, in order. The same seed trains the same network again.
    """
    from camrec.errors import ModelError, OutputError

    logging.basicConfig(
        level=logging.INFO, format="%(message)s", stream=sys.stderr, force=True
    )
    if (out / f"{name}.json").exists() and not force:
        raise OutputError(
            f"{out / name}.json: there is a model already; name another --out or --name, or give --force to replace it"
        )
    try:
        import keras  # noqa: F401 - only to say early and clearly what is missing
    except ImportError:
        raise ModelError(
            "training needs TensorFlow; install it with `pip install camrec[train]`"
        ) from None
    from camrec.training.data import mnist
    from camrec.training.recipe import Sources
    from camrec.training.train import train

    card = train(
        Sources(data, digits, letters, pictures, fonts),
        take(TrainingSettings, settings),
        take(VariationSettings, settings),
        out,
        name,
        tests=(mnist("t10k", data),),
        command=_spelled(),
        cache=cache,
    )
    click.echo(
        f"{card.with_suffix('.tflite')}: use it with --model {card.with_suffix('.tflite')}",
        err=True,
    )


def _spelled() -> str:
    """The command line with paths cut to their last part: enough to repeat it, silent about the machine."""
    words = [
        word.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1] for word in sys.argv[1:]
    ]
    return " ".join(["camrec", *words])
