"""The exported model reads as the trained one does, and its card binds the files together."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest
from drawing import raster

from camrec.errors import OutputError
from camrec.reading import normalise
from camrec.reading.classifier import Classifier
from camrec.reading.models import Card, find_model
from camrec.reading.runtime import load_keras

keras = pytest.importorskip("keras", reason="training packages are not installed")

from camrec.training.data import CLASSES
from camrec.training.export import export, files
from camrec.training.network import build, in_precision

CARD = {"classes": list(CLASSES), "temperature": 1.5, "seed": 7}


def some_crops(count: int) -> np.ndarray:
    """Digits and noise: (N, 28, 28, 1) float32 in [0, 1]."""
    noise = np.random.default_rng(3).random((count - 10, 28, 28, 1), np.float32)
    digits = normalise.normalise_all([raster(char) for char in "0123456789"])
    return np.concatenate([digits, noise])


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network that was trained for a few steps, so that its normalisation has seen data; the path of its card."""
    keras.utils.set_random_seed(0)
    network = build(len(CLASSES))
    network.compile("adam", keras.losses.SparseCategoricalCrossentropy(True))
    rng = np.random.default_rng(0)
    crops = rng.random((128, 28, 28, 1), np.float32)
    labels = rng.integers(0, len(CLASSES), 128)
    network.fit(crops, labels, batch_size=32, epochs=2, verbose=0)
    folder = tmp_path_factory.mktemp("model") / "new"
    return export(network, folder, "tiny", dict(CARD))


def difference(weights: Path, count: int) -> float:
    """Largest difference of any score between a model run by Keras and by LiteRT."""
    crops = some_crops(count)
    keras_scores = Classifier(weights.with_suffix(".keras")).scores(crops)
    lite_scores = Classifier(weights.with_suffix(".tflite")).scores(crops)
    return float(np.abs(keras_scores - lite_scores).max())


def test_keras_and_litert_agree(exported: Path):
    assert difference(exported, 100) < 1e-3


def test_the_shipped_pair_agrees():
    assert difference(find_model("digits"), 100) < 0.1  # there are whole numbers inside


def test_scores_tell_crops_apart(exported: Path):
    # Agreement alone would hold for two constants.
    scores = Classifier(exported.with_suffix(".tflite")).scores(some_crops(20))
    assert np.ptp(scores, axis=0).max() > 1e-3


def test_the_card_binds_both_files_by_digest(exported: Path):
    card = json.loads(exported.read_text())
    assert set(card["sha256"]) == {"tiny.keras", "tiny.tflite"}
    for name, digest in card["sha256"].items():
        content = (exported.parent / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == digest


def test_the_card_says_what_reading_must_know(exported: Path):
    card = Card.read(exported)
    assert card.classes == CLASSES
    assert card.normaliser == normalise.VERSION
    assert card.temperature == 1.5


def test_the_card_keeps_what_training_knows(exported: Path):
    card = json.loads(exported.read_text())
    assert card["seed"] == 7 and card["name"] == "tiny"
    assert card["parameters"] == build(len(CLASSES)).count_params()


def test_the_keras_file_is_packed(exported: Path):
    with zipfile.ZipFile(exported.with_suffix(".keras")) as archive:
        assert {item.compress_type for item in archive.infolist()} == {zipfile.ZIP_DEFLATED}  # fmt: skip


@pytest.mark.parametrize("stage", ["save", "_pack"])
def test_of_a_file_that_cannot_be_written_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stage: str):  # fmt: skip
    network = build(3, 0.0, "lenet")
    full = Mock(side_effect=OSError(28, "No space left on device"))
    if stage == "save":
        monkeypatch.setattr(type(network), "save", full)
    else:
        monkeypatch.setattr(files, "_pack", full)
    with pytest.raises(OutputError, match="digits.keras: cannot be written"):
        export(network, tmp_path, "digits", {"classes": ["0", "1", "2"]})
    assert list(tmp_path.iterdir()) == []


def test_nothing_but_whole_files_is_left(exported: Path):
    names = {path.name for path in exported.parent.iterdir()}
    assert names == {"tiny.json", "tiny.keras", "tiny.tflite"}


def test_exporting_again_replaces_all_three(exported: Path, tmp_path: Path):
    network = keras.models.load_model(exported.with_suffix(".keras"))
    first = json.loads(export(network, tmp_path, "x", dict(CARD)).read_text())
    network.layers[-1].set_weights(
        [np.zeros_like(w) for w in network.layers[-1].get_weights()]
    )
    second = json.loads(export(network, tmp_path, "x", dict(CARD)).read_text())
    assert first["sha256"]["x.tflite"] != second["sha256"]["x.tflite"]
    scores = Classifier(tmp_path / "x.tflite").scores(some_crops(11))
    assert scores == pytest.approx(1 / len(CLASSES), abs=1e-6)


def test_a_network_of_mixed_precision_is_exported_in_full(tmp_path: Path):
    keras.utils.set_random_seed(1)
    plain = build(len(CLASSES))
    mixed = in_precision(plain, "bfloat16")
    assert mixed.layers[1].compute_dtype == "bfloat16"
    export(mixed, tmp_path, "mixed", dict(CARD))
    crops = some_crops(40)
    truth = np.asarray(plain(crops, training=False))
    for suffix in (".keras", ".tflite"):
        logits = Classifier(tmp_path / f"mixed{suffix}").logits(crops)
        # bfloat16's eight significant bits would be off by a hundredth; LiteRT's weights have float16's eleven.
        assert np.abs(logits - truth).max() < (1e-4 if suffix == ".keras" else 2e-3)
    saved = load_keras(tmp_path / "mixed.keras")
    assert {layer.compute_dtype for layer in saved.layers} == {"float32"}
