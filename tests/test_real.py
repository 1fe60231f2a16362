"""Floors on real handwriting, through the public command and the scorer that lies beside the data."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from shared import ROOT, shared

from camrec.reading.classifier import Classifier
from camrec.training.data import mnist
from camrec.training.evaluation.evaluate import evaluate

COMMAND = f"{shlex.quote(sys.executable)} -m camrec image --no-save --quiet"


def figures(folder: Path) -> dict[str, float]:
    """What the scorer says of camrec on a folder with labels."""
    done = subprocess.run(
        [sys.executable, str(shared("score/score.py")), str(folder), "--command", COMMAND],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )  # fmt: skip
    assert not done.stderr, done.stderr
    return {
        name: float(value)
        for name, value in (line.split(": ") for line in done.stdout.splitlines())
    }


def every_fifth(folder: Path, part: Path) -> Path:
    """A folder whose labels are each fifth of `folder`'s, its pictures left where they are."""
    items = json.loads((folder / "labels.json").read_text())[::5]
    for item in items:
        item["file"] = str((folder / item["file"]).resolve())
    (part / "labels.json").write_text(json.dumps(items))
    return part


def test_mnist_is_read():
    found = evaluate(Classifier(), mnist("t10k", shared("data/mnist")))
    assert found["images"] == 10_000
    assert found["accuracy"] >= 0.995


def test_photos_are_read():
    found = figures(shared("data/photos"))
    assert found["digit.f1"] >= 0.90
    assert found["row.exact"] >= 0.65


def test_cheques_are_read(tmp_path: Path):
    found = figures(every_fifth(shared("data/cheques"), tmp_path))
    assert found["numbers"] > 200
    assert found["number.exact"] >= 0.30


@pytest.mark.parametrize(("name", "most"), [("negatives", 1.0), ("text", 3.0)])
def test_where_no_digit_is_written_few_are_read(name: str, most: float):
    assert figures(shared(f"data/{name}"))["false.per_image"] <= most
