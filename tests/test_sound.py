"""The sound of a film stays with its pictures, and never costs them."""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest
from click.testing import CliRunner
from fakes import scene
from full_disk import largest_file

from camrec.cli import group
from camrec.elements import Frame
from camrec.stream.sinks import video
from camrec.stream.sinks.sound import Sound, _part, with_sound
from camrec.stream.sinks.video import VideoFile

av: Any = pytest.importorskip("av")

RATE, FPS, SECONDS = 48000, 25, 3
PICTURES = {".mp4": "libx264", ".webm": "libvpx", ".avi": "mpeg4"}
TONE_S = 1.0  # of the film, from which on a tone is heard and the picture is bright


def film(path: Path, codec: str = "aac") -> Path:
    """Dark and silent at first, then bright and loud."""
    with av.open(str(path), "w") as out:
        shown = out.add_stream(PICTURES[path.suffix], rate=FPS)
        shown.width, shown.height, shown.pix_fmt = 160, 120, "yuv420p"
        heard = out.add_stream(codec, rate=RATE) if codec else None
        for k in range(SECONDS * FPS):
            grey = np.full((120, 160, 3), 220 if k >= TONE_S * FPS else 30, np.uint8)
            frame = av.VideoFrame.from_ndarray(grey, format="bgr24")
            out.mux(shown.encode(frame))
        out.mux(shown.encode(None))
        if heard is not None:
            for frame in tone():
                out.mux(heard.encode(frame))
            out.mux(heard.encode(None))
    return path


def tone() -> list[Any]:
    t = np.arange(SECONDS * RATE) / RATE
    wave = np.where(t >= TONE_S, np.sin(2 * np.pi * 440 * t) / 2, 0).astype(np.float32)
    frames = []
    for start in range(0, len(wave), 960):
        part = wave[None, start : start + 960]
        frame = av.AudioFrame.from_ndarray(part, format="fltp", layout="mono")
        frame.sample_rate, frame.pts = RATE, start
        frames.append(frame)
    return frames


def written(
    to: Path, of: Path | str, begin: int = 0, count: int = SECONDS * FPS
) -> Path:
    """The video that camrec writes of a part of the film."""
    file = VideoFile(to, FPS, film=str(of))
    capture = cv2.VideoCapture(str(of))
    images = [capture.read()[1] for _ in range(SECONDS * FPS)]
    for k in range(begin, begin + count):
        file.write(scene(of=Frame(images[k], k, k / FPS, str(of))))
    file.close()
    return to


def onsets(path: Path) -> tuple[float, float]:
    """When the picture becomes bright, and when the tone begins: seconds of the file's clock."""
    with av.open(str(path)) as file:
        bright = next(f.time for f in file.decode(video=0) if f.to_ndarray(format="gray").mean() > 120)  # fmt: skip
    with av.open(str(path)) as file:
        for frame in file.decode(audio=0):
            loud = np.flatnonzero(np.abs(frame.to_ndarray().astype(float)).max(axis=0) > 0.1)  # fmt: skip
            if len(loud):
                return bright, frame.time + loud[0] / frame.sample_rate
    raise AssertionError("no tone")


def is_silent(path: Path) -> bool:
    with av.open(str(path)) as file:
        return not file.streams.audio


def count_of(path: Path) -> int:
    with av.open(str(path)) as file:
        return sum(1 for _ in file.decode(video=0))


@pytest.mark.parametrize("suffix", [".mp4", ".webm"])
@pytest.mark.parametrize("begin", [0, 9])
def test_sound_and_pictures_stay_together(tmp_path: Path, suffix: str, begin: int):
    source = film(tmp_path / f"film{suffix}", "aac" if suffix == ".mp4" else "libopus")
    done = written(tmp_path / f"done{suffix}", source, begin, 50)
    bright, loud = onsets(done)
    assert loud == pytest.approx(bright, abs=0.045)
    assert count_of(done) == 50
    assert sorted(p.name for p in tmp_path.iterdir()) == [done.name, source.name]


@pytest.mark.parametrize("codec", ["aac", "mp3", "pcm_s16le"])
def test_whatever_sound_an_avi_file_has_costs_no_picture(tmp_path: Path, codec: str):  # fmt: skip
    source = film(tmp_path / "film.avi", codec)
    done = written(tmp_path / "done.mp4", source)
    assert count_of(done) == SECONDS * FPS
    if not is_silent(done):
        bright, loud = onsets(done)
        assert loud == pytest.approx(bright, abs=0.08)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["done.mp4", "film.avi"]


def test_a_packet_may_not_tell_when_it_is_heard():
    packets = [SimpleNamespace(pts=None, dts=k, time_base=Fraction(1, 10)) for k in range(8)]  # fmt: skip
    stream = SimpleNamespace(time_base=Fraction(1, 10))
    part = _part(SimpleNamespace(demux=lambda _: iter(packets)), stream, 0.2, 0.4)
    assert [(packet.pts, packet.dts) for packet in part] == [(k, k) for k in range(4)]


def test_the_sound_ends_with_the_pictures(tmp_path: Path):
    done = written(tmp_path / "done.mp4", film(tmp_path / "film.mp4"), 0, 40)
    with av.open(str(done)) as file:
        last = max(f.time for f in file.decode(audio=0))
    assert 40 / FPS - 0.1 < last < 40 / FPS + 0.1


@pytest.mark.parametrize("codec", ["", "aac"], ids=["none", "aac in WebM"])
def test_where_there_is_none_or_it_does_not_fit_the_pictures_are_whole(tmp_path: Path, codec: str):  # fmt: skip
    source = film(tmp_path / "film.mp4", codec)
    done = written(tmp_path / "done.webm", source)
    assert is_silent(done) and count_of(done) == SECONDS * FPS
    assert sorted(p.name for p in tmp_path.iterdir()) == ["done.webm", "film.mp4"]


def test_without_pyav_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    source = film(tmp_path / "film.mp4")
    monkeypatch.setitem(sys.modules, "av", None)
    done = written(tmp_path / "done.mp4", source)
    monkeypatch.undo()
    assert is_silent(done)


def test_a_copy_that_is_not_whole_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # fmt: skip
    source = film(tmp_path / "film.mp4")
    is_whole = video._is_whole
    monkeypatch.setattr(video, "_is_whole", lambda path, n: "sound" not in path.name and is_whole(path, n))  # fmt: skip
    done = written(tmp_path / "done.mp4", source)
    assert is_silent(done) and count_of(done) == SECONDS * FPS
    assert sorted(p.name for p in tmp_path.iterdir()) == ["done.mp4", "film.mp4"]


def test_a_film_that_is_gone_meanwhile_costs_no_picture(tmp_path: Path):
    source = film(tmp_path / "film.mp4")
    file = VideoFile(tmp_path / "done.mp4", FPS, film=str(source))
    file.write(scene(of=Frame(np.zeros((120, 160, 3), np.uint8), 0, 0.0, str(source))))
    source.write_bytes(b"no film any more")
    file.close()
    assert count_of(tmp_path / "done.mp4") == 1


@pytest.mark.parametrize("share", [0.5, 1.001], ids=["pictures", "sound"])
def test_a_disk_that_fills_while_it_is_copied_costs_no_picture(tmp_path: Path, share: float):  # fmt: skip
    heard = film(tmp_path / "heard.mp4")
    pictures = written(tmp_path / "pictures.mp4", film(tmp_path / "silent.mp4", ""))
    before = pictures.read_bytes()
    with largest_file(int(share * len(before))):
        assert with_sound(pictures, Sound(str(heard), 0, SECONDS)) is None
    assert pictures.read_bytes() == before
    assert {p.name for p in tmp_path.iterdir()} == {"heard.mp4", "pictures.mp4", "silent.mp4"}  # fmt: skip
    assert with_sound(pictures, Sound(str(heard), 0, SECONDS)) is not None


def test_the_command_keeps_it(tmp_path: Path):
    source = film(tmp_path / "film.mp4")
    done = CliRunner().invoke(group, ["video", str(source), "--start", "0.5"])
    assert done.exit_code == 0, done.output
    bright, loud = onsets(tmp_path / "film.camrec.mp4")
    assert loud == pytest.approx(bright, abs=0.045)
