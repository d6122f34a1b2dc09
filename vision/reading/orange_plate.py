"""Orange plates of dangerous goods: found by colour and shape, read in two lines under ADR's table.

A plate is 40 cm wide and 30 cm high (or 30 by 12 on small units), reflective orange, with a black
rim and a black bar between the two numbers (ADR 5.3.2.2).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
import numpy.typing as npt

from vision.findings import Alternative
from vision.geometry import Quad
from vision.grammar import orange_plate as grammar
from vision.reading import ctc
from vision.reading.ctc import Grammar, Hypothesis, Posteriors

# OpenCV's hue runs to 180. Faded, dirty and lamp-lit plates go towards red and yellow.
HUE = (3, 20)
LEAST_SATURATION, LEAST_VALUE = 110, 70
LEAST_WIDTH_PX = 36
RATIOS = (0.95, 2.9)
LEAST_FILL = 0.72
MOST_PLATES = 6
KEPT = 6
ALTERNATIVES = 3
# A pair that ADR does not list, of the most shipped: as a logarithm.
NOT_IN_TABLE = -4.0
_RIM = 0.06


class ReadsLines(Protocol):
    """What `LineEngine.posteriors` does."""

    def posteriors(self, crops: Sequence[npt.NDArray[np.uint8]]) -> list[Posteriors]:
        """Of each grey crop, (H, W), that holds one line."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OrangePlate:
    """`text` is hazard number, stroke, UN number; `listed` whether ADR's table has that pair.

    `share` is among all pairs considered, in [0, 1], `weakest` the least sure character.
    """

    text: str
    listed: bool
    share: float
    weakest: float
    quad: Quad
    alternatives: tuple[Alternative, ...]


def read(engine: ReadsLines, pixels: npt.NDArray[np.uint8]) -> list[OrangePlate]:
    """Orange plates with numbers in a picture, (H, W, 3) uint8 RGB; plain ones are left out.

    Raises:
        ModelUnavailable: the weights cannot be opened.
    """
    found = list(locate(pixels))
    grey = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    crops = [half for quad in found for half in _halves(grey, quad)]
    steps = engine.posteriors(crops)
    plates = [
        plate
        for index, quad in enumerate(found)
        if (plate := decode(steps[2 * index], steps[2 * index + 1], quad=quad)) is not None
    ]
    return sorted(plates, key=lambda plate: (not plate.listed, -plate.share * plate.weakest))


def locate(pixels: npt.NDArray[np.uint8]) -> Iterator[Quad]:
    """Rectangles of the plates' colour, the largest first."""
    hsv = cv2.cvtColor(pixels, cv2.COLOR_RGB2HSV)
    low = np.array([HUE[0], LEAST_SATURATION, LEAST_VALUE])
    mask = cv2.inRange(hsv, low, np.array([HUE[1], 255, 255]))
    # The bar cuts the orange in two; closing joins the halves again.
    size = max(3, round(min(pixels.shape[:2]) / 60)) | 1
    closed = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((size, size), np.uint8))
    contours, _ = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    for contour in sorted(contours, key=cv2.contourArea, reverse=True)[:MOST_PLATES]:
        corners = _clockwise(np.asarray(cv2.boxPoints(cv2.minAreaRect(contour)), np.float64))
        w, h = (float(np.hypot(*(corners[i] - corners[0]))) for i in (1, 3))
        if w < LEAST_WIDTH_PX or h < 1 or not RATIOS[0] <= w / h <= RATIOS[1]:
            continue
        if cv2.contourArea(contour) < LEAST_FILL * w * h:
            continue
        a, b, c, d = ((float(x), float(y)) for x, y in corners)
        yield Quad(corners=(a, b, c, d))


def _clockwise(corners: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """From the upper left: the two on the left first, each pair by height."""
    by_x = corners[np.argsort(corners[:, 0], kind="stable")]
    left = by_x[:2][np.argsort(by_x[:2, 1], kind="stable")]
    right = by_x[2:][np.argsort(by_x[2:, 1], kind="stable")]
    return np.array([left[0], right[0], right[1], left[1]])


def decode(upper: Posteriors, lower: Posteriors, *, quad: Quad) -> OrangePlate | None:
    """The likeliest pair of numbers; None if either half shows none."""
    hazards = _options(upper, grammar.hazard_number, least=2)
    numbers = _options(lower, grammar.un_number, least=4)
    if not hazards or not numbers:
        return None
    listed = grammar.pairs()
    scores = {
        (one.text, other.text): one.log_probability
        + other.log_probability
        + (0.0 if (one.text, other.text) in listed else NOT_IN_TABLE)
        for one in hazards
        for other in numbers
    }
    order = sorted(scores, key=lambda pair: -scores[pair])
    total = float(np.logaddexp.reduce(list(scores.values())))
    best = order[0]
    weakest = min(
        *ctc.character_posteriors(upper, best[0]), *ctc.character_posteriors(lower, best[1])
    )
    return OrangePlate(
        text="/".join(best),
        listed=best in listed,
        share=float(np.exp(scores[best] - total)),
        weakest=weakest,
        quad=quad,
        alternatives=tuple(
            Alternative(text="/".join(pair), score=float(np.exp(scores[pair] - total)))
            for pair in order[1 : 1 + ALTERNATIVES]
        ),
    )


def _options(steps: Posteriors, rule: Grammar, *, least: int) -> list[Hypothesis]:
    found = ctc.search(steps, rule)
    return [option for option in found if len(option.text) >= least][:KEPT]


def _halves(
    grey: npt.NDArray[np.uint8], quad: Quad
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    corners = np.array(quad.corners, np.float32)
    width = max(8, round(float(np.linalg.norm(corners[1] - corners[0]))))
    height = max(8, round(float(np.linalg.norm(corners[3] - corners[0]))))
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    warp = cv2.getPerspectiveTransform(corners, target)
    flat = np.asarray(cv2.warpPerspective(grey, warp, (width, height)), dtype=np.uint8)
    x, y, middle = round(_RIM * width), round(_RIM * height), height // 2
    inner = flat[:, x : width - x]
    return (
        np.ascontiguousarray(inner[y : max(y + 4, middle - y // 2)]),
        np.ascontiguousarray(inner[min(height - 4, middle + y // 2) : height - y]),
    )
