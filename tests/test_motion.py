"""The motion of a page is found, and what came besides it is seen."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from drawing import sheet, write

from camrec.stream.motion import (
    is_all,
    is_unmoved,
    landmarks_of,
    page_motion,
    sketch_of,
)

HIGH, WIDE = 720, 1280
STILL = np.eye(3)


def page() -> np.ndarray:
    """A written sheet that goes on beyond what the camera sees."""
    image = sheet(HIGH + 200, WIDE + 200)
    for row, text in enumerate(("2048", "9056", "73620", "31")):
        write(image, text, 250 + 90 * row, 190 + 150 * row, 80)
    return image


def view(
    dx: float = 0, dy: float = 0, turn: float = 0, zoom: float = 1, lean: float = 0
) -> np.ndarray:
    """From the page to the picture, (3, 3): turned by `turn` radians, with px of (dx, dy) and 1/px of `lean`."""
    cos, sin = zoom * np.cos(turn), zoom * np.sin(turn)
    return np.array([[cos, -sin, dx - 100], [sin, cos, dy - 100], [lean, lean, 1.0]])


def seen(world: np.ndarray, how: np.ndarray, seed: int = 0) -> np.ndarray:
    """What a camera sees of it, with the noise of a sensor."""
    image = cv2.warpPerspective(world, how, (WIDE, HIGH))
    noise = np.random.default_rng(seed).normal(0, 2, image.shape)
    return np.clip(image + noise, 0, 255).astype(np.uint8)


def motion_of(before: np.ndarray, after: np.ndarray) -> np.ndarray | None:
    """Between two pictures, in pixels of their sketches."""
    grey = sketch_of(before).grey()
    return page_motion(grey, landmarks_of(grey), sketch_of(after).grey(), STILL)


@pytest.mark.parametrize(
    ("height", "width", "size"),
    [
        (720, 1280, (320, 180)),
        (1080, 1920, (480, 270)),
        (240, 320, (320, 240)),
        (723, 1285, (321, 180)),
        (1, 600, (300, 1)),
        (600, 1, (1, 300)),
        (3, 5000, (312, 1)),
    ],
)
def test_a_sketch_is_small(height: int, width: int, size: tuple[int, int]) -> None:
    sketch = sketch_of(np.zeros((height, width, 3), np.uint8))
    assert sketch.size == size
    assert sketch.shrink * size[0] == pytest.approx(width, abs=sketch.shrink)


@pytest.mark.parametrize(
    "how",
    [
        view(dx=3, dy=-2),
        view(dx=-18, dy=11),
        view(dx=8, turn=0.015),
        view(dy=9, zoom=1.03, turn=-0.01),
        view(lean=8e-6),
    ],
)
def test_the_motion_of_a_page_is_found_and_is_all(how: np.ndarray) -> None:
    world = page()
    before, after = seen(world, view(), 1), seen(world, how, 2)
    motion = motion_of(before, after)
    assert motion is not None
    corners = np.array([[[80.0, 60.0]], [[250.0, 60.0]], [[250.0, 140.0]]])
    meant = cv2.perspectiveTransform(4 * corners, how @ np.linalg.inv(view())) / 4
    assert cv2.perspectiveTransform(corners, motion) == pytest.approx(meant, abs=0.4)
    assert is_all(sketch_of(before), sketch_of(after), motion)
    assert not is_unmoved(sketch_of(before), sketch_of(after))


@pytest.mark.parametrize("height", [20, 60])
@pytest.mark.parametrize("pen", [40, 150])
def test_a_digit_that_is_written_meanwhile_is_seen(height: int, pen: int) -> None:
    world = page()
    before = seen(world, view(), 1)
    write(world, "7", 900, 300, height, pen)
    after = seen(world, view(dx=8, dy=-5, turn=0.01), 2)
    motion = motion_of(before, after)
    assert motion is not None
    assert not is_all(sketch_of(before), sketch_of(after), motion)


def test_a_stroke_that_makes_another_digit_is_seen() -> None:
    world = page()
    (box, *_) = write(world, "0", 900, 300, 60)
    before = seen(world, view(), 1)
    middle = box.y + box.height // 2
    cv2.line(world, (box.x, middle), (box.right, middle), (40, 40, 40), 5)
    after = seen(world, view(dx=5), 2)
    motion = motion_of(before, after)
    assert motion is not None
    assert not is_all(sketch_of(before), sketch_of(after), motion)


def test_light_that_falls_is_seen() -> None:
    world = page()
    before, after = seen(world, view(), 1), seen(world // 10 * 9, view(dx=5), 2)
    motion = motion_of(before, after)
    assert motion is not None
    assert not is_all(sketch_of(before), sketch_of(after), motion)


def test_a_side_that_comes_into_view_is_looked_at() -> None:
    world = page()
    before, after = seen(world, view(), 1), seen(world, view(dx=-40), 2)
    motion = motion_of(before, after)
    assert motion is not None
    assert not is_all(sketch_of(before), sketch_of(after), motion)


def test_no_motion_is_made_up() -> None:
    world = page()
    blank = np.full((HIGH, WIDE, 3), 200, np.uint8)
    other = np.random.default_rng(3).integers(0, 256, blank.shape, np.uint8)
    before = seen(world, view())
    assert motion_of(blank, before) is None
    assert motion_of(before, blank) is None
    assert motion_of(before, other) is None
