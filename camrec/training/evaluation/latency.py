"""How long models take, measured side by side."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from time import perf_counter

import numpy as np

from camrec.reading.classifier import Classifier

ROUNDS = 100  # the median of so many calls is steady to some percent
WARM_UP = 5  # rounds that are not counted: caches fill, plans are made


def latencies(
    classifiers: Sequence[Classifier],
    crops: np.ndarray,
    sizes: Sequence[int],
    rounds: int = ROUNDS,
) -> list[dict[int, float]]:
    """Milliseconds a call, in one process and in turns.

    Whatever else the machine does meets all models alike, so their ratios say more than the figures themselves.

    Parameters
    ----------
    classifiers : sequence of Classifier
    crops : numpy.ndarray
        (N, 28, 28, 1) float32, repeated where they are fewer than the largest of `sizes`.
    sizes : sequence of int
        Crops a call.
    rounds : int
        The median of so many calls is told.

    Returns
    -------
    list of dict
        For each classifier the milliseconds by size.
    """
    crops = np.resize(crops, (max(sizes), *crops.shape[1:]))
    times: dict[tuple[int, int], list[float]] = {}
    rng = np.random.default_rng(0)
    for size in sizes:
        for turn in range(rounds + WARM_UP):
            # In a new order every time: who comes after whom matters to caches and to the runtime's threads.
            for k in rng.permutation(len(classifiers)).tolist():
                spent = _timed(classifiers[k], crops[:size])
                if turn >= WARM_UP:
                    times.setdefault((k, size), []).append(spent)
    return [
        {size: 1000 * median(times[k, size]) for size in sizes}
        for k in range(len(classifiers))
    ]


def _timed(classifier: Classifier, crops: np.ndarray) -> float:
    start = perf_counter()
    classifier.logits(crops)
    return perf_counter() - start
