"""Sorting more names than should lie in memory."""

from __future__ import annotations

import heapq
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from itertools import islice
from typing import IO, Any

AT_ONCE = 5_000  # names; with their keys they take some 4 MB
FILES = 64  # that are open at once


def sorted_on_disk(
    names: Iterable[str],
    key: Callable[[str], Any],
    at_once: int = AT_ONCE,
    files: int = FILES,
) -> Iterator[str]:
    """`names` in the order of their keys, with at most `at_once` of them in memory and `files` open (external merge sort)."""
    names = iter(names)
    with ExitStack() as stack:
        runs: list[Iterator[str]] = []
        while run := sorted(islice(names, at_once), key=key):
            # What fits into memory never sees the disk.
            runs.append(iter(run) if len(run) < at_once else _spilled(run, stack))
            if len(runs) == files:
                with stack.pop_all():
                    runs = [_spilled(heapq.merge(*runs, key=key), stack)]
        yield from heapq.merge(*runs, key=key)


def _spilled(run: Iterable[str], stack: ExitStack) -> Iterator[str]:
    file = stack.enter_context(_temporary())
    file.writelines(json.dumps(name) + "\n" for name in run)
    file.seek(0)
    return _lines(file)


def _temporary() -> IO[str]:
    return tempfile.TemporaryFile("w+", encoding="utf-8")


def _lines(file: IO[str]) -> Iterator[str]:
    return (json.loads(line) for line in file)
