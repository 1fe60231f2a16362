"""What a training that was killed leaves, and goes on from: ``camrec train --resume``."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import asdict
from functools import cache
from typing import Any

from fuzzing import fuzz, instrumented, mutated_json, place, refusing

with instrumented():
    import keras
    import numpy as np

    from camrec.training.course import Course, Epoch

ABOUT = {"epochs": 3, "rate": 0.002}
EPOCHS = [Epoch(1, 0.5, 0.8, 0.4, 0.9, 0.002, 1.5), Epoch(2, 0.3, 0.9, 0.3, 0.95, 0.001, 1.5)]  # fmt: skip


@cache
def student() -> tuple[keras.Model, keras.optimizers.Optimizer]:
    """The smallest network, and what trains it; made once. One weight without momentum: an input goes through each array."""
    network = keras.Sequential(
        [keras.layers.Input((1,)), keras.layers.Dense(1, use_bias=False)]
    )
    optimizer = keras.optimizers.SGD()
    optimizer.build(network.trainable_variables)
    return network, optimizer


def one(data: bytes) -> None:
    """An unfinished training is refused in a sentence, or goes on."""
    path = place("digits.unfinished.npz")
    path.write_bytes(packed(data) if data.startswith(b"{") else data)
    with refusing():
        go_on(Course.load(path, ABOUT))


def go_on(course: Course) -> None:
    """All that a training does with what it finds."""
    network, optimizer = student()
    assert course.waited() >= 0 and course.best_epoch in course.epochs
    assert all(isinstance(row.seconds, float) for row in course.epochs)
    course.restore(network, optimizer)
    course.give_best(network)


def packed(told: bytes) -> bytes:
    """A whole file with these words in it: changed by chance, a file would mostly be no zip any more."""
    words = told.decode(errors="replace")
    arrays = {**stored(), "told": np.array(words)}
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


@cache
def stored() -> dict[str, Any]:
    """The arrays of a training that was saved."""
    network, optimizer = student()
    path = place("whole.npz")
    Course(EPOCHS, network.get_weights()).save(path, network, optimizer, ABOUT)
    with np.load(path) as file:
        return dict(file)


def seeds() -> Iterator[bytes]:
    """Words alone, whole files, and files that are no npz."""
    told = {"about": ABOUT, "epochs": [asdict(epoch) for epoch in EPOCHS]}
    yield json.dumps(told).encode()
    yield packed(json.dumps(told).encode())
    file = io.BytesIO()
    np.savez_compressed(file, told=np.array("{}"), best=np.zeros(3))
    yield file.getvalue()
    file = io.BytesIO()
    np.save(file, np.zeros(3))
    yield file.getvalue()


def main() -> None:
    """Fuzz."""
    fuzz(__file__, one, seeds(), mutated_json)


if __name__ == "__main__":
    main()
