"""What a reading leaves behind agrees with what it reports: the same digits, at the scale of work and in full pixels."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from drawing import sheet, write

from camrec import Box, Frame, Reader
from camrec.reading.account import Account
from camrec.settings import ReadingSettings


def page(zoom: int = 1, turned: int = 0) -> np.ndarray:
    """A sheet with 20368 above 4957, enlarged, then turned by quarters against the clock."""
    image = sheet(360, 640)
    write(image, "20368", 60, 60, 80)
    write(image, "4957", 120, 220, 80)
    image = cv2.resize(image, None, fx=zoom, fy=zoom)
    return np.rot90(image, turned).copy()


def account_of(image: np.ndarray, **options) -> Account:
    return Reader(**options)._account(Frame(image))


VIEWS = {
    "plain": (page(), {}),
    "large": (page(3), {"settings": ReadingSettings(work_side=640)}),
    "turned": (page(2, turned=1), {"settings": ReadingSettings(work_side=800)}),
    "part": (page(), {"roi": Box(40, 180, 580, 170)}),
    "turned part": (page(turned=3), {"roi": Box(0, 20, 190, 600)}),
}


@pytest.fixture(params=VIEWS, scope="module")
def account(request: pytest.FixtureRequest) -> Account:
    image, options = VIEWS[request.param]
    return account_of(image, **options)


def test_every_candidate_has_a_crop_and_scores(account: Account):
    count = len(account.seen.candidates.items)
    assert count >= 4
    assert account.seen.crops.shape == (count, 28, 28, 1)
    assert account.seen.scores.shape == (count, len(account.classes))
    assert account.seen.scores.sum(axis=1) == pytest.approx(1, abs=1e-3)


def test_picture_and_ink_are_of_one_size_and_hold_all_boxes(account: Account):
    size = account.seen.picture.shape[:2]
    ink = account.seen.ink
    assert ink.mask.shape == ink.contrast.shape == ink.threshold.shape == size
    boxes = [item.region.box for item in account.seen.candidates.items]
    boxes += [number.box for number in account.reported]
    assert all(box.clip(size[1], size[0]) == box for box in boxes)


def test_what_is_reported_is_the_scene_at_the_scale_of_work(account: Account):
    scene = account.scene
    assert [n.text for n in account.reported] == [n.text for n in scene.numbers] != []
    digits = [digit for number in account.reported for digit in number.digits]
    for own, told in zip(digits, scene.digits, strict=True):
        assert account.full(own.box) == told.box
        assert (own.text, own.confidence) == (told.text, told.confidence)


def test_a_box_in_full_pixels_holds_the_ink_of_the_box_it_comes_from(account: Account):
    grey = account.scene.frame.image[..., 0]
    for number in account.reported:
        for digit in number.digits:
            box = account.full(digit.box)
            around = grey[box.y : box.bottom, box.x : box.right]
            assert 0.1 < np.mean(around < 140) < 0.9
            assert digit.box.height > 30 and box.area > 900


def test_numbers_are_kept_as_they_were_found_before_they_had_to_fit():
    account = account_of(page(), pattern=r"\d{4}")
    assert [number.text for number in account.numbers] == ["20368", "4957"]
    assert [number.text for number in account.reported] == ["4957"]
    assert account.pattern is not None and str(account.pattern) == r"\d{4}"
    assert account_of(page()).pattern is None


def test_digits_less_sure_than_asked_are_judged_and_not_found():
    settings = ReadingSettings(min_confidence=1.0)
    account = account_of(page(), settings=settings)
    assert account.least == 1.0 and account.numbers == account.reported == ()
    assert len(account.resolved.judged) >= 9


def test_a_bare_sheet_has_an_account_too():
    account = account_of(sheet())
    assert account.seen.candidates.items == () and account.seen.crops.shape[0] == 0
    assert account.numbers == account.reported == account.scene.digits == ()
