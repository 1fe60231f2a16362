"""Whatever stands in a file, camrec reads it or says in a sentence what is wrong with it; see :mod:`fuzzing`."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import pytest

FUZZ = Path(__file__).with_name("fuzz")
sys.path.insert(0, str(FUZZ))

import fuzzing

SECONDS = 6  # of each target; a minute for them all
LIMIT_S = 180.0  # Keras alone may take a minute to load
EXTRAS = {
    "archives": "fsspec",
    "feedback": "fastapi",
    "recipes": "keras",
    "runs": "distributed",
    "unfinished": "keras",
}
"""What a target needs that is not installed with camrec alone."""

_UNMEASURED = {k: v for k, v in os.environ.items() if not k.startswith("COVERAGE_")}
"""Two who count branches would be in each other's way."""

TARGETS = sorted(path.stem.removeprefix("fuzz_") for path in FUZZ.glob("fuzz_*.py"))
FAILED = fuzzing.findings()


def opened(target: str) -> ModuleType:
    """The module of a target; skips where it cannot run."""
    if target in EXTRAS:
        pytest.importorskip(EXTRAS[target], reason="an extra is not installed")
    return import_module(f"fuzz_{target}")


@pytest.mark.parametrize("target", TARGETS)
def test_the_seeds_pass(target: str):
    module = opened(target)
    for data in module.seeds():
        module.one(data)


@pytest.mark.parametrize("path", FAILED, ids=[f"{p.parent.name}-{p.name}" for p in FAILED])  # fmt: skip
def test_what_once_failed_passes(path: Path):
    opened(path.parent.name).one(path.read_bytes())


def test_every_finding_belongs_to_a_target():
    assert {path.parent.name for path in FAILED} <= set(TARGETS)


def test_what_gets_out_is_a_finding():
    with pytest.raises(KeyError), fuzzing.refusing(ValueError):
        raise KeyError


@pytest.mark.fuzz
@pytest.mark.skipif(find_spec("atheris") is None, reason="atheris is not installed")
@pytest.mark.parametrize("target", TARGETS)
def test_a_few_seconds_find_nothing(target: str, tmp_path: Path):
    opened(target)
    # The same inputs each time, as far as time goes.
    options = [f"-max_total_time={SECONDS}", "-seed=1", f"-artifact_prefix={tmp_path}/"]
    done = subprocess.run(
        [sys.executable, FUZZ / f"fuzz_{target}.py", *options, tmp_path / "corpus"],
        env=_UNMEASURED,
        capture_output=True,
        check=False,
        timeout=LIMIT_S,
    )
    # Decoders and runtimes write what they like, in no known encoding.
    told = done.stderr.decode(errors="replace")
    assert done.returncode == 0, told[-5000:]
    assert "Done " in told
