"""Arrays in a file that an earlier run left."""

from __future__ import annotations

from pathlib import Path

import numpy as np


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
        raise ValueError(" ".join(str(error).split()) or type(error).__name__) from error  # fmt: skip
