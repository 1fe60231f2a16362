"""Does the picture still show what it showed? Small grey patches, compared.

A reading may miss a digit whose ink is plainly there: a crease joins it to its neighbour, a threshold falls the other
way. The ink itself tells better whether the digit has gone.
"""

from __future__ import annotations

import cv2
import numpy as np

from camrec.elements import Box

SIDE = 24  # px of a patch: strokes are two or three wide, and comparing costs next to nothing
RIM = 0.15  # of the box around it: paper belongs to what a digit looks like
REACH = 4  # px of the patch by which the ink may lie off; a sixth of the digit
SAME = 0.7  # correlation from which it is the same ink: other digits in its place stay below, blur and noise above
FAINT = 2.0  # grey levels, standard deviation; a patch of less shows nothing that could be found again


def patch_of(image: np.ndarray, box: Box) -> np.ndarray | None:
    """What a box of a picture looks like.

    Parameters
    ----------
    image : numpy.ndarray
        (H, W, 3) uint8, BGR.
    box : Box
        Pixels of `image`.

    Returns
    -------
    numpy.ndarray or None
        (SIDE, SIDE) uint8 grey, the box and its rim; None where nothing of it lies in the picture.
    """
    return _grey(image, _with_rim(box), SIDE)


def find_patch(
    image: np.ndarray, box: Box, patch: np.ndarray
) -> tuple[float, float] | None:
    """Look for a patch around a box.

    Parameters
    ----------
    image : numpy.ndarray
        (H, W, 3) uint8, BGR.
    box : Box
        Where it is expected.
    patch : numpy.ndarray
        As :func:`patch_of` made it.

    Returns
    -------
    (float, float) or None
        How far off the box it lies, x and y in pixels of the picture; None where it is not.
    """
    around = _with_rim(box)
    margin_x, margin_y = (round(REACH / SIDE * n) for n in (around.width, around.height))  # fmt: skip
    wide = Box(around.x - margin_x, around.y - margin_y, around.width + 2 * margin_x, around.height + 2 * margin_y)  # fmt: skip
    search = _grey(image, wide, SIDE + 2 * REACH)
    if search is None or patch.std() < FAINT or search.std() < FAINT:
        return None
    likeness = cv2.matchTemplate(search, patch, cv2.TM_CCOEFF_NORMED)
    _, best, _, (x, y) = cv2.minMaxLoc(likeness)
    if best < SAME:
        return None
    return (x - REACH) * around.width / SIDE, (y - REACH) * around.height / SIDE


def _with_rim(box: Box) -> Box:
    # Of the longer side: a 1 is narrow, and its patch must show more than its stroke.
    return box.expand(max(1, round(RIM * max(box.width, box.height))))


def _grey(image: np.ndarray, box: Box, side: int) -> np.ndarray | None:
    """The box in grey, (side, side) uint8; beyond the picture its edge goes on."""
    inside = box.clip(image.shape[1], image.shape[0])
    if not inside.area:
        return None
    part = image[inside.y : inside.bottom, inside.x : inside.right]
    grey = cv2.cvtColor(part, cv2.COLOR_BGR2GRAY)
    if inside != box:
        edges = inside.y - box.y, box.bottom - inside.bottom, inside.x - box.x, box.right - inside.right  # fmt: skip
        grey = cv2.copyMakeBorder(grey, *edges, cv2.BORDER_REPLICATE)
    return cv2.resize(grey, (side, side), interpolation=cv2.INTER_AREA)
