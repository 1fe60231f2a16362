"""How a training went: accuracy and loss, epoch by epoch."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from camrec.training.course import Course
from camrec.training.plots.style import BLUE, ORANGE, RED, WIDTH, new_figure

HEIGHT = 560  # px
_NOTE = (
    "training: crops varied as they were learned, with dropout, while the weights moved; "
    "validation: crops held back, averaged weights"
)


def history(course: Course, title: str) -> Figure:
    """Accuracy and loss of every epoch, and the epoch whose weights were kept.

    Parameters
    ----------
    course : Course
    title : str
    """
    figure = new_figure(WIDTH, HEIGHT)
    figure.suptitle(title)
    left, right = figure.subplots(1, 2)
    _curves(left, course, "accuracy")
    left.yaxis.set_major_formatter(PercentFormatter(1))
    _curves(right, course, "loss")
    right.set(ylabel="loss (cross-entropy, nats)", yscale="log")
    for axis in (right.yaxis.set_major_formatter, right.yaxis.set_minor_formatter):
        axis("{x:g}")  # rather than powers of ten
    right.legend(frameon=False)
    figure.supxlabel(_NOTE, fontsize=9, color="0.4")
    return figure


def _curves(axes: Axes, course: Course, name: str) -> None:
    epochs = [epoch.epoch for epoch in course.epochs]
    learned = [getattr(epoch, name) for epoch in course.epochs]
    held = [getattr(epoch, f"val_{name}") for epoch in course.epochs]
    best = course.best_epoch
    axes.plot(epochs, learned, ".-", color=ORANGE, label="training")
    axes.plot(epochs, held, ".-", color=BLUE, label="validation")
    axes.plot(
        best.epoch,
        getattr(best, f"val_{name}"),
        "o",
        color=RED,
        fillstyle="none",
        markersize=11,
        label=f"kept: epoch {best.epoch}",
    )
    axes.set(xlabel="epoch", ylabel=name)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
