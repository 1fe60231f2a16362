"""Models side by side: the figures, the tables, and the command with good models and bad ones."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from click.testing import CliRunner, Result
from drawing import raster
from idx_files import write_set

pytest.importorskip("sklearn", reason="training packages are not installed")

import camrec.training.evaluation.compare as comparing
from camrec.cli import group
from camrec.errors import ModelError
from camrec.reading.classifier import Classifier
from camrec.reading.models import find_model
from camrec.training.data import DIGITS, LabelledSet
from camrec.training.evaluation.compare import (  # fmt: skip
    Contender,
    Quantity,
    measure,
    short_names,
    speeds,
    told_apart,
)
from camrec.training.evaluation.latency import latencies
from camrec.training.evaluation.tables import as_csv, markdown, plain

LETTERS = tuple("abO")


@pytest.fixture(autouse=True)
def few_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """The figures of speed are not looked at here, but that they are there."""
    monkeypatch.setattr(comparing, "latencies", partial(latencies, rounds=2))


class Sized:
    """Reads the width of the ink as its answer: `sure` of a digit where it is narrow, of "none" where it is wide."""

    card = SimpleNamespace(temperature=1.0)

    def __init__(self, classes: tuple[str, ...] = ("1", "none")) -> None:
        self.classes = classes
        self.calls: list[int] = []

    def logits(self, crops: np.ndarray) -> np.ndarray:
        self.calls.append(len(crops))
        wide = crops[..., 0].any(axis=1).sum(axis=1)
        return np.stack([14.0 - wide, wide - 14.0], axis=1).astype(np.float32) / 4


def bars(name: str, widths: list[int], label: int, classes: tuple[str, ...]) -> LabelledSet:  # fmt: skip
    """Upright bars of these widths."""
    images = np.zeros((len(widths), 28, 28), np.uint8)
    for image, width in zip(images, widths):
        image[4:24, 2 : 2 + width] = 255
    return LabelledSet(name, images, np.full(len(widths), label), classes)


def contender(tmp_path: Path, classifier: Sized) -> Contender:
    weights = tmp_path / "m.tflite"
    weights.write_bytes(bytes(2500))
    return Contender("m", weights, {"parameters": 12}, classifier)  # type: ignore[arg-type]


def by_title(values: dict[Quantity, float | None]) -> dict[str, float | None]:
    return {quantity.title: value for quantity, value in values.items()}


NARROW = bars("t10k", [2, 3, 4, 5], 1, DIGITS)


# --- figures


def test_all_figures_of_a_model(tmp_path: Path):
    letters = bars("letters", [3, 18, 19], 0, LETTERS)
    values = by_title(measure(contender(tmp_path, Sized()), [NARROW], [letters], by="best", look_alikes="O"))  # fmt: skip
    assert (values["parameters"], values["file, kB"]) == (12, 2.5)
    assert (values["t10k accuracy"], values["t10k kept"]) == (1, 1)
    assert values["t10k calibration error"] is not None
    # One letter of three is as narrow as the digits: it ties with one and stands above two of four.
    assert values["letters AUROC"] == pytest.approx((8 + 1 + 0.5) / 12, abs=1e-4)
    assert values["letters passed at 99% kept"] == pytest.approx(1 / 3, abs=1e-4)
    assert "letters, clear ones, AUROC" not in values  # there is no O among them


def test_look_alikes_are_left_out_of_a_second_figure(tmp_path: Path):
    letters = LabelledSet("letters", bars("", [3, 18], 0, LETTERS).images, np.array([2, 0]), LETTERS)  # fmt: skip
    values = by_title(measure(contender(tmp_path, Sized()), [NARROW], [letters], by="none", look_alikes="O"))  # fmt: skip
    assert values["letters passed at 99% kept"] == 0.5
    assert values["letters, clear ones, passed at 99% kept"] == 0
    assert values["letters, clear ones, AUROC"] == 1


def test_letters_that_the_model_reads_are_no_others(tmp_path: Path):
    letters = bars("letters", [3], 0, ("1",))
    values = by_title(measure(contender(tmp_path, Sized()), [NARROW], [letters], by="best", look_alikes=""))  # fmt: skip
    assert values["letters AUROC"] is None


def test_a_model_that_cannot_reject_is_not_praised_for_keeping_all(tmp_path: Path):
    values = by_title(measure(contender(tmp_path, Sized(("1", "2"))), [NARROW], by="best", look_alikes=""))  # fmt: skip
    assert (values["t10k accuracy"], values["t10k kept"]) == (1, None)


def test_sets_of_one_name_are_told_apart():
    assert [one.name for one in told_apart([NARROW] * 3)] == ["t10k", "t10k (2)", "t10k (3)"]  # fmt: skip


def test_names_are_short_where_they_stay_different(tmp_path: Path):
    names = ("a/x.tflite", "b/x.tflite", "c/y.tflite", "digits")
    models = [Contender(name, Path(name), {}, None) for name in names]  # type: ignore[arg-type]
    assert short_names(models) == ["a/x.tflite", "b/x.tflite", "y.tflite", "digits"]


# --- speed


def test_every_model_is_timed_as_often_with_every_size():
    models = [Sized(), Sized()]
    found = latencies(models, np.zeros((8, 28, 28, 1), np.float32), (1, 8), rounds=3)  # type: ignore[arg-type]
    assert [sorted(one) for one in found] == [[1, 8], [1, 8]]
    assert min(value for one in found for value in one.values()) > 0
    assert models[0].calls == models[1].calls
    assert models[0].calls.count(1) == models[0].calls.count(8) >= 3


def test_a_slower_model_is_found_slower():
    class Slow(Sized):
        def logits(self, crops: np.ndarray) -> np.ndarray:
            np.linalg.svd(np.ones((60, 60)))
            return super().logits(crops)

    slow, fast = latencies([Slow(), Sized()], np.zeros((1, 28, 28, 1), np.float32), (1,), rounds=9)  # type: ignore[list-item]  # fmt: skip
    assert slow[1] > fast[1]


def test_a_keras_model_is_timed_by_its_litert_twin(tmp_path: Path):
    shipped = find_model("digits")
    found = Contender("k", shipped.with_suffix(".keras"), {}, Sized())  # type: ignore[arg-type]
    assert isinstance(found.in_litert(), Classifier)
    alone = Contender("k", tmp_path / "alone.keras", {}, Sized())  # type: ignore[arg-type]
    assert alone.in_litert() is None
    timed, blank = (by_title(one) for one in speeds([found, alone], NARROW))
    assert timed["1 crop, ms"] and timed["64 crops, ms"]
    assert blank == {"1 crop, ms": None, "64 crops, ms": None}


# --- tables

SHARE, COUNT, EMPTY = Quantity("share", "{:.1%}", 1), Quantity("count", "{:,.0f}", -1), Quantity("empty", "{}", 1)  # fmt: skip
NAMES = ["small", "large"]
VALUES = [{SHARE: 0.9876, COUNT: 1234, EMPTY: None}, {SHARE: None, COUNT: 5, EMPTY: None}]  # fmt: skip


def test_a_plain_table_stands_in_columns():
    lines = plain(NAMES, VALUES).splitlines()
    assert lines == [
        "       small  large",
        "share  98.8%      -",
        "count  1,234      5",
    ]


def test_markdown():
    assert markdown(NAMES, VALUES).splitlines() == [
        "|  | small | large |",
        "| --- | ---: | ---: |",
        "| share | 98.8% | - |",
        "| count | 1,234 | 5 |",
    ]


def test_csv_has_a_line_a_model_and_plain_numbers():
    rows = list(csv.DictReader(io.StringIO(as_csv(NAMES, VALUES))))
    assert rows[0] == {"model": "small", "share": "0.9876", "count": "1234"}
    assert rows[1] == {"model": "large", "share": "", "count": "5"}


# --- the command


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small "MNIST" and letters."""
    folder = tmp_path_factory.mktemp("data")
    images = np.zeros((20, 60, 60), np.uint8)
    for image, char in zip(images, "0123456789" * 2):
        ink = raster(char, 40)
        image[: len(ink), : ink.shape[1]] = ink
    write_set(folder, "t10k", images, np.arange(20) % 10)
    write_set(folder / "letters", "choice-letters", images[:, ::-1], np.arange(20))
    return folder


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the shipped model under another name."""
    folder, shipped = tmp_path_factory.mktemp("model"), find_model("digits")
    weights = folder / "other.tflite"
    weights.write_bytes(shipped.read_bytes())
    card = json.loads(shipped.with_suffix(".json").read_text())
    card["sha256"] = {weights.name: hashlib.sha256(weights.read_bytes()).hexdigest()}
    weights.with_suffix(".json").write_text(json.dumps(card))
    return weights


def compare(*arguments: str | Path) -> Result:
    return CliRunner().invoke(group, ["compare", *map(str, arguments)])


def test_the_table_goes_to_standard_output(data: Path, other: Path):
    done = compare("digits", other, "--mnist", data, "--letters", data / "letters")
    assert done.exit_code == 0, done.output
    assert done.stderr == "" or "not MNIST" in done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["digits", "other.tflite"]
    titles = [line.split("  ")[0] for line in lines[1:]]
    for title in ("parameters", "t10k accuracy", "choice-letters AUROC", "choice-letters, clear ones, AUROC", "64 crops, ms"):  # fmt: skip
        assert title in titles
    accuracy = next(line for line in lines if line.startswith("t10k accuracy")).split()
    assert accuracy[2] == accuracy[3]  # the same weights


def test_a_model_that_cannot_be_opened_is_named_and_the_rest_compared(data: Path):
    done = compare("digits", "missing.tflite", "--mnist", data)
    assert done.exit_code == 1
    assert "camrec: missing.tflite: no such model" in done.stderr
    assert "t10k accuracy" in done.stdout and "missing" not in done.stdout


def test_where_no_model_can_be_opened_nothing_is_compared(data: Path):
    done = compare("missing.tflite", "--mnist", data)
    assert done.exit_code == 1 and done.stdout == ""
    assert "no model is left to compare" in done.stderr


def test_standard_output_carries_the_csv_and_nothing_else(data: Path):
    done = compare("digits", "--mnist", data, "--csv", "-")
    (row,) = csv.DictReader(io.StringIO(done.stdout))
    assert row["model"] == "digits" and float(row["t10k accuracy"]) >= 0.9
    assert "t10k accuracy" in done.stderr


def test_files_and_the_plot(data: Path, tmp_path: Path):
    pytest.importorskip("matplotlib", reason="training packages are not installed")
    done = compare("digits", "--mnist", data, "--csv", tmp_path / "t.csv", "--markdown", tmp_path / "t.md", "--plot", tmp_path / "p.png")  # fmt: skip
    assert done.exit_code == 0, done.output
    assert {path.name for path in tmp_path.iterdir()} == {"t.csv", "t.md", "p.png"}
    assert (tmp_path / "t.md").read_text().startswith("|  | digits |")
    assert cv2.imread(str(tmp_path / "p.png")).shape[1] == 1200


def test_two_tables_cannot_share_standard_output(data: Path):
    assert compare("digits", "--csv", "-", "--markdown", "-").exit_code == 2


def test_a_contender_that_is_missing_says_so():
    with pytest.raises(ModelError, match="no such model"):
        Contender.open("missing")
