"""What a number has to look like, as the user says it: a regular expression, a count of digits, or both."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pattern:
    """What a number's text has to be.

    Parameters
    ----------
    regex : re.Pattern or None
        Fits as a whole.
    digits : tuple of (int, int) or None
        Least and most digits, both included; letters do not count.
    """

    regex: re.Pattern[str] | None = None
    digits: tuple[int, int] | None = None

    def fits(self, text: str) -> bool:
        """Whether a number of this text is one that was asked for."""
        if self.regex is not None and not self.regex.fullmatch(text):
            return False
        if self.digits is None:
            return True
        least, most = self.digits
        return text.isdigit() and least <= len(text) <= most

    def __str__(self) -> str:
        words = [self.regex.pattern] if self.regex is not None else []
        if self.digits is not None:
            least, most = self.digits
            words.append(f"{least if least == most else f'{least}-{most}'} digits")
        return " and ".join(words)


def pattern_of(
    regex: str | None = None, digits: int | tuple[int, int] | None = None
) -> Pattern | None:
    """The pattern that was asked for; None where nothing was.

    Parameters
    ----------
    regex : str, optional
        Regular expression.
    digits : int or (int, int), optional
        How many digits, or at least and at most how many.

    Raises
    ------
    ValueError
        Where `regex` is not a regular expression, or no number has so many digits.
    """
    if regex is None and digits is None:
        return None
    return Pattern(
        None if regex is None else _compile(regex),
        None if digits is None else _range(digits),
    )


def digits_of(text: str) -> tuple[int, int]:
    """``"5"`` or ``"4-6"`` as the least and the most digits.

    Raises
    ------
    ValueError
        Where the text says nothing of the kind.
    """
    match = re.fullmatch(r"(\d{1,3})(?:-(\d{1,3}))?", text, re.ASCII)
    if match is None:
        raise ValueError(f"{text!r} is not a number of digits, such as 5, or 4-6")
    least, most = match.groups()
    return _range((int(least), int(most or least)))


def _compile(regex: str) -> re.Pattern[str]:
    try:
        return re.compile(regex)
    except re.error as error:
        raise ValueError(
            f"pattern {regex!r} is not a regular expression ({error})"
        ) from error


def _range(digits: int | tuple[int, int]) -> tuple[int, int]:
    least, most = (digits, digits) if isinstance(digits, int) else digits
    if not 1 <= least <= most:
        raise ValueError(
            f"digits {least}-{most} holds no number; give one count, such as 5, or the least and the most"
        )
    return least, most
