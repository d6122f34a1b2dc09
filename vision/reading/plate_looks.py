"""Plates among the lines of a photograph, each read in several crops."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from vision.findings import Orientation
from vision.geometry import Quad
from vision.grammar import plate as grammar
from vision.reading import plate_decode
from vision.reading.decode import View
from vision.reading.engines import LineEngine, TextLine
from vision.reading.layout import Chain, chains, pieces_of
from vision.reading.line import cut_line
from vision.reading.plate import PlateCandidate, distinct, is_marking

# A rim, a bolt or a country's letters may be read along; a tight box may cut a character.
LONGEST = grammar.MAX_LENGTH + 1
MOST_PIECES = 3
MOST_PLATES = 6
# Of a line's height: how much a crop is longer at each end, and higher above and below.
CROPS = ((0.15, 0.06), (-0.1, -0.05), (0.4, 0.12))
SAME_PLACE = 0.6
OVERLAPS = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class PlateSighting:
    """One crop that may show a plate."""

    view: View
    quad: Quad
    orientation: Orientation


def sightings(
    engine: LineEngine,
    pixels: npt.NDArray[np.uint8],
    lines: Sequence[TextLine],
    *,
    sure_only: bool = False,
) -> list[PlateSighting]:
    """Every line or pair of lines that may be a plate, as it was found and in more crops.

    Args:
        engine: reads the crops.
        pixels: the picture, (H, W, 3) uint8 RGB.
        lines: of the picture.
        sure_only: only what already has a country's shape; a container's wall has many texts.

    Raises:
        ModelUnavailable: the weights cannot be opened.
    """
    grey = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    options = [chain for chain in chains(pieces_of(lines)) if _may_be_plate(chain)]
    if sure_only:
        options = [chain for chain in options if grammar.fit(chain.text) is not None]
    options.sort(key=lambda chain: (grammar.fit(chain.text) is None, -chain.box.area_px))
    found: list[PlateSighting] = []
    crops: list[npt.NDArray[np.uint8]] = []
    places: list[tuple[Quad, Orientation]] = []
    for chain in options[:MOST_PLATES]:
        one = chain.pieces[0] if len(chain.pieces) == 1 else None
        quad = Quad(corners=one.corners) if one else chain.quad
        if chain.posteriors is not None:
            own = plate_decode.view(chain.posteriors)
            found.append(PlateSighting(view=own, quad=quad, orientation=chain.orientation))
        if chain.orientation is Orientation.HORIZONTAL:
            crops += [cut_line(grey[:, :, None], _grown(quad, *grown)) for grown in CROPS]
            places += [(quad, chain.orientation)] * len(CROPS)
    for (quad, orientation), steps in zip(places, engine.posteriors(crops), strict=True):
        view = plate_decode.view(steps)
        found.append(PlateSighting(view=view, quad=quad, orientation=orientation))
    return [sighting for sighting in found if sighting.view.texts]


def plates(found: Sequence[PlateSighting]) -> list[PlateCandidate]:
    """What the sightings of each place say together, best first."""
    groups: list[list[PlateSighting]] = []
    for sighting in found:
        for group in groups:
            if _same_crop(group[0], sighting):
                group.append(sighting)
                break
        else:
            groups.append([sighting])
    candidates = []
    for group in groups:
        views = tuple(sighting.view for sighting in group)
        decoded = plate_decode.decode(views)
        if decoded is None or is_marking(decoded.text):
            continue
        candidates.append(
            PlateCandidate(
                text=decoded.text,
                countries=decoded.countries,
                replaced=len(decoded.supplied),
                weakest=decoded.weakest,
                orientation=group[0].orientation,
                quad=group[0].quad,
                decoded=decoded,
                views=views,
            )
        )
    return distinct(candidates)


def is_among(one: PlateSighting, others: Sequence[PlateSighting]) -> bool:
    """Whether another sighting is of the same place."""
    box = one.quad.bounds()
    return any(box.intersection_px(o.quad.bounds()) > OVERLAPS * box.area_px for o in others)


def _may_be_plate(chain: Chain) -> bool:
    text = chain.text
    return (
        chain.orientation is not Orientation.VERTICAL
        and len(chain.pieces) <= MOST_PIECES
        and grammar.MIN_LENGTH <= len(text) <= LONGEST
        and any(char.isdigit() for char in text)
        and not is_marking(text)
    )


def _grown(quad: Quad, ends: float, sides: float) -> Quad:
    a, b, c, d = (np.array(corner) for corner in quad.corners)
    along, down = 0.5 * (b - a + c - d), 0.5 * (d - a + c - b)
    height = float(np.hypot(*down))
    x = along / max(1.0, float(np.hypot(*along))) * height * ends
    y = down * sides
    moved = (a - x - y, b + x - y, c + x + y, d - x + y)
    p, q, r, s = ((float(point[0]), float(point[1])) for point in moved)
    return Quad(corners=(p, q, r, s))


def _same_crop(one: PlateSighting, other: PlateSighting) -> bool:
    a, b = one.quad.bounds(), other.quad.bounds()
    return one.orientation is other.orientation and a.iou(b) > SAME_PLACE
