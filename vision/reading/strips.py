"""Strips that may hold a whole code: columns and rows of which the detector saw only pieces.

Detectors of text lines cut stacked characters apart and miss some; the recogniser reads a column
well once all of it is in one crop. So the pieces say where the column runs and how large its
characters are, and the strip is as long as a whole code is.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from vision.findings import Orientation
from vision.geometry import Quad
from vision.reading.layout import Chain, Piece

# Eleven characters, and gaps behind the owner code and before the boxed check digit.
CODE_PITCHES = 14.5
MIN_CHARACTERS, MAX_CHARACTERS = 2, 16
# Of a character's height (in a row) or width (in a column), to either side.
SIDE_MARGIN = 0.22
_DIGITS_OF_NUMBER = 6
_END_ROOM = 0.16


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """A quadrilateral to read as one line; a column is turned when it is cut.

    `likeness` in [0, 1] is how much of a code the pieces in it hold; `pivot` is their middle.
    """

    quad: Quad
    orientation: Orientation
    likeness: float
    pivot: tuple[float, float]


def tilted(strip: Strip, *, degrees: float, width_px: int, height_px: int) -> Strip:
    """The strip turned around the pieces that it was made from: a short piece tells the direction
    of its column badly, and a wide-angle lens bends it.
    """
    angle = math.radians(degrees)
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    pivot = np.array(strip.pivot)
    corners = (np.array(strip.quad.corners) - pivot) @ turn.T + pivot
    limit = np.array([width_px - 1, height_px - 1], float)
    a, b, c, d = (_pair(tuple(point)) for point in np.clip(corners, 0, limit).tolist())
    return replace(strip, quad=Quad(corners=(a, b, c, d)))


def strips(chains: Sequence[Chain], *, width_px: int, height_px: int) -> Iterator[Strip]:
    """Columns and rows around pieces of codes, the likelier first, each place once."""
    options = [c for c in chains if _may_be_part(c)]
    options.sort(key=lambda chain: (-_likeness(chain), -len(chain.text)))
    taken: list[Quad] = []
    for chain in options:
        quad = _around(chain, width_px=width_px, height_px=height_px)
        if quad is None or any(_same(quad, other) for other in taken):
            continue
        taken.append(quad)
        yield Strip(
            quad=quad,
            orientation=chain.orientation,
            likeness=_likeness(chain),
            pivot=chain.box.centre,
        )


def _may_be_part(chain: Chain) -> bool:
    if chain.orientation is Orientation.MULTI_LINE:
        return False
    text = chain.text
    if not MIN_CHARACTERS <= len(text) <= MAX_CHARACTERS:
        return False
    if chain.orientation is Orientation.VERTICAL:
        return True
    return len(text) >= 4 and _likeness(chain) >= 0.5


def _likeness(chain: Chain) -> float:
    """How much of a code a text holds: an owner code's end, a number."""
    text = chain.text
    best = 0.0
    for at in range(len(text)):
        if text[at] in "UJZ" and at >= 1:
            letters = sum(c.isalpha() for c in text[max(0, at - 3) : at])
            digits = sum(c.isdigit() for c in text[at + 1 : at + 8])
            best = max(best, (letters + 1 + digits) / 11)
    run = longest = 0
    for char in text:
        run = run + 1 if char.isdigit() else 0
        longest = max(longest, run)
    return max(best, min(longest, 7) / 11)


def tight(chain: Chain, *, width_px: int, height_px: int) -> Quad:
    """A row or column of pieces along its own line; of a block the upright box around it."""
    if chain.orientation is Orientation.MULTI_LINE:
        return chain.quad
    quad = _around(chain, width_px=width_px, height_px=height_px, extended=False)
    return chain.quad if quad is None else quad


def _around(chain: Chain, *, width_px: int, height_px: int, extended: bool = True) -> Quad | None:
    """The chain's own line within the picture, made as long as a code if `extended`."""
    vertical = chain.orientation is Orientation.VERTICAL
    corners = np.array([c for piece in chain.pieces for c in piece.corners])
    along = _direction(chain.pieces, vertical=vertical)
    across = np.array([-along[1], along[0]])
    middle = corners.mean(axis=0)
    u, v = (corners - middle) @ along, (corners - middle) @ across
    size = float(np.median([_size(p, vertical=vertical) for p in chain.pieces]))
    length = float(u.max() - u.min())
    pitch = length / max(1, len(chain.text))
    if vertical:
        pitch = min(max(pitch, 0.7 * size), 1.9 * size)
    missing = max(0.6 * pitch, (CODE_PITCHES * pitch - length) if len(chain.text) < 11 else 0.0)
    before, after = _extension(chain.text, missing, pitch) if extended else (0.0, 0.0)
    half = 0.5 * float(v.max() - v.min()) if len(chain.pieces) == 1 else 0.5 * size
    centre = 0.5 * float(v.max() + v.min())
    half += SIDE_MARGIN * size
    start, end = float(u.min()) - before, float(u.max()) + after
    points = [
        middle + along * start + across * (centre - half),
        middle + along * end + across * (centre - half),
        middle + along * end + across * (centre + half),
        middle + along * start + across * (centre + half),
    ]
    # A column's own upper left is where `across` points away from: corners go clockwise.
    order = [3, 0, 1, 2] if vertical else [0, 1, 2, 3]
    limit = np.array([width_px - 1, height_px - 1], float)
    a, b, c, d = (tuple(np.clip(points[i], 0, limit).tolist()) for i in order)
    quad = Quad(corners=(_pair(a), _pair(b), _pair(c), _pair(d)))
    box = quad.bounds()
    return quad if min(box.width_px, box.height_px) >= 6 else None


def _pair(point: tuple[float, ...]) -> tuple[float, float]:
    return point[0], point[1]


def _extension(text: str, missing: float, pitch: float) -> tuple[float, float]:
    """How far a code may go on before and after what was seen of it."""
    letters = sum(c.isalpha() for c in text[:4])
    starts = letters >= 3 and len(text) >= 4
    digits = sum(c.isdigit() for c in text[-7:])
    ends = digits >= _DIGITS_OF_NUMBER
    if starts and ends:
        return 0.8 * pitch, 2.2 * pitch
    if starts:
        return 0.8 * pitch, missing
    if ends:
        return min(missing, 7 * pitch), 2.2 * pitch
    return missing, missing


def _direction(pieces: Sequence[Piece], *, vertical: bool) -> npt.NDArray[np.float64]:
    """Unit vector along the text: by the pieces' centres, or by the one piece's long side."""
    if len(pieces) > 1:
        first, last = pieces[0].box.centre, pieces[-1].box.centre
        vector = np.array([last[0] - first[0], last[1] - first[1]])
    else:
        a, b, c, d = (np.array(corner) for corner in pieces[0].corners)
        vector = (d - a + c - b) if vertical else (b - a + c - d)
    length = float(np.hypot(*vector))
    if length < 1:
        return np.array([0.0, 1.0]) if vertical else np.array([1.0, 0.0])
    return vector / length


def _size(piece: Piece, *, vertical: bool) -> float:
    a, b, c, d = piece.corners
    if vertical:
        return 0.5 * (math.dist(a, b) + math.dist(d, c))
    return 0.5 * (math.dist(a, d) + math.dist(b, c))


def _same(one: Quad, other: Quad) -> bool:
    a, b = one.bounds(), other.bounds()
    return a.intersection_px(b) > 0.85 * max(a.area_px, b.area_px)


def longer(quad: Quad, *, orientation: Orientation, width_px: int, height_px: int) -> Quad:
    """A code's quadrilateral with room at its end for the boxed check digit and its frame."""
    a, b, c, d = (np.array(corner) for corner in quad.corners)
    first, last = ((a, b), (d, c)) if orientation is Orientation.VERTICAL else ((a, d), (b, c))
    along = 0.5 * (last[0] + last[1] - first[0] - first[1])
    across = 0.12 * (first[1] - first[0])
    end = _END_ROOM * along
    start = -0.02 * along
    moved = {
        id(first[0]): first[0] + start - across,
        id(first[1]): first[1] + start + across,
        id(last[0]): last[0] + end - across,
        id(last[1]): last[1] + end + across,
    }
    limit = np.array([width_px - 1, height_px - 1], float)
    p, q, r, s = (_pair(tuple(np.clip(moved[id(x)], 0, limit).tolist())) for x in (a, b, c, d))
    return Quad(corners=(p, q, r, s))


def part_of(quad: Quad, *, orientation: Orientation, start: float, end: float) -> Quad:
    """The part of a quadrilateral from `start` to `end` of its length, along its text."""
    a, b, c, d = (np.array(corner) for corner in quad.corners)
    if orientation is Orientation.VERTICAL:
        corners = (a + start * (d - a), b + start * (c - b), b + end * (c - b), a + end * (d - a))
    else:
        corners = (a + start * (b - a), a + end * (b - a), d + end * (c - d), d + start * (c - d))
    p, q, r, s = (_pair(tuple(corner.tolist())) for corner in corners)
    return Quad(corners=(p, q, r, s))
