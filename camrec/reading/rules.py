"""Ruled, squared and table lines: found by what they are, thin and long and smooth, and taken out of the ink."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

THICKEST = 1 / 140  # of the longer side; a printed frame is drawn with no broader pen
LEAST_THICKEST = 5  # px; less would miss the soft edges of a rule in a small picture
SKIP = 4  # every fourth pixel along a rule tells as much as all, and costs a quarter
PIECE = 1 / 32  # of the longer side: thin ink that runs on for so long
ROWS = 5  # px by which it is broadened, so that it may rise or fall over that length
LEAST_PIECE = 4  # kept pixels; a stroke may be as long,
FEW_ROWS = 1  # and is not broadened then
BRIDGE = 9  # kept pixels along a rule: the gap that a stroke leaves which crosses it, slanting
LENGTH = 0.2  # of the longer side: a line this long and this thin is rarely a stroke
SLENDER = 40  # length over thickness of a rule; the longest flat base of a written 2 stays under 35
WAVE = 0.45  # thicknesses, or pixels, that a rule strays from its running median on average; handwriting strays by more
WINDOW = 31  # columns of that median, of every `SKIP`-th
CELL_SLENDER = 8  # of a line between two rules: the side of a cell
CUT_SLENDER = 20  # of one between a rule and the edge of the picture; a 1 of a fine pen reaches 15
CELL_HEIGHT = 24  # px at least between the two
BLACKER = 1.35  # times a rule's own contrast: the pen, where it runs along the rule
HOLD = 2  # px by which a cell's side may miss the rule that it ends at, aside
REACH = 2 * SKIP  # px, the same along the side


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """A smooth line across the picture, as if it were level: upright ones in the turned picture.

    Parameters
    ----------
    path : numpy.ndarray
        (K, 2) int32, points (x, y) along its middle, left to right.
    thickness : float
        Pixels.
    """

    path: np.ndarray
    thickness: float

    @property
    def length(self) -> int:
        """Pixels from its left to its right end."""
        return int(self.path[-1, 0] - self.path[0, 0])


def remove_rules(mask: np.ndarray, contrast: np.ndarray) -> np.ndarray:
    """Take long thin smooth lines out of `mask`; strokes that cross them are mended.

    Lines may bend a little, as on a page that does not lie flat. How far they may lean goes by their breadth and the size of the
    picture: of 1280 px the finest by eight degrees and those of three pixels by sixteen, of 640 px the finest by sixteen.

    Parameters
    ----------
    mask : numpy.ndarray
        (H, W) uint8, 255 is pen.
    contrast : numpy.ndarray
        (H, W) uint8; most rules are paler than the pen that writes on them.

    Returns
    -------
    numpy.ndarray
        A mask of the same size, without ruled, squared and table lines.
    """
    level = find_rules(mask)
    clean = _without(mask, contrast, level)
    turned = cv2.transpose(clean)
    crossing = cv2.transpose(_drawn(mask.shape, level, HOLD)) if level else None
    upright = find_rules(turned, crossing)
    if not upright:
        return clean
    return cv2.transpose(_without(turned, cv2.transpose(contrast), upright))


def find_rules(mask: np.ndarray, crossing: np.ndarray | None = None) -> list[Rule]:
    """Rules of `mask` that are more level than upright.

    Parameters
    ----------
    mask : numpy.ndarray
        (H, W) uint8, 255 is pen.
    crossing : numpy.ndarray, optional
        (H, W) uint8, 255 where rules across these were found: a shorter line from one to another is the side of a cell.

    Returns
    -------
    list of Rule
    """
    side = max(mask.shape)
    thickest = max(LEAST_THICKEST, round(side * THICKEST))
    few, pieces = _running(_thin(np.ascontiguousarray(mask[:, ::SKIP]), thickest), side)
    bridged = cv2.dilate(pieces, np.ones((3, BRIDGE), np.uint8))
    least = LENGTH * side if crossing is None else CELL_HEIGHT
    if not _reaches(bridged, least):
        return []
    _, labels, stats, _ = cv2.connectedComponentsWithStats(bridged, connectivity=4)
    found = []
    for label in _long_and_flat(stats, least):
        rule = _rule(few, labels, stats, label, thickest)
        if rule is not None and _is_rule(rule, side, crossing):
            found.append(rule)
    return found


def _running(few: np.ndarray, side: int) -> tuple[np.ndarray, np.ndarray]:
    """Of thin ink what runs on for a while, and the same a little broader; a digit's strokes do not.

    Some rows and its own thickness are the slope that it may have; fewer where it is no longer than a stroke.
    """
    long = max(LEAST_PIECE, round(PIECE * side / SKIP))
    rows = ROWS if long > LEAST_PIECE else FEW_ROWS
    broad = cv2.dilate(few, np.ones((rows, 3), np.uint8))
    pieces = cv2.morphologyEx(broad, cv2.MORPH_OPEN, np.ones((1, long), np.uint8))
    return cv2.bitwise_and(few, pieces), pieces


def _reaches(bridged: np.ndarray, least: float) -> bool:
    """Whether anything may be so long; contours tell that in a tenth of the time that labels take."""
    contours, _ = cv2.findContours(bridged, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    return any(SKIP * cv2.boundingRect(contour)[2] >= least for contour in contours)


def _long_and_flat(stats: np.ndarray, least: float) -> list[int]:
    """Labels of components at least so long, in pixels of the whole mask, and more level than upright."""
    width, height = SKIP * stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    suits = (width >= least) & (height <= width)
    suits[0] = False  # the background
    return np.flatnonzero(suits).tolist()


def _is_rule(rule: Rule, side: int, crossing: np.ndarray | None) -> bool:
    """Whether a smooth line is a rule by itself, or the side of a cell."""
    return _alone(rule, side) or crossing is not None and _held(rule, crossing)


def _thin(mask: np.ndarray, thickest: int) -> np.ndarray:
    """Ink that is no thicker than `thickest` from top to bottom."""
    tall = np.ones((thickest + 1, 1), np.uint8)
    return cv2.subtract(mask, cv2.morphologyEx(mask, cv2.MORPH_OPEN, tall))


def _rule(few: np.ndarray, labels: np.ndarray, stats: np.ndarray, label: int, thickest: int) -> Rule | None:  # fmt: skip
    """The smooth line through one component of thin ink, every `SKIP`-th column of it given; None where there is none."""
    x, y, width, height = stats[label, :4].tolist()
    window = slice(y, y + height), slice(x, x + width)
    ink = np.where(labels[window] == label, few[window], np.uint8(0)) > 0
    thick = ink.sum(axis=0)
    columns = np.flatnonzero(thick)
    if len(columns) < max(6, 0.6 * width):
        return None
    middle = (np.arange(height) @ ink)[columns] / thick[columns]
    smooth = _smooth(middle)
    thickness = float(np.median(thick[columns]))
    strays = np.mean(np.abs(middle - smooth))
    if thickness > thickest or strays > WAVE * max(1.0, thickness):
        return None
    path = np.column_stack([(columns + x) * SKIP, smooth + y])
    return Rule(np.round(path).astype(np.int32), thickness)


def _smooth(rows: np.ndarray) -> np.ndarray:
    """Running medians: they follow a fold of the page, and leave out what stuck to the rule."""
    reach = min(WINDOW, len(rows)) // 2
    padded = np.pad(rows, reach, mode="reflect", reflect_type="odd")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1)
    medians: np.ndarray = np.median(windows, axis=1)
    return medians


def _alone(rule: Rule, side: int) -> bool:
    """Whether the line is a rule wherever it stands."""
    return rule.length >= max(LENGTH * side, SLENDER * rule.thickness)


def _held(rule: Rule, crossing: np.ndarray) -> bool:
    """Whether the line goes from one crossing rule to another: the side of a cell, not a 1 within.

    One end may lie at the edge of the picture, which cuts cells too, if the line is long enough.
    """
    left, right = rule.path[[0, -1]].tolist()
    touching = [_touches(end, crossing) for end in (left, right)]
    if all(touching):
        return rule.length >= CELL_SLENDER * rule.thickness
    at_edge = right[0] >= crossing.shape[1] - SKIP if touching[0] else left[0] < SKIP
    return any(touching) and at_edge and rule.length >= CUT_SLENDER * rule.thickness


def _touches(end: list[int], crossing: np.ndarray) -> bool:
    """Whether a crossing rule lies at this (x, y)."""
    x, y = end
    rows = slice(max(0, y - HOLD), y + HOLD + 1)
    columns = slice(max(0, x - REACH), x + REACH + 1)
    return bool(crossing[rows, columns].any())


def _drawn(shape: tuple[int, ...], rules: list[Rule], more: int) -> np.ndarray:
    """255 where the rules are, each `more` pixels broader on both sides."""
    out = np.zeros(shape[:2], np.uint8)
    for rule in rules:
        broad = round(rule.thickness) + 2 * more
        cv2.polylines(out, [rule.path], False, 255, broad)
    return out


def _without(mask: np.ndarray, contrast: np.ndarray, rules: list[Rule]) -> np.ndarray:
    """`mask` without the rules.

    What is clearly blacker than its rule, or thicker, is a stroke that crosses it or lies on it, and stays; what stood on
    both sides is joined through it.
    """
    if not rules:
        return mask
    thickness = int(np.ceil(max(rule.thickness for rule in rules)))
    bare = cv2.bitwise_and(_thin(mask, thickness + 2), _drawn(mask.shape, rules, 2))
    for rule in rules:
        window = _window(rule, thickness + 2)
        black = BLACKER * _contrast_along(rule, contrast)
        bare[window][contrast[window] > black] = 0
    rest = cv2.subtract(mask, bare)
    across = np.ones((thickness + 4, 1), np.uint8)
    mended = cv2.morphologyEx(rest, cv2.MORPH_CLOSE, across)
    return cv2.bitwise_or(rest, cv2.bitwise_and(mended, bare))


def _window(rule: Rule, margin: int) -> tuple[slice, slice]:
    """Rows and columns of a rule, with `margin` pixels above and below."""
    x, y, width, height = cv2.boundingRect(rule.path)
    rows = slice(max(0, y - margin), y + height + margin)
    return rows, slice(max(0, x), x + width)


def _contrast_along(rule: Rule, contrast: np.ndarray) -> float:
    """The median contrast in the middle of a rule."""
    height, width = contrast.shape
    rows = rule.path[:, 1].clip(0, height - 1)
    columns = rule.path[:, 0].clip(0, width - 1)
    return float(np.median(contrast[rows, columns]))
