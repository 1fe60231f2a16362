"""Small pictures -> the reader: the bytes are pixels, so that whatever changes is ink."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from fuzzing import fuzz, instrumented

with instrumented(arrays=True):
    import cv2
    import numpy as np

    from camrec.elements import Box, Scene
    from camrec.reading.reader import Reader
    from camrec.settings import ReadingSettings

WIDEST = 128  # px; with the 4 kB that an input may have, some 32 px high
WORK_SIDE = 160  # px, the least there may be
NUMBERS = ("472", "1 08", "9", "55-3", "")  # of the pictures to begin with


@cache
def reader() -> Reader:
    """Opened once."""
    return Reader(settings=ReadingSettings(work_side=WORK_SIDE), threads=1)


def one(data: bytes) -> None:
    """Whatever is in a picture is read; the first byte is its width, the others its rows."""
    width = 1 + data[0] % WIDEST if data else 1
    rows = (len(data) - 1) // width
    if rows > 0:
        grey = np.frombuffer(data, np.uint8, rows * width, 1).reshape(rows, width)
        check(reader().read(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR)))


def check(scene: Scene) -> None:
    """What every scene should be like."""
    frame = Box(0, 0, scene.frame.width, scene.frame.height)
    for digit in scene.digits:
        assert digit.text in reader().classes and 0 <= digit.confidence <= 1
        assert digit.box.area and digit.box.intersect(frame) == digit.box
        assert np.isfinite(digit.scores).all()
    assert [digit for number in scene.numbers for digit in number.digits] == list(scene.digits)  # fmt: skip


def page(text: str, width: int) -> bytes:
    """A number on paper as an input; its last two digits may touch."""
    image = np.full((32, width), 230, np.uint8)
    for k, char in enumerate(text):
        x = 4 + 18 * k - 3 * (k == len(text) - 1)
        cv2.putText(image, char, (x, 25), cv2.FONT_HERSHEY_SIMPLEX, 0.8, 30, 2)
    return bytes([width - 1]) + image.tobytes()


def seeds() -> Iterator[bytes]:
    """Numbers, one digit in a column, and nothing."""
    for text in NUMBERS:
        yield page(text, max(18 * len(text), 1) + 8)
    yield b""


def main() -> None:
    """Fuzz."""
    fuzz(__file__, one, seeds())


if __name__ == "__main__":
    main()
