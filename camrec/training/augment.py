"""Other hands and pens from the same crops, anew each time a crop is seen."""

from __future__ import annotations

import cv2
import numpy as np

from camrec.reading.normalise import SIDE, normalise
from camrec.settings import VariationSettings
from camrec.training.rendering.fine_pens import in_fine_pens

CANVAS = 40  # px; room for a turned and stretched crop
LARGEST = 1.3  # of the scale at which crops are turned: pens differ by less than a pixel at MNIST's own
DARKEST = 1.6  # greatest gain of a stroke's grey
KNOTS = 5  # along each side, where the elastic bending is drawn at random; between them it is smooth
_SPREAD = cv2.resize(
    np.eye(KNOTS, dtype=np.float32), (KNOTS, CANVAS), interpolation=cv2.INTER_CUBIC
)
_PLACES = np.arange(CANVAS, dtype=np.float32) - (CANVAS - 1) / 2
_PEN = np.ones((2, 2), np.uint8)


class Variation:
    """Varies batches of crops: slant, stretch, rotation, bending, pen, blur; then normalises them as reading does.

    Parameters
    ----------
    settings : VariationSettings
    """

    def __init__(self, settings: VariationSettings) -> None:
        self.settings = settings

    def __call__(self, rng: np.random.Generator, images: np.ndarray) -> np.ndarray:
        """One batch as other hands might have written it; a share of its crops stays as it is.

        Parameters
        ----------
        rng : numpy.random.Generator
        images : numpy.ndarray
            (N, 28, 28) uint8; 255 is pen.

        Returns
        -------
        numpy.ndarray
            (N, 28, 28, 1) float32 in [0, 1].
        """
        batch = images[..., None].astype(np.float32) / 255
        chosen = np.flatnonzero(rng.random(len(images)) < self.settings.varied)
        if len(chosen):
            across, down = self._warps(rng, len(chosen))
            for k, x, y in zip(chosen, across, down, strict=True):
                turned = cv2.remap(images[k], x, y, cv2.INTER_LINEAR)
                batch[k, ..., 0] = normalise(self._pen(rng, turned))
            batch[chosen, ..., 0] = self._misplaced(rng, batch[chosen, ..., 0])
            batch[chosen, ..., 0] = self._finer(rng, batch[chosen, ..., 0])
        return batch

    def _warps(self, rng: np.random.Generator, count: int) -> np.ndarray:
        """Column and row that each pixel of the canvas comes from: (2, count, CANVAS, CANVAS) float32, px of the crop."""
        inverse = np.linalg.inv(self._matrices(rng, count)).astype(np.float32)
        knots = rng.standard_normal((2, count, KNOTS, KNOTS), np.float32)
        # Simard, Steinkraus and Platt, "Best practices for convolutional neural networks", 2003: random displacements,
        # smoothed. Here smooth by interpolation between a few knots, which costs two small products.
        bent = self.settings.elastic * (_SPREAD @ knots @ _SPREAD.T) + (SIDE - 1) / 2
        columns, rows = inverse.transpose(1, 2, 0)[..., None, None].swapaxes(0, 1)
        warps: np.ndarray = columns * _PLACES + rows * _PLACES[:, None] + bent
        return warps

    def _matrices(self, rng: np.random.Generator, count: int) -> np.ndarray:
        """Rotation, slant and stretch, crop to canvas: (count, 2, 2)."""
        told = self.settings
        angle = np.radians(rng.normal(0, told.rotation, count))
        stretch = np.exp(rng.normal(0, told.stretch, count))
        slant = rng.normal(0, told.shear, count)
        turn = np.array(
            [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
        )
        lean = np.array([[stretch, slant], [np.zeros(count), 1 / stretch]])
        scale = rng.uniform(1.0, LARGEST, count)
        matrices: np.ndarray = np.einsum("ijn,jkn,n->nik", turn, lean, scale)
        return matrices

    def _pen(self, rng: np.random.Generator, crop: np.ndarray) -> np.ndarray:
        """A wider, narrower or softer stroke, or the same."""
        kind, strength = rng.random(), rng.random()
        stroke = self.settings.stroke
        if kind < stroke / 2:
            wide = cv2.dilate(crop, _PEN)
            return cv2.addWeighted(wide, 0.3 + 0.7 * strength, crop, 0.5, 0)
        if kind < stroke:
            thin = cv2.erode(crop, _PEN)
            return cv2.addWeighted(thin, 0.8, crop, 0.15 + 0.35 * strength, 0)
        if kind < stroke + self.settings.blur:
            return cv2.GaussianBlur(crop, (0, 0), 0.4 + 0.5 * strength)
        return crop

    def _finer(self, rng: np.random.Generator, crops: np.ndarray) -> np.ndarray:
        """Some of them as fine pens leave them: last of all, since whatever moves a fine stroke broadens it."""
        fine = np.flatnonzero(rng.random(len(crops)) < self.settings.fine)
        crops[fine] = in_fine_pens(rng, crops[fine])
        return crops

    def _misplaced(self, rng: np.random.Generator, crops: np.ndarray) -> np.ndarray:
        """Shifted, zoomed and noisy: what remains between a normalised crop and the ideal one."""
        told, count = self.settings, len(crops)
        zoom = np.exp(rng.normal(0, told.zoom, count))
        shift = rng.normal(0, told.shift, (count, 2))
        centre = (SIDE - 1) / 2
        moved = np.empty_like(crops)
        for k, crop in enumerate(crops):
            matrix = np.array(
                [
                    [zoom[k], 0, centre * (1 - zoom[k]) + shift[k, 0]],
                    [0, zoom[k], centre * (1 - zoom[k]) + shift[k, 1]],
                ]
            )
            moved[k] = cv2.warpAffine(crop, matrix, (SIDE, SIDE))
        if told.noise:
            moved += rng.standard_normal(moved.shape, np.float32) * (
                told.noise * np.abs(rng.standard_normal((count, 1, 1), np.float32))
            )
        # Interpolation pales thin strokes; a pen may also be black through and through, as in MNIST.
        moved *= rng.uniform(1.0, DARKEST, (count, 1, 1)).astype(np.float32)
        return moved.clip(0, 1)
