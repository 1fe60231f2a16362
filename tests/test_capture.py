"""Everything that brings frames in: pictures, recorded video, live streams, cameras; and what is said when it fails."""

from __future__ import annotations

import io
import json
import os
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest
from click.testing import CliRunner
from mjpeg_server import HEIGHT, SOME_FRAMES, WIDTH, MjpegServer, index_of

from camrec.cli.cameras import command
from camrec.elements import Frame
from camrec.errors import SourceError
from camrec.settings import CaptureSettings
from camrec.stream.capture import (
    Camera,
    Source,
    backends,
    cameras,
    list_cameras,
    open_source,
)
from camrec.stream.capture import names as names_of_cameras
from camrec.stream.capture.containers import missing_bytes
from camrec.stream.capture.pictures import natural

FRAMES, FPS = 40, 20.0
HASTY = CaptureSettings(open_timeout_s=0.5, stale_after_s=0.3, reconnect_for_s=0)
FORMATS = [("a.mp4", "mp4v"), ("a.avi", "MJPG"), ("a.webm", "VP80"), ("a.mkv", "FFV1")]


def write_video(path: Path, code: str = "mp4v", frames: int = FRAMES) -> Path:
    """A film whose frames differ: a blurred pattern that moves, so that each takes some bytes."""
    size = (WIDTH, HEIGHT)
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*code), FPS, size)
    assert writer.isOpened()
    noise = np.random.default_rng(0).integers(0, 255, (HEIGHT, WIDTH, 3), np.uint8)
    pattern = cv2.GaussianBlur(noise, (9, 9), 0)
    for index in range(frames):
        writer.write(np.roll(pattern, 3 * index, 1))
    writer.release()
    return path


def write_picture(path: Path, grey: int = 200) -> Path:
    ok, data = cv2.imencode(path.suffix, np.full((6, 8, 3), grey, np.uint8))
    assert ok
    path.write_bytes(data.tobytes())
    return path


def read_all(
    spec: int | str | os.PathLike[str], settings: CaptureSettings | None = None
) -> tuple[list[Frame], list[str]]:
    """All frames of a source, and what it reported."""
    errors: list[SourceError] = []
    with open_source(spec, on_error=errors.append, settings=settings) as source:
        frames = list(source)
    return frames, [str(error) for error in errors]


def refusal(
    spec: int | str | os.PathLike[str], settings: CaptureSettings | None = None
) -> str:
    """The one sentence with which `open_source` refuses."""
    with pytest.raises(SourceError) as caught:
        open_source(spec, settings=settings)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def boxes(data: bytes) -> list[tuple[bytes, bytes]]:
    """Names and whole bytes of the outermost boxes of an MP4."""
    found = []
    while data:
        length = int.from_bytes(data[:4], "big")
        found.append((data[4:8], data[:length]))
        data = data[length:]
    return found


def index_first(data: bytes) -> bytes:
    """An MP4 whose index lies before its frames, as phones and "faststart" write it."""
    parts = dict(boxes(data))
    moov = bytearray(parts.pop(b"moov"))
    table = moov.find(b"stco") + 8
    (entries,) = struct.unpack_from(">I", moov, table)
    for at in range(table + 4, table + 4 + 4 * entries, 4):
        struct.pack_into(">I", moov, at, *struct.unpack_from(">I", moov, at))
        (offset,) = struct.unpack_from(">I", moov, at)
        struct.pack_into(">I", moov, at, offset + len(moov))
    return parts.pop(b"ftyp") + bytes(moov) + b"".join(parts.values())


def damage(data: bytes, start: float, end: float) -> bytes:
    """Zeros over a share of the frames of an MP4."""
    at = data.index(b"mdat") + 4
    length = data.index(b"moov") - 4 - at
    first, last = at + round(start * length), at + round(end * length)
    return data[:first] + bytes(last - first) + data[last:]


# --- pictures ---


def test_one_picture(tmp_path: Path) -> None:
    path = write_picture(tmp_path / "page.png")
    with open_source(path) as source:
        assert (source.name, source.count, source.fps) == (str(path), 1, 0)
        assert source.still and not source.live
        (frame,) = source
    assert (frame.index, frame.time, frame.source) == (0, 0.0, str(path))
    assert frame.image.shape == (6, 8, 3)


def test_picture_without_a_suffix_is_known_by_its_content(tmp_path: Path) -> None:
    path = write_picture(tmp_path / "page.jpg").rename(tmp_path / "scan0001")
    with open_source(path) as source:
        assert source.still and len(list(source)) == 1


def test_folder_in_natural_order(tmp_path: Path) -> None:
    for name in ("page10.png", "page2.PNG", "Page1.jpg", "page2.camrec.png"):
        write_picture(tmp_path / name.lower()).rename(tmp_path / name)
    (tmp_path / "notes.txt").write_text("7")
    (tmp_path / "._page3.png").write_bytes(b"macOS")
    (tmp_path / "folder.png").mkdir()
    with open_source(tmp_path, on_error=lambda error: None) as source:
        assert source.still
        names = [Path(frame.source).name for frame in source]
    assert names == ["Page1.jpg", "page2.PNG", "page10.png"]


def test_numbers_in_names_are_those_that_count() -> None:
    names = ["2\u00b21.png", "2.png", "1\u06632.png", "1a2.png", "10.png", "\u0663.png"]
    assert sorted(names, key=natural) == ["1a2.png", "1\u06632.png", "2.png", "2\u00b21.png", "10.png", "\u0663.png"]  # fmt: skip


def test_folder_without_pictures(tmp_path: Path) -> None:
    write_picture(tmp_path / "page.camrec.png")
    message = refusal(tmp_path)
    assert "holds no picture" in message and "give a folder with" in message


def test_unreadable_pictures_are_reported_and_the_rest_is_read(tmp_path: Path) -> None:
    for name in ("1.png", "2.png", "3.png", "4.png"):
        write_picture(tmp_path / name)
    (tmp_path / "2.png").write_bytes(b"")
    (tmp_path / "3.png").write_bytes(os.urandom(500))
    frames, errors = read_all(tmp_path)
    assert [Path(frame.source).name for frame in frames] == ["1.png", "4.png"]
    assert len(errors) == 2
    assert "2.png is empty" in errors[0] and "3.png is neither" in errors[1]


def test_without_on_error_the_first_unreadable_picture_raises(tmp_path: Path) -> None:
    (tmp_path / "1.png").write_bytes(b"")
    with open_source(tmp_path) as source, pytest.raises(SourceError, match="is empty"):
        list(source)


def test_glob(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    for name in ("a10.png", "a9.png", "b1.png", "a1.camrec.png", "deep/a3.png"):
        write_picture(tmp_path / name)
    frames, _ = read_all(str(tmp_path / "a*.png"))
    assert [Path(frame.source).name for frame in frames] == ["a9.png", "a10.png"]
    frames, _ = read_all(str(tmp_path / "**" / "a*.png"))
    assert len(frames) == 3
    assert "matches no file" in refusal(str(tmp_path / "c*.png"))


def test_a_file_whose_name_looks_like_a_glob(tmp_path: Path) -> None:
    frames, _ = read_all(str(write_picture(tmp_path / "page[1].png")))
    assert len(frames) == 1


def test_glob_of_videos(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.avi", "MJPG", frames=2)
    assert len(read_all(str(tmp_path / "*.avi"))[0]) == 2
    path.with_name("b.avi").write_bytes(path.read_bytes())
    assert "matches 2 files but no picture" in refusal(str(tmp_path / "*.avi"))


def test_numbered_pictures_are_a_film_with_its_gaps(tmp_path: Path) -> None:
    for number in (8, 9, 11):
        write_picture(tmp_path / f"img_{number:04d}.png")
    write_picture(tmp_path / "img_0009.camrec.png")
    with open_source(tmp_path / "img_%04d.png") as source:
        assert (source.still, source.fps, source.count) == (False, 25.0, 3)
        frames = list(source)
    assert [frame.index for frame in frames] == [0, 1, 3]
    assert [frame.time for frame in frames] == pytest.approx([0, 0.04, 0.12])
    assert "matches no file" in refusal(str(tmp_path / "jpg_%04d.png"))
    assert "cannot be listed" in refusal(str(tmp_path / "none" / "img_%04d.png"))


def stdin_of(data: bytes, is_terminal: bool = False) -> Any:
    return SimpleNamespace(buffer=io.BytesIO(data), isatty=lambda: is_terminal)


def test_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = write_picture(tmp_path / "a.png").read_bytes()
    monkeypatch.setattr(sys, "stdin", stdin_of(data))
    (frame,), _ = read_all("-")
    assert frame.source == "-" and frame.width == 8


def test_standard_input_without_a_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", stdin_of(b""))
    assert "standard input is empty" in read_all("-")[1][0]
    monkeypatch.setattr(sys, "stdin", stdin_of(b"", is_terminal=True))
    assert "standard input is a terminal; pipe" in read_all("-")[1][0]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_pipe(tmp_path: Path) -> None:
    data = write_picture(tmp_path / "a.png").read_bytes()
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(data,))
    writer.start()
    frames, errors = read_all(pipe)
    writer.join()
    assert len(frames) == 1 and not errors


# --- recorded video ---


@pytest.mark.parametrize(("name", "code"), FORMATS)
def test_video_loses_nothing(tmp_path: Path, name: str, code: str) -> None:
    path = write_video(tmp_path / name, code)
    with open_source(str(path)) as source:
        assert (source.name, source.fps, source.count) == (str(path), FPS, FRAMES)
        assert not source.live and not source.still
        frames = list(source)
    assert [frame.index for frame in frames] == list(range(FRAMES))
    assert [f.time for f in frames] == pytest.approx([n / FPS for n in range(FRAMES)])
    assert {frame.source for frame in frames} == {str(path)}
    assert frames[0].image.shape == (HEIGHT, WIDTH, 3)
    assert frames[0].image.dtype == np.uint8


@pytest.mark.parametrize(("name", "code"), FORMATS)
def test_whole_files_lack_nothing(tmp_path: Path, name: str, code: str) -> None:
    data = write_video(tmp_path / name, code).read_bytes()
    assert missing_bytes(str(tmp_path / name)) == 0
    (tmp_path / name).write_bytes(data[:-100])
    assert missing_bytes(str(tmp_path / name)) == 100


@pytest.mark.parametrize(("name", "code"), FORMATS[1:])
def test_cut_short_is_read_as_far_as_it_goes(
    tmp_path: Path, name: str, code: str
) -> None:
    path = write_video(tmp_path / name, code)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    frames, errors = read_all(path)
    assert FRAMES // 4 < len(frames) < 3 * FRAMES // 4
    (message,) = errors
    assert f"only its first {len(frames)} frames were read" in message
    assert "is cut short by" in message and "copy or record it again" in message


def test_cut_short_mp4_with_its_index_first(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4")
    data = index_first(path.read_bytes())
    path.write_bytes(data)
    assert read_all(path)[1] == []
    path.write_bytes(data[: len(data) * 2 // 3])
    frames, errors = read_all(path)
    assert 5 < len(frames) < FRAMES
    assert len(errors) == 1 and "is cut short by" in errors[0]


def test_cut_short_without_on_error_raises_after_the_last_frame(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.avi", "MJPG")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    frames: list[Frame] = []
    with open_source(path) as source, pytest.raises(SourceError, match="cut short"):
        frames.extend(source)
    assert len(frames) > FRAMES // 4


def test_cut_short_mp4_whose_index_is_lost(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4")
    path.write_bytes(path.read_bytes()[:-200])
    assert "is cut short by 200 bytes and cannot be played" in refusal(path)


def test_a_frame_count_that_is_too_high_is_no_error(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.avi", "MJPG")
    data = bytearray(path.read_bytes())
    struct.pack_into("<I", data, data.index(b"avih") + 8 + 16, FRAMES + 3)
    struct.pack_into("<I", data, data.index(b"strh") + 8 + 32, FRAMES + 3)
    path.write_bytes(data)
    with open_source(path) as source:
        assert source.count == FRAMES + 3
    frames, errors = read_all(path)
    assert len(frames) == FRAMES and not errors


@pytest.mark.parametrize(("start", "end"), [(0.0, 0.05), (0.4, 0.6)])
def test_damaged_frames_are_skipped_and_reported(
    tmp_path: Path, start: float, end: float
) -> None:
    path = write_video(tmp_path / "a.mp4", "MJPG")  # each frame for itself
    path.write_bytes(damage(path.read_bytes(), start, end))
    frames, errors = read_all(path)
    lost = set(range(FRAMES)) - {frame.index for frame in frames}
    assert 1 <= len(lost) < FRAMES // 3
    assert frames[-1].index == FRAMES - 1  # what follows keeps its place in time
    assert all(frame.time == frame.index / FPS for frame in frames)
    (message,) = errors
    assert f"is damaged: {len(lost)} of {FRAMES} frames cannot be decoded" in message


def test_first_frame_broken(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", "MJPG")
    path.write_bytes(damage(path.read_bytes(), 0, 0.01))
    frames, errors = read_all(path)
    assert frames[0].index == 1 and len(frames) == FRAMES - 1
    assert "1 of 40 frames cannot be decoded, the others were read" in errors[0]


def test_all_frames_broken(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", "MJPG")
    path.write_bytes(damage(path.read_bytes(), 0, 1))
    frames, errors = read_all(path)
    assert not frames
    assert "none of its frames can be decoded; copy or record it again" in errors[0]


@pytest.mark.parametrize(
    ("name", "data", "found"),
    [
        ("notes.mp4", b"hello world\n" * 200, "holds text; give a picture or a video"),
        ("notes.txt", b"hello world\n" * 200, "holds text; give a picture or a video"),
        ("empty.mp4", b"", "is empty; copy or record it again"),
        ("rubbish.mp4", bytes(range(256)) * 20, "is neither a picture nor a video"),
        ("unfinished.mp4", b"\0\0\0\x18ftypisom" + bytes(300), "damaged, unfinished"),
    ],
)
def test_no_video(tmp_path: Path, name: str, data: bytes, found: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    message = refusal(path)
    assert message.startswith(f"{path} ") and found in message


def test_rotation_is_honoured(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", frames=3)
    upright = read_all(path)[0][0].image
    data = bytearray(path.read_bytes())
    quarter = (0, 1 << 16, 0, -1 << 16, 0, 0, HEIGHT << 16, 0, 1 << 30)
    struct.pack_into(">9i", data, data.index(b"tkhd") + 44, *quarter)
    path.write_bytes(data)
    frames, errors = read_all(path)
    assert not errors
    assert np.array_equal(frames[0].image, np.rot90(upright, -1))


@pytest.mark.skipif(os.name == "nt", reason="no such names on Windows")
@pytest.mark.parametrize("name", ["http:clip.mp4", "50%d.mp4", "größe 数字.mp4"])
def test_odd_names(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    write_video(tmp_path / "a.mp4", frames=3).rename(tmp_path / name)
    monkeypatch.chdir(tmp_path)
    assert len(read_all(name)[0]) == 3


def test_joined_jpegs_are_a_film(tmp_path: Path) -> None:
    jpeg = write_picture(tmp_path / "a.jpg").read_bytes()
    path = tmp_path / "cam.mjpeg"
    path.write_bytes(jpeg * 7)
    with open_source(path) as source:
        assert not source.still
        assert len(list(source)) == 7


def test_closing_while_another_thread_reads(tmp_path: Path) -> None:
    source = open_source(write_video(tmp_path / "a.mp4", frames=400))
    seen: list[Frame] = []
    begun = threading.Event()

    def read() -> None:
        for frame in source:
            seen.append(frame)
            begun.set()
            time.sleep(0.001)

    reader = threading.Thread(target=read)
    reader.start()
    assert begun.wait(5)
    source.close()
    source.close()
    reader.join(5)
    assert not reader.is_alive() and len(seen) < 400
    assert list(source) == []


def test_opencv_and_ffmpeg_keep_quiet(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4")
    path.write_bytes(damage(path.read_bytes(), 0.2, 0.6))
    (tmp_path / "b.mp4").write_bytes(b"hello")
    code = (
        "import sys; from camrec import open_source, SourceError\n"
        "for path in sys.argv[1:]:\n"
        "    try: list(open_source(path, on_error=lambda error: None))\n"
        "    except SourceError: pass\n"
    )
    clean = {k: v for k, v in os.environ.items() if not k.startswith("OPENCV_")}
    done = subprocess.run(
        [sys.executable, "-c", code, path, tmp_path / "b.mp4", "7", "http://[::1]:9/"],
        capture_output=True,
        env=clean | {"PYTHONPATH": os.pathsep.join(sys.path)},
        check=True,
    )
    assert (done.stdout, done.stderr) == (b"", b"")


# --- live streams ---


def test_live_stream(mjpeg_server: MjpegServer) -> None:
    address = mjpeg_server.address()
    with open_source(address) as source:
        assert source.live and not source.still and source.count is None
        assert source.name == address
        frames = [frame for frame, _ in zip(source, range(10), strict=False)]
    # On a busy machine the first frame may be stale before anyone asks for it.
    assert 0 <= frames[0].index < 30 and 0 <= frames[0].time < 1
    assert frames[0].image.shape == (HEIGHT, WIDTH, 3)
    assert all(a.index < b.index for a, b in pairwise(frames))
    assert all(a.time < b.time for a, b in pairwise(frames))
    assert frames[0].source == address
    assert not [t for t in threading.enumerate() if t.name.startswith("capture")]


def test_a_slow_reader_gets_the_newest_frame(mjpeg_server: MjpegServer) -> None:
    with open_source(mjpeg_server.address()) as source:
        start = time.monotonic()
        frames = iter(source)
        next(frames)
        for _ in range(3):
            time.sleep(0.25)
            late = next(frames)
        waited_s = time.monotonic() - start
    assert late.index >= 10  # 0.75 s at 60 frames/s, with room for a busy machine
    assert late.time == pytest.approx(waited_s, abs=0.2)
    assert index_of(late.image) == late.index % 50


@pytest.mark.parametrize("path", ["dies", "hangs"])
def test_a_stream_that_stops(mjpeg_server: MjpegServer, path: str) -> None:
    start = time.monotonic()
    frames, errors = read_all(mjpeg_server.address(path), HASTY)
    assert 0.3 < time.monotonic() - start < 3
    assert 1 <= len(frames) <= SOME_FRAMES
    assert len(errors) == 1
    assert f"/{path} has sent no picture for 0." in errors[0]
    assert "s; check the cable" in errors[0]


def test_a_stream_that_stops_raises_without_on_error(mjpeg_server: MjpegServer) -> None:
    address = mjpeg_server.address("dies")
    with (
        open_source(address, settings=HASTY) as source,
        pytest.raises(SourceError, match="has sent no picture"),
    ):
        list(source)


def test_closing_a_live_stream_ends_the_iteration(mjpeg_server: MjpegServer) -> None:
    source = open_source(mjpeg_server.address())
    reader = threading.Thread(target=list, args=(source,))
    reader.start()
    source.close()
    source.close()
    reader.join(2)
    assert not reader.is_alive()


@pytest.mark.parametrize("path", ["silent", "else", "page"])
def test_dead_address(mjpeg_server: MjpegServer, path: str) -> None:
    start = time.monotonic()
    message = refusal(mjpeg_server.address(path), HASTY)
    assert time.monotonic() - start < 3
    assert "does not answer, or sends no video; check the address" in message


def test_nobody_listens() -> None:
    assert "does not answer" in refusal("rtsp://127.0.0.1:9/cam", HASTY)


def test_passwords_are_not_repeated() -> None:
    message = refusal("rtsp://me:se:cr@et@127.0.0.1:9/cam", HASTY)
    assert message.startswith("rtsp://me:***@127.0.0.1:9/cam does not answer")


@pytest.mark.parametrize("address", ["file:///etc/passwd", "concat://a", "ftp://a/b"])
def test_unknown_kind_of_address(address: str) -> None:
    assert "begins with rtsp:// or http://" in refusal(address)


def test_windows_paths_are_no_addresses() -> None:
    for path in ("C:\\scans\\page.png", "C:/scans/page.png", "c:page.png"):
        assert refusal(path) == f"{path} does not exist; check the path"


def test_recorded_video_over_http_loses_nothing(
    tmp_path: Path, mjpeg_server: MjpegServer
) -> None:
    data = write_video(tmp_path / "a.avi", "MJPG").read_bytes()
    mjpeg_server.files["a.avi"] = data
    with open_source(mjpeg_server.address("a.avi")) as source:
        assert not source.live and source.count == FRAMES
        assert len(list(source)) == FRAMES


# --- cameras ---


@pytest.fixture
def plug_in(
    tmp_path: Path, mjpeg_server: MjpegServer, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., None]:
    """Gives this computer cameras: those in `working` can be opened and show the MJPEG stream."""

    def plug(names: dict[int, str], working: set[int]) -> None:
        for index, name in names.items():
            (tmp_path / "class" / f"video{index}").mkdir(parents=True)
            (tmp_path / "class" / f"video{index}" / "name").write_text(name + "\n")
        real = cv2.VideoCapture
        stream = mjpeg_server.address()

        def open_stream(index: int, backend: int) -> cv2.VideoCapture:
            return real(stream, cv2.CAP_FFMPEG) if index in working else real()

        monkeypatch.setattr(names_of_cameras, "LINUX_CAMERAS", tmp_path / "class")
        linux = SimpleNamespace(platform="linux")
        for module in (cameras, names_of_cameras, backends):
            monkeypatch.setattr(module, "sys", linux)
        monkeypatch.setattr(
            backends,
            "cv2",
            SimpleNamespace(**vars(cv2) | {"VideoCapture": open_stream}),
        )

    return plug


def first_frame(source: Source) -> Frame:
    with source:
        return next(iter(source))


@pytest.mark.parametrize("spec", [0, "0", "/dev/video0", "HD web"])
def test_camera(plug_in: Callable[..., None], spec: int | str) -> None:
    plug_in({0: "Acme HD Webcam"}, working={0})
    frame = first_frame(open_source(spec))
    assert frame.source == "camera 0" and frame.width == WIDTH


def test_list_cameras(plug_in: Callable[..., None]) -> None:
    plug_in({10: "Desk", 2: "Lid", 3: "Lid metadata"}, working={2, 10})
    assert list_cameras() == [
        Camera(2, "Lid", WIDTH, HEIGHT, 25.0, "FFMPEG"),
        Camera(10, "Desk", WIDTH, HEIGHT, 25.0, "FFMPEG"),
    ]


def test_cameras_command(plug_in: Callable[..., None], tmp_path: Path) -> None:
    plug_in({10: "Desk", 2: "Lid"}, working={2, 10})
    table = CliRunner().invoke(command, []).stdout.splitlines()
    assert table[0].split() == ["INDEX", "NAME", "SIZE", "RATE", "BACKEND", "MODES"]
    assert table[1].split() == [
        "2",
        "Lid",
        "160x120",
        "25",
        "FFMPEG",
        "160x120",
        "at",
        "25/s",
    ]
    done = CliRunner().invoke(command, ["--json", "-"])
    objects = [json.loads(line) for line in done.stdout.splitlines()]
    assert [item["index"] for item in objects] == [2, 10]
    modes = [{"width": WIDTH, "height": HEIGHT, "fps": 25.0}]
    assert objects[0] == asdict(list_cameras()[0]) | {"modes": modes}
    CliRunner().invoke(command, ["--json", str(tmp_path / "c.jsonl")])
    assert (tmp_path / "c.jsonl").read_text() == done.stdout


@pytest.mark.parametrize("options", [[], ["--json", "-"]])
def test_cameras_command_without_a_camera(
    plug_in: Callable[..., None], options: list[str]
) -> None:
    plug_in({}, working=set())
    done = CliRunner().invoke(command, options)
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr.startswith("no camera was found: connect one")


def test_unknown_camera_lists_those_there_are(plug_in: Callable[..., None]) -> None:
    plug_in({0: "Lid", 2: "Desk"}, working={0, 2})
    listed = "cameras here: 0 (Lid, 160x120), 2 (Desk, 160x120)"
    assert refusal(5) == f"camera 5 cannot be opened; {listed}"
    assert refusal("kitchen") == f"kitchen is neither a file nor a camera; {listed}"


def test_no_camera_at_all(plug_in: Callable[..., None]) -> None:
    plug_in({}, working=set())
    assert list_cameras() == []
    assert "no camera was found: connect one, or give" in refusal(0)


def test_camera_that_refuses(plug_in: Callable[..., None]) -> None:
    plug_in({0: "Lid"}, working=set())
    assert "Lid (/dev/video0) refused: close programs that use it" in refusal(0)


@pytest.mark.parametrize("spec", [-1, "-1", "-20"])
def test_negative_index(spec: int | str) -> None:
    assert refusal(spec) == f"camera {spec} cannot exist; indices start at 0"


def test_camera_that_opens_but_sends_nothing(
    plug_in: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    plug_in({0: "Lid"}, working={0})
    monkeypatch.setattr(
        "camrec.stream.capture.connection.read_stamped", lambda capture: (None, 0.0)
    )
    assert "camera 0 opens but sends no picture" in refusal(0, HASTY)


@pytest.mark.parametrize("spec", ["", "page.png", "no/such/folder", "a b.jpg"])
def test_missing_file(spec: str) -> None:
    assert "does not exist; check the path" in refusal(spec)
