"""Imports only go down: each part of the house may use the floors below its own, and its own."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "camrec"

WORDS, READING, STREAM, BATCH, PAGE, FACES, DOOR = range(7)
FLOORS = {
    "errors": WORDS,
    "elements": WORDS,
    "settings": WORDS,
    "environment": WORDS,
    "resources": WORDS,
    "reading": READING,
    "stream": STREAM,
    "batch": BATCH,
    "checks": BATCH,
    "cli": FACES,
    "web": PAGE,  # a command starts it
    "__main__": DOOR,
}
BESIDE = (
    "training"  # looks at floors 0 to 2; only the bodies of its own commands look at it
)
ITS_COMMANDS = {
    "cli/train.py",
    "cli/training.py",
    "cli/missing.py",
    "cli/evaluate.py",
    "cli/tune.py",
    "cli/compare.py",
    "cli/average.py",
    "cli/export.py",
    "cli/explain.py",
    "cli/data.py",
    "cli/bench.py",
    "web/explaining.py",
}
FRONT_DOOR = (
    "__init__.py"  # hands out names of every floor, each loaded when first asked for
)

FILES = sorted(PACKAGE.rglob("*.py"))


def part_of(module: str) -> str:
    """``camrec.stream.tracker`` is in "stream"."""
    return module.split(".")[1] if "." in module else ""


def imports(tree: ast.Module, package: str) -> Iterator[tuple[str, bool]]:
    """Every camrec module that is imported, and whether inside a function or for type checkers alone."""
    inside = {
        id(node)
        for part in ast.walk(tree)
        if isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef))
        or (isinstance(part, ast.If) and ast.unparse(part.test) == "TYPE_CHECKING")
        for node in ast.walk(part)
    }
    for node in ast.walk(tree):
        for name in names_in(node, package):
            if name.split(".")[0] == "camrec":
                yield name, id(node) in inside


def names_in(node: ast.AST, package: str) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            home = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = ".".join([*home, *base.split(".")]).rstrip(".")
        # `from camrec import stream` imports a part as well.
        return [f"{base}.{alias.name}" for alias in node.names]
    return []


def offences(path: Path, text: str) -> list[str]:
    name = path.relative_to(PACKAGE).as_posix()
    own = name.split("/")[0].removesuffix(".py")
    package = ".".join(["camrec", *name.split("/")[:-1]])
    found = []
    for module, deep in imports(ast.parse(text), package):
        part = part_of(module)
        if part in ("__version__", "") or part not in {*FLOORS, BESIDE}:
            continue  # a name of the package itself
        if not is_allowed(name, own, part, deep):
            found.append(f"{name} imports {module}")
    return found


def is_allowed(name: str, own: str, part: str, deep: bool) -> bool:
    if part == own:
        return True
    if part == BESIDE:
        return name in ITS_COMMANDS and deep
    if own == BESIDE:
        return FLOORS[part] <= STREAM
    return FLOORS[part] < FLOORS[own] or FLOORS[part] == FLOORS[own] == WORDS


@pytest.mark.parametrize(
    "path", FILES, ids=[path.relative_to(PACKAGE).as_posix() for path in FILES]
)
def test_imports_only_go_down(path: Path) -> None:
    if path.relative_to(PACKAGE).as_posix() != FRONT_DOOR:
        assert offences(path, path.read_text(encoding="utf-8")) == []


def test_every_part_stands_on_a_floor() -> None:
    parts = {path.relative_to(PACKAGE).parts[0].removesuffix(".py") for path in FILES}
    assert parts <= {*FLOORS, BESIDE, "__init__"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("elements.py", "from camrec.reading.reader import Reader"),
        ("reading/reader.py", "import camrec.stream.tracker"),
        ("reading/reader.py", "from ..stream import tracker"),
        ("reading/reader.py", "from camrec import stream"),
        ("stream/live.py", "def f():\n    from camrec.cli import options"),
        ("stream/live.py", "from camrec.training import data"),
        ("cli/image.py", "def f():\n    from camrec.training import data"),
        ("cli/train.py", "from camrec.training import data"),
        ("training/fit.py", "from camrec.cli import options"),
        ("settings.py", "from camrec.training import data"),
        ("cli/image.py", "if TYPE_CHECKING:\n    from camrec.training import data"),
        ("web/app.py", "from camrec.cli import options"),
    ],
)
def test_an_import_that_goes_up_is_found(name: str, text: str) -> None:
    assert len(offences(PACKAGE / name, text)) == 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("stream/live.py", "from camrec.reading.reader import Reader"),
        ("resources.py", "from camrec.errors import ModelError"),
        ("stream/live.py", "from . import feed"),
        ("stream/live.py", "from .feed import Feed"),
        ("cli/train.py", "def f():\n    from camrec.training import data"),
        ("cli/train.py", "if TYPE_CHECKING:\n    from camrec.training import data"),
        ("cli/image.py", "import camrec"),
        ("training/fit.py", "from camrec.stream.overlay import draw"),
        ("errors.py", "import camrecorder"),
    ],
)
def test_an_import_that_goes_down_is_fine(name: str, text: str) -> None:
    assert offences(PACKAGE / name, text) == []
