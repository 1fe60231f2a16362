"""Pages are brought upright by what is written on them; where nothing speaks clearly for another position they stay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest
from drawing import sheet, write
from shared import shared

from camrec import Box, Frame, Reader, Scene
from camrec.elements import Region
from camrec.reading.ink import Ink, find_ink
from camrec.reading.normalise import normalise_all
from camrec.reading.pictures import load_picture
from camrec.reading.reader import at_work_scale
from camrec.reading.regions import Candidate, Candidates, find_candidates
from camrec.reading.turning import (
    NEARLY_ALL,
    OVER,
    SIDEWAYS,
    Position,
    best_turn,
    quarters_to_upright,
    side_that_is_up,
    turn,
    turn_back,
)
from camrec.settings import ReadingSettings
from camrec.training.rendering.letters import WORDS as VOCABULARY
from camrec.training.rendering.strokes import GLYPHS, HEIGHT, curve, lines_of, spelled

QUARTERS = (0, 1, 2, 3)
CLASSES = (*"0123456789", "none")


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


# --- turning there and back


@pytest.mark.parametrize("quarters", [*QUARTERS, 4, 7, -1, -90])
def test_a_turn_is_by_quarters_against_the_clock(quarters: int):
    image = np.random.default_rng(0).integers(0, 256, (5, 8, 3), np.uint8)
    assert np.array_equal(turn(image, quarters), np.rot90(image, quarters))


def test_what_lies_right_is_not_copied():
    image = sheet()
    assert turn(image, 0) is image and turn(image, 4) is image


@pytest.mark.parametrize("quarters", [*QUARTERS, 5, -1])
@pytest.mark.parametrize("box", [Box(0, 0, 1, 1), Box(7, 2, 30, 11), Box(60, 30, 20, 10), Box(0, 0, 80, 40)])  # fmt: skip
def test_a_box_is_turned_back_to_where_it_was(quarters: int, box: Box):
    page = np.zeros((40, 80), np.uint8)
    page[box.y : box.bottom, box.x : box.right] = 255
    found = Box(*cv2.boundingRect(turn(page, quarters)))
    assert turn_back(found, quarters, 80, 40) == box


# --- which position it is

NOTHING = Position(0.0, 0.0, 10)


def at(alone: float, company: float | None = None, shapes: int = 10) -> Position:
    return Position(alone, alone if company is None else company, shapes)


def test_where_nothing_speaks_a_page_stays():
    assert best_turn(NOTHING, NOTHING, NOTHING, NOTHING) == 0


@pytest.mark.parametrize(("place", "quarters"), [(0, 0), (1, 1), (2, 2), (3, 3)])
def test_what_speaks_clearly_for_a_position_turns_the_page_there(place, quarters):
    positions = [NOTHING] * 4
    positions[place] = at(25.0)
    assert best_turn(*positions) == quarters


def test_a_page_is_put_on_its_side_by_what_its_shapes_say_in_company():
    aside = SIDEWAYS + 0.1
    assert best_turn(NOTHING, at(2.0, aside), NOTHING, NOTHING) == 1
    assert best_turn(NOTHING, NOTHING, NOTHING, at(2.0, aside)) == 3
    assert best_turn(NOTHING, at(60.0, SIDEWAYS), NOTHING, NOTHING) == 0
    # Against both positions in which lines run across, not against the one it lies in.
    assert best_turn(NOTHING, at(2.0, aside), at(0.0, 5.0), NOTHING) == 0


def test_of_two_sides_the_one_whose_shapes_look_more_like_digits_is_taken():
    aside = SIDEWAYS + 10
    left, right = at(8.0, aside), at(9.0, aside - 5)
    assert best_turn(NOTHING, left, NOTHING, right) == 3
    assert best_turn(NOTHING, replace(left, alone=9.0), NOTHING, right) == 1


@pytest.mark.parametrize("more", [-0.1, 0.1])
def test_a_page_is_stood_on_its_head_only_where_that_is_clearly_better(more: float):
    over = at(2.5 * 10)
    level = at(over.alone - OVER - more)
    assert best_turn(level, NOTHING, over, NOTHING) == (2 if more > 0 else 0)


@pytest.mark.parametrize("shapes", [10, 200])
@pytest.mark.parametrize("more", [-0.1, 0.1])
def test_and_only_where_nearly_all_its_shapes_are_digits_then(shapes: int, more: float):
    # Letters on their heads look like digits now and then.
    over = at(NEARLY_ALL * shapes + more, shapes=shapes)
    assert best_turn(NOTHING, NOTHING, over, NOTHING) == (2 if more > 0 else 0)


# --- pages of a sign that stands one way alone


def signs(count: int = 12) -> np.ndarray:
    """A page of wedges that point down, six to a line."""
    image = sheet(300, 480)
    for k in range(count):
        x, y = 40 + 70 * (k % 6), 60 + 100 * (k // 6)
        corners = np.array([(x, y), (x + 34, y), (x + 17, y + 50)], np.int32)
        cv2.fillPoly(image, [corners], (40, 40, 40))
    return image


class Wedges:
    """Takes for a 7 what points down, and for nothing what points elsewhere."""

    classes = CLASSES

    def __init__(self) -> None:
        self.calls = 0

    def scores(self, crops: np.ndarray) -> np.ndarray:
        self.calls += 1
        out = np.full((len(crops), len(CLASSES)), 1e-6, np.float32)
        for row, crop in zip(out, crops[..., 0]):
            # The centre of mass is the middle; ink reaches further to where a wedge points.
            ys, xs = np.nonzero(crop > 0.3)
            down, aside = ys.max() + ys.min() - 27, abs(xs.max() + xs.min() - 27)
            points_down = down > 3 and down > aside
            row[7], row[-1] = (0.98, 0.02) if points_down else (0.0, 1.0)
        return out


def propose(ink: Ink) -> Candidates:
    return find_candidates(ink, 500)


def quarters_of(image: np.ndarray, network: Wedges, letters: Callable[[], Wedges] | None = None) -> int:  # fmt: skip
    ink = find_ink(image)
    candidates = propose(ink)
    crops = normalise_all([item.region.ink for item in candidates.items])
    known = network.scores(crops)
    network.calls = 0
    return quarters_to_upright(ink, candidates, known, propose, network, letters)


@pytest.mark.parametrize("turned", QUARTERS)
def test_signs_that_stand_one_way_alone_are_stood_up(turned: int):
    page = np.rot90(signs(), -turned).copy()
    assert quarters_of(page, Wedges()) == turned


def test_a_page_of_little_but_digits_is_looked_at_once():
    network = Wedges()
    assert quarters_of(signs(), network) == 0 and network.calls == 0
    assert quarters_of(np.rot90(signs()).copy(), network) == 3 and network.calls == 3


class Upwards(Wedges):
    """Takes for a letter what points up, which stands on its head where :class:`Wedges` sees a 7."""

    classes = (*"xyz", "none")

    def scores(self, crops: np.ndarray) -> np.ndarray:
        points_up = super().scores(crops[:, ::-1])[:, 7] > 0.5
        none = 0 * points_up
        return np.stack([0.999 * points_up, none, none, 1 - 0.999 * points_up], 1)


def test_what_reads_as_writing_where_it_lies_is_not_turned():
    upright = np.rot90(signs(), 2).copy()
    assert quarters_of(upright, Wedges()) == 2
    assert quarters_of(upright, Wedges(), Upwards) == 0


def test_letters_are_asked_only_where_a_page_would_be_turned():
    asked = []

    def letters() -> Wedges:
        asked.append(1)
        return Wedges()

    assert quarters_of(signs(), Wedges(), letters) == 0 and not asked
    assert quarters_of(np.rot90(signs()).copy(), Wedges(), letters) == 3 and asked


def test_letters_have_a_say_in_which_side_is_up():
    # Digits see as many shapes that stand up either way; letters see writing on one.
    digits = {1: at(9.0, 40.0), 3: at(8.0, 40.0)}
    assert side_that_is_up(digits, {1: NOTHING, 3: at(4.0)}) == 3
    assert side_that_is_up(digits, {1: NOTHING, 3: NOTHING}) == 1


def test_writing_that_stands_up_once_turned_is_turned():
    # What they see is as sure as what digits see, but once the page is turned.
    assert quarters_of(np.rot90(signs(), 2).copy(), Wedges(), Wedges) == 2


def test_one_clear_shape_among_many_does_not_speak_for_the_page():
    """What lies on its side is mostly cut to pieces; the one shape left whole may well look like a digit."""
    ink = find_ink(np.rot90(signs()).copy())
    whole = propose(ink)
    items = whole.items[:1] + tuple(replace(item, cuts=1) for item in whole.items[1:])
    known = np.full((len(items), len(CLASSES)), 0.001, np.float32)
    known[0, 7] = 0.99
    level = Candidates(items, whole.weights)
    assert quarters_to_upright(ink, level, known, propose, Wedges()) == 3


def test_clutter_that_is_seen_one_way_alone_hardly_counts_against_that_way():
    ink = find_ink(np.rot90(signs(), -1).copy())
    crumb = Region(Box(0, 0, 10, 10), np.full((10, 10), 255, np.uint8))

    def with_crumbs(side: Ink) -> Candidates:
        seen = propose(side)
        chains = len(seen.weights)
        crumbs = tuple(Candidate(crumb, chains + k, 0, 1) for k in range(300))
        return Candidates(seen.items + crumbs, seen.weights + (np.ones(1),) * 300)

    level, network = propose(ink), Wedges()
    known = network.scores(normalise_all([item.region.ink for item in level.items]))
    assert quarters_to_upright(ink, level, known, with_crumbs, network) == 1


def test_one_sign_alone_turns_no_page():
    for turned in QUARTERS:
        assert quarters_of(np.rot90(signs(1), turned).copy(), Wedges()) == 0


def test_pieces_that_were_cut_out_of_others_do_not_testify():
    ink = find_ink(signs())
    whole = propose(ink)
    cut = Candidates(tuple(replace(item, cuts=1) for item in whole.items), whole.weights)  # fmt: skip
    known = np.full((len(cut.items), len(CLASSES)), 0.01, np.float32)
    network = Wedges()
    assert quarters_to_upright(ink, cut, known, lambda _: cut, network) == 0


@pytest.mark.parametrize("size", [(1, 1), (5, 300), (240, 320)])
def test_a_page_without_ink_stays(size: tuple[int, int]):
    assert quarters_of(sheet(*size), Wedges()) == 0


# --- pages of digits


def page() -> tuple[np.ndarray, list[Box]]:
    """A sheet with three lines of digits, and where each one stands."""
    image, boxes = sheet(420, 640), []
    for k, text in enumerate(("20368", "4957", "7124")):
        boxes += write(image, text, 60 + 50 * k, 50 + 120 * k, 70)
    return image, boxes


def texts(scene: Scene) -> list[str]:
    return [number.text for number in scene.numbers]


@pytest.mark.parametrize("turned", QUARTERS)
def test_digits_are_read_however_the_page_lies(reader: Reader, turned: int):
    image, _ = page()
    scene = reader.read(np.rot90(image, turned).copy())
    assert texts(scene) == ["20368", "4957", "7124"]


@pytest.mark.parametrize("zoom", [1, 3])
@pytest.mark.parametrize("turned", QUARTERS)
def test_boxes_lie_in_the_picture_as_it_was_given(reader, turned: int, zoom: int):
    image, boxes = page()
    image = cv2.resize(image, None, fx=zoom, fy=zoom)
    height, width = image.shape[:2]
    given = np.rot90(image, turned).copy()
    scene = reader.read(Frame(given))
    assert scene.frame.image is given
    for digit, box in zip(scene.digits, boxes, strict=True):
        large = Box(*(zoom * edge for edge in box.as_list()))
        assert turn_back(digit.box, turned, width, height).iou(large) > 0.7


@pytest.mark.parametrize("turned", QUARTERS)
def test_only_the_region_of_interest_is_turned(turned: int):
    given = np.rot90(page()[0], turned).copy()
    # The lower two lines, wherever they came to lie.
    part = np.zeros((420, 640), np.uint8)
    part[150:] = 255
    roi = Box(*cv2.boundingRect(turn(part, turned)))
    scene = Reader(roi=roi).read(given)
    assert texts(scene) == ["4957", "7124"]
    assert all(digit.box.intersect(roi) == digit.box for digit in scene.digits)


@pytest.mark.parametrize(("degrees", "turned"), [("0", 0), ("90", 1), ("180", 2), ("270", 3)])  # fmt: skip
def test_degrees_clockwise_that_are_given_are_taken(degrees: str, turned: int):
    settings = ReadingSettings(rotate=degrees)
    image, _ = page()
    given = np.rot90(
        image, turned
    ).copy()  # against the clock, so the way back is with it
    assert texts(Reader(settings=settings).read(given)) == ["20368", "4957", "7124"]


def test_a_page_that_is_said_to_be_upright_is_left_on_its_side():
    settings = ReadingSettings(rotate="0")
    given = np.rot90(page()[0]).copy()
    assert "20368" not in texts(Reader(settings=settings).read(given))


@pytest.mark.parametrize("text", ["69", "8018", "0", "11"])
def test_what_reads_as_well_on_its_head_stays(reader: Reader, text: str):
    image = sheet(300, 400)
    write(image, text, 80, 100, 80)
    assert texts(reader.read(image)) == [text]


# --- pages of letters

WORDS = ("hello minimum", "running summer", "winter common")


def prose() -> np.ndarray:
    """A page of words whose letters are joined, as in handwriting."""
    image = sheet(420, 640)
    for k, line in enumerate(WORDS):
        x = 40.0
        for char in line:
            if char == " ":
                x += 40
                continue
            lines = [curve(points) * 60 / HEIGHT for points in lines_of(GLYPHS[char])]
            left = min(points[:, 0].min() for points in lines)
            for points in lines:
                moved = np.round((points + (x - left, 50 + 120 * k)) * 16)
                cv2.polylines(image, [moved.astype(np.int32)], False, (40,) * 3, 5, cv2.LINE_AA, 4)  # fmt: skip
            x += max(points[:, 0].max() for points in lines) - left - 1
    return image


@pytest.mark.parametrize("turned", QUARTERS)
def test_pages_of_letters_stay_as_they_are(reader: Reader, turned: int):
    given = np.rot90(prose(), turned).copy()
    assert np.array_equal(reader.inspect(given).picture, given)


@pytest.mark.parametrize("turned", QUARTERS)
def test_handwritten_words_stay_as_they_are(reader: Reader, turned: int):
    for path in sorted(shared("data/text").glob("word_*.jpg"))[::30]:
        given = np.rot90(load_picture(path), turned).copy()
        seen = at_work_scale(given, reader.settings.work_side)[0]
        assert np.array_equal(reader.inspect(given).picture, seen), path.name


def test_a_texture_stays_as_it_is(reader: Reader):
    noise = np.random.default_rng(0).normal(0, 1, (60, 80, 3))
    blotches = cv2.resize(noise, (640, 480), interpolation=cv2.INTER_CUBIC)
    image = np.clip(128 + 60 * blotches, 0, 255).astype(np.uint8)
    assert np.array_equal(reader.inspect(image).picture, image)


@pytest.mark.parametrize("digits", ["", "47"])
def test_joints_of_a_wall_are_no_ones_on_their_sides(reader: Reader, digits: str):
    rng = np.random.default_rng(0)
    wall = sheet(480, 640)
    for k in range(12):
        x, y = 60 + 140 * (k % 4) + int(rng.integers(40)), 60 + 110 * (k // 4)
        cv2.line(wall, (x, y), (x + 34, y + int(rng.integers(-2, 3))), (40, 40, 40), 4)
    write(wall, digits, 450, 400, 50)
    assert np.array_equal(reader.inspect(wall).picture, wall)


@pytest.mark.parametrize("seed", range(2))
def test_a_page_of_printed_words_stays_as_it_lies(seed: int):
    """In strokes that do not join, letter by letter: upside down many of them are good digits."""
    rng = np.random.default_rng(seed)
    image = sheet(600, 760)
    for k in range(6):
        x = 30
        while x < 600:
            x += 14 + print_word(
                image, str(rng.choice(VOCABULARY)), x, 30 + 90 * k, rng
            )
    assert Reader(settings=ReadingSettings())._upright(image)[0] == 0


@pytest.mark.parametrize("words", ["The traditional desktop environment", "please return this form to reception"])  # fmt: skip
def test_slanted_print_stays_as_it_lies(reader: Reader, words: str):
    """Upside down its letters pass for digits, and what stands beside them too."""
    matplotlib = pytest.importorskip("matplotlib", reason="has the font")
    pillow = pytest.importorskip("PIL.ImageFont", reason="draws it")
    font = pillow.truetype(f"{matplotlib.get_data_path()}/fonts/ttf/DejaVuSans-Oblique.ttf", 24)  # fmt: skip
    mask = font.getmask(words)
    image = sheet(80, 640)
    view = image[25 : 25 + mask.size[1], 30 : 30 + mask.size[0]]
    view -= (np.array(mask).reshape(view.shape[:2])[..., None] * 0.5).astype(np.uint8)
    assert reader._upright(image)[0] == 0
    # As it lies no letter does, but the l, which is a 1 to the eye as well.
    assert {digit.text for digit in reader.read(image).digits} <= {"1"}


def print_word(
    image: np.ndarray, word: str, x: int, y: int, rng: np.random.Generator
) -> int:
    """Write a word whose letters stand apart, 50 px high; returns its width."""
    shape = spelled(rng, word, 0.1)
    scale = 50 / (shape.bottom - shape.top)
    ink = (shape.field < 0).astype(np.uint8)
    ink = cv2.resize(ink, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    top = max(0, y - round(shape.top * scale))
    view = image[top : top + len(ink), x : x + ink.shape[1]]
    view[ink[: len(view), : view.shape[1]] > 0] = 40
    return ink.shape[1]
