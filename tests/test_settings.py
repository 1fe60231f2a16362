"""Every setting is declared whole, and a value outside its range is refused by name."""

from __future__ import annotations

from dataclasses import fields

import pytest

from camrec import settings
from camrec.settings import (
    CaptureSettings,
    Checked,
    ExportSettings,
    ReadingSettings,
    ServingSettings,
    Setting,
    TrackingSettings,
    TrainingSettings,
    VariationSettings,
)

ALL = (
    ReadingSettings,
    TrackingSettings,
    CaptureSettings,
    TrainingSettings,
    VariationSettings,
    ExportSettings,
    ServingSettings,
)
DECLARED = [
    pytest.param(kind, item, id=f"{kind.__name__}.{item.name}")
    for kind in ALL
    for item in fields(kind)
]


def test_no_settings_class_is_left_out_here():
    found = {
        kind
        for kind in vars(settings).values()
        if isinstance(kind, type) and issubclass(kind, Checked) and kind is not Checked
    }
    assert found == set(ALL)


@pytest.mark.parametrize(("kind", "item"), DECLARED)
def test_a_setting_says_what_it_means_in_a_sentence(kind, item):
    declared: Setting = item.metadata["setting"]
    assert declared.meaning[0].isupper() and declared.meaning.endswith(".")


@pytest.mark.parametrize(("kind", "item"), DECLARED)
def test_a_duration_is_in_seconds(kind, item):
    declared: Setting = item.metadata["setting"]
    assert (declared.unit == "s") == item.name.endswith("_s")


@pytest.mark.parametrize(("kind", "item"), DECLARED)
def test_both_ends_of_a_range_are_allowed_and_nothing_beyond(kind, item):
    declared: Setting = item.metadata["setting"]
    for end, outside in ((declared.low, -1), (declared.high, 1)):
        if end is not None:
            assert getattr(kind(**{item.name: end}), item.name) == end
            with pytest.raises(ValueError, match=item.name):
                kind(**{item.name: end + outside})


def test_the_refusal_names_value_and_range():
    with pytest.raises(ValueError, match=r"min_confidence is 1\.5; .*\[0, 1\]"):
        ReadingSettings(min_confidence=1.5)


def test_a_word_that_is_no_choice_is_refused_with_the_choices():
    with pytest.raises(ValueError, match="precision is 'float7'.* float32, bfloat16"):
        TrainingSettings(precision="float7")


def test_a_value_that_is_no_number_is_refused():
    with pytest.raises(ValueError, match="min_confidence"):
        ReadingSettings(min_confidence=float("nan"))


@pytest.mark.parametrize("size", ["big", (0, 480), (640,), (640.0, 480), (True, 2), [640, 480]])  # fmt: skip
def test_a_size_that_is_none_is_refused(size: object):
    with pytest.raises(ValueError, match="size is .*; it must be WIDTHxHEIGHT"):
        CaptureSettings(size=size)
    assert CaptureSettings(size=(640, 480)).size == (640, 480)


def test_settings_are_equal_by_value_and_hashable():
    assert ReadingSettings() == ReadingSettings(min_confidence=0.5)
    assert len({ReadingSettings(), ReadingSettings()}) == 1


def test_frames_of_one_camera_are_not_looked_at_from_all_sides():
    settings = ReadingSettings(min_confidence=0.7)
    assert settings.for_video() == ReadingSettings(min_confidence=0.7, rotate="0")
    turned = ReadingSettings(rotate="90")
    assert turned.for_video() is turned
