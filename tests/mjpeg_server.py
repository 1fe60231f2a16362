"""A fake camera: a small HTTP server whose pictures the real ``cv2.VideoCapture`` reads.

The address says how it behaves::

    /live       frames for ever, as `condition` and `picture` have it from moment to moment
    /dies       SOME_FRAMES frames, then the connection is closed
    /hangs      SOME_FRAMES frames, then silence on an open connection
    /silent     the connection is accepted, nothing is ever answered
    /page       a web page
    /NAME       the file that was put into `files` under that name
    /else       404
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from typing import Self  # Python 3.11

SOME_FRAMES = 5
WIDTH, HEIGHT = 160, 120
LONGEST_SILENCE_S = 30.0


def picture(index: int) -> np.ndarray:
    """(HEIGHT, WIDTH, 3) uint8; its grey level tells its index, see :func:`index_of`."""
    return np.full((HEIGHT, WIDTH, 3), 5 * (index % 50), np.uint8)


def index_of(image: np.ndarray) -> int:
    """Which `picture` (modulo 50) an image shows after JPEG."""
    return round(float(image.mean()) / 5)


class MjpegServer:
    """Serves while its ``with`` block lasts.

    Parameters
    ----------
    rate : float
        Frames a second.

    Attributes
    ----------
    condition : str
        Of ``/live``: "sends"; "stalls", connected and silent; "down", which ends connections and refuses new ones.
    picture : callable
        Index -> picture, (H, W, 3) uint8 BGR.
    connections : int
        How many have been made to ``/live``.
    silent : threading.Event
        Set once ``/silent`` has been asked for.
    files : dict
        What else to serve: path without the slash -> bytes.
    """

    def __init__(self, rate: float = 60.0) -> None:
        self.interval_s = 1 / rate
        self.condition = "sends"
        self.picture: Callable[[int], np.ndarray] = picture
        self.connections = 0
        self.silent = threading.Event()
        self.files: dict[str, bytes] = {}
        self.closing = threading.Event()
        handler = type("Handler", (_Handler,), {"camera": self})
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,))

    def address(self, path: str = "live") -> str:
        """Where `path` is served."""
        return f"http://127.0.0.1:{self._http.server_address[1]}/{path}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()


class _Handler(BaseHTTPRequestHandler):
    camera: MjpegServer

    def log_message(self, *_: object) -> None:
        """Keep the tests' output clean."""

    def do_GET(self) -> None:
        """Answer as the address asks."""
        name = self.path.lstrip("/")
        if name == "silent":
            self.camera.silent.set()
            self.camera.closing.wait(LONGEST_SILENCE_S)
        elif name == "live" and self.camera.condition == "down":
            self.send_error(503)
        elif name in ("live", "dies", "hangs"):
            self.camera.connections += name == "live"
            self._stream(name)
        elif name in self.camera.files:
            self._send(self.camera.files[name], "application/octet-stream")
        elif name == "page":
            self._send(b"<html><body>Hello</body></html>" * 100, "text/html")
        else:
            self.send_error(404)

    def _send(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, name: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        self.end_headers()
        try:
            for index in count() if name == "live" else range(SOME_FRAMES):
                if not self._is_due():
                    return
                self._part(self.camera.picture(index))
        except OSError:  # the other side has gone
            return
        if name == "hangs":
            self.camera.closing.wait(LONGEST_SILENCE_S)

    def _is_due(self) -> bool:
        """Wait for the time of a frame; False where none will come."""
        self.camera.closing.wait(self.camera.interval_s)
        while self.camera.condition == "stalls" and not self.camera.closing.is_set():
            self.camera.closing.wait(self.camera.interval_s)
        return self.camera.condition != "down" and not self.camera.closing.is_set()

    def _part(self, image: np.ndarray) -> None:
        jpeg = cv2.imencode(".jpg", image)[1].tobytes()
        head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n"
        self.wfile.write(head.encode() + b"\r\n" + jpeg + b"\r\n")
