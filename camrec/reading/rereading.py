"""Lines in doubt are read a second time: as a whole, by the line reader.

Where crops found a number that is not clean, both witnesses spell it together. Where they found digits scattered among
other ink, as in a word, the line reader has to see each of them too; unless it spells nothing but digits without doubt, as
where most of them are linked. Where crops found none at all, or shapes unlike in height, it is asked about a few lines, and
believed on the same terms; of the latter, where rows may have run together, only if it is sure which digits they are.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from camrec.reading import ctc
from camrec.reading.contest import (
    Case,
    Contest,
    First,
    Verdict,
    decide,
)
from camrec.reading.doubt import part
from camrec.reading.grouping import Line, level
from camrec.reading.lines import LineReader
from camrec.reading.strips import OTHER, Strip, frame_ink

# From this probability on that so many digits stand on a line, and nothing else, crops need not see them; two are often
# spelled by leaves or a face:
PLAIN = ((3, 0.6), (2, 0.9))
ANY_DIGITS = 20.0  # odds, what stands around taken into account, that a line is three digits or more, whichever they are; likewise
PAPER = 0.125  # of a line's height, above and below: five in a hundred more amounts on cheques are read whole so
OTHER_PRICE = 2.0  # nats; the line reader learned from more letters than stand beside numbers in life
TINY = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Second:
    """The reading once lines in doubt were read again.

    Parameters
    ----------
    verdicts : list of Verdict
        On every place.
    contests : list of Contest
        One for each line that was in doubt, or was believed though crops tell nothing of it.
    """

    verdicts: list[Verdict]
    contests: list[Contest]


def as_read(first: First) -> Second:
    """The verdicts of the crops alone."""
    return Second(first.verdicts(list(range(len(first.chosen)))), [])


def reread(first: First, reader: LineReader) -> Second:
    """Verdicts on every place, those of doubtful lines given anew.

    Parameters
    ----------
    first : First
    reader : LineReader
        Is asked once, about all lines in doubt and some that crops tell nothing of together.
    """
    parted = part(first)
    verdicts = [v for _, places in parted.clear for v in first.verdicts(places)]
    asked = parted.doubtful + parted.unread + parted.uneven
    sheets = [line.ink(first.candidates.items) for line, _ in asked]
    strips = [strip_of(line, sheet) for sheet, (line, _) in zip(sheets, asked)]
    others = [first.digits_at(first.found(places)) for _, places in asked]  # fmt: skip
    columns = [fair(log_p) for log_p in reader.log_probabilities(strips, others)]
    even = len(asked) - len(parted.uneven)
    cases = []
    for k, (line, places) in enumerate(asked):
        spelled = ctc.n_best(columns[k])
        plain = _spells_digits(spelled) or (
            k < even and _is_digits(spelled, columns[k], first.surrounded(places))
        )
        if k < len(parted.doubtful) or plain:
            cases.append(Case(first, line, places, sheets[k], strips[k], columns[k], spelled, plain=plain))  # fmt: skip
        else:
            verdicts += first.verdicts(places)
    contests = decide(cases)
    verdicts += [verdict for contest in contests for verdict in contest.verdicts]
    return Second(verdicts, contests)


def _spells_digits(spelled: list[ctc.Spelling]) -> bool:
    """Whether a line surely spells digits and nothing else."""
    return any(_chance(spelled, least) > p for least, p in PLAIN)


def _is_digits(
    spelled: list[ctc.Spelling], log_p: np.ndarray, surrounded: float
) -> bool:
    """Whether a line surely holds several digits: with a sign behind them, or though it is not sure which they are."""
    least, enough = PLAIN[0]
    ended = [ctc.Spelling(_unended(s.labels), s.log_p) for s in spelled]
    if _chance(ended, least) > enough:
        return True
    # Each column speaks for itself: this is the chance of all spellings without other ink, also of those not kept.
    clean = float(np.prod(-np.expm1(log_p[:, OTHER])))
    kept = sum(math.exp(s.log_p) for s in spelled if OTHER not in s.labels)
    p = clean * _chance(spelled, least) / max(TINY, kept)
    return p * math.exp(surrounded) > ANY_DIGITS * (1 - p)


def _chance(spelled: list[ctc.Spelling], least: int) -> float:
    """Probability of so many digits, or more, and nothing else; strokes side by side, as in texture, spell a row of 1."""
    numbers = [s for s in spelled if OTHER not in s.labels and set(s.labels) != {1}]
    return sum(math.exp(s.log_p) for s in numbers if len(s.labels) >= least)


def _unended(labels: ctc.Labels) -> ctc.Labels:
    """Labels without the sign behind them, if there is one."""
    return labels[:-1] if labels[-1:] == (OTHER,) else labels


def strip_of(line: Line, sheet: np.ndarray) -> Strip:
    """A line's ink as the line reader takes it.

    It is brought level, with paper above and below, as strings that were learned from have it beside their tallest digit.

    Parameters
    ----------
    line : Line
    sheet : numpy.ndarray
        (h, w) uint8, its ink; 255 is pen.

    Returns
    -------
    Strip
        Its columns are those of `sheet`.
    """
    more = round(PAPER * len(sheet))
    ink = cv2.copyMakeBorder(level(sheet, line.slope), more, more, 0, 0, cv2.BORDER_CONSTANT)  # fmt: skip
    return frame_ink(ink)


def fair(log_p: np.ndarray) -> np.ndarray:
    """The line reader's columns with its leaning towards other ink taken back.

    Parameters
    ----------
    log_p : numpy.ndarray
        (columns, classes), left as they are.

    Returns
    -------
    numpy.ndarray
        Of the same shape; the probabilities of each column sum to 1.
    """
    log_p = log_p.copy()
    log_p[:, OTHER] -= OTHER_PRICE
    return log_p - np.logaddexp.reduce(log_p, axis=1, keepdims=True)
