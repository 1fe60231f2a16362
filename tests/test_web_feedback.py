"""What people say of digits: kept, exported, deleted, and learned from."""

from __future__ import annotations

import base64
import re
import sqlite3
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from drawing import raster
from web import TestClient, client, page, png, problem, service

from camrec.cli import group
from camrec.errors import DataError
from camrec.reading.normalise import normalise
from camrec.training.data import CLASSES, labelled_folder
from camrec.web import feedback as keeping
from camrec.web.crops import crop_png
from camrec.web.feedback import Feedback, Said
from camrec.web.folders import write_folders


def crop_of(digit: str) -> np.ndarray:
    return normalise(raster(digit))


def said(read: str, label: str) -> Said:
    return Said("digits", read, label, {read: 0.9, label: 0.1}, crop_png(crop_of(read)))


@pytest.fixture
def kept(tmp_path: Path) -> Feedback:
    return Feedback(tmp_path / "said.db")


@pytest.fixture
def api(tmp_path: Path) -> TestClient:
    return client(service(feedback=tmp_path / "said.db"))


def given(api: TestClient, digit: str = "4", label: str = "9") -> dict[str, object]:
    """What the page sends after a click on the digit that was read."""
    record = api.post("/api/read?details=1", content=page(digit)).json()
    (found,) = record["digits"]
    return {
        "crop": found["crop"],
        "scores": found["scores"],
        "read": found["digit"],
        "label": label,
        "model": "digits",
    }


def test_what_was_kept_comes_back(kept: Feedback):
    first, second = kept.add(said("4", "9")), kept.add(said("7", "none"))
    (one, other) = kept.entries()
    assert [one.id, other.id] == [first, second]
    assert (one.read, one.label, one.model) == ("4", "9", "digits")
    assert one.scores == {"4": 0.9, "9": 0.1} and one.crop == said("4", "9").crop
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", one.time)


def test_it_is_kept_from_start_to_start(kept: Feedback):
    kept.add(said("4", "9"))
    assert len(list(Feedback(kept.path).entries())) == 1


def test_many_are_told_in_order_a_few_at_a_time(
    kept: Feedback, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(keeping, "_PAGE", 2)
    ids = [kept.add(said("4", "9")) for _ in range(5)]
    assert [entry.id for entry in kept.entries()] == ids


def test_ids_are_not_given_twice(kept: Feedback):
    first = kept.add(said("4", "9"))
    assert kept.delete(first) == 1 and kept.delete(first) == 0
    assert kept.add(said("4", "9")) != first


def test_what_is_deleted_is_gone_from_the_file(kept: Feedback):
    kept.add(Said("digits", "4", "9", {"secret-class": 1.0}, b"secret-crop"))
    assert b"secret" in kept.path.read_bytes()
    assert kept.delete() == 1
    assert b"secret" not in kept.path.read_bytes()


def test_a_stranger_cannot_fill_the_disk(
    kept: Feedback, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(keeping, "MOST", 2)
    assert [bool(kept.add(said("4", "9"))) for _ in range(3)] == [True, True, False]


def test_a_file_of_another_program_is_not_touched(tmp_path: Path):
    path = tmp_path / "notes.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE notes (text TEXT)")
    other.close()
    before = path.read_bytes()
    with pytest.raises(DataError, match="another program's database; name another"):
        Feedback(path)
    assert path.read_bytes() == before


def test_what_is_no_database_is_told_of(tmp_path: Path):
    (tmp_path / "page.jpg").write_bytes(b"no database at all" * 100)
    for path in (tmp_path / "page.jpg", tmp_path / "no/folder/said.db", tmp_path):
        with pytest.raises(DataError, match="cannot be used as a feedback database"):
            Feedback(path)


def test_who_only_reads_writes_nothing(kept: Feedback, tmp_path: Path):
    kept.add(said("4", "9"))
    before = kept.path.read_bytes()
    assert len(list(Feedback(kept.path, create=False).entries())) == 1
    assert kept.path.read_bytes() == before
    notes = tmp_path / "notes.txt"
    notes.touch()
    with pytest.raises(DataError, match="holds no feedback; name the file that"):
        Feedback(notes, create=False)
    assert notes.read_bytes() == b""


def test_a_file_that_is_lost_meanwhile_is_told_of_in_the_log_alone(
    api: TestClient, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    body = given(api)
    (tmp_path / "said.db").rename(tmp_path / "elsewhere.db")
    for answer in (api.post("/api/feedback", json=body), api.get("/api/feedback")):
        assert str(tmp_path) not in problem(answer, 500, "internal")
    (said_so, _) = [r.getMessage() for r in caplog.records if r.name == "camrec.web.problems"]  # fmt: skip
    assert f"{tmp_path / 'said.db'}: cannot be used as a feedback database" in said_so


def test_the_page_says_keeps_exports_and_deletes(api: TestClient):
    stored = api.get("/api/config").json()["feedback"]
    assert stored["enabled"] and "said.db" in stored["stored"]
    answer = api.post("/api/feedback", json=given(api))
    assert answer.status_code == 201
    entry = answer.json()["id"]
    (exported,) = api.get("/api/feedback").json()["entries"]
    assert exported["id"] == entry and exported["label"] == "9"
    assert exported["scores"]["4"] > 0.5
    assert api.delete(f"/api/feedback/{entry}").json() == {"deleted": 1}
    problem(api.delete(f"/api/feedback/{entry}"), 404, "not_found")
    api.post("/api/feedback", json=given(api))
    assert api.delete("/api/feedback").json() == {"deleted": 1}
    assert api.get("/api/feedback").json() == {"entries": []}


def test_it_is_off_unless_it_was_asked_for():
    api = client()
    assert api.get("/api/config").json()["feedback"]["enabled"] is False
    problem(api.get("/api/feedback"), 404, "feedback_off")
    problem(api.post("/api/feedback", json=given(api)), 404, "feedback_off")
    problem(api.delete("/api/feedback"), 404, "feedback_off")


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("label", "x", "bad_label"),
        ("label", "../../etc", "bad_label"),
        ("crop", "no base64", "bad_crop"),
        ("crop", base64.b64encode(b"no picture").decode(), "bad_crop"),
        ("crop", base64.b64encode(png(np.zeros((29, 28), np.uint8))).decode(), "bad_crop"),
        ("crop", "A" * 20_000, "bad_request"),
        ("scores", {"4": 2.0}, "bad_request"),
        ("more", 1, "bad_request"),
    ],
)  # fmt: skip
def test_nothing_else_is_kept(api: TestClient, field: str, value: object, code: str):
    body = {**given(api), field: value}
    problem(api.post("/api/feedback", json=body), 422, code)
    assert api.get("/api/feedback").json() == {"entries": []}


def test_what_hides_behind_a_picture_is_not_kept(api: TestClient, tmp_path: Path):
    body = given(api)
    crop = base64.b64decode(str(body["crop"])) + b"hidden"
    api.post("/api/feedback", json={**body, "crop": base64.b64encode(crop).decode()})
    assert b"hidden" not in (tmp_path / "said.db").read_bytes()


def camrec_data(*arguments: object):
    return CliRunner().invoke(group, ["data", "feedback", *map(str, arguments)])


def test_folders_hold_the_crops_that_the_network_saw(kept: Feedback, tmp_path: Path):
    for read, label in (("4", "9"), ("4", "4"), ("7", "none"), ("3", "3")):
        kept.add(said(read, label))
    done = camrec_data(kept.path, "--out", tmp_path / "own")
    assert done.exit_code == 0, done.output
    assert [line.split() for line in done.stdout.splitlines()] == [
        ["3", "1"],
        ["4", "1"],
        ["9", "1"],
        ["none", "1"],
    ]
    crops = labelled_folder(tmp_path / "own", CLASSES)
    assert [CLASSES[label] for label in crops.labels] == ["3", "4", "9", "none"]
    for image, read in zip(crops.images, "3447", strict=True):
        difference = np.abs(image.astype(int) - np.round(255 * crop_of(read)))
        assert difference.mean() < 6


def test_a_label_that_leads_out_of_the_folder_is_left_out(
    kept: Feedback, tmp_path: Path
):
    kept.add(said("4", "../out"))
    with pytest.raises(DataError, match="nobody has said anything"):
        write_folders(kept, tmp_path / "own")
    assert not (tmp_path / "out").exists()


def test_a_file_that_is_not_there_is_told_of_and_not_made(tmp_path: Path):
    done = camrec_data(tmp_path / "said.db", "--out", tmp_path / "own")
    assert done.exit_code == 1 and "camrec serve --feedback" in done.stderr
    assert list(tmp_path.iterdir()) == []
