"""How well camrec reads, on every labelled folder at hand: ``make score``.

Pictures and clips are read through the public command and counted by the programs in CAMREC_SHARED/score; the samples of
this repository are among them. Single characters go through the function behind ``camrec evaluate``.
"""

from __future__ import annotations

import argparse
import json
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # for what tests and benches share

from shared import ROOT, SHARED
from tables import show

from camrec.errors import DataError
from camrec.reading.classifier import Classifier
from camrec.training.data import LabelledSet
from camrec.training.evaluation.evaluate import evaluate, sets_at

CAMREC = f"{shlex.quote(sys.executable)} -m camrec"
PICTURES = {
    "images": "images",
    "precision": "digit.precision",
    "recall": "digit.recall",
    "F1": "digit.f1",
    "number exact": "number.exact",
    "row exact": "row.exact",
    "row found": "row.found",
    "row CER": "row.cer",
    "false/image": "false.per_image",
    "ms/image": "ms_per_image",
}
CLIPS = {
    "frames": "frames",
    "precision": "digit.precision",
    "recall": "digit.recall",
    "F1": "digit.f1",
    "flicker/min": "flicker.per_minute",
    "id switches": "id.switches",
    "false/min": "false.per_minute",
    "frames/s": "fps",
}
CHARACTERS = (
    "mnist/t10k-images-idx3-ubyte.gz",
    "digits/usps-train-images-idx3-ubyte.gz",
    "digits/semeion-images-idx3-ubyte.gz[1::2]",  # the even rows may be trained on
    "letters/choice-letters-images-idx3-ubyte.gz",
    "letters/notmnist-images-idx3-ubyte.gz",
)


def main() -> None:
    """Print a table of pictures, one of clips and one of characters."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worst", type=int, default=0, metavar="N", help="name the N worst pictures of each folder")  # fmt: skip
    parser.add_argument("--only", metavar="NAME", help="only this folder of pictures")
    options = parser.parse_args()
    if not (SHARED / "score").is_dir():
        sys.exit(f"{SHARED / 'score'} is absent: set CAMREC_SHARED to the folder that holds it")  # fmt: skip
    _pictures(options.only, options.worst)
    if options.only is None:
        _clips()
        _characters()


def _pictures(only: str | None, worst: int) -> None:
    labels = [ROOT / "samples/labels.json", *sorted(SHARED.glob("data/*/labels.json"))]
    folders = [path.parent for path in labels if only in (None, path.parent.name)]
    rows, remarks = [], []
    for folder in folders:
        figures, rest = _scored(
            "score.py", folder, f"{CAMREC} image --no-save --quiet", f"--worst={worst}"
        )
        rows.append([folder.name, *(figures.get(key) for key in PICTURES.values())])
        remarks += [f"{folder.name}: {line.strip()}" for line in rest]
    show("Pictures", ["folder", *PICTURES], rows)
    print(*remarks, sep="\n", end="\n" if remarks else "")


def _clips() -> None:
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for truth in _labelled_clips(Path(folder)):
            figures, _ = _scored("steady.py", truth, f"{CAMREC} video --quiet")
            rows.append([truth.stem, *(figures.get(key) for key in CLIPS.values())])
    show("Clips", ["clip", *CLIPS], rows)


def _labelled_clips(scratch: Path) -> Iterator[Path]:
    """Files of truth: those there are, and one for each video that holds no digit."""
    yield ROOT / "samples/clip.json"
    yield from sorted(SHARED.glob("data/videos/*.json"))
    for video in sorted(SHARED.glob("data/videos/no-digits-*")):
        truth = scratch / f"{video.stem}.json"
        told = {"file": str(video.resolve()), "fps": 30, "none": True}
        truth.write_text(json.dumps(told))
        yield truth


def _scored(
    program: str, what: Path, command: str, *more: str
) -> tuple[dict[str, float], list[str]]:
    """Figures by name that a scoring program prints, and its other lines."""
    done = subprocess.run(
        [sys.executable, SHARED / "score" / program, what, "--command", command, *more],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    lines = done.stdout.splitlines()
    named = [line.split(": ") for line in lines if not line.startswith(" ")]
    figures = {name: round(float(value), 3) for name, value in named}
    return figures, [line for line in lines if line.startswith(" ")]


def _characters() -> None:
    classifier, rows = Classifier(), []
    for name in CHARACTERS:
        try:
            found = sets_at(str(SHARED / "data" / name))
        except DataError as error:
            print(error, file=sys.stderr)
            continue
        rows += [_character_row(classifier, characters) for characters in found]
    show("Characters", ["set", "images", "accuracy", "kept", "letters rejected"], rows)


def _character_row(
    classifier: Classifier, characters: LabelledSet
) -> list[str | float | None]:
    figures = evaluate(classifier, characters)
    columns = ("name", "images", "accuracy", "kept", "others_rejected")
    return [figures[column] for column in columns]


if __name__ == "__main__":
    main()
