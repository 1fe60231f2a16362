"""Files of feedback, which anybody may have sent: ``camrec data feedback FILE --out FOLDER``."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

from fuzzing import fuzz, instrumented, mutated_json, refusing, scratch

with instrumented():
    import numpy as np

    from camrec.web.crops import crop_png
    from camrec.web.feedback import APPLICATION, Feedback, Said
    from camrec.web.folders import write_folders

PNG = "png"  # stands for a crop in lists of rows
COLUMNS = "id, time, model, read, label, scores, crop"
ROW = [1, "2024-05-06T07:08:09Z", "digits", "4", "9", '{"4": 0.9, "9": 0.1}', PNG]
PAGE = 512  # bytes, SQLite's smallest: a file of few pages is soon through


@cache
def png() -> bytes:
    """What the network saw of a stroke."""
    crop = np.zeros((28, 28), np.float32)
    crop[6:22, 13:16] = 1
    return crop_png(crop)


def one(data: bytes) -> None:
    """A database is refused in a sentence, or becomes folders; lists are rows of one whose columns have no types."""
    with scratch() as folder:
        path, out = folder / "said.db", folder / "deep" / "out"
        if data.startswith(b"["):
            if not write_rows(path, data):
                return
        else:
            path.write_bytes(data)
        with refusing():
            counts = write_folders(Feedback(path, create=False), out)
            assert sum(counts.values()) >= len(list(out.glob("*/said-*.png"))) > 0
        assert {item.name for item in folder.iterdir()} <= {"said.db", "deep"}
        assert not out.exists() or {item.name for item in out.iterdir()} <= {*"0123456789abcdefghijklmnopqrstuvwxyz", "none"}  # fmt: skip


@cache
def untyped() -> bytes:
    """A database with no rows, whose columns have no types."""
    with scratch() as folder:
        path = folder / "said.db"
        with closing(sqlite3.connect(path)) as file, file:
            file.execute(f"PRAGMA page_size = {PAGE}")
            file.execute(f"PRAGMA application_id = {APPLICATION}")
            file.execute(f"CREATE TABLE feedback ({COLUMNS})")
        return path.read_bytes()


def write_rows(path: Path, data: bytes) -> bool:
    """Make a database; False where SQLite itself takes no such values."""
    try:
        rows = [[_cell(value) for value in row] for row in json.loads(data)]
        path.write_bytes(untyped())
        with closing(sqlite3.connect(path)) as file, file:
            file.execute("PRAGMA journal_mode = MEMORY")  # nothing is waited for
            file.executemany("INSERT INTO feedback VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
    except (ValueError, TypeError, OverflowError, RecursionError, sqlite3.Error):
        return False
    return True


def _cell(value: Any) -> Any:
    return png() if value == PNG else value


def seeds() -> Iterator[bytes]:
    """Rows, and a file as the page keeps it."""
    yield json.dumps([ROW]).encode()
    yield json.dumps([ROW, [2, *ROW[1:4], "none", *ROW[5:]]]).encode()
    with scratch() as folder:
        path = folder / "said.db"
        with closing(sqlite3.connect(path)) as file, file:
            file.execute(f"PRAGMA page_size = {PAGE}")
            file.execute("VACUUM")
        Feedback(path).add(Said("digits", "4", "9", {"4": 0.9, "9": 0.1}, png()))
        yield path.read_bytes()


def main() -> None:
    """Fuzz."""
    fuzz(__file__, one, seeds(), mutated_json)


if __name__ == "__main__":
    main()
