"""Where a search looks: the settings that may differ between trials, and how far."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from camrec.settings import TrainingSettings, VariationSettings

if TYPE_CHECKING:
    from optuna import Trial


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers between two ends; by their logarithm where they range over orders of magnitude."""

    low: float
    high: float
    log: bool = False

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high

    def draw(self, trial: Trial, name: str) -> float:
        """What the sampler takes next."""
        return trial.suggest_float(name, self.low, self.high, log=self.log)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few values."""

    values: tuple[Any, ...]

    def __contains__(self, value: Any) -> bool:
        return value in self.values

    def draw(self, trial: Trial, name: str) -> Any:
        """What the sampler takes next."""
        return trial.suggest_categorical(name, self.values)


Space = dict[str, Range | Choice]

SPACE: Space = {
    "rate": Range(3e-4, 1e-2, log=True),
    "batch": Choice((64, 128, 256, 512)),
    "dropout": Range(0.0, 0.6),
    "decay": Range(1e-5, 1e-1, log=True),
    "varied": Range(0.2, 1.0),
    "rotation": Range(0.0, 15.0),
    "shear": Range(0.0, 0.4),
    "stretch": Range(0.0, 0.3),
    "elastic": Range(0.0, 1.5),
    "stroke": Range(0.0, 0.8),
    "fine": Range(0.0, 0.3),
    "shift": Range(0.0, 1.0),
    "zoom": Range(0.0, 0.15),
    "blur": Range(0.0, 0.5),
    "noise": Range(0.0, 0.08),
}
"""From nothing to what leaves a digit just readable. Label smoothing is not among them: it moves the loss that is compared."""


def space_beside(
    fixed: Iterable[str], networks: tuple[str, ...], *, vary: bool = True
) -> Space:
    """The space without what is decided already.

    Parameters
    ----------
    fixed : iterable of str
        Names of settings that stay as they are.
    networks : tuple of str
        To search among; where there is one, nothing is to be searched.
    vary : bool
        Whether crops are varied; else how is no question.
    """
    own = asdict(VariationSettings())
    space: Space = {
        name: where
        for name, where in SPACE.items()
        if name not in set(fixed) and (vary or name not in own)
    }
    return {"network": Choice(networks), **space} if len(networks) > 1 else space


def merged(
    settings: TrainingSettings, variation: VariationSettings, values: dict[str, Any]
) -> tuple[TrainingSettings, VariationSettings]:
    """Settings with `values`, by name, in place of their own."""
    training, varying = asdict(settings), asdict(variation)
    for name, value in values.items():
        (training if name in training else varying)[name] = value
    return TrainingSettings(**training), VariationSettings(**varying)
