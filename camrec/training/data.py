"""Labelled pictures of single characters: idx files, archives of pictures, MNIST itself."""

from __future__ import annotations

import gzip
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from camrec.errors import DataError
from camrec.reading.normalise import normalise_all

CLASSES = (*"0123456789", "none")  # "none" is everything that is not a digit
NONE = CLASSES.index("none")

IMAGES = "-images-idx3-ubyte"
LABELS = "-labels-idx1-ubyte"
IDX_BYTES = 8  # code of unsigned bytes in the third byte of an idx file (LeCun's description of the format)


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
        (N,) uint8.
    """

    name: str
    images: np.ndarray
    labels: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Crops:
    """Normalised crops and their classes.

    Parameters
    ----------
    images : numpy.ndarray
        (N, 28, 28) uint8; 255 is pen.
    labels : numpy.ndarray
        (N,) uint8, indices into :data:`CLASSES`.
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


def read_idx(path: str | Path) -> np.ndarray:
    """Read an idx file of unsigned bytes, gzipped or not.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    numpy.ndarray
        uint8, of the shape that the file declares.

    Raises
    ------
    DataError
        Where the file is missing, cut short, or something else.
    """
    path = Path(path)
    try:
        data = path.read_bytes()
        data = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
        zeros, kind, axes = struct.unpack(">HBB", data[:4])
        shape = struct.unpack(f">{axes}I", data[4 : 4 + 4 * axes])
    except (OSError, EOFError, zlib.error, struct.error) as error:
        raise DataError(
            f"{path}: cannot be read as an idx file ({error}); take the file as MNIST is distributed"
        ) from error
    if zeros or kind != IDX_BYTES:
        raise DataError(
            f"{path}: not an idx file of unsigned bytes; take the file as MNIST is distributed"
        )
    body = np.frombuffer(data, np.uint8, offset=4 + 4 * axes)
    if body.size != np.prod(shape, dtype=np.int64):
        raise DataError(
            f"{path}: declares {shape} but holds {body.size} bytes; the copy is incomplete, fetch it again"
        )
    return body.reshape(shape)


def read_set(images: str | Path) -> LabelledSet:
    """Read ``NAME-images-idx3-ubyte[.gz]`` and the labels beside it.

    Raises
    ------
    DataError
        Where either file is missing or their lengths differ.
    """
    images = Path(images)
    name = images.name.split(IMAGES)[0]
    twin = [images.with_name(name + LABELS + end) for end in ("", ".gz")]
    labels = next((path for path in twin if path.is_file()), None)
    if labels is None:
        raise DataError(
            f"{images}: its labels are missing; put {twin[0].name} (or .gz) beside it"
        )
    pictures, answers = read_idx(images), read_idx(labels)
    if pictures.ndim != 3 or answers.ndim != 1 or len(pictures) != len(answers):
        raise DataError(
            f"{images}: {pictures.shape} images do not go with {answers.shape} labels; the two files belong to different sets"
        )
    return LabelledSet(name, pictures, answers)


def find_sets(folder: str | Path) -> list[LabelledSet]:
    """Every set of idx files in a folder, by name.

    Raises
    ------
    DataError
        Where there is none.
    """
    folder = Path(folder)
    files = sorted(
        path
        for path in folder.glob(f"*{IMAGES}*")
        if path.name.endswith((IMAGES, IMAGES + ".gz"))
    )
    if not files:
        raise DataError(
            f"{folder}: no NAME{IMAGES}[.gz] in this folder; name the folder that holds the idx files"
        )
    return [read_set(path) for path in files]


def mnist(part: str, folder: str | Path | None = None) -> LabelledSet:
    """MNIST, from a folder of idx files or else through keras.

    Parameters
    ----------
    part : {"train", "t10k"}
    folder : str or Path, optional

    Raises
    ------
    DataError
        Where it is not in the folder, or cannot be fetched.
    """
    if folder is not None:
        found = next(iter(sorted(Path(folder).glob(f"{part}{IMAGES}*"))), None)
        if found is None:
            raise DataError(
                f"{folder}: no {part}{IMAGES}[.gz] in this folder; put MNIST's four files there"
            )
        return read_set(found)
    try:
        import keras

        train, test = keras.datasets.mnist.load_data()
    except ImportError:
        raise DataError(
            "MNIST: fetching it needs Keras; install it with `pip install camrec[train]`, or name a folder of idx files with --data"
        ) from None
    except Exception as error:  # urllib, tarfile and keras raise their own kinds here
        raise DataError(
            f"MNIST: cannot be fetched ({error}); put its four idx files into a folder and name it with --data"
        ) from error
    return LabelledSet(part, *(train if part == "train" else test))


def sliced(spec: str) -> tuple[Path, slice]:
    """Split ``PATH[::2]`` into the path and the part of it that may be used; without brackets, all of it."""
    match = re.fullmatch(r"(.*)\[(-?\d+)?:(-?\d+)?(?::(-?\d+)?)?\]", spec)
    if not match:
        return Path(spec), slice(None)
    start, stop, step = (int(value) if value else None for value in match.groups()[1:])
    return Path(match[1]), slice(start, stop, step)


def extra_digits(spec: str) -> LabelledSet:
    """A set named as ``NAME-images-idx3-ubyte.gz``, with ``[start:stop:step]`` behind it for a part of its rows."""
    path, part = sliced(spec)
    whole = read_set(path)
    return LabelledSet(whole.name, whole.images[part], whole.labels[part])


def letter_crops(spec: str) -> np.ndarray:
    """Characters that are no digits, normalised: (N, 28, 28) uint8.

    Parameters
    ----------
    spec : str
        An idx file of images, or a zip of pictures (dark on white, as Omniglot's), with ``[a:b:c]`` for a part.
    """
    path, part = sliced(spec)
    inks = (
        _zip_inks(path)[part] if path.suffix == ".zip" else list(read_idx(path)[part])
    )
    return (normalise_all(inks)[..., 0] * 255).astype(np.uint8)


def _zip_inks(path: Path) -> list[np.ndarray]:
    try:
        with zipfile.ZipFile(path) as archive:
            names = sorted(
                name
                for name in archive.namelist()
                if name.lower().endswith((".png", ".jpg"))
            )
            grey = [
                cv2.imdecode(
                    np.frombuffer(archive.read(name), np.uint8), cv2.IMREAD_GRAYSCALE
                )
                for name in names
            ]
    except (OSError, zipfile.BadZipFile) as error:
        raise DataError(
            f"{path}: cannot be read as a zip of pictures ({error})"
        ) from error
    return [cv2.bitwise_not(picture) for picture in grey if picture is not None]
