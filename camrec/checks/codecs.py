"""Which codecs really write a video that plays?"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from camrec.checks.finding import Finding
from camrec.stream.sinks.encoders import CODECS, Codec

SIZE, FPS, FRAMES = (320, 240), 30.0, 12
_LEAST_PSNR = (
    25.0  # dB; codecs give 35 and more, another frame or wrong colours stay below 20
)

_REMEDY = "`pip install camrec[video]` brings H.264, which browsers and phones play"


def check_codecs() -> Iterator[Finding]:
    """A short film by each codec that is installed, read back and compared."""
    found = {codec: _check(codec) for codec in CODECS if codec.installed}
    yield from found.values()
    works = [codec for codec, finding in found.items() if finding.state == "ok"]
    if not any(codec.name.startswith("H.264") for codec in works):
        yield Finding("H.264", "lacks", "nothing installed here writes it", _REMEDY)
    if not works:
        yield Finding("video", "lacks", "no codec works", "use --no-save, or `pip install camrec[video]`")  # fmt: skip


def _check(codec: Codec) -> Finding:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"film{codec.suffix}"
        try:
            reason = _write(codec, path) or _why_unplayable(path)
            size = 0 if reason else path.stat().st_size
        except OSError as error:
            reason, size = f"fails: {error}", 0
    if reason:
        return Finding(codec.name, "lacks", reason, _remedy(codec))
    details = {"suffix": codec.suffix, "bytes": size}
    return Finding(codec.name, "ok", f"writes {codec.suffix} files that play", details=details)  # fmt: skip


def _remedy(codec: Codec) -> str:
    if codec.module == "cv2":
        return "`pip install --force-reinstall opencv-python`, or another codec: " + _REMEDY  # fmt: skip
    return f"`pip install --force-reinstall {codec.module.replace('_', '-')}`; the next codec steps in meanwhile"


def _write(codec: Codec, path: Path) -> str:
    encoder = codec.open(path, FPS, SIZE)
    try:
        for index in range(FRAMES):
            encoder.write(_picture(index))
    finally:
        encoder.close()
    return "" if path.is_file() else "writes no file"


def _why_unplayable(path: Path) -> str:
    capture, count, worst = cv2.VideoCapture(str(path)), 0, np.inf
    while (read := capture.read())[0]:
        if read[1].shape != (SIZE[1], SIZE[0], 3):
            return f"writes pictures of {read[1].shape[1]}x{read[1].shape[0]} pixels, not {SIZE[0]}x{SIZE[1]}"
        worst = min(worst, cv2.PSNR(read[1], _picture(count)))
        count += 1
    capture.release()
    if count != FRAMES:
        return f"writes files of which {count} of {FRAMES} frames play"
    return "" if worst >= _LEAST_PSNR else f"spoils pictures ({worst:.0f} dB)"


def _picture(index: int) -> np.ndarray:
    """A gradient with a bar that moves: order, place and colours all show."""
    width, height = SIZE
    x, y = np.meshgrid(np.linspace(40, 200, width), np.linspace(40, 200, height))
    image = np.dstack([x, y, 240 - x]).astype(np.uint8)
    image[:, 16 * index :][:, :16] = 235
    return image
