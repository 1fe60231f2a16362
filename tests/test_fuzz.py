"""Whatever stands in a file, camrec reads it or says in a sentence what is wrong with it; see :mod:`fuzzing`."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

FUZZ = Path(__file__).with_name("fuzz")
sys.path.insert(0, str(FUZZ))

import fuzzing

SECONDS = 6  # of each target; about a minute for them all
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


def test_each_input_has_an_empty_folder_to_itself():
    with fuzzing.scratch() as first, fuzzing.scratch() as second:
        assert first != second
        (first / "deep").mkdir()
        for path in (first / "deep" / "a", first / "b", second / "c"):
            path.write_bytes(b"x")
    with fuzzing.scratch() as one, fuzzing.scratch() as other:
        assert not [*one.iterdir(), *other.iterdir()]


def test_every_line_of_a_seed_is_changed(monkeypatch: pytest.MonkeyPatch):
    """Whether a seed is taken says nothing of what is changed in it."""
    monkeypatch.setitem(sys.modules, "atheris", SimpleNamespace(Mutate=lambda data, size: data))  # fmt: skip
    lines = [json.dumps([k] * 9).encode() for k in range(8)]
    change = fuzzing._returning(fuzzing.mutated_json, [b"\n".join(lines)])
    made = [change(b"{}", 4096, seed).split(b"\n") for seed in range(2000)]
    of_the_seed = [found for found in made if len(found) == len(lines)]
    assert [{found[k] for found in of_the_seed} > {line} for k, line in enumerate(lines)] == 8 * [True]  # fmt: skip


@pytest.fixture
def make_fuzz(tmp_path: Path) -> Callable[[str], str]:
    """Runs ``make fuzz`` with one target, whose program is a shell script, beside what an earlier run found."""
    make = shutil.which("make")
    if make is None or sys.platform == "win32":
        pytest.skip("there is no make here")

    def run(script: str) -> str:
        shutil.copy(FUZZ.parents[1] / "Makefile", tmp_path)
        for name in (".venv/.test", "tests/fuzz/fuzz_cards.py", "build/fuzz/cards-crash-old"):  # fmt: skip
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
            os.utime(path, (0, 0))
        python = tmp_path / "python"
        python.write_text(f"#!/bin/sh\n{script}\n")
        python.chmod(0o755)
        done = subprocess.run(
            [make, "fuzz", "BIN=.", "--old-file=.venv/.test"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout

    return run


@pytest.mark.parametrize("script, said", [
    ('echo "Done with $2"', "Done with -runs=1000000"),
    ("exit 1", "cards failed, and on no input"),
    ("sleep 0.1; touch build/fuzz/cards-crash-new; exit 77", "cards failed on build/fuzz/cards-crash-new;"),
])  # fmt: skip
def test_make_fuzz_tells_what_failed_now(
    make_fuzz: Callable[[str], str], script: str, said: str
):
    told = make_fuzz(script)
    assert said in told and "cards-crash-old" not in told


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
