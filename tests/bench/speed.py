"""How fast camrec is: ``make bench``.

Milliseconds a stage on rendered pages, whole readings against other readers where they are installed, and start-up
against what Python needs to import the libraries alone. What is compared is measured in turn, so that a busy machine
slows both; figures are medians.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from itertools import pairwise
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[1]))  # for what tests and benches share

import cv2
import numpy as np
from rendered import digits_at_hand
from rivals import PYTHON, Rival, Timed, installed_rivals
from shared import ROOT, SHARED
from tables import show

from camrec import Reader
from camrec.reading.classifier import Classifier
from camrec.reading.ink import find_ink
from camrec.reading.lines import LineReader
from camrec.reading.normalise import normalise_all
from camrec.reading.numbers import group_digits
from camrec.reading.reader import at_work_scale
from camrec.reading.regions import find_candidates
from camrec.reading.resolve import resolve
from camrec.settings import ReadingSettings
from camrec.training.rendering.handwriting import DigitBank
from camrec.training.rendering.layout import Line
from camrec.training.rendering.scenes import photograph
from camrec.training.rendering.sheets import write_lines
from camrec.training.rendering.styles import Style

SIZES = ((480, 640), (720, 1280), (1080, 1920))  # px, height and width
GRIDS = {
    20: (4, 1),
    50: (5, 2),
    100: (10, 2),
}  # digits: rows, numbers of five digits in a row
STAGES = ("ink", "candidates", "normalise", "classify", "resolve", "whole")
FRAMES = ReadingSettings(
    rotate="0"
)  # as the live view reads: no look at all four sides
RUNS = 15  # of a reading
RIVAL_RUNS = 3  # some take seconds
STARTS = 7  # of a process


def main() -> None:
    """Print a table of stages, one beside other readers and one of start-up."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--install", action="store_true", help="also measure the disk a clean environment takes")  # fmt: skip
    parser.add_argument("--alone", action="store_true", help="leave out other readers")
    parser.add_argument("--rivals", type=Path, default=PYTHON, metavar="PYTHON", help="the Python that has the other readers")  # fmt: skip
    options = parser.parse_args()
    pages = {
        (size, count): page(size, count) for size in SIZES for count in sorted(GRIDS)
    }
    _stages(pages)
    if not options.alone:
        _beside(pages, installed_rivals(options.rivals))
    _starts()
    if options.install:
        _install()


def bank() -> DigitBank:
    """Digits for the pages."""
    digits = digits_at_hand(SHARED / "data/mnist")
    return DigitBank(digits.images, digits.labels)


def page(size: tuple[int, int], count: int) -> np.ndarray:
    """A photographed sheet with `count` digits: (H, W, 3) uint8."""
    rng = np.random.default_rng(count)
    rows, numbers = GRIDS[count]
    step = size[0] / (rows + 1)
    style = Style(height=0.6 * step, gap=0.2, frames=0.0, perspective=0.01)
    lines = [
        Line(
            x=0.1 * size[1],
            foot=(k + 1.2) * step,
            height=style.height,
            slope=0.0,
            space=2 * style.height,
            texts=tuple(f"{n:05}" for n in rng.integers(0, 100_000, numbers)),
        )
        for k in range(rows)
    ]
    sheet = write_lines(rng, lines, bank(), None, style, size)
    return photograph(rng, sheet, style).image


def milliseconds(action: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    action()
    return 1e3 * (time.perf_counter() - start)


def _stages(pages: dict) -> None:
    classifier, lines = Classifier(), LineReader()
    reader = Reader(settings=FRAMES)
    rows = []
    for (size, count), image in pages.items():
        found = len(reader.read(image).digits)  # plans the runtime's batches too
        runs = [_run(reader, classifier, lines, image) for _ in range(RUNS)]
        figures = [round(median(column), 1) for column in zip(*runs)]
        rows.append([f"{size[1]}x{size[0]}, {count} digits", found, *figures])
    show("Reading, ms", ["page", "found", *STAGES], rows)


def _run(
    reader: Reader, classifier: Classifier, lines: LineReader, image: np.ndarray
) -> list[float]:
    """Milliseconds of each stage and of the whole."""
    whole = milliseconds(lambda: reader.read(image))
    return [*_staged(classifier, lines, image), whole]


def _staged(
    classifier: Classifier, lines: LineReader, image: np.ndarray
) -> list[float]:
    """Milliseconds of each stage, in the order of a reading."""
    settings, marks = ReadingSettings(), [time.perf_counter()]
    ink = find_ink(at_work_scale(image, settings.work_side)[0])
    marks.append(time.perf_counter())
    candidates = find_candidates(ink, settings.most_components)
    marks.append(time.perf_counter())
    crops = normalise_all([item.region.ink for item in candidates.items])
    marks.append(time.perf_counter())
    scores = classifier.scores(crops)
    marks.append(time.perf_counter())
    least = settings.min_confidence
    found = resolve(candidates, scores, classifier.classes, least, lines=lines)
    group_digits(found.digits)
    marks.append(time.perf_counter())
    return [1e3 * (end - start) for start, end in pairwise(marks)]


def _beside(pages: dict, rivals: list[Rival]) -> None:
    """Pages down, readers across; in brackets how many times longer than camrec another takes."""
    reader, rows = Reader(settings=FRAMES), []
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        others = [stack.enter_context(closing(Timed(rival))) for rival in rivals]
        for (size, count), image in pages.items():
            path = scratch / f"{size[0]}-{count}.bmp"  # next to nothing to unpack
            cv2.imwrite(str(path), image)
            ours, *theirs = _in_turn(reader, image, others, path)
            cells = [took and f"{took:.0f} ({took / ours:.1f}x)" for took in theirs]
            rows.append([f"{size[1]}x{size[0]}, {count} digits", round(ours, 1), *cells])  # fmt: skip
    columns = ["page", "camrec", *(rival.name for rival in rivals)]
    show("Beside other readers, ms a frame", columns, rows)


def _in_turn(
    reader: Reader, image: np.ndarray, others: list[Timed], path: Path
) -> list[float | None]:
    """Medians of what camrec and then each of the others takes, each after one reading that does not count."""
    turns = [
        [
            milliseconds(lambda: reader.read(image)),
            *(other.milliseconds(path) for other in others),
        ]
        for _ in range(1 + RIVAL_RUNS)
    ]
    return [None if None in took else median(took) for took in zip(*turns[1:])]


def _starts() -> None:
    camrec = _command()
    picture = ROOT / "samples/white.jpg"
    python = [sys.executable, "-c"]
    rows = [
        _start("camrec image one.jpg", [*camrec, "image", str(picture), "--json", "-", "--no-save"], "import cv2", [*python, "import cv2"]),
        _start("camrec --help", [*camrec, "--help"], "import click", [*python, "import click"]),
    ]  # fmt: skip
    show("Start-up, ms", ["command", "takes", "against", "takes", "ratio"], rows)


def _command() -> list[str]:
    script = Path(sys.executable).with_name("camrec")
    return [str(script)] if script.exists() else [sys.executable, "-m", "camrec"]


def _start(name: str, ours: list[str], other: str, theirs: list[str]) -> list:
    def started(command: list[str]) -> float:
        return milliseconds(lambda: subprocess.run(command, check=True, capture_output=True))  # fmt: skip

    started(ours), started(theirs)  # files come into the system's cache
    turns = [(started(ours), started(theirs)) for _ in range(STARTS)]
    a, b = (median(column) for column in zip(*turns))
    return [name, round(a), other, round(b), round(a / b, 2)]


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
