"""What frames show that were not read, from the readings before and after them."""

from __future__ import annotations

from dataclasses import replace
from statistics import median

from camrec.elements import Box, Digit, Frame, Scene

Shift = tuple[float, float, float, float]  # px: of x, y, width and height


def between(before: Scene, after: Scene, frame: Frame) -> Scene:
    """The scene of a frame between two that were read and tracked.

    Parameters
    ----------
    before, after : Scene
        The readings; the same one twice shows it unmoved.
    frame : Frame
        Its time lies between theirs.

    Returns
    -------
    Scene
        What `before` shows, on its way in a straight line to where `after` shows it. What `after` does not show moves
        as the others do on the whole.
    """
    span = after.frame.time - before.frame.time
    share = min(1.0, (frame.time - before.frame.time) / span) if span > 0 else 0.0
    shifts = _shifts(before, after)
    tracks = {
        id(track.digit): replace(track, digit=_moved(track.digit, shifts[track.id], share))
        for track in before.tracks
    }  # fmt: skip

    def now(digit: Digit) -> Digit:
        return tracks[id(digit)].digit if id(digit) in tracks else digit

    numbers = tuple(
        replace(number, digits=digits, box=Box.around([d.box for d in digits]))
        for number in before.numbers
        if (digits := tuple(now(digit) for digit in number.digits))
    )
    digits = tuple(now(digit) for digit in before.digits)
    return Scene(frame, digits, numbers, tuple(tracks.values()))


def _shifts(before: Scene, after: Scene) -> dict[int, Shift]:
    """How far the track of each id moves from one scene to the next."""
    ends = {track.id: track.digit.box for track in after.tracks}
    known = {t.id: _shift(t.digit.box, ends[t.id]) for t in before.tracks if t.id in ends}  # fmt: skip
    moves = [*known.values()] or [(0.0, 0.0, 0.0, 0.0)]
    usual = (median(move[0] for move in moves), median(move[1] for move in moves), 0.0, 0.0)  # fmt: skip
    return {track.id: known.get(track.id, usual) for track in before.tracks}


def _shift(start: Box, end: Box) -> Shift:
    return (
        end.x - start.x,
        end.y - start.y,
        end.width - start.width,
        end.height - start.height,
    )


def _moved(digit: Digit, shift: Shift, share: float) -> Digit:
    box = digit.box
    x, y, width, height = (
        round(value + share * change)
        for value, change in zip((box.x, box.y, box.width, box.height), shift)
    )
    return replace(digit, box=Box(x, y, max(1, width), max(1, height)))
