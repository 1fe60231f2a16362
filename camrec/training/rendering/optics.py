"""Light that falls on a sheet, and the camera that looks at it."""

from __future__ import annotations

import cv2
import numpy as np

from camrec.training.rendering.textures import grain_crop

COARSE = 8  # light changes slowly: it is computed on a grid this many pixels wide


def light_field(
    rng: np.random.Generator,
    size: tuple[int, ...],
    *,
    brightness: float = 1.0,
    gradient: float = 0.0,
    vignette: float = 0.0,
    cast: float = 0.0,
    glare: float = 0.0,
) -> np.ndarray:
    """How much light reaches each place.

    Parameters
    ----------
    rng : numpy.random.Generator
        Draws directions and places.
    size : tuple of int
        Height and width of the picture, pixels.
    brightness : float
        Light at the middle; 1 leaves the picture as it is.
    gradient : float
        Change of light from one side to the other, as a share.
    vignette : float
        Loss of light in the corners, as a share.
    cast : float
        How far the light is from white, as a share (lamps are yellow, shade is blue).
    glare : float
        A bright spot, as a share.

    Returns
    -------
    numpy.ndarray
        (ceil(H / 8), ceil(W / 8), 3) float32 gains, for :func:`lit`.
    """
    height, width = (-(-side // COARSE) for side in size)
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    turn = rng.uniform(0, 2 * np.pi)
    gain = 1 + gradient / 2 * (np.cos(turn) * x + np.sin(turn) * y)
    gain = gain * (1 - vignette / 2 * (x * x + y * y))
    spot = rng.uniform(-0.8, 0.8, 2)
    away = ((x - spot[0]) ** 2 + (y - spot[1]) ** 2) / rng.uniform(0.02, 0.3)
    gain = brightness * gain + glare * np.exp(-away)
    warmth = rng.uniform(-1, 1) * cast
    tint = np.array(
        [1 - warmth, 1 + rng.normal(0, 0.15) * cast, 1 + warmth], np.float32
    )
    light: np.ndarray = gain[..., None].astype(np.float32) * tint
    return light


def shadow(
    rng: np.random.Generator, size: tuple[int, ...], depth: float, softness: float
) -> np.ndarray:
    """The shadow of a hand, a head or a phone that reaches in from an edge.

    Parameters
    ----------
    rng : numpy.random.Generator
        Draws its outline.
    size : tuple of int
        Height and width of the picture, pixels.
    depth : float
        Share of the light it takes.
    softness : float
        Width of its edge over the picture's height; a near lamp makes it hard.

    Returns
    -------
    numpy.ndarray
        (ceil(H / 2), ceil(W / 2)) float32 gains, for :func:`lit`.
    """
    height, width = (-(-side // 2) for side in size)
    mask = np.zeros((height, width), np.uint8)
    centre, reach = _edge_point(rng, width, height), rng.uniform(0.3, 0.9) * height
    angles = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    arms = np.full(72, reach)
    for lobes in range(1, 7):  # few and large, as of a hand or a head
        bulge = rng.normal(0, 0.35 / lobes) * reach
        arms += bulge * np.cos(lobes * angles + rng.uniform(0, 2 * np.pi))
    outline = centre + np.stack([np.cos(angles) * arms, np.sin(angles) * arms], 1)
    cv2.fillPoly(mask, [outline.astype(np.int32)], 255)
    return 1 - depth / 255 * _blurred(mask, max(0.8, softness * height))


def _edge_point(rng: np.random.Generator, width: int, height: int) -> np.ndarray:
    """A point on the border of a picture."""
    x, y = rng.uniform(0, width), rng.uniform(0, height)
    at = [(x, 0), (x, height), (0, y), (width, y)]
    return np.array(at[rng.integers(4)])


def _blurred(mask: np.ndarray, sigma: float) -> np.ndarray:
    """A wide Gaussian blur, done small where it is wide: float32, the size of `mask`."""
    shrink = max(1, int(sigma / 3))
    size = tuple(max(2, side // shrink) for side in mask.shape[::-1])
    coarse = cv2.resize(mask, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    small = cv2.GaussianBlur(coarse, (0, 0), sigma / shrink)
    return cv2.resize(small, mask.shape[::-1], interpolation=cv2.INTER_LINEAR)


def lit(image: np.ndarray, *gains: np.ndarray) -> np.ndarray:
    """The image under lights: each of `gains` is a float32 field of any resolution, the first (h, w, 3), others also (h, w)."""
    size = image.shape[1::-1]
    whole = cv2.resize(gains[0], size)
    for gain in gains[1:]:
        field = cv2.resize(gain, size)
        field = field if field.ndim == 3 else cv2.merge([field] * 3)
        whole = cv2.multiply(whole, field)
    return cv2.multiply(image, whole, dtype=cv2.CV_8U)


def view(
    rng: np.random.Generator,
    size: tuple[int, ...],
    *,
    tilt: float = 0.0,
    perspective: float = 0.0,
    zoom: float = 1.0,
) -> np.ndarray:
    """How the camera sees a sheet of the picture's own size.

    Parameters
    ----------
    rng : numpy.random.Generator
        Draws which corners are far.
    size : tuple of int
        Height and width, pixels.
    tilt : float
        Rotation, degrees, clockwise.
    perspective : float
        How far corners wander, as a share of the picture.
    zoom : float
        Below 1 the table around the sheet is seen.

    Returns
    -------
    numpy.ndarray
        (3, 3) float64, from sheet pixels to picture pixels.
    """
    height, width = size
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    middle = corners.mean(0)
    angle = np.deg2rad(tilt)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    drift = rng.uniform(-1, 1, (4, 2)) * perspective * np.array([width, height])
    seen = (corners - middle) @ turn * zoom + middle + drift
    return cv2.getPerspectiveTransform(corners, seen.astype(np.float32))


def seen(points: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Points (K, 2) of the sheet in the picture: (K, 2) float32."""
    places: np.ndarray = cv2.perspectiveTransform(
        points.astype(np.float32)[None], matrix
    )[0]
    return places


def smeared(image: np.ndarray, length: float, angle: float) -> np.ndarray:
    """Motion blur: the image averaged along a straight line of `length` pixels at `angle` radians."""
    side = int(length) | 1
    kernel = np.zeros((side, side), np.float32)
    step = np.array([np.cos(angle), np.sin(angle)]) * (length - 1) / 2
    ends = np.round(16 * (side // 2 + np.stack([-step, step]))).astype(int)
    cv2.line(kernel, tuple(ends[0]), tuple(ends[1]), 1.0, 1, cv2.LINE_AA, 4)
    return cv2.filter2D(image, -1, kernel / kernel.sum())


def noisy(rng: np.random.Generator, image: np.ndarray, sigma: float) -> np.ndarray:
    """The image with sensor noise of `sigma` grey levels."""
    grain = grain_crop(rng, "sensor", image.shape[:2])
    return cv2.addWeighted(image, 1.0, grain, sigma / 32, -4.0 * sigma)
