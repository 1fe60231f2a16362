"""A comparison as text: for the terminal, for Markdown, for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from camrec.training.evaluation.compare import Quantity, Values


def quantities(values: Sequence[Values]) -> list[Quantity]:
    """What at least one model has a value for, in order."""
    met = {quantity: None for one in values for quantity in one}
    return [q for q in met if any(one.get(q) is not None for one in values)]


def written(quantity: Quantity, value: float | None) -> str:
    """A value as a person reads it; a dash where there is none."""
    return "-" if value is None else quantity.form.format(value)


def plain(names: Sequence[str], values: Sequence[Values]) -> str:
    """A line a quantity, a column a model."""
    grid = _grid(names, values)
    widths = [max(map(len, column)) for column in zip(*grid)]
    return "".join(
        f"{title:<{widths[0]}}"
        + "".join(f"  {cell:>{width}}" for cell, width in zip(cells, widths[1:]))
        + "\n"
        for title, *cells in grid
    )


def markdown(names: Sequence[str], values: Sequence[Values]) -> str:
    """The same as :func:`plain`, as a table of Markdown."""
    head, *rows = _grid(names, values)
    lines = [head, ["---", *("---:" for _ in names)], *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def as_csv(names: Sequence[str], values: Sequence[Values]) -> str:
    """A line a model, a column a quantity; shares are in [0, 1] and cells without a value empty."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    columns = quantities(values)
    writer.writerow(["model", *(quantity.title for quantity in columns)])
    for name, one in zip(names, values):
        writer.writerow([name, *(_number(one.get(q)) for q in columns)])
    return out.getvalue()


def _grid(names: Sequence[str], values: Sequence[Values]) -> list[list[str]]:
    return [
        ["", *names],
        *(
            [quantity.title, *(written(quantity, one.get(quantity)) for one in values)]
            for quantity in quantities(values)
        ),
    ]


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"
