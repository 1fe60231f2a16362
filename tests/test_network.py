"""The networks are those of the books, and give logits of any number of classes in any precision."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from camrec.settings import NETWORKS, TrainingSettings, VariationSettings

keras = pytest.importorskip("keras", reason="training packages are not installed")

from camrec.training.network import FEATURES, OWN, build, in_precision

PARAMETERS = {
    "mlp": 118_282,
    "cnn": 225_034,
    "lenet": 61_706,
    "vgg": 435_306,
    "resnet": 174_314,
}


def crops(count: int = 3) -> np.ndarray:
    return np.random.default_rng(0).random((count, 28, 28, 1), np.float32)


def test_every_name_on_offer_has_a_network():
    assert tuple(FEATURES) == NETWORKS == tuple(OWN)


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_network_of_the_books_has_its_size(name: str):
    assert build(10, 0.5, name).count_params() == PARAMETERS[name]


def test_ours_is_small_enough_to_ship():
    assert 4 * build().count_params() <= 2**20  # bytes of float32


@pytest.mark.parametrize("name", NETWORKS)
def test_logits_come_a_row_a_crop(name: str):
    assert build(26, 0.5, name)(crops()).shape == (3, 26)


@pytest.mark.parametrize("name", NETWORKS)
def test_what_a_network_wants_is_a_setting(name: str):
    kinds = (TrainingSettings, VariationSettings)
    assert OWN[name].keys() <= {item.name for kind in kinds for item in fields(kind)}


def test_dropout_is_as_told():
    rates = [layer.rate for layer in build(10, 0.4, "vgg").layers if hasattr(layer, "rate")]  # fmt: skip
    assert rates and set(rates) == {0.4}


def test_a_copy_in_bfloat16_says_nearly_the_same_with_float32_weights_and_logits():
    network = build(10, 0.5, "resnet")
    copy = in_precision(network, "bfloat16")
    logits = copy(crops())
    assert {layer.compute_dtype for layer in copy.layers} == {"float32", "bfloat16"}
    assert {weight.dtype for weight in copy.weights} == {"float32"}
    assert logits.dtype == "float32"
    assert np.allclose(logits, network(crops()), atol=0.1)


def test_a_copy_back_in_float32_is_the_network_again():
    network = build(10, 0.5, "cnn")
    back = in_precision(in_precision(network, "bfloat16"), "float32")
    assert np.array_equal(back(crops()), network(crops()))


def test_a_copy_keeps_what_is_frozen():
    network = build(10, 0.5, "cnn")
    network.layers[1].trainable = False
    assert not in_precision(network, "bfloat16").layers[1].trainable
