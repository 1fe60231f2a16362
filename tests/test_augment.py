"""A varied crop is another hand's: never the same, still normalised, still the digit it was."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from drawing import raster

from camrec.reading.classifier import Classifier
from camrec.reading.normalise import BOX, normalise
from camrec.training.augment import vary

DIGITS = "0123456789"


def crop(char: str) -> np.ndarray:
    return (normalise(raster(char)) * 255).astype(np.uint8)


def test_no_two_are_alike():
    rng = np.random.default_rng(0)
    varied = {vary(rng, crop("5")).tobytes() for _ in range(20)}
    assert len(varied) == 20


def test_the_same_seed_gives_the_same():
    once, again = (vary(np.random.default_rng(7), crop("5")) for _ in range(2))
    assert np.array_equal(once, again)


@pytest.mark.parametrize("char", DIGITS)
def test_what_comes_out_has_the_form_of_mnist(char: str):
    rng = np.random.default_rng(1)
    for _ in range(20):
        out = vary(rng, crop(char))
        _, _, width, height = cv2.boundingRect((out > 0).astype(np.uint8))
        assert out.shape == (28, 28) and out.dtype == np.float32
        assert max(width, height) == BOX
        assert out.min() >= 0 and out.max() == pytest.approx(1)


def test_it_is_still_the_digit_it_was():
    classifier, rng = Classifier(), np.random.default_rng(2)
    varied = np.stack([vary(rng, crop(c)) for c in DIGITS for _ in range(20)])
    scores = classifier.scores(varied[..., None])[:, :10]
    assert np.mean(scores.argmax(axis=1) == np.repeat(np.arange(10), 20)) > 0.93


def test_an_empty_crop_stays_empty():
    blank = np.zeros((28, 28), np.uint8)
    assert not vary(np.random.default_rng(0), blank).any()


def test_the_crop_given_is_left_as_it_was():
    given = crop("3")
    before = given.copy()
    for seed in range(10):
        vary(np.random.default_rng(seed), given)
    assert np.array_equal(given, before)
