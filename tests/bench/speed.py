"""How fast camrec is: ``make bench``.

What ``camrec bench`` prints, on pages of MNIST where it is at hand, and whole readings against other readers where they are
installed. What is compared is measured in turn, so that a busy machine slows both; figures are medians.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # for what tests and benches share

import cv2
from rendered import digits_at_hand
from rivals import PYTHON, Rival, Timed, installed_rivals
from shared import ROOT, SHARED

from camrec import Reader
from camrec.checks.timing import FRAMES, in_turn, milliseconds
from camrec.cli.bench import RUNS, reading_table, start_table, video_table
from camrec.cli.tables import show
from camrec.resources import sample
from camrec.training.rendering.handwriting import DigitBank
from camrec.training.rendering.timed_pages import TimedPage, timed_pages

RIVAL_RUNS = 3  # some take seconds


def main() -> None:
    """Print a table of stages, one beside other readers, one of video and one of start-up."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--install", action="store_true", help="also measure the disk a clean environment takes")  # fmt: skip
    parser.add_argument("--alone", action="store_true", help="leave out other readers")
    parser.add_argument("--rivals", type=Path, default=PYTHON, metavar="PYTHON", help="the Python that has the other readers")  # fmt: skip
    options = parser.parse_args()
    pages = timed_pages(bank())
    table = reading_table(pages, RUNS)
    show(table.title, table.columns, table.rows)
    if not options.alone:
        _beside(pages, installed_rivals(options.rivals))
    for table in (video_table(sample("clip.mp4")), start_table()):
        show(table.title, table.columns, table.rows)
    if options.install:
        _install()


def bank() -> DigitBank:
    """Digits for the pages."""
    digits = digits_at_hand(SHARED / "data/mnist")
    return DigitBank(digits.images, digits.labels)


def _beside(pages: list[TimedPage], rivals: list[Rival]) -> None:
    """Pages down, readers across; in brackets how many times longer than camrec another takes."""
    reader, rows = Reader(settings=FRAMES), []
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        others = [stack.enter_context(closing(Timed(rival))) for rival in rivals]
        for number, page in enumerate(pages):
            path = scratch / f"{number}.bmp"  # next to nothing to unpack
            cv2.imwrite(str(path), page.image)
            ours, *theirs = _in_turn(reader, page, others, path)
            cells = [took and f"{took:.0f} ({took / ours:.1f}x)" for took in theirs]
            rows.append([page.name, round(ours, 1), *cells])
    columns = ["page", "camrec", *(rival.name for rival in rivals)]
    show("Beside other readers, ms a frame", columns, rows)


def _in_turn(
    reader: Reader, page: TimedPage, others: list[Timed], path: Path
) -> list[float | None]:
    """Medians of what camrec and then each of the others takes."""
    ours = partial(milliseconds, partial(reader.read, page.image))
    theirs = [partial(other.milliseconds, path) for other in others]
    return in_turn([ours, *theirs], RIVAL_RUNS)


def _install() -> None:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        pip = Path(folder) / ("Scripts" if os.name == "nt" else "bin") / "pip"
        subprocess.run([pip, "install", "--quiet", str(ROOT)], check=True)
        print(f"\nA clean environment after `pip install .`: {disk(Path(folder)) / 2**20:.0f} MB")  # fmt: skip


def disk(folder: Path) -> int:
    """Bytes that a folder takes on disk, as `du` counts them."""
    stats = [path.lstat() for path in folder.rglob("*")]
    return sum(512 * getattr(stat, "st_blocks", stat.st_size / 512) for stat in stats)


if __name__ == "__main__":
    main()
