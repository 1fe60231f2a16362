"""``camrec data``: the table, the two plots, the arrays, and where they go."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner, Result
from idx_files import write_set

from camrec.cli import group
from camrec.training.data import collection
from camrec.training.data.sets import LabelledSet
from camrec.training.rendering.strokes import stroke_digits

pytest.importorskip("matplotlib", reason="training packages are not installed")

IMAGES, LABELS = stroke_digits(per_digit=3)
PLOTS = ["distribution.png", "samples.png"]


def camrec_data(*arguments: str | Path) -> Result:
    return CliRunner().invoke(group, ["data", *map(str, arguments)])


def rows(done: Result) -> list[list[str]]:
    return [line.split() for line in done.stdout.splitlines()]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """30 digits to train on and 10 to test, named as MNIST's."""
    path = tmp_path / "in"
    write_set(path, "train", IMAGES, LABELS, ".gz")
    write_set(path, "t10k", IMAGES[::3], LABELS[::3])
    return path


def test_the_table_tells_counts_and_shares(folder: Path):
    done = camrec_data("--from", folder)
    assert done.exit_code == 0, done.output
    assert rows(done)[0] == ["class", "train", "t10k"]
    assert rows(done)[4] == ["3", "3", "10.00%", "1", "10.00%"]
    assert rows(done)[-1] == ["all", "30", "10"]
    assert "not MNIST's" in done.stderr


def test_plots_are_written_wide_enough_to_read(folder: Path, tmp_path: Path):
    done = camrec_data("--from", folder, "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == PLOTS
    for name in PLOTS:
        plot = cv2.imread(str(tmp_path / "out" / name))
        assert plot.shape[1] == 1200 and plot.min() < 60


def test_arrays_are_as_a_network_takes_them(folder: Path, tmp_path: Path):
    done = camrec_data("--from", folder, "--npy", "--out", tmp_path)
    assert done.exit_code == 0, done.output
    for part, images, labels in (
        ("train", IMAGES, LABELS),
        ("test", IMAGES[::3], LABELS[::3]),
    ):
        x, y = np.load(tmp_path / f"X_{part}.npy"), np.load(tmp_path / f"y_{part}.npy")
        assert x.dtype == y.dtype == np.float32
        assert np.allclose(x, images[..., None] / 255)
        assert y.shape == (len(labels), 10) and (y.sum(axis=1) == 1).all()
        assert np.array_equal(y.argmax(axis=1), labels)


def test_pictures_of_another_size_are_normalised(tmp_path: Path):
    small = np.ascontiguousarray(IMAGES[:, 4:24, 4:24])
    write_set(tmp_path / "in", "semeion", small, LABELS)
    done = camrec_data("--from", tmp_path / "in", "--npy", "--out", tmp_path)
    assert done.exit_code == 0, done.output
    assert np.load(tmp_path / "X_all.npy").shape == (30, 28, 28, 1)


def test_each_of_several_collections_has_its_own_folder(folder: Path, tmp_path: Path):
    letters = np.arange(1, 27, dtype=np.uint8)
    for part in ("train", "test"):
        write_set(folder, f"emnist-letters-{part}", IMAGES[:26], letters, ".gz")
    done = camrec_data("--from", folder, "--npy", "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert ["z", "1", "3.85%", "1", "3.85%"] in rows(done)
    for name, classes in (("mnist", 10), ("emnist-letters", 26)):
        own = tmp_path / "out" / name
        assert {path.name for path in own.iterdir()} >= set(PLOTS)
        assert np.load(own / "y_test.npy").shape[1] == classes


def test_one_of_several_may_be_chosen(folder: Path, tmp_path: Path):
    write_set(folder, "usps-train", IMAGES, LABELS)
    done = camrec_data("--from", folder, "--set", "usps", "--out", tmp_path / "out")
    assert rows(done)[0] == ["class", "usps-train"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == PLOTS
    done = camrec_data("--from", folder, "--set", "uspsy")
    assert done.exit_code == 2 and "mnist, usps" in done.stderr


def test_own_pictures_are_shown_as_they_will_be_learned(tmp_path: Path):
    for k in (3, 4, 5):
        path = tmp_path / "in" / str(k) / "a.png"
        path.parent.mkdir(parents=True)
        cv2.imwrite(str(path), 255 - IMAGES[LABELS == k][0])
    done = camrec_data("--from", tmp_path / "in", "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert ["4", "1", "33.33%"] in rows(done) and rows(done)[-1] == ["all", "3"]
    assert ["none", "0", "0.00%"] in rows(done)


def test_without_a_folder_mnist_is_fetched(monkeypatch: pytest.MonkeyPatch):
    pytest.importorskip("keras", reason="training packages are not installed")
    parts = {"train": LabelledSet("train", IMAGES, LABELS), "t10k": LabelledSet("t10k", IMAGES, LABELS)}  # fmt: skip
    monkeypatch.setattr(collection, "fetched_mnist", lambda: parts)
    done = camrec_data()
    assert rows(done)[0] == ["class", "train", "t10k"]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path):
    done = camrec_data("--from", tmp_path / "gone")
    assert done.exit_code == 1 and "gone" in done.stderr
    assert not done.stdout


def test_arrays_need_a_place(folder: Path):
    done = camrec_data("--from", folder, "--npy")
    assert done.exit_code == 2 and "--out" in done.stderr
