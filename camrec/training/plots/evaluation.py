"""What a model answers, drawn: which characters it takes for which, how sure it is, and its worst mistakes."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from camrec.reading.classifier import NONE
from camrec.training.evaluation.answers import Answers
from camrec.training.evaluation.calibration import BINS, Reliability, reliability
from camrec.training.evaluation.details import Confusion
from camrec.training.plots.style import (
    BLUE,
    GREEN,
    ORANGE,
    RED,
    mosaic,
    new_figure,
)

A_ROW = 10  # crops; examples of each character
WORST = 40  # mistakes shown
ROOM = 12  # px of a crop below it, for two lines of text
GAP = 2  # px of a crop between crops
ENLARGED = 3  # times a crop is shown


def confusion(table: Confusion) -> Figure:
    """How often each character was taken for which."""
    figure = new_figure(1200, max(800, 130 + 36 * len(table.rows)))
    axes = figure.add_subplot()
    # The square root lets one mistake in a thousand be seen beside one in twenty.
    heat = np.sqrt(np.where(table.right, 0, table.shares))
    axes.imshow(np.ma.masked_equal(heat, 0), cmap="Oranges", vmin=0, vmax=max(0.3, heat.max()), aspect="auto")  # fmt: skip
    for y, x in np.argwhere(table.counts > 0):
        _cell(axes, x, y, int(table.counts[y, x]), bool(table.right[y, x]))
    if NONE in table.columns:
        axes.axvline(table.columns.index(NONE) - 0.5, color="black", linewidth=1)
    axes.set_xticks(range(len(table.columns)), table.columns)
    axes.set_yticks(range(len(table.rows)), table.rows)
    axes.set_xlabel("answer (none: rejected)" if NONE in table.columns else "answer")
    axes.set_ylabel("true")
    figure.suptitle("Confusion: pictures of each character by what was answered")
    return figure


def _cell(axes: Axes, x: int, y: int, count: int, right: bool) -> None:
    """The count; green bold on the right answers, which would outshine all colour otherwise."""
    weight, colour = ("bold", GREEN) if right else ("normal", "black")
    axes.text(x, y, f"{count}", ha="center", va="center", fontsize=9, color=colour, fontweight=weight)  # fmt: skip


def per_class(report: dict[str, Any], names: list[str]) -> Figure:
    """Precision, recall and F1 of each character.

    Parameters
    ----------
    report : dict
        As ``sklearn.metrics.classification_report`` makes it.
    names : list of str
        Characters, in order.
    """
    figure = new_figure(1200, 700)
    axes = figure.add_subplot()
    places = np.arange(len(names))
    for k, (key, label, colour, marker) in enumerate(_SCORES):
        values = [report[name][key] for name in names]
        axes.plot(places + (k - 1) * 0.18, values, marker, color=colour, label=label, markersize=8)  # fmt: skip
    low = min(report[name][key] for name in names for key, *_ in _SCORES)
    axes.set_ylim(max(0.0, low - 0.1 * (1 - low) - 0.001), 1 + 0.05 * (1 - low))
    axes.set_xticks(places, names)
    axes.set_xlim(-0.6, len(names) - 0.4)
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.grid(axis="y", alpha=0.4)
    for edge in places[:-1] + 0.5:
        axes.axvline(edge, color="0.9", linewidth=1)
    axes.set_xlabel("character")
    axes.legend(loc="lower right", ncols=3)
    figure.suptitle("Precision, recall and F1 of each character (the scale does not begin at 0)")  # fmt: skip
    return figure


_SCORES = (
    ("precision", "precision: of what was read as it, how much was", BLUE, "o"),
    ("recall", "recall: of all there were, how many were read", ORANGE, "s"),
    ("f1-score", "F1: their harmonic mean", GREEN, "D"),
)


def confidence(answers: Answers) -> Figure:
    """How sure the model is when it is right, and when it is wrong."""
    figure = new_figure(1200, 700)
    axes = figure.add_subplot()
    edges = [k / 40 for k in range(41)]
    sure, right = answers.confidence, answers.right
    for rows, label, colour in ((right, "right", BLUE), (~right, "wrong", RED)):
        axes.hist(sure[rows], edges, color=colour, alpha=0.45)
        axes.hist(sure[rows], edges, color=colour, histtype="step", linewidth=2, label=_told(label, sure[rows]))  # fmt: skip
    axes.set_yscale("log")
    axes.set_ylim(bottom=0.7)
    axes.set_xlim(0, 1)
    axes.set_xlabel("confidence: probability of the answer")
    axes.set_ylabel("pictures (logarithmic)")
    axes.grid(alpha=0.3)
    axes.legend(loc="upper left")
    figure.suptitle("How sure the model is when it is right and when it is wrong")
    return figure


def _told(label: str, sure: np.ndarray) -> str:
    if not len(sure):
        return f"{label}: none"
    return f"{label}: {len(sure)}, half of them at {np.median(sure):.4f} or more"


def calibration(answers: Answers, temperature: float) -> Figure:
    """Reliability before and after the temperature: how often right against how sure."""
    figure = new_figure(1200, 800)
    panels = figure.subplots(2, 2, sharex=True, height_ratios=[3, 1])
    for column, (scores, told) in enumerate(
        (
            (answers.uncalibrated, "as the network says it (temperature 1)"),
            (answers.scores, f"with the card's temperature {temperature:g}"),
        )
    ):
        right = scores.argmax(axis=1) == answers.truth
        bins = reliability(scores.max(axis=1), right)
        _bars(panels[0, column], bins, told)
        _counts(panels[1, column], bins)
    panels[0, 0].set_ylabel("accuracy")
    panels[1, 0].set_ylabel("pictures")
    figure.suptitle(f"Reliability: {BINS} bins of equal width (Guo et al. 2017); lines span 95 % of chance")  # fmt: skip
    return figure


def _bars(axes: Axes, bins: Reliability, title: str) -> None:
    full = bins.count > 0
    sure, hit, count = bins.confidence[full], bins.accuracy[full], bins.count[full]
    left, width = bins.edges[:-1][full], 1 / BINS
    axes.bar(left, hit, width, align="edge", color=BLUE, alpha=0.45, edgecolor="white")
    axes.plot([0, 1], [0, 1], color="0.4", linestyle="--", label="as often right as it says")  # fmt: skip
    axes.errorbar(sure, hit, _wilson(hit, count), fmt="o", color=BLUE, capsize=3, clip_on=False, label="accuracy at mean confidence")  # fmt: skip
    axes.set_title(f"{title}\nexpected calibration error {bins.error:.2%}")
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1.02)
    axes.legend(loc="upper left")


def _wilson(hit: np.ndarray, count: np.ndarray) -> np.ndarray:
    """(2, N) distances down and up to the ends of Wilson's 95 % interval."""
    z = 1.96
    middle = (hit + z**2 / (2 * count)) / (1 + z**2 / count)
    reach = z / (1 + z**2 / count) * np.sqrt(hit * (1 - hit) / count + z**2 / (4 * count**2))  # fmt: skip
    return np.maximum(0, [hit - (middle - reach), middle + reach - hit])


def _counts(axes: Axes, bins: Reliability) -> None:
    axes.bar(bins.edges[:-1], bins.count, 1 / BINS, align="edge", color="0.6", edgecolor="white")  # fmt: skip
    axes.set_yscale("log")
    axes.set_ylim(bottom=0.7)
    axes.set_xlabel("confidence")


def examples(answers: Answers) -> Figure:
    """Ten of each character, taken evenly from the set, with what was answered."""
    kinds = np.unique(answers.kinds)
    rows = [_evenly(np.flatnonzero(answers.kinds == kind)) for kind in kinds]
    figure = _sheet(
        "Examples, taken evenly: what was answered and how sure",
        answers,
        np.concatenate([np.zeros(0, int), *rows]),
    )
    for k, kind in enumerate(kinds):
        y = k * (28 + ROOM + GAP) + 14
        figure.axes[0].text(-2, y, f"true {kind}", ha="right", va="center")
    return figure


def _evenly(rows: np.ndarray) -> np.ndarray:
    """A_ROW of `rows`; -1 fills up where there are fewer."""
    steps = np.linspace(0, len(rows), min(A_ROW, len(rows)), endpoint=False)
    out = np.full(A_ROW, -1)
    out[: len(steps)] = rows[steps.astype(int)]
    return out


def mistakes(answers: Answers) -> Figure:
    """The wrong answers, the surest first."""
    wrong = np.flatnonzero(~answers.right)
    worst = wrong[np.argsort(-answers.confidence[wrong], kind="stable")][:WORST]
    title = f"The surest of {len(wrong)} wrong answers to {len(answers)} pictures: true → answer, and how sure"
    return _sheet(title, answers, worst)


def _sheet(title: str, answers: Answers, rows: np.ndarray) -> Figure:
    """The crops of `rows` with their answers below, A_ROW in a row; -1 is an empty place."""
    lines = max(1, -(-len(rows) // A_ROW))
    figure = new_figure(
        A_ROW * (28 + GAP) * ENLARGED + 120, lines * (28 + ROOM + GAP) * ENLARGED + 60
    )
    figure.suptitle(title)
    axes = figure.add_subplot()
    axes.set_axis_off()
    if not len(rows):
        axes.text(0.5, 0.5, "There is none.", ha="center", va="center", fontsize=14)
        return figure
    shown = rows >= 0
    crops = np.zeros((len(rows), 28 + ROOM, 28), np.uint8)
    crops[shown, :28] = (answers.crops[rows[shown]] * 255).astype(np.uint8)
    axes.imshow(mosaic(crops, A_ROW, GAP), cmap="gray", vmin=0, vmax=255)
    for k in np.flatnonzero(shown).tolist():
        _caption(axes, k % A_ROW, k // A_ROW, answers, rows[k])
    return figure


def _caption(axes: Axes, column: int, line: int, answers: Answers, row: int) -> None:
    """What was answered, and the true character where that is wrong."""
    text, colour = answers.classes[answers.answer[row]], "0.25"
    if not answers.right[row]:
        text, colour = f"{answers.labels[row]} → {text}", RED
    x, y = column * (28 + GAP) + 14, line * (28 + ROOM + GAP) + 28
    axes.text(x, y, f"{text}\n{answers.confidence[row]:.1%}", ha="center", va="top", fontsize=9, color=colour)  # fmt: skip
