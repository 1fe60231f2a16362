"""A part of a video."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from camrec.elements import Frame
from camrec.errors import SourceError
from camrec.stream.capture import Source

_ROUNDING_S = 1e-6  # 0.7 s at 30 frames/s is frame 21, which 0.7 * 30 falls short of


@dataclass(frozen=True, slots=True)
class Excerpt:
    """From when to when.

    Parameters
    ----------
    start_s : float
        Time of the first frame, seconds of the source.
    end_s : float
        Frames of this time and later are left out.
    """

    start_s: float = 0.0
    end_s: float = math.inf

    @property
    def whole(self) -> bool:
        """Nothing is left out."""
        return self == Excerpt()

    def frames(self, source: Source) -> Iterator[Frame]:
        """The frames of this part, with their index and time in the whole.

        Raises
        ------
        SourceError
            If the source ends before.
        """
        source.skip_to(self.start_s)
        frame = None
        for frame in source:
            if frame.time >= self.end_s - _ROUNDING_S:
                return
            if frame.time >= self.start_s - _ROUNDING_S:
                yield frame
        if self.start_s > 0 and (frame is None or frame.time < self.start_s):
            raise SourceError(
                f"{source.name} ends before {self.start_s:g} s; begin earlier"
            )

    def count(self, source: Source) -> int | None:
        """How many frames that will be; None where unknown."""
        if source.count is None or not source.fps:
            return None
        first = (self.start_s - _ROUNDING_S) * source.fps
        end = min(source.count, (self.end_s - _ROUNDING_S) * source.fps)
        return max(0, math.ceil(end) - math.ceil(first))
