"""Plain tables for a terminal or a note."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click


def show(title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print rows below their columns, the first to the left, figures to the right; None is a dash."""
    lines = [list(columns), *([_cell(value) for value in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines)]
    click.echo(f"\n{title}\n")
    for line in [lines[0], ["-" * width for width in widths], *lines[1:]]:
        first, *rest = zip(line, widths)
        cells = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in rest)]
        click.echo("  ".join(cells).rstrip())


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, str):
        return value
    return f"{value:.0f}" if value >= 100 else f"{value:g}"
