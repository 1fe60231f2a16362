"""MNIST is fetched whole or not at all, and known by its digest."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from shared import ROOT, shared

from camrec.training.data import LabelledSet, mnist
from camrec.training.data.mnist import warn_of_other

# Run apart: Keras takes the place of its downloads from the environment when it is imported.
FETCH = """
import io, json, socket, sys, urllib.error, urllib.request
from email.message import Message
from pathlib import Path
from camrec.errors import DataError
from camrec.training.data import mnist

sys.modules[mnist.__module__].PATIENCE = 0.2
silent = socket.create_server(("127.0.0.1", 0))
real = urllib.request.urlopen

class CutShort(io.BytesIO):
    def info(self):
        told = Message()
        told["Content-Length"] = "11490434"
        return told

def waiting(*args, **named):
    return real("http://127.0.0.1:%d/" % silent.getsockname()[1])

def offline(*args, **named):
    raise urllib.error.URLError("no network")

kept = Path(sys.argv[1], "datasets", "mnist.npz")
kept.parent.mkdir()
kept.write_bytes(b"what a killed download left")
for opened in (offline, lambda *args, **named: CutShort(b"PK" * 999), waiting):
    urllib.request.urlopen = opened
    try:
        mnist("train")
    except DataError as error:
        print(json.dumps([str(error), kept.exists()]))
"""


@pytest.fixture(scope="module")
def fetched(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:  # fmt: skip
    """Three tries: offline with half a file in Keras's folder, then cut short, then from a server that says nothing."""
    pytest.importorskip("keras", reason="training packages are not installed")
    home = str(tmp_path_factory.mktemp("keras"))
    variables = {"KERAS_HOME": home, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-c", FETCH, home],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )


def test_nothing_is_kept_of_a_download_that_broke_off(
    fetched: subprocess.CompletedProcess[str],
):
    # Standard output carries nothing but what the program printed: each line is JSON.
    offline, cut, silent = map(json.loads, fetched.stdout.splitlines())
    assert not offline[1] and not cut[1] and not silent[1]
    assert "no network" in offline[0] and "cannot be fetched" in cut[0]
    assert "timed out" in silent[0]


def test_offline_it_says_what_to_put_where(fetched: subprocess.CompletedProcess[str]):
    told = fetched.stdout.splitlines()[0]
    assert all(f"{part}-{kind}" in told for part in ("train", "t10k") for kind in ("images-idx3-ubyte", "labels-idx1-ubyte"))  # fmt: skip
    assert "folder" in told


@pytest.mark.parametrize("part", ["train", "t10k"])
def test_mnist_is_known_by_its_digest(part: str, caplog: pytest.LogCaptureFixture):
    real = mnist(part, shared("data/mnist"))
    warn_of_other(real)
    assert not caplog.text
    damaged = real.labels.copy()
    damaged[99] ^= 1
    with caplog.at_level(logging.WARNING):
        warn_of_other(replace(real, labels=damaged))
    assert len(caplog.records) == 1


def test_other_sets_are_not_measured_by_mnist(caplog: pytest.LogCaptureFixture):
    other = LabelledSet("semeion", np.zeros((1, 16, 16), np.uint8), np.zeros(1, np.uint8))  # fmt: skip
    warn_of_other(other)
    assert not caplog.text
    warn_of_other(replace(other, name="t10k"))
    assert "not MNIST's" in caplog.text
