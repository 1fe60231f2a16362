"""What a network looked at, on networks whose answer is known, and the sheets that show it."""

from __future__ import annotations

import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner
from drawing import sheet, write

from camrec import Reader
from camrec.cli import group
from camrec.elements import Box, Digit
from camrec.errors import ModelError
from camrec.reading.classifier import Classifier
from camrec.reading.models import find_model

keras = pytest.importorskip("keras", reason="training packages are not installed")
pytest.importorskip("matplotlib", reason="training packages are not installed")

from camrec.training.data import CLASSES
from camrec.training.explanation.explain import Explainer, Explanation
from camrec.training.explanation.features import feature_maps, first_filters
from camrec.training.explanation.heat import centres, heats
from camrec.training.export import export
from camrec.training.network import build
from camrec.training.plots.explanation import DOWN, feature_sheet, sheets

layers = keras.layers


def looking_left() -> keras.Model:
    """One filter that copies the crop; class 0 counts the ink of the left half, class 1 the rest."""
    crop = layers.Input((28, 28, 1))
    copy = layers.Conv2D(1, 1, kernel_initializer="ones", activation="relu")(crop)
    logits = layers.Dense(2, use_bias=False)(layers.Flatten()(copy))
    network = keras.Model(crop, logits)
    left = np.zeros((28, 28), np.float32)
    left[:, :14] = 1
    network.layers[-1].set_weights([np.stack([left, 1 - left], -1).reshape(784, 2)])
    return network


def bar() -> np.ndarray:
    """A stroke across the whole crop: (1, 28, 28, 1)."""
    crop = np.zeros((1, 28, 28, 1), np.float32)
    crop[0, 12:16] = 1
    return crop


def test_hirescam_shows_the_ink_that_counted_and_no_other():
    for class_, expected in ((0, slice(0, 14)), (1, slice(14, 28))):
        (heat,) = heats(looking_left(), bar(), np.array([class_]))
        truth = np.zeros((28, 28), bool)
        truth[12:16, expected] = True
        assert np.array_equal(heat.hires_cam > 0.5, truth)


def test_grad_cam_is_the_maps_by_their_mean_slope():
    # Half of the places count, so the one map has a positive mean slope: all ink is hot, to either side.
    (heat,) = heats(looking_left(), bar(), np.array([0]))
    assert np.array_equal(heat.grad_cam > 0.5, bar()[0, ..., 0] > 0)


def test_both_agree_where_the_head_takes_means():
    keras.utils.set_random_seed(3)
    crop = layers.Input((28, 28, 1))
    x = layers.Conv2D(6, 5, strides=2, activation="relu")(crop)
    network = keras.Model(crop, layers.Dense(3)(layers.GlobalAveragePooling2D()(x)))
    crops = np.random.default_rng(0).random((4, 28, 28, 1), np.float32)
    for heat in heats(network, crops, np.array([0, 1, 2, 0])):
        assert heat.grad_cam == pytest.approx(heat.hires_cam, abs=1e-5)


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda x: layers.Conv2D(1, 3, padding="same")(x), range(28)),
        (lambda x: layers.Conv2D(2, 5)(x), range(2, 26)),
        (lambda x: layers.Conv2D(2, 5, strides=2)(x), range(2, 25, 2)),
        (lambda x: layers.Conv2D(2, 2, strides=2)(x), np.arange(0.5, 28, 2)),
        (
            lambda x: layers.Conv2D(1, 3)(layers.MaxPooling2D(2)(x)),
            np.arange(2.5, 26, 2),
        ),
        (lambda x: layers.Conv2D(1, 1, activation="tanh")(x), range(28)),
    ],
    ids=["padded", "not padded", "strided", "even", "pooled", "bent"],
)
def test_cells_of_maps_are_known_to_look_where_they_do(make, expected):
    crop = layers.Input((28, 28, 1))
    network = keras.Model(crop, make(crop))
    assert centres(network) == pytest.approx(np.array(expected), abs=0.01)


def test_heat_is_laid_where_the_cells_look():
    crop = layers.Input((28, 28, 1))
    x = layers.Conv2D(1, 9, strides=9, kernel_initializer="ones")(crop)
    network = keras.Model(crop, layers.Dense(1, kernel_initializer="ones")(layers.Flatten()(x)))  # fmt: skip
    dot = np.zeros((1, 28, 28, 1), np.float32)
    dot[0, 20, 3] = (
        1  # the middle row and column of cells look at 13, the last ones at 22
    )
    (heat,) = heats(network, dot, np.array([0]))
    assert np.unravel_index(heat.hires_cam.argmax(), (28, 28)) == (22, 4)


def test_heat_lies_between_nothing_and_one():
    crops = np.concatenate([bar(), np.zeros((1, 28, 28, 1), np.float32)])
    inked, blank = heats(build(11), crops, np.array([3, 3]))
    assert inked.hires_cam.shape == (28, 28)
    assert inked.hires_cam.min() >= 0 and inked.hires_cam.max() <= 1
    assert np.isfinite(blank.grad_cam).all()


def test_another_backend_than_tensorflow_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    with pytest.raises(ModelError, match="jax.*KERAS_BACKEND=tensorflow"):
        heats(looking_left(), bar(), np.array([0]))


def normalised() -> keras.Model:
    """Convolution, normalisation and activation in layers of their own, then a dense layer with one too."""
    crop = layers.Input((28, 28, 1))
    x = layers.Conv2D(4, 3, strides=2, use_bias=False)(crop)
    x = layers.ReLU()(layers.BatchNormalization()(x))
    x = layers.Activation("relu")(layers.Dense(8)(layers.Flatten()(x)))
    return keras.Model(crop, layers.Dense(2)(x))


def test_maps_are_taken_behind_normalisation_and_activation():
    (maps,) = feature_maps(normalised(), bar()[0, ..., 0])
    assert maps.shape == (4, 13, 13)
    assert maps.min() == 0 and maps.max() > 0


def test_every_convolution_has_its_maps():
    network = build(11)
    found = feature_maps(network, bar()[0, ..., 0])
    convolutions = [x for x in network.layers if isinstance(x, layers.Conv2D)]
    sizes = [(c.filters, *c.output.shape[1:3]) for c in convolutions]
    assert [maps.shape for maps in found] == sizes
    assert len(first_filters(network)) == convolutions[0].filters


def test_a_copying_filter_gives_the_crop_back():
    (maps,) = feature_maps(looking_left(), bar()[0, ..., 0])
    assert np.array_equal(maps[0], bar()[0, ..., 0])
    assert first_filters(looking_left()) == np.ones((1, 1, 1))


def test_a_network_without_convolutions_has_no_heat_and_no_maps():
    dense = build(11, name="mlp")
    assert heats(dense, bar(), np.array([0])) == []
    with pytest.raises(ModelError, match="no convolution"):
        feature_maps(dense, bar()[0, ..., 0])


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A sheet with 20368 above 4957."""
    image = sheet(360, 640)
    write(image, "20368", 60, 60, 80)
    write(image, "4957", 120, 220, 80)
    path = tmp_path / "page.png"
    cv2.imwrite(str(path), image)
    return path


def test_what_is_explained_is_what_was_read(page: Path):
    scene = Reader(keep_crops=True).read(page)
    explanations = Explainer("digits").explain(scene)
    assert [one.digit for one in explanations] == list(scene.digits)
    crops = np.array([digit.crop for digit in scene.digits])[..., None]
    truth = Classifier().scores(crops)
    for one, row in zip(explanations, truth, strict=True):
        assert one.scores == pytest.approx(
            row, abs=0.1
        )  # reading has whole numbers inside
        assert one.heat is not None
        box = one.digit.box
        assert one.picture.shape[0] > box.height and one.picture.shape[1] > box.width


def test_a_scene_without_digits_needs_no_explanation():
    scene = Reader(keep_crops=True).read(sheet(90, 90))
    assert Explainer("digits").explain(scene) == []


def explanation(heat: bool = False) -> Explanation:
    crop = bar()[0, ..., 0]
    scores = np.eye(11, dtype=np.float32)[1]
    digit = Digit("1", 0.9, Box(0, 0, 9, 30), scores, crop)
    (found,) = heats(looking_left(), bar(), np.array([0]))
    picture = np.full((40, 20, 3), 200, np.uint8)
    return Explanation(digit, picture, scores, found if heat else None)


def test_many_digits_are_spread_over_sheets():
    most = 2 * DOWN
    assert len(sheets([explanation()] * most, CLASSES, "x")) == 1
    figures = sheets([explanation(heat=True)] * (most + 1), CLASSES, "x")
    titles = [figure.get_suptitle() for figure in figures]
    assert titles == ["x (1 of 2)", "x (2 of 2)"]
    heads = [place.get_suptitle() for place in figures[1].subfigs]
    assert heads == [f"digit {most + 1}: read 1, 90.0% sure"]


def test_a_sheet_says_that_there_is_no_convolution():
    (figure,) = sheets([explanation()], CLASSES, "x")
    titles = [axes.get_title() for axes in figure.subfigs[0].axes]
    assert titles.count("no convolution") == 2


def test_the_feature_sheet_has_a_strip_for_filters_and_each_convolution():
    network = build(11)
    maps = feature_maps(network, bar()[0, ..., 0])
    figure = feature_sheet(first_filters(network), maps, "x")
    assert len(figure.axes) == 1 + len(maps)


def run(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(group, ["explain", *map(str, arguments)])
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done.exit_code, done.stderr


def test_the_command_writes_a_sheet_beside_the_picture(page: Path):
    status, words = run(page, "--features", "--digit", 9)
    assert status == 0
    names = {path.name for path in page.parent.iterdir()}
    assert names == {"page.png", "page.camrec.explain.png", "page.camrec.features.png"}
    written = cv2.imread(str(page.parent / "page.camrec.explain.png"))
    assert written.shape[1] == 1200
    assert "page.camrec.explain.png" in words


def test_a_digit_that_is_not_there_is_named(page: Path, tmp_path: Path):
    status, words = run(page, "--features", "--digit", 10, "--out", tmp_path / "out")
    assert status == 1 and "no digit 10, only 9" in words
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["page.camrec.explain.png"]


def test_what_cannot_be_read_is_named_and_the_rest_is_explained(
    page: Path, tmp_path: Path
):
    blank = tmp_path / "blank.png"
    cv2.imwrite(str(blank), sheet(90, 90))
    status, words = run(tmp_path / "gone.png", blank, page, "--out", tmp_path / "out")
    assert status == 1 and "gone.png" in words and "blank.png: no digit" in words
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["page.camrec.explain.png"]


def test_a_model_without_its_keras_file_cannot_be_taken_apart(
    page: Path, tmp_path: Path
):
    for suffix in (".tflite", ".json"):
        shutil.copy(find_model("digits").with_suffix(suffix), tmp_path / f"m{suffix}")
    status, words = run(page, "--model", tmp_path / "m.tflite")
    assert status == 1 and "m.keras" in words


def test_a_dense_model_is_explained_without_heat(page: Path, tmp_path: Path):
    keras.utils.set_random_seed(0)
    card = {"classes": list(CLASSES), "temperature": 1.0}
    export(build(11, name="mlp"), tmp_path, "mlp", card)
    scene = Reader(keep_crops=True).read(page)
    explanations = Explainer(tmp_path / "mlp.tflite").explain(scene)
    assert len(explanations) == 9
    assert all(one.heat is None for one in explanations)
