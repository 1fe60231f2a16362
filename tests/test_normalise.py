"""Crops look as MNIST's do: 20 pixels long, aspect kept, centre of mass in the middle, smooth edges."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from drawing import raster

from camrec.reading.normalise import BOX, SIDE, normalise, normalise_all

DIGITS = "0123456789"


def extent(crop: np.ndarray) -> tuple[int, int]:
    """Height and width of what is drawn."""
    _, _, width, height = cv2.boundingRect((crop > 0).astype(np.uint8))
    return height, width


def mass(crop: np.ndarray) -> tuple[float, float]:
    """Centre of mass (row, column), counting pixel centres from 0."""
    rows, columns = np.indices(crop.shape)
    return (crop * rows).sum() / crop.sum(), (crop * columns).sum() / crop.sum()


@pytest.mark.parametrize("char", DIGITS)
@pytest.mark.parametrize("height", [12, 20, 37, 150])
def test_the_longer_side_is_twenty_and_the_aspect_is_kept(char: str, height: int):
    ink = raster(char, height)
    crop = normalise(ink)
    tall, wide = extent(crop)
    assert max(tall, wide) == BOX
    assert wide / tall == pytest.approx(ink.shape[1] / ink.shape[0], abs=0.08)


@pytest.mark.parametrize("char", DIGITS)
def test_the_centre_of_mass_lies_in_the_middle(char: str):
    row, column = mass(normalise(raster(char)))
    # Whole pixels are moved, so half a pixel is as near as it gets; 14 is MNIST's own middle.
    assert (row, column) == (
        pytest.approx(SIDE / 2, abs=0.51),
        pytest.approx(SIDE / 2, abs=0.51),
    )


def test_grey_levels_lie_between_none_and_full_ink():
    crop = normalise(raster("8", 150))
    assert crop.shape == (SIDE, SIDE) and crop.dtype == np.float32
    assert crop.min() == 0 and crop.max() == pytest.approx(1)


def test_an_enlarged_crop_stays_in_range():
    # A cubic swings over and under sharp edges.
    crop = normalise(raster("4", 12))
    assert crop.min() == 0 and crop.max() == pytest.approx(1)


def test_edges_are_smooth():
    crop = normalise(raster("0", 150))
    assert np.count_nonzero((crop > 0.1) & (crop < 0.9)) > 30


def test_margins_around_the_ink_change_nothing():
    ink = raster("5")
    wide = cv2.copyMakeBorder(ink, 9, 30, 50, 3, cv2.BORDER_CONSTANT, value=0)
    assert np.array_equal(normalise(ink), normalise(wide))


def test_faint_ink_gives_the_crop_of_full_ink():
    ink = np.where(raster("3") > 127, np.uint8(255), np.uint8(0))
    assert np.allclose(normalise(ink // 3), normalise(ink), atol=0.01)


@pytest.mark.parametrize("char", DIGITS)
def test_size_does_not_matter(char: str):
    ink = raster(char, 40)
    large = np.kron(ink, np.ones((3, 3), np.uint8))
    assert np.allclose(normalise(ink), normalise(large), atol=0.01)


def test_what_fits_is_only_moved():
    crop = normalise(raster("2", 150))
    again = normalise(np.round(crop * 255).astype(np.uint8))
    assert np.abs(crop - again).max() < 0.01


def test_no_ink_gives_an_empty_crop():
    assert not normalise(np.zeros((17, 9), np.uint8)).any()


@pytest.mark.parametrize("shape", [(1, 1), (1, 400), (400, 1), (2, 2), (28, 28)])
def test_any_shape_of_ink_fits(shape: tuple[int, int]):
    crop = normalise(np.full(shape, 255, np.uint8))
    assert max(extent(crop)) == BOX and np.isfinite(crop).all()


def test_a_lopsided_shape_is_kept_inside_the_square():
    ink = np.zeros((40, 40), np.uint8)
    ink[:, :2], ink[:4, :] = 255, 60
    ink[0, 39] = 255
    assert max(extent(normalise(ink))) == BOX


def test_a_batch_holds_the_single_crops_in_order():
    inks = [raster(char) for char in "709"]
    batch = normalise_all(inks)
    assert batch.shape == (3, SIDE, SIDE, 1)
    for crop, ink in zip(batch, inks):
        assert np.array_equal(crop[..., 0], normalise(ink))


def test_an_empty_batch_has_the_right_shape():
    assert normalise_all([]).shape == (0, SIDE, SIDE, 1)
