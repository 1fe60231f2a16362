"""One sheet that explains the reading of a picture: every mistake is seen at the step where it was made."""

from __future__ import annotations

from collections import Counter

import cv2
import numpy as np

from camrec.reading.inspection import Inspection
from camrec.reading.reasons import HOPE, Fate
from camrec.stream.debug_sheet.canvas import (
    FAINT,
    FATES,
    INNER,
    NORMAL,
    PEN,
    SMALL,
    TITLE,
    blank,
    fitted,
    flow,
    framed,
    stack,
    titled,
    width_of,
    write,
)
from camrec.stream.debug_sheet.panels import (
    draw_candidates,
    draw_ink,
    draw_reading,
    hope_of,
)
from camrec.stream.debug_sheet.tiles import draw_crop, draw_line

FLAT = 2.4  # width over height from which panels stand under each other
MOST_TILES = 240  # of crops with hope
MOST_HOPELESS = (
    40  # of crops without; a digit that was missed is among the best of them
)
MOST_LINES = 40
BLOCKS_APART = 22  # px


def draw_sheet(inspection: Inspection) -> np.ndarray:
    """Draw everything that reading one picture came to.

    Parameters
    ----------
    inspection : Inspection

    Returns
    -------
    numpy.ndarray
        (H, 1600, 3) uint8 BGR: the picture with what was read, the ink, the candidates, the lines that were read twice,
        and the crops in reading order.
    """
    numbers = {k: number for number, k in enumerate(_shown(inspection), 1)}
    blocks = [_head(inspection), *_panels(inspection, numbers)]
    if inspection.lines:
        blocks.append(_lines(inspection))
    if numbers:
        blocks.append(_crops(inspection, numbers))
    return framed(stack(blocks, BLOCKS_APART))


def _shown(inspection: Inspection) -> list[int]:
    """Indices of the shapes that get a tile, in reading order: what was read, what had hope, and the best of the rest."""
    hopes = [hope_of(shape, inspection.classes) for shape in inspection.shapes]
    read, hopeful, rest = [], [], []
    for k in sorted(range(len(hopes)), key=lambda k: -hopes[k]):
        shape = inspection.shapes[k]
        if shape.fate is Fate.READ:
            read.append(k)
        elif hopes[k] >= HOPE:
            hopeful.append(k)
        elif shape.judged is not None:
            rest.append(k)
    return sorted((read + hopeful)[:MOST_TILES] + rest[:MOST_HOPELESS])


def _head(inspection: Inspection) -> np.ndarray:
    """What was read of what, and how."""
    scene, (height, width) = inspection.scene, inspection.picture.shape[:2]
    frame = scene.frame
    name = frame.source or "picture"
    time = f", frame {frame.index} at {frame.time:.2f} s" if frame.index else ""
    head = blank(84, INNER)
    write(head, fitted(f"{name}{time}", INNER, TITLE), 0, 20, PEN, TITLE)
    numbers = ", ".join(number.text for number in scene.numbers) or "no digit"
    write(head, fitted(f"Read: {numbers}", INNER, NORMAL + 2), 0, 46, FATES[Fate.READ], NORMAL + 2)  # fmt: skip
    how = f"{frame.width} x {frame.height} px, searched at {width} x {height}; reported from {inspection.least:g} on"
    end = write(head, how, 0, 72, FAINT, SMALL) + 24
    _legend(head, inspection, end, 72)
    return head


def _legend(head: np.ndarray, inspection: Inspection, x: int, foot: int) -> None:
    """The colours of fates with how many met each."""
    counts = Counter(shape.fate for shape in inspection.shapes)
    for fate in Fate:
        if not counts[fate]:
            continue
        text = f"{counts[fate]} {fate.value}"
        if x + 16 + width_of(text, SMALL) > INNER:
            return
        cv2.rectangle(head, (x, foot - 9), (x + 9, foot), FATES[fate], cv2.FILLED)
        x = write(head, text, x + 14, foot, FATES[fate], SMALL) + 18


def _panels(inspection: Inspection, numbers: dict[int, int]) -> list[np.ndarray]:
    height, width = inspection.picture.shape[:2]
    half = INNER if width > FLAT * height else (INNER - BLOCKS_APART) // 2
    read = titled("Read", "upright, at the scale of work", draw_reading(inspection, half))  # fmt: skip
    ink = titled("Ink", "orange: rules taken out; blue: strokes mended", draw_ink(inspection, half))  # fmt: skip
    note = "pieces in colours, red: cuts; boxes: what became of it, numbers: tiles below; grey: no candidate; L: lines read twice"
    candidates = titled("Candidates", note, draw_candidates(inspection, INNER, numbers))
    return [flow([read, ink], BLOCKS_APART), candidates]


def _lines(inspection: Inspection) -> np.ndarray:
    tiles = [draw_line(line, k) for k, line in enumerate(inspection.lines, 1)]
    more = f"; the first {MOST_LINES} of {len(tiles)}" if len(tiles) > MOST_LINES else ""  # fmt: skip
    note = f"what the crops found, what the line reader spells (* is other ink), what both say together{more}"
    return titled("Lines read twice", note, flow(tiles[:MOST_LINES], BLOCKS_APART))


def _crops(inspection: Inspection, numbers: dict[int, int]) -> np.ndarray:
    tiles = [
        draw_crop(inspection.shapes[k], number, inspection.classes)
        for k, number in numbers.items()
    ]
    left = len(inspection.shapes) - len(tiles)
    note = "what the network saw, in reading order, its likeliest classes alone; above, what came of it"
    if left:
        note += f"; {left} more without hope"
    return titled("Crops", note, flow(tiles))
