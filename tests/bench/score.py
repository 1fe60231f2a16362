"""How well camrec reads, beside other readers, on every labelled set at hand: ``make score``.

Pictures and clips are read through the public command and counted by the programs in CAMREC_SHARED/score; the samples of
this repository are among them, and pictures rendered for the purpose. The same programs count what other readers find in
the same pictures, where those are installed (``make rivals``). Single characters go through the function behind
``camrec evaluate``.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # for what tests and benches share

from pictures import PAGES, SCENES, picture_sets
from rivals import PYTHON, Rival, installed_rivals
from scoring import Scored, score_camrec, score_rival
from shared import ROOT, SHARED

from camrec.cli.tables import show
from camrec.errors import CamrecError, DataError
from camrec.reading.classifier import Classifier
from camrec.training.data import LabelledSet
from camrec.training.evaluation.evaluate import evaluate, sets_at

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
BESIDE = {
    "photos": ("F1", "row exact", "row CER"),
    "pages": ("row found",),
    "cheques": ("number exact",),
    SCENES: ("F1", "number exact"),
    "negatives": ("false/image",),
    "text": ("false/image",),
    PAGES: ("F1",),
}
"""What counts on each set; the rest tells why."""
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
    """Print tables of pictures, of readers beside each other, of clips and of characters."""
    options = _options()
    if not (SHARED / "score").is_dir():
        sys.exit(f"{SHARED / 'score'} is absent: set CAMREC_SHARED to the folder that holds it")  # fmt: skip
    try:
        _pictures(options)
    except CamrecError as error:
        sys.exit(str(error))
    if options.only is None:
        _clips()
        _characters()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worst", type=int, default=0, metavar="N", help="name the N worst pictures of each set")  # fmt: skip
    parser.add_argument("--only", metavar="NAME", help="only this set of pictures")
    parser.add_argument("--limit", type=int, metavar="N", help="only the first N pictures of each set")  # fmt: skip
    parser.add_argument("--fonts", metavar="FOLDER", help="handwriting fonts for the rendered scenes")  # fmt: skip
    parser.add_argument("--alone", action="store_true", help="leave out other readers, which take most of the time")  # fmt: skip
    parser.add_argument("--rivals", type=Path, default=PYTHON, metavar="PYTHON", help="the Python that has the other readers")  # fmt: skip
    return parser.parse_args()


def _pictures(options: argparse.Namespace) -> None:
    """Tables of camrec's figures, and of those that count beside other readers'."""
    rivals = [] if options.alone else installed_rivals(options.rivals)
    with tempfile.TemporaryDirectory() as scratch:
        sets = picture_sets(Path(scratch), options.only, options.limit, options.fonts)
        limit = ["--limit", str(options.limit)] if options.limit else []
        scored = {
            name: _readers(name, folder, rivals, limit, options.worst)
            for name, folder in sets.items()
        }
    own = [
        [name, *(readers[0].figures.get(key) for key in PICTURES.values())]
        for name, readers in scored.items()
    ]
    show("Pictures", ["set", *PICTURES], own)
    for name, readers in scored.items():
        for remark in (remark for reader in readers for remark in reader.remarks):
            print(f"{name}: {remark}")
    if rivals:
        _beside(scored, rivals)


def _readers(
    name: str, folder: Path, rivals: list[Rival], limit: list[str], worst: int
) -> list[Scored]:
    """What camrec got on a set, and then each rival, where something counts there."""
    print(f"{name}: camrec", file=sys.stderr)
    command = "image --no-save --quiet"
    scored = [score_camrec("score.py", folder, command, [*limit, f"--worst={worst}"])]
    for rival in rivals if name in BESIDE else []:
        print(f"{name}: {rival.name}", file=sys.stderr)
        scored.append(score_rival(rival, folder, limit))
    return scored


def _beside(scored: dict[str, list[Scored]], rivals: list[Rival]) -> None:
    """Sets and what counts there down, readers across."""
    rows = [
        [f"{name}, {figure}", *(reader.figures.get(PICTURES[figure]) for reader in scored[name])]
        for name, counting in BESIDE.items()
        for figure in (*counting, "ms/image")
        if name in scored
    ]  # fmt: skip
    names = ["camrec", *(rival.name for rival in rivals)]
    show("Beside other readers", ["set, figure", *names], rows)
    print("camrec's ms/image hold its start-up, the others' do not; `make bench` times frames alone")  # fmt: skip


def _clips() -> None:
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for truth in _labelled_clips(Path(folder)):
            figures = score_camrec("steady.py", truth, "video --quiet").figures
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
