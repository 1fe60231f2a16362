"""What sheets are put together from: words, tiles that flow into rows, blocks that stand on each other."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import cv2
import numpy as np

from camrec.reading.reasons import Fate
from camrec.stream.plates import Colour

WIDTH = 1600  # px of a sheet
MARGIN = 20  # px of paper around everything
INNER = WIDTH - 2 * MARGIN
GAP = 10  # px between tiles

PAPER: Colour = (250, 250, 250)
PEN: Colour = (40, 40, 40)
FAINT: Colour = (140, 140, 140)
RULE: Colour = (215, 215, 215)

# Okabe and Ito's palette, dark enough for words on paper.
FATES: dict[Fate, Colour] = {
    Fate.READ: (96, 132, 0),
    Fate.NONE: FAINT,
    Fate.BODY: (90, 60, 200),
    Fate.BELOW: (0, 132, 200),
    Fate.COMPANY: (0, 84, 200),
    Fate.PATH: (140, 100, 60),
    Fate.INSIDE: (150, 80, 180),
    Fate.STROKE: (120, 60, 120),
    Fate.UNSEEN: (178, 114, 0),
    Fate.SPELLED: (200, 140, 20),
    Fate.PATTERN: (0, 120, 150),
}

SMALL, NORMAL, TITLE = 9, 10, 16  # px, height of figures
_FONT = cv2.FONT_HERSHEY_SIMPLEX


def blank(height: int, width: int) -> np.ndarray:
    """Empty paper: (height, width, 3) uint8."""
    return np.full((height, width, 3), PAPER, np.uint8)


def write(
    image: np.ndarray,
    text: str,
    x: int,
    foot: int,
    colour: Colour = PEN,
    size: int = NORMAL,
) -> int:
    """Write words whose figures are `size` px tall and stand on row `foot`; returns where they end."""
    scale = _scale(size)
    cv2.putText(image, text, (x, foot), _FONT, scale, colour, 1, cv2.LINE_AA)
    return x + width_of(text, size)


def width_of(text: str, size: int = NORMAL) -> int:
    """Pixels that words take."""
    return cv2.getTextSize(text, _FONT, _scale(size), 1)[0][0]


def fitted(text: str, width: int, size: int = NORMAL) -> str:
    """`text`, cut short where it is wider than `width` px."""
    if width_of(text, size) <= width:
        return text
    while text and width_of(text + "..", size) > width:
        text = text[:-1]
    return text.rstrip() + ".."


@lru_cache(maxsize=16)
def _scale(size: int) -> float:
    return size / cv2.getTextSize("0", _FONT, 1.0, 1)[0][1]


def flow(tiles: Sequence[np.ndarray], gap: int = GAP) -> np.ndarray:
    """Tiles from left to right, row under row, on paper :data:`INNER` px wide."""
    rows: list[list[np.ndarray]] = [[]]
    x = 0
    for tile in tiles:
        if rows[-1] and x + tile.shape[1] > INNER:
            rows.append([])
            x = 0
        rows[-1].append(tile)
        x += tile.shape[1] + gap
    return stack([_row(row, gap) for row in rows], gap)


def _row(tiles: Sequence[np.ndarray], gap: int) -> np.ndarray:
    out = blank(max((tile.shape[0] for tile in tiles), default=0), INNER)
    x = 0
    for tile in tiles:
        out[: tile.shape[0], x : x + tile.shape[1]] = tile
        x += tile.shape[1] + gap
    return out


def stack(blocks: Sequence[np.ndarray], gap: int) -> np.ndarray:
    """Blocks under each other, as wide as the widest, `gap` px apart."""
    wide = max((block.shape[1] for block in blocks), default=1)
    parts: list[np.ndarray] = []
    for block in blocks:
        wider = blank(block.shape[0], wide)
        wider[:, : block.shape[1]] = block
        parts += [wider, blank(gap, wide)]
    return np.vstack(parts[:-1]) if parts else blank(0, wide)


def titled(title: str, note: str, block: np.ndarray) -> np.ndarray:
    """A block with a title and a fainter note above it."""
    head = blank(26, max(block.shape[1], 60))
    end = write(head, title, 0, 16, PEN, 11)
    room = head.shape[1] - end - 12
    write(head, fitted(note, room, SMALL), end + 12, 16, FAINT, SMALL)
    return stack([head, block], 0)


def told(p: float) -> str:
    """A probability as exact as it matters: 0.62, 0.997, 0.004."""
    exact = p >= 0.995 or p < 0.01
    return f"{min(p, 0.999):.3f}" if exact else f"{p:.2f}"


def ruled(image: np.ndarray) -> np.ndarray:
    """A picture with a thin rule around it, drawn into it."""
    height, width = image.shape[:2]
    return cv2.rectangle(image, (0, 0), (width - 1, height - 1), RULE, 1)


def framed(sheet: np.ndarray) -> np.ndarray:
    """A sheet with its margin."""
    return cv2.copyMakeBorder(sheet, MARGIN, MARGIN, MARGIN, MARGIN, cv2.BORDER_CONSTANT, value=PAPER)  # fmt: skip
