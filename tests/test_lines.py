"""The line reader says of a strip the same, whatever it is read together with; what is no line reader is refused."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
from drawing import write

from camrec.errors import ModelError
from camrec.reading import lines, strips
from camrec.reading.ctc import log_probability, n_best, peaks
from camrec.reading.lines import CLASSES, STEP, WIDTHS, LineReader
from camrec.reading.models import find_model
from camrec.reading.strips import OTHER, TALL, Strip, frame_ink

BLANK = len(CLASSES) - 1


@pytest.fixture(scope="module")
def reader() -> LineReader:
    return LineReader()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the shipped line reader that a test may change."""
    weights = find_model("lines")
    for suffix in (".tflite", ".json"):
        shutil.copy(weights.with_suffix(suffix), tmp_path)
    return tmp_path / weights.name


def written(text: str, advance: float = 0.8) -> Strip:
    """A strip with digits on it, as an even pen writes them."""
    page = np.zeros((100, 80 * len(text) + 80), np.uint8)
    write(page, text, 20, 20, 60, pen=255, advance=advance)
    x, y, width, height = cv2.boundingRect(page)
    return frame_ink(page[y : y + height, x : x + width])


def wider(strip: Strip, more: int) -> Strip:
    """The strip with more paper on its right."""
    return Strip(np.pad(strip.ink, ((0, 0), (0, more))), strip.scale)


def noise(width: int, seed: int = 0) -> Strip:
    ink = np.random.default_rng(seed).integers(0, 256, (TALL, width), np.uint8)
    return Strip(ink, 1.0)


def labels(log_p: np.ndarray) -> tuple[int, ...]:
    return n_best(log_p)[0].labels


def test_strings_of_digits_are_spelled(reader: LineReader):
    texts = ["20368", "4957", "11", "7", "1234567890"]
    found = reader.log_probabilities([written(text) for text in texts])
    spelled = ["".join(map(str, labels(log_p))) for log_p in found]
    assert spelled == texts


def test_touching_digits_are_spelled_though_nothing_cuts_them(reader: LineReader):
    strip = written("3050", advance=0.62)
    assert cv2.connectedComponents(np.uint8(strip.ink > 128))[0] < 5
    (log_p,) = reader.log_probabilities([strip])
    assert labels(log_p) == (3, 0, 5, 0)


@pytest.mark.parametrize("width", [9, 63, 64, 65, 200, 2047, 2048, 2049, 5000])
def test_every_second_column_has_a_row_of_log_probabilities(reader, width: int):
    (log_p,) = reader.log_probabilities([noise(width)])
    assert log_p.shape == (-(-width // STEP), len(CLASSES))
    assert np.exp(log_p).sum(axis=1) == pytest.approx(1, abs=1e-4)


def test_no_strips_give_no_scores(reader: LineReader):
    assert reader.log_probabilities([]) == []


def test_together_or_one_by_one_is_the_same(reader: LineReader):
    widths = [70, 30, 300, 64, 66, 71, 72, 73, 74, 75, 76, 77, 30, 97]
    batch = [noise(width, seed) for seed, width in enumerate(widths)]
    alone = [reader.log_probabilities([strip])[0] for strip in batch]
    for one, together in zip(alone, reader.log_probabilities(batch), strict=True):
        assert together == pytest.approx(one, abs=1e-3)


@pytest.mark.parametrize("text", ["20368", "7", "11"])
def test_paper_to_the_right_changes_nothing(reader: LineReader, text: str):
    strip = written(text)
    (alone,) = reader.log_probabilities([strip])
    for more in (1, 5, 40, 150, 700):
        (log_p,) = reader.log_probabilities([wider(strip, more)])
        # A look at another width meets the pixels elsewhere: where a digit ends in the columns, not that it is one.
        assert np.exp(log_p[: len(alone)]) == pytest.approx(np.exp(alone), abs=0.05)
        spelled = (log_probability(p, tuple(map(int, text))) for p in (log_p, alone))
        assert np.ptp(np.exp(list(spelled))) < 0.005
        assert (log_p[len(alone) :].argmax(axis=1) == BLANK).all()


@pytest.mark.parametrize("share", [0.9, 0.8])
def test_a_look_at_another_width_tells_digits_where_they_stand(
    reader: LineReader, monkeypatch: pytest.MonkeyPatch, share: float
):
    strip = written("20368")
    monkeypatch.setattr(lines, "SETTLED", 1.0)  # or one look were enough
    found = []
    for views in ((1.0,), (1.0, share)):
        monkeypatch.setattr(lines, "VIEWS", views)
        (log_p,) = reader.log_probabilities([strip])
        assert np.exp(log_p).sum(axis=1) == pytest.approx(1, abs=1e-4)
        found.append(peaks(log_p, [labels(log_p)])[0])
    alone, together = map(np.array, found)
    assert len(alone) == 5 and np.abs(alone - together).max() <= 2


def test_a_strip_that_leaves_no_doubt_is_looked_at_once(
    monkeypatch: pytest.MonkeyPatch,
):
    reader, looks = LineReader(), []
    network = reader._network
    monkeypatch.setattr(reader, "_network", lambda batch: looks.extend(batch) or network(batch))  # fmt: skip
    sure, doubtful = written("7"), noise(60)
    found = reader.log_probabilities([sure, doubtful, sure])
    seen = [look for look in looks if look.any()]
    assert len(seen) == 3 + (len(lines.VIEWS) - 1)
    assert np.array_equal(found[0], found[2])
    (alone,) = reader.log_probabilities([doubtful])
    assert found[1] == pytest.approx(alone, abs=1e-3)


def test_where_someone_else_reads_the_same_one_look_is_enough(
    reader: LineReader, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(lines, "SETTLED", 1.0)  # nothing is sure by itself
    strips = [written("203"), written("203"), written("7"), noise(60)]
    one, *_, last = reader.log_probabilities(strips[:1]) + reader.log_probabilities(strips[3:])  # fmt: skip
    monkeypatch.setattr(lines, "VIEWS", (1.0,))
    first, *_ = reader.log_probabilities(strips[:1])
    monkeypatch.undo()
    monkeypatch.setattr(lines, "SETTLED", 1.0)
    found = reader.log_probabilities(strips, [(2, 0, 3), (2, 6, 3), (7,), ()])
    assert found[0] == pytest.approx(first, abs=1e-3)
    assert found[1] == pytest.approx(one, abs=1e-3)
    assert found[3] == pytest.approx(last, abs=1e-3)
    assert np.abs(first - one).max() > 0.01


def test_what_is_filled_up_to_the_last_column_ends_the_same(reader: LineReader):
    # A strip as wide as its batch has the network's own padding behind it instead of paper.
    strip = written("4957")
    full = wider(strip, next(w for w in WIDTHS if w >= strip.ink.shape[1]) - strip.ink.shape[1])  # fmt: skip
    (alone,) = reader.log_probabilities([full])
    (padded,) = reader.log_probabilities([wider(full, 1)])
    assert labels(alone) == labels(padded[: len(alone)]) == (4, 9, 5, 7)


def test_the_end_of_a_very_long_line_is_read_too(reader: LineReader):
    ink = np.hstack([written("2036849571" * 2, advance=1.05).ink] * 6)
    assert ink.shape[1] > WIDTHS[-1]
    (log_p,) = reader.log_probabilities([Strip(ink, 1.0)])
    tail = log_p[-60:].argmax(axis=1)
    assert 1 in tail and 7 in tail and OTHER not in tail


def test_scores_are_the_callers_to_keep(reader: LineReader):
    # The runtime's own memory is overwritten by its next call.
    (first,) = reader.log_probabilities([written("38")])
    kept = first.copy()
    reader.log_probabilities([written("74")])
    assert np.array_equal(first, kept)


def test_a_higher_temperature_is_less_sure(copy: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(lines, "VIEWS", (1.0,))
    (cold,) = LineReader(copy).log_probabilities([written("38")])
    card = json.loads(copy.with_suffix(".json").read_text())
    card["temperature"] *= 4
    copy.with_suffix(".json").write_text(json.dumps(card))
    (warm,) = LineReader(copy).log_probabilities([written("38")])
    cooled = 4 * warm
    cooled -= np.logaddexp.reduce(cooled, axis=1, keepdims=True)
    assert cooled == pytest.approx(cold, abs=1e-3)
    assert warm.max(axis=1).mean() < cold.max(axis=1).mean()


def refused(model: str | Path, *words: str) -> None:
    with pytest.raises(ModelError) as caught:
        LineReader(model)
    message = str(caught.value)
    assert "\n" not in message
    for word in words:
        assert word in message


def test_a_model_of_crops_is_no_line_reader():
    refused("digits", "digits.tflite", "none", "camrec train --lines")


def test_strips_of_another_version_are_refused(copy: Path):
    path = copy.with_suffix(".json")
    card = json.loads(path.read_text())
    path.write_text(json.dumps(card | {"normaliser": strips.VERSION + 1}))
    refused(copy, "lines.tflite", f"normaliser {strips.VERSION + 1}")


def test_a_card_beside_other_weights_is_refused(copy: Path):
    shutil.copy(find_model("digits"), copy)
    refused(copy, "sha256")


def test_a_missing_line_reader_is_named(tmp_path: Path):
    refused(tmp_path / "mine.tflite", "mine.tflite", "no such model")


def test_the_shipped_card_is_that_of_the_shipped_weights():
    weights = find_model("lines")
    card = json.loads(weights.with_suffix(".json").read_text(encoding="utf-8"))
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()
    assert card["sha256"]["lines.tflite"] == digest
    assert tuple(card["classes"]) == CLASSES
    assert card["normaliser"] == strips.VERSION
