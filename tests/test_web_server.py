"""`camrec serve` as a process: it starts, is patient only so long, and ends well."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from web import page, png

PATIENCE_S = 60  # with a busy machine
POSIX = pytest.mark.skipif(os.name != "posix", reason="Windows sends no signals")


class Served:
    """A running server."""

    def __init__(self, *options: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "camrec", "serve", "--port", "0", *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().strip()
        self.parts = urlsplit(self.address)

    def ask(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=PATIENCE_S)  # fmt: skip
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def connect(self) -> socket.socket:
        return socket.create_connection((self.host, self.port), timeout=PATIENCE_S)

    @property
    def host(self) -> str:
        return self.parts.hostname or ""

    @property
    def port(self) -> int:
        return self.parts.port or 0

    def end(self, number: int) -> tuple[int, str]:
        """Ask it to stop; its status, and what it said."""
        self.process.send_signal(number)
        said = self.process.communicate(timeout=PATIENCE_S)[1]
        return self.process.returncode, said


@contextmanager
def serving(*options: str) -> Iterator[Served]:
    served = Served(*options)
    try:
        yield served
    finally:
        served.process.kill()
        served.process.communicate()


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving("--max-pixels", "1") as started:
        yield started


def test_it_starts_small_and_for_this_machine_alone(served: Served):
    assert served.ask("GET", "/api/health")[0] == 200
    assert served.host == "127.0.0.1" and not served.parts.query
    if sys.platform == "linux":
        process = Path("/proc", str(served.process.pid))
        assert "/tensorflow/" not in (process / "maps").read_text()
        status = (process / "status").read_text()
        assert int(status.split("VmRSS:")[1].split()[0]) < 160_000  # kB


def test_a_picture_is_read(served: Served):
    status, body = served.ask("POST", "/api/read", page("2021"))
    assert status == 200
    assert [n["text"] for n in json.loads(body)["numbers"]] == ["2021"]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is a desktop")
def test_without_a_desktop_no_browser_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    begun = tmp_path / "begun"
    monkeypatch.setenv("BROWSER", f"touch {begun} %s")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    with serving("--open") as opened:
        assert opened.ask("GET", "/api/health")[0] == 200
    assert not begun.exists()


def test_a_picture_of_too_many_pixels_is_not_decoded(served: Served):
    huge = png(np.full((1001, 1001), 255, np.uint8))
    status, body = served.ask("POST", "/api/read", huge)
    assert status == 413 and b"too_many_pixels" in body
    assert served.ask("POST", "/api/read", png(np.full((999, 1000), 255, np.uint8)))[0] == 200  # fmt: skip


def test_a_picture_that_claims_a_terabyte_takes_nothing(served: Served):
    small = bytearray(png(np.full((10, 10), 255, np.uint8)))
    small[16:24] = b"\x00\x0f\xff\xff" * 2  # width and height
    status, _ = served.ask("POST", "/api/read", bytes(small))
    assert status in (413, 422)
    assert served.ask("GET", "/api/health")[0] == 200


def test_limits_are_told(served: Served):
    told = json.loads(served.ask("GET", "/api/config")[1])
    assert told["limits"] == {"upload_bytes": 20_000_000, "pixels": 1_000_000}


def test_a_large_upload_is_refused_in_words_and_the_connection_lives(served: Served):
    connection = http.client.HTTPConnection(served.host, served.port, timeout=PATIENCE_S)  # fmt: skip
    connection.request("POST", "/api/read", bytes(21_000_000))
    answer = connection.getresponse()
    assert answer.status == 413 and b"too_large" in answer.read()
    connection.request("GET", "/api/health")
    assert connection.getresponse().status == 200
    connection.close()


def test_a_client_that_leaves_half_way_harms_nobody(served: Served):
    with served.connect() as half:
        half.sendall(b"POST /api/read HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n123")  # fmt: skip
    assert served.ask("GET", "/api/health")[0] == 200


def test_rubbish_harms_nobody(served: Served):
    with served.connect() as client, suppress(OSError):
        client.sendall(os.urandom(100_000))
        client.recv(1000)
    assert served.ask("GET", "/api/health")[0] == 200


def test_others_need_the_token_that_the_address_holds():
    with serving("--host", "0.0.0.0", "-v") as served:
        token = served.parts.query.removeprefix("token=")
        assert len(token) > 20
        assert served.ask("GET", "/api/config")[0] == 401
        bearer = {"Authorization": f"Bearer {token}"}
        assert served.ask("GET", "/api/config", **bearer)[0] == 200
        assert served.ask("GET", f"/?token={token}")[0] == 200
        if os.name == "posix":
            _, said = served.end(signal.SIGTERM)
            assert "GET /api/config 401" in said and token not in said
            assert "--ssl-certfile" in said


def test_public_needs_none():
    with serving("--host", "0.0.0.0", "--public") as served:
        assert served.ask("GET", "/api/config")[0] == 200


@POSIX
def test_ctrl_c_ends_it_quietly():
    with serving() as served:
        assert served.end(signal.SIGINT) == (0, "")


@POSIX
def test_what_is_in_flight_is_finished():
    body = page("4957")
    with serving() as served, served.connect() as client:
        head = f"POST /api/read HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n"  # fmt: skip
        client.sendall(head.encode() + body[:100])
        served.ask("GET", "/api/health")  # by then it has the first one, too
        served.process.send_signal(signal.SIGTERM)
        _until_refused(served)
        client.sendall(body[100:])
        answer = b""
        while part := client.recv(65536):
            answer += part
        assert answer.startswith(b"HTTP/1.1 200") and b'"4957"' in answer
        assert served.process.wait(PATIENCE_S) == 0


def _until_refused(served: Served) -> None:
    """Wait until no new connection is taken."""
    with suppress(OSError):
        while True:
            served.connect().close()


def one_line(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "camrec", "serve", *arguments],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 1 and done.stdout == ""
    (line,) = done.stderr.splitlines()
    return line


def test_a_port_that_is_taken_is_told_of():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        line = one_line("--port", str(port))
    assert f"port {port} of 127.0.0.1 is taken" in line and "--port" in line


def test_an_address_that_is_not_here_is_told_of():
    assert "no address of this machine" in one_line("--host", "192.0.2.1")
    assert "no address of this machine" in one_line("--host", "no.such.host.invalid")


def test_a_model_that_is_not_there_is_told_of():
    assert "nobody: no such model" in one_line("--port", "0", "--model", "nobody")
