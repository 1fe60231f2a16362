"""Small files that claim, or unpack to, more than any machine holds: bounded in pixels, frames, bytes and time."""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import json
import lzma
import math
import os
import struct
import sys
import tarfile
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
import pytest

import camrec
from camrec.environment import MAX_PICTURE_PIXELS, most_pixels
from camrec.errors import CamrecError, DataError, ModelError, SourceError
from camrec.reading import models, pictures
from camrec.reading.pictures import decode_picture, load_picture
from camrec.stream.capture import open_source
from camrec.stream.capture.claims import unlisted_frames
from camrec.training.data import folders, idx
from camrec.training.data.archives import letter_crops

MOST_S = 10.0  # for what takes a twentieth of a second, on however busy a machine
MOST_MB = 150  # beside what the process holds
CLEAR = Path("/proc/self/clear_refs")  # Linux; "5" has the peak counted anew
BLACK, WHITE = b"\0\0\0", b"\xff\xff\xff"


@contextmanager
def bounded() -> Iterator[None]:
    """What goes on within takes little time, and where it can be told, little memory."""
    begin, before = time.monotonic(), peak()
    yield
    assert time.monotonic() - begin < MOST_S
    assert peak(anew=False) - before < MOST_MB


def peak(*, anew: bool = True) -> float:
    """The most memory that this process held, MB; 0 where that is not told."""
    if not os.access(CLEAR, os.W_OK):
        return 0.0
    if anew:
        CLEAR.write_text("5")
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def refused(action: Callable[[], object], kind: type[CamrecError] = SourceError) -> str:
    """The sentence in which it is refused."""
    with bounded(), pytest.raises(kind) as caught:
        action()
    (sentence,) = str(caught.value).splitlines()
    return sentence


# --- pictures ---


def gif(frames: int, canvas: tuple[int, int] = (16, 16), end: bytes = b"\x3b") -> bytes:
    """Frames of 16 x 16 white pixels, to be shown for ever."""
    head = b"GIF89a" + struct.pack("<HHBBB", *canvas, 0x80, 0, 0) + BLACK + WHITE
    again = b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0"
    control = b"\x21\xf9\x04\x04\x01\0\0\0"
    # Codes of 3 bits with "clear" (4) before each pixel (1) never grow longer; 5 is the end.
    codes = "".join(f"{code:03b}"[::-1] for code in [4, 1] * 256 + [5])
    packed = bytes(int(codes[k : k + 8][::-1], 2) for k in range(0, len(codes), 8))
    image = b"\x2c" + struct.pack("<4HB", 0, 0, 16, 16, 0) + b"\x02"
    image += bytes([len(packed)]) + packed + b"\0"
    return head + again + (control + image) * frames + end


def tiff(pages: int, side: int = 16, *, in_circles: bool = False) -> bytes:
    """Pages of white, each told to be of `side` squared pixels; the last leads nowhere or to the first."""
    out, link = bytearray(b"II*\0\0\0\0\0"), 4
    for _ in range(pages):
        strip, at = len(out), len(out) + 256
        struct.pack_into("<I", out, link, at)
        tags = {256: side, 257: side, 258: 8, 259: 1, 262: 1, 273: strip, 277: 1, 278: side, 279: 256}  # fmt: skip
        entries = [struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items()]  # fmt: skip
        out += b"\xff" * 256 + struct.pack("<H", len(tags)) + b"".join(entries) + bytes(4)  # fmt: skip
        link = len(out) - 4
    if in_circles:
        struct.pack_into("<I", out, link, 8 + 256)
    return bytes(out)


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))  # fmt: skip


def png(width: int, height: int, *, frames: int = 0, whole: bool = True) -> bytes:
    """A white picture, or the claim to be one; as the first of an animation where it has frames."""
    row = b"\0" + b"\xff" * width
    body = zlib.compress(row * height if whole else row[:100])
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    told = chunk(b"acTL", struct.pack(">II", frames, 0))
    told += chunk(b"fcTL", struct.pack(">5IHHBB", 0, width, height, 0, 0, 1, 1, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + told * bool(frames) + chunk(b"IDAT", body) + chunk(b"IEND", b"")  # fmt: skip


def greedy(side: int) -> bytes:
    """A white picture whose pixels claim 4 GB, though a few bytes of them are there."""
    head, _, pixels = png(side, side).partition(b"IDAT")
    return head[:-4] + b"\xf8\0\0\0IDAT" + pixels


def webp(side: int) -> bytes:
    """The claim to be a picture of at most 16384 squared pixels on a canvas of at most 2**24."""
    canvas = (side - 1).to_bytes(3, "little") * 2
    pixels = struct.pack("<BI", 0x2F, min(side, 2**14) - 1 | (min(side, 2**14) - 1) << 14)  # fmt: skip
    chunks = b"VP8X" + struct.pack("<II", 10, 0x10) + canvas
    chunks += b"VP8L" + struct.pack("<I", 6) + pixels + b"\0"
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WEBP" + chunks


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.gif", gif(20_000)),
        ("a.tiff", tiff(20_000)),
        ("circle.tiff", tiff(2, in_circles=True)),
        ("a.png", png(16, 16, frames=2**31 - 1)),
    ],
)
def test_of_very_many_pages_the_first_is_read(name: str, data: bytes):
    if name == "a.gif" and not cv2.haveImageWriter(name):  # it came with the reader
        pytest.skip("this OpenCV reads no GIF")
    with bounded():
        assert decode_picture(data, name).shape == (16, 16, 3)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("canvas.gif", gif(1000, canvas=(65_535, 65_535))),
        ("endless.gif", gif(1000, end=b"\x21\xfe\xff" + b"x" * 255)),
        ("a.tiff", tiff(1, side=2**31 - 1)),
        ("a.png", png(2**31 - 1, 2**31 - 1, whole=False)),
        ("long.png", png(2**31 - 1, 1, whole=False)),
        ("chunk.png", greedy(16)),
        ("a.webp", webp(2**24)),
        ("a.bmp", b"BM" + struct.pack("<3I3i2H6I", 100, 0, 54, 40, 2**31 - 1, 2**31 - 1, 1, 24, 0, 0, 0, 0, 0, 0)),
        ("a.pgm", b"P5 2000000000 2000000000 255\n" + bytes(99)),
    ],
)  # fmt: skip
def test_pixels_that_are_only_claimed_take_nothing(name: str, data: bytes):
    assert refused(lambda: decode_picture(data, name)).startswith(f"{name} ")


def test_nor_do_bytes_of_a_crop_from_a_browser():
    pytest.importorskip("fastapi", reason="the extra web is not installed")
    from camrec.web.crops import decoded_crop
    from camrec.web.problems import Problem

    with bounded(), pytest.raises(Problem, match="no PNG"):
        decoded_crop(base64.b64encode(greedy(28)).decode())


def test_nor_do_those_of_a_letter_to_learn_from(tmp_path: Path):
    path = tmp_path / "letters.zip"
    path.write_bytes(zipped({"a.png": greedy(28), "b.png": png(28, 28)}))
    with bounded():
        assert len(letter_crops(str(path))) == 1


def test_images_without_a_pixel_are_none(tmp_path: Path):
    path = tmp_path / "none-images-idx3-ubyte"
    path.write_bytes(struct.pack(">HBB3I", 0, 8, 3, 2**31, 0, 2**30))
    assert "and no images" in refused(lambda: letter_crops(f"{path}[:3]"), DataError)


def test_bands_of_a_deep_picture_are_scaled_alike():
    page = np.arange(700 * 4, dtype=np.uint16).reshape(700, 4)  # of 12 bits
    plain = decode_picture(cv2.imencode(".png", page)[1].tobytes(), "page.png")
    assert np.array_equal(plain[..., 0], page >> 4)


def test_bands_of_a_transparent_picture_are_laid_on_white():
    page = np.zeros((700, 4, 4), np.uint8)
    page[350:, :, 3] = 255
    plain = decode_picture(cv2.imencode(".png", page)[1].tobytes(), "page.png")
    assert (plain[:350] == 255).all() and (plain[350:] == 0).all()


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="needs a file without end")
def test_a_picture_file_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pictures, "LARGEST_FILE", 2**20)
    monkeypatch.setattr(pictures.read_bytes, "__defaults__", (2**20 + 1,))
    (tmp_path / "page.png").symlink_to("/dev/zero")
    assert "is larger than" in refused(lambda: load_picture(tmp_path / "page.png"))


@pytest.mark.parametrize("told, most", [("5000", 5000), ("64MB", 2**26), ("3kb", 3072), ("many", MAX_PICTURE_PIXELS), ("", MAX_PICTURE_PIXELS)])  # fmt: skip
def test_the_largest_picture_is_told_as_opencv_takes_it(monkeypatch: pytest.MonkeyPatch, told: str, most: int):  # fmt: skip
    monkeypatch.setenv("OPENCV_IO_MAX_IMAGE_PIXELS", told)
    assert most_pixels() == most


@pytest.mark.parametrize("shape", [(1, 2**22), (2**22, 1), (3, 2**21), (8000, 8000)])
def test_pictures_of_any_shape_are_read_soon(shape: tuple[int, int]):
    reader = camrec.Reader()
    begin = time.monotonic()
    assert reader.read(np.full((*shape, 3), 230, np.uint8)).digits == ()
    assert time.monotonic() - begin < MOST_S


# --- videos ---


def box(name: bytes, *contents: bytes) -> bytes:
    return struct.pack(">I", 8 + sum(map(len, contents))) + name + b"".join(contents)


def mp4(frame: bytes, codec: bytes, side: int, claimed: int, size: int = 0) -> bytes:
    """One frame; `claimed` of `size` bytes each are told, or where that is 0, their sizes one by one."""
    kind = box(b"ftyp", b"isom\0\0\2\0isom")
    matrix = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
    length = min(claimed, 2**31)
    entry = box(codec, struct.pack(">6xH16xHHII4xH32xHh", 1, side, side, 72 << 16, 72 << 16, 1, 24, -1))  # fmt: skip
    sizes = b"" if size else struct.pack(">I", len(frame)) * claimed
    table = box(
        b"stbl",
        box(b"stsd", struct.pack(">II", 0, 1), entry),
        box(b"stts", struct.pack(">4I", 0, 1, claimed, 1)),
        box(b"stsc", struct.pack(">5I", 0, 1, 1, claimed, 1)),
        box(b"stsz", struct.pack(">3I", 0, size, claimed), sizes),
        box(b"stco", struct.pack(">3I", 0, 1, len(kind) + 8)),
    )
    place = box(b"dinf", box(b"dref", struct.pack(">II", 0, 1), box(b"url ", b"\0\0\0\1")))  # fmt: skip
    media = box(
        b"mdia",
        box(b"mdhd", struct.pack(">5IHH", 0, 0, 0, 30, length, 0x55C4, 0)),
        box(b"hdlr", struct.pack(">II4s12xH", 0, 0, b"vide", 0)),
        box(b"minf", box(b"vmhd", struct.pack(">I8x", 1)), place, table),
    )
    track = box(b"tkhd", struct.pack(">6I16x", 7, 0, 0, 1, 0, length), matrix, struct.pack(">II", side << 16 & 0xFFFFFFFF, side << 16 & 0xFFFFFFFF))  # fmt: skip
    film = box(b"mvhd", struct.pack(">5IIH10x", 0, 0, 0, 30, length, 0x10000, 0x100), matrix, bytes(24), struct.pack(">I", 2))  # fmt: skip
    return kind + box(b"mdat", frame) + box(b"moov", film, box(b"trak", track, media))


JPEG = cv2.imencode(".jpg", np.full((16, 16, 3), 200, np.uint8))[1].tobytes()


def frames_of(path: Path, data: bytes) -> int:
    path.write_bytes(data)
    with open_source(path) as source:
        return sum(1 for _ in source)


def test_a_film_of_one_frame_is_read(tmp_path: Path):
    assert frames_of(tmp_path / "film.mp4", mp4(JPEG, b"jpeg", 16, 1)) == 1


@pytest.mark.parametrize("claimed", [2**21, 2**26, 2**32 - 1])
def test_frames_that_are_only_claimed_take_nothing(tmp_path: Path, claimed: int):
    film = mp4(JPEG, b"jpeg", 16, claimed, size=1)
    told = refused(lambda: frames_of(tmp_path / "film.mp4", film))
    assert "claims more frames than it has bytes" in told


def test_fewer_frames_than_are_claimed_end_the_film(tmp_path: Path):
    film = mp4(JPEG, b"jpeg", 16, 2**20, size=len(JPEG))
    errors: list[str] = []
    (tmp_path / "film.mp4").write_bytes(film)
    with bounded(), open_source(tmp_path / "film.mp4", on_error=lambda e: errors.append(str(e))) as source:  # fmt: skip
        assert len(list(source)) <= 1
    assert len(errors) <= 1


def test_frames_of_fragments_are_counted_too(tmp_path: Path):
    path = tmp_path / "film.mp4"
    runs = [box(b"trun", struct.pack(">II", flags, 2**31)) for flags in (0, 0x200)]
    path.write_bytes(mp4(JPEG, b"jpeg", 16, 1) + box(b"moof", box(b"traf", *runs)))
    assert unlisted_frames(str(path)) == 2**31


@pytest.mark.parametrize("data", [b"", b"\0\0\0", bytes(4000), struct.pack(">I4sQ", 1, b"moov", 2**63), box(b"moov") * 2000, b"\0\0\x40\0moov" * 2000])  # fmt: skip
def test_boxes_that_make_no_sense_are_walked_to_the_end(tmp_path: Path, data: bytes):
    path = tmp_path / "film.mp4"
    path.write_bytes(data)
    with bounded():
        assert unlisted_frames(str(path)) == 0


def test_frames_that_are_too_large_are_refused(tmp_path: Path):
    side = 8200  # a little more than 2**26 pixels
    film = mp4(png(side, side), b"png ", side, 1)
    path = tmp_path / "film.mp4"
    path.write_bytes(film)
    with pytest.raises(SourceError, match="has frames of 8200x8200 pixels"):
        open_source(path)


@pytest.mark.parametrize("side", [65_535, 30_000])
def test_sides_that_are_only_claimed_take_nothing(tmp_path: Path, side: int):
    assert frames_of(tmp_path / "film.mp4", mp4(JPEG, b"jpeg", side, 1)) == 1
    claim = mp4(png(side, side, whole=False), b"png ", side, 1)
    assert "film.mp4" in refused(lambda: frames_of(tmp_path / "film.mp4", claim))


# --- cards, lists and labelled sets ---


@pytest.mark.parametrize("text", ["[" * 2**21, " " * 2**21 + "{}", json.dumps({"classes": ["0"] * 2**19})])  # fmt: skip
def test_a_card_longer_than_any(tmp_path: Path, text: str):
    (tmp_path / "model.json").write_text(text)
    told = refused(lambda: models.Card.read(tmp_path / "model.json"), ModelError)
    assert "longer than a megabyte" in told


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="needs a file without end")
def test_a_card_without_end(tmp_path: Path):
    (tmp_path / "model.json").symlink_to("/dev/zero")
    refused(lambda: models.Card.read(tmp_path / "model.json"), ModelError)


def test_a_list_of_labels_longer_than_any(tmp_path: Path):
    with (tmp_path / "labels.csv").open("w") as file:
        file.write("file,label\n")
        file.truncate(2**40 if sys.platform == "linux" else 2**27)
    classes = (*"0123456789", "none")
    told = refused(lambda: folders.labelled_folder(tmp_path, classes), DataError)
    assert "it is larger than 64 MB" in told


def test_an_idx_file_that_unpacks_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):  # fmt: skip
    monkeypatch.setattr(idx, "LARGEST", 2**20)
    path = tmp_path / "train-images-idx3-ubyte.gz"
    path.write_bytes(gzip.compress(struct.pack(">HBB3I", 0, 8, 3, 2**20, 28, 28) + bytes(2**23)))  # fmt: skip
    assert "does not end" in refused(lambda: idx.read_idx(path), DataError)


def test_pictures_of_single_characters_are_small(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "letters.zip", "w", zipfile.ZIP_DEFLATED) as archive:  # fmt: skip
        archive.writestr("bomb.png", bytes(2**25))
        archive.writestr("letter.png", cv2.imencode(".png", np.full((40, 40), 255, np.uint8) - np.eye(40, dtype=np.uint8) * 255)[1])  # fmt: skip
    with bounded():
        assert len(letter_crops(str(tmp_path / "letters.zip"))) == 1


# --- archives ---


@pytest.fixture
def archives(monkeypatch: pytest.MonkeyPatch):
    """The module, with bounds that a test reaches soon."""
    pytest.importorskip("distributed", reason="the extra `batch` is not installed")
    from camrec.batch import archives

    monkeypatch.setattr(archives, "PLAIN", 2**20)
    return archives


def listed(path: Path) -> list:
    from camrec.batch.listing import listed

    return list(listed([str(path)]))


def zipped(contents: dict[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", packing) as archive:
        for name, data in contents.items():
            archive.writestr(name, data)
    return file.getvalue()


@pytest.mark.parametrize("packing", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])  # fmt: skip
def test_a_member_that_unpacks_a_thousandfold_is_not_unpacked(tmp_path: Path, archives, packing: int):  # fmt: skip
    path = tmp_path / "scans.zip"
    path.write_bytes(zipped({"a.png": bytes(2**22), "b.png": b"fine"}, packing))
    bomb, fine = listed(path)
    told = refused(lambda: archives.Archives().read(bomb))
    assert "a.png unpacks to 4194304 bytes" in told
    assert archives.Archives().read(fine) == b"fine"


def test_a_page_that_packs_well_is_unpacked(tmp_path: Path, archives):
    page = bytes(2**19)  # less than is given away
    (tmp_path / "scans.zip").write_bytes(zipped({"a.png": page}))
    (file,) = listed(tmp_path / "scans.zip")
    assert archives.Archives().read(file) == page


def test_pictures_may_be_smaller_than_videos(tmp_path: Path, archives, monkeypatch: pytest.MonkeyPatch):  # fmt: skip
    monkeypatch.setattr(archives, "LARGEST_FILE", 99)
    path = tmp_path / "scans.zip"
    path.write_bytes(zipped({"a.png": bytes(100), "b.mp4": bytes(100)}))
    picture, video = listed(path)
    assert "100 bytes" in refused(lambda: archives.Archives().read(picture))
    assert archives.Archives().read(video) == bytes(100)


def test_archives_in_archives_stay_closed_and_are_named(tmp_path: Path, archives):
    inner = zipped({"a.png": b"a"})
    for _ in range(5):
        inner = zipped({"in.zip": inner, "more.tgz": b"x", "page.png": b"p"})
    (tmp_path / "scans.zip").write_bytes(inner)
    nested, more, page = listed(tmp_path / "scans.zip")
    for file, name in (nested, "in.zip"), (more, "more.tgz"):
        assert file.problem == f"{tmp_path / 'scans.zip'}/{name} is an archive within an archive, which stays closed; unpack the outer one"  # fmt: skip
    assert not page.problem


def tar(*members: tuple[str, bytes, bytes]) -> bytes:
    """Names, types and contents."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name, kind, data in members:
            info = tarfile.TarInfo(name)
            info.type, info.size = kind, len(data)
            archive.addfile(info, io.BytesIO(data))
    return file.getvalue()


PACKERS = {"tgz": gzip.compress, "tar.bz2": bz2.compress, "tar.xz": lzma.compress}


@pytest.mark.parametrize("ending", PACKERS)
def test_a_tar_that_unpacks_a_thousandfold_is_left(tmp_path: Path, archives, ending: str):  # fmt: skip
    page, bomb = ("a.png", tarfile.REGTYPE, b"a"), ("b.txt", tarfile.REGTYPE, bytes(2**24))  # fmt: skip
    path = tmp_path / f"scans.{ending}"
    path.write_bytes(PACKERS[ending](tar(page, bomb, ("c.png", tarfile.REGTYPE, b"c"))))
    first, problem = listed(path)
    assert first.name.endswith("a.png")
    assert "unpacks to more than 200 times its size" in problem.problem


def test_a_tar_of_nothing_but_names_ends(tmp_path: Path, archives):
    path = tmp_path / "scans.tgz"
    path.write_bytes(gzip.compress(tar(*[("a.txt", tarfile.REGTYPE, b"")] * 5000)))
    with bounded():
        (problem,) = listed(path)
    assert "unpacks to more than" in problem.problem


@pytest.mark.parametrize("kind", [tarfile.GNUTYPE_LONGNAME, tarfile.XHDTYPE])
def test_a_name_of_megabytes_is_not_read(tmp_path: Path, archives, kind: bytes):
    path = tmp_path / "scans.tar"
    path.write_bytes(tar(("a.png", tarfile.REGTYPE, b"a"), ("x", kind, b"n" * 2**22)))
    with bounded():
        page, problem = listed(path)
    assert page.name.endswith("a.png") and "a name of 4194304 bytes" in problem.problem


def test_what_is_not_compressed_may_be_of_any_size(tmp_path: Path, archives):
    path = tmp_path / "scans.tar"
    members = [(f"{k}.png", tarfile.REGTYPE, bytes(2**20)) for k in range(3)]
    path.write_bytes(tar(*members))
    assert archives._most(str(path)) == math.inf
    assert [len(archives.Archives().read(file)) for file in listed(path)] == [2**20] * 3
