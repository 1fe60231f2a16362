"""What labels stand for: class lists of models, known sets by name, and no letter that passes for a digit."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest
from idx_files import write_set

from camrec.errors import DataError
from camrec.training.data import (
    CLASSES,
    NONE,
    LabelledSet,
    class_names,
    extra_digits,
    letter_crops,
    read_part,
    read_set,
)

SLOPE = np.zeros((3, 28, 28), np.uint8)  # a stroke that falls to the right, upright
for k in range(6, 22):
    SLOPE[:, k // 2 + 4, k] = 255


def written(folder: Path, name: str, labels: list[int]) -> Path:
    images = np.repeat(SLOPE[:1], len(labels), axis=0)
    return write_set(folder, name, images, np.array(labels, np.uint8), ".gz")


def test_digits_are_the_classes_of_old():
    assert class_names("digits") == CLASSES == (*"0123456789", "none")
    assert CLASSES[NONE] == "none"


@pytest.mark.parametrize(("kind", "count"), [("letters", 27), ("alnum", 37)])
def test_letters_come_in_order_and_none_comes_last(kind: str, count: int):
    names = class_names(kind)
    assert len(set(names)) == count and names[-1] == "none"
    assert list(names[:-1]) == sorted(names[:-1])
    assert names[-2] == "z"


def test_an_unknown_kind_is_refused_with_what_there_is():
    with pytest.raises(DataError, match="runes.*digits, letters, alnum"):
        class_names("runes")


@pytest.mark.parametrize(
    ("name", "labels", "names"),
    [
        ("train", [0, 9], "09"),
        ("emnist-digits-train", [0, 9], "09"),
        ("emnist-letters-test", [1, 26], "az"),
        ("emnist-byclass-train", [9, 10, 35, 36, 61], "9AZaz"),
        ("emnist-balanced-train", [9, 10, 35, 36, 37, 38, 43, 46], "9AZabdnt"),
        ("emnist-bymerge-test", [46], "t"),
        ("choice-letters", [0, 25, 26, 51], "azAZ"),
        ("notmnist", [0, 9], "aj"),
    ],
)
def test_labels_of_known_sets_have_their_names(
    tmp_path: Path, name: str, labels: list[int], names: str
):
    assert read_set(written(tmp_path, name, labels)).names.tolist() == list(names)


def test_emnist_is_turned_upright(tmp_path: Path):
    swapped = SLOPE.transpose(0, 2, 1)
    name, labels = "emnist-letters-train", np.array([1, 2, 3], np.uint8)
    path = write_set(tmp_path, name, swapped, labels)
    assert np.array_equal(read_set(path).images, SLOPE)
    own = write_set(tmp_path, "own", SLOPE, labels)
    assert np.array_equal(letter_crops(str(path)), letter_crops(str(own)))


@pytest.mark.parametrize(
    ("name", "label"), [("emnist-letters-train", 0), ("emnist-letters-train", 27), ("notmnist", 10)]
)  # fmt: skip
def test_labels_that_a_known_set_cannot_have_are_refused(
    tmp_path: Path, name: str, label: int
):
    with pytest.raises(DataError, match=f"{name}.*{label}"):
        read_set(written(tmp_path, name, [label]))


def test_labels_without_names_are_not_called_digits(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    with caplog.at_level(logging.WARNING):
        runes = read_set(written(tmp_path, "runes", [3, 12]))
    assert "runes" in caplog.text and "12" in caplog.text
    assert not set(runes.names) & set(class_names("alnum"))
    assert runes.labels_in(CLASSES).tolist() == [-1, -1]


def test_letters_are_not_taken_for_more_digits(tmp_path: Path):
    with pytest.raises(DataError, match="notmnist"):
        extra_digits(str(written(tmp_path, "notmnist", [3])))
    letters = read_part(f"{written(tmp_path, 'notmnist', [3, 4, 5])}[1:]")
    assert list(letters.names) == ["e", "f"]


def test_labels_are_told_in_the_words_of_a_model():
    mixed = LabelledSet("m", SLOPE, np.array([0, 1, 2], np.uint8), ("Q", "q", "7"))
    assert mixed.labels_in(class_names("letters")).tolist() == [16, 16, -1]
    assert mixed.labels_in(class_names("digits")).tolist() == [-1, -1, 7]
    assert mixed.labels_in(("Q", "q")).tolist() == [0, 1, -1]
    assert mixed.names.tolist() == ["Q", "q", "7"]
