"""How far known characters score above others, on cases that can be told by hand."""

from __future__ import annotations

import numpy as np
import pytest

from camrec.training.evaluation.answers import Answers
from camrec.training.evaluation.rejection import character_scores, separation

pytest.importorskip("sklearn", reason="training packages are not installed")


def answers(classes: tuple[str, ...], *scores: list[float]) -> Answers:
    rows = np.array(scores, np.float32)
    empty = np.zeros((len(rows), 28, 28), np.float32)
    labels = np.array(["0"] * len(rows))
    return Answers("set", classes, labels, np.zeros(len(rows), int), empty, rows, rows)


def test_apart_is_one_and_the_same_is_a_half():
    high, low = np.linspace(0.8, 1, 50), np.linspace(0, 0.5, 70)
    assert separation(high, low) == {"others": 70, "auroc": 1, "false_positive_rate": 0}
    assert separation(high, high)["auroc"] == 0.5
    assert separation(low, high)["auroc"] == 0


def test_auroc_is_the_chance_of_a_right_order():
    # 1 stands above both, 0.4 above one of two.
    assert separation(np.array([1, 0.4]), np.array([0.5, 0.1]))["auroc"] == 0.75


def test_the_threshold_keeps_99_of_100_characters():
    characters = np.arange(1, 101) / 100  # the lowest, 0.01, may be lost, 0.02 not
    others = np.array([0.005, 0.015, 0.02, 0.5])
    assert separation(characters, others)["false_positive_rate"] == 0.5


def test_best_is_the_largest_named_class_and_none_the_rest_of_none():
    found = answers(("none", "0", "1"), [0.2, 0.5, 0.3], [0.7, 0.1, 0.2])
    assert character_scores(found, "best") == pytest.approx([0.5, 0.2])
    assert character_scores(found, "none") == pytest.approx([0.8, 0.3])


def test_a_model_without_none_is_judged_by_its_best_class():
    found = answers(("0", "1"), [0.9, 0.1])
    assert character_scores(found, "none") == pytest.approx([0.9])
