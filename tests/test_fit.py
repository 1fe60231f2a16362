"""The loop keeps the best weights, stops in time, and goes on after a kill as if nothing had happened."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from camrec import DataError, ModelError
from camrec.settings import TrainingSettings, VariationSettings
from camrec.training.rendering.strokes import stroke_digits

keras = pytest.importorskip("keras", reason="training packages are not installed")

from camrec.training.batches import Varied
from camrec.training.course import Course, Epoch, digest
from camrec.training.data import Crops
from camrec.training.fit import Watch, fit, fit_temperature
from camrec.training.network import build
from camrec.training.optimizers import Surprise, schedule

SETTINGS = TrainingSettings(network="mlp", epochs=4, batch=50, dropout=0.3, seed=3)
VARIATION = VariationSettings(varied=0.2)


@pytest.fixture(scope="module")
def digits() -> tuple[Crops, Crops]:
    """200 digits drawn by strokes to learn from, 100 to check."""
    images, labels = stroke_digits(per_digit=30)
    order = np.random.default_rng(0).permutation(300)
    whole = Crops(images[order], labels[order])
    return whole.take(np.arange(200)), whole.take(np.arange(200, 300))


def trained(digits, settings=SETTINGS, **options):
    keras.utils.set_random_seed(settings.seed)
    network = build(10, settings.dropout, settings.network)
    return network, fit(network, *digits, settings, VARIATION, **options)


def stop_after(count: int) -> Watch:
    return Watch(epoch=lambda epoch: epoch.epoch == count)


def test_going_on_after_a_kill_comes_to_the_same(digits, tmp_path: Path):
    whole, course = trained(digits)
    keep = tmp_path / "unfinished.npz"
    _, half = trained(digits, keep=keep, watch=stop_after(2))
    assert len(half.epochs) == 2
    later, rest = trained(digits, keep=keep)
    # Bit for bit where threads add in the same order; here, as near as makes no difference.
    for one, other in zip(course.epochs, rest.epochs, strict=True):
        assert one.loss == pytest.approx(other.loss, rel=1e-5)
        assert one.val_loss == pytest.approx(other.val_loss, rel=1e-5)
        assert one.rate == pytest.approx(other.rate)
    for one, other in zip(whole.get_weights(), later.get_weights(), strict=True):
        assert np.allclose(one, other, atol=1e-5)


def test_a_finished_training_is_not_trained_again(digits, tmp_path: Path):
    keep = tmp_path / "unfinished.npz"
    whole, _ = trained(digits, keep=keep)
    steps: list[int] = []
    again, _ = trained(digits, keep=keep, watch=Watch(step=lambda *done: steps.append(1)))  # fmt: skip
    assert not steps
    assert all(map(np.array_equal, whole.get_weights(), again.get_weights()))


def test_another_training_is_refused_by_what_differs(digits, tmp_path: Path):
    keep = tmp_path / "unfinished.npz"
    trained(digits, keep=keep, watch=stop_after(1))
    with pytest.raises(DataError, match=r"unfinished\.npz: .*\(rate 0\.002 -> 0\.1\)"):
        trained(digits, replace(SETTINGS, rate=0.1), keep=keep)


def test_a_damaged_file_is_refused(digits, tmp_path: Path):
    keep = tmp_path / "unfinished.npz"
    keep.write_bytes(b"PK\x03\x04 cut short")
    with pytest.raises(DataError, match="cannot be read as an unfinished training"):
        trained(digits, keep=keep)


def test_the_weights_of_the_best_epoch_are_kept(digits):
    # At this rate the steps grow wild after a good beginning.
    settings = replace(SETTINGS, rate=0.02, schedule="constant", epochs=8)
    network, course = trained(digits, settings)
    network.compile(loss=Surprise(0), metrics=["accuracy"])
    loss, accuracy = network.evaluate(digits[1].batch(), digits[1].labels, verbose=0)
    assert loss == pytest.approx(min(e.val_loss for e in course.epochs), rel=1e-3)
    assert accuracy == pytest.approx(course.best_epoch.val_accuracy, abs=1e-6)


def test_it_stops_when_patience_ends(digits):
    settings = replace(SETTINGS, rate=0.0, schedule="constant", patience=2, epochs=9)
    _, course = trained(digits, settings)
    assert [epoch.epoch for epoch in course.epochs] == [1, 2, 3]


def test_a_loss_that_is_no_number_ends_the_training_in_a_sentence(digits):
    settings = replace(SETTINGS, optimizer="sgd", rate=1.0, decay=1.0, network="cnn")
    network = build(10, 0.0, "cnn")
    network.set_weights([np.full(w.shape, np.nan) for w in network.get_weights()])
    with pytest.raises(ModelError, match="smaller --rate"):
        fit(network, *digits, settings, VARIATION)


@pytest.mark.parametrize("optimizer", ["adamw", "adam", "sgd", "rmsprop"])
def test_every_optimizer_learns(digits, optimizer: str):
    rate = 0.05 if optimizer == "sgd" else 2e-3
    settings = replace(SETTINGS, optimizer=optimizer, rate=rate)
    _, course = trained(digits, settings)
    assert course.epochs[-1].loss < 0.9 * course.epochs[0].loss


def test_bfloat16_learns_and_leaves_a_float32_network(digits):
    network, course = trained(digits, replace(SETTINGS, precision="bfloat16"))
    assert course.epochs[-1].loss < 0.9 * course.epochs[0].loss
    assert {layer.compute_dtype for layer in network.layers} == {"float32"}


def test_who_watches_hears_of_every_step_and_epoch(digits):
    steps: list[tuple[int, int]] = []
    rows: list[Epoch] = []
    watch = Watch(lambda *done: steps.append(done), lambda row: bool(rows.append(row)))
    _, course = trained(digits, replace(SETTINGS, epochs=2), watch=watch)
    assert steps == [(k, 8) for k in range(1, 9)]
    assert rows == course.epochs and len(rows) == 2


def test_the_best_epoch_is_the_one_of_least_loss_and_never_one_without():
    losses = (float("nan"), 0.5, 0.2, 0.3)
    rows = [Epoch(k, 0, 0, loss, 0, 0, 0) for k, loss in enumerate(losses, 1)]
    course = Course(rows)
    assert course.best_epoch.epoch == 3 and course.waited() == 1


def test_a_digest_tells_one_pixel_and_one_label():
    images, labels = stroke_digits(per_digit=1)
    other, another = images.copy(), labels.copy()
    other[0, 0, 0] ^= 1
    another[0] ^= 1
    told = {digest(Crops(*pair)) for pair in ((images, labels), (other, labels), (images, another))}  # fmt: skip
    assert len(told) == 3 and digest(Crops(images, labels)) in told


@pytest.mark.parametrize(
    ("name", "rates"),
    [
        ("cosine", {0: 1e-5, 5: 0.1, 100: 1e-3}),
        ("step", {0: 0.1, 49: 0.1, 51: 0.01, 76: 0.001}),
    ],
)
def test_a_schedule_falls_as_it_says(name: str, rates: dict[int, float]):
    rate = schedule(replace(SETTINGS, schedule=name, rate=0.1), 100)
    for step, expected in rates.items():
        assert float(rate(step)) == pytest.approx(expected, rel=1e-3)


def test_smoothing_costs_certainty_a_little_and_nothing_without():
    labels, sure = np.array([2]), np.array([[0.0, 0.0, 50.0, 0.0]], np.float32)
    assert float(Surprise(0.0)(labels, sure)) == pytest.approx(0, abs=1e-6)
    # A tenth over four classes: 0.025 each for the three wrong ones, which cost 50 nats each.
    assert float(Surprise(0.1)(labels, sure)) == pytest.approx(3 * 0.025 * 50)


def test_every_epoch_begins_with_its_own_batches(digits, monkeypatch):
    begun: list[int] = []
    start = Varied.start
    monkeypatch.setattr(
        Varied, "start", lambda self, epoch: (begun.append(epoch), start(self, epoch))
    )
    trained(digits)
    assert begun == [0, 0, 1, 2, 3]  # the first when they are made


def batches() -> Varied:
    images, labels = stroke_digits(per_digit=9)
    settings = replace(SETTINGS, batch=32)
    return Varied(Crops(images, labels), settings, replace(VARIATION, varied=0.5))


def test_every_crop_is_shown_once_an_epoch():
    shown = batches()
    labels = np.concatenate([shown[k][1] for k in range(len(shown))])
    assert np.array_equal(np.sort(labels), np.repeat(np.arange(10), 9))


def test_batches_depend_on_seed_epoch_and_place_alone():
    one, other = batches(), batches()
    before = [one[k][0] for k in range(3)]
    for k in (2, 0, 0, 1):  # in another order, and one of them twice
        assert np.array_equal(before[k], other[k][0])
    one.start(1)
    assert not np.array_equal(before[0], one[0][0])
    other.start(1)
    other[1]
    other.start(0)
    assert np.array_equal(before[0], other[0][0])


def test_fewer_crops_are_varied_while_it_settles():
    shown = batches()
    given = {image.tobytes() for image in shown.crops.images}

    def varied() -> int:
        crops = np.concatenate([shown[k][0] for k in range(len(shown))])
        plain = np.rint(crops[..., 0] * 255).astype(np.uint8)
        return sum(image.tobytes() not in given for image in plain)

    before = varied()
    shown.start(3)  # of four: the last quarter
    assert 0 < varied() < 0.8 * before


def test_the_temperature_softens_a_network_that_is_too_sure():
    rng = np.random.default_rng(0)
    images = np.zeros((400, 28, 28), np.uint8)
    labels = rng.integers(0, 10, 400).astype(np.uint8)
    images[np.arange(400), 0, labels] = 255  # the crop tells its label ...
    told = Crops(images, np.where(rng.random(400) < 0.8, labels, 0).astype(np.uint8))
    crop = keras.Input((28, 28, 1))
    sure = keras.layers.Lambda(lambda x: x[:, 0, :11, 0] * 30.0)(crop)
    network = keras.Model(crop, sure)
    # ... and is right four times in five, where the network gives all but nothing to the rest.
    assert fit_temperature(network, told) > 2
