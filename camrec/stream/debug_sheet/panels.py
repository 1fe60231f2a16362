"""The large pictures of a sheet: what was read, the ink, and the candidates with their cuts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from camrec.elements import Box, Digit, Frame, Scene
from camrec.reading.classifier import NONE
from camrec.reading.inspection import Inspected, Inspection
from camrec.reading.numbers import group_digits
from camrec.reading.reasons import HOPE, Fate
from camrec.stream.debug_sheet.canvas import (
    FATES,
    INNER,
    PAPER,
    PEN,
    SMALL,
    ruled,
    width_of,
    write,
)
from camrec.stream.overlay import draw
from camrec.stream.plates import Colour

TALLEST = 2400  # px of a panel
ENLARGE = 3.0  # at the most; a strip is not blown up to mush
LARGE = 400  # px of a candidate; it shows no more where it is larger
REMOVED: Colour = (120, 190, 255)
MENDED: Colour = (220, 150, 40)
UNUSED: Colour = (215, 215, 215)
HOPELESS: Colour = (175, 175, 175)
AROUND = 16  # px of the picture at the scale of work, shown around all candidates
CUT: Colour = (30, 30, 230)
MANY = 64  # labels of a chain: more pieces than any digit has, and one for chains without hope
LINE: Colour = (210, 160, 60)

# Neighbouring pieces are told apart by these, in turn.
PIECES = np.array([(165, 110, 70), (90, 140, 90), (150, 90, 150), (70, 125, 170)], np.uint8)  # fmt: skip


@dataclass(frozen=True, slots=True)
class View:
    """How the picture at the scale of work lies in a panel.

    Parameters
    ----------
    scale : float
        Pixels of the panel to a pixel of the picture.
    width, height : int
        Of the panel, pixels.
    left, top : int
        Of what is shown, in the picture.
    """

    scale: float
    width: int
    height: int
    left: int = 0
    top: int = 0

    @classmethod
    def into(cls, image: np.ndarray, width: int, part: Box | None = None) -> View:
        """The largest view of `image`, which is a part of the picture, at most `width` px wide."""
        high, wide = image.shape[:2]
        scale = min(width / wide, TALLEST / high, ENLARGE)
        size = max(1, round(wide * scale)), max(1, round(high * scale))
        return cls(scale, *size, *((part.x, part.y) if part else (0, 0)))

    def box(self, box: Box) -> Box:
        """Where a box lies in the panel."""
        box = box.shift(-self.left, -self.top)
        x, y = round(box.x * self.scale), round(box.y * self.scale)
        right, bottom = round(box.right * self.scale), round(box.bottom * self.scale)
        return Box(x, y, max(1, right - x), max(1, bottom - y))

    def smooth(self, image: np.ndarray) -> np.ndarray:
        """A picture at the size of the panel."""
        how = cv2.INTER_AREA if self.scale < 1 else cv2.INTER_CUBIC
        return cv2.resize(image, (self.width, self.height), interpolation=how)

    def sharp(self, image: np.ndarray) -> np.ndarray:
        """A map at the size of the panel; no value is made up between two."""
        size = self.width, self.height
        return cv2.resize(image, size, interpolation=cv2.INTER_NEAREST)


def draw_reading(inspection: Inspection, width: int) -> np.ndarray:
    """The picture as it was read, with what was read, and thin boxes around what was thought of and dropped."""
    view = View.into(inspection.picture, width)
    image = view.smooth(inspection.picture)
    for shape in inspection.shapes:
        if shape.fate not in (Fate.READ, Fate.PATH) and _has_hope(shape, inspection):
            _outline(image, view.box(shape.box), FATES[shape.fate])
    digits = [
        _digit(shape, view, inspection.classes)
        for shape in inspection.shapes
        if shape.fate is Fate.READ
    ]
    return draw(Scene(Frame(image), tuple(digits), group_digits(digits)))


def draw_ink(inspection: Inspection, width: int) -> np.ndarray:
    """The mask: pen is dark; rules that were taken out, and strokes mended across them, are coloured."""
    ink = inspection.ink
    first = cv2.compare(ink.contrast, ink.threshold, cv2.CMP_GT)
    image = np.full((*ink.mask.shape, 3), PAPER, np.uint8)
    image[ink.mask > 0] = PEN
    image[(first > 0) & (ink.mask == 0)] = REMOVED
    image[(first == 0) & (ink.mask > 0)] = MENDED
    return ruled(View.into(image, width).smooth(image))


def draw_candidates(
    inspection: Inspection, width: int, numbers: Mapping[int, int]
) -> np.ndarray:
    """The pieces in colours with the cuts between them; boxes in the colour of their fate.

    Parameters
    ----------
    inspection : Inspection
    width : int
        At the most, pixels.
    numbers : mapping of int to int
        For indices of shapes the number of their tile; the others have no box.

    Returns
    -------
    numpy.ndarray
        (h, w, 3) uint8 BGR.
    """
    part = _part(inspection)
    mask = _cut(inspection.ink.mask, part)
    view = View.into(mask, min(width, _enough(inspection, part)), part)
    labels = view.sharp(_cut(_labels(inspection), part))
    image = np.full((*labels.shape, 3), PAPER, np.uint8)
    image[view.sharp(mask) > 0] = UNUSED
    image[labels > 0] = PIECES[labels[labels > 0] % len(PIECES)]
    image[labels % MANY == MANY - 1] = HOPELESS
    for k, line in enumerate(inspection.lines, 1):
        box = view.box(line.box).expand(4)
        _outline(image, box, LINE)
        _label(image, f"L{k}", box.right + 3, box.bottom, LINE)
    for k, number in numbers.items():
        _mark(image, view, inspection.shapes[k], number)
    image[_seams(labels)] = CUT
    return ruled(image)


def _part(inspection: Inspection) -> Box:
    """The part of the picture that holds candidates: most of a page may be bare."""
    height, width = inspection.ink.mask.shape
    boxes = [shape.box for shape in inspection.shapes]
    if not boxes:
        return Box(0, 0, width, height)
    return Box.around(boxes).expand(AROUND).clip(width, height)


def _enough(inspection: Inspection, part: Box) -> int:
    """Width at which the tallest candidate with hope is as large as need be, pixels; half a sheet at the least."""
    tall = [s.box.height for s in inspection.shapes if _has_hope(s, inspection)]
    return max(INNER // 2, part.width * LARGE // max(tall, default=1))


def _cut(image: np.ndarray, part: Box) -> np.ndarray:
    return image[part.y : part.bottom, part.x : part.right]


def _labels(inspection: Inspection) -> np.ndarray:
    """(H, W) int32, the piece that each pixel of ink belongs to; 0 where no candidate has it."""
    labels = np.zeros(inspection.ink.mask.shape, np.int32)
    items = [shape.candidate for shape in inspection.shapes if shape.candidate]
    hopeful = {
        shape.candidate.chain
        for shape in inspection.shapes
        if shape.candidate and _has_hope(shape, inspection)
    }
    # The shortest runs are painted last: single pieces lie over what they are part of.
    for item in sorted(items, key=lambda item: item.first - item.last):
        view = _cut(labels, item.region.box)
        number = item.first % (MANY - 2) + 1 if item.chain in hopeful else MANY - 1
        view[item.region.ink > 0] = item.chain * MANY + number
    return labels


def _seams(labels: np.ndarray) -> np.ndarray:
    """(H, W) bool, where ink of two pieces touches: connected ink of several pieces was cut."""
    seam = np.zeros(labels.shape, bool)
    seam[1:] |= _parted(labels[1:], labels[:-1])
    seam[:, 1:] |= _parted(labels[:, 1:], labels[:, :-1])
    return cv2.dilate(seam.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0


def _parted(ones: np.ndarray, others: np.ndarray) -> np.ndarray:
    parted: np.ndarray = (ones != others) & (ones > 0) & (others > 0)
    return parted


def _mark(image: np.ndarray, view: View, shape: Inspected, number: int) -> None:
    """Box and number of a shape. Whoever lost to a better path shares its ink, so its box alone would hide the other."""
    box, colour = view.box(shape.box), FATES[shape.fate]
    if shape.fate is Fate.PATH:
        return
    _outline(image, box.expand(1), colour)
    _label(image, str(number), box.x, box.y - 3, colour)


def _label(image: np.ndarray, text: str, x: int, foot: int, colour: Colour) -> None:
    height, width = image.shape[:2]
    x = max(0, min(x, width - width_of(text, SMALL) - 1))
    write(image, text, x, max(SMALL, min(foot, height - 1)), colour, SMALL)


def _outline(image: np.ndarray, box: Box, colour: Colour) -> None:
    corner = box.right - 1, box.bottom - 1
    cv2.rectangle(image, (box.x, box.y), corner, colour, 1)


def _has_hope(shape: Inspected, inspection: Inspection) -> bool:
    return hope_of(shape, inspection.classes) >= HOPE


def hope_of(shape: Inspected, classes: tuple[str, ...]) -> float:
    """Probability of the best digit, in the eyes of the network alone or, where it saw none, in the end."""
    scores = shape.alone if shape.alone is not None else shape.judged
    assert scores is not None  # every shape was seen by somebody
    return max(float(p) for p, name in zip(scores, classes) if name != NONE)


def _digit(shape: Inspected, view: View, classes: tuple[str, ...]) -> Digit:
    assert shape.judged is not None  # what is read was judged
    best = int(shape.judged.argmax())
    return Digit(classes[best], float(shape.judged[best]), view.box(shape.box), shape.judged)  # fmt: skip
