"""Models side by side: size, accuracy, rejection, calibration and speed, measured alike."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from camrec.reading.classifier import CHUNK, Classifier
from camrec.reading.models import find_model
from camrec.reading.normalise import normalise_all
from camrec.training.data import LabelledSet, letter_crops, sliced
from camrec.training.evaluation.answers import Answers, ask
from camrec.training.evaluation.evaluate import figures, sets_at
from camrec.training.evaluation.latency import latencies
from camrec.training.evaluation.rejection import KEPT, character_scores, separation


@dataclass(frozen=True, slots=True)
class Quantity:
    """What is compared.

    Parameters
    ----------
    title : str
    form : str
        How its values are written, as for :meth:`str.format`.
    better : int
        1 where more is better, -1 where less is.
    """

    title: str
    form: str
    better: int


Values = dict[Quantity, "float | None"]
"""What one model reaches; None where it cannot be measured."""


@dataclass(frozen=True, slots=True, eq=False)
class Contender:
    """A model that is compared.

    Parameters
    ----------
    name : str
        As the user called it.
    weights : Path
    card : dict
        As training wrote it.
    classifier : Classifier
    """

    name: str
    weights: Path
    card: dict[str, Any]
    classifier: Classifier

    @classmethod
    def open(cls, name: str) -> Contender:
        """Open a model by name or path.

        Raises
        ------
        ModelError
            Where it cannot be used.
        """
        weights, classifier = find_model(name), Classifier(name)
        card = json.loads(weights.with_suffix(".json").read_text(encoding="utf-8"))
        return cls(name, weights, card, classifier)

    def in_litert(self) -> Classifier | None:
        """The classifier that runs in LiteRT: a Keras model's twin of the same card, or None where there is none."""
        if self.weights.suffix == ".tflite":
            return self.classifier
        twin = self.weights.with_suffix(".tflite")
        return Classifier(twin) if twin.is_file() else None


def short_names(contenders: Sequence[Contender]) -> list[str]:
    """Names for a table: of a path its last part, where no other model is called so."""
    last = [Path(contender.name).name for contender in contenders]
    return [
        name if last.count(name) == 1 else contender.name
        for name, contender in zip(last, contenders)
    ]


def told_apart(sets: Iterable[LabelledSet]) -> list[LabelledSet]:
    """The sets, numbered where several have one name."""
    met: Counter[str] = Counter()
    out = []
    for one in sets:
        met[one.name] += 1
        again = met[one.name]
        out.append(replace(one, name=f"{one.name} ({again})") if again > 1 else one)
    return out


PARAMETERS = Quantity("parameters", "{:,.0f}", -1)
SIZE = Quantity("file, kB", "{:,.0f}", -1)
"""Of 1,000 bytes."""


def measure(
    contender: Contender,
    sets: Sequence[LabelledSet],
    letters: Sequence[LabelledSet] = (),
    *,
    by: str,
    look_alikes: str,
) -> Values:
    """All that does not depend on what else the machine does.

    Parameters
    ----------
    contender : Contender
    sets : sequence of LabelledSet
        Accuracy is told of each; calibration, and what letters are held against, is that of the first.
    letters : sequence of LabelledSet
        Characters to reject. Those that the model has a class for are left out.
    by : {"best", "none"}
        Score that tells characters from others; see :func:`camrec.training.evaluation.rejection.character_scores`.
    look_alikes : str
        Letters that are left out of a second figure, where a set has any of them.

    Returns
    -------
    dict
        By quantity, in the order of the table.
    """
    values: Values = {
        PARAMETERS: contender.card.get("parameters"),
        SIZE: contender.weights.stat().st_size / 1000,
    }
    asked = [ask(contender.classifier, characters) for characters in sets]
    for answers in asked:
        values |= _accuracy(answers)
    values[Quantity(f"{asked[0].name} calibration error", "{:.2%}", -1)] = figures(asked[0])["ece"]  # fmt: skip
    characters = character_scores(asked[0], by)[asked[0].known]
    for others in letters:
        answers = ask(contender.classifier, others)
        values |= _rejection(answers, characters, by, look_alikes)
    return values


def _accuracy(answers: Answers) -> Values:
    told = figures(answers)
    return {
        Quantity(f"{answers.name} accuracy", "{:.2%}", 1): told["accuracy"],
        # Keeping everything is no merit of a model that cannot reject.
        Quantity(f"{answers.name} kept", "{:.2%}", 1): None
        if answers.none is None
        else told["kept"],
    }


def _rejection(
    answers: Answers, characters: np.ndarray, by: str, look_alikes: str
) -> Values:
    """Figures over all letters, and over those that are not written like digits."""
    scores, alike = character_scores(answers, by), np.isin(answers.labels, list(look_alikes))  # fmt: skip
    values = _apart(answers.name, characters, scores[~answers.known])
    if alike.any():
        clear = scores[~answers.known & ~alike]
        values |= _apart(f"{answers.name}, clear ones,", characters, clear)
    return values


def _apart(name: str, characters: np.ndarray, others: np.ndarray) -> Values:
    told = separation(characters, others) if len(characters) and len(others) else {}
    return {
        Quantity(f"{name} AUROC", "{:.4f}", 1): told.get("auroc"),
        Quantity(f"{name} passed at {KEPT:.0%} kept", "{:.2%}", -1): told.get(
            "false_positive_rate"
        ),
    }


def others_at(spec: str) -> list[LabelledSet]:
    """Sets to reject: as :func:`camrec.training.evaluation.evaluate.sets_at` finds them, or a zip of pictures."""
    path, _ = sliced(spec)
    if path.suffix != ".zip":
        return sets_at(spec)
    crops = letter_crops(spec)
    return [LabelledSet(path.stem, crops, np.zeros(len(crops), np.uint8), ("?",))]


def speeds(contenders: Sequence[Contender], characters: LabelledSet) -> list[Values]:
    """How long one crop and a full batch take in LiteRT, for each model; the crops are of `characters`."""
    crops = normalise_all(list(characters.images[:CHUNK]))
    runners = [contender.in_litert() for contender in contenders]
    present = [runner for runner in runners if runner]
    times = iter(latencies(present, crops, (1, CHUNK)))
    return [_speeds(next(times) if runner else {}) for runner in runners]


def _speeds(times: dict[int, float]) -> Values:
    return {
        Quantity("1 crop, ms", "{:.2f}", -1): times.get(1),
        Quantity(f"{CHUNK} crops, ms", "{:.2f}", -1): times.get(CHUNK),
    }
