"""Sets that belong together: the parts of MNIST, of one of EMNIST's sets, or a folder of one's own pictures."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from camrec.errors import DataError
from camrec.training.data.classes import class_names
from camrec.training.data.folders import labelled_folder
from camrec.training.data.mnist import fetched_mnist, warn_of_other
from camrec.training.data.sets import IMAGES, LabelledSet, idx_images, read_set

PARTS = {"train": "train", "test": "test", "t10k": "test"}
_PART = re.compile(f"(?:^|-)({'|'.join(PARTS)})$")


@dataclass(frozen=True, slots=True, eq=False)
class Collection:
    """What is distributed as one.

    Parameters
    ----------
    name : str
        "emnist-letters" for ``emnist-letters-train`` and ``emnist-letters-test``.
    sets : tuple of LabelledSet
        The training part first, where there are parts.
    """

    name: str
    sets: tuple[LabelledSet, ...]


def collection_names(folder: Path | None) -> list[str]:
    """What there is in a folder: collections of idx files, or else its pictures as one; without a folder, MNIST.

    Raises
    ------
    DataError
        Where there is no such folder.
    """
    if folder is None:
        return ["mnist"]
    if not folder.is_dir():
        raise DataError(f"{folder}: no such folder; name one that holds idx files or pictures")  # fmt: skip
    return list(_families(folder)) or [folder.resolve().name]


def read_collection(name: str, folder: Path | None, kind: str = "digits") -> Collection:
    """Read one collection; MNIST through keras where there is no folder.

    A warning is logged where a set has the name of a part of MNIST and is not that part.

    Parameters
    ----------
    name : str
        One of :func:`collection_names`.
    folder : Path or None
    kind : {"digits", "letters", "alnum"}
        Classes of pictures; see :func:`~camrec.training.data.labelled_folder`. Labels of idx files are known by name.

    Raises
    ------
    DataError
        Where a file is damaged, no picture can be used, or MNIST cannot be fetched.
    """
    if folder is None:
        return _checked(name, list(fetched_mnist().values()))
    files = _families(folder).get(name)
    if files:
        return _checked(name, [read_set(path) for path in files])
    classes = class_names(kind)
    crops = labelled_folder(folder, classes)
    return Collection(name, (LabelledSet(name, crops.images, crops.labels, classes),))


def part_of(name: str) -> str:
    """ "train", "test", or "all" for a set that is no part of another."""
    match = _PART.search(name)
    return PARTS[match[1]] if match else "all"


def _families(folder: Path) -> dict[str, list[Path]]:
    """Files of images by the name of their collection, training parts first."""
    families: dict[str, list[Path]] = {}
    for path in sorted(idx_images(folder), key=lambda path: "train" not in path.name):
        name = path.name.split(IMAGES)[0]
        families.setdefault(_PART.sub("", name) or "mnist", []).append(path)
    return dict(sorted(families.items()))


def _checked(name: str, sets: list[LabelledSet]) -> Collection:
    for characters in sets:
        warn_of_other(characters)
    return Collection(name, tuple(sets))
