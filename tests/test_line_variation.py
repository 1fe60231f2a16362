"""Training strips by other hands: as wide as they are said to be, their digits where they are said to be."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

pytest.importorskip("keras", reason="training packages are not installed")

from camrec.reading.lines import STEP
from camrec.reading.strips import MARGIN, OTHER, TALL
from camrec.settings import TrainingSettings
from camrec.training.lines import variation
from camrec.training.lines.batches import StripBatches, Strips
from camrec.training.lines.network import NO_LABEL, NOWHERE
from camrec.training.lines.variation import VARIED, stretched, stretches, vary
from camrec.training.rendering.strips import Written

SETTINGS = TrainingSettings(batch=8, seed=3)
BARS = (20, 50, 80)  # px; middles of three upright bars
WIDE = 104


def bars() -> np.ndarray:
    ink = np.zeros((TALL, WIDE), np.uint8)
    for x in BARS:
        ink[4:28, x - 2 : x + 2] = 255
    return ink


def middles(ink: np.ndarray) -> list[float]:
    """Where the ink of each bar has its centre, px."""
    dark = ink.sum(axis=0, dtype=float)
    at = np.arange(ink.shape[1])
    stretch = (ink.shape[1] - 2 * MARGIN) / (WIDE - 2 * MARGIN)
    bounds = [stretched(np.array(x), stretch) for x in (5, 35, 65, 95)]
    parts = [(at >= a) & (at < b) for a, b in pairwise(bounds)]
    return [float(np.average(at[part] + 0.5, weights=dark[part])) for part in parts]


@pytest.mark.parametrize("stretch", [0.75, 0.9, 1.0001, 1.2, 1.4])
def test_ink_lies_where_the_stretch_says(stretch):
    for seed in range(20):
        ink = vary(np.random.default_rng(seed), bars(), stretch)
        width = round(MARGIN + (WIDE - 2 * MARGIN) * stretch) + MARGIN
        assert ink.shape == (TALL, width) and ink.dtype == np.uint8
        expected = stretched(np.array(BARS), stretch)
        assert np.abs(middles(ink) - expected).max() < STEP


def test_a_strip_that_is_not_varied_is_the_same():
    ink = bars()
    before = ink.copy()
    same = vary(np.random.default_rng(0), ink, 1.0)
    vary(np.random.default_rng(0), ink, 1.1)
    assert (same == before).all() and (ink == before).all()


def test_as_many_are_varied_as_it_says_and_about_as_many_wider_as_narrower():
    drawn = stretches(np.random.default_rng(0), 10_000)
    assert np.mean(drawn != 1) == pytest.approx(VARIED, abs=0.02)
    assert np.mean(drawn > 1) == pytest.approx(VARIED / 2, abs=0.02)
    assert drawn.min() > 0.5 and drawn.max() < 2


def test_slant_bends_and_pens_differ():
    """Each at a time: leaning bars, bars that are not straight, more and less ink."""
    seen = [vary(np.random.default_rng(k), bars(), 1.001) for k in range(40)]
    lean = [top_half(ink) - top_half(ink[::-1]) for ink in seen]
    assert np.std(lean) > 0.5 and min(lean) < -0.5 and max(lean) > 0.5
    amount = [ink.sum() / bars().sum() for ink in seen]
    assert min(amount) < 0.85 and max(amount) > 1.15


def top_half(ink: np.ndarray) -> float:
    """Where the ink of the upper half has its centre, px."""
    return float(np.average(np.arange(ink.shape[1]), weights=ink[:16].sum(axis=0, dtype=float)))  # fmt: skip


def strips() -> Strips:
    """Three bars and a word, and one bar alone, many times."""
    places = tuple(float(x) for x in (*BARS, 95))
    three = Written(bars(), (1, 7, 1, OTHER), places)
    one = Written(bars()[:, :36], (1,), (20.0,))
    return Strips.of([three, one] * 30)


def epoch(batches: StripBatches) -> list[tuple[np.ndarray, list[int], list[int]]]:
    """Ink, labels and columns of each strip."""
    out = []
    for k in range(len(batches)):
        ink, places = batches[k]
        for page, (labels, columns) in zip(ink[..., 0], places):
            known = int((labels != NO_LABEL).sum())
            out.append((page, labels[:known].tolist(), columns[:known].tolist()))
    return out


def test_labels_and_columns_follow_the_ink_of_varied_strips():
    batches = StripBatches(strips(), SETTINGS, varied=True)
    seen = epoch(batches)
    assert sorted(len(labels) for _, labels, _ in seen) == [1] * 30 + [4] * 30
    moved = 0
    for ink, labels, columns in seen:
        assert columns[3:] == [NOWHERE] * (len(labels) == 4)
        for column in columns[:3]:
            around = ink[:, max(0, STEP * column - 6) : STEP * column + 8]
            dark = around.sum(axis=0)
            centre = np.average(np.arange(len(dark)), weights=dark) + max(0, STEP * column - 6)  # fmt: skip
            assert abs(centre + 0.5 - STEP * (column + 0.5)) < 1.5 * STEP
        moved += columns[0] != BARS[0] // STEP or columns[-2:-1] != [BARS[2] // STEP]
    assert moved > 20


def test_hands_are_new_each_epoch_and_depend_on_nothing_else(monkeypatch):
    def inks(batches: StripBatches) -> set[bytes]:
        return {np.round(255 * ink).tobytes() for ink, _, _ in epoch(batches)}

    batches, again = (StripBatches(strips(), SETTINGS, varied=True) for _ in range(2))
    first = inks(batches)
    assert len(first) > 40  # of two that are written again and again
    assert inks(batches) == first
    batches.start(1)
    assert len(inks(batches) & first) <= 2 * 4  # as they are, filled up to some widths
    again.start(1)
    assert inks(again) == inks(batches)
    monkeypatch.setattr(variation, "VARIED", 0.0)
    assert len({np.trim_zeros(ink.sum(axis=0), "b").tobytes() for ink, _, _ in epoch(StripBatches(strips(), SETTINGS, varied=True))}) == 2  # fmt: skip
