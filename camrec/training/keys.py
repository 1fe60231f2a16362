"""Under what name rendered training data is kept: it is used again only where rendering anew would give the same."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from camrec.settings import ReadingSettings, TrainingSettings
from camrec.training.data import sliced
from camrec.training.data.sets import IMAGES

if TYPE_CHECKING:
    from camrec.training.recipe import Sources

_PACKAGE = Path(__file__).parents[1]
_MAKERS = (
    "reading/**/*.py",  # finds the crops and frames the strips
    "training/rendering/**/*.py",
    "training/**/recipe.py",
    "training/crops.py",
    "training/lines/batches.py",  # what of a strip is kept
    "training/lines/strips.py",
    "training/data/*.py",
    "training/hands.py",
)


def key_of(sources: Sources, settings: TrainingSettings) -> str:
    """A short digest of what rendered data depends on: who writes, how much, how pictures are read, and the code that does it."""
    # Held back: the share of digits that must not be met on pages.
    told = sources.digits, settings.pages, settings.seed, settings.validation
    digest = hashlib.sha256(f"{_code()} {ReadingSettings()!r} {told!r}".encode())
    for path in _writers(sources):
        digest.update(f"{path.name} {path.stat().st_size} ".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _writers(sources: Sources) -> Iterator[Path]:
    """The files that digits and letters on pages come from; MNIST through keras is always the same."""
    for folder in filter(None, (sources.mnist, sources.fonts)):
        yield from sorted(filter(Path.is_file, Path(folder).iterdir()))
    for spec in sources.digits:
        path, _ = sliced(spec)
        yield from sorted(path.parent.glob(path.name.split(IMAGES)[0] + "*"))


@cache
def _code() -> str:
    digest = hashlib.sha256()
    for pattern in _MAKERS:
        for path in sorted(_PACKAGE.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()
