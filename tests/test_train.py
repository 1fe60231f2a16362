"""From files of digits to a model that reads, in one call, the same each time."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from drawing import raster
from idx_files import write_set

from camrec import DataError, ModelError, OutputError, Reader
from camrec.reading.classifier import NONE, Classifier
from camrec.settings import TrainingSettings, VariationSettings
from camrec.training.rendering.strokes import stroke_digits

keras = pytest.importorskip("keras", reason="training packages are not installed")

from camrec.training import recipe
from camrec.training.data import CLASSES, DIGITS, Crops, mnist
from camrec.training.fit import Watch
from camrec.training.recipe import EXTRA, Sources, assemble, classes_of, rendered_crops
from camrec.training.train import Target, _start, train
from camrec.training.transfer import Origin

SETTINGS = TrainingSettings(epochs=8, batch=64, rate=4e-3, dropout=0.0, pages=2)
VARIATION = VariationSettings(varied=0.1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """600 digits drawn by strokes, laid out as MNIST is."""
    images, labels = stroke_digits(per_digit=70)
    order = np.random.default_rng(0).permutation(len(labels))
    images, labels = images[order], labels[order]
    path = tmp_path_factory.mktemp("mnist")
    write_set(path, "train", images[:600], labels[:600], ".gz")
    write_set(path, "t10k", images[600:], labels[600:], ".gz")
    return path


@pytest.fixture(scope="module")
def card(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out")
    tests = (mnist("t10k", folder),)
    cache = tmp_path_factory.mktemp("cache")
    return train(
        Sources(str(folder)), SETTINGS, VARIATION, Target(out, "mine"), tests=tests, command="again", cache=cache
    )  # fmt: skip


def test_a_model_is_left_that_reads(card: Path):
    weights = card.with_suffix(".tflite")
    assert Reader(weights).classes == CLASSES
    assert Reader(weights).read(np.full((90, 90, 3), 230, np.uint8)).digits == ()


def test_the_card_tells_how_it_was_made(card: Path):
    told = json.loads(card.read_text())
    assert told["seed"] == SETTINGS.seed and told["command"] == "again"
    assert told["settings"]["pages"] == 2
    assert told["data"]["crops"] > 500
    assert 0.3 <= told["temperature"] <= 4


def test_the_scores_on_the_card_are_those_of_the_model(card: Path, folder: Path):
    (told,) = json.loads(card.read_text())["scores"]
    assert (told["name"], told["images"]) == ("t10k", 100)
    # A tenth would be chance; 600 crops and seconds of training bring far more.
    assert told["accuracy"] > 0.5


def test_no_path_of_this_machine_is_on_the_card(card: Path, folder: Path):
    assert str(folder) not in card.read_text()


def test_the_last_twelfth_is_held_back(folder: Path):
    crops, check = assemble(Sources(str(folder)), replace(SETTINGS, pages=0))
    own = mnist("train", folder)
    assert np.array_equal(check.labels, own.labels[550:])
    held = {image.tobytes() for image in check.images}
    assert not held & {image.tobytes() for image in crops.images}


def test_pages_give_digits_and_what_is_none(folder: Path):
    crops = rendered_crops(Sources(str(folder)), replace(SETTINGS, pages=6))
    nones = crops.labels == CLASSES.index(NONE)
    assert nones.any() and not nones.all()
    assert crops.images.shape == (len(crops), 28, 28)


@pytest.mark.parametrize("validation", [0.05, 0.25])
def test_pages_are_held_back_like_all_else(folder: Path, monkeypatch, validation: float):  # fmt: skip
    pages = Crops(np.zeros((80, 28, 28), np.uint8), np.full(80, CLASSES.index(NONE), np.uint8))  # fmt: skip
    monkeypatch.setattr(recipe, "rendered_crops", lambda sources, settings: pages)
    settings = replace(SETTINGS, validation=validation)
    for part, share in zip(assemble(Sources(str(folder)), settings), (1 - validation, validation)):  # fmt: skip
        assert np.count_nonzero(part.labels == CLASSES.index(NONE)) == share * 80


def test_a_class_is_there_wherever_it_is_shown():
    with_none, without = (Crops(np.zeros((1, 28, 28), np.uint8), np.array([label], np.uint8)) for label in (10, 3))  # fmt: skip
    assert classes_of(CLASSES, without, with_none) == classes_of(CLASSES, with_none, without) == CLASSES  # fmt: skip
    assert classes_of(CLASSES, without, without) == DIGITS


def test_digits_that_are_not_all_there_are_told_before_pages(folder: Path, tmp_path: Path):  # fmt: skip
    few = write_set(tmp_path, "few", np.full((5, 28, 28), 200), np.arange(5))
    with pytest.raises(DataError, match="5"):
        assemble(Sources(str(folder), digits=(str(few),)), SETTINGS)
    with pytest.raises(DataError, match="nothing is left of its 5 characters"):
        assemble(Sources(str(folder), digits=(f"{few}[9:]",)), SETTINGS)


def test_a_model_that_is_no_start_is_told_before_pages(folder: Path, tmp_path: Path, monkeypatch):  # fmt: skip
    monkeypatch.setattr("camrec.training.train.assemble", None)
    with pytest.raises(ModelError, match="line reader"):
        train(Sources(str(folder)), SETTINGS, VARIATION, Target(tmp_path), origin=Origin("lines"))  # fmt: skip


def test_dropout_is_what_was_asked_for_whatever_it_starts_from(card: Path):
    network, _ = _start(CLASSES, replace(SETTINGS, dropout=0.4), Origin(str(card.with_suffix(".keras"))))  # fmt: skip
    rates = {layer.rate for layer in network.layers if isinstance(layer, keras.layers.Dropout)}  # fmt: skip
    assert rates == {0.4}


@pytest.mark.parametrize("out", ["file/out", "file"])
def test_a_folder_that_cannot_be_made_is_told_at_once(tmp_path: Path, out: str):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OutputError, match="out|file"):
        Target(tmp_path / out).prepare(resume=False, force=False)


def test_it_does_not_go_on_from_another_start(folder: Path, card: Path, tmp_path: Path):
    settings = replace(SETTINGS, pages=0, epochs=2)
    sources, target = Sources(str(folder)), Target(tmp_path)
    start = Origin(str(card.with_suffix(".keras")))

    def stop(done: int, steps: int) -> None:
        if done > steps // 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(sources, settings, VARIATION, target, origin=start, watch=Watch(step=stop))  # fmt: skip
    assert target.unfinished.exists()
    with pytest.raises(DataError, match="from .*mine.keras"):
        train(sources, settings, VARIATION, target, origin=Origin("digits"))


def test_more_digits_and_letters_join_what_is_learned(folder: Path, tmp_path: Path):
    images, labels = stroke_digits(per_digit=2)
    more = write_set(tmp_path, "more", images, labels)
    cross = np.zeros((4, 40, 40), np.uint8)
    cross[:, 18:22], cross[:, :, 18:22] = 255, 255
    letters = write_set(tmp_path, "letters", cross, np.zeros(4))
    settings = replace(SETTINGS, pages=0)
    alone, _ = assemble(Sources(str(folder)), settings)
    sources = Sources(str(folder), digits=(f"{more}[::2]",), letters=(str(letters),))
    crops, _ = assemble(sources, settings)
    nones = crops.labels == CLASSES.index(NONE)
    assert np.count_nonzero(nones) == 4
    # MNIST's 550 twice where there is more; ten digits, as they come and unstretched, as often as counts beside these.
    assert len(alone) == 550
    assert len(crops) - 2 * 550 - 4 == 2 * 10 * round(EXTRA * 550 / 10)


def test_ones_own_crops_are_learned_beside_the_others(folder: Path, tmp_path: Path):
    (tmp_path / "7").mkdir()
    for k in range(20):
        picture = np.pad(255 - raster("7"), 10 + k, constant_values=255)
        cv2.imwrite(str(tmp_path / "7" / f"{k}.png"), picture)
    settings = replace(SETTINGS, pages=0)
    alone, held = assemble(Sources(str(folder)), settings)
    crops, check = assemble(Sources(str(folder), own=(str(tmp_path),)), settings)
    assert set(crops.labels[len(alone) :]) == set(check.labels[len(held) :]) == {7}


def test_a_missing_source_is_named_before_anything_is_trained(tmp_path: Path):
    with pytest.raises(DataError, match="train-images"):
        train(Sources(str(tmp_path)), SETTINGS, VARIATION, Target(tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_a_trained_model_rejects_by_its_class_none(card: Path):
    classifier = Classifier(card.with_suffix(".tflite"))
    blank = classifier.scores(np.zeros((1, 28, 28, 1), np.float32))
    assert blank.shape == (1, len(CLASSES)) and np.isfinite(blank).all()
