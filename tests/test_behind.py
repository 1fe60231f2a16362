"""An encoder one picture behind: nothing is lost, mixed up or kept silent."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from camrec.stream.sinks.behind import Behind


class Film:
    """An encoder that keeps what it gets, waits until it may go on, and fails from a picture on."""

    def __init__(self, fails_from: int = 99) -> None:
        self.pictures: list[int] = []
        self.closed = 0
        self.go = threading.Event()
        self._fails_from = fails_from

    def write(self, image: np.ndarray) -> None:
        assert self.go.wait(10)
        if len(self.pictures) >= self._fails_from:
            raise OSError("no room")
        self.pictures.append(int(image[0, 0, 0]))

    def close(self) -> None:
        self.closed += 1


def picture(level: int) -> np.ndarray:
    return np.full((2, 2, 3), level, np.uint8)


def test_a_picture_is_not_waited_for_and_all_come_in_order():
    film = Film()
    behind = Behind(film)
    behind.write(picture(0))
    assert film.pictures == []
    film.go.set()
    for level in range(1, 20):
        behind.write(picture(level))
    behind.close()
    assert film.pictures == list(range(20)) and film.closed == 1


def test_a_picture_that_fails_is_told_with_the_next():
    film = Film(fails_from=1)
    film.go.set()
    behind = Behind(film)
    behind.write(picture(0))
    behind.write(picture(1))
    with pytest.raises(OSError, match="no room"):
        behind.write(picture(2))
    behind.close()
    assert film.pictures == [0] and film.closed == 1


def test_the_last_picture_is_told_when_closing_and_the_file_is_closed_all_the_same():
    film = Film(fails_from=0)
    film.go.set()
    behind = Behind(film)
    behind.write(picture(0))
    with pytest.raises(OSError, match="no room"):
        behind.close()
    assert film.closed == 1
