"""What people said of digits, kept in an SQLite file."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from camrec.errors import DataError, one_line

APPLICATION = 0x63616D72  # "camr": SQLite's mark of whose file it is
MOST = 100_000  # entries, some 200 MB: a stranger cannot fill the disk
_PAGE = 500  # entries in memory at a time

_TABLE = """
CREATE TABLE IF NOT EXISTS feedback (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    time TEXT NOT NULL,     -- UTC, ISO 8601
    model TEXT NOT NULL,
    read TEXT NOT NULL,     -- the class that was read
    label TEXT NOT NULL,    -- what it is, as the person said
    scores TEXT NOT NULL,   -- JSON: class to probability
    crop BLOB NOT NULL      -- PNG, 28 x 28, pen white
)"""
_NAME_IT = "name the file that `camrec serve --feedback` wrote"
_COLUMNS = "id, time, model, read, label, scores, crop"


@dataclass(frozen=True, slots=True)
class Said:
    """What one person said of one digit.

    Parameters
    ----------
    model : str
        That read it.
    read, label : str
        The class that was read, and the right one.
    scores : dict of str to float
        Probability of every class.
    crop : bytes
        What the network saw: a PNG of 28x28, pen white.
    time : str
        UTC, ISO 8601; of what was kept.
    id : int
        Of what was kept.
    """

    model: str
    read: str
    label: str
    scores: dict[str, float]
    crop: bytes
    time: str = ""
    id: int = 0


class Feedback:
    """The file; any number of threads and programs may use it at the same time.

    Parameters
    ----------
    path : Path
        Made where it is missing, if `create`.
    create : bool

    Raises
    ------
    DataError
        Where it cannot be made or opened, or is another program's.
    """

    def __init__(self, path: Path, *, create: bool = True) -> None:
        self.path = path
        if not create and not path.is_file():
            raise DataError(f"{path}: no such file; {_NAME_IT}")
        with self._open() as file:
            _claim(file, path, create)

    def add(self, said: Said) -> int | None:
        """Keep an entry with the time of this moment.

        Returns
        -------
        int or None
            Its id; None where there are :data:`MOST` already.
        """
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        row = (now, said.model, said.read, said.label, json.dumps(said.scores), said.crop, MOST)  # fmt: skip
        with self._open() as file:
            done = file.execute(
                "INSERT INTO feedback (time, model, read, label, scores, crop) "
                "SELECT ?, ?, ?, ?, ?, ? WHERE (SELECT COUNT(*) FROM feedback) < ?",
                row,
            )
            return done.lastrowid if done.rowcount else None

    def entries(self) -> Iterator[Said]:
        """All that is kept, oldest first, a few in memory at a time."""
        first = self._page(0)  # where that fails, nothing has been told yet
        return self._entries(first)

    def delete(self, entry: int | None = None) -> int:
        """Delete one entry, or all of them; returns how many there were."""
        with self._open() as file:
            if entry is None:
                return file.execute("DELETE FROM feedback").rowcount
            return file.execute("DELETE FROM feedback WHERE id = ?", [entry]).rowcount

    def _entries(self, page: list[Said]) -> Iterator[Said]:
        while page:
            yield from page
            page = self._page(page[-1].id)

    def _page(self, after: int) -> list[Said]:
        with self._open() as file:
            rows = file.execute(
                f"SELECT {_COLUMNS} FROM feedback WHERE id > ? ORDER BY id LIMIT ?",
                [after, _PAGE],
            ).fetchall()
        try:
            return [_said(*row) for row in rows]
        except (ValueError, RecursionError) as error:
            raise DataError(
                f"{self.path}: an entry is not one that camrec kept ({error}); name another file"
            ) from error

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """A connection; what was done is committed, or nothing of it."""
        try:
            with closing(sqlite3.connect(self.path, timeout=10)) as file, file:
                file.execute("PRAGMA secure_delete = ON")  # deleted is gone
                yield file
        except (sqlite3.Error, UnicodeDecodeError, MemoryError) as error:
            raise DataError(
                f"{self.path}: cannot be used as a feedback database ({one_line(error) or 'it claims more memory than there is'}); name another file"
            ) from error


def _claim(file: sqlite3.Connection, path: Path, create: bool) -> None:
    """Make sure that the file is ours, or, if `create`, make it so; without, nothing is written."""
    (owner,) = file.execute("PRAGMA application_id").fetchone()
    (tables,) = file.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
    if owner != APPLICATION and tables:
        raise DataError(f"{path}: another program's database; name another file")
    if create:
        # Also where it is ours: that it cannot be written to is told at the start.
        file.execute(f"PRAGMA application_id = {APPLICATION}")
        file.execute(_TABLE)
    elif owner != APPLICATION:
        raise DataError(f"{path}: holds no feedback; {_NAME_IT}")
    _check_plain(file, path)


def _check_plain(file: sqlite3.Connection, path: Path) -> None:
    """Refuse what is computed while it is read: anybody may have made the file, and a view can go on without end."""
    # SQLite goes by the words of what is in it; the type beside them is only told.
    others = file.execute("SELECT COUNT(*) FROM sqlite_master WHERE sql NOT LIKE 'CREATE TABLE %'")  # fmt: skip
    hidden = any(column[-1] for column in file.execute("PRAGMA table_xinfo(feedback)"))
    if others.fetchone() != (0,) or hidden:
        raise DataError(f"{path}: holds no plain table of feedback; {_NAME_IT}")


def _said(
    number: Any, when: Any, model: Any, read: Any, label: Any, scores: Any, crop: Any
) -> Said:
    """An entry of its columns; a ValueError where one is not of its type, which SQLite does not ask for."""
    texts = when, model, read, label, scores
    if type(number) is not int or type(crop) is not bytes or {*map(type, texts)} != {str}:  # fmt: skip
        raise ValueError("a column is of another type")
    told = json.loads(scores)
    if not isinstance(told, dict) or not all(map(_is_share, told.values())):
        raise ValueError("its scores are no probabilities")
    return Said(model, read, label, told, crop, when, number)


def _is_share(value: object) -> bool:
    return isinstance(value, (int, float)) and 0 <= value <= 1
