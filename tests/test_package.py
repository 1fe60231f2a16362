"""What is installed: every package, the model and the samples, and no TensorFlow."""

from __future__ import annotations

import configparser
import email
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from building import ROOT, built, copied, run
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import camrec

SHIPPED = [
    "camrec/models/digits.json",
    "camrec/models/digits.keras",
    "camrec/models/digits.tflite",
    "camrec/models/lines.json",
    "camrec/models/lines.tflite",
    "camrec/samples/clip.json",
    "camrec/samples/clip.mp4",
    "camrec/samples/labels.json",
]


@pytest.fixture(scope="module")
def config() -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    return parser


def lines(config: configparser.ConfigParser, section: str, option: str) -> list[str]:
    return config[section][option].split("\n")[1:]


def test_every_folder_of_code_is_packaged(config: configparser.ConfigParser):
    folders = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for path in (ROOT / "camrec").rglob("*.py")
    }
    packaged = set(lines(config, "options", "packages"))
    assert packaged == folders | {"camrec.models", "camrec.samples"}


def test_reading_needs_no_training_package(config: configparser.ConfigParser):
    needed = " ".join(lines(config, "options", "install_requires"))
    for name in ("tensorflow", "keras", "torch", "headless"):
        assert name not in needed


def test_all_extras_are_there(config: configparser.ConfigParser):
    assert set(config["options.extras_require"]) == {
        "train",
        "video",
        "web",
        "batch",
        "dev",
    }


def brought(requirements: list[Requirement], found: set[str] | None = None) -> set[str]:
    """Names of installed packages that these bring, and that those bring."""
    found = set() if found is None else found
    for one in requirements:
        name = canonicalize_name(one.name)
        if name in found or (one.marker and not one.marker.evaluate({"extra": ""})):
            continue
        try:
            needs = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            continue
        found.add(name)
        more = [Requirement(text) for text in needs]
        extras = one.extras or {""}
        more = [need for need in more if need.marker is None or any(need.marker.evaluate({"extra": extra}) for extra in extras)]  # fmt: skip
        for need in more:
            need.marker = None  # just asked
        brought(more, found)
    return found


def test_the_licence_of_every_package_that_is_brought_is_told(
    config: configparser.ConfigParser,
):
    options = [("options", "install_requires")]
    options += [("options.extras_require", extra) for extra in config["options.extras_require"]]  # fmt: skip
    asked = [line for option in options for line in lines(config, *option) if not line.startswith("#")]  # fmt: skip
    told = (ROOT / "docs/licences.md").read_text("utf-8")
    rows = [line.split("|")[1] for line in told.splitlines() if line.startswith("| ")]
    named = {canonicalize_name(name.strip()) for row in rows for name in row.split(",")}
    assert brought([Requirement(line) for line in asked]) - named == set()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    source = copied(tmp_path_factory.mktemp("copy"))
    return built("wheel", source, tmp_path_factory.mktemp("out"))


@pytest.fixture(scope="module")
def names(wheel: Path) -> set[str]:
    return set(zipfile.ZipFile(wheel).namelist())


def test_the_wheel_brings_all_code_model_and_samples(names: set[str]):
    code = {
        path.relative_to(ROOT).as_posix() for path in (ROOT / "camrec").rglob("*.py")
    }
    assert not (code | set(SHIPPED)) - names
    assert any(n.startswith("camrec/samples/") and n.endswith(".jpg") for n in names)


def test_the_wheel_brings_nothing_else(names: set[str]):
    tops = {name.split("/")[0] for name in names}
    assert tops == {"camrec", f"camrec-{camrec.__version__}.dist-info"}
    assert not [name for name in names if ".camrec." in name]


def test_the_wheel_says_what_it_is(wheel: Path):
    info = f"camrec-{camrec.__version__}.dist-info"
    with zipfile.ZipFile(wheel) as archive:
        told = email.message_from_bytes(archive.read(f"{info}/METADATA"))
        scripts = archive.read(f"{info}/entry_points.txt").decode()
    assert told["Version"] == camrec.__version__
    assert "camrec = camrec.cli:main" in scripts
    always = [n for n in told.get_all("Requires-Dist", []) if "extra ==" not in n]
    assert any("opencv-python" in name for name in always)
    assert not [name for name in always if "tensorflow" in name]


def test_the_unpacked_wheel_reads_its_own_sample(wheel: Path, tmp_path: Path):
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    program = (
        "import camrec; from camrec.resources import sample;"
        "scene = camrec.Reader().read(sample('white.jpg'));"
        "print(camrec.__file__, len(scene.digits))"
    )
    told = run(["-c", program], tmp_path, PYTHONPATH=str(tmp_path / "site"))
    file, count = told.rsplit(" ", 1)
    assert Path(file).is_relative_to(tmp_path) and int(count) > 5
