"""Other readers of digits, where they are installed: none of them is needed."""

from __future__ import annotations

import logging
import shutil
import subprocess
from collections.abc import Callable, Iterator

import cv2
import numpy as np

Read = Callable[[np.ndarray], object]


def rivals() -> Iterator[tuple[str, Read]]:
    """Name and reader of each that can be had here; a reader takes (H, W, 3) uint8 BGR."""
    makers = {
        "RapidOCR": _rapidocr,
        "faster-paddle tiny": lambda: _faster_paddle("tiny"),
        "faster-paddle small": lambda: _faster_paddle("small"),
        "Tesseract": _tesseract,
    }
    for name, make in makers.items():
        try:
            yield name, make()
        except ImportError as error:
            print(f"{name} is not installed ({error})")


def _rapidocr() -> Read:
    from rapidocr import RapidOCR

    logging.disable(logging.CRITICAL)  # it tells every model it loads
    return RapidOCR()


def _faster_paddle(size: str) -> Read:
    import faster_paddle

    engine = faster_paddle.OcrEngine(model_size=size)
    return lambda image: engine.ocr(_encoded(image))


def _tesseract() -> Read:
    if shutil.which("tesseract") is None:
        raise ImportError("no tesseract on the path")
    digits = ["-c", "tessedit_char_whitelist=0123456789"]
    command = ["tesseract", "-", "-", "--psm", "11", *digits, "tsv"]
    return lambda image: subprocess.run(command, input=_encoded(image), check=True, capture_output=True)  # fmt: skip


def _encoded(image: np.ndarray) -> bytes:
    """The picture as these readers take it; a bitmap costs next to nothing to pack."""
    return cv2.imencode(".bmp", image)[1].tobytes()
