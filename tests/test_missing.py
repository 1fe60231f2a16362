"""A model that is missing: what a user is told, where it is looked for, and how it is made."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from unittest.mock import Mock

import cv2
import numpy as np
import pytest
from click.testing import CliRunner, Result
from drawing import sheet, write
from idx_files import write_set

from camrec import resources
from camrec.cli import group, missing
from camrec.errors import ModelError
from camrec.reading.classifier import Classifier
from camrec.reading.models import find_model
from camrec.resources import user_models
from camrec.settings import TrainingSettings, VariationSettings
from camrec.training.rendering.strokes import stroke_digits

SHIPPED = find_model("digits")


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's folder of models, not made yet."""
    monkeypatch.setenv("CAMREC_MODELS", str(tmp_path / "own"))
    return tmp_path / "own"


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own: Path) -> Path:
    """An installation that came without models; where it looks for them."""
    monkeypatch.setattr(resources, "_HOMES", (tmp_path / "installed",))
    return tmp_path / "installed" / "models"


def copied(folder: Path, name: str) -> Path:
    """A copy of the shipped model under another name, with a card that binds it."""
    folder.mkdir(parents=True)
    weights = shutil.copy(SHIPPED, folder / f"{name}.tflite")
    card = json.loads(SHIPPED.with_suffix(".json").read_text())
    card["sha256"] = {f"{name}.tflite": card["sha256"]["digits.tflite"]}
    (folder / f"{name}.json").write_text(json.dumps(card))
    return Path(weights)


def test_a_model_of_ones_own_goes_by_its_name(own: Path):
    weights = copied(own, "mine")
    assert find_model("mine") == weights
    assert Classifier("mine").classes == Classifier().classes


def test_what_was_shipped_comes_before_ones_own(own: Path):
    copied(own, "digits")
    assert find_model("digits") == SHIPPED


def refused(model: str | Path, *words: str) -> None:
    with pytest.raises(ModelError) as caught:
        find_model(model)
    message = str(caught.value)
    assert "\n" not in message
    for word in words:
        assert word in message


def test_a_name_that_is_nobodys_is_told_where_it_was_looked_for(own: Path):
    made = f'camrec train --out "{own}" --name mine`'
    refused("mine", "mine.tflite", str(own), made, "--train-if-missing")


def test_an_installation_without_models_says_how_to_make_one(bare: Path, own: Path):
    made = f'camrec train --out "{own}" --name digits`'
    refused("digits", str(bare), str(own), made)
    with pytest.raises(ModelError, match="camrec train"):
        Classifier()


def test_a_path_that_leads_nowhere_is_told_how_to_make_it(tmp_path: Path):
    made = f'camrec train --out "{tmp_path}" --name mine`'
    refused(tmp_path / "mine.keras", "mine.keras", made)


@pytest.mark.parametrize(("name", "option"), [("lines", "--lines"), ("letters", "--classes letters"), ("alnum", "--classes alnum")])  # fmt: skip
def test_each_shipped_model_is_made_by_its_own_command(bare: Path, own: Path, name: str, option: str):  # fmt: skip
    refused(name, f'camrec train {option} --out "{own}" --name {name}`')


def test_no_reading_command_makes_a_line_reader(bare: Path):
    with pytest.raises(ModelError) as caught:
        find_model("lines")
    assert "--train-if-missing" not in str(caught.value)


def test_who_has_no_home_reads_with_what_was_shipped(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("CAMREC_MODELS", raising=False)
    monkeypatch.setattr(Path, "home", Mock(side_effect=RuntimeError("Could not determine home directory.")))  # fmt: skip
    monkeypatch.setattr(
        os.path, "expanduser", lambda path: path
    )  # as where nobody has one
    assert find_model("digits") == SHIPPED


def test_onnx_is_exported_and_not_trained(tmp_path: Path):
    refused(tmp_path / "mine.onnx", "camrec export")


def test_what_is_neither_name_nor_weights_is_refused(tmp_path: Path):
    refused(tmp_path / "mine.h5", ".tflite, .keras or .onnx")


@pytest.mark.parametrize(
    ("platform", "variable", "expected"),
    [
        ("linux", "XDG_DATA_HOME", "{root}/camrec/models"),
        ("linux", None, "{root}/.local/share/camrec/models"),
        ("darwin", None, "{root}/Library/Application Support/camrec/models"),
        ("win32", "LOCALAPPDATA", "{root}/camrec/models"),
        ("win32", None, "{root}/AppData/Local/camrec/models"),
    ],
)
def test_every_system_has_its_place_for_models(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, platform, variable, expected
):
    for name in ("CAMREC_MODELS", "XDG_DATA_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    if variable:
        monkeypatch.setenv(variable, str(tmp_path))
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(os.path, "expanduser", lambda path: str(tmp_path))
    assert user_models() == Path(expected.format(root=tmp_path))


def run(*arguments: object) -> Result:
    done = CliRunner().invoke(group, [*map(str, arguments), "--no-save", "--json", "-"])
    assert done.exception is None or isinstance(done.exception, SystemExit)
    return done


@pytest.fixture
def page(tmp_path: Path) -> Path:
    image = sheet(200, 400)
    write(image, "203", 60, 60, 80)
    path = tmp_path / "page.png"
    cv2.imwrite(str(path), image)
    return path


def test_a_reading_command_says_what_makes_the_model(page: Path, own: Path):
    done = run("image", page, "--model", "mine")
    assert done.exit_code == 1 and not done.stdout
    assert done.stderr.count("\n") == 1 and "camrec train" in done.stderr
    assert not own.exists()


@pytest.fixture
def quick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Training takes a second, and knows digits drawn by strokes."""
    pytest.importorskip("keras", reason="training packages are not installed")
    images, labels = stroke_digits(per_digit=40)
    order = np.random.default_rng(0).permutation(len(labels))
    folder = tmp_path / "mnist"
    write_set(folder, "train", images[order], labels[order])
    write_set(folder, "t10k", images[order[:50]], labels[order[:50]])
    tiny = TrainingSettings(network="mlp", epochs=6, batch=20, pages=0, validation=0.1)
    monkeypatch.setattr(missing, "SETTINGS", tiny)
    monkeypatch.setattr(missing, "VARIATION", VariationSettings(varied=0.0))
    monkeypatch.setattr(missing, "MNIST", str(folder))


def texts(done: Result) -> list[str]:
    (record,) = [json.loads(line) for line in done.stdout.splitlines()]
    return [number["text"] for number in record["numbers"]]


def test_a_missing_model_is_made_once_and_read_with(page: Path, own: Path, quick: None):
    options = ("image", page, "--model", "mine", "--train-if-missing")
    done = run(*options)
    assert done.exit_code == 0, done.stderr
    assert texts(done) == ["203"]
    card = json.loads((own / "mine.json").read_text())
    assert card["command"].startswith("camrec train ") and "--name mine" in card["command"]  # fmt: skip
    assert card["scores"][0]["images"] == 50
    before = (own / "mine.tflite").stat().st_mtime_ns
    again = run(*options)
    assert texts(again) == ["203"] and "no such model" not in again.stderr
    assert (own / "mine.tflite").stat().st_mtime_ns == before


def test_a_missing_model_is_made_where_its_path_points(
    page: Path, tmp_path: Path, quick: None
):
    path = tmp_path / "new" / "mine.keras"
    done = run("image", page, "--model", path, "--train-if-missing")
    assert done.exit_code == 0, done.stderr
    assert path.is_file() and texts(done) == ["203"]


def test_a_model_that_is_there_is_not_made(page: Path, own: Path, quick: None):
    done = run("image", page, "--train-if-missing")
    assert done.exit_code == 0 and "no such model" not in done.stderr
    assert not own.exists()


def test_a_damaged_model_is_not_taken_for_a_missing_one(
    page: Path, own: Path, quick: None
):
    weights = copied(own, "mine")
    weights.write_bytes(b"damaged")
    done = run("image", page, "--model", "mine", "--train-if-missing")
    assert done.exit_code == 1 and "sha256" in done.stderr
    assert weights.read_bytes() == b"damaged"
