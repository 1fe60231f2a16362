"""Sets of characters come from idx files and zips; what is missing or damaged is named."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest
from idx_files import idx_bytes, write_set

from camrec.errors import DataError
from camrec.training.data import (
    Crops,
    extra_digits,
    find_sets,
    letter_crops,
    mnist,
    read_idx,
    read_set,
    sliced,
)

IMAGES = np.arange(5 * 6 * 4, dtype=np.uint8).reshape(5, 6, 4)
LABELS = np.array([3, 1, 4, 1, 5], np.uint8)


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_a_set_comes_back_as_it_was_written(tmp_path: Path, suffix: str):
    found = read_set(write_set(tmp_path, "train", IMAGES, LABELS, suffix))
    assert found.name == "train"
    assert np.array_equal(found.images, IMAGES)
    assert np.array_equal(found.labels, LABELS)


def test_packed_images_go_with_plain_labels(tmp_path: Path):
    write_set(tmp_path, "a", IMAGES, LABELS)
    path = write_set(tmp_path, "a", IMAGES, LABELS, ".gz")
    (tmp_path / "a-labels-idx1-ubyte.gz").unlink()
    assert np.array_equal(read_set(path).labels, LABELS)


def test_every_set_of_a_folder_is_found_by_name(tmp_path: Path):
    write_set(tmp_path, "b", IMAGES, LABELS, ".gz")
    write_set(tmp_path, "a", IMAGES[:2], LABELS[:2])
    assert [(s.name, len(s.labels)) for s in find_sets(tmp_path)] == [
        ("a", 2),
        ("b", 5),
    ]


def damaged(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "x-images-idx3-ubyte"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0\0",
        b"no idx file at all, but long enough for a header",
        idx_bytes(IMAGES)[:-1],
        idx_bytes(IMAGES) + b"\0",
        idx_bytes(IMAGES)[:9],
        idx_bytes(IMAGES, kind=13),
        gzip.compress(idx_bytes(IMAGES))[:-9],
        gzip.compress(idx_bytes(IMAGES))[:20],
        gzip.compress(idx_bytes(IMAGES))[:15] + b"\xff" * 40,
        b"\x1f\x8b",
    ],
    ids=[
        "empty", "two bytes", "text", "a byte short", "a byte long", "half a header",
        "floats", "gzip cut at the end", "gzip cut in the middle", "gzip broken", "gzip mark alone",
    ],
)  # fmt: skip
def test_a_damaged_file_is_named(tmp_path: Path, content: bytes):
    with pytest.raises(DataError, match="x-images-idx3-ubyte"):
        read_idx(damaged(tmp_path, content))


def test_no_broken_byte_of_a_packed_file_goes_unnoticed(tmp_path: Path):
    whole = gzip.compress(idx_bytes(IMAGES), mtime=0)
    for k in range(10, len(whole)):  # the first ten hold flags and a date
        content = whole[:k] + bytes([whole[k] ^ 0xFF]) + whole[k + 1 :]
        with pytest.raises(DataError):
            read_idx(damaged(tmp_path, content))


def test_a_set_that_lies_there_packed_and_unpacked_is_one(tmp_path: Path):
    for suffix in ("", ".gz"):
        write_set(tmp_path, "t10k", np.zeros((3, 28, 28)), np.zeros(3), suffix)
    (only,) = find_sets(tmp_path)
    assert (only.name, len(only)) == ("t10k", 3)


def test_a_part_with_steps_of_nothing_is_refused():
    with pytest.raises(DataError, match="steps of 0"):
        sliced("digits[::0]")


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(DataError, match="gone"):
        read_idx(tmp_path / "gone")


def test_missing_labels_are_named(tmp_path: Path):
    path = damaged(tmp_path, idx_bytes(IMAGES))
    with pytest.raises(DataError, match="x-labels-idx1-ubyte"):
        read_set(path)


def test_labels_of_another_set_are_refused(tmp_path: Path):
    path = write_set(tmp_path, "a", IMAGES, LABELS[:4])
    with pytest.raises(DataError, match="different sets"):
        read_set(path)


def test_a_folder_without_sets_is_named(tmp_path: Path):
    with pytest.raises(DataError, match=tmp_path.name):
        find_sets(tmp_path)


def test_mnist_comes_from_a_folder(tmp_path: Path):
    write_set(tmp_path, "train", IMAGES, LABELS, ".gz")
    write_set(tmp_path, "t10k", IMAGES[:2], LABELS[:2], ".gz")
    assert len(mnist("train", tmp_path).labels) == 5
    assert len(mnist("t10k", tmp_path).labels) == 2


def test_a_folder_that_lacks_a_part_of_mnist_is_named(tmp_path: Path):
    write_set(tmp_path, "train", IMAGES, LABELS)
    with pytest.raises(DataError, match="t10k"):
        mnist("t10k", tmp_path)


@pytest.mark.parametrize(
    ("spec", "path", "part"),
    [
        ("a/b.gz", "a/b.gz", slice(None)),
        ("a/b.gz[::2]", "a/b.gz", slice(None, None, 2)),
        ("b[10:]", "b", slice(10, None)),
        ("b[:-5]", "b", slice(None, -5)),
        ("b[1:9:3]", "b", slice(1, 9, 3)),
        ("odd [name]", "odd [name]", slice(None)),
        ("b[:-]", "b[:-]", slice(None)),
    ],
)
def test_brackets_behind_a_path_name_a_part(spec: str, path: str, part: slice):
    assert sliced(spec) == (Path(path), part)


def test_only_the_part_asked_for_is_used(tmp_path: Path):
    path = write_set(tmp_path, "semeion", IMAGES, LABELS, ".gz")
    even = extra_digits(f"{path}[::2]")
    assert np.array_equal(even.labels, LABELS[::2])
    assert np.array_equal(even.images, IMAGES[::2])


def test_letters_of_an_idx_file_are_normalised(tmp_path: Path):
    images = np.zeros((3, 40, 30), np.uint8)
    images[:, 5:35, 10:14] = 255
    crops = letter_crops(str(write_set(tmp_path, "letters", images, np.zeros(3))))
    assert crops.shape == (3, 28, 28) and crops.dtype == np.uint8
    assert crops[0].max() == 255
    assert np.flatnonzero(crops[0].any(axis=1)).size == 20


def test_letters_of_a_zip_are_turned_to_light_on_dark(tmp_path: Path):
    picture = np.full((50, 50), 255, np.uint8)
    picture[10:40, 22:26] = 0  # a black stroke on white
    png = cv2.imencode(".png", picture)[1].tobytes()
    with zipfile.ZipFile(tmp_path / "o.zip", "w") as archive:
        archive.writestr("b/2.png", png)
        archive.writestr("a/1.png", png)
        archive.writestr("readme.txt", "no picture")
    crops = letter_crops(str(tmp_path / "o.zip"))
    assert crops.shape == (2, 28, 28)
    assert crops[0, 14, 14] > 250 and crops[0, 0, 0] == 0
    assert len(letter_crops(f"{tmp_path / 'o.zip'}[:1]")) == 1


def test_a_zip_that_is_none_is_named(tmp_path: Path):
    (tmp_path / "o.zip").write_bytes(b"no zip")
    with pytest.raises(DataError, match=r"o\.zip"):
        letter_crops(str(tmp_path / "o.zip"))


def test_crops_are_taken_and_joined_with_their_labels():
    crops = Crops(np.arange(3 * 784, dtype=np.uint8).reshape(3, 28, 28), LABELS[:3])
    twice = Crops.join([crops.take(np.array([2])), crops])
    assert len(twice) == 4 and twice.labels.tolist() == [4, 3, 1, 4]
    assert np.array_equal(twice.images[0], crops.images[2])


def test_a_batch_is_what_the_network_takes():
    crops = Crops(np.full((2, 28, 28), 255, np.uint8), LABELS[:2])
    batch = crops.batch()
    assert batch.shape == (2, 28, 28, 1) and batch.dtype == np.float32
    assert batch.max() == 1
