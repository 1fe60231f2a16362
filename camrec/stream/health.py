"""How a live view is doing: what the window tells its user beside the numbers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Health:
    """A snapshot of how frames arrive and are shown.

    Parameters
    ----------
    rate : float
        Frames shown a second, over the last second.
    delay_s : float
        The longest time over the last second from the capture of a frame until it was on the screen; of a recorded
        video, how far it was behind its own pace.
    skipped : int
        Frames of the source that were left out so far, to keep up with it.
    trouble : str
        What is wrong with the source at this moment, in words for the picture; "" while frames come.
    """

    rate: float = 0.0
    delay_s: float = 0.0
    skipped: int = 0
    trouble: str = ""
