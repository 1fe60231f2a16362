"""Reading letters: words as numbers are made of digits, wide letters whole, and the same records, pictures and tables."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from drawing import PEN, sheet
from shared import shared

from camrec import Reader
from camrec.elements import Box, Digit, Frame, Region, Scene
from camrec.reading.classifier import Classifier
from camrec.reading.ink import find_ink
from camrec.reading.normalise import normalise_all
from camrec.reading.numbers import group_digits
from camrec.reading.regions import WIDEST_LETTER, Candidate, Candidates, find_candidates
from camrec.reading.resolve import resolve
from camrec.stream.overlay import draw
from camrec.stream.records import csv_rows, record_of
from camrec.training.data import class_names, read_set
from camrec.training.rendering.penmanship import LETTERS
from camrec.training.rendering.strokes import HEIGHT, curve, lines_of

LOW, TALL = 20, 36  # px; an x and an l


def letter(char: str, x: int, foot: int, tall: int, width: int = 18) -> Digit:
    return Digit(char, 0.9, Box(x, foot - tall, width, tall), np.zeros(27, np.float32))


def word(text: str, x: int = 0, foot: int = 100, gap: int = 5) -> list[Digit]:
    """Letters of a hand: some tall, some reaching below the line."""
    letters = []
    for char in text:
        tall = LOW if char in "acemnorsuvwxz" else TALL
        down = 16 if char in "gpqyj" else 0
        letters.append(letter(char, x, foot + down, tall))
        x += 18 + gap
    return letters


def texts(digits: list[Digit]) -> list[str]:
    return [number.text for number in group_digits(digits)]


@pytest.mark.parametrize("text", ["hello", "moon", "lapful", "apply", "ill"])
def test_letters_side_by_side_are_one_word(text: str):
    assert texts(word(text)) == [text]


@pytest.mark.parametrize("first, second", [("ill", "did"), ("sum", "over"), ("all", "on")])  # fmt: skip
def test_a_space_parts_two_words(first: str, second: str):
    ahead = word(first)
    assert texts(ahead + word(second, x=ahead[-1].box.right + 17)) == [first, second]


def test_a_letter_and_a_digit_may_share_a_word():
    assert texts([*word("a"), letter("4", 23, 100, TALL)]) == ["a4"]


def test_digits_keep_their_own_measures():
    """A small digit beside a large one is a footnote; a small letter beside a large one is not."""
    small, large = (18, 100, 15), (0, 100, TALL)
    assert texts([letter("7", *large, 16), letter("2", *small)]) == ["7", "2"]
    assert texts([letter("h", *large, 16), letter("e", *small)]) == ["he"]


def written(char: str, form: int = 0, height: int = 90) -> np.ndarray:
    """A sheet with one letter: (240, 480, 3) uint8."""
    image = sheet()
    for points in lines_of(LETTERS[char][form]):
        line = curve(points) * height / HEIGHT + (150, 70)
        cv2.polylines(image, [np.round(line * 16).astype(np.int32)], False, (PEN,) * 3, 7, cv2.LINE_AA, 4)  # fmt: skip
    return image


@pytest.mark.parametrize("char, form", [("m", 1), ("w", 2), ("m", 4)])
def test_a_wide_letter_is_proposed_whole(char: str, form: int):
    ink = find_ink(written(char, form))
    boxes = [c.region.box for c in find_candidates(ink, 100, WIDEST_LETTER).items]
    x, y, width, height = cv2.boundingRect(ink.mask)
    assert width > 1.4 * height  # no digit is so wide
    assert max(box.iou(Box(x, y, width, height)) for box in boxes) > 0.95


def test_what_is_cut_off_a_letter_knows_it():
    items = find_candidates(find_ink(written("m")), 100, WIDEST_LETTER).items
    pieces = max(item.last for item in items)
    cuts = {(item.first, item.last): item.cuts for item in items}
    assert cuts[0, pieces] == 0
    assert cuts[0, 1] == cuts[pieces - 1, pieces] == 1
    assert {c for (a, b), c in cuts.items() if 0 < a and b < pieces} <= {2}


@pytest.mark.parametrize("classes, read", [("ni", "n"), ("01", "11")])
def test_half_a_letter_has_its_price(classes: str, read: str):
    """A whole that is a bit less likely than its halves: letters stay whole, digits are parted."""
    boxes = [Box(0, 0, 40, 40), Box(0, 0, 20, 40), Box(20, 0, 20, 40)]
    regions = [Region(box, np.full((box.height, box.width), 255, np.uint8)) for box in boxes]  # fmt: skip
    runs = [(0, 2, 0), (0, 1, 1), (1, 2, 1)]
    items = [Candidate(r, 0, a, b, cuts) for r, (a, b, cuts) in zip(regions, runs)]
    scores = np.array([[0.9, 0.0, 0.1], [0.0, 0.97, 0.03], [0.0, 0.97, 0.03]])
    candidates = Candidates(tuple(items), (np.array([0.5, 0.5]),))
    found = resolve(candidates, scores, (*classes, "none"), 0.0).digits
    assert "".join(digit.text for digit in found) == read


def scene() -> Scene:
    letters = word("dog", x=20, foot=80)
    frame = Frame(sheet(), source="page.jpg")
    return Scene(frame, tuple(letters), group_digits(letters))


def test_the_record_of_letters_has_the_form_of_digits():
    record = record_of(scene())
    assert [digit["digit"] for digit in record["digits"]] == ["d", "o", "g"]
    assert [number["text"] for number in record["numbers"]] == ["dog"]
    assert {digit["number"] for digit in record["digits"]} == {0}


def test_the_table_of_letters_has_a_row_a_letter():
    rows = csv_rows(scene())
    assert [(row[5], row[12]) for row in rows] == [("d", "dog"), ("o", "dog"), ("g", "dog")]  # fmt: skip


def test_letters_are_drawn():
    assert np.any(draw(scene()) != scene().frame.image)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader("letters")


def test_the_shipped_model_tells_letters_apart(reader: Reader):
    assert reader.classes == class_names("letters")


@pytest.mark.parametrize("text", ["hello", "WORLD", "fox"])
def test_a_word_is_read(reader: Reader, text: str):
    assert texts(list(reader.read(lettered(text)).digits)) == [text.lower()]


def test_where_there_is_no_letter_none_is_read(reader: Reader):
    image = sheet()
    image[20::40] = (180, 120, 120)  # ruled
    assert reader.read(image).digits == ()


def lettered(text: str) -> np.ndarray:
    """A sheet with a word in print: (240, 480, 3) uint8."""
    image, x = sheet(), 40.0
    for char in text:
        lines = [curve(points) * 9 for points in lines_of(LETTERS[char][0])]
        left = min(line[:, 0].min() for line in lines)
        for line in lines:
            points = np.round((line + (x - left, 80)) * 16).astype(np.int32)
            cv2.polylines(image, [points], False, (PEN,) * 3, 7, cv2.LINE_AA, 4)
        x += max(line[:, 0].max() for line in lines) - left + 20
    return image


def test_letters_of_strange_hands_are_read(reader: Reader):
    """2,288 handwritten letters, cut from words and stretched to the square; no model has learned from them."""
    path = shared("data/letters/choice-letters-images-idx3-ubyte.gz")
    letters = read_set(path)
    scores = Classifier("letters").scores(normalise_all(list(letters.images)))
    read = scores[:, :-1].argmax(axis=1)
    assert (read == letters.labels_in(reader.classes)).mean() > 0.7
