"""POST /api/read: pictures in, records out; what is no picture is told of."""

from __future__ import annotations

import base64
import csv
import io
import json
from collections.abc import Iterator

import cv2
import numpy as np
import pytest
from drawing import sheet
from web import TestClient, client, numbers, page, png, problem, service

from camrec import Reader, environment
from camrec.resources import sample
from camrec.stream.overlay import draw
from camrec.stream.records import CSV_COLUMNS, record_of


@pytest.fixture
def api() -> TestClient:
    return client()


def test_the_record_is_the_one_of_the_command_line(api: TestClient):
    path = sample("white.jpg")
    expected = json.dumps(record_of(Reader().read(path)))
    sent = {"file": (str(path), path.read_bytes(), "image/jpeg")}
    assert api.post("/api/read", files=sent).text == expected


def test_a_raw_body_needs_no_type(api: TestClient):
    answer = api.post("/api/read", content=page("4712"))
    assert numbers(answer) == ["4712"]
    assert answer.json()["source"] == "-"  # as of standard input
    assert answer.headers["content-type"] == "application/json"
    assert "read;dur=" in answer.headers["server-timing"]


def test_an_optional_field_that_is_not_asked_for_is_not_there(api: TestClient):
    record = api.post("/api/read", content=page()).json()
    assert set(record["digits"][0]) == {"digit", "confidence", "box", "number"}
    assert set(record["numbers"][0]) == {"text", "confidence", "box"}


def test_min_confidence_leaves_out_what_is_less_sure(api: TestClient):
    assert numbers(api.post("/api/read?min_confidence=1", content=page())) == []


def test_numbers_have_to_fit(api: TestClient):
    for query, found in (
        ("digits=4", ["4712"]),
        ("digits=5-6", []),
        (r"pattern=\d{4}", ["4712"]),
        ("pattern=[A-Z]%2B", []),
        ("pattern=", ["4712"]),
    ):
        assert numbers(api.post(f"/api/read?{query}", content=page())) == found


def test_a_picture_on_its_side_is_read(api: TestClient):
    upright = cv2.imdecode(np.frombuffer(page("20368"), np.uint8), cv2.IMREAD_COLOR)
    turned = png(cv2.rotate(upright, cv2.ROTATE_90_COUNTERCLOCKWISE))
    assert numbers(api.post("/api/read?rotate=90", content=turned)) == ["20368"]


def test_csv_is_the_table_of_the_command_line(api: TestClient):
    answer = api.post("/api/read?format=csv", content=page("47"))
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert answer.headers["content-type"].startswith("text/csv")
    assert tuple(rows[0]) == CSV_COLUMNS and len(rows) == 3
    assert dict(zip(rows[0], rows[1]))["text"] == "47"


def test_png_is_the_picture_with_the_overlay_of_camrec(api: TestClient):
    sent = page()
    answer = api.post("/api/read?format=png", content=sent)
    image = cv2.imdecode(np.frombuffer(sent, np.uint8), cv2.IMREAD_COLOR)
    drawn = cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_COLOR)
    assert answer.headers["content-type"] == "image/png"
    assert np.array_equal(drawn, draw(Reader().read(image)))


def test_details_are_what_the_network_saw_and_every_score(api: TestClient):
    answer = api.post("/api/read?details=true", content=page("7"))
    (digit,) = answer.json()["digits"]
    crop = np.frombuffer(base64.b64decode(digit["crop"]), np.uint8)
    crop = cv2.imdecode(crop, cv2.IMREAD_UNCHANGED)
    assert crop.shape == (28, 28) and crop[0].max() < 30 and crop.max() > 200
    assert list(digit["scores"]) == [*"0123456789", "none"]
    assert max(digit["scores"], key=digit["scores"].get) == "7"
    assert sum(digit["scores"].values()) == pytest.approx(1, abs=1e-3)


def test_frames_of_one_page_are_followed_and_those_of_others_are_not(api: TestClient):
    sent = page("4712")
    first, again, other = (
        api.post(f"/api/read?track={name}&min_confidence=0.4", content=sent).json()
        for name in ("page-one", "page-one", "page-two")
    )
    assert [first["frame"], again["frame"], other["frame"]] == [0, 1, 0]
    assert again["time"] > first["time"] >= 0
    assert [d["track"] for d in again["digits"]] == [0, 1, 2, 3]
    assert [d["track"] for d in other["digits"]] == [0, 1, 2, 3]


def test_a_frame_of_any_shape_is_read(api: TestClient):
    for size in ((1, 600), (600, 1), (3, 5000)):
        thin = png(np.full(size, 255, np.uint8))
        assert numbers(api.post("/api/read?track=thin-page", content=thin)) == []


def test_the_threshold_of_a_page_acts_at_once(api: TestClient):
    def read(query: str) -> list[str]:
        return numbers(api.post(f"/api/read?track=threshold&{query}", content=page()))

    found = [read(f"min_confidence={p}") for p in (0.5, 1, 0.5)]
    assert found == [["4712"], [], ["4712"]]


def test_a_pattern_of_a_page_acts_at_once(api: TestClient):
    def read(query: str) -> list[str]:
        return numbers(api.post(f"/api/read?track=patterns&{query}", content=page()))

    assert [read(""), read("digits=3"), read("digits=4")] == [["4712"], [], ["4712"]]


@pytest.mark.parametrize(
    ("content", "status", "code", "words"),
    [
        (b"", 400, "empty", "no picture"),
        (b"hello", 422, "bad_picture", "holds text; give a picture"),
        (page()[:300], 422, "bad_picture", "damaged"),
        (b"%PDF-1.7 \x00", 422, "bad_picture", "PDF"),
        (bytes(1000), 422, "bad_picture", "neither a picture"),
    ],
)
def test_what_is_no_picture_is_told_of(
    api: TestClient, content: bytes, status: int, code: str, words: str
):
    assert words in problem(api.post("/api/read", content=content), status, code)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("min_confidence=2", "bad_request"),
        ("min_confidence=nan", "bad_request"),
        ("rotate=45", "bad_request"),
        ("track=../../etc", "bad_request"),
        ("format=exe", "bad_request"),
        ("digits=0", "bad_request"),
        ("digits=6-4", "bad_pattern"),
        ("pattern=(", "bad_pattern"),
        ("pattern=(\\d%2B)*x", "bad_pattern"),
        (f"pattern={'1' * 101}", "bad_request"),
    ],
)
def test_a_wrong_query_is_told_of(api: TestClient, query: str, code: str):
    problem(api.post(f"/api/read?{query}", content=page()), 422, code)


def test_a_form_without_a_file_is_told_of(api: TestClient):
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    bare = {"Content-Type": "multipart/form-data"}
    field = b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\n1\r\n--x--\r\n'
    for headers, content in ((kind, field), (kind, b"rubbish"), (bare, field)):
        answer = api.post("/api/read", content=content, headers=headers)
        problem(answer, 400, "bad_form")


def test_a_form_may_hold_other_fields(api: TestClient):
    sent = {"file": ("../../etc/passwd", page("305"), "image/png")}
    answer = api.post("/api/read", files=sent, data={"note": "x"})
    assert numbers(answer) == ["305"] and answer.json()["source"] == "../../etc/passwd"


@pytest.mark.parametrize("charset", ["undefined", "unicode_escape", "punycode", '"punycode"'])  # fmt: skip
def test_a_form_is_utf_8_whatever_it_says(api: TestClient, charset: str):
    kind = {"Content-Type": f"multipart/form-data; Charset={charset}; boundary=x"}
    field = b'--x\r\nContent-Disposition: form-data; name="note"\r\n\r\n' + b"a" * 900_000  # fmt: skip
    file = b'\r\n--x\r\nContent-Disposition: form-data; name="file"; filename="\\ud800\xc3\xa4.png"\r\n\r\n'
    content = field + file + page("305") + b"\r\n--x--\r\n"
    answer = api.post("/api/read?format=csv", content=content, headers=kind)
    assert answer.status_code == 200 and "\\ud800ä.png" in answer.text


def test_too_large_a_file_is_refused_before_it_has_come():
    with client(service(max_upload=0.1)) as api:
        words = problem(api.post("/api/read", content=bytes(200_000)), 413, "too_large")
        assert "0.1 MB" in words and "--max-upload" in words


def test_what_claims_no_size_is_counted_while_it_comes():
    taken = 0

    def endless() -> Iterator[bytes]:
        nonlocal taken
        while taken < 50_000_000:
            taken += 10_000
            yield bytes(10_000)

    with client(service(max_upload=0.1)) as api:
        answer = api.post("/api/read", content=endless())
        problem(answer, 413, "too_large")


def test_a_body_that_is_no_picture_may_be_small_only(api: TestClient):
    problem(api.post("/api/explain", content=bytes(100_000)), 413, "too_large")


def test_what_is_not_there_is_told_of_in_the_same_form(api: TestClient):
    problem(api.get("/api/nothing"), 404, "not_found")
    problem(api.get("/static/../api.py"), 404, "not_found")
    problem(api.get("/static/%2e%2e/api.py"), 404, "not_found")
    problem(api.get("/api/read"), 405, "method_not_allowed")


def test_a_failure_of_camrec_is_told_without_its_inside(
    monkeypatch: pytest.MonkeyPatch,
):
    def fail(*_: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr("camrec.web.readings.decode_picture", fail)
    answer = client().post("/api/read", content=page())
    assert "secret" not in problem(answer, 500, "internal")


def test_config_tells_model_settings_and_limits(api: TestClient):
    told = api.get("/api/config").json()
    assert told["model"]["classes"] == [*"0123456789", "none"]
    assert told["settings"]["min_confidence"]["default"] == 0.5
    assert told["settings"]["min_confidence"]["step"] == 0.01
    assert told["settings"]["rotate"]["choices"][0] == "auto"
    assert told["limits"]["upload_bytes"] == 20_000_000
    assert told["limits"]["pixels"] <= environment.MAX_PICTURE_PIXELS
    assert told["camera"] is None and told["feedback"]["enabled"] is False


def test_the_card_of_the_model_is_told_whole(api: TestClient):
    card = api.get("/api/model").json()
    assert card["name"] == "digits" and card["parameters"] > 100_000
    told = api.get("/api/config").json()["model"]
    assert told["sha256"] == card["sha256"]["digits.tflite"]


def test_health(api: TestClient):
    told = api.get("/api/health").json()
    assert told["status"] == "ok" and told["waiting"] == 0 and told["uptime"] >= 0


def test_an_empty_page_has_no_digit(api: TestClient):
    record = api.post("/api/read", content=png(sheet())).json()
    assert record["digits"] == record["numbers"] == []
    assert (record["width"], record["height"]) == (480, 240)
