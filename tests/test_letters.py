"""Reading letters: words as numbers are made of digits, wide letters whole, and the same records, pictures and tables."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from drawing import PEN, sheet

from camrec.elements import Box, Digit, Frame, Scene
from camrec.reading.ink import find_ink
from camrec.reading.numbers import group_digits
from camrec.reading.regions import WIDEST_LETTER, find_candidates
from camrec.stream.overlay import draw
from camrec.stream.records import csv_rows, record_of
from camrec.training.penmanship import LETTERS
from camrec.training.strokes import HEIGHT, curve, lines_of

LOW, TALL, DEEP = 20, 36, 40  # px; x, l and y written with a line height of 36


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
