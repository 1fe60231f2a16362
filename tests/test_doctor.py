"""The doctor: what is well, what is lacking, what is broken, and a remedy for each."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest
from click.testing import CliRunner

import camrec
from camrec.checks import cameras, codecs, examination, models, packages, screen
from camrec.checks.finding import Finding
from camrec.cli import group
from camrec.resources import sample
from camrec.stream.capture import Camera, backends, modes
from camrec.stream.capture.modes import Mode
from camrec.stream.sinks import encoders
from camrec.stream.sinks.encoders import Codec

CHECKOUT = str(Path(camrec.__file__).parents[1])


def by_subject(findings: Any) -> dict[str, Finding]:
    return {finding.subject: finding for finding in findings}


def every_problem_has_a_remedy(findings: Any) -> bool:
    return all(f.remedy for f in findings if f.state != "ok")


# --- packages


def test_packages_are_told_with_their_versions() -> None:
    found = by_subject(packages.check_packages())
    assert found["camrec"].details["camrec"] == camrec.__version__
    assert found["numpy"].details == {"version": np.__version__}
    assert {found[name].state for name in ("opencv-python", "ai-edge-litert")} == {"ok"}


def broken_import(folder: Path, module: str, error: str) -> dict[str, str]:
    """An environment in which a package does not load."""
    (folder / f"{module}.py").write_text(f"raise ImportError({error!r})\n")
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), CHECKOUT])}


def test_an_opencv_that_does_not_load_is_told_and_no_more(tmp_path: Path) -> None:
    missing = "libGL.so.1: cannot open shared object file"
    done = subprocess.run(
        [sys.executable, "-m", "camrec", "doctor", "--json", "-"],
        env=broken_import(tmp_path, "cv2", missing),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    findings = {f["subject"]: f for f in map(json.loads, done.stdout.splitlines())}
    assert findings["opencv-python"]["state"] == "broken"
    assert missing in findings["opencv-python"]["found"]
    assert "apt-get install libgl1" in findings["opencv-python"]["remedy"]
    assert "self-test" not in findings  # for want of OpenCV


def test_two_opencvs_in_one_folder_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "_version", lambda name: "5.0")
    (finding,) = packages._check_opencvs()
    assert finding.state == "lacks" and "opencv-python-headless" in finding.remedy
    monkeypatch.setattr(packages, "_version", lambda n: "5.0" * (n == "opencv-python"))
    assert list(packages._check_opencvs()) == []


# --- models


def test_shipped_models_fit_their_cards_and_read() -> None:
    found = by_subject(models.check_models())
    for name in ("model digits", "model letters", "model lines", "self-test"):
        assert found[name].state == "ok", found[name]
    details = found["self-test"].details
    assert details["right"] >= 0.9 * details["digits"] > 30


def copy_of_models(folder: Path) -> Path:
    for path in (Path(CHECKOUT) / "models").iterdir():
        if path.suffix != ".keras":
            shutil.copy(path, folder / path.name)
    return folder


@pytest.fixture
def own_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Models as shipped, and free to be spoiled."""
    folder = copy_of_models(tmp_path)
    for module in ("camrec.reading.models", "camrec.checks.models"):
        monkeypatch.setattr(f"{module}.shipped", lambda kind: [folder])
    return folder


def test_damaged_weights_are_broken(own_models: Path) -> None:
    data = bytearray((own_models / "digits.tflite").read_bytes())
    data[-1000] ^= 1
    (own_models / "digits.tflite").write_bytes(data)
    found = by_subject(models.check_models())
    assert found["model digits"].state == "broken"
    assert "sha256" in found["model digits"].found
    assert found["self-test"].state == "broken"
    assert found["model lines"].state == "ok"
    assert every_problem_has_a_remedy(found.values())


def test_a_missing_model_is_broken_and_another_one_is_not(own_models: Path) -> None:
    (own_models / "lines.tflite").unlink()
    (own_models / "letters.json").write_text("{}")
    found = by_subject(models.check_models())
    assert found["model lines"].state == "broken"
    assert found["model letters"].state == "lacks"
    assert found["model digits"].state == "ok"


def test_a_network_that_computes_wrongly_is_found_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    image = cv2.imread(str(sample(models.PAGE)))
    cv2.imwrite(str(tmp_path / models.PAGE), image[:, ::-1])  # digits in a mirror
    shutil.copy(sample("labels.json"), tmp_path)
    monkeypatch.setattr(models, "sample", lambda name: tmp_path / name)
    finding = models._check_page()
    assert finding.state == "broken" and "install camrec again" in finding.remedy
    monkeypatch.setattr(models, "sample", lambda name: tmp_path / "no" / name)
    assert models._check_page().state == "broken"


# --- cameras


class FakeCapture:
    """A camera with two sizes and a slow exposure."""

    def __init__(self, interval: float = 0.01, sends: bool = True) -> None:
        self.size, self.wish = (640, 480), [640, 480]
        self.released = False
        self._interval, self._sends = interval, sends

    def set(self, what: int, value: float) -> bool:
        if what == cv2.CAP_PROP_FRAME_WIDTH:
            self.wish[0] = round(value)
        elif what == cv2.CAP_PROP_FRAME_HEIGHT:
            self.wish[1] = round(value)
            if tuple(self.wish) in ((640, 480), (1280, 720)):
                self.size = (self.wish[0], self.wish[1])
        return True

    def get(self, what: int) -> float:
        values = {cv2.CAP_PROP_FRAME_WIDTH: self.size[0], cv2.CAP_PROP_FRAME_HEIGHT: self.size[1]}  # fmt: skip
        return values.get(what, 30.0 if self.size[0] == 640 else 10.0)

    def grab(self) -> bool:
        clock.now += self._interval
        return self._sends

    def release(self) -> None:
        self.released = True


clock = SimpleNamespace(now=0.0)


@pytest.fixture
def lid(monkeypatch: pytest.MonkeyPatch):
    """Plug in a camera that sends a picture every so many seconds of a clock of its own."""

    def plug(interval: float = 1 / 30, sends: bool = True) -> list[FakeCapture]:
        opened: list[FakeCapture] = []

        def openings(index: int, settings: Any):
            opened.append(FakeCapture(interval, sends))
            yield opened[-1]

        monkeypatch.setattr(backends, "openings", openings)
        time = SimpleNamespace(monotonic=lambda: clock.now, sleep=lambda s: None)
        monkeypatch.setattr(modes, "time", time)
        camera = Camera(0, "Lid", 640, 480, 30.0, "V4L2")
        monkeypatch.setattr(cameras, "list_cameras", lambda: [camera])
        return opened

    return plug


def test_modes_are_what_the_camera_gives(lid) -> None:
    opened = lid()
    assert modes.find_modes(0) == (Mode(640, 480, 30.0), Mode(1280, 720, 10.0))
    assert opened[0].released
    assert str(modes.find_modes(0)[0]) == "640x480 at 30/s"


def test_a_camera_is_told_with_its_real_rate(lid, monkeypatch, tmp_path: Path) -> None:
    lid(interval=1 / 28)
    monkeypatch.setattr(cameras, "DEVICES", tmp_path)
    (finding,) = cameras.check_cameras()
    assert finding.state == "ok"
    assert finding.details["fps"] == pytest.approx(28, abs=0.1)
    assert finding.details["modes"] == [[640, 480, 30.0], [1280, 720, 10.0]]
    assert "28.0 frames/s" in finding.found


def test_a_camera_in_the_dark_is_told_to_have_light(lid, monkeypatch, tmp_path) -> None:
    lid(interval=1 / 12)
    monkeypatch.setattr(cameras, "DEVICES", tmp_path)
    (finding,) = cameras.check_cameras()
    assert finding.state == "lacks" and "more light" in finding.remedy


def test_a_camera_that_sends_nothing_is_told(lid, monkeypatch, tmp_path: Path) -> None:
    lid(interval=0.1, sends=False)
    monkeypatch.setattr(cameras, "DEVICES", tmp_path)
    (finding,) = cameras.check_cameras()
    assert finding.state == "lacks" and "sends no picture" in finding.found
    assert "close programs" in finding.remedy


@pytest.mark.parametrize(
    ("platform", "word"),
    [
        ("linux", "usermod -aG video"),
        ("darwin", "System Settings"),
        ("win32", "desktop apps"),
    ],
)
def test_each_platform_has_its_hint(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, platform: str, word: str
) -> None:
    (tmp_path / "video0").touch()
    monkeypatch.setattr(cameras, "DEVICES", tmp_path)
    monkeypatch.setattr(cameras, "_usable", lambda device: False)
    monkeypatch.setattr(cameras, "sys", SimpleNamespace(platform=platform))
    monkeypatch.setattr(cameras, "list_cameras", list)
    found = by_subject(cameras.check_cameras())
    assert word in found["cameras"].remedy
    assert word in found[str(tmp_path / "video0")].remedy


def test_a_virtual_machine_has_its_hint(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr(cameras, "DEVICES", tmp_path)
    monkeypatch.setattr(cameras, "sys", SimpleNamespace(platform="linux"))
    wsl = SimpleNamespace(release=lambda: "5.15.1-microsoft-standard-WSL2")
    monkeypatch.setattr(cameras, "platform", wsl)
    assert "usbipd" in cameras.permission_hint()


# --- window


def test_a_window_that_takes_its_process_with_it_is_survived() -> None:
    assert screen.why_trial_fails("import os; os.abort()").startswith("its process ended")  # fmt: skip
    told = "import sys; sys.exit('qt.qpa.xcb: could not connect')"
    assert screen.why_trial_fails(told) == "qt.qpa.xcb: could not connect"
    hangs = "import time; time.sleep(60)"
    assert "does not answer within 0.5 s" in screen.why_trial_fails(hangs, 0.5)
    assert screen.why_trial_fails("pass") == ""


@pytest.mark.parametrize(
    ("reason", "word"),
    [
        ("no screen is there (DISPLAY is not set)", "ssh -X"),
        ("this OpenCV is a headless build (install opencv-python)", "pip uninstall"),
        ("a library of the system is missing (libSM.so.6)", "libsm6"),
    ],
)
def test_a_missing_window_is_no_hindrance(monkeypatch, reason: str, word: str) -> None:
    monkeypatch.setattr(screen, "why_no_screen", lambda: reason)
    (finding,) = screen.check_screen()
    assert (finding.state, finding.found) == ("lacks", reason)
    assert word in finding.remedy and "--no-window" in finding.remedy


@pytest.mark.skipif(shutil.which("xvfb-run") is None, reason="xvfb-run is absent")
def test_the_window_is_tried_on_a_real_screen() -> None:
    program = "from camrec.checks.screen import check_screen as c; print(*(f.state for f in c()))"
    done = subprocess.run(
        ["xvfb-run", "-a", sys.executable, "-c", program],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stdout.split() == ["ok"], done.stderr


# --- codecs


def test_every_codec_that_works_is_told() -> None:
    found = by_subject(codecs.check_codecs())
    for codec in encoders.CODECS:
        if codec.installed:
            assert found[codec.name].state == "ok"


class _Half(encoders._ByOpenCV):
    """Loses every second picture, and says nothing."""

    def write(self, image: np.ndarray) -> None:
        self._count = getattr(self, "_count", 0) + 1
        if self._count % 2:
            super().write(image)


class _Mirror(encoders._ByOpenCV):
    def write(self, image: np.ndarray) -> None:
        super().write(np.ascontiguousarray(image[:, ::-1]))


class _Nothing(encoders._ByOpenCV):
    """Finishes in peace, and nothing is there."""

    def __init__(self, path: Path, *more: Any) -> None:
        super().__init__(path, *more)
        self._path = path

    def close(self) -> None:
        super().close()
        self._path.unlink()


class _Broken:
    def __init__(self, *_: object) -> None:
        raise ImportError("libx264.so is missing")


@pytest.mark.parametrize(
    ("encoder", "word"),
    [
        (_Half, "6 of 12 frames play"),
        (_Mirror, "spoils pictures"),
        (_Nothing, "writes no file"),
        (_Broken, "libx264.so is missing"),
    ],
)
def test_a_codec_that_fails_is_found_out(monkeypatch, encoder: type, word: str) -> None:
    broken = Codec("H.264 by chance", ".mp4", "cv2", encoder)
    monkeypatch.setattr(codecs, "CODECS", (broken,))
    found = by_subject(codecs.check_codecs())
    assert word in found["H.264 by chance"].found
    assert found["video"].state == found["H.264"].state == "lacks"
    assert every_problem_has_a_remedy(found.values())


# --- the command


@pytest.fixture
def examined(monkeypatch: pytest.MonkeyPatch):
    """Have the doctor find what the test says."""

    def prescribe(*findings: Finding) -> None:
        monkeypatch.setattr(examination, "examine", lambda: iter(findings))

    return prescribe


WELL = Finding("numpy", "ok", "2.4.6", details={"version": "2.4.6"})
LACKING = Finding("window", "lacks", "no screen is there", "use --no-window")
BROKEN = Finding("model digits", "broken", "digits.tflite: damaged", "install again")


@pytest.mark.parametrize(
    ("findings", "status", "word"),
    [
        ([WELL], 0, "All is well."),
        ([WELL, LACKING], 0, "Lacking: 1."),
        ([WELL, LACKING, BROKEN], 1, "Broken: 1."),
    ],
)
def test_the_status_says_whether_reading_works(examined, findings, status, word):
    examined(*findings)
    done = CliRunner().invoke(group, ["doctor"])
    assert done.exit_code == status
    assert word in done.stderr
    for finding in findings:
        assert finding.subject in done.stdout and finding.found in done.stdout
        assert finding.remedy in done.stdout


def test_json_holds_the_findings_and_nothing_else(examined, tmp_path: Path) -> None:
    examined(WELL, BROKEN)
    done = CliRunner().invoke(group, ["doctor", "--json", "-"])
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [item["state"] for item in told] == ["ok", "broken"]
    assert told[0]["details"] == {"version": "2.4.6"}
    done = CliRunner().invoke(group, ["doctor", "--json", str(tmp_path / "d.jsonl")])
    assert "model digits" in done.stdout and "-> install again" in done.stdout
    assert len((tmp_path / "d.jsonl").read_text().splitlines()) == 2


def test_what_does_not_load_ends_the_examination(monkeypatch) -> None:
    monkeypatch.setattr(examination, "check_packages", lambda: iter([BROKEN]))
    assert list(examination.examine()) == [BROKEN]
