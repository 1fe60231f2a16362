"""Strips that are written to learn from: labels say what stands there, all of it is there, and a seed is a strip."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np
import pytest

from camrec.reading.ctc import n_best
from camrec.reading.lines import LineReader
from camrec.reading.strips import OTHER, TALL, Strip
from camrec.training.rendering import strips
from camrec.training.rendering.handwriting import DigitBank
from camrec.training.rendering.strips import WIDEST, Spot, StripWriter, framed, once

# As they are before a test looks on or silences them:
CLOSING, CELLS = strips._Page._closing, strips._Page._cells


@pytest.fixture(scope="module")
def writer(bank: DigitBank) -> StripWriter:
    return StripWriter(bank)


def rng(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_the_same_seed_writes_the_same_strip(writer: StripWriter):
    first, again, other = (writer.write(rng(seed)) for seed in (3, 3, 4))
    assert np.array_equal(first.ink, again.ink) and first.labels == again.labels
    assert first.ink.shape != other.ink.shape or (first.ink != other.ink).any()


def test_strips_hold_their_promises(writer: StripWriter):
    lengths, labels = set(), set()
    for seed in range(200):
        strip = writer.write(rng(seed))
        assert strip.ink.dtype == np.uint8 and strip.ink.shape[0] == TALL
        assert strip.ink.shape[1] <= WIDEST and strip.ink.max() > 128
        assert strip.labels and set(strip.labels) <= set(range(11))
        assert (OTHER, OTHER) not in zip(strip.labels, strip.labels[1:])
        lengths.add(len(strip.labels))
        labels.update(strip.labels)
    assert labels == set(range(11)) and {1, 2, 3, 4, 5, 6, 7} <= lengths


@pytest.mark.parametrize(
    ("labels", "told"),
    [
        ([], ()),
        ([1, 1], (1, 1)),
        ([OTHER, OTHER, OTHER], (OTHER,)),
        ([OTHER, OTHER, 3, 3, OTHER, 3, OTHER, OTHER], (OTHER, 3, 3, OTHER, 3, OTHER)),
    ],
)
def test_a_stretch_of_other_ink_is_told_once_and_equal_digits_each(labels, told):
    found = once([Spot(label, float(k)) for k, label in enumerate(labels)])
    assert tuple(mark.label for mark in found) == told
    assert all(labels[int(mark.middle)] == mark.label for mark in found)


@pytest.mark.parametrize("seed", range(20))
def test_what_is_too_fine_to_be_seen_is_written_again(writer, monkeypatch, seed: int):
    pages, fill = [], strips._Page.fill

    def faint_at_first(page: strips._Page) -> None:
        fill(page)
        pages.append(page)
        if len(pages) == 1:
            page.canvas //= 4

    monkeypatch.setattr(strips._Page, "fill", faint_at_first)
    assert writer.write(rng(seed)).ink.max() > 128
    assert len(pages) > 1


@pytest.mark.parametrize("text", ["7", "2036", "111", "5000", "314159265"])
def test_labels_are_what_was_written(writer, monkeypatch, text: str):
    monkeypatch.setattr(strips, "_string_of_digits", lambda rng: text)
    seen = 0
    for seed in range(30):
        labels = writer.write(rng(seed)).labels
        digits = tuple(label for label in labels if label != OTHER)
        seen += digits == tuple(map(int, text))
        assert digits in (tuple(map(int, text)), ())  # or a word instead
    assert seen > 20


@pytest.fixture
def clean(monkeypatch: pytest.MonkeyPatch) -> list[np.ndarray]:
    """Canvases of strings of digits and nothing else, as they are before they are roughened."""
    canvases: list[np.ndarray] = []

    def keep(rng: np.random.Generator, canvas: np.ndarray) -> np.ndarray:
        canvases.append(canvas)
        return canvas

    monkeypatch.setattr(strips, "roughened", keep)
    for name in ("_rules", "_dirt", "_separator", "_closing", "_cells"):
        monkeypatch.setattr(strips._Page, name, lambda page: None)
    monkeypatch.setattr(strips._Page, "_letters", lambda page, text: None)
    return canvases


@pytest.mark.parametrize("text", ["01", "01111", "96"])
def test_the_last_digit_is_whole(writer, clean, monkeypatch, text: str):
    monkeypatch.setattr(strips, "_string_of_digits", lambda rng: text)
    for seed in range(400):
        writer.write(rng(seed))
    for canvas in clean:
        assert not canvas[:, -3:].any()


@pytest.mark.parametrize("digit", "0258")
def test_a_digit_stands_in_the_middle_of_its_ink(writer, clean, monkeypatch, digit):
    monkeypatch.setattr(strips, "_string_of_digits", lambda rng: digit)
    for seed in range(30):
        strip = writer.write(rng(seed))
        columns = np.flatnonzero((strip.ink > 64).any(axis=0))
        assert strip.middles == pytest.approx([columns.mean()], abs=2)


def test_middles_of_a_string_stand_over_their_digits(writer, clean, monkeypatch):
    monkeypatch.setattr(strips, "_string_of_digits", lambda rng: "402")
    for seed in range(30):
        strip = writer.write(rng(seed))
        columns = np.flatnonzero((strip.ink > 64).any(axis=0))
        first, last = columns.min(), columns.max()
        four, nought, two = strip.middles
        assert first < four < nought < two < last
        assert four - first < 0.5 * np.ptp(columns) and last - two < 0.5 * np.ptp(
            columns
        )


@pytest.mark.parametrize("end", ["point", "comma", "dash", "point dash", "equals"])
def test_what_ends_an_amount_stands_behind_it_and_is_no_digit(
    writer, clean, monkeypatch, end: str
):
    monkeypatch.setattr(strips, "_string_of_digits", lambda rng: "402")
    seen, told, close = [], [], CLOSING

    def closing(page: strips._Page) -> None:
        before, edge = page.canvas.copy(), page._at
        monkeypatch.setattr(strips, "CLOSINGS", (end,))
        close(page)
        added = np.flatnonzero((page.canvas != before).any(axis=0))
        seen.append((added, edge))
        told.append([mark.label for mark in page.marks])

    monkeypatch.setattr(strips._Page, "_closing", closing)
    for seed in range(60):
        writer.write(rng(seed))
    assert len(seen) > 5
    for added, edge in seen:
        assert len(added) and added.min() > edge - 16
    assert {tuple(labels[3:]) for labels in told} == {(OTHER,) if end == "equals" else ()}  # fmt: skip
    # All of it is on the canvas that is kept.
    assert not any(canvas[:, -2:].any() for canvas in clean)


def test_every_digit_of_a_form_has_a_cell_of_its_own(writer, clean, monkeypatch):
    monkeypatch.setattr(strips, "_string_of_digits", lambda rng: "402")
    string, added = strips._Page._string, []

    def framed_string(page: strips._Page, digits: str) -> None:
        string(page, digits)
        before = page.canvas.copy()
        CELLS(page)
        added.append((page.canvas > before, before, [m.middle for m in page.marks]))

    monkeypatch.setattr(strips._Page, "_string", framed_string)
    for seed in range(60):
        strip = writer.write(rng(seed))
        assert strip.labels == (4, 0, 2) or not strip.labels
    walled = 0
    for frame, before, middles in added:
        columns = np.flatnonzero(frame.any(axis=0))
        inked = np.flatnonzero(before.any(axis=0))
        assert columns.min() <= inked.min() and columns.max() >= inked.max()
        walls = [x for x in columns if frame[:, x].sum() > 12]
        between = [sum(a < x < b for x in walls) for a, b in pairwise(middles)]
        walled += all(between)
    assert 0.6 < walled / len(added) < 1
    assert not any(canvas[:, -2:].any() for canvas in clean)


def test_middles_are_squeezed_as_the_strip_is(writer, clean, monkeypatch):
    monkeypatch.setattr(strips, "_string_of_digits", lambda rng: "606060")
    parted = 0
    for seed in range(150):
        strip = writer.write(rng(seed))
        pen = (strip.ink > 64).astype(np.uint8)
        _, _, stats, _ = cv2.connectedComponentsWithStats(pen)
        boxes = sorted(stats[1:, :3].tolist())
        if len(boxes) == len(strip.labels):  # none of them touch
            parted += 1
            assert strip.middles == pytest.approx([x + w / 2 for x, _, w in boxes], abs=2)  # fmt: skip
    assert parted > 5


def test_a_line_longer_than_any_that_is_learned_from_is_no_strip():
    tall = TALL - 4
    assert framed(np.full((tall, WIDEST - 8), 255, np.uint8), [Spot(1, 9.0)]) is not None  # fmt: skip
    assert framed(np.full((tall, WIDEST), 255, np.uint8), [Spot(1, 9.0)]) is None


def test_all_ink_of_a_string_is_on_its_strip(writer, clean, monkeypatch):
    monkeypatch.setattr(strips, "_string_of_digits", lambda rng: "402")
    for seed in range(20):
        strip = writer.write(rng(seed))
        columns = np.flatnonzero((clean[-1] > 128).any(axis=0))
        # As wide as it is tall on the canvas, within what squeezing, paper above and rounding change.
        rows = np.flatnonzero((clean[-1] > 128).any(axis=1))
        ratio = (np.ptp(columns) + 1) / (np.ptp(rows) + 1)
        inked = np.flatnonzero((strip.ink > 64).any(axis=0))
        height = np.flatnonzero((strip.ink > 64).any(axis=1))
        assert (np.ptp(inked) + 1) / (np.ptp(height) + 1) == pytest.approx(ratio, rel=0.3)  # fmt: skip


def test_labels_are_what_is_seen_on_the_strip(writer: StripWriter):
    """The shipped line reader, which has never met these strips, spells most of them as their labels do."""
    written = [writer.write(rng(1000 + seed)) for seed in range(80)]
    reader = LineReader()
    columns = reader.log_probabilities([Strip(strip.ink, 1.0) for strip in written])
    spelled = [n_best(log_p)[0].labels for log_p in columns]
    right = [digits(one) == digits(two.labels) for one, two in zip(spelled, written)]
    assert np.mean(right) > 0.6


def digits(labels: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(label for label in labels if label != OTHER)


def test_hardly_two_strips_are_alike(writer: StripWriter):
    inks = {writer.write(rng(seed)).ink.tobytes() for seed in range(50)}
    assert len(inks) == 50
