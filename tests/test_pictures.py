"""Every kind of picture file becomes upright 8-bit BGR, or one sentence that says why not."""

from __future__ import annotations

import io
import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest

from camrec.errors import SourceError
from camrec.reading.pictures import decode_picture, load_picture

RED = (0, 0, 255)  # BGR


def encode(image: np.ndarray, suffix: str = ".png") -> bytes:
    ok, data = cv2.imencode(suffix, image)
    assert ok
    return data.tobytes()


def decode(image: np.ndarray, suffix: str = ".png") -> np.ndarray:
    picture = decode_picture(encode(image, suffix), "test" + suffix)
    assert picture.dtype == np.uint8 and picture.ndim == 3 and picture.shape[2] == 3
    return picture


def png_chunk(kind: bytes, body: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(kind + body))
    return struct.pack(">I", len(body)) + kind + body + check


def png_header(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", header)
        + png_chunk(b"IDAT", zlib.compress(bytes(1000)))
        + png_chunk(b"IEND", b"")
    )


def exif(orientation: int, order: str = "<") -> bytes:
    """A TIFF block that holds the orientation and nothing else."""
    mark = b"II*\0" if order == "<" else b"MM\0*"
    entry = struct.pack(order + "HHIHH", 0x0112, 3, 1, orientation, 0)
    return mark + struct.pack(order + "IH", 8, 1) + entry + bytes(4)


def jpeg_with_exif(image: np.ndarray, orientation: int) -> bytes:
    jpeg = encode(image, ".jpg")
    body = b"Exif\0\0" + exif(orientation)
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + jpeg[2:]


def png_with_exif(image: np.ndarray, orientation: int, order: str) -> bytes:
    png = encode(image)
    after_header = 8 + 25
    chunk = png_chunk(b"eXIf", exif(orientation, order))
    return png[:after_header] + chunk + png[after_header:]


def corner_picture() -> np.ndarray:
    """(40, 64, 3): white, red in the upper left quarter, so that every turn is told apart."""
    image = np.full((40, 64, 3), 255, np.uint8)
    image[:20, :32] = RED
    return image


def as_shown(orientation: int) -> np.ndarray:
    """`corner_picture` as EXIF 2.32 says a stored picture of that orientation is to be shown."""
    upright = corner_picture()
    return {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.transpose(1, 0, 2),
        6: np.rot90(upright, -1),
        7: np.rot90(upright, 2).transpose(1, 0, 2),
        8: np.rot90(upright),
    }[orientation]


# --- what is read ---


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".tif", ".webp", ".ppm"])
def test_colour_survives(suffix: str) -> None:
    image = np.full((16, 24, 3), (30, 120, 210), np.uint8)
    assert np.abs(decode(image, suffix).astype(int) - image).max() <= 4


def test_grey_becomes_three_equal_channels() -> None:
    image = np.arange(256, dtype=np.uint8).reshape(16, 16)
    assert np.array_equal(decode(image), np.dstack([image] * 3))


def test_one_pixel() -> None:
    assert decode(np.full((1, 1, 3), 7, np.uint8)).tolist() == [[[7, 7, 7]]]


def test_sixteen_bits_keep_the_high_byte() -> None:
    image = np.array([[0, 0x4000, 0xFFFF]], np.uint16)
    assert decode(image)[0, :, 0].tolist() == [0, 0x40, 0xFF]


def test_twelve_bits_stored_in_sixteen_are_not_black() -> None:
    image = np.array([[0, 0x800, 0xFFF]], np.uint16)
    assert decode(image)[0, :, 0].tolist() == [0, 0x80, 0xFF]


def test_floating_point() -> None:
    image = np.array([[0, 0.5, 1, np.nan]], np.float32)
    assert decode(image, ".tif")[0, :, 0].tolist() == [0, 127, 255, 0]


def test_transparent_is_laid_on_white() -> None:
    image = np.zeros((2, 3, 4), np.uint8)  # black ink, wholly transparent
    image[0, 0, 3] = 255
    image[0, 1, 3] = 128
    picture = decode(image)
    assert picture[0, 0].tolist() == [0, 0, 0]
    assert picture[0, 1].tolist() == [127, 127, 127]
    assert (picture[1] == 255).all()


def test_transparent_sixteen_bits() -> None:
    image = np.zeros((2, 2, 4), np.uint16)
    image[0, 0] = (0xFFFF, 0, 0, 0xFFFF)
    picture = decode(image)
    assert picture[0, 0].tolist() == [255, 0, 0]
    assert (picture[1] == 255).all()


def test_opaque_alpha_changes_nothing() -> None:
    image = np.full((4, 5, 4), (10, 20, 30, 255), np.uint8)
    assert (decode(image) == (10, 20, 30)).all()


def test_cmyk() -> None:
    image = pytest.importorskip("PIL.Image", reason="Pillow writes CMYK files")
    for kind in ("JPEG", "TIFF"):
        buffer = io.BytesIO()
        image.new("CMYK", (40, 20), (0, 255, 255, 0)).save(buffer, kind)
        picture = decode_picture(buffer.getvalue(), kind)
        assert picture.shape == (20, 40, 3)
        assert np.abs(picture.astype(int) - RED).max() <= 4


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_turns_a_jpeg_upright(orientation: int) -> None:
    picture = decode_picture(jpeg_with_exif(corner_picture(), orientation), "a.jpg")
    shown = as_shown(orientation)
    assert picture.shape == shown.shape
    assert np.abs(picture.astype(int) - shown).mean() < 4


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_turns_a_transparent_png_upright(orientation: int, order: str) -> None:
    image = cv2.cvtColor(corner_picture(), cv2.COLOR_BGR2BGRA)
    image[20:, :, 3] = 0
    data = png_with_exif(image, orientation, order)
    assert np.array_equal(decode_picture(data, "a.png"), as_shown(orientation))


def test_exif_turns_a_webp_upright() -> None:
    image = pytest.importorskip("PIL.Image", reason="Pillow writes EXIF into WebP")
    tags = image.Exif()
    tags[0x0112] = 6
    buffer = io.BytesIO()
    pixels = cv2.cvtColor(corner_picture(), cv2.COLOR_BGR2RGBA)
    image.fromarray(pixels).save(buffer, "WEBP", lossless=True, exif=tags)
    assert np.array_equal(decode_picture(buffer.getvalue(), "a.webp"), as_shown(6))


def test_damaged_exif_does_not_stop_the_picture() -> None:
    png = png_with_exif(corner_picture(), 6, "<")
    broken = png.replace(exif(6)[4:10], struct.pack("<IH", 8, 60000))
    assert broken != png
    assert decode_picture(broken, "a.png").size == corner_picture().size


def test_path_beyond_ascii(tmp_path: Path) -> None:
    path = tmp_path / "Seite 1 – größe 数字.png"
    path.write_bytes(encode(corner_picture()))
    assert np.array_equal(load_picture(path), corner_picture())
    assert np.array_equal(load_picture(str(path)), corner_picture())


# --- what is refused, in one sentence ---


JPEG = encode(np.random.default_rng(0).integers(0, 255, (80, 90, 3), np.uint8), ".jpg")
PNG = encode(np.random.default_rng(0).integers(0, 255, (80, 90, 3), np.uint8))


@pytest.mark.parametrize(
    ("data", "found", "remedy"),
    [
        (b"", "is empty", "again"),
        (os.urandom(3000), "neither a picture nor a video", "save it as"),
        (b"hello world\n" * 100, "holds text", "give a picture"),
        ("größer\n".encode() * 200, "holds text", "give a picture"),
        pytest.param(
            JPEG[: len(JPEG) // 2],
            "damaged or cut short",
            "again",
            marks=pytest.mark.skipif(
                cv2.__version__ < "5", reason="OpenCV 4 reads what there is"
            ),
        ),
        (PNG[: len(PNG) // 2], "damaged or cut short", "again"),
        (PNG[:60], "damaged or cut short", "again"),
        (png_header(0, 0), "damaged or cut short", "again"),
        (png_header(60000, 60000), "more pixels", "scale it down"),
        (b"%PDF-1.7\n" + bytes(500), "PDF", "export"),
        (b"\0\0\0\x18ftypheic" + bytes(500), "HEIC", "save it as JPEG"),
    ],
)
def test_refused(data: bytes, found: str, remedy: str) -> None:
    with pytest.raises(SourceError) as caught:
        decode_picture(data, "page.png")
    message = str(caught.value)
    assert message.startswith("page.png ") and "\n" not in message
    assert found in message and remedy in message


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="none.png does not exist; check the path"):
        load_picture(tmp_path / "none.png")


def test_folder_is_no_picture(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="is a folder|cannot be read"):
        load_picture(tmp_path)


def test_impossible_path() -> None:
    with pytest.raises(SourceError, match="cannot be read"):
        load_picture("a\0b.png")


@pytest.mark.skipif(
    os.name == "nt" or getattr(os, "geteuid", lambda: 0)() == 0,
    reason="this user may read every file",
)
def test_forbidden_file(tmp_path: Path) -> None:
    path = tmp_path / "secret.png"
    path.write_bytes(PNG)
    path.chmod(0)
    with pytest.raises(SourceError, match="cannot be read"):
        load_picture(path)


def test_pixel_bound_is_set_before_opencv_loads() -> None:
    """20000 x 20000 passes OpenCV's own bound of 2**30 but not ours."""
    code = (
        "import sys; from camrec.reading.pictures import decode_picture\n"
        "decode_picture(sys.stdin.buffer.read(), 'page.png')"
    )
    clean = {k: v for k, v in os.environ.items() if not k.startswith("OPENCV_")}
    done = subprocess.run(
        [sys.executable, "-c", code],
        input=png_header(20000, 20000),
        capture_output=True,
        env=clean | {"PYTHONPATH": os.pathsep.join(sys.path)},
        check=False,
    )
    assert b"more pixels" in done.stderr
