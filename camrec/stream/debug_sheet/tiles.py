"""The small pictures of a sheet: one for each crop, one for each line that was read twice."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np

from camrec.reading.inspection import ELSE, Inspected, Mark, Reread
from camrec.reading.reasons import Fate
from camrec.stream.debug_sheet.canvas import (
    FAINT,
    FATES,
    INNER,
    PAPER,
    PEN,
    RULE,
    SMALL,
    blank,
    fitted,
    told,
    width_of,
    write,
)
from camrec.stream.plates import Colour

ACROSS = 8  # tiles of crops in a row
GAP = 10  # px
TILE = (INNER - (ACROSS - 1) * GAP) // ACROSS, 84  # px, width and height
ZOOM = 2  # of crops and strips
TOP = 3  # classes told of each crop
NAMES = 44  # px for the names of the rows of a line
ROW = 18  # px
ROOMY = 44  # px between two marks from which both have room for their probability
SURE_FROM, LIKELY_FROM = 0.9, 0.5


def draw_crop(shape: Inspected, number: int, classes: tuple[str, ...]) -> np.ndarray:
    """One shape: its number, what became of it, the crop that the network saw and its three likeliest classes."""
    width, height = TILE
    tile, colour = blank(height, width), FATES[shape.fate]
    cv2.rectangle(tile, (0, 0), (2, height - 1), colour, cv2.FILLED)
    end = write(tile, str(number), 8, 13, FAINT, SMALL)
    words = _words(shape, classes)
    write(tile, fitted(words, width - end - 10, SMALL), end + 6, 13, colour, SMALL)
    side = 28 * ZOOM
    tile[22 : 22 + side, 8 : 8 + side] = _as_paper(shape.crop)
    cv2.rectangle(tile, (7, 21), (8 + side, 22 + side), RULE, 1)
    scores = shape.alone if shape.alone is not None else shape.judged
    if scores is not None:
        _draw_scores(tile, scores, classes, 8 + side + 8, 22)
    return tile


def _words(shape: Inspected, classes: tuple[str, ...]) -> str:
    if shape.fate is not Fate.READ or shape.judged is None:
        return shape.reason
    best = int(shape.judged.argmax())
    note = f", {shape.reason}" if shape.reason else ""
    return f"{classes[best]} {told(float(shape.judged[best]))}{note}"


def _draw_scores(
    tile: np.ndarray, scores: np.ndarray, classes: tuple[str, ...], x: int, top: int
) -> None:
    """Class, probability and a bar as long as it, for the likeliest few."""
    room = tile.shape[1] - x - 6
    for k, best in enumerate(np.argsort(-scores, kind="stable")[:TOP].tolist()):
        foot = top + 13 + 19 * k
        write(tile, classes[best], x, foot, PEN, SMALL)
        text = told(float(scores[best]))
        write(tile, text, tile.shape[1] - 6 - width_of(text, SMALL), foot, PEN, SMALL)
        cv2.line(tile, (x, foot + 4), (x + room, foot + 4), RULE, 2)
        long = round(room * float(scores[best]))
        if long:
            cv2.line(tile, (x, foot + 4), (x + long, foot + 4), FAINT, 2)


def draw_line(line: Reread, number: int) -> np.ndarray:
    """One line: its strip, and under it what the crops found, what the line reader spells, and both together."""
    zoom = min(ZOOM, (INNER - NAMES - ROOMY) / line.strip.shape[1])
    title = f"L{number}  {'among other ink: the line reader has to see each digit' if line.scattered else 'spelled by both'}"
    strip = _strip(line.strip, zoom)
    high, wide = strip.shape[:2]
    across = max(NAMES + wide + ROOMY, width_of(title, SMALL) + 4)
    tile = blank(20 + high + 3 * ROW + 8, across)
    write(tile, title, 0, 13, PEN, SMALL)
    tile[20 : 20 + high, NAMES : NAMES + wide] = strip
    cv2.rectangle(tile, (NAMES - 1, 19), (NAMES + wide, 20 + high), RULE, 1)
    rows = ("crops", line.crops), ("line", line.line), ("both", line.both)
    for k, (name, marks) in enumerate(rows):
        foot = 20 + high + 14 + ROW * k
        write(tile, name, 0, foot, FAINT, SMALL)
        _draw_marks(tile, marks, zoom, foot)
    return tile


def _draw_marks(
    tile: np.ndarray, marks: tuple[Mark, ...], zoom: float, foot: int
) -> None:
    """Digits under the place where they are seen, with their probability where there is room."""
    at = [NAMES + mark.at * zoom for mark in marks]
    roomy = all(b - a >= ROOMY for a, b in pairwise(at))
    for x, mark in zip(at, marks):
        sure = (
            f" {min(mark.confidence, 0.99):.2f}" if roomy and mark.text != ELSE else ""
        )
        left = round(x - width_of(mark.text, SMALL) / 2)
        write(tile, mark.text + sure, left, foot, _colour(mark), SMALL)


def _colour(mark: Mark) -> Colour:
    if mark.text == ELSE:
        return FAINT
    if mark.confidence >= SURE_FROM:
        return FATES[Fate.READ]
    return FATES[Fate.BELOW if mark.confidence >= LIKELY_FROM else Fate.COMPANY]


def _as_paper(crop: np.ndarray) -> np.ndarray:
    """A crop as dark pen on white paper, enlarged."""
    grey = np.round(255 - 255 * crop).astype(np.uint8)
    large = np.repeat(np.repeat(grey, ZOOM, axis=0), ZOOM, axis=1)
    return cv2.cvtColor(large, cv2.COLOR_GRAY2BGR)


def _strip(ink: np.ndarray, zoom: float) -> np.ndarray:
    high, wide = ink.shape
    size = max(1, round(wide * zoom)), max(1, round(high * zoom))
    how = cv2.INTER_AREA if zoom < 1 else cv2.INTER_CUBIC
    large = cv2.resize(255 - ink, size, interpolation=how)
    return np.minimum(cv2.cvtColor(large, cv2.COLOR_GRAY2BGR), np.uint8(PAPER[0]))
