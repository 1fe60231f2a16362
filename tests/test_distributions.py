"""The sdist and the wheel: what is in them, that they are the same wherever they are built, and that they install."""

from __future__ import annotations

import json
import os
import site
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from building import ROOT, built, copied, run

import camrec
from camrec.resources import sample

NEEDED = [
    "LICENSE",
    "README.md",
    "CHANGELOG.md",
    "Makefile",
    "setup.cfg",
    "pyproject.toml",
    "docs/tutorial.md",
    ".ci/run",
    "models/digits.tflite",
    "models/lines.keras",
    "samples/clip.mp4",
    "samples/labels.json",
    "tests/conftest.py",
    "tests/fakes.py",
    "tests/bench/score.py",
    "tests/fuzz/seeds/small.tflite",
    "tests/fuzz/findings/cards/deep",
]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied(tmp_path_factory.mktemp("tree"))


@pytest.fixture(scope="module")
def wheel(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built("wheel", tree, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def unpacked(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What lies in the sdist."""
    out = tmp_path_factory.mktemp("sdist")
    with tarfile.open(built("sdist", tree, out)) as archive:
        if hasattr(tarfile, "data_filter"):
            archive.extraction_filter = tarfile.data_filter
        archive.extractall(out)
    return out / f"camrec-{camrec.__version__}"


def files(folder: Path, *kinds: str) -> set[str]:
    """All files of a kind below a folder, but those that Python leaves there."""
    return {
        path.relative_to(folder).as_posix()
        for kind in kinds
        for path in folder.rglob(f"*{kind}")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_sdist_brings_code_models_samples_tests_and_licence(unpacked: Path):
    assert [name for name in NEEDED if not (unpacked / name).is_file()] == []
    for folder in ("camrec", "models", "samples", "tests", "docs"):
        kinds = (".py", ".md", ".json", ".keras", ".tflite", ".jpg", ".webp", ".js")
        wanted = {name for name in files(ROOT / folder, *kinds) if ".camrec." not in name}  # fmt: skip
        assert wanted - files(unpacked / folder, "") == set()


def test_the_sdist_brings_nothing_that_was_made(unpacked: Path):
    names = files(unpacked, "")
    assert not [name for name in names if ".camrec." in name or name.endswith(".pyc")]
    tops = {name.split("/")[0] for name in names}
    assert not tops & {".git", ".venv", "build", "dist", "htmlcov", "out"}


def test_the_wheel_of_the_sdist_is_that_of_the_tree(wheel: Path, unpacked: Path, tmp_path: Path):  # fmt: skip
    again = built("wheel", unpacked, tmp_path)
    assert contents(again) == contents(wheel)
    assert again.read_bytes() == wheel.read_bytes()


def contents(wheel: Path) -> dict[str, int]:
    """Names and checksums, which tell more than bytes where they differ."""
    with zipfile.ZipFile(wheel) as archive:
        return {info.filename: info.CRC for info in archive.infolist()}


def test_a_second_build_is_the_same_to_the_byte(wheel: Path, tmp_path: Path):
    (tmp_path / "tree").mkdir()
    again = built("wheel", copied(tmp_path / "tree"), tmp_path / "out")
    assert again.name == wheel.name and again.read_bytes() == wheel.read_bytes()


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a fresh environment with the wheel; what camrec needs is looked for where this one has it."""
    pytest.importorskip("ensurepip", reason="this Python cannot make environments")
    folder = tmp_path_factory.mktemp("fresh")
    run(["-m", "venv", str(folder)], folder)
    python = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    own = Path(run(["-c", where], folder, str(python)).strip())
    # Paths in such a file are searched last, and theirs in turn are not: no camrec that is installed here is found by them.
    (own / "needed.pth").write_text("\n".join(site.getsitepackages()))
    run(["-m", "pip", "install", "--quiet", "--no-index", "--no-deps", str(wheel)], folder, str(python))  # fmt: skip
    return python


def camrec_of(python: Path, *arguments: str) -> str:
    """Standard output of the installed command."""
    alone = {**os.environ, "PYTHONPATH": ""}
    command = [python.parent / "camrec", *arguments]
    return subprocess.run(command, env=alone, capture_output=True, text=True, check=True).stdout  # fmt: skip


def test_what_is_installed_reads_a_sample(python: Path):
    page = str(sample("white.jpg"))
    told = camrec_of(python, "image", page, "--no-save", "--json", "-")
    assert len(json.loads(told)["digits"]) > 5


def test_what_is_installed_is_the_wheel(python: Path, tmp_path: Path):
    where = "import camrec; print(camrec.__file__)"
    told = run(["-c", where], tmp_path, str(python))
    assert Path(told).is_relative_to(python.parents[1])
    assert camrec.__version__ in camrec_of(python, "--version")
