"""Neighbours on the line move digit against none, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from test_resolve import CLASSES, NONE, row

from camrec.elements import Box
from camrec.reading.company import in_company, in_surroundings, surroundings

DIGITS = list(range(10))


def judged(neighbours: float, at: tuple[int, int] = (30, 0), height: int = 40) -> float:
    """Probability that a shape that is a 7 at even odds is a digit, between two neighbours."""
    dx, dy = at
    boxes = [
        Box(-dx, dy, 24, height),
        Box(0, 0, 24, 40),
        Box(dx, dy, 24, height),
    ]
    scores = np.stack([row("3", neighbours), row("7", 0.5), row("8", neighbours)])
    return float(1 - in_company(boxes, scores, DIGITS)[1, NONE])


def test_digits_beside_it_make_a_shape_surer_and_letters_less_sure():
    assert judged(0.99) > judged(0.5) > judged(0.01)


@pytest.mark.parametrize(
    ("at", "height"),
    [((5000, 0), 40), ((30, 200), 40), ((30, 0), 8)],
    ids=["far away", "on another line", "much smaller"],
)
def test_what_does_not_stand_beside_it_has_hardly_a_say(at, height):
    assert judged(0.99, at, height) == pytest.approx(judged(0.01, at, height), abs=0.02)
    assert judged(0.99) - judged(0.01) > 0.2


def test_digits_above_and_below_have_a_say_too_though_less_than_those_beside():
    def column(neighbours: float, aside: int = 0) -> float:
        boxes = [Box(aside, -60, 24, 40), Box(0, 0, 24, 40), Box(aside, 60, 24, 40)]
        scores = np.stack([row("3", neighbours), row("7", 0.5), row("8", neighbours)])
        return float(1 - in_company(boxes, scores, DIGITS)[1, NONE])

    above_and_below = column(0.99) - column(0.01)
    assert 0.1 < above_and_below < judged(0.99) - judged(0.01)
    assert column(0.99, aside=60) == pytest.approx(column(0.01, aside=60), abs=0.02)


def test_which_digit_it_would_be_is_not_touched():
    scores = np.stack([row("7", 0.6), row("1", 0.9)])
    scores[0, 1] = 0.3
    after = in_company([Box(0, 0, 24, 40), Box(30, 0, 24, 40)], scores, DIGITS)
    assert after[0, 7] / after[0, 1] == pytest.approx(scores[0, 7] / scores[0, 1])


def test_rows_are_probabilities():
    scores = np.stack([row("7", p) for p in (0.0, 0.3, 1.0)])
    after = in_company([Box(30 * k, 0, 24, 40) for k in range(3)], scores, DIGITS)
    assert after.sum(axis=1) == pytest.approx(1) and (after >= 0).all()


def test_the_scores_given_are_left_as_they_were():
    scores = np.stack([row("7", 0.4), row("1", 0.9)])
    before = scores.copy()
    in_company([Box(0, 0, 24, 40), Box(30, 0, 24, 40)], scores, DIGITS)
    assert np.array_equal(scores, before)


def test_nothing_has_no_company():
    assert len(in_company([], np.zeros((0, len(CLASSES)), np.float32), DIGITS)) == 0


def surrounded(boxes: list[Box], scores: np.ndarray) -> np.ndarray:
    return in_surroundings(scores, DIGITS, surroundings(boxes, scores, DIGITS))


def around(others: float, count: int = 12, pitch: int = 100) -> float:
    """Probability that a shape at even odds is a digit, on a page of `count` others with no neighbour on its line."""
    boxes = [Box(0, 0, 24, 40)] + [Box(0, pitch * k, 24, 40) for k in range(1, count + 1)]  # fmt: skip
    scores = np.stack([row("7", 0.5)] + [row("3", others)] * count)
    return float(1 - surrounded(boxes, scores)[0, NONE])


def test_the_share_of_digits_on_a_page_is_its_prior():
    assert around(0.99) > 0.6
    assert around(0.01) < 0.4
    assert around(0.5) == pytest.approx(0.5, abs=0.01)


def test_of_few_shapes_less_is_learned_than_of_many():
    assert 0.5 < around(0.99, count=1) < around(0.99, count=12)
    assert around(0.99, count=0) == pytest.approx(0.5, abs=0.01)


def test_what_stands_far_away_says_little():
    near, far = around(0.01), around(0.01, pitch=4000)
    assert near < far == pytest.approx(0.5, abs=0.02)


def test_surroundings_leave_alone_which_digit_it_would_be_and_what_was_given():
    scores = np.stack([row("7", 0.6), row("1", 0.9)])
    scores[0, 1] = 0.3
    before = scores.copy()
    after = surrounded([Box(0, 0, 24, 40), Box(0, 90, 24, 40)], scores)
    assert after[0, 7] / after[0, 1] == pytest.approx(before[0, 7] / before[0, 1])
    assert after.sum(axis=1) == pytest.approx(1)
    assert np.array_equal(scores, before)
    assert surrounded([], np.zeros((0, 11))).shape == (0, 11)
