"""From what a user names to files, one after the other: folders of any size are never held in memory as a whole."""

from __future__ import annotations

import glob
import io
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace

import fsspec

from camrec.batch.archives import is_archive, members
from camrec.batch.files import MEDIA, File, named, store_error, suffix_of
from camrec.batch.sorting import sorted_on_disk
from camrec.errors import CamrecError, SourceError
from camrec.stream.capture.addresses import is_address, without_password
from camrec.stream.capture.pictures import STANDARD_INPUT, natural

_OWN_OUTPUT = ".camrec."


def check(paths: Iterable[str]) -> None:
    """Find the misspelt path before a long run begins, and not in its table.

    Raises
    ------
    SourceError
        If a path of this machine does not exist or matches nothing, or standard input is a terminal.
    """
    for path in paths:
        if path == STANDARD_INPUT:
            _check_standard_input()
        elif is_address(path):
            _file_system(path)
        elif not os.path.lexists(path) and not _matches(path):
            raise SourceError(
                f"{path or 'the empty name'} does not exist; check the path"
            )


def listed(paths: Iterable[str]) -> Iterator[File]:
    """All files that `paths` stand for, in their order; within a folder by name, page2 before page10.

    Parameters
    ----------
    paths : iterable of str
        Files, folders with all that lies in them, globs, zip and tar archives, fsspec addresses of any of these, or ``-``
        for a list of them on standard input, one a line. Taken one by one, when it is their turn.

    Yields
    ------
    File
        What cannot be listed is one with a `problem`.
    """
    for path in paths:
        try:
            if path == STANDARD_INPUT:
                yield from listed(_standard_input())
            elif is_archive(path) and not _is_glob(path):
                yield from _unpacked(path)
            elif suffix_of(path) in MEDIA and not _is_glob(path):
                yield named(path)  # no question to the network, to the disk hardly
            else:
                yield from _remote(path) if is_address(path) else _local(path)
        except CamrecError as error:
            yield File(without_password(path), problem=str(error))


def _is_glob(path: str) -> bool:
    """Whether a path stands for what it matches; a file of this machine may have any characters in its name."""
    if is_address(path):
        return "*" in path
    return glob.has_magic(path) and not os.path.lexists(path)


def _local(path: str) -> Iterator[File]:
    if os.path.isdir(path):
        yield from _walk(path)
    elif _is_glob(path):
        found = glob.iglob(path, recursive=True)
        yield from _chosen(sorted_on_disk(filter(os.path.isfile, found), _by_name))
    else:
        yield named(path)


def _walk(folder: str) -> Iterator[File]:
    """All pictures, videos and archives in and below a folder; links to folders are not followed, they may lead in circles."""
    try:
        # A folder's name ends in a separator until it is its turn.
        for name in sorted_on_disk(_entries(folder), _by_name):
            path = os.path.join(folder, name)
            yield from _walk(path[:-1]) if name.endswith(os.sep) else _chosen([path])
    except OSError as error:
        problem = f"{folder} cannot be listed ({error.strerror}); check the folder"
        yield File(folder, problem=problem)


def _entries(folder: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if not entry.name.startswith("."):
                folded = entry.is_dir(follow_symlinks=False)
                yield entry.name + os.sep if folded else entry.name


def _remote(address: str) -> Iterator[File]:
    files = _file_system(address)
    try:
        if _is_glob(address):
            root = files._strip_protocol(address)
            found = sorted(map(str, files.glob(root)), key=_by_name)
            yield from _chosen(map(files.unstrip_protocol, found))
        elif files.isdir(path := files._strip_protocol(address)):
            yield from _remote_walk(files, path)
        else:
            yield named(address)
    except CamrecError:
        raise
    except Exception as error:  # each kind of store has errors of its own
        raise store_error(address, "listed", error) from error


def _remote_walk(files: fsspec.AbstractFileSystem, folder: str) -> Iterator[File]:
    """As :func:`_walk`; the names of one folder do lie in memory, as fsspec gives them all at once."""
    entries = {entry["name"]: entry["type"] for entry in files.ls(folder, detail=True)}
    for path in sorted(entries, key=_by_name):
        if os.path.basename(path.rstrip("/")).startswith("."):
            continue
        if entries[path] == "directory":
            yield from _remote_walk(files, path)
        else:
            yield from _chosen([files.unstrip_protocol(path)])


def _chosen(paths: Iterable[str]) -> Iterator[File]:
    """Those files of a search that are meant as input."""
    for path in paths:
        name = os.path.basename(path)
        if _OWN_OUTPUT in name or name.startswith("."):
            continue
        if is_archive(path):
            yield from _unpacked(path)
        elif suffix_of(path) in MEDIA:
            yield named(path)


def _unpacked(address: str) -> Iterator[File]:
    try:
        for file in members(address):
            if os.path.basename(file.name).startswith("."):
                continue
            if suffix_of(file.name) in MEDIA:
                yield file
            elif is_archive(file.name):
                yield replace(file, problem=_nested(file.name))
    except SourceError as error:
        yield File(without_password(address), problem=str(error))


def _nested(name: str) -> str:
    return f"{name} is an archive within an archive, which stays closed; unpack the outer one"


def _file_system(address: str) -> fsspec.AbstractFileSystem:
    try:
        return fsspec.core.url_to_fs(address, use_listings_cache=False)[0]
    except ImportError as error:
        raise SourceError(
            f"{without_password(address)}: {str(error).rstrip('.')}"
        ) from error
    except Exception as error:  # each kind of store has errors of its own
        raise store_error(address, "opened", error) from error


def _standard_input() -> Iterator[str]:
    """Lines without their ends; empty ones are left out. Names on disk need not be valid text."""
    lines = sys.stdin
    # What was read from already does not take it any more, and has it.
    if isinstance(lines, io.TextIOWrapper) and lines.errors != "surrogateescape":
        lines.reconfigure(errors="surrogateescape")
    return filter(None, (line.rstrip("\r\n") for line in lines))


def _check_standard_input() -> None:
    if sys.stdin is None or sys.stdin.isatty():
        raise SourceError(
            "standard input is a terminal; pipe a list of files into it, one a line, or name a folder"
        )


def _matches(path: str) -> bool:
    return (
        glob.has_magic(path)
        and next(glob.iglob(path, recursive=True), None) is not None
    )


def _by_name(path: str) -> tuple[list[str | int], str]:
    return natural(path), path
