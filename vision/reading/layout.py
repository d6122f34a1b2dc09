"""Lines of text put together as they were painted: along a row, down a column, in a block."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from vision.findings import Orientation
from vision.geometry import Box, Quad
from vision.reading import ctc
from vision.reading.ctc import Posteriors
from vision.reading.engines import TextLine

MAX_PIECES = 12
Corners: TypeAlias = tuple[
    tuple[float, float], tuple[float, float], tuple[float, float], tuple[float, float]
]
_Relation = Callable[[Box, Box], float | None]
_NOT_CODE = re.compile(r"[^A-Z0-9]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A line of letters and digits only, with its corners and the upright box around them."""

    text: str
    score: float
    box: Box
    corners: Corners
    posteriors: Posteriors | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """Pieces that read on; `box` is around all of them."""

    pieces: tuple[Piece, ...]
    orientation: Orientation

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)

    @property
    def weakest(self) -> float:
        return min(piece.score for piece in self.pieces)

    @property
    def posteriors(self) -> Posteriors | None:
        """Of all pieces, one after the other; None if the engine kept any to itself."""
        parts = [piece.posteriors for piece in self.pieces if piece.posteriors is not None]
        return ctc.joined(parts) if len(parts) == len(self.pieces) else None

    @property
    def box(self) -> Box:
        return Box(
            x1=min(p.box.x1 for p in self.pieces),
            y1=min(p.box.y1 for p in self.pieces),
            x2=max(p.box.x2 for p in self.pieces),
            y2=max(p.box.y2 for p in self.pieces),
        )

    @property
    def quad(self) -> Quad:
        box = self.box
        return Quad(
            corners=((box.x1, box.y1), (box.x2, box.y1), (box.x2, box.y2), (box.x1, box.y2))
        )


def pieces_of(lines: Sequence[TextLine]) -> list[Piece]:
    """Lines cleaned to A-Z and 0-9, empty ones left out.

    A boxed check digit comes back from some engines as a circled digit; NFKC makes it plain.
    """
    pieces = []
    for line in lines:
        text = _NOT_CODE.sub("", unicodedata.normalize("NFKC", line.text).upper())
        if text:
            pieces.append(
                Piece(
                    text=text,
                    score=line.score,
                    box=line.quad.bounds(),
                    corners=line.quad.corners,
                    posteriors=line.posteriors,
                )
            )
    return pieces


def chains(pieces: Sequence[Piece]) -> Iterator[Chain]:
    """Every way to read on: rows, blocks of rows, columns, and each piece alone."""
    rows = [tuple(_follow(start, pieces, _right_of)) for start in pieces]
    for row in rows:
        for first in range(1, len(row) + 1):
            yield Chain(pieces=row[:first], orientation=_orientation(row[:first]))
    for row in rows:
        if _orientation(row[:1]) is Orientation.VERTICAL:
            continue
        block = list(row)
        for _ in range(3):
            below = _nearest(block[0], pieces, _block_below)
            if below is None or below in block:
                break
            block += [p for p in _follow(below, pieces, _right_of) if p not in block]
            yield Chain(pieces=tuple(block), orientation=Orientation.MULTI_LINE)
            first_row = [p for p in block if p not in row]
            if not first_row:
                break
    for start in pieces:
        column = tuple(_follow(start, pieces, _below))
        for count in range(2, len(column) + 1):
            yield Chain(pieces=column[:count], orientation=Orientation.VERTICAL)


def _orientation(pieces: Sequence[Piece]) -> Orientation:
    box = pieces[0].box
    tall = len(pieces) == 1 and len(pieces[0].text) > 2 and box.height_px > 1.5 * box.width_px
    return Orientation.VERTICAL if tall else Orientation.HORIZONTAL


def _follow(start: Piece, pieces: Sequence[Piece], relation: _Relation) -> list[Piece]:
    found = [start]
    while len(found) < MAX_PIECES:
        after = _nearest(found[-1], pieces, relation)
        if after is None or after in found:
            break
        found.append(after)
    return found


def _nearest(piece: Piece, pieces: Sequence[Piece], relation: _Relation) -> Piece | None:
    options = [
        (distance, number)
        for number, other in enumerate(pieces)
        if other is not piece and (distance := relation(piece.box, other.box)) is not None
    ]
    return pieces[min(options)[1]] if options else None


def _right_of(left: Box, right: Box) -> float | None:
    height = max(left.height_px, right.height_px)
    if min(left.height_px, right.height_px) < 0.45 * height:
        return None
    gap = right.x1 - left.x2
    off = abs(right.centre[1] - left.centre[1])
    return gap if -0.6 * height <= gap <= 3.0 * height and off <= 0.5 * height else None


def _below(upper: Box, lower: Box) -> float | None:
    width = max(upper.width_px, lower.width_px)
    gap = lower.y1 - upper.y2
    off = abs(lower.centre[0] - upper.centre[0])
    return gap if -0.4 * width <= gap <= 2.2 * width and off <= 0.6 * width else None


def _block_below(upper: Box, lower: Box) -> float | None:
    height = max(upper.height_px, lower.height_px)
    if min(upper.height_px, lower.height_px) < 0.45 * height:
        return None
    gap = lower.y1 - upper.y2
    near = abs(lower.x1 - upper.x1) <= 2.5 * height or upper.x1 <= lower.centre[0] <= upper.x2
    return gap if -0.5 * height <= gap <= 1.5 * height and near else None
