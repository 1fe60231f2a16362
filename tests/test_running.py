"""A hand that writes in one go: what it writes stands where it says, and a pen that is not lifted leaves one stroke."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
import pytest

from camrec.training.rendering.handwriting import Hand
from camrec.training.rendering.running import Build, Run, RunningHand

EVEN = Build(np.ones(10), np.ones(10), np.zeros(10), 0.0)


def rng(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def written(
    text: str,
    seed: int = 0,
    build: Build = EVEN,
    links: float = 0.0,
    gap: float = 0.4,
    pen: float = 3.0,
) -> Run:
    hand = RunningHand(rng(seed), build, links)
    upright = Hand(0, slant=0.0, stretch=1.0, pen=pen / 40)
    return hand.write(rng(seed + 1), text, upright, 40.0, gap)


def parts(run: Run) -> list[list[int]]:
    """Boxes [x, y, w, h] of all that hangs together, left to right."""
    pen = (run.ink > 64).astype(np.uint8)
    return sorted(cv2.connectedComponentsWithStats(pen)[2][1:, :4].tolist())


def test_a_seed_is_a_hand():
    one, same, other = (written("2036", seed) for seed in (1, 1, 2))
    assert np.array_equal(one.ink, same.ink) and one.middles == same.middles
    assert one.ink.shape != other.ink.shape or (one.ink != other.ink).any()


@pytest.mark.parametrize("seed", range(20))
def test_every_digit_has_its_ink_around_its_middle(seed: int):
    run = written("302", seed)
    boxes = parts(run)
    assert len(boxes) == 3
    middles = [x + w / 2 for x, _, w, _ in boxes]
    assert run.middles == pytest.approx(middles, abs=2)


def test_digits_are_as_tall_as_was_asked_and_stand_around_the_middle():
    heights = []
    for seed in range(100):
        run = written("8", seed)
        _, y, _, h = cv2.boundingRect((run.ink > 64).astype(np.uint8))
        assert y + h / 2 == pytest.approx(run.middle, abs=6)
        heights.append(h)
    assert np.median(heights) == pytest.approx(40 + 3, abs=3)  # and the pen
    assert np.ptp(heights) < 28  # hands waver


def test_a_pen_that_is_not_lifted_leaves_one_stroke():
    lifted = [len(parts(written("000", seed, gap=0.2))) for seed in range(20)]
    linked = [len(parts(written("000", seed, gap=0.2, links=1.0))) for seed in range(20)]  # fmt: skip
    # Two zeros in five end too far from where the next begins.
    assert set(lifted) == {3} and np.mean(linked) < 2


def test_no_ink_is_cut_off():
    for seed in range(30):
        ink = written("947gym", seed, links=0.5).ink
        frame = np.concatenate([ink[0], ink[-1], ink[:, 0], ink[:, -1]])
        assert not (frame > 64).any()


def test_a_gap_lies_between_inks_whatever_the_pen():
    for pen in (2.0, 6.0):
        gaps = []
        for seed in range(30):
            (x, _, w, _), (other, *_) = parts(written("00", seed, gap=0.5, pen=pen))
            gaps.append(other - x - w)
        assert np.mean(gaps) == pytest.approx(0.5 * 40, abs=2)


def test_zeros_may_be_small_and_stand_on_the_line_or_in_its_middle():
    small = np.ones(10)
    small[0] = 0.5
    for footed in (0.0, 1.0):
        build = Build(small, np.ones(10), np.zeros(10), footed)
        runs = [written("0", seed, build=build) for seed in range(30)]
        boxes = [parts(run)[0] for run in runs]
        assert np.median([h for _, _, _, h in boxes]) < 28
        lowered = [y + h / 2 - run.middle for (_, y, _, h), run in zip(boxes, runs)]
        middle = 0 if footed == 0 else 10  # px, a quarter of a digit's height
        assert np.median(lowered) == pytest.approx(middle, abs=2)


def test_hands_differ_in_build():
    builds = [Build.random(rng(seed), zeros=0.5) for seed in range(50)]
    sizes = np.array([build.sizes for build in builds])
    assert sizes.std(axis=0).min() > 0.02
    assert np.median(sizes[:, 0]) == pytest.approx(0.5, abs=0.1)
    assert np.median(sizes[:, 1:]) == pytest.approx(1, abs=0.1)


def test_zeros_differ_more_in_width_than_other_digits():
    widths = np.log([Build.random(rng(seed)).widths for seed in range(200)])
    assert widths.std(axis=0).argmax() == 0
    assert widths[:, 0].std() > 1.5 * widths[:, 1:].std()


def test_one_hand_writes_a_digit_alike_and_never_the_same():
    run = written("000000", 3)
    boxes = parts(run)
    heights = [h for *_, h in boxes]
    assert len(boxes) == 6 and np.std(heights) < 0.15 * np.mean(heights)
    tiles = [run.ink[:, x : x + w] for x, _, w, _ in boxes]
    same = [a.shape == b.shape and (a == b).all() for a, b in pairwise(tiles)]
    assert not any(same)


def test_words_are_written_too():
    word = written("minute", 5, links=1.0, gap=0.05)
    assert len(word.middles) == 6 and sorted(word.middles) == list(word.middles)
    assert len(parts(word)) <= 4  # the dot of the i, the bar of the t
