"""The scoring programs of CAMREC_SHARED, and what each reader gets from them on each set."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rivals import Rival
from shared import ROOT, SHARED

CAMREC = f"{shlex.quote(sys.executable)} -m camrec"
# The slowest reader takes 3 s for each of 1,080 cheques on a busy machine.
PATIENCE = 10_800  # s

Figures = dict[str, float]


@dataclass
class Scored:
    """What a reader got on a set.

    Parameters
    ----------
    figures : dict
        By the scoring program's names; empty where the reader failed.
    remarks : list of str
        Worst pictures, or why it failed.
    """

    figures: Figures = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)


def score_camrec(
    program: str, what: Path, command: str, options: Sequence[str] = ()
) -> Scored:
    """Figures of ``camrec COMMAND``.

    Parameters
    ----------
    program : str
        ``score.py`` or ``steady.py``.
    what : Path
        A folder or a clip's file of truth.
    command : str
        Of camrec, with its options.
    options : sequence of str
        Of the program.
    """
    whole = [sys.executable, SHARED / "score" / program, what]
    return _scored([*whole, "--command", f"{CAMREC} {command}", *options])


def score_rival(rival: Rival, folder: Path, options: Sequence[str] = ()) -> Scored:
    """Figures of another reader on a folder of pictures; those it dies of are told, not raised."""
    program = [rival.python, SHARED / "score/score.py", folder]
    command = [*program, "--engine", rival.engine, *options]
    try:
        return _scored(command, stderr=subprocess.PIPE, timeout=PATIENCE)
    except subprocess.CalledProcessError as error:
        told = error.stderr.strip().splitlines()
        reason = told[-1] if told else f"exit status {error.returncode}"
    except subprocess.TimeoutExpired:
        reason = f"not done within {PATIENCE} s"
    return Scored(remarks=[f"{rival.name} failed: {reason}"])


def _scored(command: Sequence[object], **how: object) -> Scored:
    """Figures by name that a scoring program prints, and its other lines."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        **how,
    )
    lines = done.stdout.splitlines()
    named = [line.split(": ") for line in lines if not line.startswith(" ")]
    figures = {name: round(float(value), 3) for name, value in named}
    return Scored(figures, [line.strip() for line in lines if line.startswith(" ")])
