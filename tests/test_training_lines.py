"""Where the line reader comes from: strips that say what is on them, batches, a network and its loss, a whole training."""

from __future__ import annotations

import csv
import hashlib
import json
from collections import Counter
from dataclasses import replace
from itertools import product
from pathlib import Path

import cv2
import numpy as np
import pytest
from clear_pages import CLEAR, SIZE, page_of
from click.testing import CliRunner, Result
from idx_files import write_set

from camrec.reading import strips as framing
from camrec.reading.lines import CLASSES, STEP, LineReader
from camrec.reading.strips import OTHER, TALL, Strip
from camrec.settings import TrainingSettings
from camrec.training.rendering.layout import Line
from camrec.training.rendering.scenes import Page, photograph, render_page
from camrec.training.rendering.sheets import write_lines
from camrec.training.rendering.strips import WIDEST, Written
from camrec.training.rendering.strokes import stroke_digits
from camrec.training.rendering.styles import Style

keras = pytest.importorskip("keras", reason="training packages are not installed")

from keras import ops

from camrec.cli import group
from camrec.errors import DataError, ModelError
from camrec.training.lines import network as line_network
from camrec.training.lines import recipe
from camrec.training.lines import train as training
from camrec.training.lines.batches import (
    MOST_LABELS,
    WIDTH_STEP,
    StripBatches,
    Strips,
)
from camrec.training.lines.network import NO_LABEL, NOWHERE, Ctc, accuracy, build_lines
from camrec.training.lines.strips import page_strips, picture_strips
from camrec.training.recipe import Sources
from camrec.training.train import Target
from camrec.training.transfer import hand_on

BLANK = len(CLASSES) - 1
Labels = tuple[int, ...]


def strip_of(width: int, labels: Labels = (1,), seed: int = 0) -> Written:
    ink = np.random.default_rng((seed, width)).integers(1, 256, (TALL, width), np.uint8)
    return Written(ink, labels, tuple(3.0 + 2 * k for k in range(len(labels))))


def some(count: int = 50) -> list[Written]:
    """Strips that no two are alike of, of all widths."""
    rng = np.random.default_rng(1)
    widths = rng.integers(9, WIDEST + 1, count).tolist()
    return [
        strip_of(width, tuple(rng.integers(0, 11, rng.integers(0, 6)).tolist()), k)
        for k, width in enumerate(widths)
    ]


def middles(row: np.ndarray) -> tuple[int, ...]:
    return tuple(int(column) for column in row if column != NOWHERE)


def told(row: np.ndarray) -> Labels:
    """The labels of a row that is filled up."""
    return tuple(int(label) for label in row if label != NO_LABEL)


# --- strips in one array


def unpacked(strips: Strips) -> list[tuple[bytes, Labels]]:
    """Ink and labels of each strip."""
    inks = [strips.one(k).tobytes() for k in range(len(strips))]
    return list(zip(inks, map(told, strips.labels), strict=True))


def as_written(written: list[Written]) -> list[tuple[bytes, Labels]]:
    return [(strip.ink.tobytes(), strip.labels) for strip in written]


def test_strips_come_out_as_they_went_in():
    written = some()
    strips = Strips.of(written)
    assert len(strips) == len(written) and unpacked(strips) == as_written(written)


def test_digits_have_the_column_of_their_middle_and_other_ink_has_none():
    ink = np.zeros((TALL, 60), np.uint8)
    written = Written(ink, (3, OTHER, 7), (8.9, 20.0, 41.0))
    (columns,) = Strips.of([written]).columns
    assert columns[:3].tolist() == [4, NOWHERE, 20]
    assert set(columns[3:].tolist()) == {NOWHERE}


def test_the_few_with_too_many_labels_are_left_out():
    longer = ((1, 2) * MOST_LABELS)[:MOST_LABELS]
    written = [strip_of(40, longer[1:]), strip_of(50, longer), strip_of(60, ())]
    assert unpacked(Strips.of(written)) == as_written([written[0], written[2]])


def test_parts_and_sums_are_those_of_lists():
    written = some(20)
    strips = Strips.of(written)
    assert unpacked(strips.part(3, 9)) == as_written(written[3:9])
    assert unpacked(Strips.join([strips.part(0, 3), strips.part(15, 20)])) == as_written(written[:3] + written[15:])  # fmt: skip
    nothing = Strips.of([])
    assert len(nothing) == len(strips.part(5, 5)) == 0
    assert unpacked(Strips.join([nothing, strips])) == as_written(written)


# --- batches

SETTINGS = TrainingSettings(batch=8, seed=3)


def inks(batches: StripBatches) -> list[tuple[bytes, Labels]]:
    """Every strip of an epoch, in its order, with what it was filled up with cut off."""
    out = []
    for k in range(len(batches)):
        batch, places = batches[k]
        assert batch.shape[1] == TALL and batch.shape[3] == 1
        for page, (row, columns) in zip(batch[..., 0], places, strict=True):
            digits = [k for k, label in enumerate(told(row)) if label != OTHER]
            assert middles(columns) == tuple(1 + k for k in digits)
            ink = np.round(255 * page).astype(np.uint8)
            wide = int(np.flatnonzero(ink.any(axis=0)).max()) + 1
            assert not ink[:, wide:].any()
            out.append((np.ascontiguousarray(ink[:, :wide]).tobytes(), told(row)))
    return out


def test_every_strip_is_in_an_epoch_once_with_its_labels():
    written = some()
    batches = StripBatches(Strips.of(written), SETTINGS)
    assert len(batches) == 7
    assert sorted(inks(batches)) == sorted(as_written(written))


def test_the_order_is_new_each_epoch_and_depends_on_nothing_else():
    strips = Strips.of(some())
    batches, again = (StripBatches(strips, SETTINGS) for _ in range(2))
    other = StripBatches(strips, replace(SETTINGS, seed=4))
    first = inks(batches)
    assert inks(other) != first
    batches.start(1)
    assert sorted(inks(batches)) == sorted(first) and inks(batches) != first
    again.start(5)
    again.start(1)
    assert inks(again) == inks(batches)
    again.start(0)
    assert inks(again) == first


def test_batches_are_no_wider_than_need_be():
    strips = Strips.of(some(200))
    batches = StripBatches(strips, SETTINGS)
    total = 0
    for k in range(len(batches)):
        batch, _ = batches[k]
        width = batch.shape[2]
        reach = np.flatnonzero(batch.any(axis=(0, 1, 3))).max() + 1
        assert width % WIDTH_STEP == 0
        assert width - reach < WIDTH_STEP * (2 if k == 1 else 1)
        total += len(batch) * width
    # Strips of like width go together: with any others, most batches would be as wide as the widest.
    assert total < 1.25 * strips.widths.sum()


def test_the_first_two_batches_are_unlike_in_all_that_differs():
    """Keras takes what they have in common for what all batches have in common."""
    alike = Strips.of([strip_of(60, (1, 2, 3)) for _ in range(24)])
    batches = StripBatches(alike, SETTINGS)
    (first, few), (second, more), (third, _) = (batches[k] for k in range(3))
    assert first.shape[2] != second.shape[2] and few.shape[2] != more.shape[2]
    assert (more[:, 0, 3:] == NO_LABEL).all() and (more[:, 1, 3:] == NOWHERE).all()
    assert third.shape == first.shape


# --- the network


@pytest.fixture(scope="module")
def network() -> keras.Model:
    keras.utils.set_random_seed(0)
    return build_lines()


@pytest.mark.parametrize("width", [32, 33, 96, 288])
def test_every_second_column_has_a_row_of_logits(network: keras.Model, width: int):
    logits = network.predict_on_batch(np.zeros((3, TALL, width, 1), np.float32))
    assert logits.shape == (3, -(-width // STEP), len(CLASSES))


def test_it_is_as_large_as_it_says(network: keras.Model):
    assert network.count_params() == 560_284
    assert "560,284" in (build_lines.__doc__ or "")


def test_a_row_sees_a_broad_digit_with_its_neighbours_and_nothing_further_off(network: keras.Model):  # fmt: skip
    width, row = 320, 80
    strip = np.random.default_rng(0).random((1, TALL, width, 1), np.float32)
    strips = np.repeat(strip, width + 1, axis=0)
    strips[np.arange(width), :, np.arange(width)] = (
        0  # the k-th without its k-th column
    )
    logits = network.predict_on_batch(strips)[:, row]
    seen = np.flatnonzero(np.abs(logits[:-1] - logits[-1]).max(axis=1) > 1e-6)
    assert 2 * TALL < len(seen) < 3 * TALL
    assert np.ptp(seen) + 1 == len(seen)
    assert abs(seen.mean() - STEP * row) <= STEP  # as much to the left as to the right


def test_dropout_is_for_training_alone():
    strip = np.random.default_rng(0).random((1, TALL, 64, 1), np.float32)
    model = build_lines(0.5)
    calm = [ops.convert_to_numpy(model(strip, training=False)) for _ in range(2)]
    wild = [ops.convert_to_numpy(model(strip, training=True)) for _ in range(2)]
    assert np.array_equal(*calm) and not np.array_equal(*wild)


# --- its loss and its score, against every alignment there is

COLUMNS = 5
ROWS: list[Labels] = [(3,), (3, 7), (7, 7), (3, 10, 3), (2, 2, 2), (1, 2, 3, 4, 5), ()]


def collapsed(alignment: Labels) -> Labels:
    """What an alignment says: equal neighbours are one, and blanks are none."""
    firsts = [a for a, b in zip(alignment, (None, *alignment)) if a != b]
    return tuple(label for label in firsts if label != BLANK)


def probability(p: np.ndarray, labels: Labels) -> float:
    """Of labels, by summing over all alignments of (columns, classes) probabilities."""
    alphabet = sorted({*labels, BLANK})
    ways = (w for w in product(alphabet, repeat=len(p)) if collapsed(w) == labels)
    return sum(float(p[range(len(p)), way].prod()) for way in ways)


def filled(rows: list[Labels], places: list[Labels] | None = None, width: int = MOST_LABELS) -> np.ndarray:  # fmt: skip
    """Labels and the columns of their middles, as batches give them: (N, 2, width) int32."""
    out = np.full((len(rows), 2, width), NO_LABEL, np.int32)
    out[:, 1] = NOWHERE
    for row, labels in zip(out, rows):
        row[0, : len(labels)] = labels
    for row, columns in zip(out, places or []):
        row[1, : len(columns)] = columns
    return out


def loss_of(y_true: np.ndarray, logits: np.ndarray, **options: float) -> np.ndarray:
    loss = Ctc(**options).call(y_true, ops.convert_to_tensor(logits))
    return ops.convert_to_numpy(loss)


@pytest.mark.parametrize("seed", range(3))
def test_the_loss_is_the_surprise_at_the_labels(seed: int):
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 2, (len(ROWS), COLUMNS, len(CLASSES))).astype(np.float32)
    p = np.exp(logits) / np.exp(logits).sum(axis=2, keepdims=True)
    expected = [-np.log(probability(own, labels)) for own, labels in zip(p, ROWS)]
    for places in (None, [(0, 1, 2, 3, 4)[: len(labels)] for labels in ROWS]):
        loss = loss_of(filled(ROWS, places), logits, centred=0)
        assert loss == pytest.approx(np.array(expected), rel=1e-4)


def test_a_digit_that_is_not_told_in_its_middle_costs_that_too():
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, (3, COLUMNS, len(CLASSES))).astype(np.float32)
    p = np.exp(logits) / np.exp(logits).sum(axis=2, keepdims=True)
    rows: list[Labels] = [(3, 7), (3, OTHER, 7), (OTHER,)]
    places: list[Labels] = [(0, 3), (1, NOWHERE, 4), (NOWHERE,)]
    alone = loss_of(filled(rows, places), logits, centred=0)
    more = loss_of(filled(rows, places), logits, centred=0.5) - alone
    told = p[0, 0, 3] * p[0, 3, 7], p[1, 1, 3] * p[1, 4, 7], 1.0
    assert more == pytest.approx(-0.5 * np.log(told), abs=1e-4)


def test_labels_that_fit_are_less_of_a_surprise():
    rows: list[Labels] = [(1, 2), (1, 3)]
    logits = np.zeros((2, COLUMNS, len(CLASSES)), np.float32)
    logits[:, 1, 1] = logits[:, 3, 2] = 6
    right, wrong = loss_of(filled(rows), logits)
    assert right < wrong - 3


def test_accuracy_counts_strips_that_are_spelled_as_a_whole():
    rng = np.random.default_rng(0)
    alignments = rng.choice([1, 2, OTHER, BLANK], (400, COLUMNS), p=[0.3, 0.2, 0.1, 0.4])  # fmt: skip
    spelled = [collapsed(tuple(row.tolist())) for row in alignments]
    # Half of them have labels of their own, the others those of their neighbour.
    rows = [spelled[k] if k % 2 else spelled[k - 1] for k in range(len(spelled))]
    logits = rng.normal(0, 0.1, (*alignments.shape, len(CLASSES))).astype(np.float32)
    np.put_along_axis(logits, alignments[..., None], 3, axis=2)
    expected = [float(a == b) for a, b in zip(spelled, rows)]
    found = ops.convert_to_numpy(accuracy(filled(rows), ops.convert_to_tensor(logits)))
    assert found.tolist() == expected
    assert 0.5 < np.mean(expected) < 0.9  # there is something to tell apart


def test_more_labels_than_a_row_holds_are_wrong():
    one = np.full((1, 8), BLANK)
    one[0, ::2] = (1, 2, 1, 2)
    logits = 5 * np.eye(len(CLASSES), dtype=np.float32)[one]
    rows = filled([(1, 2)], width=2)  # room for two labels, and four are told
    assert ops.convert_to_numpy(accuracy(rows, ops.convert_to_tensor(logits))) == [0]


# --- strips found on rendered pages


def labels_of(page: Page) -> list[Labels]:
    return [strip.labels for strip in page_strips(page, 1280)]


SOFT = replace(CLEAR, defocus=3.0, noise=4.0, jpeg=60)


@pytest.mark.parametrize("style", [CLEAR, SOFT], ids=["clear", "soft"])
@pytest.mark.parametrize("digit", "0123456789")
def test_a_clean_digit_has_its_label_and_no_other_beside_it(bank, style, digit: str):
    for seed in range(8):
        page = page_of(bank, digit, style=style, seed=seed)
        parts, _ = cv2.connectedComponents((page.owner == 1).astype(np.uint8))
        whole = parts == 2  # and paper; an 8 of two rings may be left open
        assert labels_of(page) in ([(int(digit),)], *([] if whole else [[]]))


@pytest.mark.parametrize("style", [CLEAR, SOFT], ids=["clear", "soft"])
@pytest.mark.parametrize("text", ["402", "71", "8853"])
def test_a_number_is_told_from_left_to_right(bank, style: Style, text: str):
    for seed in range(4):
        found = labels_of(page_of(bank, text, style=style, seed=seed))
        assert found == [tuple(map(int, text))]


@pytest.mark.parametrize("digit", "0257")
def test_a_digit_stands_in_the_middle_of_its_ink(bank, digit: str):
    for seed in range(4):
        (strip,) = page_strips(page_of(bank, digit, seed=seed), 1280)
        columns = np.flatnonzero((strip.ink > 64).any(axis=0))
        assert strip.middles[0] == pytest.approx(columns.mean(), abs=2)


def test_digits_of_a_number_stand_in_their_places(bank):
    (strip,) = page_strips(page_of(bank, "402"), 1280)
    _, _, stats, _ = cv2.connectedComponentsWithStats((strip.ink > 64).astype(np.uint8))
    boxes = sorted(stats[1:].tolist())
    assert len(boxes) == 3
    assert strip.middles == pytest.approx([x + w / 2 for x, _, w, _, _ in boxes], abs=2)


@pytest.mark.parametrize(
    ("texts", "labels"),
    [
        (("17", "ax"), [(1, 7, OTHER)]),
        (("ax", "17"), [(OTHER, 1, 7)]),
        (("wax",), [(OTHER,)]),
    ],
)
def test_letters_are_told_once_where_they_stand(bank, texts, labels):
    style = replace(CLEAR, gap=0.2)
    line = Line(x=20, foot=140, height=60, slope=0.0, space=14, texts=texts)
    sheet = write_lines(np.random.default_rng(2), [line], bank, None, style, SIZE)
    assert labels_of(photograph(np.random.default_rng(2), sheet, style)) == labels


def test_a_lone_letter_teaches_nothing(bank):
    assert labels_of(page_of(bank, "k")) == []


@pytest.mark.parametrize("x", [-40, -30, -20, -12])
def test_half_a_digit_is_never_told_as_whole(bank, x: int):
    for seed in range(4):
        page = page_of(bank, "823", x=x, seed=seed)
        kept = tuple(int(digit.text) for digit in page.digits)
        for labels in labels_of(page):
            digits = tuple(label for label in labels if label != OTHER)
            assert digits in (kept, kept[1:], kept[:1])


def test_strips_of_random_pages_tell_of_digits_that_are_there(bank):
    count = wanted = 0
    for seed in range(15):
        page = render_page(np.random.default_rng(seed), bank, size=(360, 480))
        there = Counter(int(digit.text) for digit in page.digits)
        strips = page_strips(page, 1280)
        found = Counter(k for strip in strips for k in strip.labels if k != OTHER)
        assert not found - there  # none twice, none that is not there
        for strip in strips:
            assert strip.ink.shape[0] == TALL and strip.ink.shape[1] <= WIDEST
            assert strip.ink.dtype == np.uint8 and strip.ink.max() > 128
            assert strip.labels and (OTHER, OTHER) not in zip(strip.labels, strip.labels[1:])  # fmt: skip
        count, wanted = count + found.total(), wanted + there.total()
    assert count > 0.4 * wanted > 20


def test_a_large_page_is_looked_at_as_reading_does(bank):
    page = page_of(bank, "402")
    large = Page(
        cv2.resize(page.image, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC),
        page.digits,
        page.others,
        np.repeat(np.repeat(page.owner, 4, axis=0), 4, axis=1),
        page.style,
    )
    (strip,) = page_strips(large, 400)
    assert strip.labels == (4, 0, 2)


# --- strips found in pictures without digits


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Three pictures: a row of strokes, nothing at all, and one stroke alone."""
    row, alone = np.full((2, 120, 300, 3), 230, np.uint8)
    for x in range(30, 270, 28):
        cv2.line(row, (x, 40), (x + 8, 80), (40, 40, 40), 5)
    cv2.line(alone, (150, 40), (155, 80), (40, 40, 40), 5)
    for name, image in (("a", row), ("b", np.full_like(row, 230)), ("c", alone)):
        cv2.imwrite(str(tmp_path / f"{name}.png"), image)
    return tmp_path


def test_lines_in_pictures_without_digits_are_other_ink(pictures: Path):
    found = picture_strips(str(pictures), 1280)
    assert found and {strip.labels for strip in found} == {(OTHER,)}
    assert all(strip.ink.shape[1] <= WIDEST for strip in found)


def test_a_part_of_the_pictures_is_taken_in_order(pictures: Path):
    whole = [strip.ink.tobytes() for strip in picture_strips(str(pictures), 1280)]
    first = [strip.ink.tobytes() for strip in picture_strips(f"{pictures}[:1]", 1280)]
    assert first == whole  # only the first picture has a line
    assert picture_strips(f"{pictures}[1:]", 1280) == []


# --- a whole training, seconds long


@pytest.fixture(scope="module")
def mnist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """200 digits drawn by strokes, laid out as MNIST is."""
    images, labels = stroke_digits(20)
    order = np.random.default_rng(0).permutation(len(labels))
    folder = tmp_path_factory.mktemp("mnist")
    write_set(folder, "train", images[order], labels[order], ".gz")
    return folder


def train(*words: str | Path) -> Result:
    return CliRunner().invoke(group, ["train", "--lines", *map(str, words)])


@pytest.fixture(scope="module")
def trained(mnist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that a training leaves; strips are kept beside it."""
    out = tmp_path_factory.mktemp("trained") / "mine"
    words = "--mnist", mnist, "--out", out, "--cache", out.parent
    done = train(*words, "--pages", 1, "--epochs", 1, "--batch", 16)
    assert done.exit_code == 0, done.output
    assert str(out / "lines.json") in done.output
    return out


def test_a_training_leaves_a_line_reader(trained: Path):
    reader = LineReader(trained / "lines.tflite")
    (log_p,) = reader.log_probabilities([Strip(np.zeros((TALL, 90), np.uint8), 1.0)])
    assert log_p.shape == (45, len(CLASSES)) and np.isfinite(log_p).all()


def test_it_runs_on_whole_numbers_unless_they_read_worse(trained: Path, tmp_path: Path, monkeypatch):  # fmt: skip
    size = (trained / "lines.tflite").stat().st_size
    assert size < 1.5 * 560_284
    strips = Strips.of(some())
    network = keras.models.load_model(trained / "lines.keras", compile=False)
    card = {"classes": list(CLASSES), "temperature": 1.0, "normaliser": framing.VERSION}
    worse = {".keras": 0.8, ".tflite": 0.79}
    monkeypatch.setattr(training, "_read_whole", lambda path, check: worse[path.suffix])
    path = training._export(network, strips, strips, Target(tmp_path, "lines"), card)
    whole = path.with_suffix(".tflite")
    assert whole.stat().st_size > 1.5 * 560_284
    LineReader(whole)  # whose card is of these weights


def test_strips_are_read_whole_or_not(trained: Path):
    strips = [strip_of(60, (), k) for k in range(4)] + [strip_of(60, (1,) * 20)]
    share = training._read_whole(trained / "lines.tflite", Strips.of(strips))
    spelled = LineReader(trained / "lines.tflite").log_probabilities([Strip(one.ink, 1.0) for one in strips])  # fmt: skip
    right = [collapsed(tuple(log_p.argmax(axis=1).tolist())) == one.labels for log_p, one in zip(spelled, strips)]  # fmt: skip
    assert share == np.mean(right) < 1


def test_nothing_unfinished_is_left(trained: Path):
    names = {path.name for path in trained.iterdir()}
    assert names == {"lines.json", "lines.keras", "lines.tflite", "history.csv", "history.png"}  # fmt: skip


def test_the_card_tells_how_it_was_made(trained: Path, mnist: Path):
    text = (trained / "lines.json").read_text(encoding="utf-8")
    card = json.loads(text)
    assert tuple(card["classes"]) == CLASSES and card["parameters"] == 560_284
    assert card["input"] == [TALL, None, 1] and 0.5 <= card["temperature"] <= 3
    assert card["settings"]["pages"] == card["epochs"] == 1
    written = recipe.STRIPS_A_PAGE
    held = round(written * card["settings"]["validation"])
    assert card["data"]["held_back"] == held > 0
    assert card["data"]["strips"] >= written - held
    assert str(mnist.parent) not in text


def test_the_history_has_a_row_an_epoch(trained: Path):
    with (trained / "history.csv").open(encoding="utf-8") as file:
        (epoch,) = csv.DictReader(file)
    assert float(epoch["loss"]) > 0 and 0 <= float(epoch["val_accuracy"]) <= 1


def no_rendering(*_: object) -> None:
    raise AssertionError("strips were rendered")


def test_strips_are_rendered_once(trained: Path, mnist: Path, monkeypatch):
    monkeypatch.setattr(recipe, "_rendered", no_rendering)
    sources, settings = Sources(str(mnist)), TrainingSettings(pages=1)
    strips, check = recipe.assemble_lines(sources, settings, trained.parent)
    assert len(check) == round(recipe.STRIPS_A_PAGE * settings.validation)
    learned = {ink for ink, _ in unpacked(strips)}
    assert not learned & {ink for ink, _ in unpacked(check)}
    for other in (replace(settings, pages=2), replace(settings, seed=9)):
        with pytest.raises(AssertionError, match="rendered"):
            recipe.assemble_lines(sources, other, trained.parent)


def test_strips_that_were_kept_and_are_damaged_are_told(mnist: Path, tmp_path: Path):
    sources, settings = Sources(str(mnist)), TrainingSettings(pages=1)
    recipe.assemble_lines(sources, settings, tmp_path)
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(kept.read_bytes()[:-3000])
    with pytest.raises(DataError, match="remove it, and it is rendered anew"):
        recipe.assemble_lines(sources, settings, tmp_path)


def test_pictures_without_digits_are_learned_from_too(trained, mnist, pictures, monkeypatch):  # fmt: skip
    settings = TrainingSettings(pages=1)
    alone, _ = recipe.assemble_lines(Sources(str(mnist)), settings, trained.parent)
    more = Sources(str(mnist), pictures=(str(pictures),))
    monkeypatch.setattr(recipe, "_rendered", lambda *_: (alone.part(0, 12), alone.part(12, 20)))  # fmt: skip
    strips, check = recipe.assemble_lines(more, settings)
    own = len(picture_strips(str(pictures), 1280))
    assert own and len(strips) + len(check) == 12 + 8 * recipe.PAGE_TIMES + own * recipe.PICTURE_TIMES  # fmt: skip


def test_strips_depend_on_the_seed_of_their_page_alone(mnist: Path):
    settings = TrainingSettings(pages=1)
    recipe._open_banks(Sources(str(mnist)), settings)
    (one, page), (same, again) = recipe._write(range(1)), recipe._write(range(1))
    assert unpacked(one) == unpacked(same) and unpacked(page) == unpacked(again)
    assert unpacked(recipe._write(range(1, 2))[0]) != unpacked(one)


def test_a_missing_source_is_named_before_anything_is_trained(tmp_path: Path):
    done = train("--mnist", tmp_path, "--out", tmp_path / "out")
    assert done.exit_code == 1 and "train-images" in done.output
    assert not (tmp_path / "out").exists()


def test_a_line_reader_starts_from_another(trained: Path, mnist: Path, tmp_path: Path):
    origin = trained / "lines.keras"
    words = "--mnist", mnist, "--cache", trained.parent, "--pages", 1, "--epochs", 1
    done = train(*words, "--from", origin, "--out", tmp_path, "--rate", 1e-7)
    assert done.exit_code == 0, done.output
    card = json.loads((tmp_path / "lines.json").read_text(encoding="utf-8"))
    digest = hashlib.sha256(origin.read_bytes()).hexdigest()
    assert card["from"] == {"model": "lines.keras", "sha256": digest, "frozen": False}
    before, after = (keras.models.load_model(folder / "lines.keras", compile=False).get_weights() for folder in (trained, tmp_path))  # fmt: skip
    # A step is no longer than the rate.
    assert all(np.allclose(one, other, atol=1e-4) for one, other in zip(before, after))
    assert not all(map(np.array_equal, before, after))


@pytest.fixture
def shallow(monkeypatch) -> keras.Model:
    monkeypatch.setattr(line_network, "APART", line_network.APART[:3])
    keras.utils.set_random_seed(1)
    shallow = build_lines()
    monkeypatch.undo()
    return shallow


def test_a_deeper_reader_begins_about_where_the_earlier_one_ended(shallow: keras.Model):
    keras.utils.set_random_seed(2)
    deeper, other = build_lines(), build_lines()
    hand_on(shallow, deeper)
    strip = np.random.default_rng(0).random((4, TALL, 96, 1), np.float32)
    told, still_told, never = (model.predict_on_batch(strip).ravel() for model in (shallow, deeper, other))  # fmt: skip
    assert np.corrcoef(told, still_told)[0, 1] > 0.9 > np.corrcoef(told, never)[0, 1]


def test_the_layers_that_it_has_beyond_those_learn(shallow: keras.Model):
    deeper = build_lines(0)
    hand_on(shallow, deeper)
    deeper.compile("sgd", "mse")
    before = deeper.get_weights()
    deeper.train_on_batch(np.ones((1, TALL, 64, 1), np.float32), np.ones((1, 32, len(CLASSES)), np.float32))  # fmt: skip
    assert not any(map(np.array_equal, before, deeper.get_weights()))


def test_one_as_deep_begins_just_where_the_earlier_one_ended(network: keras.Model):
    same = build_lines()
    hand_on(network, same)
    assert all(map(np.array_equal, network.get_weights(), same.get_weights()))


def test_a_reader_of_another_make_is_no_start(network: keras.Model, monkeypatch):
    monkeypatch.setattr(line_network, "ALONG", 64)
    with pytest.raises(ModelError, match="another make"):
        hand_on(build_lines(), network)


@pytest.mark.parametrize("option", [("--network", "cnn"), ("--data", "mine"), ("--letters", "more"), ("--classes", "letters")])  # fmt: skip
def test_what_is_for_crops_is_refused(tmp_path: Path, option: tuple[str, str]):
    done = train("--out", tmp_path / "out", *option)
    assert done.exit_code == 2 and f"{option[0]}: for networks of crops" in done.output


@pytest.mark.parametrize("pages, validation", [(0, 0.1), (1, 0.001)])
def test_a_training_with_nothing_to_see_is_refused(mnist: Path, tmp_path: Path, pages: int, validation: float):  # fmt: skip
    done = train("--mnist", mnist, "--out", tmp_path, "--pages", pages, "--validation", validation)  # fmt: skip
    assert done.exit_code == 1 and "ask for more --pages" in done.output


def test_a_folder_without_pictures_is_told_before_pages(mnist: Path, tmp_path: Path):
    done = train("--mnist", mnist, "--out", tmp_path, "--pictures", tmp_path / "walls", "--pages", 10_000)  # fmt: skip
    assert done.exit_code == 1 and "no picture in this folder" in done.output


def test_what_reads_no_lines_is_no_start(tmp_path: Path):
    done = train("--from", "digits", "--out", tmp_path)
    assert done.exit_code == 1 and "no line reader" in done.output


def test_a_line_reader_has_nothing_to_freeze(tmp_path: Path):
    done = train("--from", "lines", "--freeze", "--out", tmp_path)
    assert done.exit_code == 2 and "--freeze" in done.output


def test_a_model_that_is_there_is_not_replaced_unasked(trained: Path, mnist: Path):
    before = (trained / "lines.json").read_bytes()
    done = train("--mnist", mnist, "--out", trained)
    assert done.exit_code != 0 and "--force" in (done.output + str(done.exception))
    assert (trained / "lines.json").read_bytes() == before
