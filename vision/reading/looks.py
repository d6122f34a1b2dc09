"""Looking at a photograph for container codes: lines first, then whole strips around pieces."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice

import cv2
import numpy as np
import numpy.typing as npt

from vision.findings import CheckDigit, Orientation
from vision.geometry import Quad
from vision.reading import decode, plate_looks
from vision.reading.container_code import CodeCandidate, distinct
from vision.reading.decode import View
from vision.reading.engines import LineEngine, TextLine
from vision.reading.frame import without_frame
from vision.reading.layout import chains, pieces_of
from vision.reading.line import cut_line
from vision.reading.plate import PlateCandidate
from vision.reading.plate_looks import PlateSighting
from vision.reading.size_type import SizeType, size_types
from vision.reading.strips import longer, strips

SAME_PLACE = 0.5
# A character that no crop shows better than this is not worth another look at the crop.
HOPELESS = 0.02
CLEAR = 0.2
MOST_CONFIRMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How closely: see `LineEngine.read_at`; `most_strips` are read at most."""

    short_px: int
    least: float
    most_strips: int


# What is large enough to read is found in a small copy, which takes a quarter of the time.
FIRST = Look(short_px=448, least=0.5, most_strips=5)
CLOSER = Look(short_px=896, least=0.4, most_strips=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One crop that may show a code."""

    view: View
    quad: Quad
    orientation: Orientation
    pieces: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """All lines of the last look; codes, size-types and plates of all looks, best first."""

    lines: tuple[TextLine, ...]
    codes: tuple[CodeCandidate, ...]
    plates: tuple[PlateCandidate, ...]
    size_types: tuple[SizeType, ...]


def seen(
    engine: LineEngine, pixels: npt.NDArray[np.uint8], *, done: Callable[[Seen], bool]
) -> Seen:
    """A quick look, and a closer one unless the quick one is `done`.

    Raises:
        ModelUnavailable: the weights cannot be opened.
    """
    lines, found = sightings(engine, pixels, look=FIRST)
    found = confirmed(engine, pixels, found)
    plates = plate_looks.sightings(engine, pixels, lines)
    quick = _seen(lines, found, plates, lines)
    if done(quick):
        return quick
    closer, more = sightings(engine, pixels, look=CLOSER)
    found += confirmed(engine, pixels, more)
    nearer = plate_looks.sightings(engine, pixels, closer)
    # A plate is small: where the closer look found it, the quick one only blurs what it says.
    plates = [*nearer, *(one for one in plates if not plate_looks.is_among(one, nearer))]
    return _seen(closer, found, plates, lines, closer)


def _seen(
    lines: tuple[TextLine, ...],
    found: Sequence[Sighting],
    plates: Sequence[PlateSighting],
    *looks: tuple[TextLine, ...],
) -> Seen:
    ways = [chain for own in looks for chain in chains(pieces_of(own))]
    return Seen(
        lines=lines,
        codes=tuple(codes(found)),
        plates=tuple(plate_looks.plates(plates)),
        size_types=tuple(size_types(ways)),
    )


def sightings(
    engine: LineEngine, pixels: npt.NDArray[np.uint8], *, look: Look
) -> tuple[tuple[TextLine, ...], list[Sighting]]:
    """All lines of one look, and every crop among them that may show a code.

    Raises:
        ModelUnavailable: the weights cannot be opened.
    """
    lines = engine.read_at(pixels, short_px=look.short_px, least=look.least)
    ways = list(chains(pieces_of(lines)))
    found: list[Sighting] = []
    for chain in ways:
        posteriors = chain.posteriors if decode.is_code_like(chain.text) else None
        if posteriors is not None:
            view = decode.view(posteriors)
            found.append(
                Sighting(
                    view=view,
                    quad=chain.quad,
                    orientation=chain.orientation,
                    pieces=len(chain.pieces),
                )
            )
    grey = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    height, width = grey.shape
    wanted = list(islice(strips(ways, width_px=width, height_px=height), look.most_strips))
    crops = [cut_line(grey[:, :, None], strip.quad) for strip in wanted]
    for strip, posteriors in zip(wanted, engine.posteriors(crops), strict=True):
        found += [
            Sighting(
                view=decode.view(part), quad=strip.quad, orientation=strip.orientation, pieces=1
            )
            for part in decode.windows(posteriors)
        ]
    return lines, found


def confirmed(
    engine: LineEngine, pixels: npt.NDArray[np.uint8], found: Sequence[Sighting]
) -> list[Sighting]:
    """The sightings, and for the likeliest codes two more: the whole marking in one crop with room
    at its end, and the same without the check digit's frame.

    Raises:
        ModelUnavailable: the weights cannot be opened.
    """
    grey = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    height, width = grey.shape
    places: list[tuple[Quad, Orientation]] = []
    crops: list[npt.NDArray[np.uint8]] = []
    for code in [c for c in codes(found) if c.weakest >= HOPELESS][:MOST_CONFIRMED]:
        if code.orientation is Orientation.MULTI_LINE:
            continue
        quad = longer(code.quad, orientation=code.orientation, width_px=width, height_px=height)
        line = cut_line(grey[:, :, None], quad)
        for crop in (line, without_frame(line)):
            if crop is not None:
                places.append((quad, code.orientation))
                crops.append(crop)
    return [
        *found,
        *(
            Sighting(view=decode.view(part), quad=quad, orientation=orientation, pieces=1)
            for (quad, orientation), steps in zip(places, engine.posteriors(crops), strict=True)
            for part in decode.windows(steps)
        ),
    ]


def codes(found: Sequence[Sighting]) -> list[CodeCandidate]:
    """What the sightings say together, place by place, best first."""
    left = [(one, decoded) for one in found if (decoded := decode.decode([one.view])) is not None]
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
        decoded = decode.decode(views) or best[1]
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
