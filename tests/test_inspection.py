"""A reading explained: the same result as reading, and for every candidate the reason of what became of it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
import pytest
from drawing import sheet, write
from test_resolve import CLASSES, FAR, candidate, chain_of, lone, row, word

from camrec import Box, Frame, Reader, Scene
from camrec.reading.account import Account, Seen
from camrec.reading.ink import find_ink
from camrec.reading.inspection import Inspection, explain
from camrec.reading.numbers import group_digits
from camrec.reading.pattern import pattern_of
from camrec.reading.reasons import HOPE, Fate, Reasons, told
from camrec.reading.regions import Candidates
from camrec.reading.resolve import resolve
from camrec.settings import ReadingSettings


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


def page(*texts: str) -> np.ndarray:
    """Lines of digits on a sheet, with a scribble below."""
    image = sheet(120 * len(texts) + 120, 640)
    for k, text in enumerate(texts):
        write(image, text, 60, 40 + 120 * k, 70)
    cv2.ellipse(image, (300, 120 * len(texts) + 50), (90, 30), 10, 0, 300, (40, 40, 40), 5)  # fmt: skip
    return image


def joined() -> np.ndarray:
    """A 3 and a 5 that touch."""
    image = sheet(200, 300)
    write(image, "35", 80, 60, 80)
    cv2.line(image, (128, 134), (166, 140), (40, 40, 40), 8)
    return image


def account_of(
    candidates: Candidates,
    scores: np.ndarray,
    least: float = 0.5,
    pattern: str | None = None,
) -> Account:
    """The account of a reading of made-up candidates on white paper."""
    picture = np.full((80, 2 * FAR, 3), 255, np.uint8)
    crops = np.zeros((len(candidates.items), 28, 28, 1), np.float32)
    resolved = resolve(candidates, scores, CLASSES, least)
    numbers = group_digits(resolved.digits)
    wanted = pattern_of(pattern)
    reported = tuple(n for n in numbers if wanted is None or wanted.fits(n.text))
    digits = tuple(digit for number in reported for digit in number.digits)
    return Account(
        Scene(Frame(picture), digits, reported),
        Seen(picture, find_ink(picture), candidates, crops, scores),
        resolved,
        numbers,
        reported,
        CLASSES,
        least,
        wanted,
        lambda box: box,
    )


def fates(account: Account) -> list[tuple[Fate, str]]:
    """Of each candidate, in the order they were given in."""
    reasons = Reasons(account)
    told = [reasons.of_candidate(k) for k in range(len(account.seen.scores))]
    return [(reason.fate, reason.words) for reason in told]


def read(inspection: Inspection) -> list[Box]:
    return [s.box for s in inspection.shapes if s.fate is Fate.READ]


# --- the same path as reading


@pytest.mark.parametrize("image", [page("20368", "4957"), joined(), sheet()], ids=["page", "joined", "bare"])  # fmt: skip
def test_an_inspection_reports_what_reading_does(reader: Reader, image: np.ndarray):
    plain, scene = reader.read(image), reader.inspect(image).scene
    assert [n.text for n in scene.numbers] == [n.text for n in plain.numbers]
    assert [(d.box, d.confidence) for d in scene.digits] == [
        (d.box, d.confidence) for d in plain.digits
    ]


def test_every_digit_that_is_reported_is_a_shape_that_was_read(reader: Reader):
    inspection = reader.inspect(page("20368", "4957"))
    assert sorted(map(Box.as_list, read(inspection))) == sorted(
        digit.box.as_list() for digit in inspection.scene.digits
    )


def test_shapes_come_in_reading_order(reader: Reader):
    inspection = reader.inspect(page("123", "456"))
    texts = [
        inspection.classes[int(shape.judged.argmax())]
        for shape in inspection.shapes
        if shape.fate is Fate.READ and shape.judged is not None
    ]
    assert "".join(texts) == "123456"


def test_everything_is_at_the_scale_of_work_and_upright():
    image = np.rot90(cv2.resize(page("20368"), None, fx=3, fy=3)).copy()
    settings = ReadingSettings(work_side=640, rotate="90")
    inspection = Reader(settings=settings).inspect(image)
    assert inspection.picture.shape == (240, 640, 3)
    assert inspection.ink.mask.shape == (240, 640)
    assert [n.text for n in inspection.scene.numbers] == ["20368"]
    boxes = read(inspection)
    assert [box.x for box in boxes] == sorted(box.x for box in boxes)


def test_crops_and_scores_are_those_of_the_network(reader: Reader):
    for shape in reader.inspect(page("4957")).shapes:
        assert shape.crop.shape == (28, 28) and 0 < shape.crop.max() <= 1
        assert shape.alone is not None
        assert shape.alone.sum() == pytest.approx(1, abs=1e-3)


def test_a_region_outside_the_picture_holds_no_shape():
    inspection = Reader(roi=Box(5000, 0, 10, 10)).inspect(page("47"))
    assert inspection.shapes == () and inspection.scene.digits == ()


# --- lines that were read twice


def test_a_line_in_doubt_shows_what_each_witness_spells(reader: Reader):
    (line,) = reader.inspect(joined()).lines
    for marks in (line.line, line.both):
        assert [mark.text for mark in marks] == ["3", "5"]
        assert 0 < marks[0].at < marks[1].at < line.strip.shape[1]
    assert line.strip.shape[0] == 32 and line.strip.max() > 200


def test_no_line_is_read_twice_unless_lines_are_read(reader: Reader):
    never = Reader(settings=ReadingSettings(lines="never"))
    assert reader.inspect(joined()).lines and not never.inspect(joined()).lines


# --- reasons


def test_a_sure_digit_is_read_and_a_shape_that_is_none_says_so():
    account = account_of(*lone(("4", 0.999), ("5", 0.03)))
    assert fates(account) == [(Fate.READ, ""), (Fate.NONE, "none 0.97")]


def test_a_digit_less_sure_than_asked_says_how_sure():
    account = account_of(*lone(("4", 0.7)), least=0.9)
    assert fates(account) == [(Fate.BELOW, "0.70 < 0.9")]


def test_a_digit_among_letters_says_what_company_did_to_it():
    boxes = [Box(30 * k, 0, 24, 40) for k in range(5)]
    items = tuple(candidate(box, k) for k, box in enumerate(boxes))
    scores = np.stack([row("0", 0.9 if k == 2 else 0.01) for k in range(5)])
    account = account_of(Candidates(items, (np.ones(1),) * 5), scores)
    fate, words = fates(account)[2]
    assert fate is Fate.COMPANY and words.startswith("company: 0.90 -> 0.0")


def test_what_lost_to_a_better_path_names_what_won():
    runs = {(0, 1): ("3", 0.99), (1, 2): ("8", 0.99), (0, 2): ("0", 0.3)}
    found = fates(account_of(*chain_of(runs, 2)))
    assert found == [(Fate.READ, ""), (Fate.READ, ""), (Fate.PATH, "better path: 3 8")]
    runs = {(0, 1): ("1", 0.4), (1, 2): ("1", 0.05), (0, 2): ("0", 0.99)}
    found = fates(account_of(*chain_of(runs, 2)))
    assert found[0] == (Fate.PATH, "better path: 0")
    assert found[1] == (Fate.NONE, "none 0.95")  # no path could have saved it


def test_the_hole_of_a_zero_lies_inside_a_surer_digit():
    boxes = Box(0, 0, 40, 60), Box(12, 15, 16, 30)
    items = tuple(candidate(box, k) for k, box in enumerate(boxes))
    scores = np.stack([row("0", 0.999), row("1", 0.98)])
    account = account_of(Candidates(items, (np.ones(1),) * 2), scores)
    assert fates(account)[1] == (Fate.INSIDE, "inside a surer 0")


def test_a_stroke_of_a_word_says_what_it_looks_like():
    account = account_of(*word(("7", 0.2), ("1", 0.999), ("7", 0.2)))
    fate, words = fates(account)[1]
    assert fate is Fate.STROKE and words.endswith(" alone, cut out of a word")


def test_a_number_that_does_not_fit_says_to_what():
    account = account_of(*lone(("4", 0.999)), pattern=r"\d{3}")
    assert fates(account) == [(Fate.PATTERN, r"4 does not fit \d{3}")]


def test_a_digit_that_was_read_otherwise_to_fit_is_read():
    account = account_of(*lone(("4", 0.999)))
    (number,) = account.numbers
    other = replace(number.digits[0], text="9", confidence=0.6, scores=row("9", 0.6))
    forced = replace(number, text="9", digits=(other,))
    account = replace(account, reported=(forced,))
    assert fates(account) == [(Fate.READ, "to fit the pattern")]
    judged = Reasons(account).judged(0)
    assert judged is not None and CLASSES[int(judged.argmax())] == "9"


def test_a_digit_that_no_candidate_shows_is_a_shape_all_the_same():
    account = account_of(*lone(("4", 0.999)))
    (number,) = account.numbers
    other = replace(number.digits[0], box=Box(3, 0, 9, 40))
    account = replace(account, reported=(replace(number, digits=(other,)),))
    *_, shape = explain(account).shapes
    assert shape.candidate is None and shape.fate is Fate.READ
    assert shape.box == Box(3, 0, 9, 40)


@pytest.mark.parametrize("image", [page("20368"), joined()], ids=["page", "joined"])
def test_every_shape_of_a_real_reading_has_a_reason(reader: Reader, image: np.ndarray):
    for shape in reader.inspect(image).shapes:
        assert shape.reason or shape.fate is Fate.READ
        assert shape.reason.isascii()


# --- the log


def lines_told(account: Account) -> Sequence[str]:
    return list(told(account))


def test_a_line_is_told_of_each_candidate_that_had_hope():
    looks = ("4", 0.999), ("5", HOPE + 0.05), ("6", HOPE / 2)
    lines = lines_told(account_of(*lone(*looks)))
    assert len(lines) == 2
    assert "4 1.00 at [0, 0, 24, 40]: read" in lines[0]
    assert lines[1].endswith("none 0.85")


def test_reasons_are_logged_only_where_somebody_listens(
    reader: Reader, caplog: pytest.LogCaptureFixture
):
    image = sheet(160, 640)
    write(image, "4957", 60, 40, 70)
    with caplog.at_level(logging.INFO, "camrec"):
        reader.read(image)
    assert caplog.records == []
    with caplog.at_level(logging.DEBUG, "camrec"):
        reader.read(Frame(image, index=3, source="clip.mp4"))
    assert sum(m.endswith(": read") for m in caplog.messages) == 4
    assert all(m.startswith("clip.mp4, frame 3: ") for m in caplog.messages)
