"""Arrays in a file that an earlier run left."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from camrec.errors import DataError, one_line


def load_arrays(path: Path) -> dict[str, np.ndarray]:
    """All arrays of an npz file, by name.

    Parameters
    ----------
    path : Path

    Returns
    -------
    dict of str to numpy.ndarray

    Raises
    ------
    ValueError
        Where it is no such file, is damaged, or cannot be read; the caller knows what it was, and what to do.
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
    except Exception as error:  # numpy, zipfile and what unpacks raise their own kinds
        raise ValueError(one_line(error) or type(error).__name__) from error


def load_rendered(path: Path, names: Iterable[str]) -> list[np.ndarray]:
    """Arrays of rendered training data that were kept for the next run.

    Parameters
    ----------
    path : Path
    names : iterable of str
        Of the arrays, in the order in which they are wanted.

    Raises
    ------
    DataError
        Where the file is damaged, or lacks one.
    """
    try:
        arrays = load_arrays(path)
        return [arrays[name] for name in names]
    except (ValueError, KeyError) as error:
        raise DataError(
            f"{path}: cannot be read as rendered training data ({error}); remove it, and it is rendered anew"
        ) from error
