"""How reading holds up when pictures get worse, each corruption with what it looks like."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from camrec.training.evaluation.corruptions import CORRUPTIONS, SIDE, drawn
from camrec.training.evaluation.robustness import CLEAN, Robustness
from camrec.training.plots.style import new_figure

ABREAST = 2  # corruptions side by side
MIDDLE = slice(SIDE // 8, SIDE - SIDE // 8)  # of a sheet; there is nothing around it


def robustness(rows: list[Robustness], ink: np.ndarray) -> Figure:
    """A picture of each corruption and strength over how well the set was read under it.

    Parameters
    ----------
    rows : list of Robustness
        As :func:`camrec.training.evaluation.robustness.robustness` yields them.
    ink : numpy.ndarray
        (h, w) uint8, 255 is pen; the character to show.
    """
    steps = len(next(iter(CORRUPTIONS.values())).amounts)
    figure = new_figure(1200, 1120)
    panels = figure.subplots(-(-len(CORRUPTIONS) // ABREAST), ABREAST * steps).ravel()
    for axes in panels:
        axes.set_axis_off()
    sheet = drawn(ink)
    worse = [row for row in rows if row.corruption != CLEAN]
    for axes, row in zip(panels, worse):
        _show(axes, sheet, row)
    figure.suptitle(_title(rows[0]))
    return figure


def _title(clean: Robustness) -> str:
    return (
        f"Robustness: share read rightly, and in brackets rejected and misread\n"
        f"clean: {clean.accuracy:.1%} ({clean.rejected:.1%}, {clean.misread:.1%})"
    )


def _show(axes: Axes, sheet: np.ndarray, row: Robustness) -> None:
    (worse,) = CORRUPTIONS[row.corruption].apply([sheet], row.amount)
    axes.imshow(worse[MIDDLE, MIDDLE], cmap="gray", vmin=0, vmax=255)
    axes.set_title(
        f"{row.corruption} {row.amount:g} {row.unit}\n{row.accuracy:.1%} ({row.rejected:.1%}, {row.misread:.1%})",
        fontsize=10,
    )
