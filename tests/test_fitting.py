"""Numbers that have to fit: joined, read otherwise with an honest confidence, or left as they are and marked."""

from __future__ import annotations

import re
from itertools import pairwise, product

import cv2
import numpy as np
import pytest
from drawing import sheet, write
from fakes import CLASSES, digit, line

from camrec import Reader
from camrec.elements import Box, Digit, Number, Region
from camrec.reading.fitting import HOPELESS, JOINED, Evidence, fit, join
from camrec.reading.numbers import group_digits
from camrec.reading.pattern import Pattern, digits_of, pattern_of
from camrec.reading.regions import Candidate, Candidates
from camrec.reading.resolve import resolve
from camrec.reading.spelling import Pieces
from camrec.reading.ways import FAR, LIKELY, likeliest
from camrec.settings import ReadingSettings

# --- the pattern


@pytest.mark.parametrize(
    ("regex", "digits", "fitting", "others"),
    [
        (r"\d{4}", None, ["4712"], ["471", "47120", ""]),
        (None, 3, ["471"], ["47", "4712", "a71"]),
        (None, (2, 3), ["47", "471"], ["4", "4712"]),
        (r"4.*", 3, ["471"], ["571", "4712"]),
        ("47|471", None, ["47", "471"], ["4"]),
    ],
)
def test_a_pattern_fits_a_number_as_a_whole(regex, digits, fitting, others):
    pattern = pattern_of(regex, digits)
    assert all(pattern.fits(text) for text in fitting)
    assert not any(pattern.fits(text) for text in others)


def test_nothing_asked_is_no_pattern():
    assert pattern_of() is None


@pytest.mark.parametrize(
    ("text", "count"), [("5", (5, 5)), ("4-6", (4, 6)), ("7-7", (7, 7))]
)
def test_a_count_of_digits_is_one_number_or_two(text: str, count: tuple[int, int]):
    assert digits_of(text) == count


@pytest.mark.parametrize("text", ["", "0", "6-4", "-3", "3-", "five", "1.5", "٣"])
def test_a_count_that_is_none_is_refused(text: str):
    with pytest.raises(ValueError, match="digits"):
        digits_of(text)


def test_a_pattern_says_what_it_wants():
    assert str(pattern_of(r"4\d*", (2, 5))) == r"4\d* and 2-5 digits"
    assert str(pattern_of(digits=4)) == "4 digits"


# --- ways through the pieces


def pieces_of(count: int, seed: int = 0) -> Pieces:
    """Every run of one or two pieces, with scores at random."""
    rng = np.random.default_rng(seed)
    spans = [(k, k + w) for k in range(count) for w in (1, 2) if k + w <= count]
    runs = tuple((first, last, row) for row, (first, last) in enumerate(spans))
    return Pieces(count, runs, rng.dirichlet(np.full(10, 0.4), len(runs)) * 0.95)


def every_way(pieces: Pieces) -> dict[tuple[int, ...], float]:
    """The best log p of every reading, by trying them all."""
    hope = np.zeros(pieces.count)
    for first, last, row in pieces.runs:
        hope[first:last] = np.maximum(hope[first:last], pieces.scores[row].max())
    best: dict[tuple[int, ...], float] = {}

    def walk(at: int, digits: tuple[int, ...], log_p: float) -> None:
        if at == pieces.count:
            best[digits] = max(log_p, best.get(digits, -np.inf))
            return
        walk(at + 1, digits, log_p + np.log(max(1e-6, 1 - hope[at])))
        for first, last, row in pieces.runs:
            if first == at:
                for label in np.argsort(-pieces.scores[row])[:LIKELY]:
                    p = max(1e-6, pieces.scores[row, label])
                    walk(last, (*digits, int(label)), log_p + np.log(p))

    walk(0, (), 0.0)
    return best


@pytest.mark.parametrize("seed", range(4))
def test_ways_come_likeliest_first_and_none_is_missed(seed: int):
    pieces = pieces_of(4, seed)
    truth = every_way(pieces)
    found = list(likeliest(pieces))
    assert [r.log_p for r in found] == sorted((r.log_p for r in found), reverse=True)
    near = {d: p for d, p in truth.items() if p >= max(truth.values()) - FAR + 1e-6}
    assert {r.digits: r.log_p for r in found} == pytest.approx(near, abs=1e-6)


def test_each_digit_of_a_way_knows_its_row():
    pieces = pieces_of(4)
    spans = {row: (first, last) for first, last, row in pieces.runs}
    for reading in likeliest(pieces):
        taken = [spans[row] for row in reading.rows]
        assert len(taken) == len(reading.digits)
        assert all(a[1] <= b[0] for a, b in pairwise(taken))


def test_no_pieces_spell_nothing():
    (reading,) = likeliest(Pieces(0, (), np.zeros((0, 10))))
    assert reading.digits == ()


# --- numbers side by side


def numbers_at(*places: tuple[str, int]) -> tuple[Number, ...]:
    """Numbers 40 px high with their left edges at x."""
    return group_digits([d for text, x in places for d in line(text, x)])


def texts(numbers: tuple[Number, ...]) -> list[tuple[str, bool]]:
    return [(number.text, number.fits) for number in numbers]


def test_what_fits_only_together_is_joined_and_half_as_sure():
    parts = numbers_at(("12", 0), ("867", 100))
    assert [n.text for n in parts] == ["12", "867"]
    (number,) = join(parts, Pattern(digits=(5, 5)))
    assert (number.text, number.fits) == ("12867", True)
    assert number.confidence == pytest.approx(JOINED * 0.9**5)
    assert number.digits == parts[0].digits + parts[1].digits
    assert number.box == parts[0].box.union(parts[1].box)


@pytest.mark.parametrize(
    ("places", "count", "left"),
    [
        ((("12", 0), ("867", 100)), 4, [("12", False), ("867", False)]),
        ((("12", 0), ("867", 300)), 5, [("12", False), ("867", False)]),
        ((("12", 0), ("867", 100)), 3, [("12", False), ("867", True)]),
        ((("1", 0), ("2", 70), ("3", 140)), 3, [("123", True)]),
        (
            (("1", 0), ("2", 70), ("3", 140)),
            2,
            [("1", False), ("2", False), ("3", False)],
        ),
    ],
    ids=["no sum fits", "too far apart", "one fits alone", "three", "a part of a row"],
)
def test_only_neighbours_that_do_not_fit_are_joined(places, count, left):
    assert texts(join(numbers_at(*places), Pattern(digits=(count, count)))) == left


# --- other readings of the same ink


def shapes(*looks: dict[str, float], width: int = 24) -> Evidence:
    """Shapes side by side, a chain each, with what the network says of each; the rest of it says none."""
    items, scores = [], np.full((len(looks), len(CLASSES)), 1e-4, np.float32)
    for k, look in enumerate(looks):
        box = Box(40 * k, 0, width, 40)
        items.append(Candidate(Region(box, np.full((40, width), 255, np.uint8)), k, 0, 1))  # fmt: skip
        for text, p in look.items():
            scores[k, CLASSES.index(text)] = p
        scores[k, -1] = max(1e-4, 1 - sum(look.values()))
    candidates = Candidates(tuple(items), tuple(np.ones(1) for _ in looks))
    first = resolve(candidates, scores / scores.sum(axis=1, keepdims=True), CLASSES, 0.5).first  # fmt: skip
    return Evidence(first, CLASSES)


LOW = Pattern(re.compile("4[0-4]"))


def number_of(evidence: Evidence, text: str) -> Number:
    """A number on the first shapes."""
    boxes = [item.region.box for item in evidence.first.candidates.items]
    digits: list[Digit] = [digit(char, box) for char, box in zip(text, boxes)]
    (number,) = group_digits(digits)
    return number


def test_a_digit_is_taken_for_another_that_fits_and_stays_as_unsure_as_it_was():
    evidence = shapes({"4": 0.99}, {"7": 0.7, "1": 0.29})
    number = number_of(evidence, "47")
    (fitted,) = fit((number,), LOW, evidence)
    assert (fitted.text, fitted.fits) == ("41", True)
    # 0.29 of it, in view of 0.7 that it is a 7 and 0.3 that it is no digit.
    assert fitted.confidence == pytest.approx(0.29 / (0.29 + 0.7 + 0.3), abs=0.02)
    assert fitted.digits[1].confidence == pytest.approx(fitted.confidence, abs=0.02)
    assert fitted.digits[0].confidence > 0.9
    assert [d.box for d in fitted.digits] == [d.box for d in number.digits]


def test_a_shape_that_was_left_out_becomes_a_digit_where_one_is_wanted():
    evidence = shapes({"4": 0.99}, {"7": 0.99}, {"1": 0.4})
    (fitted,) = fit((number_of(evidence, "47"),), Pattern(digits=(3, 3)), evidence)
    assert (fitted.text, fitted.fits) == ("471", True)
    assert HOPELESS < fitted.confidence < 0.5


def test_a_digit_is_given_up_where_one_is_too_many():
    evidence = shapes({"4": 0.99}, {"7": 0.99}, {"1": 0.55})
    (fitted,) = fit((number_of(evidence, "471"),), Pattern(digits=(2, 2)), evidence)
    assert (fitted.text, fitted.fits) == ("47", True)
    assert fitted.confidence < 0.5


def test_one_shape_does_not_help_out_on_both_sides():
    evidence = shapes({"1": 0.99}, {"2": 0.99}, {"7": 0.4}, {"4": 0.99}, {"5": 0.99})
    boxes = [item.region.box for item in evidence.first.candidates.items]
    numbers = group_digits([digit(text, boxes[k]) for text, k in (("1", 0), ("2", 1), ("4", 3), ("5", 4))])  # fmt: skip
    assert [number.text for number in numbers] == ["12", "45"]
    fitted = fit(numbers, Pattern(digits=(3, 3)), evidence)
    assert [(number.text, number.fits) for number in fitted] == [("127", True), ("45", False)]  # fmt: skip


def test_a_hopeless_reading_is_not_taken():
    evidence = shapes({"4": 0.99}, {"7": 0.95, "1": 0.02})
    number = number_of(evidence, "47")
    (left,) = fit((number,), LOW, evidence)
    assert (left.text, left.fits) == ("47", False)
    assert left.digits == number.digits and left.confidence == number.confidence


def test_what_fits_comes_back_untouched():
    evidence = shapes({"4": 0.9}, {"7": 0.7, "1": 0.29})
    numbers = (number_of(evidence, "47"),)
    assert fit(numbers, Pattern(digits=(2, 2)), evidence) is numbers


def test_a_forced_digit_says_itself_or_none_and_keeps_its_text():
    """Nothing that steadies digits over time may take it for the digit that does not fit."""
    evidence = shapes({"4": 0.99}, {"7": 0.7, "1": 0.29})
    number = number_of(evidence, "47")
    (fitted,) = fit((number,), LOW, evidence)
    for one in fitted.digits:
        assert one.scores.sum() == pytest.approx(1)
        assert CLASSES[int(one.scores[:10].argmax())] == one.text
        assert one.confidence == pytest.approx(one.scores[CLASSES.index(one.text)])


# --- pictures


def far_apart() -> np.ndarray:
    """12 and 867 on one line, a little too far apart for one number."""
    image = sheet(200, 640)
    write(image, "12", 40, 60, 80)
    write(image, "867", 280, 60, 80)
    return image


def read(image: np.ndarray, **wanted) -> list[tuple[str, bool]]:
    return texts(Reader(**wanted).read(image).numbers)


def test_a_reader_joins_leaves_out_or_marks():
    image = far_apart()
    assert read(image) == [("12", True), ("867", True)]
    assert read(image, digits=3) == [("867", True)]
    assert read(image, digits=5) == [("12867", True)]
    assert read(image, digits=(2, 4)) == [("12", True), ("867", True)]
    assert read(image, digits=3, pattern="9.*") == []
    marked = read(image, digits=3, keep_misfits=True)
    assert marked == [("12", False), ("867", True)]


@pytest.mark.parametrize("lines", ["auto", "never"])
def test_sure_digits_are_never_forced(lines: str):
    image = sheet(200, 640)
    write(image, "20368", 40, 60, 80)
    settings = ReadingSettings(lines=lines)
    for count, pattern in product((4, 6, None), (None, r"[13579]+")):
        if count or pattern:
            wanted = {"digits": count, "pattern": pattern}
            assert read(image, settings=settings, **wanted) == []


def test_every_digit_reported_stands_in_a_number_that_is():
    scene = Reader(digits=3).read(far_apart())
    assert [d.text for d in scene.digits] == list("867")


def test_a_reader_groups_steadied_digits_as_it_does_its_own():
    reader = Reader(digits=5)
    digits = list(Reader().read(far_apart()).digits)
    assert texts(reader.group(digits)) == [("12867", True)]
    assert reader.group(digits[:2]) == ()
    assert texts(Reader().group(digits)) == [("12", True), ("867", True)]


def test_a_picture_turned_and_cut_out_has_its_boxes_in_the_whole():
    image = cv2.copyMakeBorder(far_apart(), 50, 0, 30, 0, cv2.BORDER_REPLICATE)
    (number,) = Reader(digits=5, roi=Box(30, 50, 640, 200)).read(image).numbers
    (plain,) = Reader(digits=5).read(far_apart()).numbers
    assert number.box.iou(plain.box.shift(30, 50)) > 0.9


def test_a_count_that_no_number_has_is_refused():
    with pytest.raises(ValueError, match="digits"):
        Reader(digits=(5, 3))
