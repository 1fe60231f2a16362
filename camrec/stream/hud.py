"""Words of the live view: the bar below the picture, messages, trouble and the keys."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np

from camrec.elements import Box
from camrec.stream.canvas import Layout
from camrec.stream.health import Health
from camrec.stream.plates import (
    PLATE,
    SMALLEST,
    TEXT,
    Colour,
    Plate,
    plate_of,
    write,
)

FAINT: Colour = (170, 170, 170)
WARN: Colour = (66, 228, 240)  # yellow of Okabe and Ito's palette
RECORDING: Colour = (60, 60, 255)

HELP = (
    ("space", "pause, and go on"),
    ("s", "save a snapshot"),
    ("r", "record, and end the recording"),
    ("d", "save a sheet that explains the reading"),
    ("+ -", "report surer digits only, or more"),
    ("m", "mirror the view"),
    ("b", "hide or show the boxes"),
    ("click", "look closely at a digit"),
    ("h", "hide or show this help"),
    ("q Esc", "end"),
)
_MORE = "h: keys"
_MOST_LINES = 4  # of a message


@dataclass(frozen=True, slots=True)
class Status:
    """What the bar tells.

    Parameters
    ----------
    health : Health
    numbers, digits : int
        How many are shown.
    threshold : float
        Confidence from which digits are reported, in [0, 1].
    recorded_s : float or None
        Length of the recording so far; None where there is none.
    paused, mirrored, bare : bool
        `bare`: without boxes.
    """

    health: Health = field(default_factory=Health)
    numbers: int = 0
    digits: int = 0
    threshold: float = 0.5
    recorded_s: float | None = None
    paused: bool = False
    mirrored: bool = False
    bare: bool = False


@dataclass(frozen=True, slots=True)
class _Words:
    """One thing that the bar tells, at length and in short."""

    long: str
    short: str
    colour: Colour = TEXT


def draw_bar(canvas: np.ndarray, layout: Layout, status: Status) -> None:
    """Write the bar at the foot of a canvas; what has no room is left out, the least important first."""
    if not layout.bar:
        return
    top = layout.height - layout.bar
    canvas[top:] = PLATE
    told = _told(status)
    right = layout.width - _width(_MORE, layout) - layout.figure // 2
    room = right - layout.figure
    texts = _fitting(told, room, layout)
    x = layout.figure // 2
    for words, text in zip(told, texts):
        x = _put(canvas, text, x, top, layout, words.colour) + layout.figure // 2
    if texts:
        _put(canvas, _MORE, right, top, layout, FAINT)


def draw_message(picture: np.ndarray, layout: Layout, message: str) -> None:
    """Write a message at the foot of the picture, in as many lines as it takes."""
    plates = _wrapped(message, layout.figure, picture.shape[1])[:_MOST_LINES]
    y = max(0, picture.shape[0] - sum(plate.height for plate in plates))
    for plate in plates:
        _plate(picture, plate, 0, y)
        y += plate.height


def draw_trouble(picture: np.ndarray, layout: Layout, trouble: str) -> None:
    """Dim a picture that is none of now, and say in its middle why."""
    cv2.convertScaleAbs(picture, picture, 0.4)
    plates = _wrapped(trouble, round(1.4 * layout.figure), picture.shape[1])
    y = max(0, (picture.shape[0] - sum(plate.height for plate in plates)) // 2)
    for plate in plates:
        _plate(picture, plate, (picture.shape[1] - plate.width) // 2, y, WARN)
        y += plate.height


def draw_help(picture: np.ndarray, layout: Layout) -> None:
    """Write the keys over a picture, as large as they fit."""
    high, wide = picture.shape[:2]
    for figure in range(round(1.4 * layout.figure), SMALLEST - 1, -1):
        keys, words = (_plates(column, figure) for column in zip(*HELP))
        indent = max(plate.width for plate in keys) + figure
        box = _around(keys, indent + max(plate.width for plate in words))
        if box.width + 2 * figure <= wide and box.height + 2 * figure <= high:
            break
    x, y = max(0, (wide - box.width) // 2), max(0, (high - box.height) // 2)
    veil(picture, box.shift(x, y).expand(figure).clip(wide, high))
    for key, meaning in zip(keys, words):
        write(picture, key, x, y, WARN)
        write(picture, meaning, x + indent, y, TEXT)
        y += key.height


def veil(picture: np.ndarray, box: Box) -> None:
    """Darken a part of a picture so that words can be read on it."""
    part = picture[box.y : box.bottom, box.x : box.right]
    cv2.addWeighted(part, 0.12, np.full_like(part, PLATE[0]), 0.88, 0, part)


def _told(status: Status) -> list[_Words]:
    """What there is to tell, the most important first."""
    health, told = status.health, []
    if status.recorded_s is not None:
        minutes, seconds = divmod(int(status.recorded_s), 60)
        told.append(_Words(f"recording {minutes}:{seconds:02}", f"rec {minutes}:{seconds:02}", RECORDING))  # fmt: skip
    if status.paused:
        told.append(_Words("paused", "paused", WARN))
    rate, delay_ms = f"{health.rate:.0f}", f"{1000 * health.delay_s:.0f} ms"
    told += [
        _Words(f"{rate} frames/s", f"{rate}/s"),
        _Words(f"delay {delay_ms}", delay_ms),
        _Words(_counted(status), f"{status.digits} digits"),
        _Words(
            f"from {100 * status.threshold:.0f}%", f">{100 * status.threshold:.0f}%"
        ),
    ]
    if status.mirrored:
        told.append(_Words("mirrored", "mirrored", FAINT))
    if status.bare:
        told.append(_Words("boxes off", "no boxes", FAINT))
    if health.skipped:
        told.append(_Words(f"{health.skipped} skipped", f"{health.skipped} skipped", FAINT))  # fmt: skip
    return told


def _counted(status: Status) -> str:
    def words(count: int, name: str) -> str:
        return f"{count} {name}{'' if count == 1 else 's'}"

    return f"{words(status.numbers, 'number')}, {words(status.digits, 'digit')}"


def _fitting(told: Sequence[_Words], room: int, layout: Layout) -> list[str]:
    """The words for the first few of `told`, at length where all of them fit."""
    texts = [words.long for words in told]
    if _across(texts, layout) <= room:
        return texts
    texts = [words.short for words in told]
    while texts and _across(texts, layout) > room:
        texts.pop()
    return texts


def _across(texts: Iterable[str], layout: Layout) -> int:
    return sum(_width(text, layout) + layout.figure // 2 for text in texts)


def _width(text: str, layout: Layout) -> int:
    return plate_of(text, layout.figure).width


def _put(
    canvas: np.ndarray, text: str, x: int, top: int, layout: Layout, colour: Colour
) -> int:
    plate = plate_of(text, layout.figure)
    write(canvas, plate, x, top + (layout.bar - plate.height) // 2, colour)
    return x + plate.width


def _wrapped(text: str, figure: int, room: int) -> list[Plate]:
    """Plates of equal width, a line each, at most `room` px wide where a line of one letter is."""
    letters = len(text)
    while True:
        lines = textwrap.wrap(text, max(1, letters)) or [""]
        plates = _plates(lines, figure)
        width = max(plate.width for plate in plates)
        if width <= room or letters <= 1:
            return plates
        letters = min(letters - 1, letters * room // width)


def _plates(lines: Iterable[str], figure: int) -> list[Plate]:
    return [plate_of(line, figure, below=figure // 3) for line in lines]


def _around(plates: Sequence[Plate], width: int) -> Box:
    return Box(0, 0, width, sum(plate.height for plate in plates))


def _plate(
    picture: np.ndarray, plate: Plate, x: int, y: int, colour: Colour = TEXT
) -> None:
    corner = x + plate.width - 1, y + plate.height - 1
    cv2.rectangle(picture, (x, y), corner, PLATE, cv2.FILLED)
    write(picture, plate, x, y, colour)
