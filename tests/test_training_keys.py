"""Rendered training data is used again only where it would come out the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from camrec.training import keys


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for folder in ("reading", "training/rendering"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "reading" / "ink.py").write_text("LEVEL = 1\n")
    (tmp_path / "training" / "network.py").write_text("WIDE = 1\n")
    monkeypatch.setattr(keys, "_PACKAGE", tmp_path)
    return tmp_path


def key(*told: object) -> str:
    keys._code.cache_clear()
    return keys.key_of(*told)


def test_the_key_stands_for_what_was_told(package: Path):
    assert key(1, ("a",)) == key(1, ("a",))
    assert key(1, ("a",)) != key(2, ("a",))


def test_code_that_renders_or_finds_changes_the_key(package: Path):
    before = key(1)
    (package / "reading" / "ink.py").write_text("LEVEL = 2\n")
    assert key(1) != before


def test_code_that_does_neither_leaves_it(package: Path):
    before = key(1)
    (package / "training" / "network.py").write_text("WIDE = 2\n")
    assert key(1) == before


def test_every_pattern_finds_files():
    assert all(any(keys._PACKAGE.glob(pattern)) for pattern in keys._MAKERS)


@pytest.fixture(autouse=True)
def _clean():
    yield
    keys._code.cache_clear()
