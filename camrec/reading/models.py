"""Models as files: where they lie, and the card beside the weights that says what they are."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from camrec.errors import ModelError
from camrec.resources import shipped, user_models

DEFAULT, LINES, LETTERS = "digits", "lines", "letters"
_MADE_BY = {LINES: " --lines", LETTERS: " --classes letters", "alnum": " --classes alnum"}  # fmt: skip
WEIGHTS = (".tflite", ".keras", ".onnx")
LARGEST_CARD = 2**20  # bytes; shipped ones have 3,000
# Temperatures; far beyond, scores are all alike or no numbers any more.
COLDEST, HOTTEST = 0.001, 1000


@dataclass(frozen=True, slots=True)
class Card:
    """What a model says of itself; written by training, read here.

    Parameters
    ----------
    classes : tuple of str
        Names in the order of the scores; "none" among them is "not a digit".
    normaliser : int
        :data:`camrec.reading.normalise.VERSION` it was trained with.
    temperature : float
        Divides the logits before the softmax (Guo et al., "On calibration of modern neural networks", 2017).
    sha256 : dict
        File name to hexadecimal digest of each weight file.
    """

    classes: tuple[str, ...]
    normaliser: int
    temperature: float
    sha256: dict[str, str]

    @classmethod
    def read(cls, path: Path) -> Card:
        """Read a card.

        Raises
        ------
        ModelError
            Where the file is missing, is not JSON, larger than a megabyte, or lacks a field.
        """
        try:
            return cls._of(json.loads(card_text(path)))
        except FileNotFoundError:
            raise ModelError(
                f"{path}: the model card is missing; keep it beside the weights, as `camrec train` writes it"
            ) from None
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise ModelError(
                f"{path}: not a model card ({type(error).__name__}: {error}); take the one that `camrec train` wrote"
            ) from error

    @classmethod
    def _of(cls, told: dict[str, Any]) -> Card:
        """Take the fields as they are and turn none into what it is not: others read the same file."""
        classes, digests = told["classes"], told["sha256"]
        normaliser, temperature = told["normaliser"], told["temperature"]
        if not (isinstance(classes, list) and all(map(_is_name, classes))):
            raise TypeError("classes is no list of names")
        if not (isinstance(digests, dict) and all(isinstance(d, str) for d in digests.values())):  # fmt: skip
            raise TypeError("sha256 does not give a text for each file")
        if type(normaliser) is not int or type(temperature) not in (int, float):
            raise TypeError("normaliser or temperature is no number")
        return cls(tuple(classes), normaliser, temperature, digests)

    def check(self, weights: Path, normaliser: int) -> None:
        """Refuse weights that this card does not describe or that this version cannot feed.

        Parameters
        ----------
        weights : Path
        normaliser : int
            VERSION of what would feed them.

        Raises
        ------
        ModelError
        """
        if self.normaliser != normaliser:
            raise ModelError(
                f"{weights}: made for normaliser {self.normaliser}, this camrec has {normaliser}; train the model again with `camrec train`"
            )
        if (
            len(set(self.classes)) < max(2, len(self.classes))
            or not COLDEST <= self.temperature <= HOTTEST
        ):
            raise ModelError(
                f"{weights}: its card lists classes twice, or its temperature of {self.temperature} is not in [{COLDEST}, {HOTTEST}]; take the card that `camrec train` wrote"
            )
        found = hashlib.sha256(weights.read_bytes()).hexdigest()
        if self.sha256.get(weights.name) != found:
            raise ModelError(
                f"{weights}: its sha256 {found[:12]}... is not the one on its card; the two do not belong together, so copy both again or train anew"
            )


def card_text(path: Path) -> str:
    """Text of a card, or of a recipe, which is written like one.

    Raises
    ------
    OSError
    ValueError
        Where it is longer than any card, or no UTF-8.
    """
    with path.open("rb") as file:
        data = file.read(LARGEST_CARD + 1)
    if len(data) > LARGEST_CARD:
        raise ValueError("it is longer than a megabyte")
    return data.decode()


def find_model(model: str | Path) -> Path:
    """Path of the weights of a model, by its name or the path itself.

    Raises
    ------
    ModelError
        Where there is no such file; it names the command that makes one.
    """
    path = model_path(model)
    if path.is_file():
        return path
    if path.suffix == ".onnx":
        raise ModelError(f"{model}: no such model; make it with `camrec export`")
    looked = "" if path == Path(model) else f", looked for {path.name} in {_listed(_homes())}"  # fmt: skip
    made = f'make it with `camrec train{_MADE_BY.get(path.stem, "")} --out "{path.parent}" --name {path.stem}`'
    # A reading command makes the model that it is asked for, which the line reader never is.
    itself = "" if path.stem == LINES else ", or have a reading command make it first with --train-if-missing"  # fmt: skip
    raise ModelError(f"{model}: no such model{looked}; {made}{itself}")


def model_path(model: str | Path) -> Path:
    """Path of a model's weights; of a name that is nowhere, where they would be made.

    Parameters
    ----------
    model : str or Path
        Name of a shipped model or of one in the user's own folder, or path of a file of weights.

    Raises
    ------
    ModelError
        Where it is neither.
    """
    path = Path(model)
    if path.suffix in WEIGHTS:
        return path
    if path.name != str(model):
        raise ModelError(
            f"{model}: neither the name of a model nor a file that ends in {_listed(WEIGHTS)}; name one of its files"
        )
    places = [folder / f"{model}.tflite" for folder in _homes()]
    return next((place for place in places if place.is_file()), places[-1])


def _homes() -> list[Path]:
    """Where models lie that go by name. What a user made never stands in for what was shipped."""
    return [*shipped("models"), user_models()]


def _is_name(name: object) -> bool:
    """Whether it can be the name of a class: something that a person can read."""
    return isinstance(name, str) and name != "" and name.isprintable()


def _listed(things: Iterable[object]) -> str:
    *most, last = map(str, things)
    return f"{', '.join(most)} or {last}"
