"""Where the labelled pictures lie that are not part of this repository."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).parents[1]
SHARED = Path(os.environ.get("CAMREC_SHARED", ROOT.parent / "shared"))


def shared(name: str) -> Path:
    """A file or folder of the shared data; skips the test where it is absent."""
    import pytest  # the programs in bench/ want SHARED alone, without pytest

    path = SHARED / name
    if not path.exists():
        pytest.skip(f"{path} is absent: set CAMREC_SHARED to the folder that holds {name}")  # fmt: skip
    return path
