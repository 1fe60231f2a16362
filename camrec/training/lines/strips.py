"""Training strips as reading meets them: the lines of rendered pages and of pictures without digits, labelled by the truth."""

from __future__ import annotations

import cv2
import numpy as np
from imutils.paths import list_images

from camrec.reading.grouping import Line, find_lines
from camrec.reading.ink import find_ink
from camrec.reading.pictures import load_picture
from camrec.reading.reader import at_work_scale
from camrec.reading.regions import find_candidates
from camrec.reading.strips import OTHER, frame_ink
from camrec.training.data import sliced
from camrec.training.rendering.scenes import Page
from camrec.training.rendering.strips import WIDEST, Written, once

MOST_COMPONENTS = 400  # of one page
MOST_PICTURE = 60  # lines of one view of a picture
WHOLE = 0.7  # of a digit's ink: with so much it is still read as that digit
CRUMB = 0.2  # with less of its ink a digit is not there; between the two the strip is left out
FEW = 4  # lines without digits of one page, or as many as with digits if that is more
WIDE = 1.2  # width over height of a chain that may hold more than one shape
TALL = 0.4  # of the line's height: other ink this tall has to be told

_Labelled = tuple[np.ndarray, tuple[int, ...]]


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
    ink = find_ink(image)
    whole = np.bincount(owner[(ink.mask > 0) & (owner > 0)], minlength=len(page.digits) + 1)  # fmt: skip
    candidates = find_candidates(ink, MOST_COMPONENTS)
    found: list[_Labelled] = []
    others: list[_Labelled] = []
    for line in find_lines(candidates):
        sheet = line.ink(candidates.items)
        box = line.box
        labels = _labels(sheet, owner[box.y : box.bottom, box.x : box.right], whole, page)  # fmt: skip
        if labels == (OTHER,):
            others += [(sheet, labels)] if _is_line(line) else []
        elif labels:
            found.append((sheet, labels))
    few = max(FEW, len(found))
    return _framed(found + others[:: 1 + len(others) // few])


def _is_line(line: Line) -> bool:
    """Whether there is more than one shape to it; of a lone shape crops tell more."""
    return len(line.chains) > 1 or line.box.width > WIDE * line.box.height


def _labels(
    sheet: np.ndarray, owner: np.ndarray, whole: np.ndarray, page: Page
) -> tuple[int, ...] | None:
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
        marks.append((float(columns.mean()), int(page.digits[k - 1].text)))
    rest = (sheet > 0) & ~np.isin(owner, digits)
    _, _, stats, centres = cv2.connectedComponentsWithStats(rest.astype(np.uint8))
    tall = stats[:, cv2.CC_STAT_HEIGHT] >= TALL * len(sheet)
    marks += [(float(x), OTHER) for (x, _), high in zip(centres[1:], tall[1:]) if high]
    return once([label for _, label in sorted(marks)])


def picture_strips(spec: str, work_side: int) -> list[Written]:
    """Every line in pictures that hold no digit.

    Parameters
    ----------
    spec : str
        A folder of pictures, with ``[start:stop:step]`` behind it for a part of them in order of their names.
    work_side : int
        Scale of work, px.
    """
    folder, part = sliced(spec)
    found: list[_Labelled] = []
    for path in sorted(list_images(folder))[part]:
        picture = load_picture(path)
        for side in (work_side, work_side // 2):
            for turned in (picture, cv2.flip(picture, 1), cv2.rotate(picture, cv2.ROTATE_90_CLOCKWISE)):  # fmt: skip
                image, _ = at_work_scale(turned, min(side, max(picture.shape[:2])))
                candidates = find_candidates(find_ink(image), MOST_COMPONENTS)
                lines = list(filter(_is_line, find_lines(candidates)))
                lines = lines[:: 1 + len(lines) // MOST_PICTURE]
                found += [(line.ink(candidates.items), (OTHER,)) for line in lines]
    return _framed(found)


def _framed(found: list[_Labelled]) -> list[Written]:
    framed = [(frame_ink(sheet).ink, labels) for sheet, labels in found]
    return [Written(ink, labels) for ink, labels in framed if ink.shape[1] <= WIDEST]
