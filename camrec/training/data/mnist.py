"""MNIST itself, from a folder or through keras."""

from __future__ import annotations

from pathlib import Path

from camrec.errors import DataError
from camrec.training.data.sets import IMAGES, LabelledSet, read_set


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
