"""Size-type codes of ISO 6346 section 6 ("22G1", "45R1") out of posteriors."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from vision.findings import Orientation
from vision.geometry import Quad
from vision.reading import ctc
from vision.reading.layout import Chain

# Lengths, heights with width, types and their last figure, as containers carry them (annexes D, E).
_PLACES = ("1234LMP", "0123456789CDEF", "GRUPTBHSVNK", "0123456789")
LENGTH = len(_PLACES)
BEAM = 16
MOST_PIECES = 3
# Against the best text of any kind, as a logarithm; below, the picture shows something else.
LEAST_MARGIN = -3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeType:
    """`score` in [0, 1]: the weakest character, less what is better explained without grammar."""

    text: str
    score: float
    weakest: float
    orientation: Orientation
    quad: Quad


def size_types(chains: Sequence[Chain]) -> list[SizeType]:
    """Each text once, the surest first."""
    best: dict[str, SizeType] = {}
    for chain in chains:
        found = _in_chain(chain)
        if found is not None and (found.text not in best or found.score > best[found.text].score):
            best[found.text] = found
    return sorted(best.values(), key=lambda found: -found.score)


def allowed(prefix: str) -> str:
    """The characters that may follow in a size-type code."""
    return _PLACES[len(prefix)] if len(prefix) < LENGTH else ""


def _in_chain(chain: Chain) -> SizeType | None:
    near = LENGTH - 1 <= len(chain.text) <= LENGTH + 1 and len(chain.pieces) <= MOST_PIECES
    posteriors = chain.posteriors if near else None
    if posteriors is None:
        return None
    coded = ctc.search(posteriors, allowed, length=LENGTH, beam=BEAM)[:1]
    free = ctc.search(posteriors, beam=BEAM)[:1]
    if not coded or not free:
        return None
    margin = coded[0].log_probability - free[0].log_probability
    if margin < LEAST_MARGIN:
        return None
    weakest = ctc.weakest_character(posteriors, coded[0].text)
    return SizeType(
        text=coded[0].text,
        score=min(1.0, math.exp(min(0.0, margin)) * weakest),
        weakest=weakest,
        orientation=chain.orientation,
        quad=chain.quad,
    )
