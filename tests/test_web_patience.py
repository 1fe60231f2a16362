"""The server's patience with clients, its certificate, and the address it hands out."""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path

import pytest

pytest.importorskip("uvicorn", reason="the extra web is not installed")

from camrec.errors import OutputError
from camrec.web import server
from camrec.web.entrance import entrance
from camrec.web.listening import listen
from camrec.web.server import Server

WAIT_S = 30  # for what comes soon unless something is broken
LARGE = 50_000_000  # bytes; more than any system keeps on the way

SIZES = {"/large": LARGE, "/middling": 60_000}


async def answers(scope, receive, send) -> None:
    """An application whose answer at /large is long."""
    if scope["type"] != "http":
        return
    size = SIZES.get(scope["path"], 2)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": bytes(size)})


@contextmanager
def running(*certificate: Path) -> Iterator[tuple[str, int]]:
    """The server in a thread; its address."""
    ended = threading.Event()
    with listen("127.0.0.1", 0) as listening:
        serving = Server(answers, ended.is_set, *certificate)
        thread = threading.Thread(target=serving.run, args=([listening],))
        thread.start()
        try:
            yield listening.getsockname()
        finally:
            ended.set()
            thread.join(WAIT_S)
            assert not thread.is_alive()


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, int]]:
    monkeypatch.setattr(server, "HEAD_S", 0.3)
    with running() as found:
        yield found


def connect(address: tuple[str, int]) -> socket.socket:
    return socket.create_connection(address, timeout=WAIT_S)


def is_over(client: socket.socket) -> bool:
    """Whether the server ends the connection, sooner or later."""
    with suppress(ConnectionError):
        while client.recv(2**20):
            pass
    return True


def test_a_client_that_says_nothing_is_given_up(address: tuple[str, int]):
    with connect(address) as client:
        assert is_over(client)


def test_a_head_that_drips_is_given_up(address: tuple[str, int]):
    over = threading.Event()
    with connect(address) as client:
        client.sendall(b"GET / HTTP/1.1\r\nX-")

        def drip() -> None:
            with suppress(OSError):
                while not over.wait(0.05):
                    client.sendall(b"a")

        dripping = threading.Thread(target=drip)
        dripping.start()
        assert is_over(client)
        over.set()
        dripping.join()


def test_the_second_head_of_a_connection_has_no_more_time(address: tuple[str, int]):
    with connect(address) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert client.recv(100).startswith(b"HTTP/1.1 200")
        client.sendall(b"GET / HTTP/1.1\r\n")
        assert is_over(client)


def test_an_answer_that_is_not_taken_is_given_up(address: tuple[str, int]):
    with connect(address) as client:
        client.sendall(b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert client.recv(100)
        threading.Event().wait(1)  # three times its patience
        taken = 0
        with suppress(ConnectionError):
            while part := client.recv(2**20):
                taken += len(part)
        assert taken < LARGE


def test_the_last_bytes_of_an_answer_that_are_not_taken_are_given_up(
    monkeypatch: pytest.MonkeyPatch,
):
    made, lost = server.PatientProtocol.connection_made, threading.Event()

    def take(self, transport) -> None:
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        made(self, transport)

    def lose(self, exc) -> None:
        given_up(self, exc)
        lost.set()

    given_up = server.PatientProtocol.connection_lost
    monkeypatch.setattr(server.PatientProtocol, "connection_made", take)
    monkeypatch.setattr(server.PatientProtocol, "connection_lost", lose)
    monkeypatch.setattr(server, "HEAD_S", 0.3)
    with running() as address, socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(address)
        client.sendall(b"GET /middling HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert lost.wait(WAIT_S)


class Taken(asyncio.Transport):
    """A client that takes so many bytes of an answer in the time that it has."""

    def __init__(self, taken: int) -> None:
        super().__init__()
        self._sizes = iter((25_000_000, 25_000_000 - taken, 25_000_000 - taken))
        self.aborted = False

    def get_write_buffer_size(self) -> int:
        return next(self._sizes)

    def abort(self) -> None:
        self.aborted = True


@pytest.mark.parametrize(
    ("taken", "aborted"), [(0, True), (100_000, True), (1_000_000, False)]
)
def test_an_answer_that_is_taken_slowly_but_steadily_is_not_given_up(
    taken: int, aborted: bool
):
    async def wait() -> None:
        protocol = server.PatientProtocol.__new__(server.PatientProtocol)
        protocol.loop, protocol.transport = asyncio.get_running_loop(), Taken(taken)
        protocol._watch()
        protocol._give_up()
        assert protocol.transport.aborted == aborted
        protocol._rest()

    asyncio.run(wait())


def test_one_connection_too_many_is_told_as_everything_else_is(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(server, "CONNECTIONS", 1)
    with running() as address, connect(address):
        client = HTTPConnection(*address, timeout=WAIT_S)
        client.request("GET", "/")
        answer = client.getresponse()
        assert answer.status == 503 and answer.getheader("Retry-After") == "1"
        assert json.loads(answer.read())["error"]["code"] == "busy"
        assert answer.getheader("Connection") == "close"
        client.close()


def test_a_head_that_begins_while_an_answer_waits_has_no_more_time(
    address: tuple[str, int],
):
    with connect(address) as client:
        client.sendall(b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert client.recv(100)
        client.sendall(b"GET / HTTP/1.1\r\n")
        threading.Event().wait(0.1)  # the server has it by now
        assert is_over(client)


def test_a_body_does_not_wait_until_its_head_was_acknowledged(
    address: tuple[str, int], monkeypatch: pytest.MonkeyPatch
):
    accepted: list[socket.socket] = []
    taken = server.PatientProtocol.connection_made

    def take(self, transport) -> None:
        taken(self, transport)
        accepted.append(transport.get_extra_info("socket"))

    monkeypatch.setattr(server.PatientProtocol, "connection_made", take)
    with connect(address) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert client.recv(100)
        (connection,) = accepted
        assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_who_is_in_time_is_served(address: tuple[str, int]):
    client = HTTPConnection(*address, timeout=WAIT_S)
    for _ in range(3):
        client.request("GET", "/")
        assert client.getresponse().read() == bytes(2)
    client.close()


def test_answers_of_every_size_come_by_https(tmp_path: Path):
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("there is no openssl to make a certificate")
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    words = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost"]
    subprocess.run([openssl, *words, "-keyout", key, "-out", certificate], check=True, capture_output=True)  # fmt: skip
    trusting = ssl.create_default_context(cafile=certificate)
    trusting.check_hostname = False
    with running(certificate, key) as address:
        client = HTTPSConnection(*address, timeout=WAIT_S, context=trusting)
        for path, size in (("/", 2), *SIZES.items(), ("/", 2)):
            client.request("GET", path)
            assert len(client.getresponse().read()) == size
        client.close()


def test_a_certificate_that_is_none_is_told_of(tmp_path: Path):
    (tmp_path / "cert.pem").write_text("no certificate")
    with pytest.raises(OutputError, match=r"cert\.pem: no certificate that fits"):
        Server(answers, lambda: True, tmp_path / "cert.pem")


@pytest.mark.parametrize(
    "token", ["", "short", "spaces are no good", "ümlaute-überall"]
)
def test_a_token_that_keeps_nobody_out_is_told_of(token: str):
    listening = listen("127.0.0.1", 0)
    with listening, pytest.raises(OutputError, match="12 or more"):
        entrance(listening, "127.0.0.1", token=token)


def test_this_machine_alone_needs_no_token():
    with listen("127.0.0.1", 0) as listening:
        door = entrance(listening, "127.0.0.1")
        assert door.admission.token is None and door.is_private
        port = listening.getsockname()[1]
        assert door.address == f"http://127.0.0.1:{port}/"


def test_others_get_an_address_that_they_can_reach_with_a_token():
    with listen("0.0.0.0", 0) as listening:
        doors = [entrance(listening, "0.0.0.0", secure=True) for _ in range(2)]
        assert not doors[0].is_private
        tokens = {door.admission.token for door in doors}
        assert len(tokens) == 2 and None not in tokens
        assert doors[0].address.startswith("https://")
        assert doors[0].address.endswith(f"/?token={doors[0].admission.token}")
        assert "0.0.0.0" not in doors[0].address
        assert doors[0].own_address.startswith("https://127.0.0.1:")


def test_who_says_public_means_it():
    with listen("0.0.0.0", 0) as listening:
        assert entrance(listening, "0.0.0.0", public=True).admission.token is None


@pytest.mark.skipif(not socket.has_ipv6, reason="this system has no IPv6")
def test_an_address_of_six_parts_stands_in_brackets():
    try:
        listening = listen("::1", 0)
    except OutputError:
        pytest.skip("this machine has no IPv6 address")
    with listening:
        assert entrance(listening, "::1").address.startswith("http://[::1]:")


def test_names_are_known_in_any_case():
    with listen("127.0.0.1", 0) as listening:
        door = entrance(listening, "127.0.0.1", names=["Reader.Example."])
    assert door.admission.knows("reader.example:443")
    assert not door.admission.knows("other.example")
