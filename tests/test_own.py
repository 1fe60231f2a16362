"""One's own crops are heard among many, and a share of them watches."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from drawing import raster

from camrec.training.data import CLASSES, Crops, labelled_folder
from camrec.training.own import MOST, SHARE, with_own


@pytest.fixture
def own(tmp_path: Path) -> Crops:
    """Twenty pictures: ten each of 4 and 7, in folders of these names."""
    for name in "47":
        (tmp_path / name).mkdir()
        for k in range(10):
            ink = np.pad(raster(name), 10 + k)
            cv2.imwrite(str(tmp_path / name / f"{k}.png"), 255 - ink)
    return labelled_folder(tmp_path, CLASSES)


def others(count: int) -> Crops:
    return Crops(np.zeros((count, 28, 28), np.uint8), np.zeros(count, np.uint8))


def test_a_folder_makes_up_its_share_and_a_part_of_it_is_held_back(own: Crops):
    crops, check = with_own(others(400), others(7), [own], 0.2, seed=1)
    learned, held = crops.labels[400:], check.labels[7:]
    times = SHARE * 400 / 20
    assert len(held) == 4 and len(learned) == 16 * times
    assert np.count_nonzero(learned) == len(learned)
    whole = np.concatenate([learned[:16], held])
    assert sorted(whole) == [4] * 10 + [7] * 10


def test_few_crops_are_not_learned_by_heart(own: Crops):
    crops, _ = with_own(others(60_000), others(1), [own], 0.2, seed=1)
    assert len(crops) == 60_000 + 16 * MOST


def test_without_folders_nothing_changes():
    crops, check = with_own(others(3), others(2), [], 0.2, seed=1)
    assert (len(crops), len(check)) == (3, 2)
