"""Under what name rendered training data is kept: it is used again only where rendering anew would give the same."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from camrec.settings import ReadingSettings

_PACKAGE = Path(__file__).parents[1]
_MAKERS = (
    "reading/**/*.py",  # finds the crops and frames the strips
    "training/rendering/**/*.py",
    "training/**/recipe.py",
    "training/crops.py",
    "training/lines/strips.py",
    "training/data/*.py",
    "training/hands.py",
)


def key_of(*told: object) -> str:
    """A short digest of what rendered data depends on: `told`, by its ``repr``, how pictures are read, and the code that does it."""
    all_told = f"{_code()} {ReadingSettings()!r} {told!r}"
    return hashlib.sha256(all_told.encode()).hexdigest()[:12]


@cache
def _code() -> str:
    digest = hashlib.sha256()
    for pattern in _MAKERS:
        for path in sorted(_PACKAGE.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()
