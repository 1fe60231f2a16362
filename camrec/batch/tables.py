"""Tables on disk: workers write parts as Parquet, and of all parts one table is made, in the format of its name."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from camrec.batch.damage import undamaged
from camrec.batch.rows import COLUMNS, Row, cells, type_of
from camrec.stream.records import csv_cell

_WAITING = 20_000  # rows that a worker holds before it packs them, some 20 MB
_GROUP = 2**14  # rows of a row group of the table, which take some 20 MB to write

_PACKED = {"compression": "zstd"}


def schema_of(kind: str) -> pa.Schema:
    """Columns and types of a kind of rows."""
    return pa.schema(
        [(name, pa.type_for_alias(type_of(name))) for name in COLUMNS[kind]]
    )


class PartWriter:
    """Packs rows into a Parquet file in memory, as they come.

    Parameters
    ----------
    kind : str
        Of rows.
    model : str
        What their column ``model`` says.
    """

    def __init__(self, kind: str, model: str) -> None:
        self._schema = schema_of(kind)
        self._model = model
        self._rows: list[Row] = []
        self._data = io.BytesIO()
        self._file = pq.ParquetWriter(self._data, self._schema, **_PACKED)

    def add(self, rows: Iterable[Row]) -> None:
        """Take rows."""
        self._rows += rows
        if len(self._rows) >= _WAITING:
            self._pack()

    def finish(self) -> bytes:
        """The whole file."""
        self._pack()
        self._file.close()
        return self._data.getvalue()

    def _pack(self) -> None:
        names = self._schema.names
        table = [cells(row | {"model": self._model}, names) for row in self._rows]
        self._rows = []
        columns = [
            pa.array([_sound(cell) for cell in column], item.type)
            for column, item in zip(zip(*table), self._schema)
        ]
        if columns:
            self._file.write_batch(pa.record_batch(columns, schema=self._schema))


def _sound(cell: Any) -> Any:
    """Names on disk need not be valid Unicode, but Parquet's texts are; what is not is told as ``\\udce9``."""
    if isinstance(cell, str) and not cell.isascii():
        return cell.encode("utf-8", "backslashreplace").decode("utf-8")
    return cell


def _batches(parts: Iterable[Path], schema: pa.Schema) -> Iterator[pa.Table]:
    """All rows of the parts, in pieces of one size, which depends on nothing but the rows."""
    waiting = schema.empty_table()
    for part in parts:
        with undamaged(part, pa.ArrowException, OSError), pq.ParquetFile(part) as file:  # fmt: skip
            # Threads would each keep memory of their own, for parts that are read in a moment.
            for batch in file.iter_batches(_GROUP, use_threads=False):
                waiting = pa.concat_tables([waiting, pa.Table.from_batches([batch])])
                while len(waiting) >= _GROUP:
                    yield waiting.slice(0, _GROUP).combine_chunks()
                    waiting = waiting.slice(_GROUP)
    if len(waiting):
        yield waiting.combine_chunks()


def _write_parquet(
    tables: Iterable[pa.Table], schema: pa.Schema, out: IO[bytes]
) -> None:
    with pq.ParquetWriter(out, schema, **_PACKED) as file:
        for table in tables:
            file.write_table(table, row_group_size=_GROUP)


def _write_csv(tables: Iterable[pa.Table], schema: pa.Schema, out: IO[bytes]) -> None:
    with _text(out) as text:
        rows = csv.writer(text, lineterminator="\n")
        rows.writerow(schema.names)
        for table in tables:
            rows.writerows(zip(*(map(_csv_cell, c.to_pylist()) for c in table.columns)))


def _csv_cell(cell: Any) -> Any:
    return "false" if cell is False else csv_cell(cell)


def _write_json_lines(
    tables: Iterable[pa.Table], schema: pa.Schema, out: IO[bytes]
) -> None:
    with _text(out) as text:
        for table in tables:
            for row in table.to_pylist():
                told = {name: cell for name, cell in row.items() if cell is not None}
                text.write(json.dumps(told) + "\n")


@contextmanager
def _text(out: IO[bytes]) -> Iterator[io.TextIOWrapper]:
    text = io.TextIOWrapper(out, encoding="utf-8", newline="")
    yield text
    text.detach()  # which writes what is left, and leaves `out` open


FORMATS: dict[str, Callable[[Iterable[pa.Table], pa.Schema, IO[bytes]], None]] = {
    ".parquet": _write_parquet,
    ".csv": _write_csv,
    ".jsonl": _write_json_lines,
}
"""Endings of tables, and what writes each."""


def write_table(parts: Iterable[Path], kind: str, suffix: str, out: IO[bytes]) -> None:
    """Make one table of parts, in their order.

    Parameters
    ----------
    parts : iterable of Path
        As :class:`PartWriter` makes them.
    kind : str
        Of rows.
    suffix : str
        One of :data:`FORMATS`.
    out : file
        Open for writing bytes.
    """
    schema = schema_of(kind)
    FORMATS[suffix](_batches(parts, schema), schema, out)
