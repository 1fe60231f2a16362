"""The shipped samples through the whole path: file, reader, record."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SAMPLES = Path(__file__).parent.parent / "samples"
LABELS = json.loads((SAMPLES / "labels.json").read_text(encoding="utf-8"))


def camrec(*args):
    """Records that a run of the command line prints."""
    command = [
        sys.executable,
        "-m",
        "camrec",
        *map(str, args),
        "--json",
        "-",
        "--no-save",
    ]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [json.loads(line) for line in out.splitlines()]


def holds(box, other):
    """Whether the centre of `other` lies in `box`; both are [x, y, w, h]."""
    x, y = other[0] + other[2] / 2, other[1] + other[3] / 2
    return box[0] <= x <= box[0] + box[2] and box[1] <= y <= box[1] + box[3]


def f1(labelled, read):
    """Digits read rightly and in the right place, against those there are and those reported."""
    right = sum(
        any(r["digit"] == t["digit"] and holds(t["box"], r["box"]) for r in read)
        for t in labelled
    )
    return 2 * right / max(1, len(labelled) + len(read))


@pytest.fixture(scope="module")
def stills():
    records = camrec("image", *(SAMPLES / item["file"] for item in LABELS))
    return {Path(record["source"]).name: record for record in records}


def test_every_still_has_a_record(stills):
    assert set(stills) == {item["file"] for item in LABELS}
    assert len(LABELS) >= 8


@pytest.mark.parametrize("item", LABELS, ids=lambda item: item["file"])
def test_most_digits_of_each_still_are_read(item, stills):
    assert f1(item["digits"], stills[item["file"]]["digits"]) >= 0.65


def test_nearly_all_digits_of_all_stills_are_read(stills):
    labelled = [d for item in LABELS for d in item["digits"]]
    scores = [
        f1(item["digits"], stills[item["file"]]["digits"]) * len(item["digits"])
        for item in LABELS
    ]
    assert sum(scores) / len(labelled) >= 0.85


def test_digits_of_a_number_stand_in_it(stills):
    for record in stills.values():
        for k, number in enumerate(record["numbers"]):
            assert number["text"] == "".join(
                d["digit"] for d in record["digits"] if d["number"] == k
            )


def test_the_clip_is_read_in_every_frame():
    truth = json.loads((SAMPLES / "clip.json").read_text(encoding="utf-8"))
    records = camrec("video", SAMPLES / truth["file"])
    assert [record["frame"] for record in records] == list(range(len(truth["frames"])))
    scores = [
        f1(frame, record["digits"])
        for frame, record in zip(truth["frames"], records, strict=True)
    ]
    assert sum(scores) / len(scores) >= 0.9
