"""Picture -> ink: light evened out, polarity found, strokes kept, ruled lines taken out."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from camrec.reading.rules import remove_rules
from camrec.reading.sheets import LIGHTER, sheets
from camrec.reading.subject import Subject, find_subject

SMALL_SIDE = 320  # px; enough to see strokes, small enough to cost a few milliseconds
BACKGROUND_SIDE = 96  # px; at this size a pen stroke is narrower than half the median window, a shadow wider
BACKGROUND_MEDIAN = 15  # px at BACKGROUND_SIDE; it keeps edges of sheets and shadows
FILLED = 0.25  # of the shorter side: where strokes of a digit that fills a small picture cross, a window that wide is not half full
WIDEST_WINDOW = 40  # px at SMALL_SIDE; a digit that fills a large picture needs no more
STROKE = 9  # px at SMALL_SIDE; few pens are broader
BROADEST = 11  # px where no side is longer than SMALL_SIDE: the pen in a picture of a single digit
BROADER = 0.03  # weight of what is broader
SURFACE = 31  # px at SMALL_SIDE; nothing narrower is taken for a surface to write on
POLARITY_WINDOW = 0.25  # of the longer side: paper and screen in one frame are told apart at this distance
DARK_PRIOR = 3.0  # pens are darker than their paper far more often than lighter
PLAIN = 0.05  # share of light; fainter differences are no strokes
ENOUGH = 0.4  # share of light; a blacker stroke is no better a witness, and the edge of a sheet no ten witnesses
DARKEST_PAPER = 40  # grey levels; below it a ratio to the background is mostly noise
DIMMEST = 80  # the same for polarity, which sums over wide windows
FAINTEST_INK = 12  # contrast levels; pencil on paper is 20, JPEG blocks 5 to 10
NOISE_SIGMAS = 3.5  # one pixel in 4,000 of pure Gaussian noise passes
NOISY = 6.0  # contrast levels of noise; a sensor in dim light, or one that is pushed
SMOOTH = 1.0  # px; it takes two thirds of the noise and a third of the thinnest stroke
NOISE_SIDE = 32  # blocks along the longer side; small enough that one of nine neighbours has no stroke
COARSE = 0.25  # of the picture's size: enough to know how strong the contrast around is
PEAK_SHARE = 0.36  # of the strongest contrast nearby: the foot of a blurred stroke
PEAK_REACH = 1 / 20  # of the longer side
FAR_SHARE = 0.25  # of the strongest contrast as far as a large digit reaches: below it lie the patterns of printed paper
FAR_REACH = 80  # px at the scale of work
END_REACH = 24  # px from where a stripe was left out, over which the floor is looked at for the rest of it
LEAST_STRIPE = 32  # px; less than this left out is no stripe
LEAST_SIDE = 8  # px; smaller pictures are looked at as they are


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
    subject : Subject or None
        Where it is what a few broad strokes would be, those; else None.
    """

    contrast: np.ndarray
    mask: np.ndarray
    threshold: np.ndarray
    subject: Subject | None = None


def find_ink(image: np.ndarray, *, broad: bool = False) -> Ink:
    """Separate strokes from what they are written on.

    Parameters
    ----------
    image : numpy.ndarray
        (H, W, 3) BGR or (H, W) grey, uint8, at the scale of work.
    broad : bool
        Whether the picture may be one of a few broad strokes; see :func:`~camrec.reading.subject.find_subject`. A sheet
        on a desk looks like such a stroke, so who asks for them has to see whether that is what they are.

    Returns
    -------
    Ink
        Of the size of `image`.
    """
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY) if image.ndim == 3 else image
    small = cv2.medianBlur(shrink(grey, SMALL_SIDE), 3)
    subject = find_subject(small) if broad else None
    base, above = _surface(small, subject)
    light = _enlarged(above, grey.shape, cv2.INTER_NEAREST)
    paper = _enlarged(base, grey.shape, cv2.INTER_LINEAR)
    # Turning over grey and background where strokes are light leaves one case: dark pen on light paper.
    contrast = darkness(cv2.bitwise_xor(grey, light), cv2.bitwise_xor(paper, light))
    contrast, sigma = calmed(contrast)
    coarse = shrink(contrast, max(LEAST_SIDE, round(COARSE * max(contrast.shape))))
    low = local_threshold(coarse, sigma)
    threshold = _enlarged(low, contrast.shape, cv2.INTER_LINEAR)
    floor = _enlarged(far_floor(coarse), contrast.shape, cv2.INTER_LINEAR)
    mask = _pen(contrast, threshold, floor)
    return Ink(contrast, mask, cv2.max(threshold, floor), subject)


def _surface(
    small: np.ndarray, subject: Subject | None
) -> tuple[np.ndarray, np.ndarray]:
    """Grey level of the bare surface, and 255 where strokes are lighter than it: (h, w) uint8 each."""
    if subject is not None:
        return subject.paper, np.full_like(small, 255 * subject.light)
    base = background(small)
    return base, light_strokes(small, base)


def _pen(contrast: np.ndarray, threshold: np.ndarray, floor: np.ndarray) -> np.ndarray:
    """What lies above both, without rules: (H, W) uint8, 255 is pen."""
    mask = cv2.compare(contrast, threshold, cv2.CMP_GT)
    faint = cv2.bitwise_and(mask, cv2.compare(contrast, floor, cv2.CMP_LE))
    mask = remove_rules(cv2.bitwise_xor(mask, faint), contrast)
    return without_ends(mask, contrast, cv2.bitwise_and(faint, floor))


def shrink(picture: np.ndarray, side: int) -> np.ndarray:
    """`picture` with its longer side brought down to `side` pixels; smaller pictures are left alone."""
    height, width = picture.shape[:2]
    scale = side / max(height, width)
    if scale >= 1:
        return picture
    return _resized(picture, max(1, round(width * scale)), max(1, round(height * scale)))  # fmt: skip


def _resized(picture: np.ndarray, width: int, height: int) -> np.ndarray:
    return cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)


def _enlarged(small: np.ndarray, shape: tuple[int, ...], how: int) -> np.ndarray:
    return cv2.resize(small, shape[1::-1], interpolation=how)


def background(small: np.ndarray) -> np.ndarray:
    """Grey level of the bare surface.

    A wide median, kept between what the surface looks like once dark strokes, or light ones, are filled in: near the
    corners of a sheet the median alone would take the desk for paper. Where it still does, as all over a small sheet,
    dark strokes filled in are the paper.

    Parameters
    ----------
    small : numpy.ndarray
        (h, w) uint8 grey, at most :data:`SMALL_SIDE` long.

    Returns
    -------
    numpy.ndarray
        (h, w) uint8.
    """
    wide = cv2.medianBlur(shrink(small, BACKGROUND_SIDE), _window(small))
    wide = _enlarged(cv2.blur(wide, (3, 3)), small.shape, cv2.INTER_LINEAR)
    stroke, surface = (_square(size, small) for size in (STROKE, SURFACE))
    filled = cv2.morphologyEx(small, cv2.MORPH_CLOSE, stroke)
    one = cv2.morphologyEx(filled, cv2.MORPH_OPEN, surface)
    other = cv2.morphologyEx(small, cv2.MORPH_OPEN, stroke)
    other = cv2.morphologyEx(other, cv2.MORPH_CLOSE, surface)
    base = np.clip(wide, np.minimum(one, other), np.maximum(one, other))
    paper = sheets(small, filled)
    desk = cv2.compare(base, cv2.convertScaleAbs(paper, alpha=1 - LIGHTER), cv2.CMP_LT)
    return np.where(desk > 0, paper, base)


def _window(small: np.ndarray) -> int:
    """Side of the median's window, px at BACKGROUND_SIDE: wider where the picture is so small that a digit may fill it."""
    wide = min(WIDEST_WINDOW, FILLED * min(small.shape))
    scale = min(1.0, BACKGROUND_SIDE / max(small.shape))
    return max(BACKGROUND_MEDIAN, int(wide * scale) | 1)


def _square(size: int, picture: np.ndarray) -> np.ndarray:
    """Structuring element of `size` pixels where the picture is SMALL_SIDE long."""
    side = int(size * max(picture.shape) / SMALL_SIDE) | 1
    return np.ones((side, side), np.uint8)


def light_strokes(small: np.ndarray, base: np.ndarray) -> np.ndarray:
    """Where strokes are lighter than what they stand on: (h, w) uint8, 255 there, 0 elsewhere.

    The energy of contrast towards dark and towards light is compared in a wide window; one frame may hold both.
    """
    broad = np.ones((BROADEST, BROADEST), np.uint8)
    # What is broader is rarely a stroke: along the edge of a shadow or of a sheet all stands off from the background.
    filled = np.minimum(base, cv2.morphologyEx(small, cv2.MORPH_CLOSE, broad))
    emptied = np.maximum(base, cv2.morphologyEx(small, cv2.MORPH_OPEN, broad))
    energy = _balance(small, filled, emptied) + BROADER * _balance(small, base, base)
    window = int(POLARITY_WINDOW * max(small.shape)) | 1
    # The whole decides where nothing is near.
    local = cv2.blur(energy, (window, window)) + 0.5 * energy.mean()
    return np.where(local > 0, np.uint8(255), np.uint8(0))


def _balance(small: np.ndarray, dark: np.ndarray, light: np.ndarray) -> np.ndarray:
    """(h, w) float32, above 0 where strokes are lighter than `light`, below where they are darker than `dark`."""
    # The fourth power lets strokes decide: next to them the background, pulled towards the pen, makes paper look light.
    one, other = (np.square(np.square(x)) for x in (_strength(light, small), _strength(small, dark)))  # fmt: skip
    balance: np.ndarray = one - np.float32(DARK_PRIOR) * other
    return balance


def _strength(darker: np.ndarray, lighter: np.ndarray) -> np.ndarray:
    """Share of light that `darker` lacks of `lighter`, less what is plain paper: (h, w) float32 in [0, ENOUGH]."""
    whole = np.maximum(DIMMEST, lighter).astype(np.float32)
    lacking: np.ndarray = cv2.subtract(lighter, darker) / whole - PLAIN
    return lacking.clip(0, ENOUGH)


def darkness(grey: np.ndarray, paper: np.ndarray) -> np.ndarray:
    """Share of light that the pen takes from the paper: uint8, 0 none, 255 all of it."""
    return cv2.divide(
        cv2.subtract(paper, grey), np.maximum(paper, DARKEST_PAPER), scale=255
    )


def noise(contrast: np.ndarray) -> np.ndarray:
    """Standard deviation of pixel noise and of texture in blocks, :data:`NOISE_SIDE` of them along the longer side: float32.

    From differences of neighbours, averaged over blocks; of neighbouring blocks the calmest counts, since strokes make
    differences too.
    """
    some = contrast[::2]  # half of the rows will do
    steps = cv2.absdiff(some[:, 1:], some[:, :-1])
    scale = min(1.0, NOISE_SIDE / max(contrast.shape))
    counts = [max(1, round(side * scale)) for side in contrast.shape]
    blocks = _block_means(steps, counts)
    calm = cv2.blur(cv2.erode(blocks, np.ones((3, 3), np.uint8)), (3, 3))
    # The mean difference of two Gaussian values is 2 / sqrt(pi) of their standard deviation.
    return calm * np.float32(np.pi**0.5 / 2)


def _block_means(picture: np.ndarray, counts: list[int]) -> np.ndarray:
    """Means of so many blocks down and across, or as many as there are pixels: float32.

    Resizing to that takes eight times as long where blocks end within pixels.
    """
    edges = [np.linspace(0, side, min(side, n) + 1).astype(int) for side, n in zip(picture.shape, counts)]  # fmt: skip
    upto = cv2.integral(picture)[np.ix_(*edges)]
    down, across = map(np.diff, edges)
    sums = np.diff(np.diff(upto, axis=0), axis=1)
    means: np.ndarray = (sums / np.outer(down, across)).astype(np.float32)
    return means


def calmed(contrast: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Contrast, (H, W) uint8, smoothed where its noise hides a faint pen, and the :func:`noise` that is left."""
    if min(contrast.shape) < LEAST_SIDE:
        return contrast, np.zeros((1, 1), np.float32)
    sigma = noise(contrast)
    if sigma.max() <= NOISY:
        return contrast, sigma
    noisy = cv2.inRange(_enlarged(sigma, contrast.shape, cv2.INTER_LINEAR), NOISY, np.inf)  # fmt: skip
    contrast = contrast.copy()
    cv2.copyTo(cv2.GaussianBlur(contrast, (0, 0), SMOOTH), noisy, contrast)
    return contrast, noise(contrast)


def local_threshold(coarse: np.ndarray, sigma: np.ndarray) -> np.ndarray:
    """Contrast above which a pixel may be pen: a share of the nearby peak, never below the noise.

    Parameters
    ----------
    coarse : numpy.ndarray
        (h, w) uint8, contrast at :data:`COARSE` of its size.
    sigma : numpy.ndarray
        Its :func:`noise`.

    Returns
    -------
    numpy.ndarray
        (h, w) uint8.
    """
    near = _peak(coarse, PEAK_REACH * max(coarse.shape))
    over = _enlarged(NOISE_SIGMAS * sigma, near.shape, cv2.INTER_LINEAR)
    return _levels(np.maximum(PEAK_SHARE * near, over))


def far_floor(coarse: np.ndarray) -> np.ndarray:
    """Contrast below which ink is too faint beside what stands within a large digit's reach: (h, w) uint8."""
    return _levels(_peak(coarse, COARSE * FAR_REACH) * FAR_SHARE)


def without_ends(
    mask: np.ndarray, contrast: np.ndarray, left: np.ndarray
) -> np.ndarray:
    """Ink without what goes on in ink that was left out, and is as faint: a stripe half in reach of a pen goes as a whole.

    Parameters
    ----------
    mask, contrast : numpy.ndarray
        (H, W) uint8.
    left : numpy.ndarray
        (H, W) uint8, the floor where ink lay below it, elsewhere 0.

    Returns
    -------
    numpy.ndarray
        (H, W) uint8.
    """
    if cv2.countNonZero(left) < LEAST_STRIPE:
        return mask
    beside = cv2.bitwise_and(cv2.dilate(left, np.ones((3, 3), np.uint8)), mask)
    if not cv2.countNonZero(beside):
        return mask
    touching = beside > 0
    # At the end itself the floor is as high as the stripe is black; a little farther it tells.
    floor = cv2.dilate(left, np.ones((2 * END_REACH + 1,) * 2, np.uint8))
    count, labels = cv2.connectedComponents(mask)
    highest = np.zeros(count, np.uint8)
    np.maximum.at(highest, labels[touching].astype(np.intp), floor[touching])
    # A small part of the picture, and found six times as fast among booleans.
    ink = np.flatnonzero(mask > 0)
    label = labels.ravel()[ink]
    faint = np.bincount(label[contrast.ravel()[ink] <= highest[label]], minlength=count)
    goes = faint > 0.5 * np.bincount(label, minlength=count)
    rest = mask.copy()
    rest.ravel()[ink[goes[label]]] = 0
    return rest


def _peak(coarse: np.ndarray, reach: float) -> np.ndarray:
    """The strongest contrast in a square that reaches so many pixels, smoothed: (h, w) uint8."""
    side = 2 * max(1, int(reach)) + 1
    return cv2.blur(cv2.dilate(coarse, np.ones((side, side), np.uint8)), (9, 9))


def _levels(contrast: np.ndarray) -> np.ndarray:
    return contrast.clip(FAINTEST_INK, 255).astype(np.uint8)
