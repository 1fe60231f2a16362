"""Digits that stand together make a number; numbers come in reading order."""

from __future__ import annotations

import math

import numpy as np
import pytest

from camrec.elements import Box, Digit
from camrec.reading.numbers import group_digits


def line(
    text: str, x: int = 0, y: int = 0, height: int = 40, pitch: float = 0.8
) -> list[Digit]:
    """Digits half as wide as high, `pitch` heights from one to the next."""
    return [
        Digit(
            char,
            0.9,
            Box(round(x + k * pitch * height), y, height // 2, height),
            np.zeros(11, np.float32),
        )
        for k, char in enumerate(text)
    ]


def texts(digits: list[Digit]) -> list[str]:
    return [number.text for number in group_digits(digits)]


def turned(digits: list[Digit], degrees: float) -> list[Digit]:
    """The same digits along a line that slopes."""
    angle = math.radians(degrees)
    return [
        Digit(
            d.text, d.confidence, d.box.shift(0, round(d.box.x * math.tan(angle))), d.scores
        )
        for d in digits
    ]  # fmt: skip


def test_digits_side_by_side_are_one_number():
    assert texts(line("4712")) == ["4712"]


def test_a_wide_gap_parts_two_numbers():
    assert texts(line("47") + line("12", x=160)) == ["47", "12"]


def apart(*groups: str, space: float) -> list[Digit]:
    """Groups of digits, `space` heights between them: within a group it is 0.15."""
    digits: list[Digit] = []
    for group in groups:
        digits += line(group, x=digits[-1].box.x + round((0.65 + space) * 40) if digits else 0)  # fmt: skip
    return digits


@pytest.mark.parametrize(
    ("groups", "space", "parted"),
    [
        (("47", "12"), 0.65, True),  # within 0.15, between 0.65: two kinds
        (("47", "12", "20"), 0.65, True),
        (("47", "12"), 0.45, False),
        (("47", "12"), 0.525, False),  # wide enough, but not by enough
        (("47", "12"), 0.575, True),
        (("4712", "0"), 0.7, True),
        (("4", "7"), 0.55, False),  # one space has no other to be wider than,
        (("4", "7"), 0.65, True),  # only most there are
        (("4", "7", "1", "2"), 0.7, False),
        (("12", "500"), 0.7, False),  # thousands
        (("1", "250", "000"), 0.7, False),
        (("125", "00"), 0.7, True),
    ],
)  # fmt: skip
def test_spaces_of_two_kinds_part_numbers(
    groups: tuple[str, ...], space: float, parted: bool
):
    assert texts(apart(*groups, space=space)) == (list(groups) if parted else ["".join(groups)])  # fmt: skip


@pytest.mark.parametrize(
    ("spaces", "parted"),
    [((-0.2, 0.0, 0.65), True), ((-0.4, 0.2, 0.65), False)],
    ids=["even", "uneven"],
)
def test_an_uneven_hand_has_to_leave_more(
    spaces: tuple[float, ...], parted: bool
) -> None:
    xs = np.cumsum([0, *(round((0.65 + space) * 40) for space in spaces)])
    digits = [line(text, x=int(x))[0] for text, x in zip("4712", xs)]
    assert texts(digits) == (["471", "2"] if parted else ["4712"])


# fmt: off
PARTED_BY_THEIR_ROW = [
    (("471", "12", "865"), 0.45, True),
    (("471", "12", "865"), 0.35, False),  # within 0.15: no leap
    (("471", "12"), 0.45, False),  # too few spaces
    (("12", "345", "678"), 0.45, False),  # groups of thousands
]
# fmt: on


@pytest.mark.parametrize(("groups", "space", "parted"), PARTED_BY_THEIR_ROW)
def test_on_a_row_with_many_spaces_they_may_differ_by_less(
    groups: tuple[str, ...], space: float, parted: bool
) -> None:
    row = apart(*groups, space=space)
    assert texts(row) == (list(groups) if parted else ["".join(groups)])


def test_spaces_between_numbers_that_are_parted_anyway_count_with_their_row():
    near = apart("47", "12", "86", space=0.5)
    far = line("5", x=near[-1].box.x + round((0.65 + 0.8) * 40))
    assert texts(near) == ["471286"]
    assert texts(near + far) == ["47", "12", "86", "5"]


@pytest.mark.parametrize("degrees", [-8, 8])
def test_so_they_do_on_a_tilted_row(degrees: float) -> None:
    row = turned(apart("471", "12", "865", space=0.45), degrees)
    assert texts(row) == ["471", "12", "865"]


@pytest.mark.parametrize(("space", "parted"), [(0.525, False), (0.575, True)])
def test_a_digit_alone_has_to_stand_off_farther(space: float, parted: bool) -> None:
    digits = line("471", pitch=0.7) + line("2", x=56 + round((0.65 + space) * 40))
    assert texts(digits) == (["471", "2"] if parted else ["4712"])
    pair = digits + [line("0", x=digits[-1].box.x + 28)[0]]
    assert texts(pair) == ["471", "20"]


def test_a_mark_between_two_kinds_of_spaces_holds():
    digits = apart("47", "12", space=0.7)
    comma = Box(digits[1].box.right + 14, 36, 5, 12)
    assert [n.text for n in group_digits(digits, [comma])] == ["4712"]


def test_what_stood_together_a_moment_ago_is_not_parted_by_a_little():
    digits = apart("47", "12", space=0.6)
    held = [(0, 1), (1, 2), (2, 3)]
    assert texts(digits) == ["47", "12"]
    assert [n.text for n in group_digits(digits, held=held)] == ["4712"]


def test_the_order_in_which_digits_are_found_does_not_matter():
    digits = line("4712") + line("2021", y=100)
    rng = np.random.default_rng(3)
    for _ in range(5):
        assert texts([digits[k] for k in rng.permutation(8)]) == ["4712", "2021"]


def test_lines_are_read_from_the_top_and_each_from_the_left():
    digits = line("9", x=300, y=104) + line("5", x=0, y=100) + line("7", x=150, y=0)
    assert texts(digits) == ["7", "5", "9"]


@pytest.mark.parametrize("degrees", [-15, -8, 8, 15])
def test_a_tilted_line_is_one_number(degrees: float):
    assert texts(turned(line("471203"), degrees)) == ["471203"]


def test_lines_close_below_each_other_are_not_mixed():
    assert texts(line("4712", y=0) + line("2021", y=46)) == ["4712", "2021"]


def test_slanted_digits_whose_boxes_overlap_are_one_number():
    assert texts(line("4712", pitch=0.4)) == ["4712"]


def test_a_step_up_or_down_parts_two_numbers():
    for rise in (-28, 28):
        assert len(texts(line("4") + line("7", x=32, y=rise))) == 2


@pytest.mark.parametrize("y", [-6, 13], ids=["raised", "on the line"])
def test_a_much_smaller_digit_is_not_part_of_the_number(y: int):
    assert sorted(texts(line("47") + line("1", x=56, y=y, height=14))) == ["1", "47"]


def test_every_digit_is_in_exactly_one_number():
    rng = np.random.default_rng(0)
    digits = [
        d
        for k in range(60)
        for d in line(str(k % 10), *map(int, rng.integers(0, 900, 2)))
    ]
    members = [id(d) for number in group_digits(digits) for d in number.digits]
    assert sorted(members) == sorted(id(d) for d in digits)


def test_a_number_is_as_sure_as_all_its_digits_together():
    (number,) = group_digits(line("471"))
    assert number.confidence == pytest.approx(0.9**3)


def test_a_number_lies_around_its_digits():
    (number,) = group_digits(line("471", x=10, y=20))
    assert number.box == Box.around([digit.box for digit in number.digits])


def test_no_digits_make_no_numbers():
    assert group_digits([]) == ()


def spelled(digits: list[Digit], *rows: list[int]) -> list[str]:
    return [number.text for number in group_digits(digits, spelled=rows)]


def test_what_was_spelled_side_by_side_is_one_number_however_its_boxes_lie():
    # The box of the 9 is that of its ring, high above; that of the 7 reaches under the 1.
    high = Digit("9", 0.9, Box(42, 0, 18, 16), np.zeros(11, np.float32))
    five, one, seven = line("5", x=0)[0], line("1", x=64)[0], line("7", x=66)[0]
    digits = [five, high, one, seven]
    assert texts(digits) != ["5917"]
    assert spelled(digits, [0, 1, 2, 3]) == ["5917"]


def test_a_wide_gap_parts_what_was_spelled_too():
    assert spelled(line("47") + line("12", x=160), [0, 1, 2, 3]) == ["47", "12"]


def test_no_digit_that_was_spelled_is_passed_over():
    digits = line("471", pitch=0.4)
    assert spelled([digits[0], digits[2], digits[1]], [0, 1, 2]) != ["47", "1"]
