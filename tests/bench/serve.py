"""How `camrec serve` bears a crowd: 32 clients that post pictures of 1280x720 without a pause, for a minute.

    serve.py [--clients N] [--seconds S]

What is busy is told so with 503 and asked again after the time it names; anything else is an error. Meanwhile another client
asks for the server's health twice a second, and its memory is looked at (Linux).
"""

from __future__ import annotations

import argparse
import http.client
import json
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).parents[1]))  # for what tests and benches share

from camrec.cli.tables import show
from camrec.resources import sample

PICTURES = ("white", "cream", "ruled", "grid", "kraft", "table", "screen", "receipt")
PATIENCE_S = 60.0


class Crowd:
    """Clients of one server.

    Parameters
    ----------
    address : str
    """

    def __init__(self, address: str) -> None:
        self._place = urlsplit(address).netloc
        self._bodies = [sample(f"{name}.jpg").read_bytes() for name in PICTURES]
        self._lock = threading.Lock()
        self.over = threading.Event()
        self.answers: Counter[str] = Counter()
        self.seconds: list[float] = []
        self.health: list[float] = []
        self.unwell: Counter[str] = Counter()

    def post(self, number: int) -> None:
        """Post pictures until it is over."""
        connection = http.client.HTTPConnection(self._place, timeout=PATIENCE_S)
        while not self.over.is_set():
            number += 1
            body = self._bodies[number % len(self._bodies)]
            begin = time.perf_counter()
            status, wait_s = _posted(connection, body)
            with self._lock:
                self.answers[status] += 1
                if status == "200":
                    self.seconds.append(time.perf_counter() - begin)
            if wait_s:
                connection.close()  # the server would, before long
                self.over.wait(wait_s)
        connection.close()

    def ask(self) -> None:
        """Ask for the server's health until it is over."""
        while not self.over.wait(0.5):
            begin = time.perf_counter()
            connection = http.client.HTTPConnection(self._place, timeout=PATIENCE_S)
            try:
                connection.request("GET", "/api/health")
                assert json.load(connection.getresponse())["status"] == "ok"
                self.health.append(time.perf_counter() - begin)
            except (OSError, http.client.HTTPException, ValueError, KeyError, AssertionError) as error:  # fmt: skip
                self.unwell[type(error).__name__] += 1
            finally:
                connection.close()


def main() -> None:
    """Print what came back, how soon, and the server's memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=60.0)
    options = parser.parse_args()
    command = [sys.executable, "-m", "camrec", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            crowd = Crowd(server.stdout.readline().strip())
            memory = _rush(crowd, options, lambda: resident_mb(server.pid))
        finally:
            server.terminate()
    _tell(crowd, memory, options.seconds, server.wait())


def _posted(connection: http.client.HTTPConnection, body: bytes) -> tuple[str, float]:
    """Status, and the seconds to wait before the next one."""
    try:
        connection.request("POST", "/api/read", body, {"Content-Type": "image/jpeg"})
        answer = connection.getresponse()
        answer.read()
        return str(answer.status), float(answer.headers.get("Retry-After", 0))
    except (OSError, http.client.HTTPException) as error:
        connection.close()
        return type(error).__name__, 0.0


def _rush(
    crowd: Crowd, options: argparse.Namespace, memory: Callable[[], float]
) -> list[float]:
    """Let them all at it; the server's memory at the start and each tenth of the time, MB."""
    found = [memory()]
    threads = [threading.Thread(target=crowd.post, args=(n,)) for n in range(options.clients)]  # fmt: skip
    threads.append(threading.Thread(target=crowd.ask))
    for thread in threads:
        thread.start()
    for _ in range(10):
        time.sleep(options.seconds / 10)
        found.append(memory())
    crowd.over.set()
    for thread in threads:
        thread.join()
    return found


def resident_mb(process: int) -> float:
    """What a process holds in memory, MB; told by Linux alone."""
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    except OSError:  # no Linux
        return float("nan")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def _tell(crowd: Crowd, memory: list[float], seconds: float, status: int) -> None:
    waits = sorted(crowd.seconds)
    rows = [
        ["answers", _counted(crowd.answers)],
        ["pictures a second", round(len(waits) / seconds, 1)],
        ["picture sent to record got, median, s", at_share(waits, 0.5)],
        ["the same, 95 % of them", at_share(waits, 0.95)],
        ["health, longest, s", at_share(sorted(crowd.health), 1.0)],
        ["health, without an answer", _counted(crowd.unwell) or 0],
        ["memory at each tenth, MB", " ".join(f"{mb:.0f}" for mb in memory)],
        ["exit status", status],
    ]
    show("camrec serve under load", ["what", "found"], rows)


def _counted(answers: Counter[str]) -> str:
    return ", ".join(f"{count} x {what}" for what, count in answers.most_common())


def at_share(ordered: list[float], share: float) -> float | None:
    """The figure that this share of them does not exceed."""
    if not ordered:
        return None
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 2)


if __name__ == "__main__":
    main()
