"""Whether camrec stays as it is however long it runs: ``make soak``.

    soak.py [--frames N] [live] [video] [server]

Each command is given frames of 160x120 in a process of its own, as fast as it takes them: numbers that come, sway and go.
Memory, open files and threads are looked at after each tenth of the frames (Linux). Exit status 1 where memory grew by more
than 5 MB from the first look, when all is warm, to the last.
"""

from __future__ import annotations

import argparse
import http.client
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).parents[1]))  # for what tests and benches share

import cv2
import numpy as np
from drawing import sheet, write
from mjpeg_server import MjpegServer

from camrec.cli.tables import show

WIDTH, HEIGHT = 160, 120
FRAMES, TENTHS = 100_000, 10
MOST_MB = 5.0  # of growth
SCENES = 600  # then they come again
STAYS, VISIBLE = 60, 48  # frames from number to number, and of these with one
STILL = 4  # frames until it moves; what has not moved is not read again
FPS = 30.0
AT_MOST = 500.0  # pictures a second from the fake camera, more than are read


@dataclass(frozen=True, slots=True)
class State:
    """What a process holds.

    Parameters
    ----------
    memory_mb : float
        Resident; NaN where no Linux tells it, as are the others.
    files, threads : float
    """

    memory_mb: float
    files: float
    threads: float

    @classmethod
    def of(cls, process: int) -> State:
        """What the process with this id holds now."""
        place = Path("/proc", str(process))
        try:
            status = (place / "status").read_text(encoding="ascii", errors="replace")
            files = len(list((place / "fd").iterdir()))
        except OSError:
            return cls(np.nan, np.nan, np.nan)
        resident, threads = (int(status.split(f"{name}:")[1].split()[0]) for name in ("VmRSS", "Threads"))  # fmt: skip
        return cls(resident / 1024, files, threads)


@dataclass(frozen=True, slots=True)
class Looks:
    """What was seen of a command.

    Parameters
    ----------
    states : list of State
        After each tenth of the frames.
    seconds : float
        From the first frame to the last.
    """

    states: list[State]
    seconds: float

    @property
    def growth_mb(self) -> float:
        """Memory at the end beyond that after the first tenth."""
        return self.states[-1].memory_mb - self.states[0].memory_mb


def main() -> None:
    """Print what each command held."""
    options = _options()
    looks = {name: SOAKS[name](options.frames) for name in options.which or SOAKS}
    warm, end = (f"{frames:,}" for frames in (options.frames // TENTHS, options.frames))
    columns = ["command", f"MB at {warm}", f"at {end}", "files", "", "threads", "", "frames/s"]  # fmt: skip
    rows = [row(name, found, options.frames) for name, found in looks.items()]
    show(f"{end} frames of {WIDTH}x{HEIGHT}", columns, rows)
    grown = [name for name, found in looks.items() if found.growth_mb > MOST_MB]
    if grown:
        raise SystemExit(f"memory grew by more than {MOST_MB:g} MB: {', '.join(grown)}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("which", nargs="*", help="live, video or server; all by default")  # fmt: skip
    parser.add_argument("--frames", type=int, default=FRAMES)
    options = parser.parse_args()
    unknown = [name for name in options.which if name not in SOAKS]
    if unknown:
        parser.error(f"{', '.join(unknown)}: not among {', '.join(SOAKS)}")
    if options.frames < TENTHS:
        parser.error(f"--frames {options.frames}: give {TENTHS} or more; they are looked at in tenths")  # fmt: skip
    return options


def row(name: str, found: Looks, frames: int) -> list[object]:
    """A row of the table."""
    warm, end = found.states[0], found.states[-1]
    memory = (round(state.memory_mb, 1) for state in (warm, end))
    return [name, *memory, warm.files, end.files, warm.threads, end.threads, round(frames / found.seconds)]  # fmt: skip


@cache
def scenes() -> list[np.ndarray]:
    """Sheets with a number of two digits for most of the time."""
    return [scene(k) for k in range(SCENES)]


def scene(k: int) -> np.ndarray:
    """One of them; its number sways by a few pixels."""
    image = sheet(HEIGHT, WIDTH)
    if k % STAYS < VISIBLE:
        moves = k // STILL
        write(image, f"{10 + k // STAYS}", 30 + moves % 7, 35 + moves % 3, 45)
    return image


def soak_live(frames: int) -> Looks:
    """`camrec live` with a camera on the network; each frame it reads has a record."""
    with MjpegServer(AT_MOST) as camera:
        camera.picture = lambda k: scenes()[k % SCENES]
        with command("live", camera.address(), "--no-window", "--json", "-") as started:
            return watched(started, lines(started), frames)


def soak_video(frames: int) -> Looks:
    """`camrec video` with a long film, which it writes annotated, too.

    As WebM: the index of an MP4 file, which FFmpeg writes at its end, grows in memory by some 75 bytes a frame.
    """
    with tempfile.TemporaryDirectory() as folder:
        film = Path(folder, "film.avi")
        # More than are counted, as the end of a run is no part of it.
        write_film(film, frames + frames // 10)
        with command("video", str(film), "--format", "webm", "--json", "-", "--out", folder) as started:  # fmt: skip
            return watched(started, lines(started), frames)


def write_film(path: Path, frames: int) -> None:
    """A film of the scenes, again and again."""
    code = cv2.VideoWriter.fourcc(*"MJPG")
    writer = cv2.VideoWriter(str(path), code, FPS, (WIDTH, HEIGHT))
    for k in range(frames):
        writer.write(scenes()[k % SCENES])
    writer.release()


def soak_server(frames: int) -> Looks:
    """`camrec serve` with one page, which posts the next frame when it has the record of the last."""
    with command("serve", "--port", "0") as started:
        assert started.stdout is not None
        place = urlsplit(started.stdout.readline().strip()).netloc
        return watched(started, answers(place), frames)


def answers(place: str) -> Iterator[bytes]:
    """Records of frames."""
    bodies = [cv2.imencode(".jpg", image)[1].tobytes() for image in scenes()]
    connection = http.client.HTTPConnection(place, timeout=60)
    for k in range(sys.maxsize):
        connection.request("POST", "/api/read?track=soak-page", bodies[k % SCENES])
        answer = connection.getresponse()
        assert answer.status == 200, answer.status
        yield answer.read()


@contextmanager
def command(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A command that runs, and is asked to end afterwards."""
    words = [sys.executable, "-m", "camrec", *arguments]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as started:  # fmt: skip
        try:
            yield started
        finally:
            started.terminate()
            assert started.stdout is not None
            for _ in started.stdout:  # it writes what it has, and would wait for us
                pass


def lines(started: subprocess.Popen[str]) -> Iterator[str]:
    """Its records."""
    assert started.stdout is not None
    return iter(started.stdout)


def watched(
    started: subprocess.Popen[str], records: Iterator[object], frames: int
) -> Looks:
    """Take as many records, look after each tenth, and tell what is there.

    Raises
    ------
    SystemExit
        Where it ended before.
    """
    next(records, None)
    begin, states = time.monotonic(), []
    for tenth in range(1, TENTHS + 1):
        wanted = frames // TENTHS - (tenth == 1)
        if sum(1 for _ in islice(records, wanted)) < wanted:
            raise SystemExit(f"it ended before {frames:,} frames")
        states.append(State.of(started.pid))
        print(f"{started.args[3]}: {tenth * frames // TENTHS:,} frames, {states[-1]}", file=sys.stderr, flush=True)  # fmt: skip
    return Looks(states, time.monotonic() - begin)


SOAKS: dict[str, Callable[[int], Looks]] = {
    "live": soak_live,
    "video": soak_video,
    "server": soak_server,
}

if __name__ == "__main__":
    main()
