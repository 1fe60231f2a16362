"""Accuracy is of the best character, rejection of the class none; both for each label too."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest
from click.testing import CliRunner, Result
from drawing import raster
from idx_files import write_set
from shared import ROOT

from camrec.cli import group
from camrec.errors import DataError
from camrec.reading import normalise
from camrec.reading.classifier import Classifier
from camrec.training.data import LabelledSet
from camrec.training.evaluation.evaluate import evaluate, sets_at


class Fixed:
    """A classifier that answers with probabilities laid down beforehand."""

    card = SimpleNamespace(temperature=1.0)

    def __init__(
        self,
        answers: list[tuple[str, float]],
        classes: tuple[str, ...] = ("none", *"0123456789"),
    ) -> None:
        self.answers = answers
        self.classes = classes  # in another order than training's

    def logits(self, crops: np.ndarray) -> np.ndarray:
        assert crops.shape == (len(self.answers), 28, 28, 1)
        out = np.full((len(crops), len(self.classes)), 1e-9, np.float32)
        for row, (text, sure) in zip(out, self.answers):
            row[0], row[self.classes.index(text)] = 1 - sure, sure
        return np.log(out)


def figures(
    answers: list[tuple[str, float]],
    labels: list[int],
    names: tuple[str, ...] = tuple("0123456789"),
    **model: Any,
) -> dict[str, Any]:
    images = np.full((len(labels), 30, 20), 255, np.uint8)
    characters = LabelledSet("set", images, np.array(labels, np.uint8), names)
    return evaluate(Fixed(answers, **model), characters)  # type: ignore[arg-type]


def test_a_right_digit_that_loses_to_none_counts_as_accurate_and_rejected():
    found = figures([("7", 0.3)], [7])
    assert (found["accuracy"], found["rejected"], found["kept"]) == (1, 1, 0)


def test_figures_are_shares_of_all_images():
    found = figures([("7", 0.9), ("1", 0.9), ("3", 0.2), ("3", 0.9)], [7, 7, 3, 3])
    assert (found["name"], found["images"]) == ("set", 4)
    assert (found["accuracy"], found["rejected"]) == (0.75, 0.25)


def test_kept_is_a_share_of_what_was_read_rightly():
    # Of five, four are read rightly and one of these is lost; the wrong one that is lost does no harm.
    sure = [("7", 0.9), ("7", 0.9), ("7", 0.9), ("7", 0.3), ("1", 0.3)]
    assert figures(sure, [7] * 5)["kept"] == 0.75


def test_every_label_has_its_own():
    found = figures([("7", 0.9), ("1", 0.9), ("3", 0.2)], [7, 7, 3])["per_digit"]
    assert found == {
        "3": {"images": 1, "accuracy": 1.0, "rejected": 1.0, "kept": 0.0},
        "7": {"images": 2, "accuracy": 0.5, "rejected": 0.0, "kept": 1.0},
    }


def test_characters_without_a_class_should_be_rejected_and_count_for_nothing_else():
    answers = [("7", 0.9), ("7", 0.2), ("7", 0.9), ("7", 0.2)]
    found = figures(answers, [0, 0, 0, 1], ("x", "7"))
    assert (found["known"], found["others"]) == (1, 3)
    assert found["accuracy"] == 1
    assert found["others_rejected"] == pytest.approx(1 / 3, abs=1e-4)
    assert found["per_digit"]["x"]["accuracy"] is None


def test_a_model_of_letters_reads_capitals_as_small_letters():
    model = ("none", "a", "b")
    found = figures([("a", 0.9), ("b", 0.9)], [0, 1], ("A", "a"), classes=model)
    assert (found["known"], found["accuracy"]) == (2, 0.5)


def test_a_model_without_the_class_none_rejects_nothing():
    found = figures([("3", 0.6), ("5", 0.9)], [0, 1], ("3", "x"), classes=("5", "3"))
    assert (found["rejected"], found["kept"]) == (0, 1)
    assert (found["others"], found["others_rejected"]) == (1, 0)


def test_an_empty_set_has_no_figures_to_boast_of():
    found = figures([], [])
    assert (found["images"], found["accuracy"], found["rejected"]) == (0, None, None)
    assert found["ece"] is None


def test_calibration_is_told_before_and_after_the_temperature(
    monkeypatch: pytest.MonkeyPatch,
):
    # Nine times in ten right, 0.9 sure: perfect; a temperature under 1 makes it boast.
    monkeypatch.setattr(Fixed, "card", SimpleNamespace(temperature=0.5))
    found = figures([("7", 0.9)] * 10, [7] * 9 + [1])
    assert found["ece_uncalibrated"] == pytest.approx(0, abs=1e-3)
    boast = 0.9**2 / (0.9**2 + 0.1**2)
    assert found["ece"] == pytest.approx(boast - 0.9, abs=1e-3)


@pytest.mark.parametrize("side", [16, 28, 70])
def test_images_of_any_size_go_through_the_normaliser(side: int):
    images = np.zeros((10, side, side), np.uint8)
    for image, char in zip(images, "0123456789"):
        ink = raster(char, side - 8)
        ink = ink[: side - 2, : side - 2]
        image[1 : 1 + len(ink), 1 : 1 + ink.shape[1]] = ink
    found = evaluate(Classifier(), LabelledSet("drawn", images, np.arange(10)))
    assert found["accuracy"] >= 0.9


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two sets of five and of two digits."""
    for name, count in (("few", 2), ("more", 5)):
        images = np.zeros((count, 4, 4), np.uint8)
        images[:, 0, 0] = np.arange(count)
        write_set(tmp_path, name, images, np.arange(count))
    return tmp_path


def test_a_folder_gives_all_its_sets(folder: Path):
    assert [one.name for one in sets_at(str(folder))] == ["few", "more"]


def test_a_part_of_one_set_says_so_in_its_name(folder: Path):
    (odd,) = sets_at(f"{folder / 'more-images-idx3-ubyte'}[1::2]")
    assert odd.name == "more[1::2]"
    assert odd.labels.tolist() == [1, 3]
    assert odd.images[:, 0, 0].tolist() == [1, 3]


def test_a_file_that_is_not_there_is_named(folder: Path):
    with pytest.raises(DataError, match="absent-images-idx3-ubyte: no such"):
        sets_at(str(folder / "absent-images-idx3-ubyte"))


def test_a_folder_of_pictures_is_a_set_of_ones_own(tmp_path: Path):
    for kind in ("7", "o", "none"):
        (tmp_path / kind).mkdir()
        cv2.imwrite(str(tmp_path / kind / "one.png"), 255 - cv2.copyMakeBorder(raster("7"), 9, 9, 9, 9, 0))  # fmt: skip
    (own,) = sets_at(str(tmp_path))
    assert (own.name, sorted(own.names)) == (tmp_path.name, ["7", "none", "o"])
    found = evaluate(Classifier(), own)
    assert (found["known"], found["accuracy"], found["others"]) == (1, 1, 2)


def test_a_set_that_only_bears_mnists_name_is_warned_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    write_set(tmp_path, "t10k", np.zeros((2, 28, 28)), np.arange(2))
    sets_at(str(tmp_path))
    assert "not MNIST's" in caplog.text


# --- the command


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten drawn digits twice: as themselves, and said to be letters."""
    folder = tmp_path_factory.mktemp("drawn")
    images = np.zeros((10, 60, 60), np.uint8)
    for image, char in zip(images, "0123456789"):
        ink = raster(char, 40)
        image[: len(ink), : ink.shape[1]] = ink
    write_set(folder, "digits", images, np.arange(10))
    write_set(folder, "choice-letters", images, np.arange(10))
    return folder


def command(*arguments: str | Path) -> Result:
    return CliRunner().invoke(group, ["evaluate", *map(str, arguments)])


def test_the_command_tells_people_and_machines(drawn: Path):
    done = command("--data", drawn, "--json", "-")
    assert done.exit_code == 0, done.output
    letters, digits = json.loads(done.stdout)["sets"]
    assert (digits["name"], digits["known"], digits["others"]) == ("digits", 10, 0)
    assert (letters["known"], letters["others"]) == (0, 10)
    told = done.stderr.splitlines()
    assert told[0].startswith("choice-letters: 10 images, ")
    assert "of 10 others rejected" in told[0] and "accuracy" not in told[0]
    assert f"accuracy {digits['accuracy']:.2%}" in told[1]


def test_the_command_writes_a_report_with_corruptions(drawn: Path, tmp_path: Path):
    for package in ("sklearn", "matplotlib"):
        pytest.importorskip(package, reason="training packages are not installed")
    images = drawn / "digits-images-idx3-ubyte"
    done = command("--data", images, "--corruptions", "--out", tmp_path / "report")
    assert done.exit_code == 0, done.output
    assert "stroke thick" in done.stderr and "mean of worse" in done.stderr
    told = json.loads((tmp_path / "report" / "report.json").read_text())
    assert (
        told["model"] == "digits.tflite"
        and told["card"]["normaliser"] == normalise.VERSION
    )
    assert told["sets"][0]["robustness"][0]["corruption"] == "clean"
    assert (tmp_path / "report" / "robustness.png").is_file()


def test_a_report_without_its_packages_says_what_brings_them(
    drawn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("camrec.cli.needs.find_spec", lambda name: None)
    done = command("--data", drawn, "--out", tmp_path / "report")
    assert done.exit_code == 1
    assert "pip install camrec[train]" in done.stderr
    assert command("--data", drawn).exit_code == 0  # the figures alone need nothing


def test_plain_figures_load_no_package_of_training():
    heavy = "{'sklearn', 'matplotlib', 'keras', 'tensorflow'}"
    program = f"import sys, camrec.training.evaluation.evaluate; assert not {heavy} & set(sys.modules)"  # fmt: skip
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
