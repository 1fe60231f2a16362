"""Picture -> ink: light evened out, polarity found, strokes kept, ruled lines taken out."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

BACKGROUND_SIDE = 96  # px; at this size a pen stroke is narrower than half the median window, a shadow wider
BACKGROUND_MEDIAN = (
    15  # px at BACKGROUND_SIDE; a median keeps the edges of sheets and hard shadows
)
POLARITY_SIDE = (
    320  # px; enough to see strokes, small enough to cost under a millisecond
)
POLARITY_WINDOW = 0.25  # of the longer side: paper and screen in one frame are told apart at this distance
DARK_PRIOR = 3.0  # pens are darker than their paper far more often than lighter
DARKEST_PAPER = 40  # grey levels; below it a ratio to the background is mostly noise
FAINTEST_INK = (
    12  # contrast levels; pencil on paper is 20 and more, JPEG blocks 5 to 10
)
NOISE_SIGMAS = 3.5  # one pixel in 4,000 of pure Gaussian noise passes
PEAK_SHARE = (
    0.36  # of the strongest contrast nearby: the foot of a blurred stroke's profile
)
PEAK_REACH = 1 / 80  # of the longer side


@dataclass(frozen=True, slots=True, eq=False)
class Ink:
    """What is written, apart from what it is written on.

    Parameters
    ----------
    contrast : numpy.ndarray
        (H, W) uint8; 0 is paper, 255 the blackest pen on white or the whitest chalk on black.
    mask : numpy.ndarray
        (H, W) uint8; 255 is pen, 0 is paper.
    threshold : numpy.ndarray
        (H, W) uint8; the local contrast above which a pixel counts as pen.
    """

    contrast: np.ndarray
    mask: np.ndarray
    threshold: np.ndarray


def find_ink(image: np.ndarray) -> Ink:
    """Separate strokes from what they are written on.

    Parameters
    ----------
    image : numpy.ndarray
        (H, W, 3) BGR or (H, W) grey, uint8, at the scale of work.

    Returns
    -------
    Ink
        Of the size of `image`.
    """
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY) if image.ndim == 3 else image
    paper = background(grey)
    light = light_strokes(grey, paper)
    # Turning over grey and background where strokes are light leaves one case: dark pen on light paper.
    contrast = darkness(cv2.bitwise_xor(grey, light), cv2.bitwise_xor(paper, light))
    threshold = local_threshold(contrast)
    mask = cv2.compare(contrast, threshold, cv2.CMP_GT)
    return Ink(contrast, remove_rules(mask), threshold)


def shrink(picture: np.ndarray, side: int) -> np.ndarray:
    """`picture` with its longer side brought down to `side` pixels; smaller pictures are left alone."""
    height, width = picture.shape[:2]
    scale = side / max(height, width)
    if scale >= 1:
        return picture
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)


def background(grey: np.ndarray) -> np.ndarray:
    """Grey level of the bare surface at every pixel: (H, W) uint8."""
    small = cv2.medianBlur(shrink(grey, BACKGROUND_SIDE), BACKGROUND_MEDIAN)
    small = cv2.blur(small, (3, 3))
    return cv2.resize(small, grey.shape[::-1], interpolation=cv2.INTER_LINEAR)


def light_strokes(grey: np.ndarray, paper: np.ndarray) -> np.ndarray:
    """Where strokes are lighter than what they stand on: (H, W) uint8, 255 there, 0 elsewhere.

    The energy of contrast towards dark and towards light is compared in a wide window; one frame may hold both.
    """
    small = shrink(grey, POLARITY_SIDE)
    base = cv2.resize(paper, small.shape[::-1], interpolation=cv2.INTER_AREA)
    dark, light = (
        darkness(small, base),
        darkness(cv2.bitwise_not(small), cv2.bitwise_not(base)),
    )
    dark, light = (
        (np.maximum(c, FAINTEST_INK) - FAINTEST_INK).astype(np.float32) / 255
        for c in (dark, light)
    )
    # The fourth power lets strokes decide: next to them the background, pulled towards the pen, makes paper look light.
    energy = light**4 - DARK_PRIOR * dark**4
    window = int(POLARITY_WINDOW * max(small.shape)) | 1
    local = (
        cv2.blur(energy, (window, window)) + 0.5 * energy.mean()
    )  # the whole decides where nothing is near
    sign = np.where(local > 0, np.uint8(255), np.uint8(0))
    return cv2.resize(sign, grey.shape[::-1], interpolation=cv2.INTER_NEAREST)


def darkness(grey: np.ndarray, paper: np.ndarray) -> np.ndarray:
    """Share of light that the pen takes from the paper: uint8, 0 none, 255 all of it."""
    return cv2.divide(
        cv2.subtract(paper, grey), np.maximum(paper, DARKEST_PAPER), scale=255
    )


def noise_sigma(contrast: np.ndarray) -> float:
    """Standard deviation of pixel noise, from differences of neighbours (median absolute deviation)."""
    rows = contrast[::4].astype(np.int16)
    return (
        float(
            np.median(
                np.abs(rows[:, 1::3] - rows[:, :-1:3][:, : rows[:, 1::3].shape[1]])
            )
        )
        / 0.6745
        / 2**0.5
    )


def local_threshold(contrast: np.ndarray) -> np.ndarray:
    """Contrast above which a pixel is pen: a share of the nearby peak, never below the noise: (H, W) uint8."""
    floor = (
        max(FAINTEST_INK, NOISE_SIGMAS * noise_sigma(contrast))
        if contrast.shape[1] > 4
        else FAINTEST_INK
    )
    quarter = (
        cv2.resize(contrast, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
        if min(contrast.shape) >= 8
        else contrast
    )
    reach = 2 * max(1, int(PEAK_REACH * max(contrast.shape))) + 1
    peak = cv2.blur(cv2.dilate(quarter, np.ones((reach, reach), np.uint8)), (9, 9))
    low = np.maximum(peak * PEAK_SHARE, min(255.0, floor)).astype(np.uint8)
    return cv2.resize(low, contrast.shape[::-1], interpolation=cv2.INTER_LINEAR)


RULE_PIECE = (
    1 / 24
)  # of the longer side: a line this long and this thin is rarely a stroke
RULE_SLENDER = 40  # length over thickness of a rule; the longest flat base of a written 2 stays under 35
SKIP = 4
RULE_LENGTH = 0.2  # of the longer side


def remove_rules(mask: np.ndarray) -> np.ndarray:
    """Take long thin straight lines out of `mask`; strokes that cross them are mended.

    Parameters
    ----------
    mask : numpy.ndarray
        (H, W) uint8, 255 is pen.

    Returns
    -------
    numpy.ndarray
        A mask of the same size, without ruled, squared and table lines.
    """
    piece = max(15, int(max(mask.shape) * RULE_PIECE))
    for size in ((piece, 1), (1, piece)):
        lines, thickness = _rules(mask, size)
        if lines is not None:
            mask = _without(mask, lines, thickness, size)
    return mask


def _rules(mask: np.ndarray, size: tuple[int, int]) -> tuple[np.ndarray | None, int]:
    """Pixels of level or upright rules and the thickness of the thickest; `size` is a piece's (width, height)."""
    # Means over a window stand for erosion (all pen) and dilation (any pen): their cost does not grow with it.
    whole = _over(cv2.blur(mask, size, borderType=cv2.BORDER_CONSTANT), 254)
    if not whole.any():
        return None, 0
    pieces = _over(cv2.blur(whole, size, borderType=cv2.BORDER_CONSTANT), 0)
    # Pieces are long, so every fourth pixel along them tells as much: four times less to label.
    few = pieces[:, ::SKIP] if size[0] > 1 else pieces[::SKIP]
    rule, thickness = _rule_labels(few, size[0] > 1, max(mask.shape))
    if rule is None:
        return None, 0
    lines = cv2.resize(rule, mask.shape[::-1], interpolation=cv2.INTER_NEAREST)
    return cv2.bitwise_and(lines, pieces), thickness


def _rule_labels(
    few: np.ndarray, level: bool, side: int
) -> tuple[np.ndarray | None, int]:
    """Mask of the rules among pieces thinned out along their direction, and the thickness of the thickest."""
    # A tilted rule comes as steps a row apart; one more row and column makes each rule one component.
    bridged = cv2.dilate(few, np.ones((3, 3), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(bridged)
    inked = np.bincount(labels[few > 0], minlength=count)
    extent = stats[:, cv2.CC_STAT_WIDTH if level else cv2.CC_STAT_HEIGHT]
    thickness = inked / extent
    rule = (SKIP * extent >= RULE_LENGTH * side) & (
        SKIP * extent >= RULE_SLENDER * thickness
    )
    rule[0] = False
    if not rule.any():
        return None, 0
    return np.where(rule, np.uint8(255), np.uint8(0))[labels], int(
        np.ceil(thickness[rule].max())
    )


def _over(picture: np.ndarray, level: int) -> np.ndarray:
    """255 where `picture` is above `level`, else 0."""
    return cv2.threshold(picture, level, 255, cv2.THRESH_BINARY)[1]


def _without(
    mask: np.ndarray, lines: np.ndarray, thickness: int, size: tuple[int, int]
) -> np.ndarray:
    """`mask` without `lines`; what stood on both sides of a line is joined through it."""
    level = size[0] > 1
    lines = cv2.bitwise_and(
        cv2.dilate(lines, np.ones((3, 1) if level else (1, 3), np.uint8)), mask
    )
    rest = cv2.subtract(mask, lines)
    reach = (
        thickness + 4
    )  # the line, the pixel of its edge on both sides, and one more to hold on to
    mended = cv2.morphologyEx(
        rest, cv2.MORPH_CLOSE, np.ones((reach, 1) if level else (1, reach), np.uint8)
    )
    return cv2.bitwise_or(rest, cv2.bitwise_and(mended, lines))
