"""What a check found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

State = Literal["ok", "lacks", "broken"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Parameters
    ----------
    subject : str
        What it is about: "window", "camera 0".
    state : str
        "ok"; "lacks" where something cannot be done that reading a picture does not need; "broken" where it does.
    found : str
        One line for people.
    remedy : str
        What to do about it; "" where all is well.
    details : dict
        For programs; goes into JSON as it is.
    """

    subject: str
    state: State
    found: str
    remedy: str = ""
    details: dict[str, Any] = field(default_factory=dict)
