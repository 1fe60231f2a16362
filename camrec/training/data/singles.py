"""One picture, one character: its ink as reading finds it, however tightly it was cut and whichever way it is lit."""

from __future__ import annotations

import re

import cv2
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from camrec.reading.ink import find_ink
from camrec.reading.reader import at_work_scale
from camrec.reading.regions import find_candidates
from camrec.stream.sinks.pictures import CROP_MARGIN

LONGEST = 200  # px; a character of this size loses nothing when it is brought to 28
PAPER = 2  # times the longer side are laid on every side: ink is then a small part of all, as on a page
MOST_COMPONENTS = 100
BENCH = 0.4  # of the way round a picture: strokes at its border take less than half of such a stretch

_CROP_NAME = re.compile(r".+-\d+-\d+-[^-]+\.png", re.IGNORECASE)


def ink_of_one(picture: np.ndarray) -> np.ndarray:
    """The ink of a picture that holds one character.

    Reading knows paper by how much there is of it, and a picture cut to one character has little: more is laid
    around it. Which way it is lit can be seen from its border.

    Parameters
    ----------
    picture : numpy.ndarray
        (H, W, 3) BGR uint8.

    Returns
    -------
    numpy.ndarray
        (h, w) uint8, 255 is pen; all 0 where reading would find no character.
    """
    grey, _ = at_work_scale(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), LONGEST)
    margin = PAPER * max(grey.shape)
    ink = _joined(_amid_paper(_dark_on_light(grey), margin))
    return ink[margin:-margin, margin:-margin]


def without_margin(name: str, picture: np.ndarray) -> np.ndarray:
    """A crop as ``--crops`` names and writes them, cut back to the box of its digit; other pictures as they are.

    The margin is for the eye. Where digits touch, it shows the neighbours' ink.
    """
    if not _CROP_NAME.fullmatch(name):
        return picture
    # Digits h px high have a margin of h // CROP_MARGIN on both sides; this is its inverse.
    margin = picture.shape[0] // (CROP_MARGIN + 2)
    height, width = picture.shape[:2]
    if width <= 2 * margin:
        return picture
    return picture[margin : height - margin, margin : width - margin]


def _dark_on_light(grey: np.ndarray) -> np.ndarray:
    """The picture, or its negative where the pen is lighter than the paper."""
    paper = float(np.median(grey[_border(*grey.shape)]))
    # The fourth power lets strokes decide against shadows, as it does in reading.
    off = grey.astype(np.float32) - paper
    return cv2.bitwise_not(grey) if (off**3 * np.abs(off)).sum() > 0 else grey


def _amid_paper(grey: np.ndarray, margin: int) -> np.ndarray:
    """The picture amid `margin` px of paper that goes on as it was at the border."""
    sheet = np.pad(grey, 1, mode="edge")
    border = _border(*sheet.shape)
    sheet[border] = _calm(sheet[border])
    return np.pad(sheet, margin - 1, mode="edge")


def _border(height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns of the outermost pixels, once round, clockwise."""
    last, edge = height - 1, width - 1
    down, right = np.arange(height), np.arange(width)
    rows = [0 * right, down[1:], np.full(edge, last), down[-2:0:-1]]
    columns = [right, np.full(last, edge), right[-2::-1], 0 * down[-2:0:-1]]
    return np.concatenate(rows), np.concatenate(columns)


def _calm(ring: np.ndarray) -> np.ndarray:
    """The paper's grey levels along a closed line, without the strokes that cross it."""
    reach = int(BENCH * len(ring) / 2)
    windows = sliding_window_view(np.pad(ring, reach, mode="wrap"), 2 * reach + 1)
    medians: np.ndarray = np.median(windows, axis=1)
    return medians.astype(np.uint8)


def _joined(picture: np.ndarray) -> np.ndarray:
    """All candidates of a picture on one sheet of ink."""
    sheet = np.zeros(picture.shape[:2], np.uint8)
    for item in find_candidates(find_ink(picture), MOST_COMPONENTS).items:
        box = item.region.box
        view = sheet[box.y : box.bottom, box.x : box.right]
        np.maximum(view, item.region.ink, out=view)
    return sheet
