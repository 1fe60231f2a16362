"""Records: the public form of what was read."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from fakes import digit, frame, scene

from camrec.elements import Box, Number, Scene
from camrec.stream.records import CSV_COLUMNS, csv_line, csv_rows, record_of


def test_a_record_says_what_was_read_and_where() -> None:
    record = record_of(scene("47", "2"))
    assert list(record) == [
        "source",
        "frame",
        "time",
        "width",
        "height",
        "digits",
        "numbers",
    ]
    assert record["source"] == "page.jpg"
    assert (record["width"], record["height"]) == (320, 240)
    assert record["digits"][0] == {
        "digit": "4",
        "confidence": 0.9,
        "box": [60, 40, 24, 40],
        "number": 0,
    }
    assert [n["text"] for n in record["numbers"]] == ["47", "2"]
    assert record["numbers"][0]["box"] == [60, 40, 56, 40]
    assert [d["number"] for d in record["digits"]] == [0, 0, 1]


def test_tracks_are_told_where_there_are_any() -> None:
    still, moving = record_of(scene("47")), record_of(scene("47", tracked=True))
    assert "track" not in still["digits"][0]
    assert [d["track"] for d in moving["digits"]] == [7, 8]


def test_time_and_frame_come_from_the_frame() -> None:
    record = record_of(scene("1", of=frame(index=12, time=12 / 30)))
    assert (record["frame"], record["time"]) == (12, 0.4)


def test_only_a_number_that_does_not_fit_says_so() -> None:
    seen = scene("47", "2")
    numbers = (replace(seen.numbers[0], fits=False), seen.numbers[1])
    marked = Scene(seen.frame, seen.digits, numbers)
    assert [n.get("fits") for n in record_of(marked)["numbers"]] == [False, None]
    at = CSV_COLUMNS.index("fits")
    assert [row[at] for row in csv_rows(marked)] == ["false", "false", ""]


def test_alike_digits_are_told_apart() -> None:
    twins = [digit("1", Box(10, 10, 8, 20)), digit("1", Box(10, 10, 8, 20))]
    numbers = tuple(Number("1", 0.9, d.box, (d,)) for d in reversed(twins))
    record = record_of(Scene(frame(), tuple(twins), numbers))
    assert [d["number"] for d in record["digits"]] == [1, 0]


def test_a_record_is_json_whatever_numpy_left_in_it() -> None:
    box = Box(*np.array([1, 2, 3, 4], np.int32))
    seen = digit("5", box, float(np.float32(0.5)))
    written = json.dumps(record_of(Scene(frame(), (seen,))))
    assert json.loads(written)["digits"][0]["box"] == [1, 2, 3, 4]


def test_csv_has_a_row_a_digit_with_the_same_values() -> None:
    rows = [
        dict(zip(CSV_COLUMNS, row, strict=True))
        for row in csv_rows(scene("47", tracked=True))
    ]
    assert [row["digit"] for row in rows] == ["4", "7"]
    assert [row["text"] for row in rows] == ["47", "47"]
    assert [rows[1][name] for name in "xywh"] == [92, 40, 24, 40]
    assert [row["track"] for row in rows] == [7, 8]
    assert csv_rows(scene()) == []


@pytest.mark.parametrize("name", ["=1+2.jpg", "+49.png", "-1.png", "@SUM(A1).jpg", "\t=1", "\r=1"])  # fmt: skip
def test_a_file_name_is_no_formula_of_a_spreadsheet(name: str) -> None:
    assert csv_line([name, -1, 0.5]) == [f"'{name}", -1, 0.5]


@pytest.mark.parametrize("name", ["page.jpg", "a=b.jpg", "-", "", "./=1.jpg", "'=1"])
def test_other_names_stay_as_they_are(name: str) -> None:
    assert csv_line([name]) == [name]
