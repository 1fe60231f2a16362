"""A scene as data: the JSON object and the CSV rows that every face of camrec hands out.

The form is part of the public interface; a name is never changed, only added.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from camrec.elements import Digit, Number, Scene

CSV_COLUMNS = (
    "source",
    "frame",
    "time",
    "width",
    "height",
    "digit",
    "confidence",
    "x",
    "y",
    "w",
    "h",
    "number",
    "text",
    "track",
    "fits",
)

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def record_of(scene: Scene) -> dict[str, Any]:
    """The scene as one JSON-ready object.

    Parameters
    ----------
    scene : Scene

    Returns
    -------
    dict
        ``source``, ``frame``, ``time`` (seconds), ``width`` and ``height`` (pixels), ``digits`` and ``numbers``.
        A digit's ``number`` is an index into ``numbers``; it has a ``track`` only where it was followed in time. A number
        that was kept though it is not what was asked for has ``fits``, which is False.
    """
    frame = scene.frame
    return {
        "source": frame.source,
        "frame": frame.index,
        "time": round(frame.time, 4),
        "width": frame.width,
        "height": frame.height,
        "digits": _digit_records(scene),
        "numbers": [_number_record(number) for number in scene.numbers],
    }


def csv_rows(scene: Scene) -> list[list[Any]]:
    """One row a digit, in the order of :data:`CSV_COLUMNS`; ``text`` is the number the digit belongs to.

    ``fits`` is empty, or ``false`` for the digits of a number that is not what was asked for.
    """
    record = record_of(scene)
    shared = [record[name] for name in CSV_COLUMNS[:5]]
    return [
        [*shared, *_digit_cells(digit, record["numbers"])] for digit in record["digits"]
    ]


def csv_cell(cell: Any) -> Any:
    """A cell that no spreadsheet runs: before a text that begins like a formula, as a stranger's file name may, stands a ``'``.

    See OWASP, "CSV injection". A lone sign, as the name of standard input, is no formula.
    """
    if isinstance(cell, str) and len(cell) > 1 and cell.startswith(_FORMULA):
        return f"'{cell}"
    return cell


def csv_line(row: Iterable[Any]) -> list[Any]:
    """A row as it is written."""
    return [csv_cell(cell) for cell in row]


def _digit_records(scene: Scene) -> list[dict[str, Any]]:
    # Digits compare by identity (they hold arrays), so that is how they are found in their number and track.
    number_of = {
        id(digit): index
        for index, number in enumerate(scene.numbers)
        for digit in number.digits
    }
    track_of = {id(track.digit): track.id for track in scene.tracks}
    return [
        _digit_record(digit, number_of.get(id(digit)), track_of.get(id(digit)))
        for digit in scene.digits
    ]


def _digit_record(
    digit: Digit, number: int | None, track: int | None
) -> dict[str, Any]:
    record: dict[str, Any] = {
        "digit": digit.text,
        "confidence": round(float(digit.confidence), 4),
        "box": [int(value) for value in digit.box.as_list()],
        "number": number,
    }
    if track is not None:
        record["track"] = track
    return record


def _number_record(number: Number) -> dict[str, Any]:
    record: dict[str, Any] = {
        "text": number.text,
        "confidence": round(float(number.confidence), 4),
        "box": [int(value) for value in number.box.as_list()],
    }
    if not number.fits:
        record["fits"] = False
    return record


def _digit_cells(digit: dict[str, Any], numbers: list[dict[str, Any]]) -> list[Any]:
    index = digit["number"]
    number = {} if index is None else numbers[index]
    return [
        digit["digit"],
        digit["confidence"],
        *digit["box"],
        "" if index is None else index,
        number.get("text", ""),
        digit.get("track", ""),
        "" if number.get("fits", True) else "false",
    ]
