"""Rendered training data is used again only where it would come out the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from idx_files import write_set

from camrec.settings import TrainingSettings

pytest.importorskip("keras", reason="training packages are not installed")

from camrec.training import keys
from camrec.training.recipe import Sources


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for folder in ("reading", "training/rendering"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "reading" / "ink.py").write_text("LEVEL = 1\n")
    (tmp_path / "training" / "network.py").write_text("WIDE = 1\n")
    monkeypatch.setattr(keys, "_PACKAGE", tmp_path)
    return tmp_path


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    mnist, fonts, more = (tmp_path / name for name in ("mnist", "fonts", "more"))
    fonts.mkdir()
    (fonts / "hand.ttf").write_bytes(b"a font")
    for folder in (mnist, more):
        write_set(folder, "train", np.zeros((2, 28, 28)), np.zeros(2))
    return Sources(str(mnist), fonts=str(fonts), digits=(f"{more}/train-images-idx3-ubyte[::2]",))  # fmt: skip


def key(sources: Sources, **settings: int) -> str:
    keys._code.cache_clear()
    return keys.key_of(sources, TrainingSettings(**settings))


def test_the_key_stands_for_what_was_told(package: Path, sources: Sources):
    assert key(sources) == key(sources)
    assert key(sources, pages=7) != key(sources) != key(sources, seed=7)
    assert key(replace(sources, fonts=None)) != key(sources)


@pytest.mark.parametrize("file", ["fonts/hand.ttf", "mnist/train-labels-idx1-ubyte", "more/train-labels-idx1-ubyte"])  # fmt: skip
def test_it_stands_for_what_lies_there(package: Path, sources: Sources, tmp_path: Path, file: str):  # fmt: skip
    before = key(sources)
    content = (tmp_path / file).read_bytes()
    (tmp_path / file).write_bytes(content[:-1] + b"!")  # as long as it was
    assert key(sources) != before
    (tmp_path / file).write_bytes(content)
    assert key(sources) == before


def test_what_no_page_shows_leaves_it(package: Path, sources: Sources):
    more = replace(
        sources, own=("mine",), letters=("letters.zip",), pictures=("walls",)
    )
    assert key(more) == key(sources)
    assert key(sources, epochs=7) == key(sources)


def test_code_that_renders_or_finds_changes_the_key(package: Path, sources: Sources):
    before = key(sources)
    (package / "reading" / "ink.py").write_text("LEVEL = 2\n")
    assert key(sources) != before


def test_code_that_does_neither_leaves_it(package: Path, sources: Sources):
    before = key(sources)
    (package / "training" / "network.py").write_text("WIDE = 2\n")
    assert key(sources) == before


def test_every_pattern_finds_files():
    assert all(any(keys._PACKAGE.glob(pattern)) for pattern in keys._MAKERS)


@pytest.fixture(autouse=True)
def _clean():
    yield
    keys._code.cache_clear()
