"""How a search went: its trials in order, what mattered, and how each setting bore on the loss."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.ticker import MaxNLocator

from camrec.training.plots.style import BLUE, ORANGE, RED, WIDTH, new_figure
from camrec.training.space import SPACE, Range

TOP, ROW = 420, 200  # px; of the history, and of each row of settings
COLUMNS = 5
MARGIN = 0.05  # of a range, on either side
CROWN = 4  # losses are drawn up to so many times the least; a trial beyond is lost, whatever its loss


@dataclass(frozen=True, slots=True)
class Tried:
    """One trial.

    Parameters
    ----------
    number : int
        From 0, in the order in which they began.
    loss : float
        The least on what is held back.
    pruned : bool
        Given up before its end.
    values : dict
        Settings by name.
    """

    number: int
    loss: float
    pruned: bool
    values: Mapping[str, Any]


def search(trials: Sequence[Tried], importance: Mapping[str, float]) -> Figure:
    """History of the search, importance of the settings, and a slice through each.

    Parameters
    ----------
    trials : sequence of Tried
        In order; at least one was not given up.
    importance : dict
        Share of the losses' variance that each setting explains, greatest first; empty while there are too few trials.
    """
    names = list(importance) or sorted({name for one in trials for name in one.values})
    rows = math.ceil(len(names) / COLUMNS)
    figure = new_figure(WIDTH, TOP + rows * ROW)
    ratios = (TOP, rows * ROW)
    ((above,), (below,)) = figure.subfigures(2, 1, squeeze=False, height_ratios=ratios)
    left, right = above.subplots(1, 2, width_ratios=(2, 1))
    _history(left, trials)
    _importance(right, importance)
    _slices(below, trials, names, rows)
    return figure


def _history(axes: Axes, trials: Sequence[Tried]) -> None:
    _points(axes, trials, [one.number for one in trials])
    whole = [one for one in trials if not one.pruned]
    best = np.minimum.accumulate([one.loss for one in whole])
    numbers = [one.number for one in whole]
    axes.step(numbers, best, where="post", color=RED, label="best so far")
    axes.set_title(f"{len(trials)} trials", loc="left")
    axes.set(xlabel="trial", ylabel="validation loss")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=3, frameon=False)


def _importance(axes: Axes, importance: Mapping[str, float]) -> None:
    axes.set_title("what mattered", loc="left")
    if importance:
        axes.barh(list(importance), list(importance.values()), color=BLUE)
        axes.invert_yaxis()
        axes.set_xlabel("share of the losses' variance")
        axes.spines[["top", "right"]].set_visible(False)
    else:
        axes.text(0.5, 0.5, "too few trials to tell", ha="center", color="0.4")
        axes.set_axis_off()


def _slices(
    figure: SubFigure, trials: Sequence[Tried], names: Sequence[str], rows: int
) -> None:
    grid = figure.subplots(rows, COLUMNS, sharey=True, squeeze=False).ravel()
    for axes, name in zip(grid, names, strict=False):
        values = [one.values[name] for one in trials]
        _points(axes, trials, _places(axes, name, values))
        axes.set_xlabel(name)
    for axes in grid[len(names) :]:
        axes.set_axis_off()
    figure.supylabel("validation loss", fontsize="medium")


def _points(axes: Axes, trials: Sequence[Tried], places: Sequence[float]) -> None:
    """Every trial at its place, and a ring around the best."""
    whole = [one for one in trials if not one.pruned]
    least = min(whole, key=lambda one: one.loss)
    for pruned, marker, colour, label in (
        (True, "x", ORANGE, "given up early"),
        (False, ".", BLUE, "finished"),
    ):
        those = [k for k, one in enumerate(trials) if one.pruned == pruned]
        losses = [min(trials[k].loss, CROWN * least.loss) for k in those]
        axes.plot([places[k] for k in those], losses, marker, color=colour, label=label)
    best = places[trials.index(least)]
    axes.plot(best, least.loss, "o", color=RED, fillstyle="none", markersize=11)
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter("{x:.2g}")
    axes.yaxis.set_minor_formatter("{x:.2g}")
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)


def _places(axes: Axes, name: str, values: Sequence[Any]) -> list[float]:
    """Where the values of a setting lie on an axis, which is made to fit: numbers as they are, choices by their rank."""
    where = SPACE.get(name)
    if isinstance(where, Range):
        axes.set_xscale("log" if where.log else "linear")
        axes.set_xlim(*_ends(where))
        return list(values)
    choices = sorted(set(values))
    axes.set_xticks(range(len(choices)), choices)
    axes.set_xmargin(0.2)
    return [choices.index(value) for value in values]


def _ends(where: Range) -> tuple[float, float]:
    """The whole range, and a little more so that what lies at its ends is seen whole."""
    if where.log:
        more = (where.high / where.low) ** MARGIN
        return where.low / more, where.high * more
    more = MARGIN * (where.high - where.low)
    return where.low - more, where.high + more
