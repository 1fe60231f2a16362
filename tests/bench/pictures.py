"""Sets of labelled pictures to measure on: folders at hand, and what is rendered for the purpose."""

from __future__ import annotations

import json
from pathlib import Path

from imutils.paths import list_images
from rendered import (
    digits_at_hand,
    write_alone,
    write_notes,
    write_pages,
    write_scenes,
    write_views,
)
from shared import ROOT, SHARED

from camrec.errors import DataError

PAGES, ALONE, NOTES, SCENES = "MNIST pages", "MNIST alone", "MNIST notes", "scenes"
VIEWS = "negatives again"  # in other lights
LEARNED = "negatives"  # the odd pictures of this folder may be trained on (`--pictures "negatives[::2]"`)


def picture_sets(
    scratch: Path,
    only: str | None = None,
    most: int | None = None,
    fonts: str | None = None,
) -> dict[str, Path]:
    """Folders that hold ``labels.json``, by the name of the set.

    Parameters
    ----------
    scratch : Path
        An empty folder, for what has to be written.
    only : str, optional
        Of these sets, the one of this name.
    most : int, optional
        Pictures rendered a set.
    fonts : str, optional
        Folder of handwriting fonts for the scenes.

    Raises
    ------
    DataError
        Where there is no set of that name.
    """
    labelled = [ROOT / "samples/labels.json", *sorted(SHARED.glob("data/*/labels.json"))]  # fmt: skip
    sets = {path.parent.name: path.parent for path in labelled}
    sets |= {name: scratch / name for name in (PAGES, ALONE, NOTES, SCENES)}
    learned = sets.get(LEARNED)
    if learned:
        sets[VIEWS] = scratch / VIEWS
    if only:
        if only not in sets:
            raise DataError(f"{only} is no set of pictures; name one of {', '.join(sets)}")  # fmt: skip
        sets = {name: folder for name, folder in sets.items() if name == only}
    digits = digits_at_hand(SHARED / "data/mnist")
    if PAGES in sets:
        write_pages(digits, sets[PAGES], most)
    if ALONE in sets:
        write_alone(digits, sets[ALONE], most)
    if NOTES in sets:
        write_notes(digits, sets[NOTES], most)
    if SCENES in sets:
        write_scenes(digits, sets[SCENES], fonts, most)
    if learned and VIEWS in sets:
        write_views(_measured(learned), sets[VIEWS])
    if LEARNED in sets:
        sets[LEARNED] = _unseen(sets[LEARNED], scratch / "unseen")
    return sets


def _measured(folder: Path) -> list[Path]:
    """Every second picture, from the second, in the order in which training counts them."""
    return [Path(path) for path in sorted(list_images(folder))[1::2]]


def _unseen(folder: Path, half: Path) -> Path:
    """A folder of labels for the pictures that no training has seen."""
    measured = {path.name for path in _measured(folder)}
    labels = json.loads((folder / "labels.json").read_text("utf-8"))
    told = [
        {**item, "file": str(folder.resolve() / item["file"])}
        for item in labels
        if item["file"] in measured
    ]
    half.mkdir()
    (half / "labels.json").write_text(json.dumps(told), "utf-8")
    return half
