"""Orange plates and danger placards as they leave the printer: flat, clean, seen from the front.

Layouts after ADR 5.3.2.2.1 (orange plates) and 5.2.2.2.2 (labels, of which placards are large
copies). Symbols are drawn by us, in several forms, for no two printers have the same.
"""

from __future__ import annotations

import string
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from vision.synthesis.placard_symbols import SYMBOLS
from vision.synthesis.sign_paint import BLACK, BLUE, GREEN, ORANGE, RED, WHITE, YELLOW, Rgb, shade

Picture = npt.NDArray[np.uint8]
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
SIDE_PX = 320
PX_PER_CM = 12
PLACARDS = (
    "1",
    "1.4",
    "1.5",
    "1.6",
    "2.1",
    "2.2",
    "2.3",
    "3",
    "4.1",
    "4.2",
    "4.3",
    "5.1",
    "5.2",
    "6.1",
    "6.2",
    "7",
    "8",
    "9",
    "9A",
    "marine pollutant",
)
_DARK_INK = {"1", "1.4", "1.5", "1.6", "5.1", "4.1", "4.2", "6.1", "6.2", "2.3", "7", "9", "9A"}
_GROUND = {
    **dict.fromkeys(("1", "1.4", "1.5", "1.6"), ORANGE),
    **dict.fromkeys(("2.1", "3", "5.2"), RED),
    "2.2": GREEN,
    "4.3": BLUE,
    "5.1": YELLOW,
}
WORDS = {
    "1": "EXPLOSIVE",
    "2.1": "FLAMMABLE GAS",
    "2.2": "NON-FLAMMABLE GAS",
    "2.3": "TOXIC GAS",
    "3": "FLAMMABLE LIQUID",
    "6.1": "TOXIC",
    "8": "CORROSIVE",
    "5.1": "OXIDIZER",
    "4.3": "DANGEROUS WHEN WET",
}


@cache
def font_of(path: Path | None, size_px: int) -> Font:
    """A face at a size; Pillow's own without a path."""
    return ImageFont.truetype(str(path), size_px) if path else ImageFont.load_default(size_px)


def orange_plate(
    rng: np.random.Generator, *, hazard: str, un: str, small: bool, font: Path | None
) -> Picture:
    """A plate of 40 x 30 cm, or 30 x 12; (H, W, 3). Without numbers it is blank."""
    width_cm, height_cm, edge_cm = (30, 12, 1.0) if small else (40, 30, 1.5)
    size = (round(width_cm * PX_PER_CM), round(height_cm * PX_PER_CM))
    image = Image.new("RGB", size, BLACK)
    draw = ImageDraw.Draw(image)
    edge = round(edge_cm * PX_PER_CM)
    paint = shade(ORANGE, rng)
    draw.rectangle((edge, edge, size[0] - edge - 1, size[1] - edge - 1), fill=paint)
    if not hazard:
        return np.asarray(image)
    middle = size[1] / 2
    draw.rectangle((edge, middle - edge / 2, size[0] - edge, middle + edge / 2), fill=BLACK)
    cell = middle - 1.5 * edge
    for text, centre in ((hazard, edge + cell / 2), (un, middle + edge / 2 + cell / 2)):
        _digits(
            draw, text, (size[0] / 2, centre), rng, high=0.83 * cell, wide=0.88 * size[0], font=font
        )
    return np.asarray(image)


def _digits(
    draw: ImageDraw.ImageDraw,
    text: str,
    centre: tuple[float, float],
    rng: np.random.Generator,
    *,
    high: float,
    wide: float,
    font: Path | None,
) -> None:
    """Figures 100 mm high with a stroke of 15 mm, spaced over the plate."""
    face = font_of(font, max(8, round(high / 0.74)))
    stroke = max(0, round(high * rng.uniform(0.0, 0.035)))
    lengths = [draw.textlength(char, font=face) for char in text]
    space = min((wide - sum(lengths)) / max(1, len(text)), rng.uniform(0.02, 0.28) * high)
    x = centre[0] - (sum(lengths) + space * (len(text) - 1)) / 2
    for char, length in zip(text, lengths, strict=True):
        draw.text(
            (x + length / 2, centre[1]),
            char,
            fill=BLACK,
            font=face,
            anchor="mm",
            stroke_width=stroke,
        )
        x += length + space


def placard(rng: np.random.Generator, *, kind: str, font: Path | None) -> Picture:
    """A square of `SIDE_PX` that holds the diamond, points up; (H, W, 4), alpha outside it 0."""
    side = SIDE_PX
    image = Image.new("RGB", (side, side), shade(_GROUND.get(kind, WHITE), rng))
    draw = ImageDraw.Draw(image)
    _ground(draw, kind, rng)
    dark = kind in _DARK_INK
    ink = BLACK if dark or rng.random() < 0.3 else WHITE
    if kind in {"8", "marine pollutant"}:
        ink = BLACK
    if rng.random() < 0.93:
        _inner_line(draw, kind, ink)
    if kind in {"1.4", "1.5", "1.6"}:
        draw.text((160, 105), kind, fill=BLACK, font=font_of(font, 92), anchor="mm", stroke_width=3)
    elif kind in SYMBOLS:
        top = BLACK if kind in {"7", "8"} else ink
        SYMBOLS[kind](draw, top, rng)
    _texts(draw, kind, ink, rng, font)
    mask = Image.new("L", (side, side), 0)
    ImageDraw.Draw(mask).polygon(_diamond(0), fill=255)
    return np.dstack([np.asarray(image), np.asarray(mask)])


def _diamond(inset: float) -> list[tuple[float, float]]:
    half = SIDE_PX / 2
    return [
        (half, inset),
        (SIDE_PX - 1 - inset, half),
        (half, SIDE_PX - 1 - inset),
        (inset, half),
    ]


def _ground(draw: ImageDraw.ImageDraw, kind: str, rng: np.random.Generator) -> None:
    side, half = SIDE_PX, SIDE_PX / 2
    if kind == "4.1":
        red, width = shade(RED, rng), side / 13
        for stripe in range(0, 14, 2):
            at = stripe * width
            draw.rectangle((at, 0, at + width, side), fill=red)
    elif kind == "4.2":
        draw.rectangle((0, half, side, side), fill=shade(RED, rng))
    elif kind == "5.2":
        draw.rectangle((0, half, side, side), fill=shade(YELLOW, rng))
    elif kind == "7":
        if rng.random() < 0.85:
            draw.rectangle((0, 0, side, half), fill=shade(YELLOW, rng))
    elif kind == "8":
        draw.rectangle((0, half, side, side), fill=BLACK)
    elif kind in {"9", "9A"}:
        width = side / 13
        for stripe in range(1, 13, 2):
            at = stripe * width
            draw.rectangle((at, 0, at + width, half), fill=BLACK)


def _inner_line(draw: ImageDraw.ImageDraw, kind: str, ink: Rgb) -> None:
    inset = 0.075 * SIDE_PX if kind != "marine pollutant" else 0.03 * SIDE_PX
    top, right, bottom, left = _diamond(inset)
    width = 4 if kind != "marine pollutant" else 10
    lower = WHITE if kind == "8" else BLACK if kind == "5.2" else ink
    draw.line([left, top, right], fill=ink, width=width)
    draw.line([left, bottom, right], fill=lower, width=width)


def _texts(
    draw: ImageDraw.ImageDraw, kind: str, ink: Rgb, rng: np.random.Generator, font: Path | None
) -> None:
    if kind == "marine pollutant":
        return
    lower = WHITE if kind == "8" else BLACK if kind == "5.2" else ink
    digit = "5.2" if kind == "5.2" else "5.1" if kind == "5.1" else kind[0]
    size = round(rng.uniform(46, 62) * (0.75 if len(digit) > 1 else 1))
    place = (160.0, rng.uniform(252, 264))
    draw.text(place, digit, fill=lower, font=font_of(font, size), anchor="mm", stroke_width=1)
    if kind == "9" and rng.random() < 0.7:
        draw.line((148, 284, 172, 284), fill=lower, width=3)
    row = 190.0
    if kind in {"1", "1.4", "1.5", "1.6"}:
        group = str(rng.choice(list("BCDEGS")))
        text = group if kind != "1" else f"1.{rng.integers(1, 4)}{group}"
        draw.text((160, 205), text, fill=BLACK, font=font_of(font, 40), anchor="mm", stroke_width=1)
        return
    if kind == "7":
        face = font_of(font, 26)
        draw.text((160, 182), "RADIOACTIVE", fill=BLACK, font=face, anchor="mm")
        return
    if kind in WORDS and rng.random() < 0.3:
        face = font_of(font, 24)
        draw.text((160, row), WORDS[kind], fill=lower, font=face, anchor="mm")
    elif rng.random() < 0.12 and kind not in {"9A"}:
        number = "".join(rng.choice(list(string.digits), 4))
        draw.rectangle((92, 168, 228, 218), fill=WHITE, outline=BLACK, width=2)
        draw.text((160, 193), number, fill=BLACK, font=font_of(font, 44), anchor="mm")


def sheet_of_art(rng: np.random.Generator, fonts: Sequence[Path] = ()) -> Picture:
    """Every placard side by side, and two plates, to look at; (H, W, 3)."""
    columns = 7
    rows = -(-(len(PLACARDS) + 1) // columns)
    page = np.full((rows * SIDE_PX, columns * SIDE_PX, 3), 150, np.uint8)
    font = fonts[0] if fonts else None
    for number, kind in enumerate(PLACARDS):
        row, column = divmod(number, columns)
        part = page[row * SIDE_PX : (row + 1) * SIDE_PX, column * SIDE_PX :][:, :SIDE_PX]
        art = placard(rng, kind=kind, font=font)
        part[art[:, :, 3] > 0] = art[art[:, :, 3] > 0][:, :3]
    plate = Image.fromarray(orange_plate(rng, hazard="33", un="1203", small=False, font=font))
    page[-240:, -SIDE_PX:] = np.asarray(plate.resize((SIDE_PX, 240)))
    return page
