"""Imports only go down."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "camrec"
FLOORS = (
    (
        "camrec.errors",
        "camrec.elements",
        "camrec.settings",
        "camrec.resources",
        "camrec.environment",
    ),
    ("camrec.reading",),
    ("camrec.stream",),
    ("camrec.cli",),
)
BESIDE = "camrec.training"
ITS_COMMANDS = ("camrec.cli.train", "camrec.cli.evaluate")


def module_of(path):
    name = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
    return name.removesuffix(".__init__")


def floor_of(module):
    for height, names in enumerate(FLOORS):
        if any(module == name or module.startswith(name + ".") for name in names):
            return height
    return None


def imports_of(path):
    """Names of the package's modules that a file imports anywhere, function bodies included."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import hides its floor"
            yield node.module or ""


def inside():
    """Modules of the house; the package's front door and ``__main__`` open onto every floor."""
    return [
        path
        for path in sorted(PACKAGE.rglob("*.py"))
        if path.parent != PACKAGE or floor_of(module_of(path)) == 0
    ]


@pytest.mark.parametrize("path", inside(), ids=module_of)
def test_imports_go_down(path):
    module = module_of(path)
    for name in imports_of(path):
        if not name.startswith("camrec."):
            continue
        if module.startswith(BESIDE):
            assert floor_of(name) in (0, 1, 2) or name.startswith(BESIDE), (
                f"{module} imports {name}"
            )
        elif name.startswith(BESIDE):
            assert module in ITS_COMMANDS, f"{module} imports {name}"
        else:
            assert floor_of(name) is not None, f"{name} is on no floor"
            assert floor_of(name) <= floor_of(module), (
                f"{module} imports {name}, which is higher up"
            )


def test_every_module_has_a_place():
    strays = [
        path
        for path in inside()
        if floor_of(module_of(path)) is None and not module_of(path).startswith(BESIDE)
    ]
    assert not strays


@pytest.mark.parametrize(
    "path",
    sorted((PACKAGE / "reading").rglob("*.py"))
    + sorted((PACKAGE / "stream").rglob("*.py")),
    ids=module_of,
)
def test_the_library_neither_prints_nor_exits(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            assert called not in ("print", "sys.exit", "exit", "quit"), (
                f"{path}:{node.lineno}"
            )
