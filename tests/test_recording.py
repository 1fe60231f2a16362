"""Video files: every codec that is installed, and whatever may end a recording before its time."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
import pytest
from fakes import frames_in, scene
from full_disk import largest_file

from camrec.elements import Frame
from camrec.errors import OutputError, UnfitError
from camrec.stream.sinks import encoders, video
from camrec.stream.sinks.encoders import CODECS, Codec, open_encoder
from camrec.stream.sinks.video import VideoFile

FPS = 25.0
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="limits are POSIX's here")


@pytest.fixture(params=CODECS, ids=lambda codec: codec.name)
def codec(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Codec:
    """Each codec in turn, as if no other were there."""
    chosen: Codec = request.param
    if not chosen.installed:
        pytest.skip(f"{chosen.module} is not installed")
    monkeypatch.setattr(encoders, "CODECS", (chosen,))
    return chosen


def picture(index: int, width: int = 160, height: int = 120) -> np.ndarray:
    """A coloured gradient over which a white bar moves."""
    x, y = np.meshgrid(np.linspace(30, 200, width), np.linspace(30, 200, height))
    image = np.dstack([x, y, 230 - x]).astype(np.uint8)
    image[:, 4 * index % width :][:, :8] = 240
    return image


def noise(index: int) -> np.ndarray:
    """What no codec can make small."""
    grey = np.random.default_rng(index).integers(0, 255, (240, 320, 1), np.uint8)
    return np.repeat(grey, 3, axis=2)


def record(
    file: VideoFile, count: int, shown=picture, first: int = 0, **more: int
) -> None:
    for k in range(first, first + count):
        file.write(scene(of=Frame(shown(k, **more), k, k / FPS, "film.mp4")))


def film_of(codec: Codec, folder: Path) -> VideoFile:
    return VideoFile(folder / f"film{codec.suffix}", FPS)


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def frames_of(path: Path) -> list[np.ndarray]:
    capture, images = cv2.VideoCapture(str(path)), []
    while (read := capture.read())[0]:
        images.append(read[1])
    capture.release()
    return images


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    """A disk in memory; skips where this user may not have one."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(command, check=False, capture_output=True).returncode:  # fmt: skip
        pytest.skip("only root of Linux may mount a small disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


# --- codecs


def test_each_codec_writes_what_it_was_given(codec: Codec, tmp_path: Path) -> None:
    file = film_of(codec, tmp_path)
    record(file, 30)
    file.close()
    assert left_in(tmp_path) == [file.path.name]
    images = frames_of(file.path)
    assert len(images) == file.frames == 30
    for k in (0, 15, 29):  # in order, the right way up, in the right colours
        assert cv2.PSNR(images[k], picture(k)) > 28
        assert cv2.PSNR(images[k], picture(k + 3)) < 28
    capture = cv2.VideoCapture(str(file.path))
    assert capture.get(cv2.CAP_PROP_FPS) == pytest.approx(FPS, abs=0.01)
    capture.release()


def test_the_file_says_which_codec_wrote_it(codec: Codec, tmp_path: Path) -> None:
    file = film_of(codec, tmp_path)
    record(file, 5)
    file.close()
    capture = cv2.VideoCapture(str(file.path))
    found = int(capture.get(cv2.CAP_PROP_FOURCC)).to_bytes(4, "little").decode()
    capture.release()
    expected = {"H.264": ("h264", "avc1"), "MPEG-4": ("FMP4", "mp4v"), "VP8": ("VP80",)}
    assert found in expected[codec.name.split()[0]]


@pytest.mark.parametrize("fps", [7.5, 29.97, 59.94, 1.0, 120.0])
def test_each_codec_keeps_the_rate(codec: Codec, tmp_path: Path, fps: float) -> None:
    file = VideoFile(tmp_path / f"film{codec.suffix}", fps)
    record(file, 9)
    file.close()
    capture = cv2.VideoCapture(str(file.path))
    assert capture.get(cv2.CAP_PROP_FPS) == pytest.approx(fps, rel=0.002)
    capture.release()
    assert frames_in(file.path) == 9


def test_odd_sizes_lose_their_last_row_and_column(codec: Codec, tmp_path: Path) -> None:
    file = film_of(codec, tmp_path)
    record(file, 5, width=161, height=121)
    file.close()
    images = frames_of(file.path)
    assert images[0].shape == (120, 160, 3)
    assert cv2.PSNR(images[0], picture(0, 161, 121)[:120, :160].copy()) > 28


def test_a_single_frame_is_a_video(codec: Codec, tmp_path: Path) -> None:
    file = film_of(codec, tmp_path)
    record(file, 1)
    file.close()
    assert frames_in(file.path) == 1


def test_a_size_that_cannot_be_is_told(codec: Codec, tmp_path: Path) -> None:
    file = film_of(codec, tmp_path)
    with pytest.raises(OutputError, match="cannot be made with 1 x 7 pixels"):
        record(file, 1, width=1, height=7)
    file.close()
    assert left_in(tmp_path) == []


@pytest.mark.parametrize(("free", "kind"), [(2**40, UnfitError), (0, OutputError)])
def test_with_room_on_the_disk_a_failure_is_that_of_one_video(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, kind: type
) -> None:
    monkeypatch.setattr(video, "_free_bytes", lambda _: free)
    with pytest.raises(OutputError) as told:
        record(VideoFile(tmp_path / "film.mp4", FPS), 1, width=1, height=7)
    assert type(told.value) is kind


def test_a_codec_that_fails_gives_way_to_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken:
        def __init__(self, *_: object) -> None:
            raise ImportError("libavcodec.so.62 is missing")

    broken = Codec("Broken", ".mp4", "cv2", Broken)
    sound = CODECS[2]
    monkeypatch.setattr(encoders, "CODECS", (broken, sound))
    encoder = open_encoder(tmp_path / "a.mp4", FPS, (160, 120))
    encoder.close()
    assert isinstance(encoder, sound.encoder)
    monkeypatch.setattr(encoders, "CODECS", (broken,))
    with pytest.raises(OSError, match="libavcodec.so.62 is missing"):
        open_encoder(tmp_path / "a.mp4", FPS, (160, 120))


def test_opencv_always_can(tmp_path: Path) -> None:
    for suffix in encoders.SUFFIXES:
        assert "OpenCV" in [*encoders.codecs(suffix)][-1].name


# --- full disks


def test_a_disk_that_fills_ends_the_file_and_keeps_it(
    codec: Codec, tmp_path: Path
) -> None:
    with small_disk(tmp_path, megabytes=5) as disk:
        file = film_of(codec, disk)
        with pytest.raises(OutputError, match="ends early, as the disk is full") as told:  # fmt: skip
            record(file, 1000, noise)
        file.close()
        assert left_in(disk) == [file.path.name]
        kept = frames_in(file.path)
        assert kept == file.frames > 5
        assert f"its first {kept} frames are kept" in str(told.value)
        assert cv2.PSNR(frames_of(file.path)[0], noise(0)) > 15


def test_room_is_left_to_finish_the_file(
    codec: Codec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = iter([100 * 2**20] * 7 + [2**20] * 5)
    monkeypatch.setattr(video, "_free_bytes", lambda _: next(free))
    file = film_of(codec, tmp_path)
    with pytest.raises(OutputError, match="its first 7 frames are kept; 1 MB are free"):
        record(file, 20)
    assert left_in(tmp_path) == [file.path.name]
    assert frames_in(file.path) == 7


def test_a_disk_that_is_full_from_the_start_is_told(
    codec: Codec, tmp_path: Path
) -> None:
    program = f"""
import sys
sys.path[:0] = {sys.path!r}
from pathlib import Path
from test_recording import OutputError, VideoFile, encoders, record, video
encoders.CODECS = (encoders.CODECS[{CODECS.index(codec)}],)
video._free_bytes = lambda _: 1000
file = VideoFile(Path("film{codec.suffix}"), 25.0)
try:
    record(file, 1)
except OutputError as error:
    print(error)
file.close()
"""  # in a process of its own: FFmpeg may crash when it ends a file without a frame
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "ends early, as the disk is full; 0 MB are free" in done.stdout
    assert left_in(tmp_path) == []


@POSIX
@pytest.mark.parametrize("size", [100, 5_000])
def test_a_disk_that_takes_hardly_anything_is_survived(
    codec: Codec, tmp_path: Path, size: int
) -> None:
    file = film_of(codec, tmp_path)
    with largest_file(size), pytest.raises(OutputError, match="the video"):
        record(file, 40, noise)
        file.close()
    file.close()
    assert all(frames_in(path) > 0 for path in tmp_path.iterdir())


@POSIX
def test_a_write_that_fails_leaves_nothing_broken(codec: Codec, tmp_path: Path) -> None:
    """A quota, or a limit as here: no free space tells of it before."""
    file = film_of(codec, tmp_path)
    with largest_file(300_000), pytest.raises(OutputError, match="the video") as told:
        record(file, 100, noise)
        file.close()
    file.close()
    if codec.name != "MPEG-4 part 2 by OpenCV":
        assert left_in(tmp_path) == [file.path.name]
        assert f"its first {frames_in(file.path)} frames" in str(told.value)
        assert frames_in(file.path) > 0
    else:  # without its table of contents, which comes last, this one is nothing
        assert left_in(tmp_path) == []


# --- stopped runs


@POSIX
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_a_process_after_its_file(
    codec: Codec, tmp_path: Path, number: int
) -> None:
    """The signal goes to the whole group, as from a terminal: a codec's own process must not die of it."""
    program = f"""
import os, signal, sys
sys.path[:0] = {sys.path!r}
from pathlib import Path
from test_recording import encoders, record, VideoFile
encoders.CODECS = (encoders.CODECS[{CODECS.index(codec)}],)
signal.signal({number}, lambda *_: None)
file = VideoFile(Path("film{codec.suffix}"), 25.0)
record(file, 10)
os.killpg(0, {number})
record(file, 10, first=10)
file.close()
"""
    subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        check=True,
        start_new_session=True,
        timeout=60,
    )
    assert frames_in(tmp_path / f"film{codec.suffix}") == 20


# --- as a user meets it


@POSIX
def test_a_video_that_cannot_be_continued_is_told_in_a_sentence(tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    writer = cv2.VideoWriter(str(film), cv2.VideoWriter.fourcc(*"mp4v"), 20.0, (320, 240))  # fmt: skip
    for k in range(30):
        writer.write(noise(k))
    writer.release()
    program = f"""
import resource, sys
sys.path[:0] = {sys.path!r}
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
from camrec.cli import main
sys.argv = ["camrec", "video", "film.mp4", "--lines", "never", "--json", "-"]
main()
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    first = done.stderr.splitlines()[0]
    assert first.startswith("camrec: film.camrec.mp4: the video")
    assert "MB are free there" in first
    assert len(done.stdout.splitlines()) == 30  # the records are whole all the same
    kept = [name for name in left_in(tmp_path) if name != "film.mp4"]
    assert kept in ([], ["film.camrec.mp4"])
    assert all(frames_in(tmp_path / name) > 0 for name in kept)
