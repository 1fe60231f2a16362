"""What is wrong with a file that an earlier run left, on a disk that was not sound or by another's hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from camrec.errors import OutputError, one_line


@contextmanager
def undamaged(path: Path, *kinds: type[Exception]) -> Iterator[None]:
    """Tell errors of some kinds as a sentence: the file is damaged, and its folder of no more use.

    Raises
    ------
    OutputError
    """
    try:
        yield
    except kinds as error:
        raise OutputError(
            f"{path} is damaged ({one_line(error)}); remove {path.parent} and begin anew"
        ) from error
