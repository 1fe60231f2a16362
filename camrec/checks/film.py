"""How long recorded video takes: stage by stage, at once, and against decoding and encoding it alone."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from camrec.checks.timing import FRAMES, in_turn, milliseconds
from camrec.elements import Frame, Scene
from camrec.reading.reader import Reader
from camrec.settings import TrackingSettings
from camrec.stream.attention import AttentiveReader
from camrec.stream.capture import open_source
from camrec.stream.excerpt import Excerpt
from camrec.stream.feed import AheadFeed
from camrec.stream.overlay import draw
from camrec.stream.pipeline import Pipeline
from camrec.stream.sinks.encoders import open_encoder
from camrec.stream.sinks.video import VideoFile
from camrec.stream.tracker import Tracker


@dataclass(frozen=True, slots=True)
class FilmTimes:
    """Milliseconds a frame.

    Parameters
    ----------
    stages : dict
        Each stage by itself: "decode", "read", "track", "draw", "encode".
    alone : float
        Decoding and encoding, one after the other, and nothing else.
    strides : dict
        All of it at once, as ``camrec video`` does, by the stride; None is where frames are read when they have to be.
    """

    stages: dict[str, float]
    alone: float
    strides: dict[int | None, float]


class Film:
    """A part of a video, to be timed.

    Parameters
    ----------
    path : Path
    end_s : float
        Where the part ends, seconds.
    """

    def __init__(self, path: Path, end_s: float) -> None:
        self._path = path
        self._part = Excerpt(0.0, end_s)
        self._reader = Reader(settings=FRAMES)

    def times(self, strides: Iterable[int | None], runs: int) -> FilmTimes:
        """Time everything; `alone` and the strides in turn, medians of `runs`."""
        strides = tuple(strides)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "film.mp4"
            stages, count = self._stages(path)
            actions = [self._alone, *(self._at_once(stride) for stride in strides)]
            alone, *rest = in_turn([_of(action, path) for action in actions], runs)
        per_frame = [took / count for took in rest if took is not None]
        return FilmTimes(
            {name: took / count for name, took in stages.items()},
            (alone or 0.0) / count,
            dict(zip(strides, per_frame)),
        )

    def _frames(self) -> list[Frame]:
        with open_source(self._path) as source:
            return list(self._part.frames(source))

    def _stages(self, path: Path) -> tuple[dict[str, float], int]:
        frames: list[Frame] = []
        scenes: list[Scene] = []
        tracker = self._tracker()
        self._reader.read(self._frames()[0])  # plans the runtime's batches
        took = {"decode": milliseconds(lambda: frames.extend(self._frames()))}
        took["read"] = milliseconds(lambda: scenes.extend(map(self._reader.read, frames)))  # fmt: skip
        tracked: list[Scene] = []
        took["track"] = milliseconds(lambda: tracked.extend(map(tracker.update, scenes)))  # fmt: skip
        took["draw"] = milliseconds(lambda: [draw(scene) for scene in tracked])
        took["encode"] = milliseconds(lambda: _encode(frames, path))
        return took, len(frames)

    def _alone(self, path: Path) -> None:
        with open_source(self._path) as source:
            _encode(self._part.frames(source), path, source.fps)

    def _at_once(self, stride: int | None) -> Callable[[Path], None]:
        def run(path: Path) -> None:
            tracker = self._tracker()
            reader = self._reader if stride else AttentiveReader(self._reader, tracker.again_s)  # fmt: skip
            with (
                open_source(self._path) as source,
                Pipeline(
                    reader,
                    [VideoFile(path, source.fps)],
                    tracker=tracker,
                ) as pipeline,
                AheadFeed(self._part.frames(source)) as feed,
            ):
                for count, frame in enumerate(feed):
                    (pipeline.skip if count % (stride or 1) else pipeline.process)(
                        frame
                    )

        return run

    def _tracker(self) -> Tracker:
        return Tracker(
            TrackingSettings(),
            self._reader.classes,
            min_confidence=FRAMES.min_confidence,
            group=self._reader.group,
        )


def _of(action: Callable[[Path], None], path: Path) -> Callable[[], float]:
    return lambda: milliseconds(lambda: action(path))


def _encode(frames: Iterable[Frame], path: Path, fps: float = 30.0) -> None:
    encoder = None
    for frame in frames:
        if encoder is None:
            encoder = open_encoder(path, fps, (frame.width, frame.height))
        encoder.write(frame.image)
    if encoder is not None:
        encoder.close()
