"""One call reads a picture: what was written comes back, where it was written, and nothing else."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from drawing import sheet, write

from camrec import Box, Frame, Reader, Scene, SourceError
from camrec.reading.classifier import Classifier
from camrec.reading.numbers import group_digits
from camrec.reading.reader import at_work_scale
from camrec.settings import ReadingSettings


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


def page() -> tuple[np.ndarray, list[Box]]:
    """A sheet with 20368 above 4957."""
    image = sheet(360, 640)
    boxes = write(image, "20368", 60, 60, 80)
    return image, boxes + write(image, "4957", 120, 220, 80)


def texts(scene: Scene) -> list[str]:
    return [number.text for number in scene.numbers]


def test_what_was_written_is_read_in_reading_order(reader: Reader):
    image, _ = page()
    scene = reader.read(image)
    assert texts(scene) == ["20368", "4957"]
    assert "".join(digit.text for digit in scene.digits) == "203684957"


def test_boxes_lie_around_the_ink(reader: Reader):
    image, boxes = page()
    for digit, box in zip(reader.read(image).digits, boxes, strict=True):
        assert digit.box.iou(box) > 0.8


@pytest.mark.parametrize("zoom", [0.3, 3.0])
def test_boxes_are_in_pixels_of_the_picture_given(reader: Reader, zoom: float):
    image, boxes = page()
    scaled = cv2.resize(image, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA)
    scene = reader.read(scaled)
    assert texts(scene) == ["20368", "4957"]
    for digit, box in zip(scene.digits, boxes, strict=True):
        assert (
            Box(*(round(v * zoom) for v in box.as_list())).iou(digit.box) > 0.7
        )  # fmt: skip


def test_light_digits_on_a_dark_board_are_read(reader: Reader):
    image, _ = page()
    assert texts(reader.read(255 - image)) == ["20368", "4957"]


@pytest.mark.parametrize("height", [18, 30])
def test_a_strip_lower_than_a_line_of_writing_is_read(reader: Reader, height: int):
    strip = sheet(2 * height, 8 * height)
    write(strip, "20368", height, height // 2, height)
    assert "".join(texts(reader.read(strip))) == "20368"


def test_a_grey_picture_reads_as_a_colour_one(reader: Reader):
    image, _ = page()
    grey = reader.read(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY))
    assert texts(grey) == ["20368", "4957"]
    assert grey.frame.image.shape == image.shape


def test_a_path_is_read_and_named(reader: Reader, tmp_path: Path):
    path = tmp_path / "page.png"
    cv2.imwrite(str(path), page()[0])
    for given in (path, str(path)):
        scene = reader.read(given)
        assert texts(scene) == ["20368", "4957"]
        assert scene.frame.source == str(path)


def test_a_frame_keeps_its_place_and_time(reader: Reader):
    frame = Frame(page()[0], index=12, time=0.4, source="clip.mp4")
    scene = reader.read(frame)
    assert scene.frame is frame and texts(scene) == ["20368", "4957"]


def test_the_picture_is_left_as_it_was(reader: Reader):
    image, _ = page()
    before = image.copy()
    reader.read(image)
    assert np.array_equal(image, before)


def test_the_same_picture_reads_the_same_twice(reader: Reader):
    image, _ = page()
    first, second = reader.read(image), reader.read(image)
    assert [(d.text, d.confidence, d.box) for d in first.digits] == [
        (d.text, d.confidence, d.box) for d in second.digits
    ]


def test_every_digit_stands_in_exactly_one_number(reader: Reader):
    scene = reader.read(page()[0])
    members = [id(d) for number in scene.numbers for d in number.digits]
    assert members == [id(d) for d in scene.digits]
    assert texts(scene) == [n.text for n in group_digits(scene.digits)]


def test_scores_have_a_place_for_every_class(reader: Reader):
    for digit in reader.read(page()[0]).digits:
        assert digit.scores.shape == (len(reader.classes),)
        assert digit.confidence == pytest.approx(
            digit.scores[reader.classes.index(digit.text)]
        )
        assert 0 <= digit.confidence <= 1


def test_only_the_region_of_interest_is_read():
    image, _ = page()
    reader = Reader(roi=Box(0, 190, 640, 170))
    scene = reader.read(image)
    assert texts(scene) == ["4957"]
    assert all(digit.box.y >= 190 for digit in scene.digits)


@pytest.mark.parametrize("roi", [Box(700, 0, 50, 50), Box(0, 0, 0, 0)])
def test_a_region_outside_the_picture_holds_nothing(roi: Box):
    assert Reader(roi=roi).read(page()[0]).digits == ()


def test_a_region_that_reaches_over_the_edge_is_clipped():
    scene = Reader(roi=Box(-50, -50, 5000, 5000)).read(page()[0])
    assert texts(scene) == ["20368", "4957"]


def test_only_numbers_that_fit_the_pattern_as_a_whole_are_reported():
    scene = Reader(pattern=r"\d{4}").read(page()[0])
    assert texts(scene) == ["4957"]
    assert "".join(digit.text for digit in scene.digits) == "4957"


def test_a_pattern_that_is_none_is_refused():
    with pytest.raises(ValueError, match="pattern"):
        Reader(pattern="(")


def test_no_digit_is_less_sure_than_asked(reader: Reader):
    image, _ = page()
    free = sorted(digit.confidence for digit in reader.read(image).digits)
    asked = sorted(set(free))[1]  # some are equally sure
    strict = Reader(settings=ReadingSettings(min_confidence=asked)).read(image)
    kept = sorted(digit.confidence for digit in strict.digits)
    assert kept == [confidence for confidence in free if confidence >= asked]


def scenery(kind: str) -> np.ndarray:
    """Pictures that hold no digit."""
    rng = np.random.default_rng(0)
    image = sheet(360, 480)
    if kind == "noise":
        noise = rng.normal(0, 8, image.shape)
        return np.clip(image * 0.4 + noise, 0, 255).astype(np.uint8)
    if kind == "shadow":
        fall = np.linspace(1, 0.3, 480)[None, :, None]
        return (image * fall).astype(np.uint8)
    if kind == "ruled":
        image[20::40] = (180, 120, 120)
    return image


@pytest.mark.parametrize("kind", ["bare", "noise", "shadow", "ruled"])
def test_where_there_is_no_digit_none_is_read(reader: Reader, kind: str):
    scene = reader.read(scenery(kind))
    assert scene.digits == () and scene.numbers == ()


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (2, 2), (97, 13)])
def test_the_smallest_pictures_are_read_without_fuss(reader: Reader, shape):
    assert reader.read(np.full((*shape, 3), 200, np.uint8)).digits == ()


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((10, 10, 4), np.uint8),
        np.zeros((10, 10), np.float32),
        np.zeros((0, 10, 3), np.uint8),
        np.zeros((3,), np.uint8),
    ],
    ids=["four channels", "floats", "empty", "one axis"],
)
def test_an_array_that_is_no_picture_is_refused(reader: Reader, image: np.ndarray):
    with pytest.raises(ValueError, match="picture"):
        reader.read(image)


def test_a_missing_file_is_named(reader: Reader, tmp_path: Path):
    with pytest.raises(SourceError, match=r"gone\.png"):
        reader.read(tmp_path / "gone.png")


def test_large_pictures_are_searched_at_the_scale_of_work():
    work, scale = at_work_scale(np.zeros((2000, 4000, 3), np.uint8), 1000)
    assert work.shape[:2] == (500, 1000) and scale == 0.25


def test_ordinary_pictures_are_searched_as_they_are():
    image = np.zeros((480, 640, 3), np.uint8)
    work, scale = at_work_scale(image, 1280)
    assert work is image and scale == 1


@pytest.mark.parametrize("shape", [(1, 5000, 3), (20, 3000, 3), (30, 100, 3)])
def test_a_strip_is_never_enlarged_beyond_the_longest_side(shape):
    work, scale = at_work_scale(np.zeros(shape, np.uint8), 1280)
    assert max(work.shape) <= 1280 and scale <= 3


def test_a_low_strip_is_enlarged():
    work, scale = at_work_scale(np.zeros((48, 200, 3), np.uint8), 1280)
    assert work.shape[:2] == (96, 400) and scale == 2


def joined() -> np.ndarray:
    """A 3 and a 5 that touch: they are read only once they are cut apart."""
    image = sheet(200, 300)
    write(image, "35", 80, 60, 80)
    cv2.line(image, (128, 134), (166, 140), (40, 40, 40), 8)
    return image


def test_the_crops_kept_are_those_that_were_scored():
    reader, network = Reader(keep_crops=True), Classifier()
    for image in (page()[0], joined()):
        digits = reader.read(image).digits
        crops = np.array([digit.crop for digit in digits])[..., None]
        best = network.scores(crops)[:, :10].argmax(axis=1)
        assert [network.classes[k] for k in best] == [d.text for d in digits]


def test_digits_that_touch_keep_a_crop_each():
    digits = Reader(keep_crops=True).read(joined()).digits
    assert [digit.text for digit in digits] == ["3", "5"]
    assert digits[0].crop.shape == (28, 28) and digits[0].crop.dtype == np.float32
    # Memory of their own: a view would keep the crops of all candidates alive.
    assert all(digit.crop.base is None for digit in digits)


def test_no_crop_is_kept_unasked(reader: Reader):
    assert all(digit.crop is None for digit in reader.read(page()[0]).digits)


def test_a_reader_asks_anew_without_opening_the_networks_again():
    reader = Reader()
    page = sheet()
    write(page, "4712", 60, 80)
    other = reader.asking(ReadingSettings(rotate="0"), digits=3, keep_crops=True)
    assert other._classifier is reader._classifier and other._turns is reader._turns
    assert other.read(page).digits == ()
    assert [n.text for n in reader.read(page).numbers] == ["4712"]
    assert reader.read(page).digits[0].crop is None
    kept = other.asking(ReadingSettings(), keep_crops=True).read(page).digits[0].crop
    assert kept is not None and kept.shape == (28, 28)
