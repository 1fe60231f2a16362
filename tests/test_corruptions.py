"""Pictures get worse by measure, the same way each time, and are read through the whole path."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from drawing import raster

from camrec.reading.classifier import NONE, Classifier
from camrec.training.data import LabelledSet
from camrec.training.evaluation.corruptions import (
    CORRUPTIONS,
    HEIGHT,
    PAPER,
    SIDE,
    drawn,
)
from camrec.training.evaluation.robustness import (
    CLEAN,
    STEPS,
    found,
    known_part,
    robustness,
)

SHEET = drawn(raster("5"))


def ink_height(sheet: np.ndarray) -> int:
    return int(np.count_nonzero((sheet < PAPER - 40).any(axis=1)))


def darkness(sheet: np.ndarray) -> float:
    return float((PAPER - sheet.astype(float)).sum())


def change(name: str, amount: float) -> np.ndarray:
    return CORRUPTIONS[name].apply([SHEET], amount)[0]


def test_a_character_of_any_size_is_drawn_alike():
    small, large = drawn(raster("1", 20)), drawn(raster("1", 90))
    assert small.shape == large.shape == (SIDE, SIDE)
    assert abs(ink_height(small) - HEIGHT) <= 3 and abs(ink_height(large) - HEIGHT) <= 3
    assert small[:20].min() == PAPER


def test_no_ink_is_bare_paper():
    assert (drawn(np.zeros((9, 9), np.uint8)) == PAPER).all()


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_each_step_leaves_less_of_the_sheet_as_it_was(name: str):
    # Chance (which way it turns, where it is covered) is evened out over many sheets.
    corruption = CORRUPTIONS[name]
    likeness = [
        np.mean([np.corrcoef(worse.ravel(), SHEET.ravel())[0, 1] for worse in sheets])
        for sheets in (corruption.apply([SHEET] * 30, a) for a in corruption.amounts)
    ]
    assert 1 > likeness[0] > likeness[1] > likeness[2]


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_each_is_the_same_when_asked_again(name: str):
    corruption = CORRUPTIONS[name]
    first, second = (corruption.apply([SHEET] * 3, corruption.amounts[1]) for _ in "ab")
    assert np.array_equal(first, second)
    assert first[0].dtype == np.uint8 and first[0].shape == (SIDE, SIDE)


def test_noise_has_the_deviation_it_says():
    paper = CORRUPTIONS["noise"].apply([np.full((SIDE, SIDE), 128, np.uint8)], 20)[0]
    assert paper.std() == pytest.approx(20, rel=0.05)


def test_strokes_grow_and_shrink_by_what_it_says():
    bar = np.full((SIDE, SIDE), PAPER, np.uint8)
    bar[20:80, 40:48] = 0
    width = [
        np.count_nonzero(CORRUPTIONS[name].apply([bar], 2)[0][50] < 100)
        for name in ("stroke thin", "stroke thick")
    ]
    assert width == [6, 10]


def test_small_is_as_high_as_it_says():
    assert abs(ink_height(change("small", 20)) - 20) <= 2


def test_contrast_leaves_that_share_of_the_pen():
    assert darkness(change("contrast", 0.5)) == pytest.approx(darkness(SHEET) / 2, rel=0.1)  # fmt: skip


def test_what_reading_finds_on_a_clean_sheet_is_the_character():
    (crop,) = found([SHEET])
    assert crop.shape == (28, 28, 1)
    assert Classifier().scores(crop[None])[0].argmax() == 5


def test_crops_keep_their_order_over_several_pages():
    chars = "0123456789" * 20
    sheets = {char: drawn(raster(char)) for char in "0123456789"}
    crops = found([sheets[char] for char in chars])
    read = Classifier().scores(crops).argmax(axis=1)
    assert np.mean(read == [int(char) for char in chars]) > 0.9


def test_a_sheet_without_ink_gives_an_empty_crop():
    blank = np.full((SIDE, SIDE), PAPER, np.uint8)
    crops = found([SHEET, blank, SHEET])
    assert crops.any(axis=(1, 2, 3)).tolist() == [True, False, True]


@pytest.fixture(scope="module")
def ten() -> LabelledSet:
    """Each digit once, and two more that are said to be letters."""
    images = np.zeros((12, 60, 60), np.uint8)
    for image, char in zip(images, "012345678901"):
        ink = raster(char, 40)
        image[: len(ink), : ink.shape[1]] = ink
    return LabelledSet("ten", images, np.arange(12), tuple("0123456789AB"))


def test_every_corruption_is_read_and_the_clean_set_first(ten: LabelledSet):
    rows = list(robustness(Classifier(), ten))
    assert len(rows) == STEPS
    assert (rows[0].corruption, rows[0].accuracy >= 0.9) == (CLEAN, True)
    assert {row.corruption for row in rows[1:]} == set(CORRUPTIONS)
    # Of every character it is known what became of it: read, misread or rejected.
    assert all(0 <= row.misread + row.rejected <= 1 for row in rows)
    assert any(row.rejected + row.misread > 0.1 for row in rows)


def test_blank_sheets_are_rejected_and_never_right():
    blank = LabelledSet("blank", np.zeros((3, 9, 9), np.uint8), np.array([1, 2, 3]))
    clean = next(robustness(Classifier(), blank))
    assert (clean.accuracy, clean.rejected, clean.misread) == (0, 1, 0)


def test_characters_that_the_model_does_not_know_are_left_out(ten: LabelledSet):
    assert len(known_part(ten, tuple("0123456789"), 100)) == 10
    assert list(robustness(Classifier(), known_part(ten, ("A", "B"), 9))) == []


def test_what_is_no_character_is_left_out_too(ten: LabelledSet):
    with_none = replace(ten, classes=(*ten.classes[:-1], NONE))
    chosen = known_part(with_none, (*"0123456789", NONE), 100)
    assert list(chosen.names) == list("0123456789")


def test_a_part_is_taken_evenly(ten: LabelledSet):
    assert known_part(ten, tuple("0123456789"), 5).labels.tolist() == [0, 2, 4, 6, 8]
