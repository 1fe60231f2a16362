"""Chains that stand side by side are one line, whatever its slope; everything is in exactly one."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from camrec.elements import Box, Region
from camrec.reading.grouping import STEEPEST, Line, find_lines, level, runs
from camrec.reading.regions import Candidate, Candidates


def row_of(
    count: int, x: int = 0, y: int = 100, rise: float = 0.0, step: int = 40
) -> list[Box]:
    """Boxes as of digits, 30 px wide and 50 px high, `rise` px higher with every px to the right."""
    return [Box(x + k * step, round(y - rise * k * step), 30, 50) for k in range(count)]


def test_a_row_is_one_line_from_left_to_right():
    boxes = row_of(5)
    order = [3, 0, 4, 2, 1]
    (line,) = runs([boxes[k] for k in order])
    assert [order[k] for k in line] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("rise", [-0.4, -0.15, 0.15, 0.4])
def test_a_tilted_row_is_one_line(rise: float):
    # From end to end it rises by far more than the height of a digit.
    assert runs(row_of(12, y=400, rise=rise)) == [list(range(12))]


def test_rows_above_each_other_are_lines_of_their_own():
    upper, lower = row_of(4, y=100), row_of(4, x=7, y=165)
    assert runs(upper + lower) == [[0, 1, 2, 3], [4, 5, 6, 7]]


def test_close_rows_that_tilt_stay_apart():
    upper, lower = row_of(8, y=300, rise=0.2), row_of(8, y=358, rise=0.2)
    assert runs(upper + lower) == [list(range(8)), list(range(8, 16))]


def test_columns_of_a_table_are_parted():
    left, right = row_of(3), row_of(3, x=3 * 40 + 60)
    assert runs(left + right) == [[0, 1, 2], [3, 4, 5]]


def test_digits_that_reach_under_each_other_are_one_line():
    assert runs(row_of(4, step=18)) == [[0, 1, 2, 3]]


@pytest.mark.parametrize(
    "small",
    [Box(32, 142, 6, 8), Box(32, 140, 8, 16), Box(33, 96, 6, 6)],
    ids=["point", "comma", "speck"],
)
def test_a_dot_belongs_to_no_line_and_parts_none(small: Box):
    first, second = row_of(2)
    assert runs([first, small, second]) == [[0, 2], [1]]


def test_of_two_that_could_follow_the_nearer_one_does():
    first, near, far = Box(0, 0, 30, 50), Box(35, 5, 30, 50), Box(38, 20, 30, 50)
    assert runs([first, near, far])[0][:2] == [0, 1]


def test_nothing_is_no_line():
    assert runs([]) == []
    assert find_lines(Candidates((), ())) == []


@pytest.mark.parametrize("seed", range(20))
def test_every_box_is_in_exactly_one_line_and_lines_go_right(seed: int):
    rng = np.random.default_rng(seed)
    count = int(rng.integers(1, 60))
    boxes = [Box(*map(int, (*rng.integers(0, 300, 2), *rng.integers(1, 60, 2)))) for _ in range(count)]  # fmt: skip
    found = runs(boxes)
    assert sorted(k for line in found for k in line) == list(range(count))
    for line in found:
        middles = [boxes[k].centre[0] for k in line]
        assert all(a < b for a, b in pairwise(middles))


@pytest.mark.parametrize("seed", range(5))
def test_it_does_not_matter_where_the_picture_lies_or_how_large_it_is(seed: int):
    rng = np.random.default_rng(seed)
    boxes = [Box(*map(int, (*rng.integers(0, 300, 2), *rng.integers(5, 60, 2)))) for _ in range(40)]  # fmt: skip
    moved = [Box(4 * b.x + 900, 4 * b.y + 77, 4 * b.width, 4 * b.height) for b in boxes]
    assert runs(moved) == runs(boxes)


# --- Lines of candidates.


def candidate(box: Box, chain: int, first: int = 0, last: int = 1) -> Candidate:
    rng = np.random.default_rng((box.x, box.y, box.width))
    ink = rng.integers(0, 256, (box.height, box.width), np.uint8)
    return Candidate(Region(box, ink), chain, first, last)


def candidates(*items: Candidate) -> Candidates:
    chains = 1 + max(item.chain for item in items)
    return Candidates(items, tuple(np.ones(1) for _ in range(chains)))


@pytest.fixture
def row() -> Candidates:
    """Two chains side by side, one of two pieces, and one chain far below."""
    return candidates(
        candidate(Box(100, 50, 20, 40), 0, 0, 1),
        candidate(Box(100, 50, 45, 42), 0, 0, 2),
        candidate(Box(121, 55, 24, 37), 0, 1, 2),
        candidate(Box(10, 300, 30, 40), 1),
        candidate(Box(155, 48, 25, 41), 2),
    )


def test_a_line_has_all_candidates_of_its_chains(row: Candidates):
    lines = {line.chains: line for line in find_lines(row)}
    assert set(lines) == {(0, 2), (1,)}
    assert lines[0, 2].members == (0, 1, 2, 4)
    assert lines[0, 2].box == Box(100, 48, 80, 44)
    assert lines[1,].box == Box(10, 300, 30, 40)


def test_the_ink_of_a_line_lies_where_its_candidates_have_it(row: Candidates):
    line = find_lines(row)[0]
    sheet = line.ink(row.items)
    page = np.zeros((400, 300), np.uint8)
    for k in line.members:
        box, ink = row.items[k].region.box, row.items[k].region.ink
        at = np.s_[box.y : box.bottom, box.x : box.right]
        page[at] = np.maximum(page[at], ink)
    whole = line.box
    assert np.array_equal(sheet, page[whole.y : whole.bottom, whole.x : whole.right])


def test_other_lines_leave_no_ink_on_a_sheet():
    # The long box of the line below reaches into the box of this one.
    here, below = Box(0, 0, 40, 60), Box(10, 40, 200, 60)
    both = candidates(candidate(here, 0), candidate(below, 1))
    for line in find_lines(both):
        assert len(line.chains) == 1
        alone = both.items[line.members[0]].region.ink
        assert np.array_equal(line.ink(both.items), alone)


@pytest.mark.parametrize("seed", range(10))
def test_every_chain_is_in_exactly_one_line(seed: int):
    rng = np.random.default_rng(seed)
    items = []
    for chain in rng.permutation(12).tolist():
        if chain == 5:
            continue  # a chain whose pieces are all too small to be candidates
        for _ in range(int(rng.integers(1, 4))):
            box = Box(*map(int, (*rng.integers(0, 300, 2), *rng.integers(5, 60, 2))))
            items.append(candidate(box, chain))
    lines: list[Line] = find_lines(candidates(*items))
    assert sorted(c for line in lines for c in line.chains) == [*range(5), *range(6, 12)]  # fmt: skip
    assert sorted(k for line in lines for k in line.members) == list(range(len(items)))


# --- lines brought level


def line_of(boxes: list[Box]) -> tuple[Line, tuple[Candidate, ...]]:
    regions = [Region(box, np.full((box.height, box.width), 255, np.uint8)) for box in boxes]  # fmt: skip
    items = tuple(Candidate(region, k, 0, 1, 0) for k, region in enumerate(regions))
    (line,) = find_lines(Candidates(items, (np.ones(1),) * len(items)))
    return line, items


@pytest.mark.parametrize("rise", [-0.25, -0.1, 0.1, 0.25])
def test_a_tilted_line_becomes_as_low_as_a_level_one(rise: float):
    line, items = line_of(row_of(10, y=300, rise=rise))
    assert line.slope == pytest.approx(-rise, rel=0.06)
    sheet = line.ink(items)
    flat = level(sheet, line.slope)
    assert len(sheet) > 80 and len(flat) <= 50 + abs(rise) * 30 + 6
    # What stands in a column stands there still.
    assert np.array_equal(flat.any(axis=0), sheet.any(axis=0))


def test_what_is_level_is_not_touched():
    line, items = line_of(row_of(5))
    sheet = line.ink(items)
    assert line.slope == 0 and level(sheet, line.slope) is sheet


def test_of_two_shapes_one_learns_little_of_a_slope():
    two, many = (line_of(row_of(count, y=300, rise=0.2))[0] for count in (2, 12))
    assert 0 < -two.slope < 0.25 * -many.slope


def test_no_line_is_brought_level_that_is_too_steep():
    line, _ = line_of(row_of(12, y=400, rise=0.45))
    assert line.slope == -STEEPEST
