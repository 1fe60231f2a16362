"""The expected calibration error, on cases that can be told by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from camrec.training.evaluation.calibration import BINS, calibration_error, reliability


def test_right_as_often_as_it_says_is_no_error():
    confidence = np.array([0.7] * 10 + [0.9] * 10)
    right = np.array([1] * 7 + [0] * 3 + [1] * 9 + [0], bool)
    assert reliability(confidence, right).error == pytest.approx(0)


def test_the_error_is_the_gap_weighted_by_how_many():
    # 30 answers claim 0.95 and half are right (gap 0.45); 10 claim 0.55 and all are right (gap 0.45 the other way);
    # 60 claim 1 and are.
    confidence = np.repeat([0.95, 0.55, 1.0], [30, 10, 60])
    right = np.concatenate([np.arange(30) % 2 == 0, np.ones(70, bool)])
    # 0.95 and 1.0 share the last of 15 bins: mean claim (28.5 + 60) / 90, right 75 of 90.
    by_hand = 0.9 * abs(75 / 90 - 88.5 / 90) + 0.1 * 0.45
    assert reliability(confidence, right).error == pytest.approx(by_hand)


def test_bins_hold_their_right_edge_and_every_answer_falls_into_one():
    confidence = np.concatenate([[0.0, 1.0, 1 / BINS], np.linspace(0, 1, 50)])
    bins = reliability(confidence, np.zeros(53, bool))
    assert bins.count.sum() == 53
    assert reliability(np.array([1 / BINS]), np.array([True])).count[0] == 1
    assert len(bins.edges) == BINS + 1


def test_empty_bins_have_no_accuracy_and_add_no_error():
    bins = reliability(np.array([0.99]), np.array([True]))
    assert np.isnan(bins.accuracy[:-1]).all() and bins.accuracy[-1] == 1
    assert bins.error == pytest.approx(0.01)


def test_nothing_answered_has_no_error_to_tell():
    assert math.isnan(reliability(np.zeros(0), np.zeros(0, bool)).error)


def test_the_winning_class_is_what_counts():
    scores = np.array([[0.8, 0.2], [0.3, 0.7]])
    assert calibration_error(scores, np.array([0, 0])) == pytest.approx((0.2 + 0.7) / 2)
