"""Sheets that explain: a row of pictures for each digit, and what convolutions make of one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.patches import Rectangle

from camrec.training.explanation.explain import Explanation
from camrec.training.plots.style import BLUE, WIDTH, new_figure, show_crop

ACROSS, DOWN = 2, 6  # digits on one sheet
ROW = 175  # px
TOP = 3  # classes whose probabilities are shown
TILES = 24  # maps in one row
TILE = WIDTH // TILES  # px
GREY, FRAME = "#999999", "#C8D4E0"


def sheets(
    explanations: Sequence[Explanation], classes: tuple[str, ...], title: str
) -> list[Figure]:
    """Explanations on as many sheets as they need.

    Parameters
    ----------
    explanations : sequence of Explanation
    classes : tuple of str
        In the order of their scores.
    title : str
        Of the picture.
    """
    whole = ACROSS * DOWN
    starts = range(0, len(explanations), whole)
    return [
        _sheet(explanations[k : k + whole], classes, k, _numbered(title, k, starts))
        for k in starts
    ]


def _numbered(title: str, start: int, starts: range) -> str:
    if len(starts) == 1:
        return title
    return f"{title} ({starts.index(start) + 1} of {len(starts)})"


def _sheet(
    explanations: Sequence[Explanation],
    classes: tuple[str, ...],
    start: int,
    title: str,
) -> Figure:
    columns = min(ACROSS, len(explanations))
    rows = math.ceil(len(explanations) / columns)
    figure = new_figure(WIDTH // ACROSS * columns, ROW * rows + 60)
    figure.suptitle(title)
    places = figure.subfigures(rows, columns, squeeze=False).ravel()
    for k, (place, one) in enumerate(zip(places, explanations)):
        _explain(place, one, classes, start + k + 1)
    return figure


def _explain(
    place: SubFigure, one: Explanation, classes: tuple[str, ...], number: int
) -> None:
    place.suptitle(
        f"digit {number}: read {one.digit.text}, {one.digit.confidence:.1%} sure",
        fontsize=10,
    )
    picture, seen, grad_cam, hires_cam, bars = place.subplots(1, 5)
    crop = one.digit.crop
    assert crop is not None  # the reader was asked to keep it
    picture.imshow(one.picture[..., ::-1])
    picture.set_axis_off()
    picture.set_title("picture", fontsize=9)
    show_crop(seen, crop, "what it saw")
    _show_heat(grad_cam, crop, one.heat.grad_cam if one.heat else None, "Grad-CAM")
    _show_heat(hires_cam, crop, one.heat.hires_cam if one.heat else None, "HiResCAM")
    for axes in (seen, grad_cam, hires_cam):
        axes.add_patch(Rectangle((-0.5, -0.5), *crop.shape, fill=False, color=GREY))
    _show_scores(bars, one.scores, classes, one.digit.text)
    for axes in (picture, seen, grad_cam, hires_cam, bars):
        axes.set_anchor("N")


def _show_heat(
    axes: Axes, crop: np.ndarray, heat: np.ndarray | None, title: str
) -> None:
    show_crop(axes, crop, title if heat is not None else "no convolution")
    if heat is not None:
        # Where there is no heat the crop shows through.
        axes.imshow(heat, cmap="YlOrRd", vmin=0, vmax=1, alpha=0.75 * heat)


def _show_scores(
    axes: Axes, scores: np.ndarray, classes: tuple[str, ...], read: str
) -> None:
    best = np.argsort(-scores, kind="stable")[:TOP]
    names = [classes[k] for k in best]
    colours = [BLUE if name == read else GREY for name in names]
    axes.barh(names, scores[best], color=colours)
    for place, score in enumerate(scores[best]):
        axes.text(1.02, place, f"{score:.1%}", va="center", fontsize=8)
    axes.set_box_aspect(1)
    axes.set_xlim(0, 1)
    axes.invert_yaxis()
    axes.set_xticks([])
    axes.spines[["top", "right", "bottom"]].set_visible(False)
    axes.set_title("its probabilities", fontsize=9)


@dataclass(frozen=True, slots=True, eq=False)
class _Strip:
    """Tiles of one kind, (N, h, w), in rows under a title."""

    title: str
    tiles: np.ndarray

    @property
    def height(self) -> int:
        """Of its rows, px."""
        return TILE * math.ceil(len(self.tiles) / TILES)

    def show(self, axes: Axes) -> None:
        """On one scale, so that tiles can be compared: from white to black, or to either side of a pale middle."""
        most = float(np.abs(self.tiles).max()) or 1.0
        if self.tiles.min() < 0:
            colours = colormaps["PuOr"].with_extremes(bad="white")
            low, sheet = -most, _laid_out(self.tiles, gap=3, beyond=np.nan)
        else:
            colours = colormaps["gray_r"].with_extremes(bad=FRAME)
            low, sheet = 0.0, _laid_out(self.tiles, gap=1, beyond=0.0)
        axes.imshow(sheet, cmap=colours, vmin=low, vmax=most)
        axes.set_axis_off()
        axes.set_title(self.title, fontsize=10, loc="left")


def _laid_out(tiles: np.ndarray, gap: int, beyond: float) -> np.ndarray:
    """(N, h, w) in rows of :data:`TILES`, enlarged; `gap` px of NaN around each, `beyond` behind the last."""
    zoom = max(1, TILE // tiles.shape[1])
    tiles = np.pad(
        tiles.repeat(zoom, axis=1).repeat(zoom, axis=2),
        ((0, 0), (gap, gap), (gap, gap)),
        constant_values=np.nan,
    )
    count, height, width = tiles.shape
    rows = math.ceil(count / TILES)
    sheet = np.full((rows * height, TILES * width), beyond, np.float32)
    for k, tile in enumerate(tiles):
        y, x = k // TILES * height, k % TILES * width
        sheet[y : y + height, x : x + width] = tile
    return sheet


def feature_sheet(
    filters: np.ndarray, maps: Sequence[np.ndarray], title: str
) -> Figure:
    """The first layer's filters, and all maps of every convolution for one crop.

    Parameters
    ----------
    filters : numpy.ndarray
        (filters, h, w).
    maps : sequence of numpy.ndarray
        (filters, h, w) of each convolution.
    title : str
    """
    strips = [_Strip(f"filters of the first convolution, {_size(filters)}: purple looks for pen, orange for paper", filters)]  # fmt: skip
    for k, tiles in enumerate(maps):
        strips.append(_Strip(f"maps of convolution {k + 1}, {_size(tiles)}", tiles))
    heights = [strip.height for strip in strips]
    figure = new_figure(WIDTH, sum(heights) + 32 * len(strips) + 50)
    figure.suptitle(title)
    rows = figure.subplots(len(strips), 1, height_ratios=heights)
    for axes, strip in zip(rows, strips, strict=True):
        strip.show(axes)
    return figure


def _size(tiles: np.ndarray) -> str:
    count, height, width = tiles.shape
    return f"{count} of {height}x{width}"
