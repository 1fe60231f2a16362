"""Image libraries say nothing on standard error; Python still does."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from camrec.cli.hush import hush_libraries

DECODE = """
import logging, sys, warnings
from camrec.cli.hush import hush_libraries
if sys.argv[2] == "hush":
    hush_libraries()
import click
from camrec import SourceError
from camrec.reading.pictures import load_picture
try:
    load_picture(sys.argv[1])
except SourceError as error:
    click.echo(f"größe {error}", err=True)
logging.warning("logged")
raise SystemExit("last words")
"""


def standard_error(path: Path, how: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", DECODE, path, how],
        capture_output=True,
        env=os.environ
        | {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONIOENCODING": "utf-8"},
        check=False,
    )
    assert done.returncode == 1
    return done.stderr.decode()


def test_only_python_is_heard(tmp_path: Path) -> None:
    path = tmp_path / "damaged.png"
    noise = np.random.default_rng(0).integers(0, 255, (80, 90, 3), np.uint8)
    data = bytearray(cv2.imencode(".png", noise)[1].tobytes())
    at = data.index(b"IDAT") + 8
    data[at : at + 32] = bytes(32)  # all chunks are whole, but these pixels
    path.write_bytes(data)
    assert "libpng error" in standard_error(path, "as it is")
    lines = standard_error(path, "hush").splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("größe ") and "is damaged or cut short" in lines[0]
    assert lines[1:] == ["WARNING:root:logged", "last words"]


def test_a_replaced_standard_error_is_left_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    replaced = io.StringIO()
    monkeypatch.setattr(sys, "stderr", replaced)
    before = os.fstat(2)
    hush_libraries()
    assert sys.stderr is replaced and os.path.samestat(os.fstat(2), before)
