"""A search for better settings: many short trainings, each learning from those before it."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import keras
import optuna
from optuna.trial import TrialState

from camrec.errors import DataError, ModelError
from camrec.settings import TrainingSettings, VariationSettings
from camrec.stream.sinks.outputs import make_folder
from camrec.training.course import Epoch, differences, digest
from camrec.training.data import Crops, class_names
from camrec.training.findings import finished, write_best
from camrec.training.fit import Watch, fit
from camrec.training.network import build
from camrec.training.recipe import Sources, assemble, classes_of
from camrec.training.space import Space, merged

log = logging.getLogger(__name__)

STUDY = "camrec"  # name of the study in its database
ENDED = (TrialState.COMPLETE, TrialState.PRUNED)
FIRST = 5  # trials before any is pruned: a median of fewer says little
HEARTBEAT_S = 60  # a worker that is silent for twice as long is taken for dead
BUSY_S = 100  # how long a worker waits for others to let go of an SQLite file


class Halted(Exception):
    """Somebody asked to stop."""


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """What all trials have in common.

    Parameters
    ----------
    crops, check : Crops
        To learn from, and held back to compare by.
    classes : tuple of str
    settings : TrainingSettings
    variation : VariationSettings
        What is not searched stays as it is here.
    space : dict
        See :data:`~camrec.training.space.SPACE`.
    """

    crops: Crops
    check: Crops
    classes: tuple[str, ...]
    settings: TrainingSettings
    variation: VariationSettings
    space: Space

    @classmethod
    def over(
        cls,
        sources: Sources,
        settings: TrainingSettings,
        variation: VariationSettings,
        space: Space,
        cache: Path | None = None,
    ) -> Search:
        """A search with the crops of `sources`; see :func:`~camrec.training.recipe.assemble`."""
        crops, check = assemble(sources, settings, cache)
        classes = classes_of(class_names(sources.classes), crops, check)
        return cls(crops, check, classes, settings, variation, space)

    def about(self) -> dict[str, Any]:
        """What has to be the same for trials to be compared."""
        told = {**asdict(self.settings), **asdict(self.variation)}
        return {
            **{name: told[name] for name in told if name not in self.space},
            **{f"space of {name}": str(where) for name, where in self.space.items()},
            "crops": digest(self.crops, self.check),
        }

    def start(self) -> dict[str, Any]:
        """The settings as they are, as far as they lie in the space."""
        own = {**asdict(self.settings), **asdict(self.variation)}
        return {
            name: own[name] for name, where in self.space.items() if own[name] in where
        }

    def run(self, trial: optuna.Trial, stop: Callable[[], bool]) -> float:
        """Train once; the least loss on what is held back.

        Raises
        ------
        optuna.TrialPruned
            Where it does worse than half of the trials before, or diverges.
        Halted
            Where `stop` says so.
        """
        values = {name: where.draw(trial, name) for name, where in self.space.items()}
        settings, variation = merged(self.settings, self.variation, values)
        keras.utils.set_random_seed(settings.seed)
        network = build(len(self.classes), settings.dropout, settings.network)

        def step(done: int, total: int) -> None:
            if stop():
                raise Halted

        hopeless = False

        def epoch(row: Epoch) -> bool:
            nonlocal hopeless
            trial.report(row.val_loss, row.epoch)
            hopeless = row.epoch < settings.epochs and trial.should_prune()
            return hopeless

        watch = Watch(step, epoch)
        try:
            course = fit(network, self.crops, self.check, settings, variation, watch=watch)  # fmt: skip
        except ModelError:  # a loss that is no number any more; that, too, is a trial
            raise optuna.TrialPruned from None
        trial.set_user_attr("accuracy", course.best_epoch.val_accuracy)
        if hopeless:
            raise optuna.TrialPruned
        return course.best_epoch.val_loss


def open_study(address: str, search: Search) -> optuna.Study:
    """The study at an address, or a new one there; workers that open the same share it.

    The first trial of a new one is the settings as they are.

    Parameters
    ----------
    address : str
        A file for SQLite, or the URL of a database: ``postgresql://host/name``.
    search : Search

    Raises
    ------
    DataError
        Where it cannot be opened, or its trials are of another search.
    """
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        study = optuna.create_study(
            study_name=STUDY,
            storage=_storage(address),
            direction="minimize",
            pruner=optuna.pruners.MedianPruner(FIRST, n_warmup_steps=2),
            load_if_exists=True,
        )
    except Exception as error:  # SQLAlchemy, its drivers and Optuna raise their own
        raise DataError(
            f"{address}: cannot be opened as a study ({str(error).splitlines()[0]}); name a file of an earlier search, a new one, or the URL of a database"
        ) from error
    about = search.about()
    changed = differences(study.user_attrs.get("about", about), about)
    if changed:
        raise DataError(
            f"{address}: its trials are of another search ({changed}); give the same options and data, or name another study"
        )
    study.set_user_attr("about", about)
    if not study.get_trials(deepcopy=False):
        study.enqueue_trial(search.start())
    return study


def _storage(address: str) -> optuna.storages.RDBStorage:
    options: dict[str, Any] = {"heartbeat_interval": HEARTBEAT_S}
    if "://" not in address:
        path = Path(address).resolve()
        make_folder(path.parent)
        address = f"sqlite:///{path.as_posix()}"
        options["engine_kwargs"] = {"connect_args": {"timeout": BUSY_S}}
    with warnings.catch_warnings():
        # That the heartbeat may change some day; without it a worker that was killed would seem at work for ever.
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        return optuna.storages.RDBStorage(address, **options)


def tune(
    search: Search,
    study: optuna.Study,
    folder: Path,
    *,
    trials: int,
    timeout_s: float | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> None:
    """Try settings until the study has its trials, and keep the best as ``best.json``.

    Parameters
    ----------
    search : Search
    study : optuna.Study
        Of :func:`open_study`.
    folder : Path
        Where the best recipe goes, after every trial.
    trials : int
        Of the study in all, those of other workers and of earlier calls too.
    timeout_s : float, optional
        Begin no trial after so many seconds.
    stop : callable
        Asked between steps.
    """

    def told(study: optuna.Study, trial: optuna.trial.FrozenTrial) -> None:
        _tell(study, trial, trials)
        if finished(study):
            write_best(study, search.settings, search.variation, folder)

    enough = optuna.study.MaxTrialsCallback(trials, states=ENDED)
    if len(study.get_trials(deepcopy=False, states=ENDED)) >= trials:
        log.info("the study has its %d trials already", trials)
        return
    try:
        study.optimize(
            lambda trial: search.run(trial, stop),
            timeout=timeout_s,
            callbacks=[told, enough],
        )
    except Halted:
        log.info("stopped; the study goes on from here when called again")


def _tell(study: optuna.Study, trial: optuna.trial.FrozenTrial, trials: int) -> None:
    outcome = {
        TrialState.COMPLETE: f"loss {trial.value or 0:.4f}",
        TrialState.PRUNED: f"given up after epoch {trial.last_step}",
    }
    log.info(
        "trial %d: %s; best so far %s; %d of %d trials",
        trial.number,
        outcome.get(trial.state, "failed"),
        f"{study.best_value:.4f}" if finished(study) else "none",
        len(study.get_trials(deepcopy=False, states=ENDED)),
        trials,
    )
