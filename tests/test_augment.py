"""A varied crop is another hand's: never the same, still normalised, still the digit it was."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from drawing import raster

from camrec.reading.classifier import Classifier
from camrec.reading.normalise import BOX, normalise
from camrec.settings import VariationSettings
from camrec.training.augment import Variation

DIGITS = "0123456789"


def crop(char: str) -> np.ndarray:
    return (normalise(raster(char)) * 255).astype(np.uint8)


def vary(seed: int, *crops: np.ndarray, **strengths: float) -> np.ndarray:
    variation = Variation(VariationSettings(**{"varied": 1.0, **strengths}))
    return variation(np.random.default_rng(seed), np.stack(crops))[..., 0]


def test_no_two_are_alike():
    varied = vary(0, *[crop("5")] * 20)
    assert len({each.tobytes() for each in varied}) == 20


def test_the_same_seed_gives_the_same():
    assert np.array_equal(vary(7, crop("5")), vary(7, crop("5")))


@pytest.mark.parametrize("char", DIGITS)
def test_what_comes_out_has_the_form_of_mnist(char: str):
    # Without what normalising leaves: shift, zoom, noise.
    for out in vary(1, *[crop(char)] * 20, shift=0, zoom=0, noise=0):
        _, _, width, height = cv2.boundingRect((out > 0).astype(np.uint8))
        assert out.shape == (28, 28) and out.dtype == np.float32
        assert max(width, height) == BOX
        assert out.min() >= 0 and out.max() == pytest.approx(1)


def test_it_is_still_the_digit_it_was():
    varied = vary(2, *[crop(c) for c in DIGITS for _ in range(20)])
    scores = Classifier().scores(varied[..., None])[:, :10]
    assert np.mean(scores.argmax(axis=1) == np.repeat(np.arange(10), 20)) > 0.93


def test_the_share_that_is_not_varied_stays_as_it_is():
    given = np.stack([crop("8")] * 400)
    same = (vary(3, *given, varied=0.25) == given / np.float32(255)).all(axis=(1, 2))
    assert 0.65 < same.mean() < 0.85


def test_without_strength_only_its_grey_changes():
    still = dict.fromkeys(
        ("rotation", "shear", "stretch", "elastic", "shift", "zoom"), 0.0
    )
    none = dict.fromkeys(("stroke", "fine", "blur", "noise"), 0.0)
    out = vary(4, crop("2"), **still, **none)[0]
    assert np.corrcoef(out.ravel(), crop("2").ravel())[0, 1] > 0.95


def test_an_empty_crop_stays_empty_but_for_noise():
    assert not vary(0, np.zeros((28, 28), np.uint8), noise=0).any()


def test_the_crops_given_are_left_as_they_were():
    given = np.stack([crop("3")] * 10)
    before = given.copy()
    Variation(VariationSettings(varied=1.0))(np.random.default_rng(0), given)
    assert np.array_equal(given, before)


def width(crops: np.ndarray) -> np.ndarray:
    """Of strokes, px: twice their ink over the length of their edges."""
    edges = np.hypot(np.diff(crops, axis=1)[:, :, 1:], np.diff(crops, axis=2)[:, 1:])
    return 2 * crops.sum((1, 2)) / edges.sum((1, 2))


def test_fine_pens_are_finer_than_mnists_and_leave_the_digit_what_it_was():
    crops = [crop(c) for c in DIGITS for _ in range(10)]
    fine, broad = (vary(5, *crops, fine=share, stroke=0, noise=0) for share in (1, 0))
    assert np.median(width(fine) / width(broad)) < 0.7
    assert fine.max(axis=(1, 2)).tolist() == pytest.approx([1.0] * len(crops))
    scores = Classifier().scores(fine[..., None])[:, :10]
    assert np.mean(scores.argmax(axis=1) == np.repeat(np.arange(10), 10)) > 0.85


def test_what_no_fine_pen_can_follow_stays_as_it_was():
    blot = np.zeros((28, 28), np.uint8)
    blot[4:24, 4:24] = 255
    assert np.array_equal(*(vary(6, blot, fine=share, stroke=0) for share in (0, 1)))
