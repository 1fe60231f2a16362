"""A user's own characters: pictures in folders named by class, or crops named by what was read."""

from __future__ import annotations

import csv
import logging
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from camrec.errors import DataError, SourceError
from camrec.reading.normalise import normalise
from camrec.reading.pictures import PICTURE_SUFFIXES, load_picture
from camrec.training.data.classes import place
from camrec.training.data.sets import Crops
from camrec.training.data.singles import ink_of_one, without_margin

log = logging.getLogger(__name__)

LISTED = "labels.csv"
_LARGEST = 2**26  # bytes of that list; a million pictures take them


def labelled_folder(folder: str | Path, classes: tuple[str, ...]) -> Crops:
    """Pictures of one character each, as reading would cut and normalise them.

    What a picture shows is told by, in this order: ``labels.csv`` in `folder`, with the columns ``file`` and
    ``label``; the folder inside `folder` that it lies in (``7/``, ``none/``); the end of its name, as
    ``camrec image --crops`` names crops (``page-0-12-7.png`` is a 7).

    Parameters
    ----------
    folder : str or Path
        Pictures of any size, pen darker or lighter than paper.
    classes : tuple of str
        See :func:`~camrec.training.data.class_names`. A capital that is not among them counts as its small letter.

    Returns
    -------
    Crops
        In the order of their paths. Pictures that are unreadable, empty or of no class are named in the log and left
        out.

    Raises
    ------
    DataError
        Where the folder is missing or nothing in it can be used.
    """
    folder = Path(folder)
    images, labels = [], []
    for path, label in _labelled(folder, classes):
        image = _crop(path)
        if image is not None:
            images.append(image)
            labels.append(label)
    if not labels:
        raise DataError(
            f"{folder}: no picture of a known class in it; put pictures into folders named {_listing(classes)}, "
            "or name them as `camrec image --crops` does (page-0-12-7.png is a 7)"
        )
    return Crops(np.array(images), np.array(labels, np.uint8))


def _crop(path: Path) -> np.ndarray | None:
    """The character of one picture, (28, 28) uint8; None where there is none."""
    try:
        ink = ink_of_one(without_margin(path.name, load_picture(path)))
    except SourceError as error:
        log.warning("%s; it is left out", error)
        return None
    if not ink.any():
        log.warning("%s: no ink of a character in it; it is left out", path)
        return None
    return (normalise(ink) * 255).astype(np.uint8)


def _labelled(folder: Path, classes: tuple[str, ...]) -> Iterator[tuple[Path, int]]:
    """Every picture whose class is known, in order."""
    if not folder.is_dir():
        raise DataError(f"{folder}: no such folder; name one that holds pictures")
    listed = _listed(folder)
    unknown: Counter[str] = Counter()
    for path in _pictures(folder):
        key = path.relative_to(folder).as_posix()
        name = listed.pop(key, None) or _told(path, folder)
        label = place(name, classes)
        if label < 0:
            unknown[name] += 1
        else:
            yield path, label
    for name, count in sorted(unknown.items()):
        log.warning("%s: %d pictures named %r are left out; the classes are %s", folder, count, name, _listing(classes))  # fmt: skip
    for key in listed:
        log.warning("%s: %s in %s is not there", folder, key, LISTED)


def _pictures(folder: Path) -> list[Path]:
    """Those in the folder and in its folders; hidden files are other programs' notes."""
    return sorted(
        path
        for path in (*folder.glob("*"), *folder.glob("*/*"))
        if path.suffix.lower() in PICTURE_SUFFIXES
        and not path.name.startswith(".")
        and path.is_file()
    )


def _told(path: Path, folder: Path) -> str:
    """What the place or the name of a picture says it is."""
    return path.stem.rpartition("-")[2] if path.parent == folder else path.parent.name


def _listed(folder: Path) -> dict[str, str]:
    """What ``labels.csv`` says: paths inside the folder, with forward slashes, and their labels."""
    path = folder / LISTED
    if not path.is_file():
        return {}
    try:
        # Spreadsheets begin UTF-8 with a mark of the byte order.
        with path.open(newline="", encoding="utf-8-sig") as file:
            if path.stat().st_size > _LARGEST:
                raise ValueError(f"it is larger than {_LARGEST / 2**20:g} MB")
            rows = list(csv.reader(file))
        if rows[0][:2] != ["file", "label"]:
            raise ValueError(f"it begins with {rows[0]}")
        return {row[0].replace("\\", "/"): row[1].strip() for row in rows[1:] if row}
    except (OSError, ValueError, csv.Error, IndexError) as error:
        raise DataError(
            f"{path}: cannot be read as a table with the columns file and label ({error}); begin it with the line `file,label`"
        ) from error


def _listing(classes: tuple[str, ...]) -> str:
    """ "0 to 9 and none" for the digits."""
    return f"{classes[0]} to {classes[-2]} and {classes[-1]}"
