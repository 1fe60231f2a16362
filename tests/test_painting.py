"""The watch over a window that its toolkit has forgotten to paint."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from camrec.stream.sinks import painting
from camrec.stream.sinks.painting import MOST_MENDS, UNLIKE, PaintWatch

SHOWN = np.full((4, 6, 3), 9, np.uint8)
BLACK = np.zeros_like(SHOWN)

Watched = Callable[..., list[str]]


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Watched:
    """Let a window be looked at; returns the titles of those that were mended."""

    def watched(*seen: np.ndarray | None, bare: bool = True) -> list[str]:
        mended: list[str] = []
        pictures = iter(seen)
        monkeypatch.setattr(painting, "LOOK_S", 0.0)
        monkeypatch.setattr(painting, "is_bare", lambda: bare)
        monkeypatch.setattr(painting, "picture_of", lambda *_: next(pictures))
        monkeypatch.setattr(painting, "map_again", mended.append)
        watch = PaintWatch("camrec")
        for _ in seen:
            watch.look(SHOWN)
        return mended

    return watched


def test_a_window_that_stays_black_is_put_on_the_screen_again(watched: Watched) -> None:
    assert watched(*[BLACK] * (UNLIKE - 1)) == []
    assert watched(*[BLACK] * UNLIKE) == ["camrec"]


def test_one_that_paints_late_is_left_alone(watched: Watched) -> None:
    late = [BLACK] * (UNLIKE - 1)
    assert watched(*late, SHOWN, *late) == []
    assert watched(*late, None, *late) == []  # nobody knows


def test_it_is_no_endless_flicker(watched: Watched) -> None:
    assert len(watched(*[BLACK] * UNLIKE * 2 * MOST_MENDS)) == MOST_MENDS


def test_a_window_manager_is_left_to_do_its_work(watched: Watched) -> None:
    assert watched(*[BLACK] * UNLIKE, bare=False) == []
