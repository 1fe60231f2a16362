"""The camera at the server: pages wait for its next frame; `camrec live --browser` from end to end."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import struct
import subprocess
import sys
import threading
from urllib.request import urlopen

import cv2
import numpy as np
import pytest
from fakes import CLASSES, digit, frame, scene
from web import client, problem, service

from camrec.elements import Box, Scene
from camrec.resources import sample
from camrec.stream.health import Health
from camrec.web import api_live
from camrec.web.live import Live

WAIT_S = 30  # for what comes at once unless something is broken


def unpacked(data: bytes) -> tuple[dict, np.ndarray]:
    (length,) = struct.unpack(">I", data[:4])
    image = cv2.imdecode(np.frombuffer(data[4 + length :], np.uint8), cv2.IMREAD_COLOR)
    return json.loads(data[4 : 4 + length]), image


def test_what_waits_is_woken_by_the_next_frame():
    live = Live("camera 0")

    async def look() -> list[int]:
        seen, after = [], 0
        for _ in range(3):
            threading.Timer(0.01, live.show, [scene("12"), Health()]).start()
            shown = await live.next(after, WAIT_S)
            assert shown is not None
            after = shown.seq
            seen.append(after)
        return seen

    assert asyncio.run(look()) == [1, 2, 3]
    assert live.watched.is_set()


def test_a_frame_that_is_there_is_not_waited_for_and_old_ones_are_left_out():
    live = Live("camera 0")
    for _ in range(5):
        live.show(scene("12"), Health())
    for after in (0, 4, 99):  # 99: the page has seen another server before
        shown = asyncio.run(live.next(after, WAIT_S))
        assert shown is not None and shown.seq == 5


def test_before_the_first_picture_there_is_nothing():
    live = Live("camera 0")
    live.show(None, Health(trouble="opening"))
    assert asyncio.run(live.next(0, 0.01)) is None


def test_the_end_wakes_whoever_waits():
    live = Live("camera 0")
    threading.Timer(0.05, live.close).start()
    assert asyncio.run(live.next(0, WAIT_S)) is None
    assert asyncio.run(live.next(0, WAIT_S)) is None  # and nobody waits any more


def test_a_page_gets_the_record_and_the_picture():
    live = Live("desk")
    shown = scene("47", tracked=True)
    live.show(shown, Health(rate=29.97, delay_s=0.0123, trouble="lost"))
    api = client(service(live=live))
    assert api.get("/api/config").json()["camera"] == {"name": "desk"}
    answer = api.get("/api/live")
    assert answer.headers["content-type"] == "application/octet-stream"
    told, image = unpacked(answer.content)
    assert (told["seq"], told["rate"], told["delay"]) == (1, 30.0, 0.0123)
    assert told["trouble"] == "lost"
    assert [n["text"] for n in told["numbers"]] == ["47"]
    assert "crop" not in told["digits"][0]
    assert image.shape == shown.frame.image.shape


def test_details_come_when_somebody_looks_at_a_digit():
    live = Live("desk")
    one = digit("7", Box(10, 10, 20, 30))
    live.show(Scene(frame(), (one,)), Health())
    told, _ = unpacked(client(service(live=live)).get("/api/live?details=1").content)
    assert list(told["digits"][0]["scores"]) == list(CLASSES)


def test_where_nothing_comes_the_page_asks_again(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(api_live, "PATIENCE_S", 0.01)
    answer = client(service(live=Live("desk"))).get("/api/live")
    assert (answer.status_code, answer.content) == (204, b"")


def test_when_it_is_over_the_page_is_told():
    live = Live("desk")
    live.show(scene("47"), Health())
    live.close()
    api = client(service(live=live))
    told, _ = unpacked(api.get("/api/live").content)  # the last frame is not lost
    answer = api.get(f"/api/live?after={told['seq']}")
    assert "camrec live --browser" in problem(answer, 410, "ended")


def test_without_a_camera_it_is_told_how_to_have_one():
    answer = client().get("/api/live")
    assert "camrec live --browser" in problem(answer, 404, "no_camera")


@pytest.mark.skipif(os.name != "posix", reason="Windows sends no signals")
def test_a_film_is_seen_on_the_page_and_ctrl_c_ends_it():
    environment = {k: v for k, v in os.environ.items() if "DISPLAY" not in k}
    process = subprocess.Popen(
        [sys.executable, "-m", "camrec", "live", str(sample("clip.mp4")), "--browser"],
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    try:
        assert process.stderr is not None
        found = re.search(r"http://\S+", process.stderr.readline())
        assert found is not None
        address = found[0]
        with urlopen(f"{address}api/config", timeout=WAIT_S) as answer:
            assert json.load(answer)["camera"]["name"].endswith("clip.mp4")
        told, image = _next(address, 0)
        assert image.shape == (720, 1280, 3) and told["width"] == 1280
        later, _ = _next(address, told["seq"])
        assert later["seq"] != told["seq"]
        process.send_signal(signal.SIGINT)
        assert process.wait(WAIT_S) == 0
    finally:
        process.kill()
        process.communicate()


def _next(address: str, after: int) -> tuple[dict, np.ndarray]:
    while True:
        with urlopen(f"{address}api/live?after={after}", timeout=WAIT_S) as answer:
            if answer.status == 200:
                return unpacked(answer.read())
