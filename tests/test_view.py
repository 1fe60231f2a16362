"""What a window shows, without a window: layout, words, the digit that is looked at."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from fakes import CLASSES, frame, scene

from camrec.elements import Box, Scene
from camrec.stream.canvas import canvas_for, lay_out, shown
from camrec.stream.health import Health
from camrec.stream.hud import WARN, Status
from camrec.stream.overlay import draw
from camrec.stream.plates import PLATE
from camrec.stream.view import View

SIZES = [(320, 240), (640, 480), (1280, 720), (3840, 2160), (700, 300), (200, 900)]


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def seen(width: int = 320, height: int = 240, *, tracked: bool = True) -> Scene:
    return scene("4712", of=frame(width=width, height=height), tracked=tracked)


def picked(view: View, of: Scene, index: int, size: tuple[int, int]) -> bool:
    """Press the mouse in the middle of a digit."""
    view.draw(of, Status(), size)
    layout = lay_out(size, (of.frame.width, of.frame.height), mirrored=view.mirrored)
    x, y = layout.box(of.digits[index].box).centre
    return view.pick(of, int(x) + layout.area.x, int(y) + layout.area.y)


def marked(canvas: np.ndarray, before: np.ndarray) -> int:
    return int((canvas != before).any(axis=2).sum())


@pytest.mark.parametrize("canvas", SIZES)
@pytest.mark.parametrize("picture", SIZES)
def test_the_picture_keeps_its_shape_and_covers_no_words(
    canvas: tuple[int, int], picture: tuple[int, int]
) -> None:
    layout = lay_out(canvas, picture)
    area = layout.area
    assert area.clip(canvas[0], canvas[1] - layout.bar) == area
    assert area.width / picture[0] == pytest.approx(area.height / picture[1], abs=0.01)
    # It touches two sides: it could not be larger.
    assert area.width == canvas[0] or area.height == canvas[1] - layout.bar


@pytest.mark.parametrize("picture", [(640, 480), (1280, 720), (800, 100)])
def test_a_new_window_shows_a_picture_as_it_is(picture: tuple[int, int]) -> None:
    canvas = canvas_for(picture, 640, (1600, 900))
    assert lay_out(canvas, picture).scale == 1.0


def test_a_new_window_is_neither_tiny_nor_larger_than_a_screen() -> None:
    assert canvas_for((160, 120), 640, (1600, 900))[0] == 640
    width, height = canvas_for((3840, 2160), 640, (1600, 900))
    assert width == 1600 and 900 < height < 960


def test_a_mirrored_scene_has_its_boxes_where_its_ink_is() -> None:
    image = frame().image.copy()
    box = seen().digits[0].box
    image[box.y : box.bottom, box.x : box.right] = 0
    dark = replace(seen().frame, image=image)
    mirrored = shown(replace(seen(), frame=dark), lay_out((320, 262), (320, 240), mirrored=True))  # fmt: skip
    box = mirrored.digits[0].box
    inside = mirrored.frame.image[box.y : box.bottom, box.x : box.right]
    assert not inside.any()
    assert (mirrored.frame.image == 0).sum() == inside.size


def test_tracks_and_numbers_hold_the_digits_that_are_shown() -> None:
    moved = shown(seen(), lay_out((640, 480), (320, 240)))
    assert [t.digit for t in moved.tracks] == list(moved.digits)
    assert moved.numbers[0].digits == moved.digits


@pytest.mark.parametrize("size", SIZES)
def test_the_bar_is_there_at_any_size(size: tuple[int, int]) -> None:
    status = Status(Health(29.9, 0.034, 12), 1, 4, paused=True, recorded_s=61.0)
    canvas = View(CLASSES).draw(seen(), status, size)
    assert canvas.shape == (size[1], size[0], 3)
    bar = canvas[size[1] - lay_out(size, (320, 240)).bar :]
    assert (bar == PLATE).all(axis=2).mean() > 0.5
    assert (bar[:, :-2] > 120).any() and (bar[:, -2:] == PLATE).all()


@pytest.mark.parametrize("size", [(1, 1), (30, 20), (2000, 8)])
def test_tiny_windows_do_not_break_it(size: tuple[int, int]) -> None:
    view = View(CLASSES)
    view.help = True
    view.say("something went wrong")
    assert picked(view, seen(), 0, size) in (True, False)
    troubled = Status(Health(trouble="camera 0 sends no pictures"))
    assert view.draw(seen(), troubled, size).shape == (size[1], size[0], 3)


def test_trouble_is_told_before_there_is_a_picture_and_over_the_last_one() -> None:
    troubled = Status(Health(trouble="camera 0 sends no pictures"))
    for scene_then in (None, seen()):
        canvas = View(CLASSES).draw(scene_then, troubled, (640, 480))
        assert (np.abs(canvas.astype(int) - WARN).max(axis=2) < 60).sum() > 200
        assert np.median(canvas[:400]) < 120  # dimmed


def test_a_message_stays_until_it_is_read() -> None:
    clock = Clock()
    view = View(CLASSES, clock)
    before = view.draw(seen(), Status(), (640, 480))
    view.say("saved page.png")
    assert marked(view.draw(seen(), Status(), (640, 480)), before) > 500
    assert not view.outdated
    clock.now = 10.0
    assert view.outdated
    assert marked(view.draw(seen(), Status(), (640, 480)), before) == 0
    assert not view.outdated


def test_a_message_longer_than_the_picture_is_wide_is_broken_into_lines() -> None:
    view, words = View(CLASSES), "a message that is far too long for it " * 3
    before = view.draw(seen(), Status(), (320, 240))
    view.say(words)
    after = view.draw(seen(), Status(), (320, 240))
    rows = np.flatnonzero((after != before).any(axis=(1, 2)))
    assert rows.max() - rows.min() > 20  # more than a line is high


@pytest.mark.parametrize("mirrored", [False, True])
def test_a_click_looks_at_a_digit_and_another_one_looks_away(mirrored: bool) -> None:
    view = View(CLASSES)
    view.mirrored = mirrored
    before = view.draw(seen(), Status(), (640, 480))
    assert picked(view, seen(), 2, (640, 480))
    assert marked(view.draw(seen(), Status(), (640, 480)), before) > 2000
    assert not view.pick(seen(), 3, 3)
    assert marked(view.draw(seen(), Status(), (640, 480)), before) == 0


def test_the_same_digit_clicked_twice_is_looked_at_no_more() -> None:
    view, still = View(CLASSES), seen()
    assert picked(view, still, 1, (640, 480))
    assert not picked(view, still, 1, (640, 480))


def test_the_digit_that_is_looked_at_is_followed_by_its_track() -> None:
    view, first = View(CLASSES), seen()
    assert picked(view, first, 0, (640, 480))
    plain = View(CLASSES)
    for dx in (40, 80):  # farther than boxes overlap
        layout = Box(dx, 0, 0, 0)
        digits = [replace(d, box=d.box.shift(layout.x, 0)) for d in first.digits]
        tracks = tuple(replace(t, digit=d) for t, d in zip(first.tracks, digits))
        number = replace(first.numbers[0], digits=tuple(digits), box=Box.around([d.box for d in digits]))  # fmt: skip
        now = replace(first, digits=tuple(digits), numbers=(number,), tracks=tracks)
        canvas = view.draw(now, Status(), (640, 480))
        assert marked(canvas, plain.draw(now, Status(), (640, 480))) > 2000
    gone = scene("33", tracked=True)
    others = tuple(replace(t, id=t.id + 50) for t in gone.tracks)
    gone = replace(gone, tracks=others)
    canvas = view.draw(gone, Status(), (640, 480))
    assert marked(canvas, plain.draw(gone, Status(), (640, 480))) == 0


def test_the_crop_is_shown_as_the_network_saw_it_and_kept_while_unread() -> None:
    crop = np.zeros((28, 28), np.float32)
    crop[4:24, 12:16] = 1.0
    still = seen(tracked=False)
    (first, *rest) = still.digits
    with_crop = replace(first, crop=crop)
    number = replace(still.numbers[0], digits=(with_crop, *rest))
    read = replace(still, digits=(with_crop, *rest), numbers=(number,))
    view = View(CLASSES)
    assert picked(view, read, 0, (640, 480))
    for now in (read, still):
        paper = (view.draw(now, Status(), (640, 480)) == 255).all(axis=2).sum()
        assert paper > 0.8 * (28 * 5) ** 2 * (1 - crop.mean())


def test_without_boxes_nothing_lies_over_the_picture() -> None:
    view, still = View(CLASSES), seen(640, 480)
    view.bare = True
    size = canvas_for((640, 480), 640, (1600, 900))
    assert (view.draw(still, Status(), size)[:480] == still.frame.image).all()
    view.bare = False
    assert (view.draw(still, Status(), size)[:480] == draw(still)).all()
