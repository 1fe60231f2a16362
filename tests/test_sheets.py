"""Light sheets on a darker ground are paper to their very edge, however small; nothing else is taken for one."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from drawing import sheet, write

from camrec import Reader
from camrec.reading.ink import background, find_ink
from camrec.reading.sheets import sheets

DESK = 60  # grey level
SHAPE = (180, 320)  # px, height and width


def laid(page: np.ndarray, turn: float, desk: int = DESK) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """A page in the middle of a desk, and where it lies: (h, w) uint8 and bool."""
    tall, wide = page.shape
    onto = cv2.getRotationMatrix2D((wide / 2, tall / 2), turn, 1)
    onto[:, 2] += SHAPE[1] / 2 - wide / 2, SHAPE[0] / 2 - tall / 2
    picture, where = np.full(SHAPE, desk, np.uint8), np.zeros(SHAPE, np.uint8)
    for canvas, what in ((picture, page), (where, np.full_like(page, 255))):
        cv2.warpAffine(what, onto, SHAPE[::-1], canvas, cv2.INTER_LINEAR, cv2.BORDER_TRANSPARENT)  # fmt: skip
    return picture, where > 127


def written(tall: int, wide: int) -> np.ndarray:
    page = sheet(tall, wide)[..., 0].copy()
    write(page, "31", wide // 5, tall // 4, tall // 2)
    return page


def filled(picture: np.ndarray) -> np.ndarray:
    return cv2.morphologyEx(picture, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))


@pytest.mark.parametrize("turn", [0, 9, 40])
@pytest.mark.parametrize(("tall", "wide"), [(18, 40), (40, 70), (100, 120)])
def test_a_sheet_is_found_whole(tall: int, wide: int, turn: float):
    picture, where = laid(written(tall, wide), turn)
    found = sheets(picture, filled(picture)) > 0
    assert np.count_nonzero(found ^ where) < 0.1 * np.count_nonzero(where)


@pytest.mark.parametrize("turn", [0, 9, 40])
def test_its_corners_are_paper_though_it_is_small(turn: float):
    page = np.full((24, 50), 220, np.uint8)
    picture, where = laid(page, turn)
    inside = cv2.erode(where.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    assert np.mean(background(picture)[inside] > 200) > 0.95


def chalk() -> np.ndarray:
    board = np.full(SHAPE, DESK, np.uint8)
    write(board, "48026", 30, 40, 40, pen=230)
    write(board, "7193", 30, 100, 40, pen=230)
    return board


@pytest.mark.parametrize(
    "picture",
    [
        chalk(),
        laid(np.full((60, 90), 75, np.uint8), 5)[0],
        laid(np.full((8, 90), 230, np.uint8), 5)[0],
        cv2.circle(np.full(SHAPE, DESK, np.uint8), (160, 90), 70, 200, 9),
        np.full(SHAPE, 200, np.uint8),
        np.zeros((1, 1), np.uint8),
    ],
    ids=["chalk", "hardly lighter", "slip", "ring", "bare", "dot"],
)
def test_nothing_else_is_a_sheet(picture: np.ndarray):
    assert not sheets(picture, filled(picture)).any()


def test_faint_chalk_is_no_paper_where_a_shadow_makes_a_sheet_of_the_board():
    board = np.full(SHAPE, DESK, np.uint8)
    write(board, "48026", 20, 60, 24, pen=130)
    chalk = board > 90
    board[:, 190:] = DESK // 4
    assert sheets(board, filled(board))[:, :180].all()
    assert np.mean((find_ink(board).mask > 0)[:, :180] == chalk[:, :180]) > 0.99


@pytest.mark.parametrize("desk", [30, DESK, 120])
@pytest.mark.parametrize("turn", [0, 6, -11])
def test_what_is_on_a_small_sheet_is_read(turn: float, desk: int):
    picture, _ = laid(written(40, 90), turn, desk)
    large = cv2.resize(picture, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC)
    assert any("31" in number.text for number in Reader().read(large).numbers)
