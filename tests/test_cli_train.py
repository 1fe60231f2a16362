"""Settings come from the command line, else a recipe, else the network, else the defaults; nothing is lost."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from camrec.settings import TrainingSettings, VariationSettings

pytest.importorskip("keras", reason="training packages are not installed")

from camrec.cli import group
from camrec.reading.models import find_model
from camrec.training import train as training

Chosen = dict[str, Any]


@pytest.fixture
def chosen(monkeypatch: pytest.MonkeyPatch) -> Chosen:
    """What would be trained, without training it."""
    seen: Chosen = {}

    def train(sources, settings, variation, target, **options):
        seen.update(sources=sources, settings=settings, variation=variation, **options)
        return target.card

    monkeypatch.setattr(training, "train", train)
    monkeypatch.setattr("camrec.training.data.mnist", lambda part, folder: part)
    return seen


def run(*words: object) -> Result:
    result = CliRunner().invoke(group, ["train", *map(str, words)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result
    return result


def recipe(folder: Path, **content: Any) -> Path:
    path = folder / "best.json"
    path.write_text(json.dumps(content))
    return path


def test_without_words_the_defaults_hold(chosen: Chosen, tmp_path: Path):
    assert run("--out", tmp_path).exit_code == 0
    assert chosen["settings"] == TrainingSettings()
    assert chosen["variation"] == VariationSettings()


def test_a_line_reader_is_used_where_it_takes_the_place_of_the_shipped_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("camrec.training.lines.train.train_lines", lambda sources, settings, target, **more: target.card)  # fmt: skip
    monkeypatch.setenv("CAMREC_MODELS", str(tmp_path))
    (tmp_path / "lines.tflite").touch()  # a user's own never stands in for it
    told = run("--lines", "--out", tmp_path).stderr
    assert f"in {find_model('lines').parent} called lines" in told


def test_a_network_of_the_books_wants_its_own(chosen: Chosen, tmp_path: Path):
    run("--out", tmp_path, "--network", "cnn")
    assert (chosen["settings"].dropout, chosen["settings"].pages) == (0.5, 0)


def test_what_is_typed_wins_even_if_it_is_the_default(chosen: Chosen, tmp_path: Path):
    path = recipe(tmp_path, settings={"network": "cnn", "rate": 0.01, "epochs": 3})
    run("--out", tmp_path, "--recipe", path, "--rate", "0.002", "--dropout", "0.3")
    settings = chosen["settings"]
    assert (settings.network, settings.epochs) == ("cnn", 3)
    assert (settings.rate, settings.dropout, settings.pages) == (0.002, 0.3, 0)


def test_a_card_is_a_recipe(chosen: Chosen, tmp_path: Path):
    card = {"classes": ["0", "1"], "settings": {"seed": 7}, "variation": {"blur": 0.5}}
    run("--out", tmp_path, "--recipe", recipe(tmp_path, **card))
    assert chosen["settings"].seed == 7 and chosen["variation"].blur == 0.5


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({}, "neither a card nor a recipe"),
        ({"settings": {"speed": 3}}, "no setting speed"),
        ({"settings": {"rate": 7}}, "rate is 7"),
        ({"settings": {"network": "alexnet"}}, "network is 'alexnet'"),
    ],
)
def test_a_recipe_that_does_not_fit_is_refused(
    chosen: Chosen, tmp_path: Path, content: Chosen, told: str
):
    result = run("--out", tmp_path, "--recipe", recipe(tmp_path, **content))
    assert result.exit_code == 2 and told in result.output


def test_no_vary_shows_crops_as_they_are(chosen: Chosen, tmp_path: Path):
    run("--out", tmp_path, "--no-vary", "--varied", "0.5")
    assert chosen["variation"].varied == 0


def test_sources_go_where_they_belong(chosen: Chosen, tmp_path: Path):
    run("--out", tmp_path, "--mnist", "m", "--data", "a", "--data", "b", "--from", "digits", "--freeze")  # fmt: skip
    assert chosen["sources"].mnist == "m" and chosen["sources"].own == ("a", "b")
    assert chosen["origin"].model == "digits" and chosen["origin"].freeze


def test_what_goes_on_from_a_model_takes_small_steps(chosen: Chosen, tmp_path: Path):
    run("--out", tmp_path, "--from", "digits", "--epochs", "2")
    settings = chosen["settings"]
    assert (settings.epochs, settings.rate, settings.pages) == (2, 3e-4, 300)


def test_freezing_what_is_new_is_refused(tmp_path: Path):
    result = run("--out", tmp_path, "--freeze")
    assert result.exit_code == 2 and "--from" in result.output


@pytest.mark.parametrize(
    ("file", "words", "told"),
    [
        ("digits.json", (), "there is a model already"),
        ("digits.json", ("--resume",), "there is a model already"),
        ("digits.json", ("--force",), ""),
        ("digits.json", ("--name", "other"), ""),
        ("digits.unfinished.npz", (), "--resume"),
        ("digits.unfinished.npz", ("--resume",), ""),
        ("digits.unfinished.npz", ("--force",), ""),
    ],
)
def test_nothing_is_lost_unasked(
    chosen: Chosen, tmp_path: Path, file: str, words: tuple[str, ...], told: str
):
    (tmp_path / file).write_text("half a day of work")
    result = run("--out", tmp_path, *words)
    assert (result.exit_code == 1) == bool(told) and told in result.output
    assert bool(chosen) != bool(told)


def test_starting_anew_forgets_the_unfinished(chosen: Chosen, tmp_path: Path):
    unfinished = tmp_path / "digits.unfinished.npz"
    unfinished.write_text("half a day of work")
    run("--out", tmp_path, "--resume")
    assert unfinished.exists()
    run("--out", tmp_path, "--force")
    assert not unfinished.exists()


def test_help_is_under_headings_and_has_every_option_once():
    told = run("--help").output
    output, data, training = map(told.index, ("\nOutput:", "\nData:", "\nTraining:"))
    assert output < told.index("--help") < data < told.index("--mnist") < training
    for param in import_module("camrec.cli.train").command.params:
        assert told.count(f"\n  {', '.join(param.opts)}") == 1
