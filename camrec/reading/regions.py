"""Ink -> candidates: components, pieces of them, and every run of pieces that may be one digit."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from camrec.elements import Box, Region
from camrec.reading.cuts import cut
from camrec.reading.ink import Ink

SMALLEST = (
    10  # px high or wide at the scale of work: less than this holds no legible digit
)
CRUMB = 3  # px; smaller ink is noise and never part of a digit
STRONG = (
    1.5  # times the local threshold that some pixel of a stroke must reach (hysteresis)
)
WIDE = 0.8  # width over height from which a component may be two digits
LONGEST = (
    5  # pieces in one digit, at the most: cuts fall about a quarter of the height apart
)
MOST_PARTS = 3  # components that one digit has fallen into, at the most; textures have endless ones
WIDEST = 1.4  # width over height of one digit; a 2 with a long foot reaches it
WIDEST_LETTER = 2.0  # an m or w
SIDE_GAP = 0.12  # of the height: the two walls of a broken 0, the arms of a 4
STACK_GAP = 0.25  # of the height: the cap of a 5 above its body
FULL_STRENGTH = (
    1.2  # times its mean contrast a stroke is as black as it gets; its edges lie below
)
EMPTIEST = 0.02  # share of the box that is ink: a frame around a page has less


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
    """

    region: Region
    chain: int
    first: int
    last: int
    cuts: int = 0


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


@dataclass(frozen=True, slots=True, eq=False)
class _Piece:
    """Ink that is never split further: a component or a part of one."""

    box: Box
    mask: np.ndarray
    component: int

    @property
    def area(self) -> int:
        return int(np.count_nonzero(self.mask))


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
    boxes, labels = _components(ink, most)
    pieces = _cut_wide(boxes, labels)
    items: list[Candidate] = []
    weights: list[np.ndarray] = []
    near = _neighbours(boxes)
    for members in _chains(boxes, near):
        chain = [piece for component in members for piece in pieces[component]]
        areas = np.array([max(1, piece.area) for piece in chain], np.float32)
        items += _runs(chain, areas, len(weights), near, ink, widest)
        weights.append(areas / areas.sum())
    return Candidates(tuple(items), tuple(weights))


def _components(ink: Ink, most: int) -> tuple[list[Box], list[np.ndarray]]:
    """Boxes and masks of the connected strokes that are neither noise nor frames, tallest first."""
    count, labels, stats, centres = cv2.connectedComponentsWithStats(
        ink.mask, connectivity=8, ltype=cv2.CV_32S
    )
    width, height, area = (
        stats[:, k] for k in (cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT, cv2.CC_STAT_AREA)
    )
    strong = cv2.compare(
        ink.contrast, cv2.convertScaleAbs(ink.threshold, alpha=STRONG), cv2.CMP_GT
    )
    keep = np.bincount(labels[strong > 0], minlength=count) > 0
    large = np.maximum(width, height)
    keep &= (large >= CRUMB) & (area >= EMPTIEST * width * height)
    keep[0] = False
    keep &= (large >= SMALLEST) | _beside(
        centres, stats[keep & (large >= SMALLEST)], labels.shape
    )
    chosen = np.flatnonzero(keep)
    chosen = chosen[np.argsort(-height[chosen], kind="stable")][:most]
    boxes = [Box(*(int(v) for v in stats[label, :4])) for label in chosen]
    return boxes, [
        (_window(labels, box) == label).view(np.uint8) * np.uint8(255)
        for label, box in zip(chosen, boxes)
    ]


def _beside(
    centres: np.ndarray, stats: np.ndarray, shape: tuple[int, int]
) -> np.ndarray:
    """(N,) bool: which centres lie in or close beside one of the components `stats`; other crumbs are dirt."""
    near = np.zeros(shape, np.uint8)
    for x, y, width, height, _ in stats.tolist():
        margin = int(STACK_GAP * height)
        cv2.rectangle(
            near,
            (x - margin, y - margin),
            (x + width + margin, y + height + margin),
            1,
            cv2.FILLED,
        )
    # The centre of a label without pixels is not a number.
    column, row = np.nan_to_num(centres).astype(np.intp).T
    return near[row, column] > 0


def _window(picture: np.ndarray, box: Box) -> np.ndarray:
    return picture[box.y : box.bottom, box.x : box.right]


def _cut_wide(boxes: list[Box], masks: list[np.ndarray]) -> list[list[_Piece]]:
    """Each component as its pieces from left to right; most are one piece."""
    wide = [
        k
        for k, box in enumerate(boxes)
        if box.height >= SMALLEST and WIDE * box.height < box.width < 12 * box.height
    ]
    parts = dict(zip(wide, cut([masks[k] for k in wide])))
    return [
        _pieces(k, box, mask, parts.get(k))
        for k, (box, mask) in enumerate(zip(boxes, masks))
    ]


def _pieces(
    component: int, box: Box, mask: np.ndarray, parts: np.ndarray | None
) -> list[_Piece]:
    if parts is None or parts.max() == 0:
        return [_Piece(box, mask, component)]
    pieces = []
    for part in range(int(parts.max()) + 1):
        ink = np.where(parts == part, mask, np.uint8(0))
        x, y, width, height = cv2.boundingRect(ink)
        if width:
            pieces.append(
                _Piece(
                    Box(x, y, width, height).shift(box.x, box.y),
                    ink[y : y + height, x : x + width],
                    component,
                )
            )
    return pieces


def _chains(boxes: list[Box], near: set[tuple[int, int]]) -> list[list[int]]:
    """Components that may share a digit, grouped; each group from left to right."""
    group = np.arange(len(boxes))
    for a, b in near:
        if a < b:
            group[group == group[b]] = group[a]
    chains: dict[int, list[int]] = {}
    for k in sorted(range(len(boxes)), key=lambda k: boxes[k].centre[0]):
        chains.setdefault(int(group[k]), []).append(k)
    return list(chains.values())


def _neighbours(boxes: list[Box]) -> set[tuple[int, int]]:
    """Pairs of components that are close enough to be parts of one digit, each both ways."""
    x, y, w, h = np.array([box.as_list() for box in boxes], np.float32).reshape(-1, 4).T
    a, b = _meeting(x, y, w, h)
    gap_x = np.maximum(x[a], x[b]) - np.minimum(x[a] + w[a], x[b] + w[b])
    gap_y = np.maximum(y[a], y[b]) - np.minimum(y[a] + h[a], y[b] + h[b])
    tall, low = np.maximum(h[a], h[b]), np.minimum(h[a], h[b])
    together = np.maximum(x[a] + w[a], x[b] + w[b]) - np.minimum(x[a], x[b])
    beside = (gap_x <= SIDE_GAP * tall) & (-gap_y >= 0.3 * low)
    stacked = (-gap_x >= 0.4 * np.minimum(w[a], w[b])) & (gap_y <= STACK_GAP * tall)
    large = np.maximum(w, h)
    alike = (
        np.minimum(large[a], large[b]) >= 0.15 * tall
    )  # smaller ink next to a digit is a dot or dirt
    near = (
        (beside | stacked & (low >= 0.08 * tall))
        & alike
        & (together <= 2 * WIDEST * tall)
        & (tall >= SMALLEST)
    )
    pairs = np.column_stack([a[near], b[near]]).tolist()
    return {(a, b) for a, b in pairs} | {(b, a) for a, b in pairs}


def _meeting(
    x: np.ndarray, y: np.ndarray, w: np.ndarray, h: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Indices a < b of boxes that meet when grown by the widest gap: a cheap sieve for the few that matter."""
    grow = STACK_GAP * h
    left, right, top, bottom = x - grow, x + w + grow, y - grow, y + h + grow
    meet = (
        (left[:, None] <= right)
        & (left <= right[:, None])
        & (top[:, None] <= bottom)
        & (top <= bottom[:, None])
    )
    a, b = np.nonzero(np.triu(meet, 1))
    return a, b


def _runs(
    chain: list[_Piece],
    areas: np.ndarray,
    index: int,
    near: set[tuple[int, int]],
    ink: Ink,
    widest: float,
) -> list[Candidate]:
    """Every run of pieces that hang together and whose box may hold one digit."""
    out = []
    for first in range(len(chain)):
        box = chain[first].box
        parts = {chain[first].component}
        whole = sum(piece.component == chain[first].component for piece in chain)
        for last in range(first + 1, min(first + max(LONGEST, whole), len(chain)) + 1):
            component = chain[last - 1].component
            box = box.union(chain[last - 1].box)
            apart = component not in parts and not any(
                (part, component) in near for part in parts
            )
            parts.add(component)
            if (
                apart
                or len(parts) > MOST_PARTS
                or (last - first > 1 and box.width > widest * box.height)
            ):
                break
            if LONGEST < last - first != whole:
                continue
            if box.height >= SMALLEST and box.width <= 2 * box.height:
                region = _region(chain[first:last], box, ink)
                cuts = _cuts(chain, first, last)
                out.append(Candidate(region, index, first, last, cuts))
    return out


def _cuts(chain: list[_Piece], first: int, last: int) -> int:
    """On how many sides of the pieces from `first` up to `last` their component goes on."""
    component = [piece.component for piece in chain]
    left = first > 0 and component[first - 1] == component[first]
    right = last < len(chain) and component[last] == component[last - 1]
    return left + right


def _region(pieces: list[_Piece], box: Box, ink: Ink) -> Region:
    """The pieces' ink on one sheet, their own full strength brought to 255."""
    mask = np.zeros((box.height, box.width), np.uint8)
    for piece in pieces:
        view = _window(mask, piece.box.shift(-box.x, -box.y))
        np.maximum(view, piece.mask, out=view)
    contrast = cv2.bitwise_and(_window(ink.contrast, box), mask)
    full = FULL_STRENGTH * max(1.0, cv2.mean(contrast, mask)[0])
    return Region(box, cv2.convertScaleAbs(contrast, alpha=255.0 / full))
