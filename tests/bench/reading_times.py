"""How long another reader takes, run by ``speed.py`` under the Python that has that reader.

    reading_times.py ENGINE      a picture's path a line comes in, the milliseconds of its reading go out

What each of them is given is what the scoring program gives it; loading models and pictures is not counted.
"""

from __future__ import annotations

import logging
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

Reading = Callable[[], object]


def _rapidocr() -> Callable[[str], Reading]:
    import cv2
    from rapidocr import RapidOCR

    logging.disable(logging.CRITICAL)  # it tells every model it loads
    engine = RapidOCR()

    def prepared(path: str) -> Reading:
        image = cv2.imread(path)
        return lambda: engine(image)

    return prepared


def _faster_paddle(size: str) -> Callable[[str], Reading]:
    import faster_paddle

    engine = faster_paddle.OcrEngine(model_size=size)

    def prepared(path: str) -> Reading:
        data = Path(path).read_bytes()
        return lambda: engine.ocr(data)

    return prepared


def _tesseract() -> Callable[[str], Reading]:
    digits = ["-c", "tessedit_char_whitelist=0123456789"]

    def prepared(path: str) -> Reading:
        command = ["tesseract", path, "-", "--psm", "11", *digits, "tsv"]
        return lambda: subprocess.run(command, check=True, capture_output=True)

    return prepared


ENGINES: dict[str, Callable[[], Callable[[str], Reading]]] = {
    "rapidocr": _rapidocr,
    "fasterpaddle-tiny": lambda: _faster_paddle("tiny"),
    "fasterpaddle-small": lambda: _faster_paddle("small"),
    "tesseract": _tesseract,
}


def main() -> None:
    """Answer each line of standard input."""
    answers, sys.stdout = sys.stdout, sys.stderr  # whatever an engine prints
    prepared = ENGINES[sys.argv[1]]()
    for line in sys.stdin:
        read = prepared(line.rstrip("\n"))
        start = time.perf_counter()
        read()
        print(1e3 * (time.perf_counter() - start), file=answers, flush=True)


if __name__ == "__main__":
    main()
