"""A picture's file, a question -> the bytes of an answer; all of it in a worker's thread."""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import cv2
import numpy as np

from camrec.elements import Digit, Frame, Scene
from camrec.errors import SourceError
from camrec.reading.pictures import PictureTooLarge, decode_picture
from camrec.reading.reader import Reader
from camrec.stream.overlay import annotate
from camrec.stream.records import CSV_COLUMNS, csv_line, csv_rows, record_of
from camrec.web.crops import encoded_crop
from camrec.web.followers import Follower
from camrec.web.problems import Problem
from camrec.web.questions import Question

Form = Literal["json", "csv", "png"]
TYPES = {"json": "application/json", "csv": "text/csv", "png": "image/png"}
_FAST = [cv2.IMWRITE_PNG_COMPRESSION, 1]  # twice the speed of the default, a tenth more bytes  # fmt: skip


@dataclass(frozen=True, slots=True)
class Picture:
    """What was sent.

    Parameters
    ----------
    data : bytes
        A picture's file.
    name : str
        What to call it; "-" as for standard input where it has none.
    """

    data: bytes
    name: str = "-"


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back.

    Parameters
    ----------
    body : bytes
    decode_s, read_s : float
        How long that took.
    """

    body: bytes
    decode_s: float
    read_s: float


def answer(
    reader: Reader,
    picture: Picture,
    question: Question,
    form: Form,
    follower: Follower | None = None,
) -> Answer:
    """Decode, read and write.

    Parameters
    ----------
    reader : Reader
    picture : Picture
    question : Question
    form : {"json", "csv", "png"}
    follower : Follower or None
        Of the camera that the picture is a frame of.

    Raises
    ------
    Problem
        Where it is no picture, or a too large one.
    """
    begin = time.perf_counter()
    image = _decoded(picture)
    decoded = time.perf_counter()
    asking = question.of(reader)
    if follower is None:
        scene = asking.read(Frame(image, source=picture.name))
    else:
        scene = follower.follow(image, asking, question)
    read = time.perf_counter()
    body = _written(scene, form, reader.classes if question.details else ())
    return Answer(body, decoded - begin, read - decoded)


def record_with_details(scene: Scene, classes: Sequence[str]) -> dict[str, Any]:
    """The record of a scene whose digits also have ``crop`` and ``scores``."""
    record = record_of(scene)
    for told, digit in zip(record["digits"], scene.digits, strict=True):
        told.update(_details(digit, classes))
    return record


def _decoded(picture: Picture) -> np.ndarray:
    if not picture.data:
        raise Problem(400, "empty", "the request holds no picture", "send a picture's file as the body, or as the part `file` of a form")  # fmt: skip
    try:
        return decode_picture(picture.data, _called(picture))
    except PictureTooLarge as error:
        raise Problem.of(error, 413, "too_many_pixels") from error
    except SourceError as error:
        raise Problem.of(error, 422, "bad_picture") from error


def _called(picture: Picture) -> str:
    return "the picture" if picture.name == "-" else picture.name


def _written(scene: Scene, form: Form, classes: Sequence[str]) -> bytes:
    if form == "png":
        return cv2.imencode(".png", annotate(scene), _FAST)[1].tobytes()
    if form == "csv":
        return _table(scene).encode()
    record = record_with_details(scene, classes) if classes else record_of(scene)
    return json.dumps(record).encode()


def _table(scene: Scene) -> str:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(CSV_COLUMNS)
    rows.writerows(map(csv_line, csv_rows(scene)))
    return text.getvalue()


def _details(digit: Digit, classes: Sequence[str]) -> dict[str, Any]:
    scores = {name: round(float(p), 5) for name, p in zip(classes, digit.scores)}
    details: dict[str, Any] = {"scores": scores}
    if digit.crop is not None:
        details["crop"] = encoded_crop(digit.crop)
    return details
