"""Components that may share a digit: neighbours, chains and ranges, held against going through every pair."""

from __future__ import annotations

import numpy as np
import pytest

from camrec.reading.chains import find_chains
from camrec.reading.ranges import meeting, members


def boxes(*rows: tuple[int, int, int, int]) -> np.ndarray:
    return np.array(rows, np.int32).reshape(-1, 4)


def scattered(count: int, seed: int) -> np.ndarray:
    """Boxes that often meet."""
    rng = np.random.default_rng(seed)
    return np.hstack([rng.integers(0, 400, (count, 2)), rng.integers(1, 60, (count, 2))])  # fmt: skip


def test_every_number_of_every_range():
    owners, numbers = members(np.array([4, 0, 7, 2]), np.array([6, 1, 7, 1]))
    assert (owners.tolist(), numbers.tolist()) == ([0, 0, 1], [4, 5, 0])


@pytest.mark.parametrize("seed", range(5))
def test_intervals_that_meet_are_those_of_all_pairs(seed: int):
    x, _, width, _ = scattered(60, seed).T
    every = {
        (a, b)
        for a in range(60)
        for b in range(a + 1, 60)
        if x[a] <= x[b] + width[b] and x[b] <= x[a] + width[a]
    }
    a, b = meeting(x, x + width)
    pairs = list(zip(a.tolist(), b.tolist()))
    assert len(pairs) == len(every) and set(pairs) == every


def test_the_parts_of_a_digit_are_one_chain_from_left_to_right():
    cap, body, walls = (110, 20, 40, 10), (100, 35, 50, 60), [(320, 20, 15, 80), (300, 20, 15, 80)]  # fmt: skip
    chains = find_chains(boxes(cap, walls[0], body, walls[1]))
    assert chains.order.tolist() == [2, 0, 3, 1]
    assert chains.chain.tolist() == [0, 0, 1, 1]
    assert chains.hangs[:, 1].tolist() == [False, True, False, True]


def test_what_hangs_together_over_one_between():
    # Two walls far apart and a bar that reaches both.
    left, bar, right = (0, 0, 10, 60), (11, 20, 40, 20), (52, 0, 10, 60)
    chains = find_chains(boxes(left, right, bar))
    assert chains.chain.tolist() == [0, 0, 0]
    assert chains.hangs.tolist() == [
        [True, False, False],
        [True, True, True],
        [True, True, True],
    ]


@pytest.mark.parametrize(
    ("across", "down", "one"),
    [(-2, -2, True), (4, 4, True), (6, 4, False), (4, 6, False)],
)
def test_what_nearly_meets_at_its_corners_is_one_stroke(
    across: int, down: int, one: bool
):
    # The halves of a slanted 1, each 40 px high: an eighth of that may be missing.
    upper, lower = (60 + across, 0, 12, 40), (48, 40 + down, 12, 40)
    assert len(set(find_chains(boxes(upper, lower)).chain)) == (1 if one else 2)


def test_far_apart_are_chains_of_one():
    chains = find_chains(boxes((300, 0, 20, 40), (0, 0, 20, 40)))
    assert chains.order.tolist() == [1, 0] and chains.chain.tolist() == [0, 1]
    assert not chains.hangs[:, 1:].any()


@pytest.mark.parametrize("seed", range(5))
def test_chains_are_numbered_by_their_leftmost_and_stand_together(seed: int):
    found = scattered(80, seed)
    chains = find_chains(found)
    centres = (found[:, 0] + found[:, 2] / 2)[chains.order]
    begins = np.flatnonzero(np.diff(chains.chain, prepend=-1))
    assert sorted(chains.order.tolist()) == list(range(80))
    assert set(np.diff(chains.chain).tolist()) <= {0, 1}
    assert (np.diff(centres[begins]) >= 0).all()
    within = np.diff(chains.chain) == 0
    assert (np.diff(centres)[within] >= 0).all()
