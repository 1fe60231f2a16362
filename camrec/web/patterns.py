"""Regular expressions of strangers: those that could keep a processor busy for hours are refused.

Python's engine goes back and tries every way in which a pattern can be laid over a text, and nothing can stop it
meanwhile: ``(\\d+)*x`` takes 2^n steps for n digits. So the ways are counted before it is let loose.
"""

from __future__ import annotations

import re
from typing import Any

try:
    from re import _parser as sre  # type: ignore[attr-defined]
except ImportError:  # Python 3.10
    import sre_parse as sre

LONGEST = 64  # digits that any number in a picture may well have
MOST_WAYS = 20_000  # about a millisecond


def check_pattern(regex: str) -> None:
    """Refuse what is no regular expression, or could take long.

    Parameters
    ----------
    regex : str

    Raises
    ------
    ValueError
    """
    try:
        ways = _of_sequence(sre.parse(regex))
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(
            f"pattern {regex!r} is not a regular expression ({error})"
        ) from error
    if ways > MOST_WAYS:
        raise ValueError(
            f"pattern {regex!r} fits in too many ways; say it with fewer * and + and without looking around or back"
        )


def _of_sequence(items: Any) -> float:
    """In how many ways a sequence of parsed items can be laid over a text, at the most."""
    ways = 1.0
    for kind, argument in items:
        ways *= _of_item(str(kind), argument)
    return ways


def _of_item(kind: str, argument: Any) -> float:
    if kind in ("LITERAL", "NOT_LITERAL", "IN", "ANY", "AT"):
        return 1.0
    if kind == "BRANCH":
        return sum(_of_sequence(branch) for branch in argument[1])
    if kind == "SUBPATTERN":
        return _of_sequence(argument[-1])
    if kind in ("MAX_REPEAT", "MIN_REPEAT"):
        return _of_repeats(*argument)
    return float("inf")  # looks around or back, or is newer than this list


def _of_repeats(least: int, most: int, body: Any) -> float:
    if int(least) > 1 and body.getwidth()[0] == 0:
        return float("inf")  # nothing, again and again: no text ends the engine's count
    each = min(_of_sequence(body), 2 * MOST_WAYS)  # its powers stay finite
    least, most = min(int(least), LONGEST), min(int(most), LONGEST)
    return sum(each**times for times in range(least, most + 1))
