"""Letters to learn from: every class, both cases, by every hand; and sets of letters that the user has."""

from __future__ import annotations

import json
import string
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from idx_files import write_set

from camrec import DataError, Reader
from camrec.settings import TrainingSettings, VariationSettings
from camrec.training.data import class_names
from camrec.training.recipe import Sources, assemble
from camrec.training.rendering import alphabet
from camrec.training.rendering.alphabet import (
    Hands,
    alphabet_crops,
    letter_crop,
    other_crop,
)
from camrec.training.rendering.penmanship import LETTERS, penned
from camrec.training.rendering.strokes import (
    DIGITS,
    GLYPHS,
    lines_of,
    stroke_digits,
)

LETTER_NAMES, ALL_NAMES = class_names("letters"), class_names("alnum")
NONE = len(LETTER_NAMES) - 1
STROKES = Hands(None)
SETTINGS = TrainingSettings(pages=14, validation=0.1)  # 20 letters of each class


def rng() -> np.random.Generator:
    return np.random.default_rng(3)


def test_every_letter_has_several_forms_in_both_cases():
    assert set(LETTERS) == set(string.ascii_letters)
    assert min(len(forms) for forms in LETTERS.values()) >= 3


def test_strokes_stay_between_the_lines():
    for forms in LETTERS.values():
        for form in forms:
            points = np.concatenate(lines_of(form))
            assert points[:, 1].min() >= 0 and points[:, 1].max() <= 12
            assert np.ptp(points[:, 1]) >= 4  # no letter is lower than half an x


def test_no_form_of_a_digit_is_drawn_twice_or_for_another():
    forms = [form for digit in DIGITS for form in digit]
    assert len(DIGITS) == 10 and len(set(forms)) == len(forms)
    for form in forms:
        points = np.concatenate(lines_of(form))
        assert points.min() >= 0 and points[:, 1].max() <= 12
        assert np.ptp(points[:, 1]) >= 5  # as tall as a digit, or a flat 0


@pytest.mark.parametrize("char", ["a", "Q", "7", "&"])
def test_what_is_known_can_be_penned(char: str):
    shape = penned(rng(), char, 0.1, 0.2)
    assert shape is not None and (shape.field < 0).any()


def test_what_is_unknown_cannot_be_penned():
    assert "\u00e9" not in GLYPHS
    assert penned(rng(), "\u00e9", 0.1, 0.2) is None


def test_every_class_gets_its_crops():
    crops = alphabet_crops(rng(), STROKES, ALL_NAMES, 6)
    assert np.array_equal(np.unique(crops.labels), np.arange(len(ALL_NAMES)))
    assert np.bincount(crops.labels)[:-1].tolist() == [6] * 36
    assert crops.images.shape[1:] == (28, 28) and crops.images.max() == 255


def test_crops_are_normalised():
    crops = alphabet_crops(rng(), STROKES, LETTER_NAMES, 6)
    rows, columns = np.nonzero((crops.images > 0).any(0))
    extents = [np.ptp(np.nonzero(image)[axis]) + 1 for image in crops.images for axis in (0, 1)]  # fmt: skip
    assert max(extents) == 20
    assert rows.min() >= 1 and columns.min() >= 1


def test_no_two_crops_are_alike():
    images = [letter_crop(rng_, STROKES, "g") for rng_ in [rng()] for _ in range(20)]
    assert len({image.tobytes() for image in images}) == 20


def test_the_same_seed_writes_the_same():
    one, other = (alphabet_crops(rng(), STROKES, LETTER_NAMES, 2) for _ in range(2))
    assert np.array_equal(one.images, other.images)


def test_capitals_share_the_class_of_small_letters(monkeypatch: pytest.MonkeyPatch):
    written = []
    monkeypatch.setattr(
        alphabet,
        "letter_crop",
        lambda _, hands, char: written.append(char) or np.zeros((28, 28), np.uint8),
    )
    crops = alphabet_crops(rng(), STROKES, ("b", "7"), 4)
    assert written == ["b", "B", "b", "B", "7", "7", "7", "7"]
    assert crops.labels.tolist() == [0] * 4 + [1] * 4


def test_of_neighbours_a_margin_is_left(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(alphabet, "BESIDE", 1.0)
    monkeypatch.setattr(alphabet, "CUT", 0.0)
    closely = mean_aspect("l")
    monkeypatch.setattr(alphabet, "CUT", 0.4)
    assert closely < mean_aspect("l") < 1.8


def mean_aspect(char: str) -> float:
    """Width over height of its crops."""
    generator = rng()
    crops = [letter_crop(generator, STROKES, char) for _ in range(40)]
    boxes = [cv2.boundingRect(crop) for crop in crops]
    return float(np.mean([width / height for _, _, width, height in boxes]))


def test_what_is_no_letter_is_written_too():
    crops = [other_crop(generator, STROKES) for generator in [rng()] for _ in range(40)]
    assert all(crop is not None and crop.any() for crop in crops)


def test_a_hand_leaves_out_what_it_does_not_know():
    assert letter_crop(rng(), STROKES, "\u00e9") is None
    assert len(STROKES.write(rng(), ["a", "\u00e9", "b"])) == 2


def test_letters_are_assembled_from_strokes_alone():
    crops, check = assemble(Sources(classes="letters"), SETTINGS)
    assert np.bincount(crops.labels).tolist() == [20] * 27
    assert np.bincount(check.labels).tolist() == [2] * 27


def test_the_same_settings_assemble_the_same():
    one, other = (assemble(Sources(classes="letters"), SETTINGS)[0] for _ in range(2))
    assert np.array_equal(one.images, other.images)


def emnist(folder: Path, count: int = 52) -> str:
    """Letters as EMNIST keeps them: labels from 1, rows and columns swapped."""
    labels = 1 + np.arange(count) % 26
    images = np.zeros((count, 28, 28), np.uint8)
    images[:, 4:24, 12:16] = 255  # upright they lie: a dash
    return str(write_set(folder, "emnist-letters-train", images, labels, ".gz"))


def test_letters_of_emnist_are_learned_by_their_labels(tmp_path: Path):
    spec = emnist(tmp_path)
    crops, check = assemble(Sources(letters=(spec,), classes="letters"), SETTINGS)
    assert np.bincount(crops.labels)[:26].tolist() == [22] * 21 + [21] * 5
    assert len(check) == 2 * 27 + 5  # a tenth of EMNIST
    dash = check.images[-1]
    rows, columns = np.nonzero(dash)
    assert np.ptp(columns) == 19 and np.ptp(rows) < 6


def test_digits_that_look_like_no_letter_are_none(tmp_path: Path):
    images, labels = stroke_digits(per_digit=10)
    spec = write_set(tmp_path, "more", images, labels)
    plain, _ = assemble(Sources(classes="letters"), SETTINGS)
    crops, _ = assemble(Sources(digits=(str(spec),), classes="letters"), SETTINGS)
    assert len(crops) - len(plain) == 18  # of 3, 4 and 7 as many as of a letter ...
    assert np.all(crops.labels[len(plain) :] == NONE)  # ... but a tenth


def test_digits_are_classes_of_their_own_where_asked_for(tmp_path: Path):
    images, labels = stroke_digits(per_digit=10)
    write_set(tmp_path, "train", images, labels, ".gz")
    crops, _ = assemble(Sources(mnist=str(tmp_path), classes="alnum"), SETTINGS)
    each = np.bincount(crops.labels)
    assert len(each) == 37 and each[:10].sum() - each[10:20].sum() == 90


def test_an_unknown_kind_is_named():
    with pytest.raises(DataError, match="runes"):
        assemble(Sources(classes="runes"), SETTINGS)


def test_without_pages_and_sets_there_is_nothing_to_learn():
    with pytest.raises(DataError, match="--pages"):
        assemble(Sources(classes="letters"), replace(SETTINGS, pages=0))


def test_a_model_of_letters_is_trained_and_reads(tmp_path: Path):
    pytest.importorskip("keras", reason="training packages are not installed")
    from camrec.training.train import Target, train

    settings = replace(SETTINGS, network="mlp", pages=27, epochs=2)
    sources = Sources(letters=(emnist(tmp_path),), classes="letters")
    target = Target(tmp_path / "out", "letters")
    card = train(sources, settings, VariationSettings(), target)
    told = json.loads(card.read_text())
    assert told["classes"] == list(LETTER_NAMES)
    assert told["data"]["letters"] == ["emnist-letters-train-images-idx3-ubyte.gz"]
    assert told["data"]["mnist"] is None and told["scores"] == []
    assert Reader(card.with_suffix(".tflite")).classes == LETTER_NAMES
