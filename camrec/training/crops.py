"""Training crops as reading meets them: our own candidates on rendered pages and real pictures, labelled by the truth."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from imutils.paths import list_images

from camrec.errors import DataError
from camrec.reading.ink import Ink, find_ink
from camrec.reading.normalise import normalise
from camrec.reading.pictures import load_picture
from camrec.reading.reader import WRITTEN, at_work_scale
from camrec.reading.regions import Candidate, find_candidates
from camrec.training.data import CLASSES, NONE, Crops, sliced
from camrec.training.rendering.scenes import Page

WHOLE = 0.8  # of a digit's ink: with so much it is still read as that digit
PART = 0.6  # with less of it, or with so much ink of others, the crop is no digit
SLENDER = 0.4  # width over height: a piece of a digit this slender may well be a 1, so it teaches nothing
STRAY = 0.25  # of a crop's ink that may be noise of the surface; with more the digit is not what one sees
FILLED = 0.75  # of the crop's height and width that the digit itself reaches over
RING_HOLE = 0.25  # of the area inside the outline: a ring, not a loop with a tail
RING_SOLID = 0.9  # of its convex hull
MOST_NONE = 40  # non-digits of one page, or two for each of its digits if that is more
MOST_COMPONENTS = 400  # of one page
MOST_PICTURE = (
    300  # crops of one view of a picture; a texture must not outweigh the pages
)


def page_crops(page: Page, work_side: int) -> Crops:
    """Every candidate on a rendered page whose class is beyond doubt.

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
    truth = _Truth(owner, ink.mask)
    kept: list[tuple[Candidate, int]] = []
    nones: list[tuple[Candidate, int]] = []
    for item in find_candidates(ink, MOST_COMPONENTS).items:
        label = truth.label(item, page)
        if label is not None:
            (nones if label == NONE else kept).append((item, label))
    most = max(MOST_NONE, 2 * len(kept))
    kept += nones[:: 1 + len(nones) // most]
    return _crops([_crop(item) for item, _ in kept], [label for _, label in kept])


def written_ink(image: np.ndarray, owner: np.ndarray) -> Ink:
    """The ink of a rendered page: broad strokes are believed where most of them are digits by the truth, as reading believes
    them where it reads most of them.

    Parameters
    ----------
    image : numpy.ndarray
        (H, W, 3) uint8, at the scale of work.
    owner : numpy.ndarray
        (H, W) int, the truth at that scale; see :class:`~camrec.training.rendering.scenes.Page`.
    """
    ink = find_ink(image, broad=True)
    if ink.subject is not None and np.mean(owner[ink.mask > 0] > 0) <= WRITTEN:
        return find_ink(image)
    return ink


class _Truth:
    """Whose ink is where on a page."""

    def __init__(self, owner: np.ndarray, mask: np.ndarray) -> None:
        self.owner = owner
        # The owner map ends where ink grows faint; blur carries it a little further.
        self.near = cv2.dilate((owner != 0).astype(np.uint8), np.ones((5, 5), np.uint8))
        self.whole = np.bincount(owner[(mask > 0) & (owner > 0)])

    def label(self, item: Candidate, page: Page) -> int | None:
        """Class of a candidate, or None where the truth leaves it open."""
        box = item.region.box
        inked = item.region.ink > 0
        owners = self.owner[box.y : box.bottom, box.x : box.right][inked]
        near = self.near[box.y : box.bottom, box.x : box.right][inked]
        counts = np.bincount(owners[owners > 0], minlength=1)
        k = int(counts.argmax())
        if 1 - near.mean() > STRAY:
            return NONE
        if not k:
            return None if like_a_digit(normalise(item.region.ink)) else NONE
        purity = counts[k] / (counts.sum() + np.count_nonzero(owners < 0))
        share = counts[k] / max(1, self.whole[k])
        if min(purity, share) >= WHOLE:
            if not _fills(owners == k, inked):
                return None
            return CLASSES.index(page.digits[k - 1].text)
        slender = box.width < SLENDER * box.height and purity > PART
        return None if slender or min(purity, share) > PART else NONE


def like_a_digit(crop: np.ndarray) -> bool:
    """Whether a letter or sign may as well be a 0 or a 1: a ring, or a slender stroke.

    Such crops teach nothing as non-digits but to doubt real digits; only their neighbours can tell them apart.

    Parameters
    ----------
    crop : numpy.ndarray
        (28, 28) float32 in [0, 1], normalised.
    """
    pen = (crop > 0.3).astype(np.uint8)
    _, _, width, height = cv2.boundingRect(pen)
    if width < SLENDER * height:
        return True
    outlines, nesting = cv2.findContours(pen, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    if len(outlines) != 2 or nesting[0, 1, 3] != 0:
        return False
    outer, hole = cv2.contourArea(outlines[0]), cv2.contourArea(outlines[1])
    return hole > RING_HOLE * outer and outer > RING_SOLID * cv2.contourArea(
        cv2.convexHull(outlines[0])
    )


def _fills(own: np.ndarray, inked: np.ndarray) -> bool:
    """Whether the digit's own ink reaches over most of the crop; crumbs far off shrink it beyond recognition."""
    rows, columns = np.nonzero(inked)
    return all(
        np.ptp(places[own]) + 1 >= FILLED * np.ptp(places) for places in (rows, columns)
    )


def picture_crops(spec: str, work_side: int) -> Crops:
    """Every candidate in pictures that hold no digit.

    Parameters
    ----------
    spec : str
        A folder of pictures, with ``[start:stop:step]`` behind it for a part of them in order of their names.
    work_side : int
        Scale of work, px.
    """
    crops: list[np.ndarray] = []
    for image in views(spec, work_side):
        items = find_candidates(find_ink(image), MOST_COMPONENTS).items
        crops += [_crop(item) for item in items[:: 1 + len(items) // MOST_PICTURE]]
    return _crops(crops, [NONE] * len(crops))


def views(spec: str, work_side: int) -> Iterator[np.ndarray]:
    """Pictures as they are, mirrored and turned, at two scales of work.

    Parameters
    ----------
    spec : str
        As for :func:`picture_crops`.
    work_side : int
        The larger scale, px.

    Yields
    ------
    numpy.ndarray
        (H, W, 3) uint8.

    Raises
    ------
    DataError
        Where there is no picture.
    """
    folder, part = sliced(spec)
    paths = sorted(list_images(folder))
    if not paths:
        raise DataError(
            f"{folder}: no picture in this folder; name one that holds PNG or JPEG files"
        )
    for path in paths[part]:
        picture = load_picture(path)
        turned = cv2.flip(picture, 1), cv2.rotate(picture, cv2.ROTATE_90_CLOCKWISE)
        for side in (work_side, work_side // 2):
            for view in (picture, *turned):
                yield at_work_scale(view, min(side, max(picture.shape[:2])))[0]


def _crop(item: Candidate) -> np.ndarray:
    return (normalise(item.region.ink) * 255).astype(np.uint8)


def _crops(images: list[np.ndarray], labels: list[int]) -> Crops:
    return Crops(
        np.array(images, np.uint8).reshape(-1, 28, 28), np.array(labels, np.uint8)
    )
