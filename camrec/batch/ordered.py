"""Records in the order of their files, though workers finish in any order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from camrec.batch.crew import A_WORKER, Crew, open_client
from camrec.batch.files import Chunk, chunked
from camrec.batch.job import Job
from camrec.batch.listing import listed
from camrec.batch.work import Records, records
from camrec.errors import SourceError

_AHEAD = (
    2 * A_WORKER
)  # chunks a worker, read before their turn at the most: enough that a slow one holds nobody up


def ordered_records(
    job: Job,
    paths: Iterable[str],
    workers: int | None,
    scheduler: str | None,
    on_error: Callable[[SourceError], None] | None,
) -> Iterator[dict[str, Any]]:
    """See :func:`camrec.batch.many.read_many`."""
    with open_client(workers, scheduler) as client:
        crew = Crew(client, records, job)
        for part in _in_turn(crew, chunked(listed(paths), job.in_one_go)):
            for item in part:
                if not isinstance(item, SourceError):
                    yield item
                elif on_error is None:
                    raise item
                else:
                    on_error(item)


def _in_turn(crew: Crew[Records], chunks: Iterable[Chunk | None]) -> Iterator[Records]:
    """Results by the number of their chunk; none is begun that is too far ahead of the one that is waited for."""
    waiting: dict[int, Records] = {}
    turn = 0

    def near() -> Iterator[Chunk | None]:
        for chunk in chunks:
            while chunk is not None and chunk.number >= turn + _AHEAD * crew.threads:
                yield None
            yield chunk

    for chunk, result in crew.results(near()):
        waiting[chunk.number] = result
        while turn in waiting:
            yield waiting.pop(turn)
            turn += 1
