"""A reading explained: every candidate with its reason, every line that was read a second time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from camrec.elements import Box, Digit, Scene
from camrec.reading import ctc
from camrec.reading.account import Account
from camrec.reading.contest import Contest, Verdict
from camrec.reading.grouping import Line, find_lines
from camrec.reading.ink import Ink
from camrec.reading.lines import STEP
from camrec.reading.normalise import normalise
from camrec.reading.reasons import Fate, Reasons
from camrec.reading.regions import Candidate
from camrec.reading.strips import MARGIN, OTHER

ELSE = "*"  # what the line reader takes for other ink
BAND = 0.7  # median heights of lines within which they are told from left to right


@dataclass(frozen=True, slots=True, eq=False)
class Inspected:
    """One shape that was looked at.

    Parameters
    ----------
    box : Box
        At the scale of work.
    crop : numpy.ndarray
        (28, 28) float32 in [0, 1], as the network saw it.
    alone : numpy.ndarray or None
        (classes,) probabilities without a look at its neighbours; None for what only the line reader found.
    judged : numpy.ndarray or None
        (classes,) probabilities in the end; None where a better path went past it.
    fate : Fate
    reason : str
        A few words; empty where nothing need be said.
    candidate : Candidate or None
    """

    box: Box
    crop: np.ndarray
    alone: np.ndarray | None
    judged: np.ndarray | None
    fate: Fate
    reason: str
    candidate: Candidate | None


@dataclass(frozen=True, slots=True)
class Mark:
    """A digit that one witness sees on a line.

    Parameters
    ----------
    text : str
        :data:`ELSE` is other ink.
    at : float
        Column of the strip, pixels.
    confidence : float
    """

    text: str
    at: float
    confidence: float


@dataclass(frozen=True, slots=True, eq=False)
class Reread:
    """A line that was read a second time.

    Parameters
    ----------
    box : Box
        At the scale of work.
    strip : numpy.ndarray
        (32, W) uint8, as the line reader saw it; 255 is pen.
    crops, line, both : tuple of Mark
        What the crops found, what the line reader spells, and what both say together.
    scattered : bool
        Whether the digits stand among other ink, so that the line reader had to see each of them.
    """

    box: Box
    strip: np.ndarray
    crops: tuple[Mark, ...]
    line: tuple[Mark, ...]
    both: tuple[Mark, ...]
    scattered: bool


@dataclass(frozen=True, slots=True, eq=False)
class Inspection:
    """All there is to know about the reading of one picture.

    Parameters
    ----------
    scene : Scene
        What is reported, as :meth:`~camrec.reading.reader.Reader.read` returns it.
    picture : numpy.ndarray
        (H, W, 3) uint8 BGR: the part that was read, upright and at the scale of work.
    ink : Ink
        Of `picture`.
    classes : tuple of str
    least : float
        Probability from which a digit is reported.
    shapes : tuple of Inspected
        In reading order.
    lines : tuple of Reread
        In reading order.
    """

    scene: Scene
    picture: np.ndarray
    ink: Ink
    classes: tuple[str, ...]
    least: float
    shapes: tuple[Inspected, ...]
    lines: tuple[Reread, ...]


def explain(account: Account) -> Inspection:
    """Find the reason of everything that was done.

    Parameters
    ----------
    account : Account

    Returns
    -------
    Inspection
    """
    seen = account.seen
    contests = {c.line.chains: c for c in account.resolved.second.contests}
    lines = _in_order(find_lines(seen.candidates))
    return Inspection(
        account.scene,
        seen.picture,
        seen.ink,
        account.classes,
        account.least,
        tuple(_shapes(account, lines)),
        tuple(
            _reread(contests[line.chains], account)
            for line in lines
            if line.chains in contests
        ),
    )


def _in_order(lines: list[Line]) -> list[Line]:
    """Lines from top to bottom; those that begin a band stay its measure, or clutter would make one of the whole page."""
    if not lines:
        return []
    reach = BAND * float(np.median([line.box.height for line in lines]))
    bands: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: line.box.centre[1]):
        if bands and line.box.centre[1] - bands[-1][0].box.centre[1] <= reach:
            bands[-1].append(line)
        else:
            bands.append([line])
    return [line for band in bands for line in sorted(band, key=lambda line: line.box.x)]  # fmt: skip


def _shapes(account: Account, lines: list[Line]) -> list[Inspected]:
    """Every candidate, and what only the line reader found; line by line, from left to right."""
    reasons = Reasons(account)
    spelled = {c.line.chains: c.verdicts for c in account.resolved.second.contests}
    index = {id(v): k for k, v in enumerate(account.resolved.second.verdicts)}
    out: list[Inspected] = []
    for line in lines:
        shapes = [_of_candidate(row, account, reasons) for row in line.members]
        for verdict in spelled.get(line.chains, []):
            if verdict.row is None:
                shapes.append(_of_verdict(verdict, index[id(verdict)], reasons))
        out += sorted(shapes, key=lambda shape: (shape.box.x, shape.box.width))
    return out + [_of_unseen(digit, account) for digit in reasons.unseen]


def _of_candidate(row: int, account: Account, reasons: Reasons) -> Inspected:
    seen, reason = account.seen, reasons.of_candidate(row)
    item = seen.candidates.items[row]
    return Inspected(
        item.region.box,
        seen.crops[row, :, :, 0],
        seen.scores[row],
        reasons.judged(row),
        reason.fate,
        reason.words,
        item,
    )


def _of_verdict(verdict: Verdict, k: int, reasons: Reasons) -> Inspected:
    reason, crop = reasons.of_verdict(k), normalise(verdict.ink)
    return Inspected(verdict.box, crop, None, verdict.scores, reason.fate, reason.words, None)  # fmt: skip


def _of_unseen(digit: Digit, account: Account) -> Inspected:
    box, ink = digit.box, account.seen.ink
    part = slice(box.y, box.bottom), slice(box.x, box.right)
    crop = normalise(np.minimum(ink.contrast[part], ink.mask[part]))
    return Inspected(box, crop, None, digit.scores, Fate.READ, "to fit the pattern", None)  # fmt: skip


def _reread(contest: Contest, account: Account) -> Reread:
    names = [account.classes[k] for k in account.resolved.first.digits]
    return Reread(
        contest.line.box,
        contest.strip.ink,
        _from_crops(contest, account, names),
        _from_line(contest, names),
        _from_both(contest, account, names),
        contest.scattered,
    )


def _from_crops(
    contest: Contest, account: Account, names: Sequence[str]
) -> tuple[Mark, ...]:
    first, items = account.resolved.first, account.seen.candidates.items
    marks = []
    for place in contest.read:
        sure = first.judged[place, first.digits]
        box = items[first.chosen[place]].region.box
        marks.append(_mark(contest, box, names[int(sure.argmax())], float(sure.max())))
    return tuple(marks)


def _from_line(contest: Contest, names: Sequence[str]) -> tuple[Mark, ...]:
    """What the line reader alone would have read, other ink too."""
    labels = ctc.n_best(contest.log_p)[0].labels
    (columns,) = ctc.peaks(contest.log_p, [labels])
    known = [*names, ELSE]
    return tuple(
        Mark(
            known[min(label, OTHER)],
            STEP * column + STEP / 2,
            float(np.exp(contest.log_p[column, label])),
        )
        for label, column in zip(labels, columns)
    )


def _from_both(
    contest: Contest, account: Account, names: Sequence[str]
) -> tuple[Mark, ...]:
    digits = account.resolved.first.digits
    marks = []
    for k, verdict in enumerate(contest.verdicts):
        sure = verdict.scores[digits]
        mark = _mark(contest, verdict.box, names[int(sure.argmax())], float(sure.max()))
        if not contest.scattered:
            column = contest.readings[0].columns[k]
            mark = Mark(mark.text, STEP * column + STEP / 2, mark.confidence)
        marks.append(mark)
    return tuple(marks)


def _mark(contest: Contest, box: Box, text: str, confidence: float) -> Mark:
    middle = box.centre[0] - contest.line.box.x
    return Mark(text, middle * contest.strip.scale + MARGIN, confidence)
