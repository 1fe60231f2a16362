"""A user's own characters: named by folder, by file or by table, and cut as reading cuts them."""

from __future__ import annotations

import logging
from pathlib import Path

import cv2
import numpy as np
import pytest
from drawing import PAPER, PEN, raster, sheet, write
from shared import shared

from camrec import Reader
from camrec.elements import Frame
from camrec.errors import DataError
from camrec.reading.classifier import Classifier
from camrec.reading.normalise import normalise
from camrec.stream.sinks.pictures import Crops as CropSink
from camrec.training.data import CLASSES, class_names, labelled_folder, mnist


def picture(text: str, height: int = 60, margin: int = 30) -> np.ndarray:
    """A digit on its paper: (h, w, 3) uint8."""
    wide = sheet(height + 2 * margin + 8, height + 2 * margin + 20)
    box = write(wide, text, margin + 10, margin + 4, height)[0].expand(margin)
    return wide[max(0, box.y) : box.bottom, max(0, box.x) : box.right]


def save(image: np.ndarray, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(cv2.imencode(path.suffix, image)[1].tobytes())
    return path


def likeness(one: np.ndarray, other: np.ndarray) -> float:
    """Correlation of two crops; 1 for the same. Softened, because edges may lie a pixel apart."""
    soft = [
        cv2.GaussianBlur(crop.astype(np.float32), (0, 0), 1) for crop in (one, other)
    ]
    return float(np.corrcoef(soft[0].ravel(), soft[1].ravel())[0, 1])


def test_folders_named_by_class_give_labels_in_order(tmp_path: Path):
    save(picture("7"), tmp_path / "7" / "b.png")
    save(picture("7", 90), tmp_path / "7" / "a.jpg")
    save(picture("3"), tmp_path / "3" / "z.png")
    save(picture("4"), tmp_path / "none" / "x.png")
    crops = labelled_folder(tmp_path, CLASSES)
    assert crops.labels.tolist() == [3, 7, 7, 10]
    assert crops.images.shape == (4, 28, 28) and crops.images.dtype == np.uint8
    assert likeness(crops.images[1], crops.images[2]) > 0.95


@pytest.mark.parametrize(("height", "margin"), [(14, 7), (20, 2), (60, 0), (60, 90), (700, 100)])  # fmt: skip
@pytest.mark.parametrize("negative", [False, True], ids=["dark", "light"])
def test_size_margin_and_light_leave_digits_as_they_are(
    tmp_path: Path, height: int, margin: int, negative: bool
):
    for text in "0123456789":
        image = picture(text, height, margin)
        save(255 - image if negative else image, tmp_path / text / "a.png")
    crops = labelled_folder(tmp_path, CLASSES)
    assert crops.labels.tolist() == list(range(10))
    for text, found in zip("0123456789", crops.images):
        assert likeness(found, normalise(raster(text, height))) > 0.85


def test_a_shadow_over_the_paper_is_no_ink(tmp_path: Path):
    image = picture("5", 60, 40).astype(np.float32)
    image *= np.linspace(1, 0.5, image.shape[1])[:, None]
    save(image.astype(np.uint8), tmp_path / "5" / "a.png")
    found = labelled_folder(tmp_path, CLASSES).images[0]
    assert likeness(found, normalise(raster("5"))) > 0.95


def test_broken_strokes_are_one_character(tmp_path: Path):
    image = picture("8", 100)
    image[70:77] = PAPER
    save(image, tmp_path / "8" / "a.png")
    found = labelled_folder(tmp_path, CLASSES).images[0]
    assert likeness(found, normalise(raster("8"))) > 0.8


def test_crops_that_reading_wrote_are_learned_as_they_were_read(tmp_path: Path):
    image = sheet()
    write(image, "3141", 40, 60)
    scene = Reader().read(Frame(image, source="page.png"))
    CropSink(tmp_path).write(scene)
    crops = labelled_folder(tmp_path, CLASSES)
    assert [CLASSES[k] for k in crops.labels] == [d.text for d in scene.digits]
    for crop, digit in zip(crops.images, scene.digits):
        assert likeness(crop, normalise(raster(digit.text))) > 0.9


def test_what_the_margin_of_a_crop_shows_of_neighbours_is_left_out(tmp_path: Path):
    image = picture("1", 80, 10)
    image[8:-8, :5] = PEN  # a stroke of the next digit
    save(image, tmp_path / "page-0-4-1.png")
    found = labelled_folder(tmp_path, CLASSES).images[0]
    assert likeness(found, normalise(raster("1"))) > 0.9


def test_a_table_has_the_last_word(tmp_path: Path):
    save(picture("7"), tmp_path / "page-0-0-1.png")
    save(picture("7"), tmp_path / "1" / "seven.png")
    save(picture("2"), tmp_path / "page-0-1-2.png")
    table = "\ufefffile,label\npage-0-0-1.png,7\n1\\seven.png, 7\n"
    (tmp_path / "labels.csv").write_text(table, encoding="utf-8")
    assert labelled_folder(tmp_path, CLASSES).labels.tolist() == [7, 7, 2]


def test_a_table_that_names_what_is_not_there_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    save(picture("7"), tmp_path / "a-7.png")
    (tmp_path / "labels.csv").write_text("file,label\nb.png,3\n")
    labelled_folder(tmp_path, CLASSES)
    assert "b.png" in caplog.text


@pytest.mark.parametrize(
    "table", ["a.png,3\n", "file,label\na.png\n", "file,label\n\0"]
)
def test_a_table_of_another_kind_is_refused(tmp_path: Path, table: str):
    save(picture("7"), tmp_path / "a.png")
    (tmp_path / "labels.csv").write_text(table)
    with pytest.raises(DataError, match=r"labels\.csv"):
        labelled_folder(tmp_path, CLASSES)


def test_letters_are_case_folded(tmp_path: Path):
    for name in ("B/1.png", "none/2.png", "page-0-3-B.png", "page-0-4-b.png"):
        save(picture("8"), tmp_path / name)
    names = class_names("letters")
    found = labelled_folder(tmp_path, names).labels
    assert [names[k] for k in found] == ["b", "none", "b", "b"]


def test_what_cannot_be_used_is_named_and_left_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    save(picture("7"), tmp_path / "7" / "good.png")
    save(sheet(60, 60), tmp_path / "7" / "blank.png")
    (tmp_path / "7" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nand no more")
    (tmp_path / "7" / "notes.txt").write_text("no picture")
    (tmp_path / "7" / "._good.png").write_bytes(b"another program's")
    save(picture("7"), tmp_path / "seven" / "word.png")
    with caplog.at_level(logging.WARNING):
        assert len(labelled_folder(tmp_path, CLASSES)) == 1
    for name in ("blank.png", "broken.png", "'seven'"):
        assert caplog.text.count(name) == 1
    assert "notes" not in caplog.text and "._good" not in caplog.text


def test_a_folder_of_nothing_is_refused_with_what_to_do(tmp_path: Path):
    save(picture("7"), tmp_path / "seven" / "a.png")
    with pytest.raises(DataError, match="0 to 9 and none"):
        labelled_folder(tmp_path, CLASSES)
    with pytest.raises(DataError, match="gone"):
        labelled_folder(tmp_path / "gone", CLASSES)


@pytest.mark.parametrize("negative", [False, True], ids=["light", "dark"])
def test_real_digits_are_cut_as_they_were_written(tmp_path: Path, negative: bool):
    real = mnist("t10k", shared("data/mnist"))
    for k in range(100):
        image = 255 - real.images[k] if negative else real.images[k]
        save(image, tmp_path / str(real.labels[k]) / f"{k}.png")
    crops = labelled_folder(tmp_path, CLASSES)
    read = Classifier().scores(crops.batch()).argmax(axis=1)
    assert len(crops) == 100 and np.mean(read == crops.labels) >= 0.97
