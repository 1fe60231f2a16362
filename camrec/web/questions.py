"""What a request asks of a picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Depends, Query

from camrec.reading.pattern import digits_of, pattern_of
from camrec.reading.reader import Reader
from camrec.settings import ReadingSettings
from camrec.web.patterns import check_pattern
from camrec.web.problems import Problem

DEFAULT = ReadingSettings()

Confidence = Annotated[
    float,
    Query(ge=0, le=1, description="Report only digits at least this sure."),
]
PatternText = Annotated[
    str | None,
    Query(
        max_length=100,
        description=r"Regular expression; only numbers that fit it as a whole, such as \d{4}.",
    ),
]
DigitsText = Annotated[
    str | None,
    Query(
        pattern=r"^[1-9][0-9]{0,2}(-[1-9][0-9]{0,2})?$",
        description="Only numbers of so many digits: 5, or 4-6.",
    ),
]
Rotation = Annotated[
    Literal["auto", "0", "90", "180", "270"],
    Query(
        description="Degrees clockwise that bring the picture upright; auto finds them for stills."
    ),
]
PageId = Annotated[
    str | None,
    Query(
        pattern="^[A-Za-z0-9_-]{8,64}$",
        description="Frames of one camera share an id of the client's choice; their digits are followed through time.",
    ),
]
Details = Annotated[
    bool,
    Query(
        description="Each digit also has the crop that the network saw, and the probability of every class."
    ),
]


@dataclass(frozen=True, slots=True)
class Question:
    """How a picture is to be read.

    Parameters
    ----------
    settings : ReadingSettings
    pattern : str or None
    digits : (int, int) or None
    details : bool
        Digits keep their crops.
    """

    settings: ReadingSettings
    pattern: str | None = None
    digits: tuple[int, int] | None = None
    details: bool = False

    @property
    def asks(self) -> bool:
        """Whether numbers have to fit anything."""
        return self.pattern is not None or self.digits is not None

    def of(self, reader: Reader) -> Reader:
        """A reader that asks this."""
        return reader.asking(
            self.settings,
            pattern=self.pattern,
            digits=self.digits,
            keep_crops=self.details,
        )


def question_of(
    min_confidence: Confidence = DEFAULT.min_confidence,
    pattern: PatternText = None,
    digits: DigitsText = None,
    rotate: Rotation = "auto",
    track: PageId = None,
    details: Details = False,
) -> Question:
    """The question in a request's address.

    Raises
    ------
    Problem
        422 where the pattern or the count of digits is none.
    """
    settings = ReadingSettings(min_confidence=min_confidence, rotate=rotate)
    try:
        check_pattern(pattern or "")
        pattern_of(pattern or None)
        counts = None if digits is None else digits_of(digits)
    except ValueError as error:
        message, _, hint = str(error).rpartition("; ")
        raise Problem(422, "bad_pattern", message or hint, hint if message else r"give one such as \d{4}, or digits=4-6") from error  # fmt: skip
    return Question(settings.for_video() if track else settings, pattern or None, counts, details)  # fmt: skip


Asked = Annotated[Question, Depends(question_of)]
