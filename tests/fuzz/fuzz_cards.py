"""Model cards beside sound weights: the loaders of crop and line networks, and the page that shows a card."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict
from functools import cache
from pathlib import Path

from fuzzing import SEEDS, fuzz, instrumented, mutated_json, place, refusing

with instrumented():
    import numpy as np

    from camrec.reading import normalise, strips
    from camrec.reading.classifier import Classifier
    from camrec.reading.lines import CLASSES, LineReader
    from camrec.reading.models import Card

WEIGHTS = SEEDS / "small.tflite"
"""The mean of each 7x7 and a dense layer, untrained: a crop network of 3 kB, as camrec's own converter writes it."""


@cache
def weights() -> Path:
    """Sound ones where a card can be put beside them; written once."""
    path = place(WEIGHTS.name)
    path.write_bytes(WEIGHTS.read_bytes())
    return path


def one(data: bytes) -> None:
    """A card is refused in a sentence, or the model works and the card means what it says."""
    card = weights().with_suffix(".json")
    card.write_bytes(data)
    with refusing():
        check_card(Card.read(card), data)
    with refusing():
        check(Classifier(weights(), threads=1))
    with refusing():
        LineReader(weights(), threads=1)


def check_card(card: Card, data: bytes) -> None:
    """Other readers of the same file, such as reports and the page, find what was found here."""
    told = json.loads(data)
    found = {**told, **asdict(card), "classes": list(card.classes)}
    assert repr(found) == repr(
        told
    )  # which tells 1 from True, and NaN from nothing else


def check(classifier: Classifier) -> None:
    """What every classifier gives."""
    crops = np.random.default_rng(1).random((3, normalise.SIDE, normalise.SIDE, 1), np.float32)  # fmt: skip
    scores = classifier.scores(crops)
    assert scores.shape == (3, len(classifier.classes))
    assert np.allclose(scores.sum(axis=1), 1, atol=1e-3)


def seeds() -> Iterator[bytes]:
    """Cards of both kinds of networks, with and without what only people read."""
    digest = hashlib.sha256(WEIGHTS.read_bytes()).hexdigest()
    crops = {
        "classes": [*"0123456789", "none"],
        "normaliser": normalise.VERSION,
        "temperature": 1.25,
        "sha256": {WEIGHTS.name: digest},
    }
    lines = {**crops, "classes": list(CLASSES), "normaliser": strips.VERSION}
    for card in (crops, {**crops, "settings": {"epochs": 20}, "scores": []}, lines):
        yield json.dumps(card).encode()


def main() -> None:
    """Fuzz."""
    fuzz(__file__, one, seeds(), mutated_json)


if __name__ == "__main__":
    main()
