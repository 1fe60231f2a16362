"""Why a candidate is reported, or is not: one reason each, in a few words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

import numpy as np

from camrec.elements import Digit, Number
from camrec.reading.account import Account
from camrec.reading.classifier import NONE
from camrec.reading.contest import Contest

HOPE = 0.1  # probability alone from which a candidate is worth a line


class Fate(Enum):
    """What became of a candidate, and at which step."""

    READ = "read"
    NONE = "none to the network"
    BODY = "a thing, no stroke"
    BELOW = "less sure than asked for"
    COMPANY = "none in its company"
    PATH = "a better path through its chain"
    INSIDE = "inside a surer digit"
    STROKE = "a stroke of a word"
    UNSEEN = "not seen by the line reader"
    SPELLED = "spelled otherwise by both readers"
    PATTERN = "does not fit the pattern"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a shape met its fate.

    Parameters
    ----------
    fate : Fate
    words : str
        A few, ASCII.
    """

    fate: Fate
    words: str

    def __str__(self) -> str:
        if self.fate is not Fate.READ:
            return self.words
        return f"read, {self.words}" if self.words else "read"


class Reasons:
    """Finds the reason of every candidate of one reading.

    Parameters
    ----------
    account : Account

    Attributes
    ----------
    unseen : list of Digit
        Those that are reported though neither reading had them: to fit the pattern, and shown by no candidate alone.
    """

    def __init__(self, account: Account) -> None:
        first, second = account.resolved.first, account.resolved.second
        self._account, self._first = account, first
        self._items = account.seen.candidates.items
        self._place = {row: place for place, row in enumerate(first.chosen)}
        self._verdict = {v.row: k for k, v in enumerate(second.verdicts) if v.row is not None}  # fmt: skip
        self._contest = {c: contest for contest in second.contests for c in contest.line.chains}  # fmt: skip
        self._number = {id(d): number for number in account.numbers for d in number.digits}  # fmt: skip
        self._strokes = {id(digit) for digit in account.resolved.strokes}
        self._on_path: dict[int, list[int]] = {}
        for row in first.chosen:
            self._on_path.setdefault(self._items[row].chain, []).append(row)
        self._reported = {id(d) for number in account.reported for d in number.digits}
        self._to_fit: dict[int, Digit] = {}
        self.unseen: list[Digit] = []
        self._find_forced()

    def _find_forced(self) -> None:
        """Find the candidates of digits that only a reading that fits the pattern has."""
        known = {id(digit) for digit in self._account.resolved.judged}
        for number in self._account.reported:
            for digit in number.digits:
                if id(digit) in known:
                    continue
                rows = [k for k, item in enumerate(self._items) if item.region.box == digit.box]  # fmt: skip
                column = self._account.classes.index(digit.text)
                if rows:
                    row = max(rows, key=lambda k: self._first.scores[k, column])
                    self._to_fit[row] = digit
                else:
                    self.unseen.append(digit)

    def of_candidate(self, row: int) -> Reason:
        """Why the candidate in this row is a digit or none."""
        if row in self._to_fit:
            return Reason(Fate.READ, "to fit the pattern")
        if row in self._verdict:
            return self.of_verdict(self._verdict[row])
        if row in self._place:
            return self._of_chosen(row)
        return self._of_passed_over(row)

    def of_verdict(self, k: int) -> Reason:
        """Why what the verdict of this index is about is a digit or none."""
        digit = self._account.resolved.judged[k]
        row = self._account.resolved.second.verdicts[k].row
        if digit.confidence < self._account.least:
            return self._too_unsure(digit, row)
        number = self._number.get(id(digit))
        if id(digit) in self._strokes:
            return Reason(Fate.STROKE, f"{digit.text} {digit.confidence:.2f} alone, cut out of a word")  # fmt: skip
        if number is None:
            return Reason(Fate.INSIDE, f"inside a surer {self._around(digit).text}")
        if id(digit) not in self._reported:
            return self._unfit(number)
        if row is None:
            return Reason(Fate.READ, "line reader alone")
        return Reason(Fate.READ, self._how(row, digit))

    def _how(self, row: int, digit: Digit) -> str:
        """What the second reading changed, if anything."""
        if row not in self._place:
            return "by the line"
        before = self._best(row)
        return "" if before == digit.text else f"{before} before the line"

    def judged(self, row: int) -> np.ndarray | None:
        """(classes,) probabilities in the end: both witnesses' where there were two, else in company; None off the path."""
        if row in self._to_fit:
            return self._to_fit[row].scores
        if row in self._verdict:
            return self._account.resolved.second.verdicts[self._verdict[row]].scores
        place = self._place.get(row)
        return None if place is None else self._first.judged[place]

    def _of_chosen(self, row: int) -> Reason:
        """A candidate on the path of its chain, on which the second reading gave no verdict."""
        sure = self._first.judged[self._place[row], self._first.digits].max()
        contest = self._contest[self._items[row].chain]
        if sure < self._account.least:
            return self._alone_or_in_company(row)
        if contest.scattered:
            return Reason(Fate.UNSEEN, f"line reader sees no {self._best(row)}")
        return Reason(Fate.SPELLED, f"both spell {self._spelling(contest)}")

    def _of_passed_over(self, row: int) -> Reason:
        """A candidate off the path of its chain."""
        alone = self._first.scores[row]
        if alone[self._first.digits].max() < HOPE:
            return self._says_none(row)
        item = self._items[row]
        better = [
            k
            for k in self._on_path.get(item.chain, [])
            if self._items[k].first < item.last and item.first < self._items[k].last
        ]
        if not better:
            return Reason(Fate.PATH, "path leaves it out")
        better.sort(key=lambda k: self._items[k].first)
        texts = " ".join(self._look(self._first.scores[k]) for k in better)
        return Reason(Fate.PATH, f"better path: {texts}")

    def _too_unsure(self, digit: Digit, row: int | None) -> Reason:
        if row is not None and not self._is_spelled(row):
            return self._alone_or_in_company(row)
        return Reason(Fate.BELOW, f"together {digit.confidence:.2f} < {self._account.least:g}")  # fmt: skip

    def _alone_or_in_company(self, row: int) -> Reason:
        """Why a candidate is not sure enough after the first reading."""
        alone = self._first.scores[row]
        before = alone[self._first.digits].max()
        after = self._first.judged[self._place[row], self._first.digits].max()
        if before >= self._account.least:
            return Reason(Fate.COMPANY, f"company: {before:.2f} -> {after:.2f}")
        if self._text(alone) == NONE:
            return self._says_none(row)
        return Reason(Fate.BELOW, f"{before:.2f} < {self._account.least:g}")

    def _says_none(self, row: int) -> Reason:
        if body := self._items[row].body:
            return Reason(Fate.BODY, body.value)
        p = 1 - self._first.scores[row, self._first.digits].sum()
        return Reason(Fate.NONE, f"none {p:.2f}")

    def _unfit(self, number: Number) -> Reason:
        """Of a number that does not fit as it was read: what it was read as instead, if anything."""
        box = number.box
        for other in self._account.reported:
            if other.box.intersect(box).area > box.area / 2:
                return Reason(Fate.PATTERN, f"{number.text} does not fit, {other.text} does")  # fmt: skip
        return Reason(Fate.PATTERN, f"{number.text} does not fit {self._account.pattern}")  # fmt: skip

    def _is_spelled(self, row: int) -> bool:
        contest = self._contest.get(self._items[row].chain)
        return contest is not None and not contest.scattered

    def _spelling(self, contest: Contest) -> str:
        names = [self._account.classes[k] for k in self._first.digits]
        return "".join(names[k] for k in contest.readings[0].digits) or "nothing"

    def _best(self, row: int) -> str:
        """The likeliest digit of a candidate after the first reading."""
        sure = self._first.judged[self._place[row], self._first.digits]
        return self._account.classes[self._first.digits[int(sure.argmax())]]

    def _text(self, scores: np.ndarray) -> str:
        return self._account.classes[int(scores.argmax())]

    def _look(self, scores: np.ndarray) -> str:
        return self._text(scores).replace(NONE, "-")

    def _around(self, digit: Digit) -> Digit:
        """The digit that is reported in the place of this one."""
        kept = self._account.resolved.digits
        return max(kept, key=lambda other: other.box.intersect(digit.box).area)


def told(account: Account) -> Iterator[str]:
    """A line for each candidate that had any hope: what it looks like alone, where it is, what became of it."""
    reasons, frame = Reasons(account), account.scene.frame
    digits = account.resolved.first.digits
    for row, item in enumerate(account.seen.candidates.items):
        alone = account.seen.scores[row, digits]
        if alone.max() < HOPE:
            continue
        reason = reasons.of_candidate(row)
        text = account.classes[digits[int(alone.argmax())]]
        box = account.full(item.region.box).as_list()
        yield f"{frame.source or 'picture'}, frame {frame.index}: {text} {alone.max():.2f} at {box}: {reason}"
