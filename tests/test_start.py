"""camrec starts at once: what is not needed is not loaded."""

from __future__ import annotations

import subprocess
import sys
import time
from importlib.util import find_spec

import pytest

from camrec.cli import COMMANDS

HEAVY = ("cv2", "numpy", "tensorflow", "keras", "ai_edge_litert", "imutils")

PROBE = """
import sys
from camrec.cli import group
try:
    group.main({arguments!r}, prog_name="camrec")
finally:
    print("LOADED", *[name for name in {heavy!r} if name in sys.modules])
"""


def loaded_by(*arguments: str) -> list[str]:
    code = PROBE.format(arguments=list(arguments), heavy=HEAVY)
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert "Usage: camrec" in result.stdout
    return result.stdout.splitlines()[-1].split()[1:]


def test_help_loads_nothing_heavy() -> None:
    assert loaded_by("--help") == []


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_loads_nothing_heavy(command: str) -> None:
    if find_spec(f"camrec.cli.{command}") is None:
        pytest.fail(f"camrec --help tells of {command}, which is not there")
    assert loaded_by(command, "--help") == []


def test_import_camrec_loads_nothing_heavy() -> None:
    code = f"import sys, camrec; print([n for n in {HEAVY!r} if n in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def best_time(*arguments: str, tries: int = 7) -> float:
    def once() -> float:
        begin = time.perf_counter()
        subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
        return time.perf_counter() - begin

    return min(once() for _ in range(tries))


def test_help_takes_at_most_three_times_as_long_as_click_itself() -> None:
    assert best_time("-m", "camrec", "--help") < 3 * best_time("-c", "import click")


def test_reading_loads_no_tensorflow() -> None:
    code = (
        "import sys, numpy\n"
        "from camrec import Reader\n"
        "Reader().read(numpy.full((240, 320, 3), 255, numpy.uint8))\n"
        "print([n for n in ('tensorflow', 'keras') if n in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
