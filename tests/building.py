"""Builds what is distributed from a copy of the project, by the setuptools at hand, without a network."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Literal

import pytest

ROOT = Path(__file__).parents[1]
MADE = {".git", ".venv", ".venv-rivals", "build", "dist", "htmlcov", "out"}
LEAST = 71  # of setuptools, which builds wheels by itself from there on
THEN = "1700000000"  # s, when the files of a reproducible build were made


def copied(folder: Path) -> Path:
    """The project in `folder`, as a clean checkout has it but for what a run left in one place."""
    for source in ROOT.iterdir():
        if source.name in MADE or source.name.endswith((".egg-info", "_cache")):
            continue
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "*.camrec.*")
            shutil.copytree(source, folder / source.name, ignore=ignored)
        elif not source.name.startswith(".coverage"):
            shutil.copy(source, folder / source.name)
    (folder / "samples/page.camrec.jpg").touch()  # as `camrec image samples` leaves it
    return folder


def built(kind: Literal["wheel", "sdist"], source: Path, out: Path) -> Path:
    """A wheel or sdist of the project in `source`."""
    setuptools = pytest.importorskip("setuptools", reason="setuptools is not installed")
    if int(setuptools.__version__.split(".")[0]) < LEAST:
        pytest.skip(f"setuptools {setuptools.__version__} is older than {LEAST}")
    build = f"import sys; from setuptools.build_meta import build_{kind} as build; build(sys.argv[1])"
    run(["-c", build, str(out)], source, SOURCE_DATE_EPOCH=THEN)
    (found,) = out.glob("*.whl" if kind == "wheel" else "*.tar.gz")
    return found


def run(
    arguments: list[str], folder: Path, python: str = sys.executable, **variables: str
) -> str:
    """Standard output of Python with `arguments`, run in `folder`, which finds only what is installed."""
    done = subprocess.run(
        [python, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": "", **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout
