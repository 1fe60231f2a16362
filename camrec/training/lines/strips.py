"""Training strips as reading meets them: the lines of rendered pages and of pictures without digits, labelled by the truth."""

from __future__ import annotations

import cv2
import numpy as np

from camrec.reading.grouping import Line, find_lines, level
from camrec.reading.ink import find_ink
from camrec.reading.reader import at_work_scale
from camrec.reading.regions import find_candidates
from camrec.reading.strips import OTHER
from camrec.training.crops import views, written_ink
from camrec.training.rendering.scenes import Page
from camrec.training.rendering.strips import Spot, Written, framed, once

MOST_COMPONENTS = 400  # of one page
MOST_PICTURE = 60  # lines of one view of a picture
WHOLE = 0.7  # of a digit's ink: with so much it is still read as that digit
CRUMB = 0.2  # with less of its ink a digit is not there; between the two the strip is left out
FEW = 4  # lines without digits of one page, or as many as with digits if that is more
WIDE = 1.2  # width over height of a chain that may hold more than one shape
TALL = 0.4  # of the line's height: other ink this tall has to be told

_Labelled = tuple[np.ndarray, list[Spot]]


def page_strips(page: Page, work_side: int) -> list[Written]:
    """Every line on a rendered page whose reading is beyond doubt.

    Parameters
    ----------
    page : Page
        With its truth: which digit each pixel's ink belongs to.
    work_side : int
        Scale of work, as reading uses it; px.
    """
    image, scale = at_work_scale(page.image, work_side)
    owner = page.owner
    if scale != 1:
        owner = cv2.resize(owner, image.shape[1::-1], interpolation=cv2.INTER_NEAREST)
    ink = written_ink(image, owner)
    whole = np.bincount(owner[(ink.mask > 0) & (owner > 0)], minlength=len(page.digits) + 1)  # fmt: skip
    candidates = find_candidates(ink, MOST_COMPONENTS)
    found: list[_Labelled] = []
    others: list[_Labelled] = []
    for line in find_lines(candidates):
        sheet = line.ink(candidates.items)
        box = line.box
        marks = _marks(sheet, owner[box.y : box.bottom, box.x : box.right], whole, page)
        if not marks:
            continue
        if any(mark.label != OTHER for mark in marks):
            found.append((level(sheet, line.slope), marks))
        elif _is_line(line):
            others.append((level(sheet, line.slope), marks))
    few = max(FEW, len(found))
    return _framed(found + others[:: 1 + len(others) // few])


def _is_line(line: Line) -> bool:
    """Whether there is more than one shape to it; of a lone shape crops tell more."""
    return len(line.chains) > 1 or line.box.width > WIDE * line.box.height


def _marks(
    sheet: np.ndarray, owner: np.ndarray, whole: np.ndarray, page: Page
) -> list[Spot] | None:
    """What stands on a line, left to right; None where the truth leaves it open."""
    owner = np.where(sheet > 0, owner, 0)
    count = np.bincount(owner[owner > 0], minlength=len(whole))
    share = count / np.maximum(1, whole)
    if ((share > CRUMB) & (share < WHOLE) & (count > 8)).any():
        return None
    marks = []
    digits = np.flatnonzero(share >= WHOLE)
    for k in digits[whole[digits] > 0]:
        columns = np.nonzero(owner == k)[1]
        middle = (columns.min() + columns.max() + 1) / 2
        marks.append(Spot(int(page.digits[k - 1].text), float(middle)))
    rest = (sheet > 0) & (_spread(np.isin(owner, digits)) == 0)
    _, _, stats, centres = cv2.connectedComponentsWithStats(rest.astype(np.uint8))
    tall = stats[:, cv2.CC_STAT_HEIGHT] >= TALL * len(sheet)
    marks += [Spot(OTHER, float(x)) for (x, _), high in zip(centres[1:], tall[1:]) if high]  # fmt: skip
    return once(sorted(marks, key=lambda mark: mark.middle))


def _spread(mask: np.ndarray) -> np.ndarray:
    """(h, w) uint8, a little wider than `mask`: blur carries ink beyond where the pen was."""
    size = 2 * max(1, len(mask) // 20) + 1
    return cv2.dilate(mask.astype(np.uint8), np.ones((size, size), np.uint8))


def picture_strips(spec: str, work_side: int) -> list[Written]:
    """Every line in pictures that hold no digit.

    Parameters
    ----------
    spec : str
        A folder of pictures, with ``[start:stop:step]`` behind it for a part of them in order of their names.
    work_side : int
        Scale of work, px.
    """
    found: list[_Labelled] = []
    for image in views(spec, work_side):
        candidates = find_candidates(find_ink(image), MOST_COMPONENTS)
        lines = list(filter(_is_line, find_lines(candidates)))
        lines = lines[:: 1 + len(lines) // MOST_PICTURE]
        found += [(level(line.ink(candidates.items), line.slope), [Spot(OTHER, 0.0)]) for line in lines]  # fmt: skip
    return _framed(found)


def _framed(found: list[_Labelled]) -> list[Written]:
    strips = (framed(sheet, marks) for sheet, marks in found)
    return [strip for strip in strips if strip is not None]
