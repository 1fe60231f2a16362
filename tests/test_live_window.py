"""The live view in a real window while its camera fails and comes back."""

from __future__ import annotations

import numpy as np
from drawing import sheet, write
from mjpeg_server import MjpegServer
from test_window import Live, display, pytestmark, until

__all__ = ["display", "pytestmark"]  # the screen, and where there is none

WIDE, HIGH = 480, 240


def page(index: int) -> np.ndarray:
    """A number that a hand holds."""
    image = sheet(HIGH, WIDE)
    write(image, "4712", 60 + index % 5, 80)
    return image


def brightness(live: Live) -> float:
    """Of the upper rim of the picture, where nothing is drawn."""
    return float(live.picture()[5:30, 20 : WIDE - 20].mean())


def test_a_lost_camera_is_told_over_its_last_picture_until_it_is_back(
    display: str, mjpeg_server: MjpegServer
) -> None:
    mjpeg_server.picture = page
    live = Live(display, mjpeg_server.address(), "--stale-after", "0.5")
    until(lambda: brightness(live) > 200)
    mjpeg_server.condition = "down"
    until(lambda: brightness(live) < 150)
    shown = live.picture()[:HIGH, :WIDE].astype(int)
    yellow = (shown[..., 2] > 200) & (shown[..., 1] > 180) & (shown[..., 0] < 120)
    assert yellow.sum() > 100  # words
    mjpeg_server.condition = "sends"
    until(lambda: brightness(live) > 200)
    words = live.quit()
    assert "sends no picture any more" in words and "is back" in words


def test_keys_are_answered_while_the_camera_hangs(
    display: str, mjpeg_server: MjpegServer
) -> None:
    mjpeg_server.picture = page
    live = Live(display, mjpeg_server.address(), "--stale-after", "0.5")
    mjpeg_server.condition = "stalls"
    until(lambda: brightness(live) < 150)
    before = live.picture()
    live.press("h", lambda: (live.picture() != before).sum() > 3000)
    live.quit()


def test_a_camera_that_does_not_come_back_ends_the_view_with_status_1(
    display: str, mjpeg_server: MjpegServer
) -> None:
    mjpeg_server.picture = page
    options = ("--stale-after", "0.5", "--reconnect-for", "2")
    live = Live(display, mjpeg_server.address(), *options)
    mjpeg_server.condition = "down"
    words = live.process.communicate(timeout=60)[1]
    assert live.process.returncode == 1
    assert "check the cable" in words.splitlines()[-1]
