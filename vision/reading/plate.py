"""Licence plates among lines of text: shape by country, then size and score."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from vision.findings import Orientation
from vision.geometry import Box, Quad
from vision.grammar import iso6346, plate
from vision.reading.decode import View
from vision.reading.engines import TextLine
from vision.reading.layout import chains, pieces_of
from vision.reading.plate_decode import DecodedPlate

MAX_REPLACED = 1
# An owner code with a part of its number; few plates have U, J or Z in fourth place.
_PART_OF_CODE = re.compile(r"[A-Z]{3}[UJZ][0-9]{3,}")
_UNITS = ("KG", "KGS", "LB", "LBS", "CUM", "CUFT", "TARE")
_WORDS = ("TARE", "MGW", "GROSS", "MAXG", "MAXW", "CUCAP", "CUBIC", "PAYL", "CAPAC")
_WORDS_ON_CONTAINER = (
    "NET",
    "MAX",
    "CAP",
    "CUB",
    "TAR",
    "ARE",
    "PAY",
    "GRO",
    "ACEP",
    "CSC",
    "CUM",
    "CUF",
    "KG",
    "LB",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlateCandidate:
    """A plate that the lines may show. `countries` is empty if its shape is none we know;
    `replaced` counts look-alikes (0 for O) put right to fit a shape. Of an engine that gives
    posteriors, `decoded` holds what they say, and `views` the crops.
    """

    text: str
    countries: tuple[str, ...]
    replaced: int
    weakest: float
    orientation: Orientation
    quad: Quad
    decoded: DecodedPlate | None = None
    views: tuple[View, ...] = ()

    @property
    def box(self) -> Box:
        return self.quad.bounds()


def candidates(lines: Sequence[TextLine]) -> list[PlateCandidate]:
    """Plates, best first, each place once."""
    found = []
    for chain in chains(pieces_of(lines)):
        text = chain.text
        if chain.orientation is Orientation.VERTICAL or len(chain.pieces) > 3:
            continue
        if not plate.may_be_plate(text) or is_marking(text):
            continue
        fitted = _fitted(text)
        found.append(
            PlateCandidate(
                text=fitted.text if fitted else text,
                countries=fitted.countries if fitted else (),
                replaced=fitted.replaced if fitted else 0,
                weakest=chain.weakest,
                orientation=chain.orientation,
                quad=chain.quad,
            )
        )
    return distinct(found)


def distinct(found: Sequence[PlateCandidate]) -> list[PlateCandidate]:
    """The best of those that claim the same place, best first."""
    kept: list[PlateCandidate] = []
    for candidate in sorted(found, key=_rank):
        box = candidate.box
        if not any(
            box.intersection_px(o.box) > 0.5 * min(box.area_px, o.box.area_px) for o in kept
        ):
            kept.append(candidate)
    return kept


def _fitted(text: str) -> plate.PlateFit | None:
    """The shape it has; with one exchange at most, and only of O and 0, which look the same.

    "W053011" stays: one letter before a row of digits is as usual as two.
    """
    fitted = plate.fit(text, max_replaced=MAX_REPLACED)
    if fitted is None or not fitted.replaced:
        return fitted
    place = next(i for i, (a, b) in enumerate(zip(text, fitted.text, strict=True)) if a != b)
    if {text[place], fitted.text[place]} != {"O", "0"}:
        return None
    return None if place == 1 and text[2].isdigit() else fitted


def _rank(candidate: PlateCandidate) -> tuple[float, float]:
    sure = candidate.weakest if candidate.decoded is None else candidate.decoded.share
    doubt = 0.35 * (not candidate.countries) + 0.2 * candidate.replaced - sure
    return (doubt, -candidate.box.area_px)


def is_marking(text: str, *, on_container: bool = False) -> bool:
    """Marks of containers and papers that have a plate's shape: "TARE2180" looks German.

    Beside a container's code fewer letters are enough to tell: "NET2830" may be a plate elsewhere.
    """
    words = _WORDS + _WORDS_ON_CONTAINER if on_container else _WORDS
    if iso6346.is_size_type(text) or _PART_OF_CODE.fullmatch(text):
        return True
    return text.endswith(_UNITS) or text.startswith(words)
