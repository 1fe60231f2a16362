"""The mean of several trainings of one network is a model like each of them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from idx_files import write_set
from test_lines import written

keras = pytest.importorskip("keras", reason="training packages are not installed")

from camrec.cli import group
from camrec.reading.classifier import Classifier
from camrec.reading.ctc import best_path
from camrec.reading.lines import LineReader
from camrec.reading.models import model_path
from camrec.training.data import CLASSES, DIGITS
from camrec.training.export import export
from camrec.training.network import build


def model(folder: Path, seed: int, classes: tuple[str, ...] = CLASSES, network: str = "cnn", temperature: float = 1.0) -> Path:  # fmt: skip
    """A network that learned nothing, another for each seed."""
    keras.utils.set_random_seed(seed)
    card = {"classes": list(classes), "temperature": temperature, "seed": seed, "command": f"camrec train --seed {seed}", "settings": {"seed": seed}}  # fmt: skip
    return export(build(len(classes), 0.3, network), folder, "digits", card).with_suffix(".keras")  # fmt: skip


def run(*words: object) -> Result:
    result = CliRunner().invoke(group, ["average", *map(str, words)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result
    return result


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two trainings of one network."""
    return [model(tmp_path_factory.mktemp(f"{seed}"), seed, temperature=t) for seed, t in ((1, 1.0), (2, 4.0))]  # fmt: skip


def test_every_weight_is_the_mean_and_the_model_can_be_read_with(two: list[Path], tmp_path: Path):  # fmt: skip
    result = run(*two, "--out", tmp_path, "--name", "mean")
    assert result.exit_code == 0 and "--model" in result.output
    of_two = [keras.models.load_model(path).get_weights() for path in two]
    found = keras.models.load_model(tmp_path / "mean.keras").get_weights()
    for one, other, mean in zip(*of_two, found, strict=True):
        assert mean == pytest.approx((one + other) / 2, abs=1e-6)
    classifier = Classifier(tmp_path / "mean.tflite")
    assert classifier.classes == CLASSES and classifier.card.temperature == 2.0
    assert classifier.scores(np.zeros((3, 28, 28, 1), np.float32)).shape == (3, 11)


def test_the_card_tells_what_it_is_the_mean_of_and_is_a_recipe(
    two: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("sys.argv", ["camrec", "average", *map(str, two)])
    run(*two, "--out", tmp_path)
    told = json.loads((tmp_path / "digits.json").read_text())
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in two]
    assert [each["sha256"] for each in told["average"]] == digests
    assert [each["seed"] for each in told["average"]] == [1, 2]
    assert told["average"][1]["command"] == "camrec train --seed 2"
    assert told["command"] == "camrec average digits.keras digits.keras"
    assert told["settings"] == {"seed": 1}


def test_the_mean_is_measured_where_mnist_is_at_hand(two: list[Path], tmp_path: Path):
    rng = np.random.default_rng(0)
    labels = np.arange(40, dtype=np.uint8) % 10
    images = rng.integers(0, 256, (40, 28, 28), np.uint8)
    write_set(tmp_path, "t10k", images, labels)
    result = run(*two, "--out", tmp_path / "mean", "--mnist", tmp_path)
    (score,) = json.loads((tmp_path / "mean/digits.json").read_text())["scores"]
    assert f"t10k: {score['accuracy']:.2%} right" in result.output


def test_line_readers_have_a_mean_that_reads_lines(tmp_path: Path):
    """Of the shipped one with itself: it spells what that does, and knows what it is."""
    result = run("lines", "lines", "--out", tmp_path)
    assert result.exit_code == 0 and "put this one there" in result.output
    told, shipped = (json.loads(path.read_text()) for path in (tmp_path / "lines.json", model_path("lines").with_suffix(".json")))  # fmt: skip
    same = ("classes", "network", "normaliser", "input", "settings", "temperature")
    assert {name: told[name] for name in same} == {name: shipped[name] for name in same}
    assert [each["command"] for each in told["average"]] == [shipped["command"]] * 2
    reader, ours = LineReader(tmp_path / "lines.tflite"), LineReader()
    strips = [written(text) for text in ("203", "9417", "5000")]
    for one, other in zip(reader.log_probabilities(strips), ours.log_probabilities(strips), strict=True):  # fmt: skip
        assert best_path(one) == best_path(other)
    crops = run("lines", "lines", "--out", tmp_path / "new", "--mnist", tmp_path)
    assert crops.exit_code == 2 and "leave out --mnist" in crops.output


@pytest.mark.parametrize("other", [{"network": "lenet"}, {"classes": DIGITS}], ids=["network", "classes"])  # fmt: skip
def test_models_of_different_makes_have_no_mean(two: list[Path], tmp_path: Path, other: dict):  # fmt: skip
    strange = model(tmp_path / "strange", 3, **other)
    result = run(two[0], strange, "--out", tmp_path / "mean")
    assert result.exit_code == 1 and f"{strange}: of another make than {two[0]}" in result.output  # fmt: skip
    assert not (tmp_path / "mean").exists()


def test_a_single_model_has_no_mean(two: list[Path], tmp_path: Path):
    alone = run(two[0], "--out", tmp_path)
    assert alone.exit_code == 2 and "name two or more" in alone.output


def test_nothing_is_lost_unasked(two: list[Path], tmp_path: Path):
    for file in ("digits.json", "digits.unfinished.npz"):
        (tmp_path / file).write_text("half a day of work")
    refused = run(*two, "--out", tmp_path)
    assert refused.exit_code == 1 and "there is a model already" in refused.output
    assert (tmp_path / "digits.json").read_text() == "half a day of work"
    assert run(*two, "--out", tmp_path, "--force").exit_code == 0
    assert (tmp_path / "digits.unfinished.npz").exists()
