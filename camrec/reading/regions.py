"""Ink -> candidates: every run of pieces that may be one digit, and its ink."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

import cv2
import numpy as np

from camrec.elements import Box, Region
from camrec.reading.chains import WIDEST, find_chains
from camrec.reading.components import find_components
from camrec.reading.ink import Ink
from camrec.reading.pieces import Pieces, find_pieces
from camrec.reading.runs import Runs, find_runs

WIDEST_LETTER = 2.0  # width over height of an m or w
FULL_STRENGTH = (
    1.2  # times its mean contrast a stroke is as black as it gets; its edges lie below
)


class Body(Enum):
    """Why a shape is a thing and no stroke."""

    SOLID = "solid"
    FILLED = "no paper inside"
    EDGE = "one side of something"


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A hypothesis: these pieces of one chain are one digit.

    Parameters
    ----------
    region : Region
        Their ink.
    chain : int
        Index of the chain; pieces of different chains never share a digit.
    first, last : int
        Range of pieces in the chain, `last` excluded.
    cuts : int
        Of its two sides those where a component was cut: 0 to 2.
    body : Body or None
        What shows that it is a thing and no stroke, if anything does; see :mod:`camrec.reading.bodies`.
    """

    region: Region
    chain: int
    first: int
    last: int
    cuts: int = 0
    body: Body | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """All hypotheses of one picture.

    Parameters
    ----------
    items : tuple of Candidate
    weights : tuple of numpy.ndarray
        For each chain its pieces' shares of the chain's ink, left to right; they sum to 1.
    """

    items: tuple[Candidate, ...]
    weights: tuple[np.ndarray, ...]


def find_candidates(ink: Ink, most: int, widest: float = WIDEST) -> Candidates:
    """Propose what may be a digit.

    Parameters
    ----------
    ink : Ink
        Of the picture at the scale of work.
    most : int
        Components to look at; where there are more, the tallest are taken.
    widest : float
        Width over height of a hypothesis of several pieces, at the most.

    Returns
    -------
    Candidates
        Hypotheses that share pieces exclude each other; choosing among them is not done here.
    """
    components = find_components(ink, most)
    if not len(components):
        return Candidates((), ())
    chains = find_chains(components.boxes)
    pieces = find_pieces(components.take(chains.order), chains.chain)
    runs = find_runs(pieces, chains.hangs, widest)
    items = _candidates(runs, pieces, ink.contrast)
    return Candidates(tuple(items), tuple(_weights(pieces)))


def _weights(pieces: Pieces) -> list[np.ndarray]:
    """For each chain its pieces' shares of its ink."""
    areas = pieces.areas.astype(np.float32)
    shares = areas / np.add.reduceat(areas, pieces.starts)[pieces.chain]
    starts = pieces.starts.tolist()
    return [shares[a:b] for a, b in zip(starts, [*starts[1:], None])]


def _candidates(
    runs: Runs, pieces: Pieces, contrast: np.ndarray
) -> Iterator[Candidate]:
    """The runs with their ink, chain by chain."""
    chains, starts = pieces.chain[runs.first], pieces.starts
    upto = np.concatenate([[0], np.cumsum(pieces.areas)])
    areas = upto[runs.last] - upto[runs.first]
    start, cuts = starts[chains], _cuts(runs, pieces)
    # By the thousand, plain lists are read several times as fast as arrays.
    columns = (chains, runs.first, runs.last, start, cuts, runs.edges, areas)
    sheets = enumerate(pieces.sheets())
    at, sheet = next(sheets)
    for chain, first, last, origin, sides, edges, area in zip(
        *(column.tolist() for column in columns)
    ):
        while at < chain:
            at, sheet = next(sheets)
        region = _region(sheet.mask(first, last, edges), area, edges, contrast)
        yield Candidate(region, chain, first - origin, last - origin, sides)


def _cuts(runs: Runs, pieces: Pieces) -> np.ndarray:
    """(N,) on how many sides of each run its component goes on."""
    goes_on = np.zeros(len(pieces) + 1, np.intp)  # before each piece, and after all
    goes_on[1:-1] = pieces.component[1:] == pieces.component[:-1]
    cuts: np.ndarray = goes_on[runs.first] + goes_on[runs.last]
    return cuts


def _region(
    mask: np.ndarray, area: int, edges: list[int], contrast: np.ndarray
) -> Region:
    """Ink under `mask`, whose pen covers `area` pixels, its own full strength brought to 255."""
    left, top, right, bottom = edges
    ink = cv2.bitwise_and(contrast[top:bottom, left:right], mask)
    full = FULL_STRENGTH * max(1.0, cv2.sumElems(ink)[0] / area)
    box = Box(left, top, right - left, bottom - top)
    return Region(box, cv2.convertScaleAbs(ink, alpha=255.0 / full))
