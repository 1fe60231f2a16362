"""Cameras and streams that fail: dropped, silent, hanging, plugged in elsewhere; and the newest frame, never an old one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest
from fakes import write_video
from mjpeg_server import HEIGHT, WIDTH, MjpegServer, picture

from camrec.elements import Frame
from camrec.errors import SourceError
from camrec.settings import CaptureSettings
from camrec.stream.capture import LiveSource, backends, names, open_source
from camrec.stream.capture import newest as newest_module
from camrec.stream.capture.cameras import Plug
from camrec.stream.capture.newest import NewestFrame
from camrec.stream.capture.orientation import Orientation
from camrec.stream.feed import feed_of

STEADFAST = CaptureSettings(open_timeout_s=2.0, stale_after_s=0.3, reconnect_for_s=60.0)
CHECKOUT = str(Path(__file__).parents[1])
posix = pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's here")


def until(condition: Callable[[], Any], limit_s: float = 20.0) -> None:
    deadline = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


def next_frame(source: LiveSource, like: Callable[[Frame], bool]) -> Frame:
    """The next frame that is as it should be."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        frame = source.take(0.1)
        if frame is not None and like(frame):
            return frame
    raise AssertionError("no such frame came")


@pytest.fixture
def source(mjpeg_server: MjpegServer) -> Iterator[LiveSource]:
    """The stream of the server; what goes wrong with it fails the test."""
    with open_source(mjpeg_server.address(), settings=STEADFAST) as opened:
        assert isinstance(opened, LiveSource)
        yield opened


# --- what was lost comes back


@pytest.mark.parametrize("condition", ["down", "stalls"])
def test_a_stream_that_was_lost_comes_back(
    mjpeg_server: MjpegServer,
    source: LiveSource,
    condition: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    before = next_frame(source, lambda frame: True)
    assert source.trouble == ""
    mjpeg_server.condition = condition
    until(lambda: source.trouble)
    assert source.trouble.startswith("no picture for ")
    assert "connecting again, giving up in " in source.trouble
    mjpeg_server.condition = "sends"
    after = next_frame(source, lambda frame: frame.time > before.time + 0.3)
    until(lambda: not source.trouble)
    assert after.index > before.index and not source.ended
    assert mjpeg_server.connections >= 2
    told = [record.getMessage() for record in caplog.records]
    assert any("sends no picture any more" in line for line in told)
    assert any("is back" in line for line in told)


def test_a_stream_may_change_its_size(
    mjpeg_server: MjpegServer, source: LiveSource
) -> None:
    before = next_frame(source, lambda frame: True)
    mjpeg_server.picture = lambda index: cv2.resize(picture(index), (320, 200))
    # On the way OpenCV fits pictures to the size that the connection began with; the next one begins with the new.
    later = next_frame(source, lambda frame: frame.time > before.time + 0.3)
    assert (later.width, later.height) == (WIDTH, HEIGHT)
    mjpeg_server.condition = "down"
    until(lambda: source.trouble)
    mjpeg_server.condition = "sends"
    assert next_frame(source, lambda frame: frame.width == 320).height == 200


def test_what_does_not_come_back_is_given_up(mjpeg_server: MjpegServer) -> None:
    errors: list[SourceError] = []
    settings = CaptureSettings(stale_after_s=0.2, reconnect_for_s=1.0)
    with open_source(
        mjpeg_server.address(), settings=settings, on_error=errors.append
    ) as source:
        iterator = iter(source)
        next(iterator)
        begin = time.monotonic()
        mjpeg_server.condition = "down"
        assert all(frame.width == WIDTH for frame in iterator)  # and it ends
        assert time.monotonic() - begin >= 0.9
    assert len(errors) == 1
    assert "has sent no picture for 1" in str(errors[0])


def test_while_nobody_asks_the_source_is_brought_back_too(
    mjpeg_server: MjpegServer, source: LiveSource
) -> None:
    mjpeg_server.condition = "down"
    until(lambda: source.trouble)
    mjpeg_server.condition = "sends"
    until(lambda: not source.trouble)


# --- drivers that hang, by fake cameras


class FakeCapture:
    """Stands in for ``cv2.VideoCapture``: sends pictures until its `life` ends, and then does what `then` does."""

    def __init__(self, life: int = 10**9, then: Callable[[], Any] = lambda: None):
        self.released = threading.Event()
        self.asked: dict[int, float] = {}
        self._left = life
        self._then = then

    def isOpened(self) -> bool:
        return True

    def grab(self) -> bool:
        time.sleep(0.01)
        self._left -= 1
        if self._left < 0:
            self._then()
        return self._left >= 0

    def retrieve(self) -> tuple[bool, np.ndarray]:
        return True, np.zeros((12, 16, 3), np.uint8)

    def getBackendName(self) -> str:
        return "FAKE"

    def get(self, what: int) -> float:
        return {cv2.CAP_PROP_FRAME_WIDTH: 640, cv2.CAP_PROP_FRAME_HEIGHT: 480}.get(what, 0)  # fmt: skip

    def set(self, what: int, value: float) -> bool:
        self.asked[what] = value
        return what != cv2.CAP_PROP_FPS

    def release(self) -> None:
        self.released.set()


@pytest.fixture
def release() -> Iterator[threading.Event]:
    """What hanging drivers wait for; comes at the end of a test at the latest."""
    event = threading.Event()
    yield event
    event.set()


def live(
    *captures: FakeCapture | None, settings: CaptureSettings = STEADFAST
) -> LiveSource:
    """A camera that opens as each of `captures` in turn; None hangs in opening, or fails where there are no more."""
    waiting = list(captures)

    def openings() -> Iterator[Any]:
        if waiting:
            yield waiting.pop(0)

    return LiveSource("camera 0", openings, settings)


def test_a_read_that_never_returns_is_left_and_the_camera_opened_anew(
    release: threading.Event,
) -> None:
    hanging = FakeCapture(3, then=lambda: release.wait(30))
    with live(hanging, FakeCapture()) as source:
        next_frame(source, lambda frame: frame.index > 20)
    assert not hanging.released.is_set()
    release.set()
    assert hanging.released.wait(5)  # by its own thread, as soon as it can


def test_closing_does_not_wait_for_a_read_that_hangs(release: threading.Event) -> None:
    source = live(FakeCapture(3, then=lambda: release.wait(30)))
    begin = time.monotonic()
    source.close()
    assert time.monotonic() - begin < 5
    assert source.ended and source.take(0.1) is None


def test_a_camera_that_hangs_when_opened_is_refused(release: threading.Event) -> None:
    def openings() -> Iterator[Any]:
        release.wait(30)
        yield FakeCapture()

    settings = CaptureSettings(open_timeout_s=0.3)
    with pytest.raises(SourceError, match="does not answer; unplug it"):
        LiveSource("camera 0", openings, settings)


def test_a_camera_that_is_unplugged_and_plugged_in(release: threading.Event) -> None:
    unplugged = FakeCapture(3)
    with live(unplugged, FakeCapture(3), FakeCapture()) as source:
        next_frame(source, lambda frame: frame.index > 20)
        assert unplugged.released.is_set()
    assert not [t for t in threading.enumerate() if t.name in ("keeper", "capture")]


def test_one_damaged_picture_is_no_reason_to_open_anew() -> None:
    class Flickering(FakeCapture):
        def retrieve(self) -> tuple[bool, np.ndarray]:
            if self._left % 3 == 0:
                raise cv2.error("a damaged JPEG")
            return super().retrieve()

    with live(Flickering()) as source:
        next_frame(source, lambda frame: frame.index > 60)
        assert source.trouble == ""


def test_where_somebody_asks_to_stop_while_it_opens_there_are_no_frames(
    mjpeg_server: MjpegServer,
) -> None:
    begin = time.monotonic()
    with open_source(mjpeg_server.address("silent"), stop=lambda: True) as source:
        assert list(source) == []
    assert time.monotonic() - begin < 5  # and not the ten seconds of --open-timeout


# --- the newest frame


def put(newest: NewestFrame, age_s: float) -> None:
    newest.put(np.zeros((2, 2, 3), np.uint8), time.monotonic() - age_s)


def slot(*ages_s: float) -> NewestFrame:
    newest = NewestFrame("camera 0")
    for age_s in ages_s:
        put(newest, age_s)
    return newest


def test_a_fresh_frame_is_taken_at_once_and_only_once() -> None:
    newest = slot(20.0, 10.0, 1.0)
    begin = time.monotonic()
    taken = newest.take(5.0)
    assert taken is not None and taken.index == 2
    assert taken.time == pytest.approx(19.0, abs=0.5)
    assert newest.age_s(taken) == pytest.approx(1.0, abs=0.5)
    assert newest.take(0.0) is None
    assert time.monotonic() - begin < 3


def test_a_frame_that_has_waited_long_is_left_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.setattr(newest_module, "_PATIENCE_S", 10.0)  # of a slow test
    newest = slot(16.0, 8.0)  # one every 8 s: the next one is due now
    timer = threading.Timer(0.2, put, (newest, 0.0))
    timer.start()
    taken = newest.take(5.0)
    timer.join()
    assert taken is not None and taken.index == 2


def test_of_a_slow_stream_an_old_frame_is_soon_better_than_none() -> None:
    newest = slot(90.0, 30.0)  # one every 60 s
    begin = time.monotonic()
    taken = newest.take(0.0)
    assert taken is not None and taken.index == 1
    assert time.monotonic() - begin < 10


def test_an_old_frame_is_better_than_none() -> None:
    newest = slot(0.4, 0.3, 0.2)  # one every 0.1 s, and then no more
    taken = newest.take(5.0)
    assert taken is not None and taken.index == 2


def test_closing_wakes_whoever_waits() -> None:
    newest = slot()
    threading.Timer(0.1, newest.close).start()
    begin = time.monotonic()
    assert newest.take(30.0) is None
    assert time.monotonic() - begin < 10


def test_after_a_pause_no_old_frame_is_handed_out(
    mjpeg_server: MjpegServer, source: LiveSource
) -> None:
    with feed_of(source, lambda: False) as feed:
        assert feed.take(5.0) is not None
        feed.take(0.0)  # asked for, and then left alone
        time.sleep(1.0)
        frame = feed.take(5.0)
    assert frame is not None and source.age_s(frame) < 0.5


# --- cameras: backends, what they are asked for, where they are


@pytest.fixture
def computer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., None]:
    """Makes this computer another one: its platform, and what ``cv2.VideoCapture(index, backend)`` gives."""

    def make(platform: str, opened: Callable[[int, int], Any], **cameras: str) -> None:
        monkeypatch.setattr(backends, "sys", SimpleNamespace(platform=platform))
        monkeypatch.setattr(names, "sys", SimpleNamespace(platform=platform))
        monkeypatch.setattr(names, "LINUX_CAMERAS", tmp_path)
        known = [cv2.CAP_V4L2, cv2.CAP_MSMF, cv2.CAP_DSHOW]
        registry = SimpleNamespace(getCameraBackends=lambda: known)
        stand_in = {"VideoCapture": opened, "videoio_registry": registry}
        fake = SimpleNamespace(**vars(cv2) | stand_in)
        monkeypatch.setattr(backends, "cv2", fake)
        for folder in tmp_path.glob("video*"):
            folder.rename(tmp_path / f"gone-{folder.name}-{time.monotonic_ns()}")
        for device, name in cameras.items():
            (tmp_path / device).mkdir()
            (tmp_path / device / "name").write_text(name + "\n")

    return make


class Absent(FakeCapture):
    def isOpened(self) -> bool:
        return False


def test_the_next_backend_is_tried_where_one_opens_but_sends_nothing(
    computer: Callable[..., None],
) -> None:
    tried = []

    def opened(index: int, backend: int) -> FakeCapture:
        tried.append(backend)
        return FakeCapture(0) if backend == cv2.CAP_MSMF else FakeCapture()

    computer("win32", opened)
    settings = CaptureSettings(open_timeout_s=3.0)
    with open_source(0, settings=settings) as source:
        next(iter(source))
    assert tried == [cv2.CAP_MSMF, cv2.CAP_DSHOW]


def test_a_backend_can_be_named(computer: Callable[..., None]) -> None:
    tried = []

    def opened(index: int, backend: int) -> FakeCapture:
        tried.append(backend)
        return FakeCapture()

    computer("win32", opened)
    with open_source(0, settings=CaptureSettings(backend="dshow")) as source:
        next(iter(source))
    assert tried == [cv2.CAP_DSHOW]
    with pytest.raises(SourceError, match="opens no cameras by avfoundation; it has"):
        open_source(0, settings=CaptureSettings(backend="avfoundation"))


def test_a_camera_is_asked_for_size_and_rate_and_the_log_tells_what_it_refuses(
    computer: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    capture = FakeCapture()
    computer("linux", lambda index, backend: capture, video0="Lid")
    settings = CaptureSettings(size=(1280, 720), fps=60)
    with open_source(0, settings=settings) as source:
        next(iter(source))
    assert capture.asked == {
        cv2.CAP_PROP_FOURCC: cv2.VideoWriter.fourcc(*"MJPG"),
        cv2.CAP_PROP_FRAME_WIDTH: 1280,
        cv2.CAP_PROP_FRAME_HEIGHT: 720,
        cv2.CAP_PROP_FPS: 60,
    }
    assert "gives 640x480, not 1280x720" in caplog.text
    assert "cannot be asked for 60 frames/s" in caplog.text


def test_a_camera_is_left_as_it_is_where_nothing_is_asked(
    computer: Callable[..., None],
) -> None:
    capture = FakeCapture()
    computer("linux", lambda index, backend: capture, video0="Lid")
    with open_source(0) as source:
        next(iter(source))
    assert capture.asked == {}


def test_a_camera_is_found_again_under_another_index(
    computer: Callable[..., None],
) -> None:
    at: list[int] = []

    def opened(index: int, backend: int) -> FakeCapture:
        at.append(index)
        return FakeCapture()

    computer("linux", opened, video0="Lid", video2="Desk")
    plug = Plug(2, CaptureSettings())
    next(plug.openings())
    computer("linux", opened, video0="Lid", video1="Other", video3="Desk")
    next(plug.openings())
    computer("linux", opened, video0="Lid")
    next(plug.openings())
    assert at == [2, 3, 2]


def test_of_a_cameras_devices_the_first_is_meant(
    computer: Callable[..., None], tmp_path: Path
) -> None:
    computer("linux", Absent, video0="Lid HD", video1="Lid HD")
    (tmp_path / "video0" / "index").write_text("1\n")
    (tmp_path / "video1" / "index").write_text("0\n")
    assert names.find_camera("lid") == 1


def test_a_camera_can_be_meant_by_name_whatever_files_there_are(
    computer: Callable[..., None],
) -> None:
    computer("linux", lambda index, backend: FakeCapture(), video4="Desk")
    with open_source("camera:desk") as source:
        assert source.name == "camera 4"
    with pytest.raises(SourceError, match="no camera is called 'kitchen'; .*Desk"):
        open_source("camera:kitchen")


def test_macs_tell_names_in_another_order_than_indices(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cameras = [
        {"_name": "FaceTime HD Camera", "spcamera_unique-id": "47B4B64B"},
        {"_name": "Desk View", "spcamera_unique-id": "0x1140000046d"},
    ]
    told = json.dumps({"SPCameraDataType": cameras}).encode()
    monkeypatch.setattr(names, "sys", SimpleNamespace(platform="darwin"))
    monkeypatch.setattr(
        names.subprocess, "run", lambda *a, **k: SimpleNamespace(stdout=told)
    )
    assert names.camera_names() == {0: "Desk View", 1: "FaceTime HD Camera"}


def test_where_a_mac_does_not_tell_there_are_no_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def missing(*args: Any, **more: Any) -> None:
        raise FileNotFoundError

    monkeypatch.setattr(names, "sys", SimpleNamespace(platform="darwin"))
    monkeypatch.setattr(names.subprocess, "run", missing)
    assert names.camera_names() == {}


# --- turned and mirrored


@pytest.mark.parametrize(
    ("degrees", "mirror", "expected"),
    [
        (0, False, [[1, 2], [3, 4]]),
        (90, False, [[3, 1], [4, 2]]),
        (180, False, [[4, 3], [2, 1]]),
        (270, False, [[2, 4], [1, 3]]),
        (0, True, [[2, 1], [4, 3]]),
        (90, True, [[4, 2], [3, 1]]),
    ],
)
def test_pictures_are_set_right(
    degrees: int, mirror: bool, expected: list[list[int]]
) -> None:
    image = np.repeat(np.array([[1, 2], [3, 4]], np.uint8)[..., None], 3, 2)
    assert Orientation(degrees, mirror).apply(image)[..., 0].tolist() == expected


def test_what_is_right_already_is_not_copied() -> None:
    image = np.zeros((2, 3, 3), np.uint8)
    assert Orientation().apply(image) is image


def test_every_moving_source_is_turned(
    tmp_path: Path, mjpeg_server: MjpegServer
) -> None:
    film = write_video(tmp_path / "a.mp4", 3)
    settings = CaptureSettings(rotate="90", mirror=True)
    for spec in (str(film), mjpeg_server.address()):
        with open_source(spec) as source, open_source(spec, settings=settings) as other:
            upright, turned = next(iter(source)), next(iter(other))
        assert (turned.width, turned.height) == (upright.height, upright.width)


# --- the command, as a process that is stopped


def start(*arguments: str | Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "camrec", "live", *map(str, arguments), "--no-window"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": CHECKOUT},
    )


def end(process: subprocess.Popen[str], limit_s: float = 30.0) -> tuple[str, str]:
    try:
        return process.communicate(timeout=limit_s)
    finally:
        process.kill()


@posix
def test_ctrl_c_while_an_address_does_not_answer(mjpeg_server: MjpegServer) -> None:
    process = start(mjpeg_server.address("silent"), "--open-timeout", "300")
    until(lambda: mjpeg_server.silent.is_set())
    process.send_signal(signal.SIGINT)
    assert end(process) == ("", "")
    assert process.returncode == 0


@posix
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_a_stream_hangs(
    mjpeg_server: MjpegServer, number: signal.Signals, tmp_path: Path
) -> None:
    table = tmp_path / "r.csv"
    process = start(
        *(mjpeg_server.address(), "--json", "-", "--csv", table),
        *("--open-timeout", "300", "--stale-after", "0.5"),
    )
    assert process.stdout is not None and process.stderr is not None
    assert process.stdout.readline()
    mjpeg_server.condition = "stalls"
    for line in process.stderr:
        if "sends no picture any more" in line:
            break
    process.send_signal(number)
    end(process)
    assert process.returncode == 0
    assert table.exists()


def test_a_stream_that_does_not_come_back_is_status_1(
    mjpeg_server: MjpegServer,
) -> None:
    process = start(
        *(mjpeg_server.address(), "--stale-after", "0.3", "--reconnect-for", "1"),
        *("--json", "-"),
    )
    assert process.stdout is not None
    assert process.stdout.readline()
    mjpeg_server.condition = "down"
    words = end(process)[1]
    assert process.returncode == 1
    *_, last = words.splitlines()
    assert last.startswith("camrec: ") and "check the cable" in last
    assert "Traceback" not in words


@pytest.mark.parametrize("size", ["720p", "0x480", "1280x", "1280*720"])
def test_a_size_that_is_none_is_wrong_usage(size: str) -> None:
    process = start("--size", size)
    assert "is not a size such as 1280x720" in end(process)[1]
    assert process.returncode == 2


def test_rotate_turns_the_picture_that_is_reported(tmp_path: Path) -> None:
    film = write_video(tmp_path / "a.mp4", 3)  # 320 x 240
    out, _ = end(start(film, "--rotate", "90", "--json", "-"))
    record = json.loads(out.splitlines()[0])
    assert (record["width"], record["height"]) == (240, 320)
