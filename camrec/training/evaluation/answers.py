"""What a model answers to a set of single characters, beside what would have been right."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from camrec.reading.classifier import NONE, Classifier, named_classes, softmax
from camrec.reading.normalise import normalise_all
from camrec.training.data import LabelledSet

NO_CLASS = -1  # truth of a character that the model can neither name nor reject, as `labels_in` has it


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """A model's answers to one set.

    Two readings of them are used. The *best class* leaves "none" out: it says how well the model tells its characters
    apart. The *answer* is the class that wins, "none" among them: it is what a user meets, and to a character that the
    model knows, "none" is a wrong one.

    Parameters
    ----------
    name : str
        Of the set.
    classes : tuple of str
        Of the model, in the order of the scores.
    labels : numpy.ndarray
        (N,) str, what each picture shows.
    truth : numpy.ndarray
        (N,) int, index of the right answer. For a character that is no class of the model that is "none", and
        :data:`NO_CLASS` where the model has no such class.
    crops : numpy.ndarray
        (N, 28, 28) float32 in [0, 1], as the network saw them.
    uncalibrated, scores : numpy.ndarray
        (N, classes) float32, probabilities before and after the card's temperature; rows sum to 1.
    """

    name: str
    classes: tuple[str, ...]
    labels: np.ndarray
    truth: np.ndarray
    crops: np.ndarray
    uncalibrated: np.ndarray
    scores: np.ndarray

    def __len__(self) -> int:
        return len(self.truth)

    @property
    def none(self) -> int | None:
        """Index of the class "none", or None."""
        return self.classes.index(NONE) if NONE in self.classes else None

    @property
    def known(self) -> np.ndarray:
        """(N,) bool: the model has a class for this character."""
        known: np.ndarray = (self.truth != NO_CLASS) & (self.truth != self.none)
        return known

    @property
    def kinds(self) -> np.ndarray:
        """(N,) str: the class of each character, or what it is where the model has none for it."""
        classes = np.array([*self.classes, ""])  # NO_CLASS points at the last
        return np.where(self.known, classes[self.truth], self.labels)

    @property
    def best(self) -> np.ndarray:
        """(N,) int: the best class that is not "none"."""
        best: np.ndarray = np.array(named_classes(self.classes))[self.named_scores.argmax(axis=1)]  # fmt: skip
        return best

    @property
    def named_scores(self) -> np.ndarray:
        """(N, classes but "none") float32."""
        return self.scores[:, named_classes(self.classes)]

    @property
    def answer(self) -> np.ndarray:
        """(N,) int: the class that wins."""
        answer: np.ndarray = self.scores.argmax(axis=1)
        return answer

    @property
    def right(self) -> np.ndarray:
        """(N,) bool: the answer is the truth."""
        right: np.ndarray = self.answer == self.truth
        return right

    @property
    def rejected(self) -> np.ndarray:
        """(N,) bool: "none" wins."""
        rejected: np.ndarray = self.answer == (
            NO_CLASS if self.none is None else self.none
        )
        return rejected

    @property
    def confidence(self) -> np.ndarray:
        """(N,) float32: probability of the answer."""
        confidence: np.ndarray = self.scores.max(axis=1)
        return confidence


def ask(classifier: Classifier, characters: LabelledSet) -> Answers:
    """Bring every picture through our own normaliser and have it read.

    Parameters
    ----------
    classifier : Classifier
    characters : LabelledSet
        Images of any size.
    """
    crops = normalise_all(list(characters.images))
    return answers_to(classifier, characters, crops)


def answers_to(
    classifier: Classifier, characters: LabelledSet, crops: np.ndarray
) -> Answers:
    """Answers to crops (N, 28, 28, 1) that were made of `characters` already."""
    logits = classifier.logits(crops)
    return Answers(
        characters.name,
        classifier.classes,
        characters.names,
        _truth(characters, classifier.classes),
        crops[..., 0],
        softmax(logits),
        softmax(logits / classifier.card.temperature),
    )


def _truth(characters: LabelledSet, classes: tuple[str, ...]) -> np.ndarray:
    labels = characters.labels_in(classes)
    if NONE in classes:
        labels[labels < 0] = classes.index(NONE)
    return labels
