"""What the documents tell people to type: every command line is one that camrec takes, and the quick ones do what they say."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from glob import glob
from pathlib import Path
from textwrap import dedent

import click
import cv2
import pytest
from drawing import sheet, write
from fakes import write_video

from camrec.cli import COMMANDS, group

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
PAGES += [ROOT / "models/README.md", ROOT / "samples/README.md", ROOT / "CONTRIBUTING.md"]  # fmt: skip

QUICK = ("image", "video", "cameras")
"""Commands that are run as they stand. Of the others every word is parsed: they train for minutes, never end, want a camera,
a cluster or MNIST, and their own tests run them on little."""


def commands_in(text: str) -> Iterator[str]:
    """Command lines of indented blocks and of code between backticks, without what is told beside them.

    `camrec video` in a sentence is the command's name, not what to type.
    """
    text = re.sub(r"\s*\\\n\s*", " ", text)
    blocks = [line.strip() for line in text.splitlines() if line.startswith("  ")]
    spans = re.findall(r"`([^`]+ [^`]+ [^`]+)`", re.sub(r"\s+", " ", text))
    for piece in (*blocks, *spans):
        found = re.search(r"(?:^|\| )(camrec .*)", piece)
        if found is not None:
            yield re.split(r"\s{2,}|\s#|\s[|<>]\s", found[1])[0].strip()


def told() -> list[tuple[str, str]]:
    """Page and command line, each line once."""
    found: dict[str, str] = {}
    for page in PAGES:
        for command in commands_in(page.read_text("utf-8")):
            found.setdefault(command, page.name)
    for name in COMMANDS:
        command = group.get_command(click.Context(group), name)
        for line in commands_in(command.epilog or ""):
            found.setdefault(line, f"camrec {name} --help")
    return [(page, command) for command, page in found.items()]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with everything that the documents speak of."""
    desk = tmp_path_factory.mktemp("desk")
    shutil.copytree(ROOT / "samples", desk / "samples", ignore=shutil.ignore_patterns("*.mp4"))  # fmt: skip
    page = sheet()
    write(page, "4712", 60, 80)
    write_video(desk / "clip.mp4", 6)
    write_video(desk / "long.mp4", 100, fps=1.0)
    for copy in ("film.mp4", "talk.mp4", "samples/clip.mp4"):
        shutil.copy(desk / "clip.mp4", desk / copy)
    cv2.imwrite(str(desk / "page.jpg"), page)
    for folder in ("scans", "my-digits/7", "other-digits/7", "forms"):
        (desk / folder).mkdir(parents=True)
        cv2.imwrite(str(desk / folder / "one.png"), page)
    for model in ("my-model", "my-cnn", "mine", "small", "models"):
        shutil.copytree(ROOT / "models", desk / model, dirs_exist_ok=True)
    export_again(desk / "small")
    for folder in ("fonts", "mnist", "emnist", "hand", "search", "negatives", "letters", "digits"):  # fmt: skip
        (desk / folder).mkdir()
    for name in ("said.db", "cert.pem", "key.pem", "more.zip", "best.json", "search/best.json"):  # fmt: skip
        (desk / name).write_text("{}")
    (desk / "bin").mkdir()
    for name in ("notify-send", "notify-send.bat"):
        (desk / "bin" / name).touch(0o755)
    return desk


def export_again(folder: Path) -> None:
    """The model under the name that exports have, with its card."""
    shutil.copy(folder / "digits.tflite", folder / "digits-int8.tflite")
    card = json.loads((folder / "digits.json").read_text("utf-8"))
    card["sha256"] = {"digits-int8.tflite": card["sha256"]["digits.tflite"]}
    (folder / "digits-int8.json").write_text(json.dumps(card), "utf-8")


TOLD = told()


@pytest.mark.parametrize(("page", "command"), TOLD, ids=[line for _, line in TOLD])
def test_every_command_line_is_one_that_camrec_takes(
    page: str, command: str, desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(desk)
    monkeypatch.setenv("PATH", str(desk / "bin"), prepend=os.pathsep)
    words = shlex.split(command)[1:]
    context = click.Context(group, info_name="camrec")
    name, inner, rest = group.resolve_command(context, words)
    assert name is not None and inner is not None, f"{page}: {command}"
    while isinstance(inner, click.Group) and rest and rest[0] in inner.commands:
        name, inner = rest[0], inner.commands[rest[0]]
        rest = rest[1:]
    try:
        inner.make_context(name, rest)
    except click.exceptions.Exit:
        pass  # --help
    except click.UsageError as error:
        pytest.fail(f"{page}: {command}: {error.format_message()}")


@pytest.mark.parametrize(
    "command", [line for _, line in TOLD if line.split()[1] in QUICK]
)
def test_what_is_quick_does_what_it_says(command: str, desk: Path) -> None:
    words = shlex.split(command)[1:]
    if "-" in words[1:2]:
        words[1] = "page.jpg"  # given on standard input there
    # As a shell does.
    words = [name for word in words for name in (glob(word, root_dir=desk) if word.startswith("*") else [word])]  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "camrec", *words],
        cwd=desk,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def python_in(page: Path) -> list[tuple[str, str]]:
    """Blocks of Python, and what each prints as far as that is shown."""
    pattern = r"```python\n(.*?)```(?:\n\nprints\n\n((?:    [^\n]*\n)+))?"
    found = re.findall(pattern, page.read_text("utf-8"), re.DOTALL)
    return [(block, dedent(shown)) for block, shown in found]


BLOCKS = [
    pytest.param(block, shown, id=f"{page.name}-{k}")
    for page in PAGES
    for k, (block, shown) in enumerate(python_in(page))
]


@pytest.mark.parametrize(("block", "shown"), BLOCKS)
def test_every_piece_of_python_runs(block: str, shown: str, desk: Path) -> None:
    if "127.0.0.1" in block:
        pytest.skip("asks a server; the tests of the API ask the same")
    if "read_many" in block:
        pytest.importorskip("distributed", reason="the extra batch is not installed")
    script = desk / "script.py"
    script.write_text(block, "utf-8")
    done = subprocess.run(
        [sys.executable, script.name],
        cwd=desk,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout or "print" not in block
    assert done.stdout.startswith(shown.removesuffix("...\n"))
