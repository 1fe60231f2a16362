"""The look that all plots share: size, colours, grids of crops, and how a figure becomes a file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from camrec.stream.sinks.outputs import writing

DPI = 100
WIDTH, HEIGHT = 1200, 800  # px; readable on a page and on a laptop

# Told apart by colour-blind eyes too (Okabe and Ito, "Color universal design", 2008).
BLUE, ORANGE, GREEN, RED, PURPLE, SKY, YELLOW = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#D55E00",
    "#CC79A7",
    "#56B4E9",
    "#F0E442",
)
COLOURS = (BLUE, ORANGE, GREEN, RED, PURPLE, SKY, YELLOW)


def new_figure(width: int = WIDTH, height: int = HEIGHT) -> Figure:
    """An empty figure of `width` x `height` px that keeps its labels inside.

    Made without pyplot: no window, no global state, safe in any thread.
    """
    return Figure(figsize=(width / DPI, height / DPI), dpi=DPI, layout="constrained")


def show_crop(axes: Axes, crop: np.ndarray, title: str = "") -> None:
    """Draw one crop, (28, 28) in [0, 1] or [0, 255], as pen on paper."""
    axes.imshow(1 - crop / max(1, crop.max()), cmap="gray", vmin=0, vmax=1)
    axes.set_axis_off()
    if title:
        axes.set_title(title, fontsize=9)


def mosaic(crops: np.ndarray, columns: int, gap: int = 2) -> np.ndarray:
    """Lay crops out in rows, pen dark on white.

    Parameters
    ----------
    crops : numpy.ndarray
        (N, H, W) uint8; 255 is pen.
    columns : int
    gap : int
        White px between crops.

    Returns
    -------
    numpy.ndarray
        (rows * (H + gap), columns * (W + gap)) uint8.
    """
    count, height, width = crops.shape
    rows = -(-count // columns)
    sheet = np.full((rows * (height + gap), columns * (width + gap)), 255, np.uint8)
    for k, crop in enumerate(crops):
        y, x = k // columns * (height + gap), k % columns * (width + gap)
        sheet[y : y + height, x : x + width] = 255 - crop
    return sheet


def save(figure: Figure, path: Path) -> Path:
    """Write a figure as PNG; it appears under its name only when it is whole."""
    with writing(path) as out:
        figure.savefig(out, format="png")
    return path
