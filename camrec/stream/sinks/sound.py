"""The sound of a film, copied as it is beside the pictures that were drawn over."""

from __future__ import annotations

import heapq
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sound:
    """What is heard during a part of a film.

    Parameters
    ----------
    film : str
        Path of the file.
    begin_s, length_s : float
        The part, seconds from the first picture, and seconds long.
    """

    film: str
    begin_s: float
    length_s: float


def with_sound(pictures: Path, sound: Sound) -> Path | None:
    """Write pictures and sound to a third file, beside the pictures; nothing is encoded again.

    Parameters
    ----------
    pictures : Path
        An MP4 or WebM file without sound.
    sound : Sound
        For them.

    Returns
    -------
    Path or None
        None where it cannot be done: PyAV is missing, the film has no sound or is damaged, the disk is full, or such a file
        cannot hold sound of this kind, as WebM holds none of most cameras.
    """
    try:
        import av
    except ImportError:
        return None
    if not os.path.isfile(sound.film):
        return None
    both = pictures.with_name(f"{pictures.stem}.sound{pictures.suffix}")
    try:
        if _copied(pictures, sound, both):
            return both
    except (av.FFmpegError, OSError, ValueError) as error:
        log.info("%s: no sound (%s: %s)", pictures, type(error).__name__, error)
    both.unlink(missing_ok=True)
    return None


def _copied(pictures: Path, sound: Sound, to: Path) -> bool:
    """Copy the packets of both; False where there is no sound."""
    import av

    # Absolute: FFmpeg takes what stands before a colon for a protocol.
    with av.open(os.path.abspath(sound.film)) as film, av.open(str(pictures)) as silent:
        if not film.streams.audio or not film.streams.video:
            return False
        seen, shown = film.streams.video[0], silent.streams.video[0]
        heard = film.streams.audio[0]
        with av.open(str(to), "w") as out:
            both = out.add_stream_from_template(shown), out.add_stream_from_template(heard)  # fmt: skip
            late_s = _start_s(seen) + sound.begin_s - _start_s(shown)
            film.seek(round(max(0.0, late_s) * av.time_base))
            audio = _part(film, heard, late_s, sound.length_s)
            for packet in heapq.merge(silent.demux(shown), audio, key=_when_s):
                if packet.dts is not None:  # the end has none
                    packet.stream = both[packet.stream.type == "audio"]
                    out.mux(packet)
    return True


def _part(film: Any, stream: Any, late_s: float, length_s: float) -> Iterator[Any]:
    """The packets of a stream from `late_s` on, which becomes 0."""
    late = round(late_s / stream.time_base)
    for packet in film.demux(stream):
        if packet.dts is None:
            return
        # FFmpeg leaves out when a packet is heard where a container does not tell.
        shown = packet.dts if packet.pts is None else packet.pts
        packet.pts, packet.dts = shown - late, packet.dts - late
        if _when_s(packet) >= length_s:
            return
        if packet.pts >= 0:
            yield packet


def _start_s(stream: Any) -> float:
    return float((stream.start_time or 0) * stream.time_base)


def _when_s(packet: Any) -> float:
    return float("inf") if packet.dts is None else float(packet.dts * packet.time_base)
