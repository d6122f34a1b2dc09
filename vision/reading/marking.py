"""Crops of one marking put together into one code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vision.findings import CheckDigit, Orientation
from vision.geometry import Quad
from vision.reading import decode
from vision.reading.container_code import CodeCandidate, distinct
from vision.reading.decode import View
from vision.reading.strips import part_of

SAME_PLACE = 0.5
CLEAR = 0.2
# So clear that more crops of the same marking would tell nothing new.
CLEAR_SHARE, CLEAR_WEAKEST = 0.9, 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One crop that may show a code, from `start` to `end` of its length."""

    view: View
    quad: Quad
    orientation: Orientation
    pieces: int
    start: float = 0.0
    end: float = 1.0


def codes(
    found: Sequence[Sighting], *, owners: frozenset[str] = frozenset()
) -> list[CodeCandidate]:
    """What the sightings say together, place by place, best first."""
    left = [
        (one, decoded)
        for one in found
        if (decoded := decode.decode([one.view], owners=owners)) is not None
    ]
    left.sort(key=lambda item: (not item[1].whole, -item[1].share * item[1].weakest))
    candidates: list[CodeCandidate] = []
    while left:
        best = left[0]
        group = [item for item in left if _same_marking(item, best)]
        taken = {id(item) for item in group}
        left = [item for item in left if id(item) not in taken]
        # A crop that misses part of the marking says nothing of the rest.
        clear = [one.view for one, alone in group if alone.whole and alone.weakest >= CLEAR]
        views = clear or [one.view for one, _ in group]
        decoded = decode.decode(views, owners=owners) or best[1]
        main = next((item for item in group if item[1].text == decoded.text), best)[0]
        candidates.append(
            CodeCandidate(
                text=decoded.text,
                check_digit=CheckDigit.CORRECT if decoded.whole else CheckDigit.NOT_SEEN,
                replaced=len(decoded.supplied),
                pieces=main.pieces,
                score=decoded.share,
                weakest=decoded.weakest,
                orientation=main.orientation,
                quad=main.quad,
                shown=part_of(
                    main.quad, orientation=main.orientation, start=main.start, end=main.end
                ),
                decoded=decoded,
                views=tuple(views),
            )
        )
    return distinct(candidates)


def _same_marking(
    one: tuple[Sighting, decode.Decoded], other: tuple[Sighting, decode.Decoded]
) -> bool:
    if one[1].text[:10] == other[1].text[:10]:
        return True
    a, b = one[0].quad.bounds(), other[0].quad.bounds()
    near = a.intersection_px(b) > SAME_PLACE * min(a.area_px, b.area_px)
    alike = sum(x == y for x, y in zip(one[1].text, other[1].text, strict=True))
    return near and alike >= 8


def is_clear(code: CodeCandidate) -> bool:
    """Whether every character, the check digit too, was seen and hardly anything else fits."""
    return (
        code.check_digit is CheckDigit.CORRECT
        and not code.replaced
        and code.score >= CLEAR_SHARE
        and code.weakest >= CLEAR_WEAKEST
    )
