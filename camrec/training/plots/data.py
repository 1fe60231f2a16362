"""A first look at labelled characters: how many of each class there are, and what they look like."""

from __future__ import annotations

from math import ceil, sqrt

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from camrec.training.data.collection import Collection
from camrec.training.data.sets import LabelledSet
from camrec.training.plots.style import BLUE, ORANGE, WIDTH, mosaic, new_figure

MOST_COUNTED = (
    27  # classes whose counts stand below their names; more of them would overlap
)
PANEL = 400  # px; height of one set's bars
SAMPLES = 400  # characters on a page of samples, about
WIDE = 2.5  # panels across for one down
TITLE = 30  # px above each panel


def distribution(collection: Collection) -> Figure:
    """Bars of how many characters each class has, a panel a set; a line where all classes would be equal.

    Parameters
    ----------
    collection : Collection
    """
    sets = collection.sets
    figure = new_figure(WIDTH, PANEL * len(sets))
    if len(sets) > 1:
        figure.suptitle(f"{collection.name}: characters of each class")
    for axes, characters in zip(figure.subplots(len(sets), squeeze=False)[:, 0], sets):
        _bars(axes, characters)
    return figure


def _bars(axes: Axes, characters: LabelledSet) -> None:
    names = characters.classes
    counts = np.bincount(characters.labels, minlength=len(names))
    even = len(characters) / len(names)
    axes.bar(names, counts, color=BLUE)
    axes.axhline(even, color=ORANGE, linestyle="--", linewidth=2)
    axes.set(
        title=f"{characters.name}: {len(characters):,} characters; dashed: {even:,.0f} each, if all were equal",
        ylabel="characters",
    )
    if len(names) <= MOST_COUNTED:
        axes.set_xticks(names, [f"{n}\n{c:,}" for n, c in zip(names, counts)])
    axes.margins(x=0.01)
    axes.grid(axis="y", alpha=0.3)
    axes.set_axisbelow(True)


def samples(collection: Collection) -> Figure:
    """A grid of characters for each class, taken evenly from the whole of the first set.

    Parameters
    ----------
    collection : Collection
    """
    characters = collection.sets[0]
    present = np.unique(characters.labels)
    columns = ceil(sqrt(WIDE * len(present)))
    rows = ceil(len(present) / columns)
    figure = new_figure(WIDTH, (WIDTH // columns + TITLE) * rows + TITLE)
    figure.suptitle(f"{collection.name}: samples of each class{_origin(collection)}")
    panels = figure.subplots(rows, columns, squeeze=False)
    side = max(3, int(sqrt(SAMPLES / len(present))))
    for axes in panels.flat:
        axes.set_axis_off()
    for axes, label in zip(panels.flat, present):
        own = np.flatnonzero(characters.labels == label)
        axes.imshow(_grid(characters.images[own], side), cmap="gray", vmin=0, vmax=255)
        axes.set_title(f"{characters.classes[label]}  ({len(own):,})", fontsize=10)
    return figure


def _origin(collection: Collection) -> str:
    """Which of several sets is shown."""
    return f", from {collection.sets[0].name}" if len(collection.sets) > 1 else ""


def _grid(images: np.ndarray, side: int) -> np.ndarray:
    """`side` x `side` of the images, evenly spaced; white where there are fewer, and at its sides."""
    count = min(len(images), side * side)
    chosen = images[np.linspace(0, len(images) - 1, count).astype(int)]
    blank = np.zeros((side * side - count, *images.shape[1:]), np.uint8)
    sheet = mosaic(np.concatenate([chosen, blank]), side)
    aside = (0, 0), (images.shape[2] // 3,) * 2
    return np.pad(sheet, aside, constant_values=255)
