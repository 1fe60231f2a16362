"""A user's own characters, beside everything else there is to learn."""

from __future__ import annotations

import logging

import numpy as np

from camrec.training.data import Crops

log = logging.getLogger(__name__)

SHARE = 0.25  # crops of one folder for one of all others, so that a hundred are heard among a hundred thousand
MOST = 100  # times that a crop is taken for that; beyond, it would be learned by heart however it is varied


def with_own(
    crops: Crops,
    check: Crops,
    folders: list[Crops],
    held_back: float,
    seed: int,
) -> tuple[Crops, Crops]:
    """Add labelled folders to what is learned and to what is held back.

    Parameters
    ----------
    crops, check : Crops
        To learn from, and held back.
    folders : list of Crops
        Of :func:`~camrec.training.data.labelled_folder`.
    held_back : float
        Share of each folder, at random.
    seed : int

    Returns
    -------
    crops, check : Crops
    """
    learned, held = [crops], [check]
    rng = np.random.default_rng(seed)
    for own in folders:
        order = rng.permutation(len(own))
        back = round(held_back * len(own))
        times = int(np.clip(SHARE * len(crops) / len(own), 1, MOST))
        learned += [own.take(order[back:])] * times
        held.append(own.take(order[:back]))
        log.info("%d crops of your own, each taken %d times", len(own), times)
    return Crops.join(learned), Crops.join(held)
