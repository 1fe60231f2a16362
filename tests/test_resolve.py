"""Of hypotheses that exclude each other the best set is chosen; what lies inside a surer digit goes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from camrec.elements import Box, Region
from camrec.reading.regions import Candidate, Candidates
from camrec.reading.resolve import resolve

CLASSES = (*"0123456789", "none")
NONE = CLASSES.index("none")
FAR = 1000  # px; so far apart, shapes have no say on each other


def row(text: str, sure: float) -> np.ndarray:
    """Scores of a shape that is `text` with probability `sure`, and otherwise no digit."""
    scores = np.full(len(CLASSES), 1e-6, np.float32)
    scores[CLASSES.index(text)] += sure
    scores[NONE] += 1 - sure
    return scores / scores.sum()


def candidate(box: Box, chain: int = 0, first: int = 0, last: int = 1) -> Candidate:
    ink = np.full((box.height, box.width), 255, np.uint8)
    return Candidate(Region(box, ink), chain, first, last)


def chain_of(
    runs: dict[tuple[int, int], tuple[str, float]], pieces: int
) -> tuple[Candidates, np.ndarray]:
    """One chain of pieces, 20 px wide each, with what every run of them looks like."""
    items = tuple(
        candidate(Box(20 * first, 0, 20 * (last - first), 40), 0, first, last)
        for first, last in runs
    )
    scores = np.stack([row(*looks) for looks in runs.values()])
    return Candidates(items, (np.full(pieces, 1 / pieces),)), scores


def texts(candidates: Candidates, scores: np.ndarray, least: float = 0.5) -> list[str]:
    found = resolve(candidates, scores, CLASSES, least).digits
    return [digit.text for digit in sorted(found, key=lambda d: d.box.x)]


def test_two_sure_halves_beat_an_unsure_whole():
    runs = {(0, 1): ("3", 0.99), (1, 2): ("8", 0.99), (0, 2): ("0", 0.3)}
    assert texts(*chain_of(runs, 2)) == ["3", "8"]


def test_a_sure_whole_beats_unsure_halves():
    runs = {(0, 1): ("1", 0.4), (1, 2): ("1", 0.4), (0, 2): ("0", 0.99)}
    assert texts(*chain_of(runs, 2)) == ["0"]


def test_a_zero_is_kept_though_its_halves_are_perfect_non_digits():
    runs = {(0, 1): ("1", 0.0), (1, 2): ("1", 0.0), (0, 2): ("0", 0.95)}
    assert texts(*chain_of(runs, 2)) == ["0"]


def test_a_piece_that_is_no_digit_is_skipped_and_the_rest_is_read():
    runs = {
        (0, 1): ("7", 0.99),
        (1, 2): ("1", 0.01),
        (2, 3): ("2", 0.99),
        (0, 2): ("0", 0.05),
        (1, 3): ("0", 0.05),
    }
    assert texts(*chain_of(runs, 3)) == ["7", "2"]


def word(
    *looks: tuple[str, float],
    cuts: int = 2,
    shares: tuple[float, ...] = (0.4, 0.2, 0.4),
) -> tuple[Candidates, np.ndarray]:
    """One chain of pieces, the one in the middle cut out of the others, or not."""
    chain, scores = chain_of({(k, k + 1): look for k, look in enumerate(looks)}, 3)
    items = tuple(replace(item, cuts=cuts) for item in chain.items)
    return Candidates(items, (np.array(shares),)), scores


def test_a_digit_alone_that_was_cut_out_of_a_word_is_a_stroke_of_it():
    other, one = ("7", 0.2), ("1", 0.999)
    assert texts(*word(other, one, other)) == []
    assert texts(*word(other, one, other, cuts=0)) == ["1"]
    assert texts(*word(other, one, other, shares=(0.1, 0.8, 0.1))) == ["1"]
    assert texts(*word(one, one, other))[:2] == ["1", "1"]
    candidates, scores = word(other, one, other)
    resolved = resolve(candidates, scores, CLASSES, 0.5)
    assert [digit.text for digit in resolved.strokes] == ["1"]


def test_letters_are_cut_out_of_words():
    candidates, scores = word(("7", 0.2), ("1", 0.999), ("7", 0.2))
    names = tuple("abcdefghij") + ("none",)
    assert [d.text for d in resolve(candidates, scores, names, 0.5).digits] == ["b"]


def test_hypotheses_that_share_a_piece_are_never_both_read():
    runs = {(0, 2): ("0", 0.98), (1, 3): ("8", 0.97)}
    assert texts(*chain_of(runs, 3), least=0.0) == ["0"]


def lone(*looks: tuple[str, float]) -> tuple[Candidates, np.ndarray]:
    """Shapes too far apart to know of each other."""
    items = tuple(candidate(Box(FAR * k, 0, 24, 40), k) for k in range(len(looks)))
    scores = np.stack([row(*look) for look in looks])
    return Candidates(items, tuple(np.ones(1) for _ in looks)), scores


def test_only_what_is_sure_enough_is_reported():
    candidates, scores = lone(("4", 0.999), ("5", 0.05))
    assert texts(candidates, scores, least=0.5) == ["4"]
    assert texts(candidates, scores, least=0.0) == ["4", "5"]


def test_the_confidence_is_that_of_the_class_that_is_reported():
    (digit,) = resolve(*lone(("6", 0.999)), CLASSES, 0.5).digits
    assert digit.confidence == pytest.approx(digit.scores[6])
    assert digit.scores.sum() == pytest.approx(1)


def test_the_class_none_is_never_reported():
    (digit,) = resolve(*lone(("9", 0.0)), CLASSES, 0.0).digits
    assert digit.text in "0123456789" and digit.confidence < 0.01


def test_a_model_without_the_class_none_is_resolved():
    candidates, scores = lone(("4", 0.9))
    found = resolve(
        candidates, scores[:, :10] / scores[:, :10].sum(), CLASSES[:10], 0
    ).digits
    assert [digit.text for digit in found] == ["4"]


def test_the_hole_of_a_zero_is_no_second_digit():
    whole, hole = Box(0, 0, 40, 60), Box(12, 15, 16, 30)
    candidates = Candidates(
        (candidate(whole, 0), candidate(hole, 1)), (np.ones(1), np.ones(1))
    )
    scores = np.stack([row("0", 0.99), row("1", 0.9)])
    assert texts(candidates, scores, least=0.0) == ["0"]


def test_neighbours_whose_boxes_overlap_a_little_are_both_read():
    candidates = Candidates(
        (candidate(Box(0, 0, 40, 60), 0), candidate(Box(32, 0, 40, 60), 1)),
        (np.ones(1), np.ones(1)),
    )
    scores = np.stack([row("2", 0.99), row("3", 0.99)])
    assert texts(candidates, scores) == ["2", "3"]


def test_without_candidates_there_are_no_digits():
    nothing = Candidates((), ())
    assert resolve(nothing, np.zeros((0, 11), np.float32), CLASSES, 0.5).digits == []
