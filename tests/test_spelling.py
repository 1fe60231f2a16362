"""Crops of pieces and columns of the line reader spell a line together; either decides where the other is unsure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from camrec.reading import ctc
from camrec.reading.spelling import (
    CROPS_SAY,
    HOPELESS,
    MISSING,
    TINY,
    Pieces,
    Reading,
    readings,
    worth_a_look,
)
from camrec.reading.strips import OTHER

BLANK = OTHER + 1


def looks(*shares: dict[int, float]) -> np.ndarray:
    """Scores of crops: what each is probably, and nothing else."""
    scores = np.full((len(shares), 10), 1e-3)
    for row, share in zip(scores, shares):
        for digit, p in share.items():
            row[digit] = p
    return scores


def apart(*shares: dict[int, float]) -> Pieces:
    """Pieces that stand alone, each its own crop."""
    count = len(shares)
    return Pieces(count, tuple((k, k + 1, k) for k in range(count)), looks(*shares))


def anywhere(pieces: Pieces) -> np.ndarray:
    """Runs that cover all columns."""
    return np.tile((-np.inf, np.inf), (len(pieces.scores), 1))


def spelled(pieces: Pieces, log_p: np.ndarray, *more: Any, **how: Any) -> list[Reading]:
    """Readings of a line whose crops may each be seen at any column."""
    return spelled_at(pieces, anywhere(pieces), log_p, *more, **how)


def spelled_at(pieces: Pieces, spans: np.ndarray, log_p: np.ndarray, *more: Any, **how: Any) -> list[Reading]:  # fmt: skip
    """Readings of a line whose crops may be seen at some columns each."""
    proposed = worth_a_look(log_p, ctc.n_best(log_p), *more)
    peaks = ctc.peaks(log_p, [spelling.labels for spelling in proposed])
    return readings(pieces, spans, proposed, peaks, **how)


def columns(*said: dict[int, float] | None) -> np.ndarray:
    """What the line reader says, a blank column after each; None is a column of blank alone."""
    rows = []
    for shares in said:
        for share in (shares or {BLANK: 1.0}, {BLANK: 1.0}):
            row = np.full(BLANK + 1, 1e-5)
            for label, p in share.items():
                row[label] = p
            rows.append(row / row.sum())
    return np.log(np.array(rows))


def test_where_both_agree_it_is_read_from_its_crops():
    found = spelled(apart({3: 0.9}, {8: 0.9}), columns(None, {3: 1.0}, {8: 1.0}))
    assert found[0].digits == (3, 8)
    assert found[0].rows == (0, 1)
    assert found[0].columns == (2, 4)


def test_where_the_columns_waver_the_crops_decide():
    unsure = columns({1: 0.55, 7: 0.45})
    assert spelled(apart({1: 0.5, 7: 0.5}), unsure)[0].digits == (1,)
    assert spelled(apart({1: 0.05, 7: 0.95}), unsure)[0].digits == (7,)


def test_where_the_crops_waver_the_columns_decide():
    unsure = apart({1: 0.55, 7: 0.45})
    assert spelled(unsure, columns({1: 0.05, 7: 0.95}))[0].digits == (7,)


def test_a_digit_that_no_crop_shows_is_read_from_its_column_alone():
    # Linked zeros that no cut has parted: one piece, and columns that see two.
    found = spelled(apart({0: 0.9}), columns({0: 0.98}, {0: 0.98}))
    assert found[0].digits == (0, 0)
    assert sorted(found[0].rows, key=str) == [0, None]
    assert len(set(found[0].columns)) == 2


def test_a_digit_is_read_from_a_crop_only_where_it_is_seen():
    said, pieces = columns(None, {3: 1.0}, {8: 1.0}), apart({3: 0.9}, {8: 0.9})
    here = spelled_at(pieces, np.array([(1.0, 3.0), (3.0, 5.0)]), said)[0]
    aside = spelled_at(pieces, np.array([(1.0, 3.0), (6.0, 9.0)]), said)[0]
    barely = spelled_at(pieces, np.array([(1.0, 3.0), (4.9, 9.0)]), said)[0]
    assert (here.digits, here.rows) == (barely.digits, barely.rows) == ((3, 8), (0, 1))
    assert (aside.digits, aside.rows) == ((3, 8), (0, None))
    assert aside.log_p < here.log_p


def test_the_run_that_looks_like_the_digit_is_taken():
    # Two halves of a 0, which look like nothing, and the whole.
    scores = looks({1: 0.02}, {1: 0.02}, {0: 0.98})
    pieces = Pieces(2, ((0, 1, 0), (1, 2, 1), (0, 2, 2)), scores)
    found = spelled(pieces, columns({0: 0.9, 1: 0.1}, {1: 0.1, BLANK: 0.9}))
    assert (found[0].digits, found[0].rows) == ((0,), (2,))


def test_other_ink_is_no_digit_and_parts_no_places():
    said = columns({OTHER: 1.0}, {4: 1.0}, {OTHER: 1.0}, {2: 1.0})
    pieces = apart({5: 0.01}, {4: 0.9}, {1: 0.02}, {2: 0.9})
    best = spelled(pieces, said)[0]
    assert (best.digits, best.rows, best.columns) == ((4, 2), (1, 3), (2, 6))


def test_where_digits_are_to_be_expected_a_reading_gains_by_each():
    said = columns({5: 0.4, BLANK: 0.6}, {2: 0.9})
    pieces = apart({5: 0.4}, {2: 0.9})
    assert spelled(pieces, said)[0].digits == (2,)
    assert spelled(pieces, said, a_digit=2.0)[0].digits == (5, 2)


def test_a_piece_that_is_surely_a_digit_is_not_left_out_lightly():
    said = columns({5: 0.5, BLANK: 0.5})
    assert spelled(apart({5: 0.99}), said)[0].digits == (5,)
    assert spelled(apart({5: 0.02}), said)[0].digits == ()


def test_what_the_crops_read_is_judged_too():
    said = columns({3: 1.0}, {8: 1.0})
    pieces = apart({9: 0.99}, {8: 0.99})
    alone = {reading.digits for reading in spelled(pieces, said)}
    found = {r.digits: r for r in spelled(pieces, said, ((9, 8),))}
    assert (9, 8) not in alone and (9, 8) in found
    assert found[9, 8].rows == (0, 1)


def test_likeliest_first_and_none_twice():
    rng = np.random.default_rng(0)
    log_p = np.log(rng.dirichlet(np.full(BLANK + 1, 0.3), 8))
    pieces = Pieces(3, ((0, 1, 0), (1, 2, 1), (2, 3, 2)), rng.dirichlet(np.ones(10), 3))
    found = spelled(pieces, log_p, ((1, 2), (), (1, 2)))
    assert [r.log_p for r in found] == sorted((r.log_p for r in found), reverse=True)
    assert len({r.digits for r in found}) == len(found)


def test_what_the_columns_rule_out_no_crop_can_save():
    said = columns({3: 1 - np.exp(-HOPELESS), 9: np.exp(-2 * HOPELESS)})
    found = {r.digits for r in spelled(apart({9: 0.99}), said, ((9,),))}
    assert (9,) not in found and (3,) in found


def test_a_line_without_pieces_is_spelled_by_its_columns():
    nothing = Pieces(0, (), np.zeros((0, 10)))
    found = spelled(nothing, columns({6: 1.0}))[0]
    assert (found.digits, found.rows) == ((6,), (None,))


# --- Every way to lay digits over pieces, one by one.

Way = tuple[float, tuple[int | None, ...]]


def ways(pieces: Pieces, digits: tuple[int, ...], at: int = 0) -> Iterator[Way]:
    """The log p and the rows of every way from piece `at` on."""
    hopes = [0.0] * pieces.count
    for first, last, row in pieces.runs:
        for k in range(first, last):
            hopes[k] = max(hopes[k], float(pieces.scores[row].max()))
    if at == pieces.count and not digits:
        yield 0.0, ()
    if digits:
        for log_p, rows in ways(pieces, digits[1:], at):
            yield log_p + MISSING, (None, *rows)
        for first, last, row in pieces.runs:
            if first == at:
                own = np.log(max(TINY, pieces.scores[row, digits[0]]))
                for log_p, rows in ways(pieces, digits[1:], last):
                    yield log_p + own, (row, *rows)
    if at < pieces.count:
        for log_p, rows in ways(pieces, digits, at + 1):
            yield log_p + np.log(max(TINY, 1 - hopes[at])), rows


def random_pieces(rng: np.random.Generator) -> Pieces:
    count = int(rng.integers(1, 5))
    spans = [(a, b) for a in range(count) for b in range(a + 1, min(count, a + 3) + 1)]
    kept = [span for span in spans if rng.random() < 0.7]
    scores = rng.dirichlet(np.full(10, 0.2), len(kept))
    return Pieces(count, tuple((*s, k) for k, s in enumerate(kept)), scores)


def without_other(labels: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(label for label in labels if label != OTHER)


@pytest.mark.parametrize("seed", range(25))
def test_the_best_way_over_the_pieces_is_found(seed: int):
    rng = np.random.default_rng(seed)
    pieces = random_pieces(rng)
    log_p = np.log(rng.dirichlet(np.full(BLANK + 1, 20.0), 6))  # nothing is hopeless
    digits = tuple(rng.integers(0, 10, rng.integers(0, 4)).tolist())
    found = {r.digits: r for r in spelled(pieces, log_p, (digits,))}
    best, rows = max(ways(pieces, digits), key=lambda way: way[0])
    assert found[digits].rows == rows
    of_columns = found[digits].log_p - CROPS_SAY * best
    # Of spellings that differ only in other ink the likeliest stands for all.
    proposed = [s for s in ctc.n_best(log_p) if without_other(s.labels) == digits]
    expected = proposed[0].log_p if proposed else ctc.log_probability(log_p, digits)
    assert of_columns == pytest.approx(expected)
