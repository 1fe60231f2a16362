"""How a batch scales, what Dask costs, what memory it takes, and whether kills leave traces.

    python tests/bench/batch.py --pictures 20000 --listed 100000 --kills 20

What is compared is measured in turn within one run, in slices of the same pictures, so that a busy machine slows both.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[1]))  # for what tests and benches share

import cv2
import numpy as np
from drawing import sheet, write
from shared import ROOT

from camrec import Reader
from camrec.batch.crew import local_client
from camrec.batch.job import IN_ONE_GO, Job
from camrec.batch.run import Batch, run_batch
from camrec.cli.tables import show

SLICES = 4  # of the pictures, each measured in every way
KINDS = 40  # different pictures; more names are links to them


def main() -> None:
    """Print a table of each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=2000)
    parser.add_argument("--listed", type=int, default=0, help="files of the memory's trial; 0 leaves it out")  # fmt: skip
    parser.add_argument("--kills", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        pages = _pages(Path(folder, "pages"), (480, 640))
        _speed(Path(folder), pages, options.pictures)
        if options.listed:
            _memory(Path(folder), options.listed)
        if options.kills:
            _kills(Path(folder), pages, options.kills)


def _pages(folder: Path, size: tuple[int, int]) -> list[Path]:
    """JPEG pages with 6 digits each."""
    folder.mkdir()
    rng, paths = np.random.default_rng(1), []
    for k in range(KINDS):
        image = sheet(*size)
        height = size[0] // 8
        write(image, f"{rng.integers(1000, 9999)}", height, height, height)
        write(image, f"{rng.integers(10, 99)}", height, 4 * height, height)
        paths.append(folder / f"page{k}.jpg")
        cv2.imwrite(str(paths[-1]), image)
    return paths


def _many(folder: Path, pages: list[Path], count: int) -> Path:
    """A folder with `count` names for the pages."""
    folder.mkdir()
    for k in range(count):
        os.link(pages[k % len(pages)], folder / f"scan{k}.jpg")
    return folder


def _seconds(act: Callable[[], object]) -> float:
    begin = time.perf_counter()
    act()
    return time.perf_counter() - begin


def _speed(folder: Path, pages: list[Path], count: int) -> None:
    """Workers are at work already: what starting them takes is lost in any run that is worth it."""
    slices = [
        _many(folder / f"slice{k}", pages, count // SLICES) for k in range(SLICES)
    ]
    cv2.setNumThreads(1)  # as in a worker
    reader = Reader(threads=1)
    times: dict[str, list[float]] = {"loop": [], "one": [], "two": []}
    with local_client(1) as one, local_client(2) as two:
        for client in (one, two):
            _batch(folder, pages[0].parent, client)
        for scans in slices:
            times["loop"].append(_seconds(lambda: deque(map(reader.read, scans.iterdir()), 0)))  # noqa: B023  # fmt: skip
            times["one"].append(_seconds(lambda: _batch(folder, scans, one)))  # noqa: B023
            times["two"].append(_seconds(lambda: _batch(folder, scans, two)))  # noqa: B023
    each = 1000 * SLICES / count
    rows = [
        ["plain loop over Reader.read", median(times["loop"]) * each, 1.0],
        ["camrec batch, one worker", median(times["one"]) * each, _ratio(times, "one", "loop")],
        ["camrec batch, two workers", median(times["two"]) * each, _ratio(times, "two", "loop")],
    ]  # fmt: skip
    show(f"{count} pictures of 640x480, medians of {SLICES} slices", ["what", "ms a picture", "time against the loop"], rows)  # fmt: skip
    print(f"\ntwo workers against one: {_ratio(times, 'one', 'two'):.2f} times")


def _ratio(times: dict[str, list[float]], of: str, to: str) -> float:
    return round(median(a / b for a, b in zip(times[of], times[to])), 2)


def _batch(folder: Path, scans: Path, client: object) -> None:
    table = folder / "bench.parquet"
    run_batch(Batch((str(scans),), table, Job.of()), lambda: nullcontext(client))  # type: ignore[arg-type, return-value]
    table.unlink()


def _memory(folder: Path, listed: int) -> None:
    """Peak of the process that hands out the work; Linux alone, where `ru_maxrss` begins with that of the parent."""
    pages = _pages(folder / "small", (96, 160))
    counts = [1000, listed]
    peaks = [_peak(_many(folder / f"listed{n}", pages, n), folder / f"{n}.parquet") for n in counts]  # fmt: skip
    show("Memory of the parent", ["files", "peak MB"], [[str(n), mb] for n, mb in zip(counts, peaks)])  # fmt: skip


def _peak(scans: Path, table: Path) -> float:
    code = (
        "from camrec.cli import main\n"
        "try: main()\n"
        "finally: print(open('/proc/self/status').read().split('VmHWM:')[1].split()[0])"
    )
    done = subprocess.run([sys.executable, "-c", code, "batch", str(scans), "--table", str(table), "--quiet"], env=_environment(), capture_output=True, text=True, check=True)  # fmt: skip
    return int(done.stdout.split()[-1]) / 1024


def _kills(folder: Path, pages: list[Path], kills: int) -> None:
    """Kill runs of twenty chunks at random moments, and go on until each is done."""
    scans = _many(folder / "killed", pages, 20 * IN_ONE_GO)
    wanted, table = folder / "wanted.parquet", folder / "killed.parquet"
    begin = time.monotonic()
    _start(scans, wanted).wait()
    whole_s = time.monotonic() - begin
    rng, done = random.Random(1), 0
    while done < kills:
        process = _start(scans, table)
        try:
            process.wait(rng.uniform(0.2, whole_s))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            done += 1
            if done % 4:
                continue
            _start(scans, table).wait()
        print(f"{done} kills: {'the same' if table.read_bytes() == wanted.read_bytes() else 'ANOTHER TABLE'}", flush=True)  # fmt: skip
        table.unlink()
    shutil.rmtree(scans)


def _start(scans: Path, table: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "camrec", "batch", str(scans), "--table", str(table), "--resume", "--quiet"], env=_environment())  # fmt: skip


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


if __name__ == "__main__":
    main()
