"""Crops as they travel: PNG, 28x28, pen white, in base64."""

from __future__ import annotations

import base64

import cv2
import numpy as np

from camrec.reading.normalise import SIDE
from camrec.reading.pictures import is_cut_short
from camrec.web.problems import Problem

# Signature, then the header with width and height (PNG, RFC 2083, 12.1): no decoder sees what claims another size.
_HEAD = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + 2 * SIDE.to_bytes(4, "big")


def encoded_crop(crop: np.ndarray) -> str:
    """A crop (28, 28) in [0, 1] as text."""
    return base64.b64encode(crop_png(crop)).decode()


def crop_png(crop: np.ndarray) -> bytes:
    """A crop (28, 28) in [0, 1] as a PNG."""
    grey = np.round(crop * 255).astype(np.uint8)
    return cv2.imencode(".png", grey)[1].tobytes()


def decoded_crop(text: str) -> np.ndarray:
    """Text as a crop, (28, 28) float32 in [0, 1].

    Raises
    ------
    Problem
        422 where it is none.
    """
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        data = b""
    image = None
    if data.startswith(_HEAD) and not is_cut_short(data):
        image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
    if image is None:
        raise Problem(422, "bad_crop", f"the crop is no PNG of {SIDE}x{SIDE} pixels in base64", "send the one that /api/read gave with details")  # fmt: skip
    return image.astype(np.float32) / 255
