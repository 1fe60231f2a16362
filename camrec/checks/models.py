"""Models: do their cards fit, and do they read?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from camrec.checks.finding import Finding, State
from camrec.errors import CamrecError
from camrec.reading.classifier import Classifier
from camrec.reading.lines import LineReader
from camrec.reading.models import DEFAULT, LINES, find_model
from camrec.reading.reader import Reader
from camrec.resources import sample, shipped, user_models

PAGE = "white.jpg"
LEAST = 0.9  # of its digits; 0.95 and more are read wherever the networks compute as they should

_NEEDED = (DEFAULT, LINES)
_AGAIN = "install camrec again: `pip install --force-reinstall camrec`"


def check_models() -> Iterator[Finding]:
    """Every model that goes by name, and a page that is read."""
    for name in _names():
        yield _check_card(name)
    yield _check_page()


def _names() -> list[str]:
    """Models that are shipped, and those that the user has made."""
    homes = [*shipped("models"), user_models()]
    found = {path.stem for home in homes for path in home.glob("*.tflite")}
    return sorted({*found, *_NEEDED})


def _check_card(name: str) -> Finding:
    subject, needed = f"model {name}", name in _NEEDED
    try:
        path = find_model(name)
        card = (LineReader if name == LINES else Classifier)(path).card
        told = json.loads(path.with_suffix(".json").read_text("utf-8"))
    except CamrecError as error:
        state: State = "broken" if needed else "lacks"
        return Finding(subject, state, str(error), _AGAIN if needed else "make it anew or remove it")  # fmt: skip
    details = {
        "path": str(path),
        "classes": card.classes,
        "sha256": card.sha256[path.name],
        **{key: told.get(key) for key in ("parameters", "camrec", "normaliser")},
    }
    found = f"{len(card.classes)} classes, {told.get('parameters', '?')} parameters, weights as on its card"
    return Finding(subject, "ok", found, details=details)


def _check_page() -> Finding:
    try:
        told = _labels()
        scene = Reader().read(sample(PAGE))
    except (CamrecError, OSError, ValueError, StopIteration) as error:
        return Finding("self-test", "broken", f"{PAGE} cannot be read ({error})", _AGAIN)  # fmt: skip
    right = _right(told, [(d.text, d.box.centre) for d in scene.digits])
    details = {"digits": len(told), "right": right, "read": len(scene.digits)}
    found = f"{right} of {len(told)} digits of {PAGE} read rightly"
    if right < LEAST * len(told) or len(scene.digits) > len(told) / LEAST:
        found += f", {len(scene.digits)} reported"
        return Finding("self-test", "broken", found, f"the networks compute wrongly here: {_AGAIN}", details)  # fmt: skip
    return Finding("self-test", "ok", found, details=details)


def _labels() -> list[dict[str, Any]]:
    """The digits that stand on the page."""
    items = json.loads(sample("labels.json").read_text("utf-8"))
    digits: list[dict[str, Any]] = next(i["digits"] for i in items if i["file"] == PAGE)
    return digits


def _right(
    told: list[dict[str, Any]], read: list[tuple[str, tuple[float, float]]]
) -> int:
    """How many of the digits that stand there were read, each in its place."""
    return sum(
        any(text == one["digit"] and _inside(one["box"], *centre) for text, centre in read)
        for one in told
    )  # fmt: skip


def _inside(box: list[int], x: float, y: float) -> bool:
    return box[0] <= x <= box[0] + box[2] and box[1] <= y <= box[1] + box[3]
