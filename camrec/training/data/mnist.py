"""MNIST itself, from a folder or through keras."""

from __future__ import annotations

import hashlib
import logging
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path

import numpy as np

from camrec.errors import DataError
from camrec.training.data.idx import idx_header
from camrec.training.data.sets import IMAGES, LABELS, LabelledSet, read_set

log = logging.getLogger(__name__)

PATIENCE = 60.0  # s without a byte

MD5 = {
    "train": ("6bbc9ace898e44ae57da46a324031adb", "a25bea736e30d166cdddb491f175f624"),
    "t10k": ("2646ac647ad5339dbf082846283269ea", "27ae3e4e09519cfbb04c329615203637"),
}
"""Of MNIST's idx files of images and labels, unpacked, as LeCun, Cortes and Burges published them."""


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
    if folder is None:
        return fetched_mnist()[part]
    found = next(iter(sorted(Path(folder).glob(f"{part}{IMAGES}*"))), None)
    if found is None:
        raise DataError(
            f"{folder}: no {part}{IMAGES}[.gz] in this folder; put MNIST's four files there"
        )
    return read_set(found)


def fetched_mnist() -> dict[str, LabelledSet]:
    """Both parts of MNIST through keras, which fetches 11 MB once and keeps them.

    Keras checks what it has kept: a download that broke off is begun anew.

    Raises
    ------
    DataError
        Where it cannot be fetched.
    """
    try:
        import keras

        # Keras draws its progress on standard output, which may be carrying records.
        with redirect_stdout(sys.stderr), _impatient():
            train, test = keras.datasets.mnist.load_data()
    except ImportError:
        raise DataError(
            f"MNIST: fetching it needs Keras; install it with `pip install camrec[train]`, or {_by_hand()}"
        ) from None
    except Exception as error:  # urllib, tarfile and keras raise their own kinds here
        raise DataError(f"MNIST: cannot be fetched ({error}); {_by_hand()}") from error
    return {"train": LabelledSet("train", *train), "t10k": LabelledSet("t10k", *test)}


@contextmanager
def _impatient() -> Iterator[None]:
    """Sockets give up a server that has gone silent; left to themselves those of Keras wait for ever."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(PATIENCE)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def _by_hand() -> str:
    files = [part + ending for part in MD5 for ending in (IMAGES, LABELS)]
    return f"put its four files {', '.join(files)} (or .gz) into a folder and name that folder"


def warn_of_other(characters: LabelledSet) -> None:
    """Log a warning where a set has the name of a part of MNIST and is not that part."""
    known = MD5.get(characters.name)
    if known and known != (_md5(characters.images), _md5(characters.labels)):
        log.warning(
            "%s: not MNIST's, although its files are named as MNIST's (other sets use these names too, and copies get damaged); "
            "figures measured on it cannot be compared with what is published for MNIST",
            characters.name,
        )


def _md5(array: np.ndarray) -> str:
    """Digest of the idx file that holds `array`."""
    data = hashlib.md5(idx_header(array), usedforsecurity=False)
    data.update(array.tobytes())
    return data.hexdigest()
