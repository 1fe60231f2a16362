"""Feedback as folders of pictures, which training takes."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from camrec.errors import DataError
from camrec.stream.sinks.outputs import make_folder, write_whole
from camrec.web.feedback import Feedback

_LABEL = re.compile("[0-9a-z]|none")  # of every model; and nothing that leads out of the folder  # fmt: skip


def write_folders(feedback: Feedback, folder: Path) -> Counter[str]:
    """Write each crop as ``<label>/<stem of the file>-<id>.png``; those of an earlier call are replaced.

    Parameters
    ----------
    feedback : Feedback
    folder : Path
        Made where it is missing.

    Returns
    -------
    Counter
        How many of each label.

    Raises
    ------
    DataError
        Where nothing is in the file.
    OutputError
        Where they cannot be written.
    """
    counts: Counter[str] = Counter()
    for said in feedback.entries():
        if _LABEL.fullmatch(said.label):
            home = folder / said.label
            make_folder(home)
            write_whole(home / f"{feedback.path.stem}-{said.id:06}.png", said.crop)
            counts[said.label] += 1
    if not counts:
        raise DataError(f"{feedback.path}: nobody has said anything yet; correct some digits in the page first")  # fmt: skip
    return counts
