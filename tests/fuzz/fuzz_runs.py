"""What a batch that was killed leaves, and goes on from: ``camrec batch --resume``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import NoReturn

from fuzzing import fuzz, instrumented, mutated_json, refusing, scratch

with instrumented():
    from camrec.batch.files import Chunk, File
    from camrec.batch.job import Job
    from camrec.batch.plan import END
    from camrec.batch.run import Batch, run_batch
    from camrec.batch.store import Done
    from camrec.batch.tables import PartWriter

JOB = Job("digits", "0" * 64, in_one_go=2, version="0")
CHUNKS = (
    Chunk(0, (File("a.png", "/scans/a.png"), File("b.png", "/scans/b.png"))),
    Chunk(1, (File("c.zip/d.png", "/scans/c.zip", "d.png"),)),
)
PART = PartWriter(JOB.rows, JOB.sha256).finish()


class Wanted(Exception):
    """There is something to read, and so workers would be started."""


def nobody() -> NoReturn:
    """Instead of workers."""
    raise Wanted


def one(data: bytes) -> None:
    """The run goes on, or is refused in a sentence.

    The bytes are the manifest, and after empty lines the list of files, and what the first part ends with.
    """
    manifest, files, end, *_ = *data.split(b"\n\n", 2), b"", b""
    parts = PART[: len(PART) - len(end)] + end[: len(PART)], PART
    with scratch() as folder:
        batch = Batch(("scans",), folder / "table.csv", JOB)
        batch.folder.mkdir()
        (batch.folder / "manifest.jsonl").write_bytes(manifest + b"\n")
        (batch.folder / "files.jsonl").write_bytes(files)
        for k, part in enumerate(parts):
            (batch.folder / f"part-{k:08}.parquet").write_bytes(part)
        with refusing(Wanted):
            totals = run_batch(batch, nobody, resume=True)
            assert totals.finished and batch.table.is_file()
            assert totals.files == totals.earlier


def seeds() -> Iterator[bytes]:
    """A run of which all is done, one of which half is, and one that had hardly begun."""
    identity = json.dumps(Batch(("scans",), Path("table.csv"), JOB).identity())
    done = [json.dumps(asdict(Done(c.number, c.digest, len(PART), len(c.files), 3, 2, 0))) for c in CHUNKS]  # fmt: skip
    files = "".join(file.line() for chunk in CHUNKS for file in chunk.files) + END
    for lines in ([identity, *done], [identity, done[0]], [identity]):
        yield ("\n".join(lines) + "\n\n" + files).encode()
    whole = "\n".join([identity, *done]) + "\n\n" + files
    yield whole.encode() + b"\n" + PART[-600:]


def main() -> None:
    """Fuzz."""
    fuzz(__file__, one, seeds(), mutated_json)


if __name__ == "__main__":
    main()
