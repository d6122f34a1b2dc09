"""Looking at a photograph for container codes: lines first, then whole strips around pieces."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from vision.findings import Orientation
from vision.geometry import Box, Quad
from vision.reading import decode, plate_looks
from vision.reading.container_code import CodeCandidate
from vision.reading.decode import Window
from vision.reading.engines import LineEngine, TextLine
from vision.reading.frame import without_frame
from vision.reading.layout import Chain, chains, pieces_of
from vision.reading.line import cut_line
from vision.reading.marking import Sighting, codes, is_clear
from vision.reading.plate import PlateCandidate
from vision.reading.plate_looks import PlateSighting
from vision.reading.size_type import SizeType, size_types
from vision.reading.strips import Strip, longer, strips, tight, tilted

# A character that no crop shows better than this is not worth another look at the crop.
HOPELESS = 0.02
MOST_CONFIRMED = 3
MOST_CHAINS = 10
COVERED = 0.3
MOST_BESIDE, LIKENESS_BESIDE = 3, 0.45


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How closely: see `LineEngine.read_at`; `most_strips` are read at most, and the likeliest once
    more at each of `tilts` in degrees if nothing was clear.
    """

    short_px: int
    least: float
    most_strips: int
    tilts: tuple[float, ...] = ()


# What is large enough to read is found in a small copy, which takes a quarter of the time.
FIRST = Look(short_px=448, least=0.5, most_strips=5)
CLOSER = Look(short_px=896, least=0.4, most_strips=10, tilts=(-6.0, -3.0, 3.0, 6.0))
MOST_TILTED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """All lines of the last look; codes, size-types and plates of all looks, best first."""

    lines: tuple[TextLine, ...]
    codes: tuple[CodeCandidate, ...]
    plates: tuple[PlateCandidate, ...]
    size_types: tuple[SizeType, ...]


def seen(
    engine: LineEngine,
    pixels: npt.NDArray[np.uint8],
    *,
    done: Callable[[Seen], bool],
    owners: frozenset[str] = frozenset(),
) -> Seen:
    """A quick look, and a closer one unless the quick one is `done`.

    Args:
        engine: finds and reads lines.
        pixels: the picture, (H, W, 3) uint8 RGB.
        done: whether what was seen is enough.
        owners: see `decode.decode`.

    Raises:
        ModelUnavailable: the weights cannot be opened.
    """
    lines, found = sightings(engine, pixels, look=FIRST)
    found = confirmed(engine, pixels, found)
    plates = plate_looks.sightings(engine, pixels, lines, sure_only=_has_clear(found))
    quick = _seen(lines, found, plates, [lines], owners)
    if done(quick):
        return quick
    closer, more = sightings(engine, pixels, look=CLOSER)
    found += confirmed(engine, pixels, more)
    nearer = plate_looks.sightings(engine, pixels, closer)
    # A plate is small: where the closer look found it, the quick one only blurs what it says.
    plates = [*nearer, *(one for one in plates if not plate_looks.is_among(one, nearer))]
    return _seen(closer, found, plates, [lines, closer], owners)


def _seen(
    lines: tuple[TextLine, ...],
    found: Sequence[Sighting],
    plates: Sequence[PlateSighting],
    looks: Sequence[tuple[TextLine, ...]],
    owners: frozenset[str],
) -> Seen:
    ways = [chain for own in looks for chain in chains(pieces_of(own))]
    return Seen(
        lines=lines,
        codes=tuple(codes(found, owners=owners)),
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
    grey = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    height, width = grey.shape
    found = _among_lines(ways, width_px=width, height_px=height)
    clear = [code.box for code in codes(found) if is_clear(code)]
    wanted = [
        strip
        for strip in strips(ways, width_px=width, height_px=height)
        if not any(_covers(box, strip.quad.bounds()) for box in clear)
    ]
    # Beside a code that is clear, another box may stand; its pieces look like one.
    most = MOST_BESIDE if clear else look.most_strips
    wanted = [strip for strip in wanted if not clear or strip.likeness >= LIKENESS_BESIDE][:most]
    found += _in_strips(engine, grey, wanted)
    if look.tilts and not clear and not _has_clear(found):
        turned = [
            tilted(strip, degrees=degrees, width_px=width, height_px=height)
            for strip in wanted[:MOST_TILTED]
            for degrees in look.tilts
        ]
        found += _in_strips(engine, grey, turned)
    return lines, found


def _in_strips(
    engine: LineEngine, grey: npt.NDArray[np.uint8], wanted: Sequence[Strip]
) -> list[Sighting]:
    crops = [cut_line(grey[:, :, None], strip.quad) for strip in wanted]
    return [
        _sighting(part, quad=strip.quad, orientation=strip.orientation)
        for strip, posteriors in zip(wanted, engine.posteriors(crops), strict=True)
        for part in decode.windows(posteriors)
    ]


def _sighting(
    part: Window, *, quad: Quad, orientation: Orientation, reach: float = 1.0
) -> Sighting:
    return Sighting(
        view=decode.view(part.posteriors),
        quad=quad,
        orientation=orientation,
        pieces=1,
        start=part.start * reach,
        end=min(1.0, part.end * reach),
    )


def _has_clear(found: Sequence[Sighting]) -> bool:
    return any(map(is_clear, codes(found)))


def _among_lines(ways: Sequence[Chain], *, width_px: int, height_px: int) -> list[Sighting]:
    """Lines that read on as a code, each text once, those of a code's length first."""
    options: dict[str, Chain] = {}
    for chain in ways:
        if decode.is_code_like(chain.text):
            options.setdefault(chain.text, chain)
    order = sorted(options.values(), key=lambda c: (abs(len(c.text) - decode.LENGTH), -c.weakest))
    return [
        Sighting(
            view=decode.view(posteriors),
            quad=tight(chain, width_px=width_px, height_px=height_px),
            orientation=chain.orientation,
            pieces=len(chain.pieces),
        )
        for chain in order[:MOST_CHAINS]
        if (posteriors := chain.posteriors) is not None
    ]


def _covers(one: Box, other: Box) -> bool:
    return one.intersection_px(other) > COVERED * min(one.area_px, other.area_px)


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
    # A crop whose frame is painted over ends where the frame did.
    reach: list[float] = []
    for code in [c for c in codes(found) if c.weakest >= HOPELESS][:MOST_CONFIRMED]:
        if code.orientation is Orientation.MULTI_LINE or is_clear(code):
            continue
        quad = longer(code.quad, orientation=code.orientation, width_px=width, height_px=height)
        line = cut_line(grey[:, :, None], quad)
        for crop in (line, without_frame(line)):
            if crop is not None:
                places.append((quad, code.orientation))
                crops.append(crop)
                reach.append(crop.shape[1] / crop.shape[0] * line.shape[0] / line.shape[1])
    return [
        *found,
        *(
            _sighting(part, quad=quad, orientation=orientation, reach=own)
            for (quad, orientation), own, steps in zip(
                places, reach, engine.posteriors(crops), strict=True
            )
            for part in decode.windows(steps)
        ),
    ]
