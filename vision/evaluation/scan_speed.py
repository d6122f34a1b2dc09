"""How long the whole analysis of an X-ray scan takes by its size, and how much memory."""

from __future__ import annotations

import resource
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from vision.evaluation.progress import Progress, reported, silent
from vision.models.shelf import Shelf
from vision.scan import XrayImage
from vision.synthesis.blocks import calibration, side_view, stack
from vision.xray.analyser import XrayAnalyser
from vision.xray.calibration import ScannerBook

# Width and height in pixels; the second is a usual scan, the last the largest that is promised.
SIZES = ((1372, 400), (2745, 799), (4000, 1250), (5657, 1768), (8000, 2500))
WIDTH, HEIGHT, MARGIN = 640, 360, 56


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeCost:
    """One size; `seconds` is the median, `peak_mb` the process's largest memory so far."""

    width_px: int
    height_px: int
    energies: int
    seconds: float
    peak_mb: float

    @property
    def megapixels(self) -> float:
        return self.width_px * self.height_px / 1e6


def measure(
    shelf: Shelf, *, rounds: int, energies: int, progress: Progress = silent
) -> list[SizeCost]:
    """Each of `SIZES`, 16 bits, all analyses of a calibrated scanner, smallest first."""
    analyser = XrayAnalyser(shelf, scanners=ScannerBook(scanners=(calibration(),)))
    analyser.analyse(_scan(600, 300, energies), name="warm-up")
    costs = []
    for width, height in reported(SIZES, progress):
        image = _scan(width, height, energies)
        times = []
        for _ in range(rounds):
            began = time.perf_counter()
            analyser.analyse(image, name="bench")
            times.append(time.perf_counter() - began)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        costs.append(
            SizeCost(
                width_px=width,
                height_px=height,
                energies=energies,
                seconds=round(float(np.median(times)), 3),
                peak_mb=round(peak, 1),
            )
        )
    return costs


def _scan(width: int, height: int, energies: int) -> XrayImage:
    made = side_view(stack(4, 14, areal_g_cm2=20), seed=1, channels=energies).image
    pixels = cv2.resize(made.pixels, (width, height), interpolation=cv2.INTER_LINEAR)
    return replace(made, pixels=pixels.reshape(height, width, energies).astype(np.uint16))


def plot_svg(costs: Sequence[SizeCost]) -> str:
    """Seconds over megapixels, with the line through the origin and the largest scan."""
    most_x, most_y = costs[-1].megapixels, max(cost.seconds for cost in costs)

    def at(megapixels: float, seconds: float) -> str:
        x = MARGIN + (WIDTH - 2 * MARGIN) * megapixels / most_x
        y = HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * seconds / most_y
        return f"{x:.1f},{y:.1f}"

    dots = "".join(
        '<circle cx="{}" cy="{}" r="4" fill="#2a7de1"/>'.format(
            *at(c.megapixels, c.seconds).split(",")
        )
        for c in costs
    )
    names = "".join(
        '<text x="{}" y="{}" dy="-9" text-anchor="end">{} s</text>'.format(
            *at(c.megapixels, c.seconds).split(","), c.seconds
        )
        for c in costs
    )
    line = f'<path d="M{at(0, 0)}L{at(most_x, costs[-1].seconds)}" stroke="#aab" fill="none"/>'
    axis = f'<path d="M{at(0, most_y)}L{at(0, 0)}L{at(most_x, 0)}" stroke="#445" fill="none"/>'
    title = (
        f'<text x="{MARGIN}" y="{MARGIN - 30}">X-ray scan, all analyses: seconds over megapixels'
        "</text>"
    )
    foot = (
        f'<text x="{WIDTH - MARGIN}" y="{HEIGHT - 20}" text-anchor="end">{most_x:.0f} megapixels'
        "</text>"
    )
    style = "<style>text{font:12px system-ui,sans-serif;fill:#445}</style>"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f"{style}{title}{axis}{line}{dots}{names}{foot}</svg>\n"
    )
