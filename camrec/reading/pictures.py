"""Bytes or a file to one BGR picture, whatever it was saved as.

Files are read as bytes and decoded from memory, because ``cv2.imread`` cannot open every path on Windows.
"""

from __future__ import annotations

import os
import struct

import cv2
import numpy as np

from camrec.errors import SourceError

PICTURE_SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jp2", ".png", ".bmp", ".dib", ".gif", ".tif", ".tiff"}
    | {".webp", ".avif", ".pbm", ".pgm", ".ppm", ".pnm", ".hdr", ".pic", ".sr", ".ras"}
)
"""Suffixes, in lower case, that OpenCV's own wheels decode."""

LARGEST_FILE = 2**30
"""Bytes of a picture file; the most pixels that are decoded take no more, even as they come from a scanner: four bytes each."""

_JPEG = b"\xff\xd8\xff"
_PNG = b"\x89PNG\r\n\x1a\n"
_SIGNATURES = (_JPEG, _PNG, b"GIF8", b"BM", b"II*\0", b"MM\0*", b"\0\0\0\x0cjP  ")
_EXIF_MARKS = {_PNG: b"eXIf", b"RIFF": b"EXIF"}  # chunk names of PNG and WebP
_ORIENTATION = 0x0112  # EXIF 2.32, tag 274
_TEXT_PROBE = 512  # bytes; enough to tell words from a binary header
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\f\r\x1b"))  # not found in text
_BAND = 256  # rows


class PictureTooLarge(SourceError):
    """A picture has more pixels than may be decoded (see :mod:`camrec.environment`), or its file more bytes."""


def load_picture(path: str | os.PathLike[str]) -> np.ndarray:
    """Read one picture file.

    Parameters
    ----------
    path : str or os.PathLike

    Returns
    -------
    numpy.ndarray
        (H, W, 3) uint8, BGR; turned upright by its EXIF tag.

    Raises
    ------
    SourceError
        If it does not exist, cannot be read, or holds no picture.
    """
    return decode_picture(read_bytes(path), str(path))


def read_bytes(path: str | os.PathLike[str], size: int = LARGEST_FILE + 1) -> bytes:
    """The first `size` bytes of a file; by default as many as tell a picture, or that it is too large for one.

    Raises
    ------
    SourceError
        If it does not exist or cannot be read.
    """
    try:
        with open(path, "rb") as file:
            return file.read(size)
    except FileNotFoundError as error:
        raise SourceError(f"{path} does not exist; check the path") from error
    except IsADirectoryError as error:
        raise SourceError(f"{path} is a folder; give a picture file") from error
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = getattr(error, "strerror", None) or error
        raise SourceError(
            f"{path} cannot be read ({reason}); check that you may open it"
        ) from error


def decode_picture(data: bytes, name: str) -> np.ndarray:
    """Decode one picture.

    Grey, 16-bit, floating point and CMYK pictures become 8-bit BGR; transparent ones are laid on white paper.

    Parameters
    ----------
    data : bytes
        A whole picture file.
    name : str
        What to call it in an error.

    Returns
    -------
    numpy.ndarray
        (H, W, 3) uint8, BGR; turned upright by its EXIF tag.

    Raises
    ------
    SourceError
        If `data` is empty, damaged, too large, or no picture at all.
    """
    if not data:
        raise SourceError(f"{name} is empty; copy or scan it again")
    if len(data) > LARGEST_FILE:
        raise PictureTooLarge(
            f"{name} is larger than {LARGEST_FILE / 2**30:g} GB; scale it down, or save it as PNG"
        )
    if is_cut_short(data):
        raise SourceError(f"{name} {describe(data)}")
    # A JPEG has neither transparency nor depth, and is turned upright only when read as colour.
    flags = cv2.IMREAD_COLOR if data.startswith(_JPEG) else cv2.IMREAD_UNCHANGED
    try:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except (cv2.error, MemoryError) as error:
        raise PictureTooLarge(
            f"{name} claims more pixels than can be held in memory; scale it down"
        ) from error
    if image is None:
        raise SourceError(f"{name} {describe(data)}")
    return _upright(_plain(image), _orientation(data))


def is_picture(head: bytes) -> bool:
    """Whether the first bytes of a file (16 or more) are those of a picture."""
    return (
        head.startswith(_SIGNATURES)
        or (head[:4] == b"RIFF" and head[8:12] == b"WEBP")
        or head[4:12] in (b"ftypavif", b"ftypavis")
    )


def is_cut_short(png: bytes) -> bool:
    """Whether a chunk of a PNG claims more bytes than there are: OpenCV would take memory for them, up to 4 GB; False of other files."""
    at = len(_PNG) if png.startswith(_PNG) else len(png)
    while at + 8 <= len(png):
        length, end = int.from_bytes(png[at : at + 4], "big"), at + 8
        if length > len(png) - end:
            return True
        if png[at + 4 : end] == b"IEND":
            return False  # whatever follows is looked at by nobody
        at = end + length + 4  # a checksum
    return False


def describe(data: bytes) -> str:
    """What unreadable bytes look like, and what to do: the end of a sentence that begins with their name."""
    if is_picture(data):
        return "is damaged or cut short; copy or scan it again"
    if data.startswith(b"%PDF"):
        return "is a PDF document; export its pages as PNG"
    if data[4:11] in (b"ftyphei", b"ftyphev", b"ftypmif"):
        return "is a HEIC photo, which OpenCV cannot read; save it as JPEG"
    if _is_text(data):
        return "holds text; give a picture or a video"
    return (
        "is neither a picture nor a video that can be read; save it as PNG, JPEG or MP4"
    )


def _is_text(data: bytes) -> bool:
    head = data[:_TEXT_PROBE]
    return head == head.translate(None, _CONTROLS)


def _plain(image: np.ndarray) -> np.ndarray:
    """Any depth and number of channels to BGR, (H, W, 3) uint8.

    In bands of rows: as a whole, what lies between 16 bits with transparency and the result takes twice the memory of both.
    """
    if image.dtype == np.uint8 and image.shape[2:] == (3,):
        return image
    bands = [image[top : top + _BAND] for top in range(0, len(image), _BAND)]
    highest = max(map(_highest, bands))
    plain = np.empty((*image.shape[:2], 3), np.uint8)
    for k, band in enumerate(bands):
        plain[k * _BAND : (k + 1) * _BAND] = _bgr(_eight_bits(band, highest))
    return plain


def _highest(image: np.ndarray) -> float:
    """The largest value; of floating-point pictures, among those that are numbers."""
    is_float = np.issubdtype(image.dtype, np.floating)
    return float((np.nan_to_num(image) if is_float else image).max())


def _eight_bits(image: np.ndarray, highest: float) -> np.ndarray:
    """Any depth to uint8, keeping the bits that are in use: a 12-bit scan stored in 16 bits is not black."""
    if image.dtype == np.uint8:
        return image
    if np.issubdtype(image.dtype, np.floating):
        scaled: np.ndarray = np.nan_to_num(image) * (255 / max(1.0, highest))
        return scaled.clip(0, 255).astype(np.uint8)
    spare = max(0, int(highest).bit_length() - 8)
    return (image.clip(0) >> spare).astype(np.uint8)


def _bgr(image: np.ndarray) -> np.ndarray:
    """(H, W), (H, W, 1), (H, W, 3) or (H, W, 4) uint8 to (H, W, 3)."""
    if image.ndim == 2 or image.shape[2] == 1:
        return cv2.cvtColor(image, cv2.COLOR_GRAY2BGR)
    return image if image.shape[2] == 3 else _on_white(image)


def _on_white(image: np.ndarray) -> np.ndarray:
    """Lay a picture with transparency (BGRA) on white: dark ink is drawn on "nothing" far more often than light."""
    alpha = image[:, :, 3:].astype(np.uint16)
    if alpha.min() == 255:
        return cv2.cvtColor(image, cv2.COLOR_BGRA2BGR)
    missing = (255 - image[:, :, :3]) * alpha
    return (255 - missing // 255).astype(np.uint8)


def _upright(image: np.ndarray, orientation: int) -> np.ndarray:
    """Undo an EXIF orientation, 1 to 8: rows and columns swapped first, then flipped."""
    if orientation >= 5:
        image = cv2.transpose(image)
    if orientation in (2, 3, 6, 7):
        image = cv2.flip(image, 1)
    if orientation in (3, 4, 7, 8):
        image = cv2.flip(image, 0)
    return image


def _orientation(data: bytes) -> int:
    """EXIF orientation of a PNG or WebP, which OpenCV leaves alone when it reads transparency; 1 is upright."""
    for signature, mark in _EXIF_MARKS.items():
        at = data.find(mark) if data.startswith(signature) else -1
        if at >= 0:
            return _tiff_orientation(data[at + 4 : at + 4096])
    return 1


def _tiff_orientation(data: bytes) -> int:
    """Orientation in the first directory of a TIFF block that begins within the first bytes of `data`."""
    at, order = data.find(b"II*\0", 0, 16), "<"
    if at < 0:
        at, order = data.find(b"MM\0*", 0, 16), ">"
    if at < 0:
        return 1
    tiff = data[at:]
    try:
        (start,) = struct.unpack_from(order + "I", tiff, 4)
        (entries,) = struct.unpack_from(order + "H", tiff, start)
        for position in range(start + 2, start + 2 + 12 * entries, 12):
            tag, _, _, value = struct.unpack_from(order + "HHIH", tiff, position)
            if tag == _ORIENTATION:
                return value if 1 <= value <= 8 else 1
    except struct.error:  # a damaged tag is no reason to refuse the picture
        pass
    return 1
