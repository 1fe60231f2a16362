"""``camrec data``: a first look at the characters that models learn from."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from camrec.cli.needs import needs
from camrec.cli.training import quiet_libraries

if TYPE_CHECKING:
    from camrec.training.data.collection import Collection


@click.group(
    "data",
    invoke_without_command=True,
    subcommand_metavar="[feedback ...]",
    epilog="""\b
Examples:
  camrec data --out look
  camrec data --from mnist/ --npy --out arrays
  camrec data --from emnist/ --set emnist-letters --out look
  camrec data --from my-digits/ --out look
  camrec data feedback said.db --out my-digits
""",
)
@click.option(
    "--from",
    "folder",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Idx files, MNIST's or EMNIST's, or pictures of one character each in folders named by class; without it Keras fetches MNIST.",
)
@click.option(
    "--set",
    "names",
    multiple=True,
    metavar="NAME",
    help="Of several in the folder only this one: emnist-letters. May be repeated.",
)
@click.option(
    "--classes",
    "kind",
    type=click.Choice(["digits", "letters", "alnum"]),
    default="digits",
    show_default=True,
    help="Classes of pictures in folders.",
)
@click.option(
    "--npy",
    is_flag=True,
    help="Write X_train.npy, y_train.npy, X_test.npy and y_test.npy too: float32 in [0, 1], (N, 28, 28, 1), and one-hot labels.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Write distribution.png and samples.png here, and the arrays; those of an earlier run are replaced.",
)
def command(
    folder: Path | None, names: tuple[str, ...], kind: str, npy: bool, out: Path | None
) -> None:
    """Fetch MNIST or look into a folder of characters: how many of each class, and what they look like.

    The table of classes goes to standard output. Of several sets in one folder each gets a folder of its own in --out.
    """
    if click.get_current_context().invoked_subcommand is not None:
        return
    if npy and out is None:
        raise click.UsageError("--npy needs --out FOLDER to write to")
    if folder is None:
        needs("fetching MNIST", "keras")
        quiet_libraries()
    if out is not None:
        needs("plotting", "matplotlib")
    from camrec.training.data.collection import collection_names, read_collection

    logging.basicConfig(format="camrec: %(message)s", stream=sys.stderr, force=True)
    chosen = _chosen(collection_names(folder), names)
    for name in chosen:
        collection = read_collection(name, folder, kind)
        click.echo(_table(collection))
        if out is not None:
            _write(collection, out / name if len(chosen) > 1 else out, npy)


@command.command(
    "feedback",
    epilog="""\b
Examples:
  camrec data feedback said.db --out my-digits
""",
)
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    metavar="FOLDER",
    help="Gets a folder a class; pictures of an earlier run are replaced.",
)
def feedback(file: Path, out: Path) -> None:
    """Turn what `camrec serve --feedback FILE` kept into folders that `camrec train --data FOLDER` takes."""
    from camrec.web.feedback import Feedback
    from camrec.web.folders import write_folders

    counts = write_folders(Feedback(file, create=False), out)
    for label, count in sorted(counts.items()):
        click.echo(f"{label:<10}{count:>8,}")
    click.echo(f"{out} written", err=True)


def _chosen(found: list[str], names: tuple[str, ...]) -> list[str]:
    unknown = sorted(set(names) - set(found))
    if unknown:
        raise click.BadParameter(
            f"{', '.join(unknown)}: not in the folder, which holds {', '.join(found)}",
            param_hint="--set",
        )
    return [name for name in found if not names or name in names]


def _table(collection: Collection) -> str:
    """Count and share of each class, a column a set."""
    import numpy as np

    sets = collection.sets
    lines = [f"{'class':<10}" + "".join(f"{s.name:>22}  " for s in sets)]
    for label, name in enumerate(sets[0].classes):
        counts = [(np.count_nonzero(s.labels == label), len(s)) for s in sets]
        cells = (f"{n:>14,} {n / max(1, of):>7.2%}  " for n, of in counts)
        lines.append(f"{name:<10}" + "".join(cells))
    whole = (f"{len(s):>14,}{'':>10}" for s in sets)
    lines.append(f"{'all':<10}" + "".join(whole))
    return "\n".join(line.rstrip() for line in lines)


def _write(collection: Collection, folder: Path, npy: bool) -> None:
    from camrec.stream.sinks.outputs import make_folder
    from camrec.training.data.arrays import write_arrays
    from camrec.training.data.collection import part_of
    from camrec.training.plots.data import distribution, samples
    from camrec.training.plots.style import save

    make_folder(folder)
    written = [
        save(distribution(collection), folder / "distribution.png"),
        save(samples(collection), folder / "samples.png"),
    ]
    for characters in collection.sets if npy else ():
        written += write_arrays(characters, folder, part_of(characters.name))
    for path in written:
        click.echo(f"{path} written", err=True)
