"""Where a command writes what it was asked for: to a file, or to standard output, which is ``-``."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from camrec.errors import OutputError

if TYPE_CHECKING:
    from camrec.stream.sinks.outputs import OutputNames

STANDARD_OUTPUT = "-"


def check_apart(targets: Mapping[str, str | None]) -> None:
    """Refuse two options that would write to the same place, however it is spelled.

    Parameters
    ----------
    targets : mapping
        Option to path; None where it was not given.

    Raises
    ------
    click.UsageError
    """
    takers: dict[str, str] = {}
    for option, target in targets.items():
        if target is None:
            continue
        taker = takers.setdefault(_place(target), option)
        if taker != option:
            raise click.UsageError(f"{taker} and {option} cannot go to the same place")


def spare_inputs(names: OutputNames, *targets: str | None) -> None:
    """Refuse to write over what is read.

    Of a folder or a glob nobody knows yet what will be read: a picture that is there is taken for an input of it.

    Parameters
    ----------
    names : OutputNames
        Knows the inputs.
    *targets : str or None
        None where nothing is to be written.

    Raises
    ------
    OutputError
    """
    from camrec.stream.capture.pictures import is_input_picture

    for target in targets:
        if target is None or target == STANDARD_OUTPUT:
            continue
        if names.is_input(target):
            raise OutputError(
                f"{target} is an input and would be lost; name another file"
            )
        if is_input_picture(target) and os.path.isfile(target):
            raise OutputError(
                f"{target} is a picture and would be lost; name another file"
            )


def check_writable(*targets: str | None) -> None:
    """Tell of a file that cannot be written before minutes of work, and not after them.

    Parameters
    ----------
    *targets : str or None
        None where nothing is to be written.

    Raises
    ------
    OutputError
        If one cannot be written: no such folder, no permission.
    """
    from camrec.stream.sinks.outputs import WholeFile, write_error

    for target in targets:
        if target is None or target == STANDARD_OUTPUT:
            continue
        file = WholeFile(Path(target))
        try:
            if file.path.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
            if (
                file.part != file.path
            ):  # what is no file, as a pipe, is not opened twice
                file.part.touch()
        except OSError as error:
            raise write_error(file.path, error) from error
        file.discard()


def write_text(target: str, text: str) -> None:
    """Write a text to a file, whole or not at all, or to standard output.

    Raises
    ------
    OutputError
        If it cannot be written: no such folder, no permission, a full disk.
    """
    from camrec.stream.sinks.outputs import write_whole

    if target == STANDARD_OUTPUT:
        click.echo(text.encode(), nl=False)  # UTF-8, whatever the terminal speaks
    else:
        write_whole(Path(target), text.encode())


def _place(target: str) -> str:
    if target == STANDARD_OUTPUT:
        return target
    return os.path.normcase(os.path.abspath(target))
