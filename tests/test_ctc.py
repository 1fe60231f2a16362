"""Spellings of columns, held against going through every alignment there is."""

from __future__ import annotations

import tracemalloc
from itertools import product

import numpy as np
import pytest

from camrec.reading.ctc import (
    BEAM,
    FAINT,
    Labels,
    best_path,
    log_probability,
    n_best,
    peaks,
    peaks_of_all,
)


def columns(count: int, classes: int, seed: int) -> np.ndarray:
    """Random logarithms of probabilities, none so faint that a search would not follow it."""
    rng = np.random.default_rng(seed)
    share = rng.dirichlet(np.ones(classes), count) + 0.02
    return np.log(share / share.sum(axis=1, keepdims=True))


def spelled(alignment: Labels, blank: int) -> Labels:
    """What an alignment says: equal neighbours are one, and blanks are none."""
    firsts = [a for a, b in zip(alignment, (None, *alignment)) if a != b]
    return tuple(label for label in firsts if label != blank)


def every_spelling(log_p: np.ndarray) -> dict[Labels, float]:
    """Probability of each spelling, summed over all its alignments."""
    count, classes = log_p.shape
    total: dict[Labels, float] = {}
    for alignment in product(range(classes), repeat=count):
        labels = spelled(alignment, classes - 1)
        p = float(np.exp(log_p[range(count), alignment].sum()))
        total[labels] = total.get(labels, 0.0) + p
    return total


SHAPES = [(1, 2), (2, 3), (4, 3), (5, 4), (7, 3)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("seed", range(4))
def test_a_wide_beam_finds_every_spelling_and_its_whole_probability(shape, seed: int):
    log_p = columns(*shape, seed)
    every = every_spelling(log_p)
    found = n_best(log_p, width=10_000)
    assert {s.labels: np.exp(s.log_p) for s in found} == pytest.approx(every)
    assert len(found) == len(every)  # none of them twice
    assert sum(np.exp(s.log_p) for s in found) == pytest.approx(1)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_likeliest_comes_first(shape):
    for seed in range(4):
        found = [s.log_p for s in n_best(columns(*shape, seed), width=6)]
        assert found == sorted(found, reverse=True) and len(found) <= 6


def test_a_narrow_beam_never_says_more_than_there_is():
    for seed in range(10):
        log_p = columns(6, 4, seed)
        every = every_spelling(log_p)
        for spelling in n_best(log_p, width=3):
            assert np.exp(spelling.log_p) <= every[spelling.labels] * (1 + 1e-9)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("seed", range(4))
def test_the_probability_of_labels_is_that_of_all_their_alignments(shape, seed: int):
    log_p = columns(*shape, seed)
    every = every_spelling(log_p)
    told = {labels: np.exp(log_probability(log_p, labels)) for labels in every}
    assert told == pytest.approx(every)


@pytest.mark.parametrize("labels", [(0, 1, 0, 1), (0, 0), (1, 1, 1)])
def test_labels_that_the_columns_are_too_few_for_are_impossible(labels: Labels):
    # Equal neighbours need a blank between them.
    short = columns(len(labels) + (len(set(labels)) == 1) * (len(labels) - 1) - 1, 3, 0)
    assert log_probability(short, labels) < -1e6
    assert labels not in {s.labels for s in n_best(short, width=1000)}


def test_a_strip_however_long_keeps_its_probabilities():
    log_p = columns(2000, 4, 0)
    found = n_best(log_p)
    assert (
        len(found) == BEAM and found[0].log_p < -750
    )  # no float holds such a probability
    for spelling in found[:2]:  # less what the beam dropped
        assert spelling.log_p <= log_probability(log_p, spelling.labels) + 1e-6


def test_a_class_too_faint_is_not_followed():
    log_p = np.log(np.array([[FAINT / 2, 0.5, 0.5]] * 3))
    assert not any(0 in s.labels for s in n_best(log_p, width=1000))


def hand_made(text: str) -> np.ndarray:
    """Columns that say 0, 1 or the blank "-" with 0.9 each, or with a capital O or I only just."""
    rows = []
    for char in text:
        row = np.full(3, 0.05)
        row["01-OI".index(char) % 3] = 0.9 if char in "01-" else 0.6
        rows.append(row / row.sum())
    return np.log(np.array(rows))


@pytest.mark.parametrize(
    ("text", "labels"),
    [("--0--1--", (0, 1)), ("00-0", (0, 0)), ("-OO1I", (0, 1)), ("---", ())],
)
def test_the_likeliest_columns_spell_the_best_path(text: str, labels: Labels):
    assert best_path(hand_made(text)) == labels


@pytest.mark.parametrize(
    ("text", "labels", "at"),
    [
        ("--0--1--", (0, 1), [2, 5]),
        ("-0-0-", (0, 0), [1, 3]),  # equal neighbours, parted by a blank
        ("0O-O0", (0, 0), [0, 4]),
        ("01", (0, 1), [0, 1]),
        ("-O0O-I1-", (0, 1), [2, 6]),  # where it is surest, not where it begins
        ("-1-", (1,), [1]),
        ("---", (), []),
    ],
)
def test_each_label_stands_at_its_peak(text: str, labels: Labels, at: list[int]):
    log_p = hand_made(text)
    assert n_best(log_p)[0].labels == labels
    assert peaks(log_p, [labels]) == [at]


def test_strips_of_any_length_are_aligned_side_by_side_as_one_by_one():
    strips = []
    for seed, count in enumerate((9, 40, 1, 23, 12)):
        log_p = columns(count, 4, seed)
        strips.append((log_p, [s.labels for s in n_best(log_p)] * (seed != 3)))
    assert peaks_of_all(strips) == [peaks(*strip) for strip in strips]
    assert peaks_of_all(strips)[3] == peaks(columns(5, 4, 0), []) == []
    assert peaks_of_all([]) == []


def test_many_long_strips_take_no_memory_together():
    log_p = columns(1500, 11, 0)
    labels = tuple(range(10)) * 10
    tracemalloc.start()
    found = peaks_of_all([(log_p, [labels] * 8)] * 12)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found[0] == found[11] == peaks(log_p, [labels] * 8)
    assert peak < 80e6


@pytest.mark.parametrize("seed", range(6))
def test_peaks_lie_on_the_likeliest_alignment(seed: int):
    log_p = columns(6, 4, seed)
    for labels in [(0,), (0, 1), (2, 2), (0, 1, 0), (1, 1, 2)]:
        ways = (a for a in product(range(4), repeat=6) if spelled(a, 3) == labels)
        best = max(ways, key=lambda a: log_p[range(6), a].sum())
        starts = [k for k in range(6) if best[k] != 3 and best[k] != (3, *best)[k]]
        stops = [*starts[1:], 6]
        expected = []
        for label, start, stop in zip(labels, starts, stops):
            run = [k for k in range(start, stop) if best[k] == label]
            expected.append(max(run, key=lambda k: log_p[k, label]))
        assert peaks(log_p, [labels]) == [expected]
