"""A training may start from what another model learned."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from camrec import ModelError

keras = pytest.importorskip("keras", reason="training packages are not installed")

from camrec.reading.classifier import Classifier
from camrec.training.data import CLASSES, DIGITS
from camrec.training.export import export
from camrec.training.network import build
from camrec.training.transfer import Origin


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A network for digits and "none" that learned nothing."""
    folder = tmp_path_factory.mktemp("model")
    card = {"classes": list(CLASSES), "temperature": 1.0}
    return str(export(build(11, 0.3, "cnn"), folder, "mine", card).with_suffix(".keras"))  # fmt: skip


def crops() -> np.ndarray:
    return np.random.default_rng(0).random((5, 28, 28, 1), np.float32)


def test_it_starts_where_the_model_is(model: str):
    network, classes = Origin(model).network(CLASSES)
    assert classes == CLASSES
    assert np.allclose(network(crops()), Classifier(model).logits(crops()), atol=1e-4)


def test_none_is_not_forgotten_where_nothing_shows_it(model: str):
    network, classes = Origin(model).network(DIGITS)
    assert classes == CLASSES and network.output_shape == (None, 11)


def test_other_classes_make_a_new_last_layer_and_keep_the_rest(model: str):
    old, _ = Origin(model).network(CLASSES)
    network, classes = Origin(model).network(("x", "y", "none"))
    assert classes == ("x", "y", "none") and network.output_shape == (None, 3)
    assert all(map(np.array_equal, old.get_weights()[:-2], network.get_weights()[:-2]))


def test_frozen_is_all_but_the_dense_layers(model: str):
    network, _ = Origin(model, freeze=True).network(("x", "y", "none"))
    learning = {type(layer).__name__ for layer in network.layers if layer.trainable}
    assert learning == {"Dense"}
    # 1,600 features -> 128 -> 3, each with weights and offsets.
    assert len(network.trainable_variables) == 4


def test_what_was_trained_frozen_learns_with_all_its_layers_again(model: str, tmp_path: Path):  # fmt: skip
    frozen, classes = Origin(model, freeze=True).network(CLASSES)
    card = {"classes": list(classes), "temperature": 1.0}
    path = export(frozen, tmp_path, "frozen", card).with_suffix(".keras")
    network, _ = Origin(str(path)).network(CLASSES)
    assert len(network.trainable_variables) == len(network.weights) > 4


def test_a_line_reader_is_no_start_for_crops():
    with pytest.raises(ModelError, match="line reader; give --lines"):
        Origin("lines").network(CLASSES)


def test_pages_show_what_is_no_digit_where_the_model_knows_it(
    model: str, tmp_path: Path
):
    assert Origin(model).wants()["pages"] > 0
    card = {"classes": list(DIGITS), "temperature": 1.0}
    plain = export(build(10, 0.3, "lenet"), tmp_path, "plain", card)
    assert Origin(str(plain.with_suffix(".keras"))).wants()["pages"] == 0


def test_a_shipped_model_goes_by_its_name():
    path = Origin("digits").path()
    assert path.name == "digits.keras" and path.is_file()


def test_without_the_keras_file_there_is_no_start(model: str, tmp_path: Path):
    lite = tmp_path / "mine.tflite"
    lite.write_bytes(Path(model).with_suffix(".tflite").read_bytes())
    with pytest.raises(ModelError, match=r"mine\.keras: no such file"):
        Origin(str(lite)).path()
