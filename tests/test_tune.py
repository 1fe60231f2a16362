"""A search ends with its best recipe, goes on where it stopped, and is shared by workers."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict, replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from camrec import DataError, ModelError
from camrec.settings import TrainingSettings, VariationSettings
from camrec.training.rendering.strokes import stroke_digits

pytest.importorskip("keras", reason="training packages are not installed")
optuna = pytest.importorskip("optuna", reason="training packages are not installed")

from optuna.trial import TrialState

from camrec.training.course import Epoch
from camrec.training.data import DIGITS, Crops
from camrec.training.findings import finished, plot
from camrec.training.space import SPACE, Choice, Range, merged, space_beside
from camrec.training.tune import ENDED, FIRST, Search, open_study, tune

SETTINGS = TrainingSettings(network="mlp", epochs=2, batch=50, pages=0)
VARIATION = VariationSettings(varied=0.2)
SPACE_OF_TWO = {"rate": Range(1e-4, 1e-2, log=True), "batch": Choice((25, 50))}


@pytest.fixture(scope="module")
def search() -> Search:
    images, labels = stroke_digits(per_digit=15)
    order = np.random.default_rng(0).permutation(150)
    whole = Crops(images[order], labels[order])
    parts = whole.take(np.arange(100)), whole.take(np.arange(100, 150))
    return Search(*parts, DIGITS, SETTINGS, VARIATION, SPACE_OF_TWO)


def test_the_first_trial_is_what_holds_now_and_the_best_makes_a_recipe(
    search: Search, tmp_path: Path
):
    study = open_study(str(tmp_path / "s.db"), search)
    tune(search, study, tmp_path, trials=3)
    first = study.trials[0]
    assert first.params == {"rate": SETTINGS.rate, "batch": SETTINGS.batch}
    best = json.loads((tmp_path / "best.json").read_text())
    least = min(finished(study), key=lambda trial: trial.value)
    assert (best["trial"], best["held_back_loss"]) == (least.number, least.value)
    assert best["settings"] == {**asdict(SETTINGS), **least.params}
    assert best["variation"] == asdict(VARIATION)
    picture = cv2.imread(str(plot(study, tmp_path)))
    assert picture.shape[1] == 1200


def test_a_study_goes_on_until_it_has_its_trials(search: Search, tmp_path: Path):
    address = str(tmp_path / "s.db")
    tune(search, open_study(address, search), tmp_path, trials=1)
    tune(search, open_study(address, search), tmp_path, trials=2)
    tune(search, open_study(address, search), tmp_path, trials=2)
    assert len(open_study(address, search).trials) == 2


def test_who_stops_leaves_a_whole_study(search: Search, tmp_path: Path):
    address = str(tmp_path / "s.db")
    asked = iter([False, False, True])
    tune(search, open_study(address, search), tmp_path, trials=2, stop=asked.__next__)
    study = open_study(address, search)
    assert [trial.state for trial in study.trials] == [TrialState.FAIL]
    with sqlite3.connect(address) as database:
        assert database.execute("pragma integrity_check").fetchone() == ("ok",)
    tune(search, study, tmp_path, trials=1)
    assert len(study.get_trials(states=ENDED)) == 1


def test_trials_that_do_worse_than_half_are_given_up(search: Search, tmp_path: Path):
    study = open_study(str(tmp_path / "s.db"), search)
    for _ in range(FIRST):  # trials with which no rate competes
        good = optuna.create_trial(
            value=1e-3,
            params={"rate": 1e-2, "batch": 50},
            distributions={
                "rate": optuna.distributions.FloatDistribution(1e-4, 1e-2, log=True),
                "batch": optuna.distributions.CategoricalDistribution((25, 50)),
            },
            user_attrs={"accuracy": 1.0},
            intermediate_values={1: 2e-3, 2: 1e-3},
        )
        study.add_trial(good)
    longer = replace(search, settings=replace(SETTINGS, epochs=4))
    tune(longer, study, tmp_path, trials=FIRST + 1)
    tried = study.trials[0]
    # The first epoch says too little; those after the second are not trained.
    assert tried.state == TrialState.PRUNED and tried.last_step == 2


def test_a_search_whose_trials_all_diverge_ends(search: Search, tmp_path: Path, monkeypatch):  # fmt: skip
    def diverge(network, crops, check, settings, variation, watch):
        row = Epoch(1, np.nan, 0.1, np.nan, 0.1, settings.rate, 1.0)
        watch.epoch(row)
        raise ModelError("the loss is no number any more")

    study = open_study(str(tmp_path / "s.db"), search)
    monkeypatch.setattr("camrec.training.tune.fit", diverge)
    tune(search, study, tmp_path, trials=3)
    assert [trial.state for trial in study.trials] == [TrialState.PRUNED] * 3
    monkeypatch.undo()
    tune(search, study, tmp_path, trials=4)
    assert plot(study, tmp_path).is_file()  # of the fourth alone


def test_another_search_is_refused_by_what_differs(search: Search, tmp_path: Path):
    address = str(tmp_path / "s.db")
    open_study(address, search)
    other = replace(search, settings=replace(SETTINGS, epochs=9))
    with pytest.raises(DataError, match=r"s\.db: .*another search \(epochs 2 -> 9\)"):
        open_study(address, other)


def test_a_file_that_is_no_study_is_refused(search: Search, tmp_path: Path):
    path = tmp_path / "s.db"
    path.write_text("a letter to my aunt, which is much longer than a header")
    with pytest.raises(DataError, match="cannot be opened as a study"):
        open_study(str(path), search)


def test_what_is_decided_is_not_searched():
    space = space_beside({"rate", "seed"}, ())
    assert space.keys() == SPACE.keys() - {"rate"}
    assert "blur" not in space_beside((), (), vary=False)
    assert space_beside((), ("cnn", "mlp"))["network"] == Choice(("cnn", "mlp"))
    assert "network" not in space_beside((), ("cnn",))


def test_every_end_of_the_space_is_a_setting():
    for name, where in SPACE.items():
        ends = (where.low, where.high) if isinstance(where, Range) else where.values
        for end in ends:
            settings, variation = merged(SETTINGS, VARIATION, {name: end})
            assert {**asdict(settings), **asdict(variation)}[name] == end


def test_the_defaults_lie_in_the_space():
    own = {**asdict(TrainingSettings()), **asdict(VariationSettings())}
    assert all(own[name] in where for name, where in SPACE.items())
