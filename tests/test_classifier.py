"""The network behind its card: probabilities whatever the batch, and one clear sentence where the two do not fit."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from drawing import raster

from camrec.errors import CamrecError, ModelError
from camrec.reading import normalise
from camrec.reading.classifier import CHUNK, Classifier, softmax
from camrec.reading.models import Card, find_model
from camrec.reading.normalise import normalise_all


@pytest.fixture(scope="module")
def shipped() -> Classifier:
    return Classifier()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the shipped model that a test may damage."""
    weights = find_model("digits")
    for path in (weights, weights.with_suffix(".json")):
        shutil.copy(path, tmp_path / path.name)
    return tmp_path / weights.name


def change(weights: Path, **fields: object) -> None:
    """Change fields of a model's card; None takes a field out."""
    path = weights.with_suffix(".json")
    card = json.loads(path.read_text()) | fields
    path.write_text(json.dumps({k: v for k, v in card.items() if v is not None}))


def sign(weights: Path) -> None:
    """Write the digest of the weights as they are now on their card."""
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    change(weights, sha256={weights.name: digest})


def test_plain_digits_are_read(shipped: Classifier):
    crops = normalise_all([raster(char) for char in "0123456789"])
    best = shipped.scores(crops).argmax(axis=1)
    assert [shipped.classes[k] for k in best] == list("0123456789")


def test_classes_are_the_ten_digits_and_none(shipped: Classifier):
    assert sorted(shipped.classes) == [*"0123456789", "none"]


def test_rows_are_probabilities(shipped: Classifier):
    crops = np.random.default_rng(0).random((7, 28, 28, 1), np.float32)
    scores = shipped.scores(crops)
    assert scores.shape == (7, len(shipped.classes)) and scores.dtype == np.float32
    assert scores.min() >= 0 and scores.sum(axis=1) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("count", [1, 8, 9, CHUNK, CHUNK + 1, 3 * CHUNK - 1])
def test_a_crop_gets_the_same_scores_in_every_batch(shipped: Classifier, count: int):
    crops = np.random.default_rng(1).random((count, 28, 28, 1), np.float32)
    together = shipped.scores(crops)
    for k in {0, count // 2, count - 1}:
        alone = shipped.scores(crops[k : k + 1])[0]
        assert together[k] == pytest.approx(alone, abs=1e-5)


def test_no_crops_give_no_scores(shipped: Classifier):
    assert shipped.scores(np.zeros((0, 28, 28, 1), np.float32)).shape == (0, 11)


def test_scores_are_the_callers_to_keep(shipped: Classifier):
    # The runtime's own memory is overwritten by its next call.
    first = shipped.scores(normalise_all([raster("3")]))
    kept = first.copy()
    shipped.scores(normalise_all([raster("8")]))
    assert np.array_equal(first, kept)


def test_softmax_takes_logits_of_any_size():
    rows = softmax(np.array([[1e4, 0.0], [-1e4, -1e4]]))
    assert rows == pytest.approx(np.array([[1, 0], [0.5, 0.5]]))


def test_a_higher_temperature_is_less_sure(copy: Path):
    crop = normalise_all([raster("3")])
    before = Classifier(copy).scores(crop).max()
    change(copy, temperature=10.0)
    assert Classifier(copy).scores(crop).max() < before


def test_a_path_reads_as_the_shipped_name_does(copy: Path, shipped: Classifier):
    crops = normalise_all([raster("5"), raster("9")])
    assert np.array_equal(Classifier(str(copy)).scores(crops), shipped.scores(crops))


def refused(weights: Path | str, *words: str) -> None:
    """The model is refused in one sentence that says all of `words`."""
    with pytest.raises(ModelError) as caught:
        Classifier(weights)
    message = str(caught.value)
    assert isinstance(caught.value, CamrecError)
    assert "\n" not in message
    for word in words:
        assert word in message


def test_a_file_that_is_replaced_meanwhile_changes_nothing(copy: Path):
    classifier = Classifier(copy)
    crops = np.random.default_rng(0).random((12, 28, 28, 1), np.float32)
    before = Classifier().scores(crops)
    shutil.copy(find_model("letters"), copy)
    assert np.array_equal(classifier.scores(crops), before)  # planned only now


def test_a_model_nobody_shipped_is_refused():
    refused("no-such-model", "no-such-model")


def test_a_missing_file_is_refused(tmp_path: Path):
    refused(tmp_path / "gone.tflite", "gone.tflite", "no such model")


def test_a_missing_card_is_refused(copy: Path):
    copy.with_suffix(".json").unlink()
    refused(copy, "digits.json", "missing")


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '"card"', '{"classes": 3}'])
def test_a_card_that_is_no_card_is_refused(copy: Path, text: str):
    copy.with_suffix(".json").write_text(text)
    refused(copy, "digits.json", "not a model card")


@pytest.mark.parametrize("field", ["classes", "normaliser", "temperature", "sha256"])
def test_a_card_that_lacks_a_field_is_refused(copy: Path, field: str):
    change(copy, **{field: None})
    refused(copy, field)


def test_a_card_that_is_no_text_is_refused(copy: Path):
    copy.with_suffix(".json").write_bytes(b"\xff\xfe\x00\x81")
    refused(copy, "not a model card")


def test_another_normaliser_is_refused(copy: Path):
    change(copy, normaliser=normalise.VERSION + 1)
    refused(copy, f"normaliser {normalise.VERSION + 1}", str(normalise.VERSION))


def test_other_weights_than_the_cards_are_refused(copy: Path):
    copy.write_bytes(copy.read_bytes() + b"\0")
    refused(copy, "sha256", "do not belong together")


def test_renamed_weights_do_not_pass_for_others(copy: Path):
    change(copy, sha256={"other.tflite": "0" * 64})
    refused(copy, "sha256")


def test_weights_that_are_no_model_are_refused(copy: Path):
    copy.write_bytes(b"this is no flatbuffer" * 50)
    sign(copy)
    refused(copy, "LiteRT cannot load it")


@pytest.mark.parametrize(
    "fields",
    [
        {"classes": ["0", "1"]},
        {"classes": ["0"] * 11},
        {"temperature": 0.0},
        {"temperature": float("nan")},
    ],
    ids=["too few classes", "a class twice", "no temperature", "nan"],
)
def test_a_card_that_contradicts_its_weights_is_refused(copy: Path, fields: dict):
    change(copy, **fields)
    refused(copy, "card")


def test_the_shipped_card_says_where_its_model_comes_from():
    path = find_model("digits").with_suffix(".json")
    card = json.loads(path.read_text(encoding="utf-8"))
    assert card["normaliser"] == normalise.VERSION
    assert set(card["sha256"]) == {"digits.keras", "digits.tflite"}
    assert Card.read(path).classes == tuple(card["classes"])


def test_a_keras_file_without_keras_is_refused_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    source = find_model("digits")
    for suffix in (".keras", ".json"):
        shutil.copy(source.with_suffix(suffix), tmp_path)
    monkeypatch.setitem(sys.modules, "keras", None)  # so that its import fails
    refused(tmp_path / "digits.keras", "pip install", ".tflite")


def test_scores_are_the_softmax_of_cooled_logits():
    classifier = Classifier()
    crops = np.random.default_rng(0).random((3, 28, 28, 1), np.float32)
    cooled = classifier.logits(crops) / classifier.card.temperature
    assert classifier.scores(crops) == pytest.approx(softmax(cooled))
    assert classifier.logits(crops[:0]).shape == (0, len(classifier.classes))
