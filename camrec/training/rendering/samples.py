"""The shipped samples: stills and a clip with their truth, rendered from digits of MNIST's test part.

    python -m camrec.training.rendering.samples --mnist FOLDER --out samples

Everything but the digits is drawn by this project, letters too, so nothing else is needed to make them again.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from camrec.errors import OutputError
from camrec.training.data import mnist
from camrec.training.rendering.filming import FPS, film
from camrec.training.rendering.handwriting import DigitBank
from camrec.training.rendering.layout import Line
from camrec.training.rendering.scenes import Page, PageDigit, lay, photograph
from camrec.training.rendering.sheets import write_lines
from camrec.training.rendering.styles import Style

SIZE = (720, 1280)  # of every sample, px
QUALITY = 90  # of the stills


@dataclass(frozen=True, slots=True)
class Still:
    """What is written on a still, and how it looks.

    Parameters
    ----------
    name : str
        Of the file, without ending.
    seed : int
        Chosen so that a person reads every digit without doubt.
    style : Style
    rows : tuple of str
        Lines of writing from the top; ``|`` stands between texts, an empty row leaves room.
    left, top, step : float
        Where the first row starts and how far the rows are apart, px of the sheet.
    space : float
        Between texts, in heights of a digit; for a table, the width of its columns.
    table : bool
        Texts stand in columns.
    """

    name: str
    seed: int
    style: Style
    rows: tuple[str, ...]
    left: float = 150.0
    top: float = 150.0
    step: float = 110.0
    space: float = 1.3
    table: bool = False

    def lines(self) -> list[Line]:
        """The rows as lines on the sheet."""
        height = self.style.height
        return [
            Line(
                x=self.left,
                foot=self.top + k * self.step,
                height=height,
                slope=0.004 * (-1) ** k,
                space=self.space * height,
                texts=tuple(row.split("|")),
                snap=self.table,
            )
            for k, row in enumerate(self.rows)
            if row
        ]


def _look(**knobs: Any) -> Style:
    """A style without chance frames, other writers or losses of the file."""
    return replace(Style(frames=0.0, hands=0.0, jpeg=0), **knobs)


STILLS = (
    Still(
        "white", 12,
        _look(surface="white", pen="blue", pen_width=0.085, slant=0.12, height=62, gap=0.13, folds=1,
              brightness=1.03, gradient=0.25, cast=0.05, shadows=1, shadow_depth=0.3, shadow_softness=0.12,
              tilt=1.5, perspective=0.01, zoom=1.08, defocus=0.6, noise=1.5),
        ("4071|3852|96", "20|1947|630", "58|8213|704", "9356|11|2480"),
        left=190, top=215, step=125, space=1.6,
    ),
    Still(
        "cream", 14,
        _look(surface="cream", pen="black", pen_width=0.075, slant=0.05, height=58, gap=0.12,
              brightness=0.95, gradient=0.2, cast=0.08, tilt=-3.0, perspective=0.015, zoom=1.08, defocus=0.7,
              noise=1.5),
        ("milk|2", "bread|3|eggs|12", "tea|40|rice|5", "fee|18.60", "sum|96.75"),
        left=200, top=170, step=112, space=1.5,
    ),
    Still(
        "ruled", 22,
        _look(surface="ruled", ruling=0.08, pen="blue", pen_width=0.09, slant=0.15, height=46, gap=0.1,
              brightness=1.02, gradient=0.3, vignette=0.15, cast=0.04, tilt=4.0, perspective=0.02, zoom=1.12,
              defocus=0.6, noise=1.5, bounce=0.01),
        ("May|03741|2650", "June|03768|2702", "July|03790|2755", "Aug|03825|2811", "Sep|03861|2874"),
        left=190, top=172.8, step=115.2, space=5.7, table=True,
    ),
    Still(
        "grid", 19,
        _look(surface="grid", ruling=0.05, pen="pencil", pen_width=0.1, slant=0.1, height=60, gap=0.2,
              brightness=0.98, gradient=0.2, cast=0.05, tilt=-1.5, perspective=0.015, zoom=1.1, defocus=0.6,
              noise=2.0),
        ("47|+|25|=|72", "108|-|39|=|69", "6|x|13|=|78", "85|:|5|=|17"),
        left=260, top=200, step=118, space=0.9,
    ),
    Still(
        "kraft", 14,
        _look(surface="kraft", pen="marker", pen_width=0.13, height=104, gap=0.12, slant=0.05,
              brightness=0.95, gradient=0.35, vignette=0.2, tilt=2.5, perspective=0.02, zoom=1.1, defocus=0.7,
              noise=2.0),
        ("box|2795", "30.5|kg", "16|08|24"),
        left=240, top=260, step=165, space=0.8,
    ),
    Still(
        "blackboard", 16,
        _look(surface="blackboard", pen="chalk", pen_width=0.11, height=78, gap=0.15, slant=0.08,
              brightness=1.0, gradient=0.4, vignette=0.25, cast=0.05, tilt=-1.0, perspective=0.02, zoom=1.06,
              defocus=0.8, noise=2.5),
        ("7|x|8|=|56", "90|-|34|=|56", "149|+|20|=|169"),
        left=190, top=250, step=150, space=0.8,
    ),
    Still(
        "whiteboard", 15,
        _look(surface="whiteboard", pen="colour marker", pen_width=0.11, height=82, gap=0.12, slant=0.1,
              brightness=0.98, gradient=0.25, glare=0.2, cast=0.06, tilt=0.5, perspective=0.03, zoom=1.08,
              defocus=0.7, noise=1.5, hands=1.0),
        ("room|214", "9:30|team|16", "call|0735|886"),
        left=180, top=240, step=155, space=1.0,
    ),
    Still(
        "table", 12,
        _look(surface="white", table="wood", pen="black", pen_width=0.09, height=88, gap=0.13, slant=0.1, folds=2,
              brightness=1.0, gradient=0.4, cast=0.08, shadows=1, shadow_depth=0.5, shadow_softness=0.012,
              tilt=-7.0, perspective=0.05, zoom=0.78, defocus=0.6, noise=2.0),
        ("5013|274", "69|8840", "3197|52"),
        left=240, top=240, step=180, space=1.6,
    ),
    Still(
        "blur", 15,
        _look(surface="grey", pen="blue", pen_width=0.1, height=76, gap=0.15, slant=0.2,
              brightness=0.75, gradient=0.7, vignette=0.4, cast=0.18, tilt=6.0, perspective=0.03, zoom=1.1,
              defocus=2.2, motion=5, noise=4.0),
        ("2846|019", "735|5028", "61|9473"),
        left=250, top=250, step=145, space=1.6,
    ),
    Still(
        "scribbles", 17,
        _look(surface="cream", pen="blue", pen_width=0.08, height=58, gap=0.13, slant=0.1, frames=0.45, hands=0.5,
              brightness=0.98, gradient=0.3, cast=0.06, shadows=1, shadow_depth=0.35, shadow_softness=0.06,
              tilt=-2.0, perspective=0.02, zoom=1.08, defocus=0.6, noise=1.5),
        ("plan|B|~|42", "~|517|west", "8630|?|~", "key|295|*|70", "~|18|&|64"),
        left=190, top=175, step=115, space=1.5,
    ),
    Still(
        "receipt", 14,
        _look(surface="security", pen="blue", pen_width=0.085, height=64, gap=0.07, slant=0.15, frames=0.6,
              brightness=0.95, gradient=0.25, cast=0.05, tilt=1.0, perspective=0.01, zoom=1.1, defocus=0.7,
              noise=2.0),
        ("sum|1.250", "tax|237.50", "total|1487.50"),
        left=250, top=230, step=150, space=2.2,
    ),
    Still(
        "screen", 16,
        _look(surface="screen", pen="light", pen_width=0.12, height=110, gap=0.2, slant=0.05, noise=0.0,
              brightness=1.0, gradient=0.0, vignette=0.0, cast=0.0, zoom=1.0, defocus=0.0),
        ("0|1|2|3|4", "5|6|7|8|9"),
        left=140, top=290, step=250, space=1.25,
    ),
)  # fmt: skip


def render_still(bank: DigitBank, still: Still) -> Page:
    """One of the stills with its truth."""
    rng = np.random.default_rng(still.seed)
    sheet = write_lines(rng, still.lines(), bank, None, still.style, SIZE)
    return photograph(rng, sheet, still.style)


def write_stills(bank: DigitBank, folder: Path) -> None:
    """All stills, and ``labels.json`` beside them."""
    labels = []
    for still in STILLS:
        page = render_still(bank, still)
        _write_picture(folder / f"{still.name}.jpg", page.image)
        labels.append(
            {
                "file": f"{still.name}.jpg",
                "digits": [
                    {"digit": d.text, "box": d.box.as_list(), "number": d.number}
                    for d in page.digits
                ],
            }
        )
    (folder / "labels.json").write_text(_rows(labels) + "\n", "utf-8")


CLIP_SECONDS = 8.0
WORLD = (900, 1600)  # the table that the clip is filmed on, px
CLIP = Still(
    "clip", 12,
    _look(surface="white", table="wood", pen="black", pen_width=0.085, height=108, gap=0.14, slant=0.1, folds=1,
          brightness=1.0, gradient=0.3, vignette=0.15, cast=0.06, shadows=1, shadow_depth=0.25, shadow_softness=0.15,
          tilt=-3.0, perspective=0.015, zoom=0.66, defocus=0.8, noise=1.0),
    ("2048|317", "9056|481", "73620|594"),
    left=330, top=290, step=215, space=2.4,
)  # fmt: skip


def film_clip(bank: DigitBank) -> Iterator[tuple[np.ndarray, dict[int, PageDigit]]]:
    """Frames of the clip, each with its digits by an id that stays through the clip."""
    rng = np.random.default_rng(CLIP.seed)
    sheet = write_lines(rng, CLIP.lines(), bank, None, CLIP.style, WORLD)
    scene = lay(rng, sheet, CLIP.style)
    return film(rng, scene, CLIP.style, SIZE, CLIP_SECONDS)


def write_clip(bank: DigitBank, folder: Path) -> None:
    """``clip.mp4``, and ``clip.json`` with the digits of every frame beside it.

    Raises
    ------
    OutputError
        If this OpenCV cannot write MPEG-4.
    """
    path = folder / "clip.mp4"
    # MPEG-4 Part 2: the one codec that OpenCV's own FFmpeg writes and reads on every platform
    codec = cv2.VideoWriter.fourcc(*"mp4v")
    writer = cv2.VideoWriter(str(path), codec, FPS, SIZE[::-1])
    if not writer.isOpened():
        raise OutputError(f"{path} cannot be written: this OpenCV has no MPEG-4 encoder; install opencv-python.")  # fmt: skip
    frames = []
    for image, digits in film_clip(bank):
        writer.write(image)
        frames.append(
            [
                {"id": k, "digit": d.text, "box": d.box.as_list()}
                for k, d in digits.items()
            ]
        )
    writer.release()
    truth = f'{{"file": "{path.name}", "fps": {FPS}, "frames": {_rows(frames)}}}\n'
    (folder / "clip.json").write_text(truth, "utf-8")


def _write_picture(path: Path, image: np.ndarray) -> None:
    done, data = cv2.imencode(path.suffix, image, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    if not done:
        raise OutputError(f"{path} cannot be written: this OpenCV has no JPEG encoder.")
    path.write_bytes(data.tobytes())


def _rows(items: Sequence[object]) -> str:
    """A JSON list with one item a line, so that changes can be seen."""
    lines = (json.dumps(item, separators=(",", ":")) for item in items)
    return "[\n" + ",\n".join(lines) + "\n]"


def main(arguments: Sequence[str] | None = None) -> None:
    """Write all samples into a folder."""
    parser = argparse.ArgumentParser(description="Render the shipped samples.")
    parser.add_argument(
        "--mnist",
        type=Path,
        help="folder with MNIST's idx files; fetched through Keras without it",
    )
    parser.add_argument(
        "--out", type=Path, default=Path("samples"), help="folder to write to"
    )
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    test = mnist("t10k", options.mnist)
    bank = DigitBank(test.images, test.labels)
    write_stills(bank, options.out)
    write_clip(bank, options.out)


if __name__ == "__main__":
    main()
