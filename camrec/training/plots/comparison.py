"""Models side by side, a panel for each quantity."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from camrec.training.evaluation.compare import Quantity, Values
from camrec.training.evaluation.tables import quantities, written
from camrec.training.plots.style import COLOURS, new_figure

ABREAST = 3  # panels
BEFORE, AFTER = (
    0.3,
    0.5,
)  # of a panel's span, kept free; the values stand after the dots


def comparison(names: Sequence[str], values: Sequence[Values]) -> Figure:
    """A dot for each model in a panel for each quantity that any of them has.

    Parameters
    ----------
    names : sequence of str
        Of the models.
    values : sequence of dict
        As :func:`camrec.training.evaluation.compare.measure` gives them, one a model.
    """
    shown = quantities(values)
    lines = -(-len(shown) // ABREAST)
    figure = new_figure(1200, 80 + lines * (70 + 26 * len(names)))
    panels = figure.subplots(lines, ABREAST, sharey=True, squeeze=False).ravel()
    for axes in panels[len(shown) :]:
        axes.set_axis_off()
    for axes, quantity in zip(panels, shown):
        _panel(axes, quantity, [one.get(quantity) for one in values])
        axes.set_yticks(range(len(names)), names)
    panels[0].set_ylim(len(names) - 0.4, -0.6)
    figure.suptitle("↑ more is better, ↓ less is better; the best is filled, and each scale is its own")  # fmt: skip
    return figure


def _panel(axes: Axes, quantity: Quantity, values: list[float | None]) -> None:
    present = [value for value in values if value is not None]
    best = max(present) if quantity.better > 0 else min(present)
    span = (max(present) - min(present)) or abs(best) or 1.0
    axes.set_xlim(min(present) - BEFORE * span, max(present) + AFTER * span)
    for k, value in enumerate(values):
        if value is not None:
            colour = COLOURS[k % len(COLOURS)]
            axes.plot(value, k, "o", markersize=9, color=colour, markerfacecolor=colour if value == best else "white")  # fmt: skip
            axes.annotate(written(quantity, value), (value, k), (8, 0), textcoords="offset points", va="center", fontsize=9)  # fmt: skip
    axes.set_title(f"{quantity.title} {'↑' if quantity.better > 0 else '↓'}", fontsize=9.5)  # fmt: skip
    axes.set_xticks([])
    axes.grid(axis="y", alpha=0.4)
