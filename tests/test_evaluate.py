"""Accuracy is of the best digit, rejection of the class none; both for each label too."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from drawing import raster

from camrec.reading.classifier import Classifier
from camrec.training.data import LabelledSet
from camrec.training.evaluate import evaluate


class Fixed:
    """A classifier that answers with scores laid down beforehand."""

    classes = ("none", *"0123456789")  # in another order than training's

    def __init__(self, answers: list[tuple[str, float]]) -> None:
        self.answers = answers

    def scores(self, crops: np.ndarray) -> np.ndarray:
        assert crops.shape == (len(self.answers), 28, 28, 1)
        out = np.zeros((len(crops), 11), np.float32)
        for row, (text, sure) in zip(out, self.answers):
            row[self.classes.index(text)], row[0] = sure, 1 - sure
        return out


def figures(answers: list[tuple[str, float]], labels: list[int]) -> dict[str, Any]:
    images = np.full((len(labels), 30, 20), 255, np.uint8)
    characters = LabelledSet("set", images, np.array(labels, np.uint8))
    return evaluate(Fixed(answers), characters)  # type: ignore[arg-type]


def test_a_right_digit_that_loses_to_none_counts_as_accurate_and_rejected():
    found = figures([("7", 0.3)], [7])
    assert (found["accuracy"], found["rejected"]) == (1, 1)


def test_figures_are_shares_of_all_images():
    found = figures([("7", 0.9), ("1", 0.9), ("3", 0.2), ("3", 0.9)], [7, 7, 3, 3])
    assert (found["name"], found["images"]) == ("set", 4)
    assert (found["accuracy"], found["rejected"]) == (0.75, 0.25)


def test_every_label_has_its_own():
    found = figures([("7", 0.9), ("1", 0.9), ("3", 0.2)], [7, 7, 3])["per_digit"]
    assert found == {
        "3": {"images": 1, "accuracy": 1.0, "rejected": 1.0},
        "7": {"images": 2, "accuracy": 0.5, "rejected": 0.0},
    }


def test_an_empty_set_has_no_figures_to_boast_of():
    found = figures([], [])
    assert (found["images"], found["accuracy"], found["rejected"]) == (0, 0, 0)


@pytest.mark.parametrize("side", [16, 28, 70])
def test_images_of_any_size_go_through_the_normaliser(side: int):
    images = np.zeros((10, side, side), np.uint8)
    for image, char in zip(images, "0123456789"):
        ink = raster(char, side - 8)
        ink = ink[: side - 2, : side - 2]
        image[1 : 1 + len(ink), 1 : 1 + ink.shape[1]] = ink
    found = evaluate(Classifier(), LabelledSet("drawn", images, np.arange(10)))
    assert found["accuracy"] >= 0.9
