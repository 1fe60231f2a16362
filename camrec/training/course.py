"""What a training has come to: a row an epoch, the best weights so far, and a file to go on from after a kill."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, astuple, dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np

from camrec.errors import DataError, one_line
from camrec.stream.sinks.outputs import make_folder, writing
from camrec.training.data import Crops
from camrec.training.stored import load_arrays


@dataclass(frozen=True, slots=True)
class Epoch:
    """One pass over all crops, as ``history.csv`` has it.

    Parameters
    ----------
    epoch : int
        From 1.
    loss, accuracy : float
        Over the epoch: of crops varied as they were learned, with dropout.
    val_loss, val_accuracy : float
        After it: of the averaged weights, on crops held back.
    rate : float
        Learning rate of its last step.
    seconds : float
    """

    epoch: int
    loss: float
    accuracy: float
    val_loss: float
    val_accuracy: float
    rate: float
    seconds: float


@dataclass(slots=True)
class Course:
    """A training up to now.

    Parameters
    ----------
    epochs : list of Epoch
    best : list of numpy.ndarray
        The averaged weights after the epoch with the least loss on what is held back.
    state : dict
        Of network and optimizer where a training that was loaded stopped; empty for a new one.
    """

    epochs: list[Epoch] = field(default_factory=list)
    best: list[np.ndarray] = field(default_factory=list)
    state: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def best_epoch(self) -> Epoch:
        """The one whose weights are kept."""
        return min(
            self.epochs, key=lambda epoch: np.nan_to_num(epoch.val_loss, nan=np.inf)
        )

    def waited(self) -> int:
        """Epochs since the best one."""
        return len(self.epochs) - self.best_epoch.epoch

    def save(
        self,
        path: Path,
        network: keras.Model,
        optimizer: keras.optimizers.Optimizer,
        about: dict[str, Any],
    ) -> None:
        """Write all that is needed to go on as if nothing had happened; the file changes as a whole.

        Parameters
        ----------
        path : Path
        network, optimizer
            As they are between two epochs.
        about : dict
            What has to be the same when the training goes on.
        """
        told = {"about": about, "epochs": [asdict(epoch) for epoch in self.epochs]}
        arrays: dict[str, Any] = {
            **_numbered("network", network.variables),
            **_numbered("optimizer", optimizer.variables),
            **_numbered("best", self.best),
        }
        make_folder(path.parent)
        with writing(path) as file:
            np.savez(file, told=np.array(json.dumps(told)), **arrays)

    @classmethod
    def load(cls, path: Path, about: dict[str, Any]) -> Course:
        """The course of a training that stopped.

        Raises
        ------
        DataError
            Where the file is damaged, or is of a training with other settings or data.
        """
        try:
            arrays = load_arrays(path)
            told = json.loads(str(arrays.pop("told")))
            epochs = _epochs(told["epochs"])
            changed = one_line(differences({**told["about"]}, about))
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise DataError(
                f"{path}: cannot be read as an unfinished training ({one_line(error)}); remove it and start anew"
            ) from error
        if changed:
            raise DataError(
                f"{path}: is of a training that was another ({changed}); give the same options and data, or --force to start anew"
            )
        best = [arrays[name] for name in sorted(arrays) if name.startswith("best.")]
        return cls(epochs, best, arrays)

    def restore(
        self, network: keras.Model, optimizer: keras.optimizers.Optimizer
    ) -> None:
        """Put network and optimizer where the training stopped; a new one is left as it is.

        Raises
        ------
        DataError
            Where what was stored is of another network.
        """
        if self.state:
            optimizer.build(network.trainable_variables)
            with _fitting():
                _fill(network.variables, self.state, "network")
                _fill(optimizer.variables, self.state, "optimizer")

    def give_best(self, network: keras.Model) -> None:
        """Put the best weights into the network.

        Raises
        ------
        DataError
            Where they are of another network.
        """
        with _fitting():
            network.set_weights(self.best)


def digest(*parts: Crops) -> str:
    """Tells whether crops are the same as before."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(np.ascontiguousarray(part.images).data)
        whole.update(np.ascontiguousarray(part.labels).data)
    return whole.hexdigest()[:16]


def _numbered(kind: str, values: list[Any]) -> dict[str, Any]:
    return {
        f"{kind}.{k:04}": keras.ops.convert_to_numpy(value)
        for k, value in enumerate(values)
    }


def _epochs(rows: list[dict[str, Any]]) -> list[Epoch]:
    """The epochs as they were saved; a ValueError or TypeError where they cannot have been."""
    epochs = [Epoch(**row) for row in rows]
    figures = [figure for epoch in epochs for figure in astuple(epoch)[1:]]
    numbers = [epoch.epoch for epoch in epochs]
    if not epochs or numbers != list(range(1, len(epochs) + 1)) or {*map(type, figures)} != {float}:  # fmt: skip
        raise ValueError("its epochs are not those of a training")
    return epochs


@contextmanager
def _fitting() -> Iterator[None]:
    """What does not fit a network, as a sentence."""
    try:
        yield
    except Exception as error:  # each backend raises its own kinds
        raise DataError(
            f"the unfinished training holds no weights for this network ({one_line(error)}); give --force to start anew"
        ) from error


def _fill(variables: list[Any], arrays: dict[str, np.ndarray], kind: str) -> None:
    for k, variable in enumerate(variables):
        variable.assign(arrays[f"{kind}.{k:04}"])


def differences(before: dict[str, Any], now: dict[str, Any]) -> str:
    """What is not the same, for people: "epochs 9 -> 12, rate 0.002 -> 0.001"."""
    return ", ".join(
        f"{name} {before.get(name)} -> {now.get(name)}"
        for name in sorted({*before, *now})
        if before.get(name) != now.get(name)
    )
