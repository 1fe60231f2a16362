"""What a search came to: the best recipe, and a plot of all trials."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import optuna
from optuna.trial import FrozenTrial, TrialState

from camrec import __version__
from camrec.settings import TrainingSettings, VariationSettings
from camrec.stream.sinks.outputs import make_folder, write_whole
from camrec.training.plots.search import Tried, search
from camrec.training.plots.style import save
from camrec.training.space import merged

ENOUGH = 10  # finished trials; what mattered in fewer is chance


def finished(study: optuna.Study) -> list[FrozenTrial]:
    """Trials that came to their end."""
    return study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))


def write_best(
    study: optuna.Study,
    settings: TrainingSettings,
    variation: VariationSettings,
    folder: Path,
) -> Path:
    """Write ``best.json``, for ``camrec train --recipe``.

    Parameters
    ----------
    study : optuna.Study
        With a finished trial at least.
    settings : TrainingSettings
    variation : VariationSettings
        What was not searched.
    folder : Path
        Made where it is missing.

    Returns
    -------
    Path
    """
    best = study.best_trial
    settings, variation = merged(settings, variation, best.params)
    told = {
        "camrec": __version__,
        "trial": best.number,
        "held_back_loss": best.value,
        "held_back_accuracy": best.user_attrs["accuracy"],
        "settings": asdict(settings),
        "variation": asdict(variation),
    }
    make_folder(folder)
    path = folder / "best.json"
    write_whole(path, (json.dumps(told, indent=2) + "\n").encode())
    return path


def plot(study: optuna.Study, folder: Path) -> Path:
    """Draw ``search.png`` of a study that has a finished trial at least."""
    states = (TrialState.COMPLETE, TrialState.PRUNED)
    trials = study.get_trials(deepcopy=False, states=states)
    tried = [_tried(one) for one in trials if _has_loss(one)]
    return save(search(tried, _importance(study)), folder / "search.png")


def _has_loss(trial: FrozenTrial) -> bool:
    """Whether it did not diverge at once."""
    return bool(np.isfinite(list(trial.intermediate_values.values())).any())


def _tried(trial: FrozenTrial) -> Tried:
    return Tried(
        trial.number,
        float(np.nanmin(list(trial.intermediate_values.values()))),
        trial.state == TrialState.PRUNED,
        trial.params,
    )


def _importance(study: optuna.Study) -> dict[str, float]:
    """How much of the losses' variance each setting explains (Hutter, Hoos and Leyton-Brown, "fANOVA", 2014)."""
    if len(finished(study)) < ENOUGH:
        return {}
    evaluator = optuna.importance.FanovaImportanceEvaluator(seed=0)
    return optuna.importance.get_param_importances(study, evaluator=evaluator)
