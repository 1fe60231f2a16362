"""Connected ink is found with the statistics that OpenCV tells of it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from camrec.reading.connected import connected


@pytest.mark.parametrize("seed", range(8))
def test_all_that_is_connected_is_found_whatever_its_form(seed: int):
    rng = np.random.default_rng(seed)
    size = (int(rng.integers(1, 60)), int(rng.integers(1, 90)))
    mask = np.uint8(255) * (rng.random(size) < rng.uniform(0.02, 0.6))
    mask = cv2.resize(mask, None, fx=4, fy=4, interpolation=cv2.INTER_NEAREST)
    found = connected(mask)
    _, labels, stats, centres = cv2.connectedComponentsWithStats(mask)
    assert np.array_equal(found.labels, labels)
    assert np.array_equal(found.boxes[1:], stats[1:, : cv2.CC_STAT_AREA])
    assert np.array_equal(found.areas[1:], stats[1:, cv2.CC_STAT_AREA])
    assert found.centres[1:] == pytest.approx(centres[1:])


def test_ink_up_to_all_edges_is_one_component():
    found = connected(np.full((30, 50), 255, np.uint8))
    assert found.boxes[1:].tolist() == [[0, 0, 50, 30]]
    assert found.areas[1:].tolist() == [30 * 50]


def test_bare_paper_has_none():
    found = connected(np.zeros((30, 50), np.uint8))
    assert len(found.boxes) == len(found.areas) == len(found.centres) == 1
    assert not found.labels.any()
