"""A scene drawn over its picture: boxes, digits, confidences and numbers.

Everything is sized by the picture, so that it can be read at 320 and at 4000 pixels. Labels look for a place off the
ink, and never lie over the ink they name unless it fills the whole picture.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from camrec.elements import Box, Digit, Number, Scene
from camrec.stream.canvas import Layout, shown
from camrec.stream.plates import SMALLEST, Colour, Plate, Sheet, Spots, plate_of

# Okabe and Ito's palette: told apart by colour-blind eyes too. Boxes of doubtful digits are dashed besides.
SURE: Colour = (115, 158, 0)
LIKELY: Colour = (0, 159, 230)
DOUBTFUL: Colour = (0, 94, 213)
NUMBER: Colour = (233, 180, 86)

SURE_FROM, LIKELY_FROM = (
    0.9,
    0.7,
)  # confidences from which the first two colours are used
LEGIBLE = 200  # px of the longer side, from which on a picture has room for words beside its digits
ROOM = 0.5  # heights of a digit that the label of its confidence may be tall


def draw(scene: Scene, onto: np.ndarray | None = None) -> np.ndarray:
    """The picture of a scene with everything that was read drawn over it.

    Parameters
    ----------
    scene : Scene
    onto : numpy.ndarray, optional
        What an earlier call returned and nobody needs any more: fresh memory for a picture costs more than to fill it.

    Returns
    -------
    numpy.ndarray
        (H, W, 3) uint8 BGR; a copy, the size of the frame.
    """
    if onto is None or onto.shape != scene.frame.image.shape:
        onto = np.empty_like(scene.frame.image)
    np.copyto(onto, scene.frame.image)
    sheet = Sheet(onto)
    groups = [number for number in scene.numbers if len(number.digits) > 1]
    _draw_lines_around(sheet, scene, groups)
    # Numbers choose the places of their labels first: they are what one looks for.
    for number in groups:
        _label_number(sheet, number)
    for number in scene.numbers:
        _label_digits(sheet, number)
    return sheet.image


def annotate(scene: Scene) -> np.ndarray:
    """A picture to keep: as :func:`draw` makes it, of a tiny one enlarged by a whole number.

    Parameters
    ----------
    scene : Scene

    Returns
    -------
    numpy.ndarray
        (H, W, 3) uint8 BGR; the longer side is :data:`LEGIBLE` at least.
    """
    width, height = scene.frame.width, scene.frame.height
    times = -(-LEGIBLE // max(width, height))
    if times == 1:
        return draw(scene)
    area = Box(0, 0, times * width, times * height)
    return draw(shown(scene, Layout(area.width, area.height, 0, 0, area, times)))


def colour_of(confidence: float) -> Colour:
    """The colour that stands for a confidence in [0, 1]."""
    if confidence >= SURE_FROM:
        return SURE
    return LIKELY if confidence >= LIKELY_FROM else DOUBTFUL


def percent(probability: float) -> int:
    """A probability in [0, 1] as people are told it, 0 to 99: nothing read is certain."""
    return min(99, int(100 * probability))


def _draw_lines_around(sheet: Sheet, scene: Scene, groups: list[Number]) -> None:
    for digit in scene.digits:
        colour = colour_of(digit.confidence)
        sheet.outline(_frame_of(sheet, digit), colour, dashed=colour is DOUBTFUL)
    sheet.take(digit.box for digit in scene.digits)
    for number in groups:
        box = _frame_of(sheet, number)
        sheet.bar(box.x, box.right, box.y, NUMBER)


def _label_number(sheet: Sheet, number: Number) -> None:
    ink = [digit.box for digit in number.digits]
    height = sheet.text_height(max(box.height for box in ink), share=0.36)
    box = _frame_of(sheet, number)
    _label(sheet, number.label, height, box, _beside_number, ink, NUMBER)


def _label_digits(sheet: Sheet, number: Number) -> None:
    tall = max(digit.box.height for digit in number.digits)
    if len(number.digits) == 1:
        return _label_lone(sheet, number)
    height = sheet.text_height(tall, share=0.2)
    for digit in number.digits:
        plate = plate_of(f"{percent(digit.confidence)}", height)
        frame = _frame_of(sheet, digit)
        place = sheet.place([plate], frame, _beside_digit, [digit.box])
        # In a crowd, and beside tiny digits, the colour of the box has to do.
        if plate.height <= ROOM * tall and place is not None and place.free:
            sheet.label(plate, place.x, place.y, colour_of(digit.confidence))


def _label_lone(sheet: Sheet, number: Number) -> None:
    (digit,) = number.digits
    height = sheet.text_height(digit.box.height, share=0.3)
    text, box = f"{number.label}  {percent(digit.confidence)}%", _frame_of(sheet, digit)
    _label(sheet, text, height, box, _beside_digit, [digit.box], colour_of(digit.confidence))  # fmt: skip


def _label(
    sheet: Sheet,
    text: str,
    height: int,
    box: Box,
    spots: Spots,
    named: Sequence[Box],
    colour: Colour,
) -> None:
    """A label that has to be somewhere: in a crowd it is smaller, and at the worst it covers something else."""
    sizes = (height, max(SMALLEST, round(0.75 * height)), SMALLEST)
    plates = [plate_of(text, size) for size in sizes]
    place = sheet.place(plates, box, spots, named)
    if place is None:
        return sheet.label(plates[-1], *sheet.quietest(plates[-1], box), colour)
    sheet.label(place.plate, place.x, place.y, colour)


def _frame_of(sheet: Sheet, item: Digit | Number) -> Box:
    """Where the line around a digit, or over a number, runs: clear of the ink."""
    margin = 1 if isinstance(item, Digit) else 3
    return item.box.expand(round(margin * sheet.unit))


def _beside_digit(box: Box, plate: Plate) -> list[tuple[int, int]]:
    middle = box.x + (box.width - plate.width) // 2
    return [
        (middle, box.bottom),
        (middle, box.y - plate.height),
        (box.right, box.bottom - plate.height),
        (box.x - plate.width, box.bottom - plate.height),
        (box.right, box.y),
        (box.x - plate.width, box.y),
    ]


def _beside_number(box: Box, plate: Plate) -> list[tuple[int, int]]:
    above = box.y - plate.height
    middle, right = box.x + (box.width - plate.width) // 2, box.right - plate.width
    return [
        *((x, above) for x in (box.x, middle, right)),
        (box.right, box.y),
        (box.x - plate.width, box.y),
        *((x, box.bottom) for x in (box.x, middle, right)),
    ]
