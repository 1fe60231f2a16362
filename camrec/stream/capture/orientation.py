"""Which way round pictures come in, and setting them right."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from camrec.reading.turning import turn
from camrec.settings import CaptureSettings


@dataclass(frozen=True, slots=True)
class Orientation:
    """What has to be done to a picture so that it is upright and no mirror image.

    Parameters
    ----------
    degrees : int
        0, 90, 180 or 270, clockwise.
    mirror : bool
        Flip it left for right, before it is turned.
    """

    degrees: int = 0
    mirror: bool = False

    @classmethod
    def of(cls, settings: CaptureSettings) -> Orientation:
        """What the settings ask for."""
        return cls(int(settings.rotate), settings.mirror)

    def apply(self, image: np.ndarray) -> np.ndarray:
        """The picture set right, (H, W, 3) or (W, H, 3) uint8; `image` itself where nothing has to be done."""
        if self.mirror:
            image = cv2.flip(image, 1)
        return turn(image, -self.degrees // 90)
