"""Each format of an export reads as its network does, or is not kept."""

from __future__ import annotations

import json
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from idx_files import write_set

from camrec.cli import group
from camrec.errors import DataError, ModelError
from camrec.reading.classifier import Classifier
from camrec.reading.normalise import normalise_all
from camrec.settings import EXPORTS, ExportSettings
from camrec.training.rendering.strokes import stroke_digits

keras = pytest.importorskip("keras", reason="training packages are not installed")
for package in ("onnx", "tf2onnx", "onnxruntime"):
    pytest.importorskip(package, reason="training packages are not installed")

from camrec.training.data import CLASSES, LabelledSet, mnist
from camrec.training.export import export, formats
from camrec.training.export.formats import SUFFIXES, Exporter
from camrec.training.export.litert import litert
from camrec.training.export.prune import prune

CARD = {"classes": list(CLASSES), "temperature": 1.2, "seed": 7}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """1,600 digits drawn by strokes, laid out as MNIST is."""
    images, labels = stroke_digits(per_digit=160)
    order = np.random.default_rng(0).permutation(len(labels))
    images, labels = images[order], labels[order]
    path = tmp_path_factory.mktemp("mnist")
    write_set(path, "train", images[:1400], labels[:1400])
    write_set(path, "t10k", images[1400:], labels[1400:])
    return path


def small() -> keras.Model:
    """A network that learns in a second."""
    layers = keras.layers
    crop = layers.Input((28, 28, 1), name="crop")
    x = layers.Conv2D(12, 5, strides=2, activation="relu")(crop)
    x = layers.Conv2D(16, 3, strides=2, activation="relu")(x)
    x = layers.Dense(48, activation="relu")(layers.Flatten()(x))
    return keras.Model(crop, layers.Dense(len(CLASSES))(x))


@pytest.fixture(scope="module")
def model(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network that reads those digits, as training leaves it; path of the Keras file."""
    keras.utils.set_random_seed(0)
    network, train = small(), mnist("train", data)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    network.compile(keras.optimizers.Adam(3e-3), loss)
    crops = normalise_all(list(train.images))
    network.fit(crops, train.labels, batch_size=50, epochs=12, verbose=0)
    folder = tmp_path_factory.mktemp("model")
    return export(network, folder, "small", dict(CARD)).with_suffix(".keras")


@pytest.fixture(scope="module")
def exporter(model: Path, data: Path) -> Exporter:
    check, learn = mnist("t10k", data), mnist("train", data)
    settings = ExportSettings(tolerance=1.0)
    return Exporter.open(model, check, learn, settings, {"command": "again"})


@pytest.fixture(scope="module")
def folder(exporter: Exporter, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every format once."""
    path = tmp_path_factory.mktemp("exports")
    for form in EXPORTS:
        exporter.write(form, path, f"small-{form}")
    return path


def test_the_network_reads_at_all(exporter: Exporter):
    # Else agreement would mean nothing. A guess is right once in ten, and strokes have up to 25 forms a digit.
    assert exporter.original.figures.accuracy > 0.85


def test_every_format_has_a_converter():
    assert tuple(SUFFIXES) == EXPORTS


@pytest.mark.parametrize(
    ("form", "most"),
    [("float32", 1e-4), ("float16", 1e-2), ("onnx", 1e-4), ("int8", 0.3)],
)
def test_a_format_reads_as_the_network(
    exporter: Exporter, folder: Path, form: str, most: float
):
    reader = Classifier(folder / f"small-{form}{SUFFIXES[form]}")
    answers = exporter.original.answers
    scores = reader.scores(answers.crops[..., None])
    assert np.abs(scores - answers.scores).max() < most
    assert np.mean(scores.argmax(axis=1) == answers.answer) > 0.97


def test_half_and_quarter_precision_take_half_and_quarter_of_the_room(folder: Path):
    sizes = [
        (folder / f"small-{form}.tflite").stat().st_size
        for form in ("float32", "float16", "int8")
    ]
    assert sizes[1] < 0.6 * sizes[0] and sizes[2] < 0.4 * sizes[0]


def test_int8_is_whole_numbers_from_end_to_end(folder: Path):
    from ai_edge_litert.interpreter import Interpreter

    runtime = Interpreter(model_path=str(folder / "small-int8.tflite"))
    tensors = {item["name"]: item for item in runtime.get_tensor_details()}
    floats = [name for name in tensors if tensors[name]["dtype"] == np.float32]
    ends = runtime.get_input_details() + runtime.get_output_details()
    assert sorted(floats) == sorted(end["name"] for end in ends)
    kernels = [item for item in tensors.values() if tuple(item["shape"])[1:] == (5, 5, 1)]  # fmt: skip
    (kernel,) = kernels
    assert kernel["dtype"] == np.int8
    assert len(kernel["quantization_parameters"]["scales"]) == 12  # one a channel


def test_onnx_runs_by_the_names_one_would_type(folder: Path, exporter: Exporter):
    import onnxruntime

    session = onnxruntime.InferenceSession(folder / "small-onnx.onnx")
    (entry,), (result,) = session.get_inputs(), session.get_outputs()
    assert (entry.name, entry.shape) == ("crop", ["N", 28, 28, 1])
    assert (result.name, result.shape) == ("logits", ["N", len(CLASSES)])
    for count in (1, 7):
        crops = exporter.original.answers.crops[:count, ..., None]
        assert session.run(["logits"], {"crop": crops})[0].shape == (count, 11)


def test_the_card_tells_what_was_made_of_what(folder: Path, exporter: Exporter):
    card = json.loads((folder / "small-int8.json").read_text())
    assert card["name"] == "small-int8" and card["seed"] == 7
    assert list(card["sha256"]) == ["small-int8.tflite"]
    told = card["export"]
    assert (told["format"], told["of"], told["command"]) == ("int8", "small.keras", "again")  # fmt: skip
    assert told["accuracy_before"] == round(exporter.original.figures.accuracy, 5)
    (score,) = card["scores"]
    assert (score["name"], score["images"]) == ("t10k", 200)
    assert score["accuracy"] == told["accuracy"]


def test_nothing_but_weights_and_cards_is_left(folder: Path):
    names = {path.name for path in folder.iterdir()}
    cards = {f"small-{form}.json" for form in EXPORTS}
    assert names == cards | {f"small-{form}{end}" for form, end in SUFFIXES.items()}


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """A converter that forgets what the network has learned."""

    def forgetful(network: keras.Model, calibration: np.ndarray) -> bytes:
        return litert(small())

    monkeypatch.setitem(formats._CONVERTERS, "int8", forgetful)


def test_an_export_that_reads_worse_is_not_kept(
    exporter: Exporter, tmp_path: Path, broken: None
):
    with pytest.raises(ModelError, match=r"x\.tflite: not kept.*--tolerance"):
        exporter.write("int8", tmp_path, "x")
    assert not list(tmp_path.iterdir())


def test_a_fall_of_just_the_tolerance_is_allowed(exporter: Exporter):
    figures = replace(exporter.original.figures, accuracy=0.9950)
    strict = replace(
        exporter, original=replace(exporter.original, figures=figures), tolerance=0.05
    )
    strict._refuse_worse(replace(figures, accuracy=0.9945))
    with pytest.raises(ModelError, match=r"--tolerance 0\.06$"):
        strict._refuse_worse(replace(figures, accuracy=0.9944))


def test_a_set_without_any_class_of_the_model_checks_nothing(model: Path):
    others = LabelledSet("signs", np.zeros((3, 28, 28), np.uint8), np.zeros(3, int), ("?",))  # fmt: skip
    with pytest.raises(DataError, match="signs.*--check"):
        Exporter.open(model, others, others, ExportSettings(), {})


def test_a_network_of_another_backend_is_converted_elsewhere(
    exporter: Exporter, monkeypatch: pytest.MonkeyPatch
):
    here = litert(exporter.network, "int8", exporter.calibration)
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    there = litert(exporter.network, "int8", exporter.calibration)
    assert len(there) == pytest.approx(len(here), rel=0.01)  # names of tensors differ


def test_a_conversion_that_fails_elsewhere_says_why(
    exporter: Exporter, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    monkeypatch.setenv("PYTHONHASHSEED", "no number")  # no Python starts with it
    with pytest.raises(
        ModelError, match="conversion on TensorFlow failed.*pip install"
    ):
        litert(exporter.network)


def test_pruned_weights_are_zero_and_the_rest_makes_up_for_it(
    exporter: Exporter, data: Path
):
    learned = exporter.network.get_weights()
    answers = exporter.original.answers
    crops = normalise_all(list(mnist("train", data).images))[..., 0]
    images = (crops * 255).astype(np.uint8)
    pruned = prune(exporter.network, images, 0.6, epochs=40)
    kernels = [weight for weight in pruned.get_weights() if weight.ndim > 1]
    for kernel in kernels:
        assert np.mean(kernel == 0) == pytest.approx(0.6, abs=0.01)
    best = np.asarray(pruned(answers.crops[..., None])).argmax(axis=1)
    assert np.mean(best == answers.truth) > exporter.original.figures.accuracy - 0.05
    # The network itself is left as it was.
    for before, after in zip(learned, exporter.network.get_weights(), strict=True):
        assert np.array_equal(before, after)
    dense, thin = (np.concatenate([w.ravel() for w in k]) for k in (learned, pruned.get_weights()))  # fmt: skip
    assert len(zlib.compress(thin.tobytes())) < 0.6 * len(zlib.compress(dense.tobytes()))  # fmt: skip


def run(*arguments: object) -> tuple[int, str, str]:
    done = CliRunner().invoke(group, ["export", *map(str, arguments)])
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done.exit_code, done.stdout, done.stderr


def test_the_command_writes_and_tells(model: Path, data: Path, tmp_path: Path):
    options = ("--out", tmp_path / "new", "--mnist", data, "--tolerance", 2)
    status, table, _ = run(model, *options, "--format", "int8", "--format", "onnx")
    assert status == 0
    files = [line.split()[0] for line in table.splitlines()[1:]]
    assert files == ["small.keras", "small-int8.tflite", "small-onnx.onnx"]
    Classifier(tmp_path / "new" / "small-int8.tflite")
    status, _, words = run(model, *options, "--format", "onnx", "--format", "float16")
    assert status == 1 and "small-onnx.json" in words and "--force" in words
    assert not (tmp_path / "new" / "small-float16.tflite").exists()
    status, _, words = run(model, *options, "--format", "onnx", "--force")
    assert status == 0, words


def test_the_command_checks_and_calibrates_on_what_it_is_given(
    model: Path, data: Path, tmp_path: Path
):
    check, learn = (f"{data / part}-images-idx3-ubyte[::2]" for part in ("t10k", "train"))  # fmt: skip
    options = ("--out", tmp_path, "--check", check, "--calibrate", learn)
    status, _, words = run(model, *options, "--format", "int8", "--tolerance", 2)
    assert status == 0, words
    (score,) = json.loads((tmp_path / "small-int8.json").read_text())["scores"]
    assert score["images"] == 100


def test_the_command_refuses_and_goes_on(
    model: Path, data: Path, tmp_path: Path, broken: None
):
    options = ("--out", tmp_path, "--mnist", data)
    status, table, words = run(model, *options, "--format", "int8", "--format", "onnx")
    assert status == 1
    assert "small-int8.tflite: not kept" in words
    assert "small-onnx.onnx" in table and "int8" not in table
    assert {p.name for p in tmp_path.iterdir()} == {"small-onnx.onnx", "small-onnx.json"}  # fmt: skip


def test_a_model_without_its_keras_file_is_named(model: Path, tmp_path: Path):
    for suffix in (".tflite", ".json"):
        (tmp_path / f"m{suffix}").write_bytes(model.with_suffix(suffix).read_bytes())
    status, _, words = run(tmp_path / "m.tflite", "--out", tmp_path / "out")
    assert status == 1 and "m.keras" in words
    assert not (tmp_path / "out").exists()
