"""Pictures as files: the annotated picture of every scene, and the crop of every digit."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import cv2
import numpy as np

from camrec.elements import Scene
from camrec.errors import OutputError, UnfitError
from camrec.stream.overlay import annotate
from camrec.stream.sinks.outputs import OutputNames, make_folder, write_whole

WRITABLE = (".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp")
CROP_MARGIN = 8  # a crop shows 1/8 of the digit's height of paper on every side


class AnnotatedPictures:
    """Writes ``<stem>.camrec.<ext>`` for each scene, in the format of its source where that can be written.

    Parameters
    ----------
    names : OutputNames
    on_error : callable
        Called with the `OutputError` of each picture that cannot be written; the others still are.
    """

    def __init__(
        self, names: OutputNames, on_error: Callable[[OutputError], None]
    ) -> None:
        self._names = names
        self._on_error = on_error

    def write(self, scene: Scene) -> None:
        """Write the annotated picture of `scene`."""
        suffix = Path(scene.frame.source).suffix
        suffix = suffix if suffix.lower() in WRITABLE else ".png"
        try:
            path = self._names.path(scene.frame.source, f".camrec{suffix}")
            save_picture(path, annotate(scene))
        except OutputError as error:
            self._on_error(error)

    def close(self) -> None:
        """Nothing is left open between pictures."""


class Crops:
    """Writes every digit as ``<stem>-<frame>-<k>-<digit>.png``, `k` counting the digits of the frame from 0.

    Parameters
    ----------
    folder : str or Path
        Made where it is missing.
    inputs : iterable of str
        Paths that must never be written to.

    Raises
    ------
    OutputError
        If the folder cannot be made; from `write`, if a crop cannot be written or would take the place of an input.
    """

    def __init__(self, folder: str | Path, inputs: Iterable[str] = ()) -> None:
        make_folder(Path(folder))
        self._names = OutputNames(Path(folder), inputs)

    def write(self, scene: Scene) -> None:
        """Write the crops of `scene`."""
        frame = scene.frame
        stem = self._names.path(frame.source, "") if scene.digits else Path()
        for k, digit in enumerate(scene.digits):
            box = digit.box.expand(digit.box.height // CROP_MARGIN)
            box = box.clip(frame.width, frame.height)
            crop = frame.image[box.y : box.bottom, box.x : box.right]
            path = stem.with_name(f"{stem.name}-{frame.index}-{k}-{digit.text}.png")
            if self._names.is_input(str(path)):
                raise OutputError(f"{path} is an input and would be lost; name another folder for crops")  # fmt: skip
            save_picture(path, crop)

    def close(self) -> None:
        """Nothing is left open between crops."""


def save_picture(path: Path, image: np.ndarray) -> None:
    """Write a picture in the format of its suffix, whole or not at all.

    Parameters
    ----------
    path : Path
    image : numpy.ndarray
        (H, W, 3) uint8 BGR.

    Raises
    ------
    OutputError
        If the file cannot be written; an UnfitError if the format cannot hold the picture.
    """
    try:
        done, data = cv2.imencode(path.suffix.lower(), image)
    except cv2.error:
        done = False
    if not done:
        height, width = image.shape[:2]
        raise UnfitError(
            f"{path}: a picture of {width} x {height} pixels cannot be written as {path.suffix}; convert the input to PNG"
        )
    # OpenCV's own imwrite knows neither errors of the disk nor, on Windows, names outside the code page.
    write_whole(path, data.tobytes())
