"""Findings drawn on a picture; no label covers a box or another label if there is room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from vision.findings import AnomalyFound, ContainerFound, Finding, LoadState, ObjectFound, Reading
from vision.geometry import Box

Picture = npt.NDArray[np.uint8]
COLOURS = {
    "container": (46, 160, 255),
    "good": (60, 190, 110),
    "doubt": (240, 170, 40),
    "bad": (235, 80, 70),
}
INK = (13, 17, 22)
LINES_PER_SIDE = 500
FONT_PER_SIDE = 60
MIN_FONT_PX = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A box with its words.

    `findings` are the numbers of those that it stands for: a container and its load are one.
    """

    findings: tuple[int, ...]
    box: Box
    text: str
    colour: str


def labels(findings: Sequence[Finding], *, scan_sha256: str) -> list[Label]:
    """A label for each finding that has a place in that scan."""
    own = [(i, f) for i, f in enumerate(findings) if f.evidence.scan_sha256 == scan_sha256]
    loads = {f.evidence.box: (i, f) for i, f in own if isinstance(f, LoadState)}
    drawn = []
    for index, finding in own:
        box = finding.evidence.box
        if box is None:
            continue
        if isinstance(finding, ContainerFound):
            numbers: tuple[int, ...] = (index,)
            words = "container"
            if box in loads:
                of_load, load = loads[box]
                numbers, words = (index, of_load), load.load.value.replace("_", " ")
            drawn.append(Label(findings=numbers, box=box, text=words, colour="container"))
        elif isinstance(finding, ObjectFound):
            text = f"{finding.label.replace('_', ' ')} {finding.score:.2f}"
            drawn.append(Label(findings=(index,), box=box, text=text, colour="bad"))
        elif isinstance(finding, AnomalyFound):
            drawn.append(Label(findings=(index,), box=box, text="unusual", colour="doubt"))
        elif isinstance(finding, Reading):
            mark, colour = ("", "good") if finding.accepted else (" ?", "doubt")
            text = f"{finding.text}{mark}"
            drawn.append(Label(findings=(index,), box=box, text=text, colour=colour))
    return drawn


def draw(pixels: Picture, findings: Sequence[Label]) -> Picture:
    """A copy of `pixels` ((H, W, 3) RGB) with every label on it."""
    image = Image.fromarray(pixels)
    canvas = ImageDraw.Draw(image)
    side = max(image.size)
    line = max(2, round(side / LINES_PER_SIDE))
    font = ImageFont.load_default(max(MIN_FONT_PX, round(side / FONT_PER_SIDE)))
    taken = [label.box for label in findings]
    for label in findings:
        box = label.box
        colour = COLOURS[label.colour]
        canvas.rectangle((box.x1, box.y1, box.x2, box.y2), outline=colour, width=line)
    for label in findings:
        box, colour = label.box, COLOURS[label.colour]
        left, top, right, bottom = canvas.textbbox((0, 0), label.text, font=font)
        pad = 2 * line
        at = place(
            (right - left + 2 * pad, bottom - top + 2 * pad),
            box,
            taken=[other for other in taken if other is not box],
            picture=(float(image.width), float(image.height)),
        )
        taken.append(at)
        canvas.rectangle((at.x1, at.y1, at.x2, at.y2), fill=colour)
        canvas.text((at.x1 + pad - left, at.y1 + pad - top), label.text, fill=INK, font=font)
    return np.asarray(image, dtype=np.uint8)


def place(
    size: tuple[float, float],
    box: Box,
    *,
    taken: Sequence[Box],
    picture: tuple[float, float],
) -> Box:
    """Where a label of `size` goes: above its box, below, beside or inside, whichever is free.

    If none is free, the one that covers least.
    """
    width, height = size
    corners = (
        (box.x1, box.y1 - height),
        (box.x1, box.y2),
        (box.x2 - width, box.y1 - height),
        (box.x2 - width, box.y2),
        (box.x2, box.y1),
        (box.x1 - width, box.y1),
        (box.x1, box.y1),
    )
    most_x, most_y = max(0.0, picture[0] - width), max(0.0, picture[1] - height)
    places = []
    for x, y in corners:
        inside_x, inside_y = min(max(0.0, x), most_x), min(max(0.0, y), most_y)
        places.append(Box(x1=inside_x, y1=inside_y, x2=inside_x + width, y2=inside_y + height))
    inside = places[-1]

    def covered_px(at: Box) -> float:
        own = 0.0 if at is inside else at.intersection_px(box)
        return own + sum(at.intersection_px(other) for other in taken)

    return min(places, key=covered_px)
