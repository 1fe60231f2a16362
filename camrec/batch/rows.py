"""What is read as rows: one a digit, one a number, or one a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from camrec.batch.files import File
from camrec.elements import Scene
from camrec.stream.records import CSV_COLUMNS, csv_rows, record_of

_TYPES = {"time": "float64", "confidence": "float64", "fits": "bool"} | dict.fromkeys(
    ("source", "digit", "text", "error", "message", "model"), "string"
)
_PLACE = ("source", "frame", "time", "width", "height")
_FAILURE = ("error", "message")

COLUMNS = {
    "digits": (*CSV_COLUMNS, *_FAILURE, "model"),
    "numbers": (*_PLACE, "number", "text", "confidence", "x", "y", "w", "h", "digits", "fits", *_FAILURE, "model"),
    "files": ("source", "frames", "width", "height", "digits", "numbers", "text", *_FAILURE, "model"),
}  # fmt: skip
"""Columns of each kind of row; a file that could not be read has a row with its ``source``, ``error`` and ``message``."""


def type_of(column: str) -> str:
    """Name of the Arrow type of a column."""
    return _TYPES.get(column, "int32")


Row = dict[str, Any]
"""Column to value; what has no value is not there."""


@dataclass(slots=True)
class Tally:
    """Counts what is read of one file.

    Attributes
    ----------
    frames, digits, numbers : int
    size : (int, int) or None
        Width and height of the first frame, pixels.
    texts : dict
        Its numbers, in order of first appearance.
    failures : list of (str, str)
        Error class and sentence.
    """

    frames: int = 0
    digits: int = 0
    numbers: int = 0
    size: tuple[int, int] | None = None
    texts: dict[str, None] = field(default_factory=dict)
    failures: list[tuple[str, str]] = field(default_factory=list)

    def add(self, scene: Scene) -> None:
        """Count one scene."""
        self.frames += 1
        self.digits += len(scene.digits)
        self.numbers += len(scene.numbers)
        self.size = self.size or (scene.frame.width, scene.frame.height)
        self.texts.update(dict.fromkeys(number.label for number in scene.numbers))


def _digit_rows(scene: Scene) -> list[Row]:
    return [_full(zip(CSV_COLUMNS, row)) for row in csv_rows(scene)]


def _number_rows(scene: Scene) -> list[Row]:
    record = record_of(scene)
    place = {name: record[name] for name in _PLACE}
    return [
        place | _number_cells(index, number, len(scene.numbers[index].digits))
        for index, number in enumerate(record["numbers"])
    ]


def _number_cells(index: int, number: dict[str, Any], digits: int) -> Row:
    box = zip(("x", "y", "w", "h"), number["box"])
    told = {name: value for name, value in number.items() if name != "box"}
    return {"number": index, **told, **dict(box), "digits": digits}


def _no_rows(scene: Scene) -> list[Row]:
    return []


SCENE_ROWS: dict[str, Callable[[Scene], list[Row]]] = {
    "digits": _digit_rows,
    "numbers": _number_rows,
    "files": _no_rows,
}
"""Rows of one scene, for each kind of table."""


def closing_rows(kind: str, file: File, tally: Tally) -> list[Row]:
    """Rows that can be told only when a file has been read: its failures, and its own where rows are files."""
    failures = [
        {"source": file.name, "error": error, "message": message}
        for error, message in tally.failures
    ]
    if kind != "files":
        return failures
    width, height = tally.size or (None, None)
    own = {
        "source": file.name,
        "frames": tally.frames,
        "width": width,
        "height": height,
        "digits": tally.digits,
        "numbers": tally.numbers,
        "text": " ".join(tally.texts),
    }
    # A row a file, whatever happened to it.
    return [own | (failures[0] if failures else {})]


def _full(cells: Any) -> Row:
    """A CSV row by name, without its empty cells; ``fits`` is a truth value there, not a word."""
    row = {name: value for name, value in cells if value != ""}
    return row | ({"fits": False} if "fits" in row else {})


def cells(row: Row, columns: Sequence[str]) -> list[Any]:
    """The values of a row in the order of `columns`."""
    return [row.get(name) for name in columns]
