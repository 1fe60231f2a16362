"""Dask's workers, and work for them: results as they come, bounded look-ahead, and files that kill a worker found out.

A worker that dies takes down with it what it had been given: mostly innocent files. They are read again when nothing else
is being read, one by one, so that a worker that dies then tells which one it was.
"""

from __future__ import annotations

import logging
import queue
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from typing import Any, Generic, TypeVar
from uuid import uuid4

import dask
from dask.system import CPU_COUNT
from distributed import Client, Future, KilledWorker, LocalCluster
from distributed.comm.core import CommClosedError

from camrec.batch.files import Chunk, File
from camrec.batch.job import Job
from camrec.errors import CamrecError, SourceError, one_line

log = logging.getLogger(__name__)

Result = TypeVar("Result")
Stop = Callable[[], bool]

A_WORKER = 2  # chunks: one is read while the next is on its way
_POLL_S = 0.1  # between questions whether to stop
_COUNT_S = 5.0  # between counts of workers, which come and go
_CONNECT_S = 10.0
_PATIENCE_S = 60.0  # for the first worker of a cluster
_LOST_S = 300.0  # without any worker, until the run is given up
_ROUNDS = 3  # that a chunk gets whose files are innocent when they are read alone

_LOCAL = {
    # The first death is enough to suspect a chunk; the second, alone, is proof.
    "distributed.scheduler.allowed-failures": 0,
    # Within it a worker that died must be back, or is given up, even while it starts: on a busy machine, after 15 s, all were.
    "distributed.deploy.lost-worker-timeout": "1 day",
    # Of its last thousand tasks the scheduler, which is a part of this process, keeps every file's name.
    "distributed.admin.low-level-log-length": 50,
    # Dask has workers give back memory at once, which costs a picture half as much again. This is as far as glibc would go.
    "distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_": 32 << 20,
    "distributed.nanny.pre-spawn-environ.MALLOC_MMAP_THRESHOLD_": 32 << 20,
}

KILLED = "ended the worker that read it, twice; it may be damaged in a way that crashes its decoder or holds it up without end, or too large for the memory of a worker"


def open_client(
    workers: int | None = None, scheduler: str | None = None
) -> AbstractContextManager[Client]:
    """The client of a cluster that runs somewhere, or of one of this machine alone, a worker a core by default.

    Raises
    ------
    SourceError
        If no scheduler answers, or no worker comes.
    """
    if scheduler is not None:
        return remote_client(scheduler)
    return local_client(workers or CPU_COUNT)


@contextmanager
def local_client(workers: int) -> Iterator[Client]:
    """A cluster of this machine alone: `workers` processes of one thread each; ended ones are replaced."""
    with (
        dask.config.set(_LOCAL),
        _local_cluster(workers) as cluster,
        Client(cluster) as client,
    ):
        yield client


def _local_cluster(workers: int) -> LocalCluster:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of slow disks, which is nobody's concern here
        return LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            dashboard_address="127.0.0.1:0",
            silence_logs=logging.CRITICAL,
        )


@contextmanager
def remote_client(scheduler: str) -> Iterator[Client]:
    """A connection to a scheduler that runs somewhere.

    Raises
    ------
    SourceError
        If none answers, or no worker comes.
    """
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    with ExitStack() as stack:
        try:
            client = stack.enter_context(Client(scheduler, timeout=_CONNECT_S))
        except (OSError, ValueError, TimeoutError) as error:
            raise SourceError(
                f"no scheduler answers at {scheduler} ({error}); start one with `dask scheduler`"
            ) from error
        try:
            client.wait_for_workers(1, timeout=_PATIENCE_S)
        except TimeoutError as error:
            raise SourceError(
                f"the scheduler at {scheduler} has no worker; start some with `dask worker {scheduler}`"
            ) from error
        yield client


class Crew(Generic[Result]):
    """Hands chunks to workers.

    Parameters
    ----------
    client : distributed.Client
    work : callable
        What a worker does with a job and a chunk.
    job : Job
    stop : callable
        Asked again and again; results end when it says True.
    """

    def __init__(
        self,
        client: Client,
        work: Callable[[Job, Chunk], Result],
        job: Job,
        stop: Stop = lambda: False,
    ) -> None:
        self._client = client
        self._work = work
        self._job = job
        self._stop = stop
        self._name = f"camrec-{uuid4().hex[:8]}"
        self._ready: queue.SimpleQueue[Future[Result]] = queue.SimpleQueue()
        self._flying: dict[Any, tuple[Future[Result], Chunk]] = {}
        self._suspects: list[Chunk] = []
        self._submitted = 0
        self._counted = (float("-inf"), 1)
        self._manned = time.monotonic()  # when there was a worker, last

    def results(self, chunks: Iterable[Chunk | None]) -> Iterator[tuple[Chunk, Result]]:
        """The result of every chunk, as they come.

        Parameters
        ----------
        chunks : iterable of Chunk or None
            Taken when there is somebody to read them; None where there is no next one yet.

        Raises
        ------
        CamrecError
            What the work raised, or that the cluster was lost.
        """
        coming = iter(chunks)
        with _told(), self._cancelling():
            more = True
            while not self._stop() and (more or self._flying or self._suspects):
                more = more and self._submit_from(coming)
                if self._suspects and not self._flying:
                    yield from self._cleared(self._suspects.pop())
                    continue
                done = self._next()
                if done is not None:
                    yield done

    @property
    def threads(self) -> int:
        """How many chunks are read at once; workers come and go."""
        since, threads = self._counted
        if time.monotonic() - since > _COUNT_S:
            threads = max(1, self._count())
            self._counted = time.monotonic(), threads
        return threads

    def _count(self) -> int:
        threads: int = sum(self._client.nthreads().values())
        if threads:
            self._manned = time.monotonic()
        elif time.monotonic() - self._manned > _LOST_S:
            raise SourceError(
                f"there has been no worker for {_LOST_S:.0f} s; start some, and go on with --resume"
            )
        return threads

    def _submit_from(self, chunks: Iterator[Chunk | None]) -> bool:
        """Hand out what there is to hand out; returns whether there may be more."""
        while len(self._flying) < A_WORKER * self.threads:
            try:
                chunk = next(chunks)
            except StopIteration:
                return False
            if chunk is None:
                return True
            self._submit(chunk)
        return True

    def _submit(self, chunk: Chunk) -> None:
        self._submitted += 1
        future = self._client.submit(
            self._work,
            self._job,
            chunk,
            key=f"{self._name}-{self._submitted}",
            pure=False,
        )
        self._flying[future.key] = future, chunk
        future.add_done_callback(self._ready.put)

    def _next(self) -> tuple[Chunk, Result] | None:
        """A result, if one comes in a moment; chunks whose worker died are suspects."""
        try:
            future = self._ready.get(timeout=_POLL_S)
        except queue.Empty:
            return None
        _, chunk = self._flying.pop(future.key)
        try:
            return chunk, future.result()
        except KilledWorker:
            log.info("a worker died of chunk %d or beside it", chunk.number)
            self._suspects.append(chunk)
            return None

    def _cleared(self, chunk: Chunk) -> Iterator[tuple[Chunk, Result]]:
        """The result of a suspect without the files that are proven to kill; the innocent ones are read again."""
        for _ in range(_ROUNDS):
            files = tuple(self._judged(file) for file in chunk.files)
            result = self._alone(replace(chunk, files=files))
            if self._stop():
                return
            if result is not None:
                yield chunk, result
                return
        raise SourceError(
            f"{chunk.files[0].name} and the {len(chunk.files) - 1} files after it end every worker, though none does so alone; give workers more memory, or use a smaller --in-one-go"
        )

    def _judged(self, file: File) -> File:
        if file.problem or self._stop():
            return file
        if self._alone(Chunk(-1, (file,))) is None and not self._stop():
            return replace(file, problem=f"{file.name} {KILLED}")
        return file

    def _alone(self, chunk: Chunk) -> Result | None:
        """What the work makes of a chunk while no other is read; None where the worker died, or somebody asked to stop."""
        self._submit(chunk)
        while self._flying and not self._stop() and self.threads:
            done = self._next()
            if done is not None:
                return done[1]
        self._suspects = [other for other in self._suspects if other is not chunk]
        return None

    @contextmanager
    def _cancelling(self) -> Iterator[None]:
        """Whatever ends the run, workers do not go on with what nobody waits for."""
        try:
            yield
        finally:
            if self._flying:
                futures: list[Any] = [future for future, _ in self._flying.values()]
                self._client.cancel(futures)


@contextmanager
def _told() -> Iterator[None]:
    """What becomes of a cluster, as a sentence."""
    try:
        yield
    except CamrecError:
        raise
    except ImportError as error:  # a worker cannot load the work
        raise SourceError(
            f"a worker cannot load camrec ({error}); install the same camrec[batch] on all machines"
        ) from error
    except (OSError, CommClosedError, TimeoutError, CancelledError) as error:
        raise SourceError(
            f"the scheduler is lost ({one_line(error)}); start it again, and go on with --resume"
        ) from error
