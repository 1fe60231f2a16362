"""The frames of a camera at the server, for pages that look on."""

from __future__ import annotations

import asyncio
import json
import struct
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

import anyio
import cv2

from camrec.elements import Scene
from camrec.stream.health import Health
from camrec.stream.records import record_of
from camrec.web.readings import record_with_details

QUALITY = 85  # of the JPEG: strokes stay sharp at a tenth of a PNG's size


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """One frame as pages get it.

    Parameters
    ----------
    seq : int
        Counts frames, from 1.
    scene : Scene
    health : Health
    """

    seq: int
    scene: Scene
    health: Health

    def packed(self, classes: Sequence[str] = ()) -> bytes:
        """Length of the JSON (uint32, big-endian), the JSON, the JPEG.

        Parameters
        ----------
        classes : sequence of str
            Of the model, where digits tell their crop and scores.
        """
        scene = self.scene
        told = record_with_details(scene, classes) if classes else record_of(scene)
        told |= {
            "seq": self.seq,
            "delay": round(self.health.delay_s, 4),
            "rate": round(self.health.rate, 1),
            "trouble": self.health.trouble,
        }
        text = json.dumps(told).encode()
        image = cv2.imencode(".jpg", scene.frame.image, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1]  # fmt: skip
        return struct.pack(">I", len(text)) + text + image.tobytes()


class Live:
    """Holds the newest frame; shown by the thread that reads, looked at by the server's.

    A live view shows itself here as it does in a window, but nobody can end or pause it from afar.

    Parameters
    ----------
    name : str
        Of the camera.

    Attributes
    ----------
    watched : threading.Event
        Somebody has asked for a frame.
    closed : bool
        Nothing more will come.
    """

    done = paused = False

    def __init__(self, name: str) -> None:
        self.name = name
        self.watched = threading.Event()
        self._lock = threading.Lock()
        self._newest: Shown | None = None
        self.closed = False
        self._waiting: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    def show(self, scene: Scene | None, health: Health) -> None:
        """Put a frame in the place of the last one; before there is one, there is nothing to see."""
        if scene is None:
            return
        with self._lock:
            seq = 1 if self._newest is None else self._newest.seq + 1
            self._newest = Shown(seq, scene, health)
            self._wake()

    def attend(self, wait_s: float = 0.0) -> None:
        """Wait."""
        time.sleep(wait_s)

    def close(self) -> None:
        """Nothing more will come; whoever waits is told."""
        with self._lock:
            self.closed = True
            self._wake()

    async def next(self, after: int, patience_s: float) -> Shown | None:
        """The newest frame, if it is another one than `after`; else the next one.

        Returns
        -------
        Shown or None
            None where none came within `patience_s` seconds, or none will.
        """
        self.watched.set()
        event = asyncio.Event()
        with self._lock:
            if self.closed or self._newest is not None and self._newest.seq != after:
                return self._other_than(after)
            self._waiting.append((asyncio.get_running_loop(), event))
        with anyio.move_on_after(patience_s) as waiting:
            await event.wait()
        if waiting.cancelled_caught:
            with self._lock:
                self._waiting = [(loop, e) for loop, e in self._waiting if e is not event]  # fmt: skip
        return self._other_than(after)

    def _other_than(self, after: int) -> Shown | None:
        newest = self._newest
        return None if newest is None or newest.seq == after else newest

    def _wake(self) -> None:
        for loop, event in self._waiting:
            if not loop.is_closed():
                loop.call_soon_threadsafe(event.set)
        self._waiting = []
