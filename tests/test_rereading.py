"""Lines in doubt, and they alone, are read twice; what both witnesses say is told with its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner
from drawing import raster, sheet, write
from test_resolve import CLASSES, NONE, row

import camrec.reading.reader as reading
from camrec import Reader
from camrec.cli import group
from camrec.elements import Box, Region
from camrec.reading import ctc
from camrec.reading.contest import (
    ACROSS,
    DOUBT,
    SEEN,
    SURE,
    Case,
    Contest,
    First,
    Verdict,
    decide,
    pieces_on,
)
from camrec.reading.doubt import CLEAN, MOST_PIECES, ROWS, UNREAD
from camrec.reading.grouping import Line, find_lines
from camrec.reading.lines import STEP, LineReader
from camrec.reading.regions import Candidate, Candidates
from camrec.reading.rereading import (
    OTHER_PRICE,
    PAPER,
    Second,
    as_read,
    fair,
    reread,
)
from camrec.reading.resolve import Resolved, resolve
from camrec.reading.spelling import Reading
from camrec.reading.strips import MARGIN, OTHER, Strip, frame_ink
from camrec.settings import ReadingSettings

BLANK = OTHER + 1
DIGITS = list(range(10))
TALL, WIDE, APART = 50, 30, 40  # px of shapes, and from one to the next
Look = tuple[str, float]
Mark = tuple[int, float, float]  # a label, the pixel of the line where it stands, its probability  # fmt: skip


def shape(chain: int, box: Box, first: int = 0, last: int = 1, cuts: int = 0) -> Candidate:  # fmt: skip
    ink = np.full((box.height, box.width), 255, np.uint8)
    return Candidate(Region(box, ink), chain, first, last, cuts)


def row_of(*widths: int, y: int = 100) -> Candidates:
    """Shapes side by side, each a chain of its own."""
    starts = np.cumsum([0, *(width + APART - WIDE for width in widths)])
    boxes = [Box(100 + int(x), y, width, TALL) for x, width in zip(starts, widths)]
    items = tuple(shape(k, box) for k, box in enumerate(boxes))
    return Candidates(items, (np.ones(1),) * len(items))


def both(above: Candidates, below: Candidates) -> Candidates:
    """Two rows as one picture."""
    chains = len(above.weights)
    moved = tuple(replace(item, chain=item.chain + chains) for item in below.items)
    return Candidates(above.items + moved, above.weights + below.weights)


def first_of(
    candidates: Candidates, *looks: Look, chosen: Sequence[int] | None = None
) -> First:
    """A reading by crops in which every candidate was chosen, and company changed nothing."""
    scores = np.stack([row(*look) for look in looks])
    chosen = list(range(len(looks)) if chosen is None else chosen)
    return First(
        candidates, chosen, scores[chosen], np.zeros(len(chosen)), scores, DIGITS, 0.5
    )


def columns(strip: Strip, marks: Sequence[Mark]) -> np.ndarray:
    """Scores of a strip: blank wherever no mark stands."""
    p = np.full((-(-strip.ink.shape[1] // STEP), BLANK + 1), 1e-9)
    p[:, BLANK] = 1
    for label, x, share in marks:
        at = p[int((x * strip.scale + MARGIN) / STEP)]
        at[label] = share
        at[BLANK] = max(1e-9, at[BLANK] - share)
    return np.log(p / p.sum(axis=1, keepdims=True))


class Witness:
    """A line reader that says what it was told to, and notes what it was asked."""

    def __init__(self, *marks: Mark) -> None:
        self._marks = marks
        self.asked: list[Strip] = []
        self.others: list[ctc.Labels] = []

    def log_probabilities(
        self, batch: list[Strip], others: Sequence[ctc.Labels] = ()
    ) -> list[np.ndarray]:
        self.asked += batch
        self.others += others
        return [columns(strip, self._marks) for strip in batch]


def second(first: First, witness: Witness) -> Second:
    return reread(first, witness)  # type: ignore[arg-type]


def is_in_doubt(first: First) -> bool:
    witness = Witness()
    found = second(first, witness)
    assert len(found.contests) == len(witness.asked) <= 1
    return bool(witness.asked)


def texts(verdicts: Sequence[Verdict]) -> str:
    """What verdicts say, left to right."""
    across = sorted(verdicts, key=lambda verdict: verdict.box.x)
    return "".join(str(int(verdict.scores[:10].argmax())) for verdict in across)


def likely(verdict: Verdict) -> float:
    return float(verdict.scores[:10].max())


# --- which lines are in doubt

SURELY = CLEAN + 0.01


def test_clean_digits_are_not_read_again():
    assert not is_in_doubt(first_of(row_of(WIDE, WIDE, WIDE), *[("4", SURELY)] * 3))


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_digit_that_is_not_quite_sure_puts_its_line_in_doubt(place: int):
    looks = [("4", SURELY)] * 3
    looks[place] = ("4", CLEAN - 0.01)
    assert is_in_doubt(first_of(row_of(WIDE, WIDE, WIDE), *looks))


def test_a_digit_that_was_cut_out_puts_its_line_in_doubt_however_sure_it_is():
    candidates = row_of(WIDE, WIDE)
    cut = replace(candidates.items[1], cuts=1)
    candidates = replace(candidates, items=(candidates.items[0], cut))
    assert is_in_doubt(first_of(candidates, ("4", SURELY), ("7", SURELY)))


@pytest.mark.parametrize(("width", "doubt"), [(4, False), (30, True)])
def test_ink_beside_clean_digits_puts_them_in_doubt_unless_there_is_little(
    width: int, doubt: bool
):
    looks = ("4", SURELY), ("4", SURELY), ("1", 0.01)
    assert is_in_doubt(first_of(row_of(WIDE, WIDE, width), *looks)) is doubt


def test_a_piece_that_is_left_out_of_a_chain_puts_it_in_doubt():
    boxes = [Box(100 + k * WIDE, 100, WIDE, TALL) for k in range(4)]
    items = tuple(shape(0, box, k, k + 1) for k, box in enumerate(boxes))
    chain = Candidates(items, (np.full(4, 0.25),))
    looks = [("4", SURELY)] * 4
    assert not is_in_doubt(first_of(chain, *looks))
    assert is_in_doubt(first_of(chain, *looks, chosen=(0, 1, 3)))


def test_a_shape_alone_is_for_the_crops_to_judge():
    assert not is_in_doubt(first_of(row_of(WIDE), ("4", 0.6)))


@pytest.mark.parametrize(("count", "doubt"), [(MOST_PIECES, True), (MOST_PIECES + 1, False)])  # fmt: skip
def test_a_texture_is_not_read_as_a_line(count: int, doubt: bool):
    candidates = row_of(*[WIDE] * count)
    assert is_in_doubt(first_of(candidates, *[("4", 0.7)] * count)) is doubt


def reaching_down(tall: int, count: int = 2) -> First:
    """Digits, and a chain that reaches down, though what was chosen of it does not."""
    row = row_of(*[WIDE] * count)
    last = row.items[-1]
    deep = replace(last.region.box, height=tall)
    items = (*row.items, shape(last.chain, deep, 0, 2))
    weights = (*row.weights[:-1], np.array([0.5, 0.5]))
    looks = [*[("4", 0.8)] * count, ("0", 0.01)]
    return first_of(Candidates(items, weights), *looks, chosen=range(count))


@pytest.mark.parametrize(("tall", "doubt"), [(2 * TALL, True), (5 * TALL, False)])
def test_rows_that_touch_are_no_line(tall: int, doubt: bool):
    assert is_in_doubt(reaching_down(tall)) is doubt


def test_shapes_unlike_in_height_are_a_line_where_it_surely_spells_digits():
    first = reaching_down(round(ROWS * TALL) + 1, count=5)
    sure = [(digit, X + k * APART, 0.98) for k, digit in enumerate((5, 6, 7, 8, 9))]
    assert texts(second(first, Witness(*sure)).verdicts) == "56789"
    unsure = [(digit, x, 0.5) for digit, x, _ in sure]
    for marks in (unsure, [*sure[:4], (OTHER, X + 4 * APART, 0.98)], []):
        assert texts(second(first, Witness(*marks)).verdicts) == "44444"


def test_lines_that_are_clear_keep_the_verdicts_of_the_crops():
    candidates = both(row_of(WIDE, WIDE), row_of(WIDE, WIDE, y=300))
    first = first_of(candidates, ("4", SURELY), ("2", SURELY), ("7", 0.8), ("1", 0.8))
    x = WIDE / 2
    found = second(first, Witness((3, x, 0.98), (8, x + APART, 0.98)))
    upper = [verdict for verdict in found.verdicts if verdict.box.y < 200]
    alone = as_read(first)
    assert alone.contests == []
    for one, other in zip(upper, alone.verdicts[:2], strict=True):
        assert (one.box, one.row) == (other.box, other.row)
        assert np.array_equal(one.scores, other.scores) and one.ink is other.ink
    assert len(found.contests) == 1 and len(found.verdicts) == 4
    assert found.contests[0].line.box.y == 300


def test_all_lines_in_doubt_are_asked_about_together():
    rows = [row_of(WIDE, WIDE, y=150 * k) for k in range(3)]
    candidates = both(both(rows[0], rows[1]), rows[2])
    calls = []

    class Counting(Witness):
        def log_probabilities(
            self, batch: list[Strip], others: Sequence[ctc.Labels] = ()
        ) -> list[np.ndarray]:
            calls.append(len(batch))
            return super().log_probabilities(batch, others)

    second(first_of(candidates, *[("4", 0.8)] * 6), Counting())
    assert calls == [3]


def test_the_line_reader_is_told_what_crops_read_from_left_to_right():
    looks = ("9", 0.8), ("3", 0.8), ("none", 0.9)
    candidates, witness = row_of(WIDE, WIDE, WIDE), Witness()
    second(first_of(candidates, *looks), witness)
    assert witness.others == [(9, 3)]


# --- what both say

X = WIDE / 2


def test_where_crops_waver_the_line_reader_decides():
    candidates = row_of(WIDE, WIDE)
    first = first_of(candidates, ("3", 0.9), ("9", 0.55))
    first.scores[1, 8] = first.judged[1, 8] = 0.4
    found = second(first, Witness((3, X, 0.98), (8, X + APART, 0.98)))
    assert texts(found.verdicts) == "38"
    for verdict, item in zip(found.verdicts, candidates.items, strict=True):
        assert verdict.box == item.region.box and verdict.ink is item.region.ink
        assert verdict.scores.sum() == pytest.approx(1, abs=1e-5)


def test_what_neither_sees_is_gone_and_what_the_line_reader_alone_sees_is_there():
    # Crops: 4, something that is perhaps a 6, and a shape that looks like none.
    first = first_of(row_of(WIDE, WIDE, WIDE), ("4", 0.99), ("6", 0.52), ("1", 0.02))
    first.scores[2, 1] = 0.3
    marks = (4, X, 0.98), (1, X + 2 * APART, 0.98)
    found = second(first, Witness(*marks))
    assert texts(found.verdicts) == "41"
    assert sorted(verdict.row or 0 for verdict in found.verdicts) == [0, 2]


def test_a_probability_is_that_of_all_readings_that_have_the_digit_there():
    first = first_of(row_of(WIDE, WIDE), ("4", 0.99), ("1", 0.5))
    first.scores[1, :10] = first.judged[1, :10] = 0.05
    first.scores[1, [1, 7]] = first.judged[1, [1, 7]] = 0.5  # crops know no better
    marks = (4, X, 1.0), (1, X + APART, 0.7), (7, X + APART, 0.3)
    found = second(first, Witness(*marks))
    one, other = 0.7 ** (1 / DOUBT), 0.3 ** (1 / DOUBT)
    last = max(found.verdicts, key=lambda verdict: verdict.box.x)
    assert texts(found.verdicts) == "41"
    assert likely(last) == pytest.approx(one / (one + other), rel=0.02)
    assert last.scores[7] == pytest.approx(other / (one + other), rel=0.04)
    assert last.scores.sum() == pytest.approx(1, abs=1e-5)
    assert max(map(likely, found.verdicts)) <= SURE


@pytest.mark.parametrize(("odds", "digits"), [(-3.0, "4"), (0.0, "41")])
def test_among_letters_a_doubtful_digit_is_none(odds: float, digits: str):
    first = first_of(row_of(WIDE, WIDE), ("4", 0.99), ("1", 0.5))
    first.odds[:] = odds
    marks = (4, X, 0.98), (1, X + APART, 0.4)
    found = second(first, Witness(*marks))
    assert texts(found.verdicts) == digits


def test_on_a_page_of_digits_no_digit_is_read_as_two():
    first = first_of(row_of(WIDE, WIDE), ("4", 0.99), ("9", 0.7))
    first.odds[:] = 4.0
    marks = (4, X, 0.98), (9, X + APART, 0.8), (0, X + APART - 8, 0.1)
    found = second(first, Witness(*marks))
    assert texts(found.verdicts) == "49"


def test_probabilities_of_the_readings_sum_to_one_and_the_likeliest_is_first():
    first = first_of(row_of(WIDE, WIDE), ("4", 0.8), ("7", 0.6))
    marks = (4, X, 0.6), (9, X, 0.3), (7, X + APART, 0.5), (1, X + APART, 0.4)
    (contest,) = second(first, Witness(*marks)).contests
    assert len(contest.weights) == len(contest.readings) > 3
    assert contest.weights.sum() == pytest.approx(1)
    assert contest.weights.argmax() == 0


def test_what_the_crops_read_is_judged_though_the_line_reader_would_not_propose_it():
    # Too faint for its search, but no fainter than what crops may save; paths were chosen right to left.
    boxes = Box(100, 100, WIDE, TALL), Box(140, 100, WIDE, TALL)
    items = tuple(shape(0, box, k, k + 1) for k, box in enumerate(boxes))
    chain = Candidates(items, (np.array([0.5, 0.5]),))
    first = first_of(chain, ("9", 0.96), ("8", 0.96), chosen=(1, 0))
    marks = (3, X, 0.999), (9, X, 0.0005), (8, X + APART, 0.98)
    (contest,) = second(first, Witness(*marks)).contests
    assert [first.chosen[place] for place in contest.read] == [0, 1]
    assert (9, 8) in {reading.digits for reading in contest.readings}


# --- digits among other ink


def among_letters() -> First:
    """A 4 at the third of six shapes, of which the others are none."""
    looks = [("4", 0.9) if k == 2 else ("1", 0.01) for k in range(6)]
    return first_of(row_of(*[WIDE] * 6), *looks)


AT = X + 2 * APART


@pytest.mark.parametrize(
    ("marks", "kept"),
    [
        ([(4, AT, 0.95)], "4"),
        ([(4, AT + 10, 0.95)], "4"),  # anywhere under its box
        ([(OTHER, AT, 0.95)], ""),
        ([], ""),
        ([(9, AT, 0.95)], ""),
        ([(4, AT + APART, 0.95)], ""),
    ],
    ids=["seen", "seen at its edge", "a letter", "nothing", "another", "elsewhere"],
)
def test_a_digit_among_other_ink_has_to_be_seen_where_it_is(marks, kept: str):
    first = among_letters()
    found = second(first, Witness(*marks))
    (contest,) = found.contests
    assert contest.scattered
    assert texts(found.verdicts) == kept


def test_a_digit_that_is_seen_among_other_ink_stays_as_sure_as_it_was():
    first = among_letters()
    (verdict,) = second(first, Witness((4, AT, 0.95))).verdicts
    assert np.array_equal(verdict.scores, first.judged[2]) and verdict.row == 2


def test_how_likely_it_is_seen_decides():
    first = among_letters()
    for share, kept in ((0.02, 0), (0.9, 1)):
        found = second(first, Witness((4, AT, share)))
        assert len(found.verdicts) == kept
        (contest,) = found.contests
        told = sum(w for w, r in zip(contest.weights, contest.readings) if r.digits == (4,))  # fmt: skip
        assert (told > SEEN) == bool(kept)


# --- boxes of digits that no candidate shows alone


def linked(gap: int = 6) -> tuple[Candidates, np.ndarray, list[Box]]:
    """A 4, and beside it one component of a 3 and an 8, which crops take for no digit."""
    left, right = raster("3", 50), raster("8", 50)
    ink = np.zeros((70, left.shape[1] + gap + right.shape[1]), np.uint8)
    ink[2 : 2 + len(left), : left.shape[1]] = left
    ink[4 : 4 + len(right), -right.shape[1] :] = right
    boxes = [
        Box(150, 102, left.shape[1], len(left)),
        Box(150 + left.shape[1] + gap, 104, right.shape[1], len(right)),
    ]
    pair = Candidate(Region(Box(150, 100, ink.shape[1], 70), ink), 1, 0, 1)
    items = shape(0, Box(90, 100, 50, 70)), pair
    return Candidates(items, (np.ones(1),) * 2), ink, boxes


def test_boxes_between_the_peaks_of_the_line_reader_are_those_of_the_ink():
    candidates, _, boxes = linked()
    marks = [(4, 25.0, 0.98)]
    marks += [(digit, box.centre[0] - 90, 0.98) for digit, box in zip((3, 8), boxes)]
    found = second(first_of(candidates, ("4", 0.99), ("0", 0.001)), Witness(*marks))
    assert texts(found.verdicts) == "438"
    four, *others = sorted(found.verdicts, key=lambda verdict: verdict.box.x)
    assert (four.box, four.row) == (candidates.items[0].region.box, 0)
    for verdict, box in zip(others, boxes, strict=True):
        assert verdict.row is None
        assert verdict.box.iou(box) > 0.85
        assert verdict.ink.shape == (verdict.box.height, verdict.box.width)
        assert verdict.ink.max() == 255


def test_the_ink_of_such_a_digit_is_what_its_box_holds():
    candidates, ink, boxes = linked()
    marks = [(d, box.centre[0] - 90, 0.98) for d, box in zip((3, 8), boxes)]
    found = second(first_of(candidates, ("4", 0.99), ("0", 0.001)), Witness((4, 25.0, 0.98), *marks))  # fmt: skip
    for verdict in found.verdicts:
        if verdict.row is None:
            at = verdict.box.shift(-150, -100)
            assert np.array_equal(verdict.ink, ink[at.y : at.bottom, at.x : at.right])


def contest_of(first: First, marks: Sequence[Mark], places: list[int]) -> Contest:
    (line,) = find_lines(first.candidates)
    page = line.ink(first.candidates.items)
    strip = frame_ink(page)
    log_p = columns(strip, marks)
    case = Case(first, line, places, page, strip, log_p, ctc.n_best(log_p))
    return decide([case])[0]


def spelled_at(columns: tuple[int, ...], gap: int) -> tuple[Contest, list[Verdict]]:
    """A 3 and an 8 with paper between, and verdicts on digits that no candidate shows, at columns of the scores."""
    candidates, _, _ = linked(gap)
    first = first_of(candidates, ("1", 0.001), ("1", 0.001))
    contest = contest_of(first, [(3, 80.0, 0.9)], [])
    digits = (3,) * len(columns)
    reading = Reading(digits, 0.0, (None,) * len(columns), columns)
    return contest, contest.spelled(reading)


def test_a_digit_where_there_is_no_ink_has_a_box_all_the_same():
    contest, _ = spelled_at((), gap=60)
    middle = 60 + raster("3", 50).shape[1] + 30  # of the paper between the two
    x = contest._columns(contest.line.box.x + middle + np.array([-20, 0, 20]))
    _, verdicts = spelled_at(tuple(x.astype(int).tolist()), gap=60)
    empty = verdicts[1]
    assert empty.ink.max() == 0 and empty.ink.size == empty.box.area > 0
    assert contest.line.box.intersect(empty.box) == empty.box


def test_a_likelier_digit_as_near_does_not_take_a_place():
    # All readings have the 8 next to the place; some have another digit than the 3 there.
    contest, _ = spelled_at((), gap=6)
    readings = ((3, 8), 0.6), ((5, 8), 0.4)
    contest.readings = [Reading(d, 0.0, (None, None), (20, 22)) for d, _ in readings]
    contest.weights = np.array([share for _, share in readings])
    verdicts = contest.spelled(contest.readings[0])
    assert texts(verdicts) == "38"
    scores = verdicts[0].scores
    assert scores[3] == pytest.approx(0.6) and scores.sum() == pytest.approx(1)
    assert 0 < scores[8] < scores[3]


@pytest.mark.parametrize("column", [0, 20, -1])
def test_digits_that_stand_in_one_column_each_have_a_box(column: int):
    last = len(spelled_at((), gap=6)[0].log_p) - 1
    contest, verdicts = spelled_at((column % (last + 1),) * 3, gap=6)
    assert len(verdicts) == 3
    for verdict in verdicts:
        assert verdict.ink.size == verdict.box.area > 0
        assert contest.line.box.intersect(verdict.box) == verdict.box


# --- lines on which crops see no digit

UNSEEN = [("4", 0.02)] * 3


def told(*marks: Mark, looks: Sequence[Look] = UNSEEN) -> str:
    """What shapes hold that crops take for nothing, where the line reader says `marks`."""
    found = second(first_of(row_of(*[WIDE] * len(looks)), *looks), Witness(*marks))
    return texts([v for v in found.verdicts if likely(v) >= 0.5])


def test_where_crops_see_no_digit_the_line_reader_alone_is_believed():
    assert told((5, X, 0.98), (0, X + APART, 0.98), (0, X + 2 * APART, 0.98)) == "500"


def test_of_two_digits_it_has_to_be_surer():
    assert told((5, X, 0.98), (0, X + APART, 0.98)) == "50"


def test_that_digits_stand_there_may_be_sure_though_not_which():
    either = (0, X + 2 * APART, 0.5), (6, X + 2 * APART, 0.48)
    marks = (5, X, 0.98), (7, X + APART, 0.98), *either
    found = second(first_of(row_of(WIDE, WIDE, WIDE), *UNSEEN), Witness(*marks))
    assert texts(found.verdicts) == "570"


def surrounded(log_odds: float) -> First:
    first = first_of(row_of(WIDE, WIDE, WIDE), *UNSEEN)
    return replace(first, odds=np.full(3, log_odds))


def test_nor_need_one_know_any_of_them_unless_what_stands_around_is_none():
    marks = [(d, X + k * APART, 0.33) for k in range(3) for d in (k, k + 3, k + 6)]
    found = second(surrounded(0.0), Witness(*marks))
    assert len(found.contests) == 1
    assert not second(surrounded(-20.0), Witness(*marks)).contests
    other = [*marks, (OTHER, X + APART / 2, 0.9)]
    assert not second(surrounded(0.0), Witness(*other)).contests


def test_a_sign_may_end_them():
    marks = [(d, X + k * APART, 0.98) for k, d in enumerate((5, 0, 0, OTHER))]
    assert told(*marks, looks=[*UNSEEN, ("1", 0.01)]) == "500"


def test_linked_digits_beside_one_that_crops_see_are_read_with_it():
    looks = [("5", 0.6), *[("4", 0.02)] * 3]
    candidates = row_of(30, WIDE, WIDE, WIDE)
    middles = [box.centre[0] - 90 for box in (c.region.box for c in candidates.items)]
    marks = [(digit, x, 0.98) for digit, x in zip((5, 0, 0, 0), middles)]
    found = second(first_of(candidates, *looks), Witness(*marks))
    assert texts(found.verdicts) == "5000"


@pytest.mark.parametrize(
    "marks",
    [
        [(5, X, 0.8), (0, X + APART, 0.8), (0, X + 2 * APART, 0.8)],  # in doubt
        [(5, X, 0.9), (0, X + APART, 0.9)],  # two are often leaves
        [(5, X, 0.98)],
        [(5, X, 0.98), (0, X + APART, 0.98), (OTHER, X + 2 * APART, 0.9999)],
        [(1, X, 0.98), (1, X + APART, 0.98), (1, X + 2 * APART, 0.98)],  # a comb
        [],
    ],
)
def test_but_only_where_it_spells_several_digits_and_nothing_else(marks: list[Mark]):
    assert told(*marks) == ""


def test_of_lines_without_a_digit_the_largest_are_asked_about():
    rows = [row_of(*[WIDE] * count, y=200 * count) for count in range(2, UNREAD + 4)]
    page = rows[0]
    for more in rows[1:]:
        page = both(page, more)
    witness = Witness()
    found = second(first_of(page, *[("4", 0.02)] * len(page.items)), witness)
    widths = [strip.ink.shape[1] for strip in witness.asked]
    assert len(widths) == UNREAD and widths == sorted(widths, reverse=True)
    assert len(found.verdicts) == len(page.items) and not found.contests


def test_a_texture_without_digits_is_not_asked_about():
    witness = Witness()
    texture = row_of(*[WIDE] * (MOST_PIECES + 1))
    second(first_of(texture, *[("4", 0.02)] * len(texture.items)), witness)
    assert not witness.asked


# --- digits that were spelled together


def pieces_of_one(*boxes: Box) -> Candidates:
    """The pieces of one chain."""
    items = tuple(shape(0, box, k, k + 1) for k, box in enumerate(boxes))
    return Candidates(items, (np.full(len(boxes), 1 / len(boxes)),))


def slanted() -> First:
    """A broad digit, and one that lies mostly in its box, as where slanted digits touch."""
    candidates = pieces_of_one(Box(100, 100, 60, TALL), Box(122, 100, 50, TALL))
    return first_of(candidates, ("5", 0.8), ("4", 0.75))


def resolved(first: First, lines: Witness | None, least: float = 0.5) -> Resolved:
    return resolve(first.candidates, first.scores, CLASSES, least, lines=lines)  # type: ignore[arg-type]


def test_digits_that_were_spelled_together_stay_however_their_boxes_lie():
    alone = resolved(slanted(), None)
    assert [digit.text for digit in alone.digits] == ["5"] and alone.spelled == []
    found = resolved(slanted(), Witness((5, 15.0, 0.98), (4, 60.0, 0.98)))
    assert sorted(digit.text for digit in found.digits) == ["4", "5"]
    ((left, right),) = found.spelled
    assert [found.digits[k].text for k in (left, right)] == ["5", "4"]


def test_a_digit_that_is_left_out_parts_its_neighbours():
    first = first_of(row_of(*[WIDE] * 5), *(("4", 0.9),) * 5)
    first.scores[2], first.judged[2] = row("4", 0.3), row("4", 0.3)
    marks = [(4, X + k * APART, 0.98) for k in (0, 1, 3, 4)]
    witness = Witness(*marks, (4, X + 2 * APART, 0.45))
    found = resolved(first, witness, least=0.8)
    across = [[found.digits[k].box.x for k in some] for some in found.spelled]
    assert len(found.digits) == 4 and len(found.judged) == 5
    assert across == [[100, 140], [220, 260]]


def test_a_point_is_not_the_crop_of_a_digit_that_stands_elsewhere():
    two, point, three = Box(90, 100, 40, TALL), Box(135, 140, 10, 10), Box(150, 100, 30, TALL)  # fmt: skip
    pieces = pieces_of_one(two, point, three)
    first = first_of(pieces, ("2", 0.95), ("3", 0.9), ("1", 0.001))
    marks = [(2, two.centre[0] - two.x, 0.98), (3, three.centre[0] - two.x, 0.98)]
    contest = contest_of(first, marks, [])
    verdicts = contest.spelled(contest.readings[0])
    assert texts(verdicts) == "23"
    assert [verdict.row for verdict in verdicts] == [0, None]
    assert verdicts[1].box.union(three) == verdicts[1].box


def test_a_digit_that_no_crop_shows_is_no_wider_than_digits_are():
    long = pieces_of_one(Box(0, 100, 400, TALL), Box(410, 100, 30, TALL))
    first = first_of(long, ("1", 0.001), ("4", 0.9))
    contest = contest_of(first, [(7, 300.0, 0.98), (4, 425.0, 0.98)], [1])
    seven, four = contest.spelled(contest.readings[0])
    assert (seven.row, four.row) == (None, 1)
    assert seven.box.width <= ACROSS * TALL and seven.box.x > 200


# --- what the witnesses are given


def test_what_the_line_reader_takes_for_other_ink_costs_it_something():
    rng = np.random.default_rng(0)
    log_p = np.log(rng.dirichlet(np.ones(BLANK + 1), 20))
    before = log_p.copy()
    told = fair(log_p)
    assert np.array_equal(log_p, before)
    assert np.exp(told).sum(axis=1) == pytest.approx(1)
    against = (told - before)[:, OTHER, None] - np.delete(told - before, OTHER, axis=1)
    assert against == pytest.approx(-OTHER_PRICE)


def test_pieces_of_chains_are_laid_in_one_row():
    candidates = Candidates(
        (
            shape(2, Box(200, 0, 30, 50)),
            shape(0, Box(0, 0, 30, 50), 0, 1),
            shape(0, Box(0, 0, 60, 50), 0, 2),
            shape(0, Box(30, 0, 30, 50), 1, 2),
            shape(1, Box(100, 0, 30, 50)),
        ),
        (np.array([0.5, 0.5]), np.ones(1), np.ones(1)),
    )
    scores = np.random.default_rng(0).random((5, 10))
    line = Line((0, 1, 2), (1, 2, 3, 4, 0), Box(0, 0, 230, 50))
    pieces = pieces_on(line, candidates, scores)
    assert pieces.count == 4
    spans = {tuple(pieces.scores[k]): (a, b) for a, b, k in pieces.runs}
    assert [spans[tuple(own)] for own in scores] == [(3, 4), (0, 1), (0, 2), (1, 2), (2, 3)]  # fmt: skip


def test_a_strip_shows_the_ink_of_its_line_alone():
    candidates = both(row_of(WIDE, WIDE), row_of(WIDE, WIDE, y=300))
    witness = Witness()
    second(first_of(candidates, ("4", SURELY), ("2", SURELY), ("7", 0.8), ("1", 0.8)), witness)  # fmt: skip
    (strip,) = witness.asked
    assert strip.ink.max() == 255
    (_, below) = find_lines(candidates)
    paper = ((round(PAPER * TALL),) * 2, (0, 0))  # above and below
    ink = np.pad(below.ink(candidates.items), paper)
    assert np.array_equal(strip.ink, frame_ink(ink).ink)


def test_a_tilted_line_is_read_level():
    boxes = [Box(100 + 40 * k, 100 + 6 * k, WIDE, TALL) for k in range(8)]
    items = tuple(shape(k, box) for k, box in enumerate(boxes))
    candidates = Candidates(items, (np.ones(1),) * len(items))
    witness = Witness()
    second(first_of(candidates, *[("7", 0.8)] * 8), witness)
    rows = np.flatnonzero((witness.asked[0].ink > 0).any(axis=0))
    tops = (witness.asked[0].ink > 0).argmax(axis=0)[rows]
    assert np.ptp(tops) < 0.2 * len(witness.asked[0].ink)


# --- through the whole reader


def joined() -> np.ndarray:
    """A 3 and a 5 that touch."""
    image = sheet(200, 300)
    write(image, "35", 80, 60, 80)
    cv2.line(image, (128, 134), (166, 140), (40, 40, 40), 8)
    return image


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[LineReader]:
    """Line readers that were opened."""
    found: list[LineReader] = []

    def open_and_note(*args: object, **options: object) -> LineReader:
        found.append(LineReader(*args, **options))  # type: ignore[arg-type]
        return found[-1]

    monkeypatch.setattr(reading, "LineReader", open_and_note)
    return found


def test_touching_digits_are_read_by_both(opened: list[LineReader]):
    reader = Reader()
    scene = reader.read(joined())
    assert [digit.text for digit in scene.digits] == ["3", "5"]
    assert reader.inspect(joined()).lines and len(opened) == 1


def test_lines_are_never_read_where_that_is_wanted(opened: list[LineReader]):
    reader = Reader(settings=ReadingSettings(lines="never"))
    assert not reader.inspect(joined()).lines and opened == []


def test_letters_have_no_line_reader(opened: list[LineReader]):
    Reader("letters").read(joined())
    assert opened == []


@pytest.mark.parametrize(("more", "count"), [((), 1), (("--lines", "auto"), 1), (("--lines", "never"), 0)])  # fmt: skip
def test_the_option_decides(opened, tmp_path: Path, more: tuple[str, ...], count: int):
    path = tmp_path / "page.png"
    cv2.imwrite(str(path), joined())
    done = CliRunner().invoke(group, ["image", str(path), "--no-save", *more])
    assert done.exit_code == 0, done.output
    assert len(opened) == count


def test_another_word_for_lines_is_refused(tmp_path: Path):
    done = CliRunner().invoke(group, ["image", str(tmp_path), "--lines", "always"])
    assert done.exit_code == 2 and "never" in done.output


def test_none_is_never_spelled():
    candidates = row_of(WIDE, WIDE)
    found = second(first_of(candidates, ("4", 0.7), ("7", 0.6)), Witness((OTHER, X, 0.9)))  # fmt: skip
    for verdict in found.verdicts:
        assert verdict.scores.argmax() != NONE or likely(verdict) < 0.5
