"""The Keras file that lies beside the weights that reading runs."""

from __future__ import annotations

from pathlib import Path

from camrec.errors import ModelError
from camrec.reading.models import find_model


def find_twin(model: str | Path) -> Path:
    """Path of the ``.keras`` file of a model.

    Parameters
    ----------
    model : str or Path
        Name of a shipped model, or path of any of its files of weights.

    Raises
    ------
    ModelError
        Where there is none.
    """
    path = find_model(model).with_suffix(".keras")
    if not path.is_file():
        raise ModelError(
            f"{path}: no such file, and only a Keras model can be taken apart; put the one that `camrec train` wrote there"
        )
    return path
