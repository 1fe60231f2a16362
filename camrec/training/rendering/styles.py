"""How a scene looks: one knob a field, each with its range, and sensible random settings of all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from camrec.settings import Checked, setting
from camrec.training.rendering.surfaces import BOARDS, PAPERS, TABLES

TALLEST = 2000.0  # px a digit is written high


@dataclass(frozen=True, slots=True)
class Style(Checked):
    """Everything about a scene that is not the text itself."""

    # what is written on
    surface: str = setting("white", "Paper or board; see surfaces.PAPERS and BOARDS.")
    ruling: float = setting(
        0.06, "Between printed lines, over the sheet's height.", low=0.01, high=0.5
    )
    on_rules: float = setting(
        0.0, "Share of lines of writing that stand on printed ones.", low=0, high=1
    )
    folds: int = setting(0, "Folds of the sheet.", low=0, high=4)
    table: str = setting("", "Table around the sheet, or empty; see surfaces.TABLES.")
    # who writes, with what
    pen: str = setting("blue", "Writing tool; see PENS.")
    pen_width: float = setting(
        0.08, "Stroke over the height of a digit.", low=0.02, high=0.24
    )
    contrast: float = setting(
        1.0, "Opacity of the ink, against a fresh pen.", low=0.1, high=1.0
    )
    slant: float = setting(
        0.0, "Shear, columns per row; right is positive.", low=-0.8, high=0.8
    )
    stretch: float = setting(1.0, "Factor on the width of digits.", low=0.6, high=1.5)
    wobble: float = setting(
        0.5, "How far points wander, at 60 px of height.", unit="px", low=0.0, high=3.0
    )
    bounce: float = setting(
        0.03, "Digits off their line, over their height.", low=0.0, high=0.3
    )
    hands: float = setting(0.1, "Share of lines by other writers.", low=0, high=1)
    # where it stands
    layout: str = setting("mixed", "Arrangement; see layout.LAYOUTS.")
    height: float = setting(
        48.0, "Height of a digit in the picture.", unit="px", low=10.0, high=TALLEST
    )
    height_spread: float = setting(
        0.1, "Deviation of the height from line to line, as a share.", low=0.0, high=0.6
    )
    gap: float = setting(
        0.15, "Between digits of a number, over their height.", low=-0.25, high=1.0
    )
    leading: float = setting(
        1.8, "Between lines, over the height of a digit.", low=1.1, high=5.0
    )
    fill: float = setting(0.6, "How much of the room is used.", low=0.02, high=1.0)
    words: float = setting(0.2, "Share of words among what is written.", low=0, high=1)
    signs: float = setting(0.1, "Share of lone signs and scribbles.", low=0, high=1)
    separators: float = setting(
        0.2, "Share of numbers with points, commas, dashes.", low=0, high=1
    )
    frames: float = setting(
        0.1, "Share of texts in boxes, cells, rings, or underlined.", low=0, high=1
    )
    # light
    brightness: float = setting(0.95, "Light at the middle.", low=0.1, high=1.5)
    gradient: float = setting(0.2, "Change of light across.", low=0.0, high=1.5)
    vignette: float = setting(0.15, "Loss of light in the corners.", low=0.0, high=0.9)
    cast: float = setting(0.05, "How far the light is from white.", low=0.0, high=0.4)
    glare: float = setting(0.0, "A bright spot.", low=0.0, high=1.0)
    shadows: int = setting(0, "Shadows that reach in.", low=0, high=4)
    shadow_depth: float = setting(0.4, "Light a shadow takes.", low=0.0, high=0.9)
    shadow_softness: float = setting(
        0.05, "Width of a shadow's edge over the height.", low=0.0, high=0.5
    )
    # camera
    tilt: float = setting(0.0, "Rotation, clockwise.", unit="degrees", low=-45, high=45)
    perspective: float = setting(0.0, "How far corners wander.", low=0.0, high=0.2)
    zoom: float = setting(1.1, "Below 1 the table is seen.", low=0.1, high=2.0)
    defocus: float = setting(0.6, "Blur of the lens.", unit="px", low=0.0, high=8.0)
    motion: float = setting(0.0, "Length of motion blur.", unit="px", low=0.0, high=40)
    shrink: float = setting(
        1.0, "Taken so many times smaller, then enlarged.", low=1.0, high=4.0
    )
    noise: float = setting(2.0, "Sensor noise.", unit="grey levels", low=0.0, high=40.0)
    jpeg: int = setting(90, "JPEG quality; 0 leaves it out.", low=0, high=100)

    @classmethod
    def random(
        cls,
        rng: np.random.Generator,
        size: tuple[int, int] = (720, 1280),
        **fixed: Any,
    ) -> Style:
        """A style as life might bring it.

        Parameters
        ----------
        rng : numpy.random.Generator
        size : tuple of int
            Height and width of the picture, pixels: digits have to fit.
        **fixed
            Fields that are given rather than drawn.
        """
        surface = fixed.get("surface") or _choice(rng, _SURFACES)
        knobs: dict[str, Any] = {"surface": surface}
        knobs |= _random_hand(rng, surface)
        knobs |= _random_rules(rng, surface, size)
        knobs |= _random_layout(rng, size, fixed.get("layout"))
        knobs |= _random_light(rng)
        knobs |= _random_camera(rng)
        if surface == "screen" and rng.random() < 0.7:
            knobs |= _SCREENSHOT
        if surface in PAPERS and rng.random() < 0.2:
            knobs["folds"] = int(rng.integers(1, 3))
        if surface in PAPERS and rng.random() < 0.25:
            knobs |= {"table": _choice(rng, TABLES), "zoom": rng.uniform(0.7, 0.98)}
        if knobs["layout"] == "big":  # who writes large does it with the same pen
            share = min(1.0, LARGE * min(size) / knobs["height"])
            knobs["pen_width"] = max(0.02, share * knobs["pen_width"])
        return replace(cls(), **(knobs | fixed))


@dataclass(frozen=True, slots=True)
class Pen:
    """A writing tool.

    Parameters
    ----------
    colours : tuple
        Ranges of blue, green and red, 0-255: three pairs.
    covers : bool
        True for chalk and light, which hide what is below; ink lets paper through.
    grain : str
        Texture of its stroke; empty for none. See textures.grain_tile.
    roughness : float
        How much of the texture shows.
    opacity : tuple of float
        Range of the ink's density, in [0, 1].
    variety : float
        How freely blue, green and red move within their ranges: 0 together, 1 each by itself.
    """

    colours: tuple[tuple[int, int], tuple[int, int], tuple[int, int]]
    covers: bool = False
    grain: str = ""
    roughness: float = 0.0
    opacity: tuple[float, float] = (0.8, 1.0)
    variety: float = 0.15


PENS = {
    "black": Pen(((5, 60), (5, 55), (5, 55)), grain="fine", roughness=0.4),
    "blue": Pen(((110, 210), (25, 90), (10, 60)), grain="fine", roughness=0.6),
    "red": Pen(((20, 80), (15, 60), (150, 220)), grain="fine", roughness=0.5),
    "green": Pen(((20, 90), (80, 140), (10, 60)), grain="fine", roughness=0.5),
    "pencil": Pen(((70, 120), (70, 120), (70, 120)), False, "fine", 2.2, (0.45, 0.95)),
    "marker": Pen(((0, 40), (0, 40), (0, 40)), grain="coarse", roughness=0.15, opacity=(0.9, 1.0)),
    "colour marker": Pen(((0, 220), (0, 140), (0, 200)), grain="coarse", roughness=0.2, variety=1.0),
    "chalk": Pen(((205, 250), (210, 250), (210, 250)), True, "coarse", 2.6, (0.65, 0.95)),
    "colour chalk": Pen(((90, 220), (150, 230), (150, 250)), True, "coarse", 2.6, (0.6, 0.9), 1.0),
    "light": Pen(((180, 255), (180, 255), (180, 255)), True, opacity=(0.9, 1.0)),
}  # fmt: skip

_PAPER_PENS: Mapping[str, float] = {
    "black": 5,
    "blue": 5,
    "pencil": 3,
    "marker": 2,
    "red": 1,
    "green": 0.5,
}
_BOARD_PENS: dict[str, Mapping[str, float]] = {
    "whiteboard": {"marker": 4, "colour marker": 4},
    "blackboard": {"chalk": 4, "colour chalk": 1},
    "screen": {"light": 1},
}
_SURFACES = {
    "white": 5, "cream": 2, "ruled": 3, "grid": 3, "kraft": 2, "blotchy": 2, "security": 3, "grey": 1,
    "whiteboard": 2, "blackboard": 2, "screen": 2,
}  # fmt: skip
_LAYOUTS = {"mixed": 5, "rows": 3, "columns": 2, "big": 1.5, "strip": 2, "sparse": 2}
MOST_DIGITS = 130  # of a random page, about: more takes time and teaches no more
LARGE = 0.25  # of a picture's shorter side; on digits higher than that a pen is no broader, in px, than on such
_SMALL = {"big": 3, "strip": 1, "mixed": 1}  # for crops
_SCREENSHOT = {
    "brightness": 1.0, "gradient": 0.0, "vignette": 0.0, "cast": 0.0, "shadows": 0, "tilt": 0.0,
    "perspective": 0.0, "zoom": 1.0, "defocus": 0.0, "motion": 0.0, "noise": 0.0, "glare": 0.0,
}  # fmt: skip


def pens_for(surface: str) -> Mapping[str, float]:
    """The pens that are used on a surface, and how often."""
    return _BOARD_PENS[surface] if surface in BOARDS else _PAPER_PENS


def _choice(
    rng: np.random.Generator, weights: Mapping[str, float] | tuple[str, ...]
) -> str:
    """One of the names, by its weight; a plain sequence has equal weights."""
    names = list(weights)
    odds = np.array([weights[n] if isinstance(weights, dict) else 1.0 for n in names])
    return names[rng.choice(len(names), p=odds / odds.sum())]


def _random_hand(rng: np.random.Generator, surface: str) -> dict[str, Any]:
    """Knobs of the writer and the pen."""
    pen = _choice(rng, pens_for(surface))
    broad = pen in ("marker", "colour marker", "chalk", "colour chalk", "light")
    width = rng.uniform(0.07, 0.2) if broad else rng.uniform(0.035, 0.13)
    return {
        "pen": pen,
        "pen_width": width,
        "contrast": 1.0 if rng.random() < 0.6 else rng.uniform(0.4, 1.0),
        "slant": float(np.clip(rng.normal(0.08, 0.16), -0.5, 0.7)),
        "stretch": float(np.clip(rng.normal(1.0, 0.12), 0.7, 1.4)),
        "wobble": rng.uniform(0, 1.5),
        "bounce": rng.uniform(0, 0.1),
        "hands": rng.choice([0.0, rng.uniform(0, 1)]),
    }


def _random_rules(
    rng: np.random.Generator, surface: str, size: tuple[int, int]
) -> dict[str, Any]:
    """Knobs of printed lines; most people write on them."""
    kept = surface in ("ruled", "grid") and rng.random() < 0.6
    return {
        "ruling": min(0.5, rng.uniform(0.03, 0.12) * max(1.0, 300 / size[0])),
        "on_rules": 1.0 if kept else 0.0,
    }


def _random_layout(
    rng: np.random.Generator, size: tuple[int, int], layout: str | None
) -> dict[str, Any]:
    """Knobs of the arrangement; the height of digits is 12 px or more, and fits."""
    short, long = min(size), max(size)
    if layout is None:
        layout = (
            "strip"
            if size[1] > 2.2 * size[0]
            else _choice(rng, _LAYOUTS if long > 320 else _SMALL)
        )
    if layout == "big":
        height = short * rng.uniform(0.3, 0.8)
    elif layout == "strip":
        share = rng.uniform(0.4, 0.8) if size[1] > 2.2 * size[0] else 0.2
        height = size[0] * share
    else:
        height = float(np.exp(rng.uniform(np.log(16), np.log(max(24, short * 0.2)))))
    leading = rng.uniform(1.3, 3.0)
    room = (
        size[0] * size[1] / (0.9 * leading * height * height)
    )  # digits that would fit
    gap = rng.normal(0.02, 0.08) if rng.random() < 0.4 else rng.uniform(0.08, 0.5)
    return {
        "layout": layout,
        "height": max(12.0, min(height, 0.8 * short, TALLEST)),
        "height_spread": rng.uniform(0, 0.25),
        "gap": float(np.clip(gap, -0.2, 0.8)),
        "leading": leading,
        "fill": min(rng.uniform(0.15, 1.0), max(0.03, MOST_DIGITS / room)),
        "words": rng.choice([0.0, rng.uniform(0, 0.4), rng.uniform(0.3, 0.9)]),
        "signs": rng.choice([0.0, rng.uniform(0, 0.3)]),
        "separators": rng.uniform(0, 0.4),
        "frames": rng.choice([0.0, rng.uniform(0, 0.4)]),
    }


def _random_light(rng: np.random.Generator) -> dict[str, Any]:
    """Knobs of the light: mostly ordinary, now and then hard."""
    hard = rng.random() < 0.3
    return {
        "brightness": rng.uniform(0.3, 0.8) if hard else rng.uniform(0.7, 1.05),
        "gradient": rng.uniform(0, 1.0 if hard else 0.4),
        "vignette": rng.uniform(0, 0.6 if hard else 0.25),
        "cast": rng.uniform(0, 0.25 if hard else 0.1),
        "glare": rng.uniform(0, 0.6) if rng.random() < 0.15 else 0.0,
        "shadows": int(rng.choice([0, 0, 1, 1, 2])),
        "shadow_depth": rng.uniform(0.1, 0.7),
        "shadow_softness": float(rng.choice([rng.uniform(0, 0.02), rng.uniform(0.02, 0.3)])),
    }  # fmt: skip


def _random_camera(rng: np.random.Generator) -> dict[str, Any]:
    """Knobs of the camera."""
    level = rng.random() < 0.6
    sharp = rng.random() < 0.7
    return {
        "tilt": rng.normal(0, 1.5) if level else rng.uniform(-15, 15),
        "perspective": rng.uniform(0, 0.02 if level else 0.08),
        "zoom": rng.uniform(1.05, 1.2),
        "defocus": rng.uniform(0, 0.9) if sharp else rng.uniform(0.9, 2.2),
        "motion": rng.uniform(3, 10) if rng.random() < 0.12 else 0.0,
        "shrink": rng.uniform(1.2, 2.2) if rng.random() < 0.2 else 1.0,
        "noise": float(rng.choice([0.0, rng.uniform(0, 4), rng.uniform(3, 12)])),
        "jpeg": int(rng.integers(35, 98)) if rng.random() < 0.75 else 0,
    }
