"""Who is let in, and what browsers are told."""

from __future__ import annotations

import logging

import pytest
from web import ADDRESS, TestClient, client, page, problem

from camrec.web.gate import HEADERS, Admission

TOKEN = "Aq3_-long-enough"


@pytest.fixture
def api() -> TestClient:
    return client()


@pytest.fixture
def locked() -> TestClient:
    return client(token=TOKEN)


@pytest.mark.parametrize(
    "host",
    ["localhost:8000", "LOCALHOST", "127.0.0.1", "[::1]:8000", "192.168.1.7:8000", "reader.example", "localhost."],
)  # fmt: skip
def test_own_names_and_addresses_are_known(api: TestClient, host: str):
    assert api.get("/api/health", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8000", "localhost.evil.example", "127.0.0.1.evil.example", "", "[::1", "a@localhost@evil.example"],
)  # fmt: skip
def test_a_name_that_was_led_here_is_refused(api: TestClient, host: str):
    problem(api.get("/api/health", headers={"Host": host}), 421, "unknown_host")


def test_the_own_page_may_ask(api: TestClient):
    same = {"Origin": ADDRESS, "Sec-Fetch-Site": "same-origin"}
    assert api.post("/api/read", content=page(), headers=same).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "http://127.0.0.1:9000"},
        {"Origin": "null"},
        {"Origin": "http://[::1"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
        {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"},
    ],
)
def test_a_page_of_a_stranger_may_not(api: TestClient, headers: dict[str, str]):
    answer = api.post("/api/read", content=page(), headers=headers)
    problem(answer, 403, "foreign_origin")


def test_a_link_on_a_stranger_s_page_may_lead_here(api: TestClient):
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert api.get("/", headers=link).status_code == 200
    assert api.head("/", headers=link).status_code == 200


def test_a_page_of_another_site_that_is_sent_here_by_a_form_may_not(api: TestClient):
    form = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    answer = api.post("/api/read", content=page(), headers=form)
    problem(answer, 403, "foreign_origin")


@pytest.mark.parametrize(
    "path", ["/", "/static/index.html", "/api/nothing", "/api/read"]
)
def test_every_answer_has_the_headers(api: TestClient, path: str):
    headers = api.get(path).headers
    assert {name: headers[name] for name in HEADERS} == HEADERS
    assert headers["cache-control"] == ("no-store" if "api" in path else "no-cache")
    assert "server" not in headers


def test_pages_are_kept_by_their_tag(api: TestClient):
    first = api.get("/static/index.html")
    tag = {"If-None-Match": first.headers["etag"]}
    assert first.status_code == 200
    assert api.get("/static/index.html", headers=tag).status_code == 304


def test_without_the_token_nothing_is_told(locked: TestClient):
    problem(locked.post("/api/read", content=page()), 401, "token")
    problem(locked.get("/api/config"), 401, "token")
    problem(locked.get("/openapi.json"), 401, "token")
    for path in ("/", "/static/index.html", "/openapi.json", "/?token=wrong"):
        answer = locked.get(path)
        assert answer.status_code == 401 and "token" in answer.text


def test_health_needs_no_token(locked: TestClient):
    assert locked.get("/api/health").status_code == 200


def test_the_token_in_the_address_becomes_a_cookie(locked: TestClient):
    answer = locked.get(f"/?token={TOKEN}")
    cookie = answer.headers["set-cookie"].lower()
    assert 'url=/"' in answer.text and TOKEN not in answer.text
    assert "httponly" in cookie and "samesite=strict" in cookie
    assert locked.get("/").status_code == 200
    assert locked.get("/api/config").status_code == 200


@pytest.mark.parametrize("shown", ["abc", "%E2%82%AC", "%ff", "a%0Ab"])
def test_where_none_is_asked_for_a_token_is_nothing(api: TestClient, shown: str):
    answer = api.get(f"/?token={shown}")
    assert answer.status_code == 200 and "set-cookie" not in answer.headers
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS


def test_servers_on_two_ports_have_cookies_of_their_own(locked: TestClient):
    names = {
        locked.get(f"/?token={TOKEN}", headers={"Host": f"localhost:{port}"})
        .headers["set-cookie"]
        .partition("=")[0]
        for port in (8000, 8001)
    }
    assert len(names) == 2


def test_over_https_the_cookie_stays_there():
    api = client(token=TOKEN)
    api.base_url = "https://127.0.0.1:8000"
    assert "secure" in api.get(f"/?token={TOKEN}").headers["set-cookie"].lower()


@pytest.mark.parametrize(
    ("header", "status"),
    [
        (f"Bearer {TOKEN}", 200),
        (f"bearer  {TOKEN} ", 200),
        ("Bearer wrong", 401),
        ("Bearer", 401),
        (f"Basic {TOKEN}", 401),
        ("Bearer gr\xfc\xdfe", 401),
    ],
)
def test_programs_show_the_token_in_a_header(
    locked: TestClient, header: str, status: int
):
    headers = {"Authorization": header.encode("latin-1")}
    assert locked.get("/api/config", headers=headers).status_code == status  # type: ignore[arg-type]


def test_the_token_in_an_address_of_the_api_opens_nothing(locked: TestClient):
    problem(locked.get(f"/api/config?token={TOKEN}"), 401, "token")


def test_a_broken_cookie_opens_nothing(locked: TestClient):
    for cookie in ("camrec-8000", "camrec-8000=", "\x01=;;", "camrec-8000=wrong"):
        answer = locked.get("/api/config", headers={"Cookie": cookie})
        problem(answer, 401, "token")


def test_every_token_is_compared_whole(monkeypatch: pytest.MonkeyPatch):
    compared: list[tuple[bytes, bytes]] = []
    monkeypatch.setattr(
        "camrec.web.gate.hmac.compare_digest",
        lambda one, other: compared.append((one, other)),
    )
    Admission(token=TOKEN).opens(["A", TOKEN])
    assert compared == [(b"A", TOKEN.encode()), (TOKEN.encode(), TOKEN.encode())]


def test_the_log_has_a_line_a_request_without_token_and_picture(
    caplog: pytest.LogCaptureFixture,
):
    caplog.set_level(logging.INFO, "camrec.web.access")
    api = client(token=TOKEN)
    api.get(f"/?token={TOKEN}")
    api.post("/api/read?pattern=77", content=page())
    api.get("/a%0Ab")
    lines = [r.getMessage() for r in caplog.records if r.name == "camrec.web.access"]
    assert [line.split()[1:4] for line in lines] == [
        ["GET", "/", "200"],
        ["POST", "/api/read", "200"],
        ["GET", "/a\\nb", "404"],
    ]
    assert not any(TOKEN in line or "77" in line for line in lines)
