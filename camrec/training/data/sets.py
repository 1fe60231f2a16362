"""Labelled sets as they are distributed, and crops as a network takes them."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from camrec.errors import DataError
from camrec.training.data.classes import DIGITS, KNOWN, place
from camrec.training.data.idx import read_idx

log = logging.getLogger(__name__)

IMAGES = "-images-idx3-ubyte"
LABELS = "-labels-idx1-ubyte"
TRANSPOSED = "emnist-"  # EMNIST keeps rows and columns swapped, as Matlab wrote them


@dataclass(frozen=True, slots=True, eq=False)
class LabelledSet:
    """Characters and what they are.

    Parameters
    ----------
    name : str
        "train" for ``train-images-idx3-ubyte.gz``.
    images : numpy.ndarray
        (N, H, W) uint8; 255 is pen.
    labels : numpy.ndarray
        (N,) uint8, indices into `classes`.
    classes : tuple of str
        What the labels stand for, in the case they were written in: "A" and "a" may both be there.
    """

    name: str
    images: np.ndarray
    labels: np.ndarray
    classes: tuple[str, ...] = DIGITS

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def names(self) -> np.ndarray:
        """What each character is: (N,) of str."""
        names: np.ndarray = np.array(self.classes)[self.labels]
        return names

    def labels_in(self, classes: tuple[str, ...]) -> np.ndarray:
        """The labels as a model with `classes` would give them.

        Parameters
        ----------
        classes : tuple of str
            Of a model. A capital that is not among them counts as its small letter.

        Returns
        -------
        numpy.ndarray
            (N,) int64, indices into `classes`; -1 where the character is not one of them and should be rejected.
        """
        places = [place(name, classes) for name in self.classes]
        labels: np.ndarray = np.array(places, np.int64)[self.labels]
        return labels


@dataclass(frozen=True, slots=True, eq=False)
class Crops:
    """Normalised crops and their classes.

    Parameters
    ----------
    images : numpy.ndarray
        (N, 28, 28) uint8; 255 is pen.
    labels : numpy.ndarray
        (N,) uint8, indices into a list of classes; see :func:`~camrec.training.data.class_names`.
    """

    images: np.ndarray
    labels: np.ndarray

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, rows: np.ndarray) -> Crops:
        """The crops at `rows`."""
        return Crops(self.images[rows], self.labels[rows])

    def batch(self) -> np.ndarray:
        """As the network takes them: (N, 28, 28, 1) float32 in [0, 1]."""
        return self.images[..., None].astype(np.float32) / 255

    @classmethod
    def join(cls, parts: list[Crops]) -> Crops:
        """All of `parts`, one after another."""
        return cls(
            np.concatenate([p.images for p in parts]),
            np.concatenate([p.labels for p in parts]),
        )


def read_images(path: str | Path) -> np.ndarray:
    """The images of an idx file, upright: (N, H, W) uint8.

    Raises
    ------
    DataError
        Where the file holds no images.
    """
    images = read_idx(path)
    if images.ndim != 3 or not images.size:
        raise DataError(
            f"{path}: holds an array of shape {images.shape} and no images; name the file of images"
        )
    return (
        images.transpose(0, 2, 1) if Path(path).name.startswith(TRANSPOSED) else images
    )


def read_set(images: str | Path) -> LabelledSet:
    """Read ``NAME-images-idx3-ubyte[.gz]`` and the labels beside it.

    Sets whose name begins with "emnist-" are turned upright, and labels that are letters are named as such.

    Raises
    ------
    DataError
        Where either file is missing or they do not belong together.
    """
    images = Path(images)
    name = images.name.split(IMAGES)[0]
    twin = [images.with_name(name + LABELS + end) for end in ("", ".gz")]
    labels = next((path for path in twin if path.is_file()), None)
    if labels is None:
        raise DataError(
            f"{images}: its labels are missing; put {twin[0].name} (or .gz) beside it"
        )
    pictures, answers = read_images(images), read_idx(labels)
    if answers.ndim != 1 or len(pictures) != len(answers):
        raise DataError(
            f"{images}: {pictures.shape} images do not go with {answers.shape} labels; the two files belong to different sets"
        )
    return _named(name, pictures, answers)


def _named(name: str, images: np.ndarray, labels: np.ndarray) -> LabelledSet:
    """The set with its labels counted from 0 and their names."""
    known = (value for begin, value in KNOWN.items() if name.startswith(begin))
    first, classes = next(known, (0, DIGITS))
    low, high = (int(labels.min()), int(labels.max())) if len(labels) else (first, 0)
    if first <= low and high < first + len(classes):
        return LabelledSet(name, images, labels - np.uint8(first), tuple(classes))
    if classes is not DIGITS:
        raise DataError(
            f"{name}: labels from {low} to {high}, where {first} to {first + len(classes) - 1} are expected; the file of labels belongs to another set"
        )
    log.warning(
        "%s: labels up to %d are no digits and have no names here; only how many are rejected means anything",
        name,
        high,
    )
    return LabelledSet(name, images, labels, tuple(f"#{k}" for k in range(high + 1)))


def find_sets(folder: str | Path) -> list[LabelledSet]:
    """Every set of idx files in a folder, by name.

    Raises
    ------
    DataError
        Where there is none.
    """
    files = idx_images(Path(folder))
    if not files:
        raise DataError(
            f"{folder}: no NAME{IMAGES}[.gz] in this folder; name the folder that holds the idx files"
        )
    return [read_set(path) for path in files]


def idx_images(folder: Path) -> list[Path]:
    """The file of images of every set in a folder, by name; where a set lies there packed and unpacked, the unpacked one."""
    packed = {path.with_suffix(""): path for path in folder.glob(f"*{IMAGES}.gz")}
    unpacked = {path: path for path in folder.glob(f"*{IMAGES}")}
    return sorted({**packed, **unpacked}.values())


def sliced(spec: str) -> tuple[Path, slice]:
    """Split ``PATH[::2]`` into the path and the part of it that may be used; without brackets, all of it.

    Raises
    ------
    DataError
        Where the step is 0.
    """
    match = re.fullmatch(r"(.*)\[(-?\d+)?:(-?\d+)?(?::(-?\d+)?)?\]", spec)
    if not match:
        return Path(spec), slice(None)
    start, stop, step = (int(value) if value else None for value in match.groups()[1:])
    if step == 0:
        raise DataError(f"{spec}: a part cannot have steps of 0; [::2] is every second")
    return Path(match[1]), slice(start, stop, step)


def read_part(spec: str) -> LabelledSet:
    """A set named as ``NAME-images-idx3-ubyte.gz``, with ``[start:stop:step]`` behind it for a part of its rows.

    Raises
    ------
    DataError
        Where it cannot be read, or nothing is left of it.
    """
    path, part = sliced(spec)
    whole = read_set(path)
    chosen = replace(whole, images=whole.images[part], labels=whole.labels[part])
    if not len(chosen):
        raise DataError(f"{spec}: nothing is left of its {len(whole)} characters; name another part")  # fmt: skip
    return chosen


def extra_digits(spec: str) -> LabelledSet:
    """The same, of digits.

    Raises
    ------
    DataError
        Where its labels are no digits, too.
    """
    digits = read_part(spec)
    if digits.classes != DIGITS:
        raise DataError(
            f"{spec}: its labels are letters, not digits; give it as characters that are no digits"
        )
    return digits
