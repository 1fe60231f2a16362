"""Things whose outlines are digits: told from strokes by the paper inside and beside them, and by how full they are."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from drawing import PEN, sheet, write
from test_rereading import WIDE, Witness, first_of, row_of, second
from test_resolve import CLASSES, NONE, row

from camrec import Reader
from camrec.reading.bodies import mark_bodies, silenced
from camrec.reading.ink import find_ink
from camrec.reading.regions import Body, Candidates, find_candidates

MIDDLE = 120, 120  # px, of what is drawn
PINK = 150, 120, 255  # BGR


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


def disc(radius: int = 14) -> np.ndarray:
    page = sheet(240, 240)
    cv2.circle(page, MIDDLE, radius, (PEN,) * 3, cv2.FILLED, cv2.LINE_AA)
    return page


def ring(inside: tuple[int, int, int] | None = None, pen: int = 6) -> np.ndarray:
    page = sheet(240, 240)
    if inside is not None:
        cv2.ellipse(page, MIDDLE, (30, 40), 0, 0, 360, inside, cv2.FILLED, cv2.LINE_AA)
    cv2.ellipse(page, MIDDLE, (30, 40), 0, 0, 360, (PEN,) * 3, pen, cv2.LINE_AA)
    return page


def bar(right: int | None = None) -> np.ndarray:
    """A stroke on paper, or the left side of something of grey level `right`."""
    page = sheet(240, 240)
    if right is not None:
        page[:, 120:] = right
    cv2.line(page, (120, 80), (120, 160), (PEN,) * 3, 6, cv2.LINE_AA)
    return page


def marked(page: np.ndarray, text: str) -> set[Body | None]:
    """What the uncut shapes of a page are taken for, if all look like a digit."""
    ink = find_ink(page)
    candidates = find_candidates(ink, 100)
    scores = np.stack([row(text, 0.99)] * len(candidates.items))
    found = mark_bodies(page, ink, candidates, scores, CLASSES)
    return {item.body for item in found.items if not item.cuts}


@pytest.mark.parametrize(
    ("page", "text", "body"),
    [
        (disc(), "0", Body.SOLID),
        (disc(8), "8", None),
        (ring(), "0", None),
        (ring(pen=12), "0", None),
        (ring(PINK), "0", Body.FILLED),
        (ring((120, 120, 120)), "0", Body.FILLED),
        (ring((225, 230, 228)), "0", None),
        (bar(), "1", None),
        (bar(right=90), "1", Body.EDGE),
        (bar(right=200), "1", None),
    ],
    ids=["disc", "dot", "zero", "fat zero", "bubble", "hole", "dirty paper", "one", "side of a box", "shadow"],
)  # fmt: skip
def test_a_thing_is_told_from_a_stroke(page: np.ndarray, text: str, body: Body | None):
    assert marked(page, text) == {body}


def test_a_pen_so_fat_that_only_its_outline_was_found_is_a_pen():
    outline = sheet(240, 240)
    cv2.ellipse(outline, MIDDLE, (38, 48), 0, 0, 360, (PEN,) * 3, 6, cv2.LINE_AA)
    ink = find_ink(outline)
    candidates = find_candidates(ink, 100)
    scores = np.stack([row("0", 0.99)] * len(candidates.items))
    for page, body in ((ring(pen=22), None), (ring(PINK, pen=22), Body.FILLED)):
        found = mark_bodies(page, ink, candidates, scores, CLASSES)
        assert max(found.items, key=lambda item: item.region.box.area).body is body


def test_light_things_on_a_dark_ground_are_things_too():
    assert marked(255 - disc(), "0") == {Body.SOLID}
    assert marked(255 - ring((170, 170, 170)), "0") == {Body.FILLED}
    assert marked(255 - ring(), "0") == {None}


@pytest.mark.parametrize("text", "0123456789")
@pytest.mark.parametrize("height", [14, 60, 400])
def test_digits_are_strokes_at_any_size(text: str, height: int):
    page = sheet(2 * height, 2 * height)
    write(page, text, height // 2, height // 2, height)
    ink = find_ink(page)
    candidates = find_candidates(ink, 100)
    largest = max(range(len(candidates.items)), key=lambda k: candidates.items[k].region.box.area)  # fmt: skip
    for looks in "01":
        scores = np.stack([row(looks, 0.99)] * len(candidates.items))
        found = mark_bodies(page, ink, candidates, scores, CLASSES)
        assert found.items[largest].body is None


def test_a_ring_that_the_picture_cuts_is_looked_at_as_far_as_it_goes():
    page = ring(PINK)
    assert marked(page[:, 85:], "0") == marked(page[82:], "0") == {Body.FILLED}


def test_no_digit_at_all_is_no_body():
    page = sheet()
    ink = find_ink(page)
    nothing = find_candidates(ink, 100)
    scores = np.zeros((0, len(CLASSES)), np.float32)
    assert mark_bodies(page, ink, nothing, scores, CLASSES) is nothing
    assert silenced(nothing, scores, CLASSES) is scores


def test_a_model_without_zeros_and_ones_sees_no_filled_rings():
    page = ring(PINK)
    ink = find_ink(page)
    candidates = find_candidates(ink, 100)
    scores = np.full((len(candidates.items), 2), 0.5, np.float32)
    assert mark_bodies(page, ink, candidates, scores, ("a", "b")) is candidates


def row_with_a_body(low: bool = False) -> Candidates:
    candidates = row_of(WIDE, WIDE, WIDE)
    last = candidates.items[2]
    if low:
        box = replace(last.region.box, y=last.region.box.bottom - 8, height=8)
        last = replace(last, region=replace(last.region, box=box, ink=last.region.ink[-8:]))  # fmt: skip
    items = (*candidates.items[:2], replace(last, body=Body.SOLID))
    return replace(candidates, items=items)


def test_a_body_is_no_digit_whatever_it_looks_like():
    candidates = row_with_a_body()
    scores = np.stack([row("0", 0.99)] * 3)
    quiet = silenced(candidates, scores, CLASSES)
    assert np.array_equal(quiet[:2], scores[:2])
    assert quiet[2, NONE] == 1 and quiet[2].sum() == 1
    assert scores[2, 0] > 0.9, "what the network saw is left as it is"


@pytest.mark.parametrize(("low", "sure", "asked"), [(False, 0.1, False), (True, 0.1, True), (False, 0.7, True)])  # fmt: skip
def test_where_crops_see_no_digit_a_line_with_things_on_it_is_not_asked_about(
    low: bool, sure: float, asked: bool
):
    looks = ("4", sure), ("4", sure), ("0", 0.01)
    witness = Witness()
    second(first_of(row_with_a_body(low), *looks), witness)
    assert bool(witness.asked) is asked


def test_things_are_not_read_and_say_why(reader: Reader):
    page = sheet(300, 900)
    write(page, "472", 60, 100, 80)
    for k in range(3):
        centre = 480 + 130 * k, 140
        cv2.ellipse(page, centre, (30, 40), 0, 0, 360, PINK, cv2.FILLED, cv2.LINE_AA)
        cv2.ellipse(page, centre, (30, 40), 0, 0, 360, (PEN,) * 3, 6, cv2.LINE_AA)
    assert [number.text for number in reader.read(page).numbers] == ["472"]
    reasons = [shape.reason for shape in reader.inspect(page).shapes]
    assert reasons.count(Body.SOLID.value) == 3
