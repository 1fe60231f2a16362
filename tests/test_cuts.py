"""Seams fall between touching digits, and every pixel belongs to one part."""

from __future__ import annotations

import numpy as np
import pytest
from drawing import raster

from camrec.reading import cuts
from camrec.reading.cuts import cut


def pair(left: str, right: str, overlap: int = 4) -> tuple[np.ndarray, int]:
    """Two digits that touch: their mask and the column where the second begins."""
    a, b = raster(left), raster(right)
    height = max(len(a), len(b))
    width = a.shape[1] + b.shape[1] - overlap
    mask = np.zeros((height, width), np.uint8)
    mask[: len(a), : a.shape[1]] = a
    at = a.shape[1] - overlap
    mask[: len(b), at:] = np.maximum(mask[: len(b), at:], b)
    return np.where(mask > 127, np.uint8(255), np.uint8(0)), at


def share(
    parts: np.ndarray, mask: np.ndarray, chosen: list[int], columns: slice
) -> float:
    """How much of the ink in `columns` lies in the `chosen` parts."""
    inside = np.isin(parts[:, columns], chosen) & (mask[:, columns] > 0)
    return np.count_nonzero(inside) / np.count_nonzero(mask[:, columns])


@pytest.mark.parametrize(
    ("text", "overlap"), [("38", 4), ("25", 4), ("71", 6), ("44", 6), ("00", 0)]
)
def test_some_seam_parts_two_touching_digits(text: str, overlap: int):
    mask, at = pair(*text, overlap)
    (parts,) = cut([mask])
    best = max(
        min(
            share(parts, mask, list(range(k)), slice(0, at)),
            share(parts, mask, list(range(k, 20)), slice(at + overlap, None)),
        )
        for k in range(1, int(parts.max()) + 1)
    )
    assert best > 0.95


def test_parts_are_numbered_from_left_to_right_in_every_row():
    mask, _ = pair("3", "8")
    (parts,) = cut([mask])
    assert parts.shape == mask.shape and parts.max() >= 1
    assert (np.diff(parts.astype(int), axis=1) >= 0).all()


def test_a_slanted_gap_is_followed_where_no_upright_cut_would_do():
    mask, right = np.zeros((64, 128), np.uint8), np.zeros((64, 128), bool)
    for row in range(64):
        lean = 48 - row * 48 // 64
        mask[row, 8 + lean : 24 + lean] = 255
        mask[row, 44 + lean : 60 + lean] = 255
        right[row, 34 + lean :] = True
    (parts,) = cut([mask])
    sides = [np.unique(parts[(mask > 0) & (right == side)]) for side in (False, True)]
    assert not np.intersect1d(*sides).size


def test_a_solid_block_is_not_cut():
    (parts,) = cut([np.full((40, 60), 255, np.uint8)])
    assert not parts.any()


def test_neighbours_on_the_canvas_do_not_change_each_other():
    masks = [pair(*text)[0] for text in ("00", "38", "25")]
    together = cut(masks)
    for mask, parts in zip(masks, together):
        assert np.array_equal(cut([mask])[0], parts)


def test_a_picture_of_combs_is_cut_so_often_and_no_more(monkeypatch):
    comb = np.zeros((40, 400), np.uint8)
    comb[:8], comb[:, ::10] = 255, 255
    counts = []
    for most in (cuts.MOST, 7):
        monkeypatch.setattr(cuts, "MOST", most)
        counts.append(sum(int(parts.max()) for parts in cut([comb, comb])))
    assert counts[0] > 20 and counts[1] == 7


def test_nothing_to_cut_gives_nothing():
    assert cut([]) == []


def test_a_speck_survives():
    (parts,) = cut([np.full((1, 1), 255, np.uint8)])
    assert parts.shape == (1, 1)
