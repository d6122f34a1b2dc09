"""Orange plates and danger placards as they leave the printer: flat, clean, seen from the front.

Layouts after ADR 5.3.2.2.1 (orange plates) and 5.2.2.2.2 (labels, of which placards are large
copies). Symbols are drawn by us, in several forms, for no two printers have the same.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

Rgb = tuple[int, int, int]
Picture = npt.NDArray[np.uint8]
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
SIDE_PX = 320
PX_PER_CM = 12
WHITE: Rgb = (240, 240, 238)
BLACK: Rgb = (22, 22, 24)
RED: Rgb = (206, 32, 38)
GREEN: Rgb = (24, 132, 72)
BLUE: Rgb = (22, 82, 165)
YELLOW: Rgb = (250, 205, 20)
ORANGE: Rgb = (240, 118, 20)
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


def shade(colour: Rgb, rng: np.random.Generator) -> Rgb:
    """Another printer's ink of that colour, bleached a little."""
    pale = rng.uniform(0, 0.22)
    moved = np.array(colour) + rng.normal(0, 5, 3) + rng.normal(0, 8)
    r, g, b = np.clip(moved * (1 - pale) + 200 * pale, 4, 252).astype(int)
    return int(r), int(g), int(b)


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
    elif kind in _SYMBOLS:
        top = BLACK if kind in {"7", "8"} else ink
        _SYMBOLS[kind](draw, top, rng)
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


def _flame(draw: ImageDraw.ImageDraw, ink: Rgb, rng: np.random.Generator) -> None:
    lean = rng.uniform(-6, 6)
    draw.polygon(
        [
            (160 + lean, 44),
            (186, 84),
            (196, 70),
            (208, 112),
            (194, 142),
            (126, 142),
            (112, 112),
            (124, 82),
            (138, 96),
            (146, 66),
        ],
        fill=ink,
    )
    if rng.random() < 0.8:
        draw.line((112, 154, 208, 154), fill=ink, width=7)


def _bomb(draw: ImageDraw.ImageDraw, ink: Rgb, rng: np.random.Generator) -> None:
    draw.ellipse((132, 92, 176, 136), fill=ink)
    for _ in range(int(rng.integers(9, 15))):
        angle, length = rng.uniform(0, 2 * np.pi), rng.uniform(34, 62)
        end = (156 + length * np.cos(angle), 108 + 0.8 * length * np.sin(angle))
        draw.line((156, 108, *end), fill=ink, width=int(rng.integers(2, 8)))


def _cylinder(draw: ImageDraw.ImageDraw, ink: Rgb, rng: np.random.Generator) -> None:
    y = rng.uniform(96, 112)
    draw.rounded_rectangle((98, y, 208, y + 30), radius=12, fill=ink)
    draw.rectangle((206, y + 8, 226, y + 22), fill=ink)


def _skull(draw: ImageDraw.ImageDraw, ink: Rgb, rng: np.random.Generator) -> None:
    del rng
    draw.line((104, 118, 216, 152), fill=ink, width=12)
    draw.line((104, 152, 216, 118), fill=ink, width=12)
    draw.ellipse((128, 52, 192, 116), fill=ink)
    draw.rectangle((144, 104, 176, 130), fill=ink)
    for x in (138, 164):
        draw.ellipse((x, 78, x + 18, 98), fill=WHITE)


def _crescents(draw: ImageDraw.ImageDraw, ink: Rgb, rng: np.random.Generator) -> None:
    del rng
    for angle in (np.pi / 2, np.pi / 2 + 2 * np.pi / 3, np.pi / 2 + 4 * np.pi / 3):
        x, y = 160 + 28 * np.cos(angle), 106 - 28 * np.sin(angle)
        draw.arc((x - 27, y - 27, x + 27, y + 27), 0, 360, fill=ink, width=8)
        gap = (x + 20 * np.cos(angle), y - 20 * np.sin(angle))
        draw.ellipse((gap[0] - 9, gap[1] - 9, gap[0] + 9, gap[1] + 9), fill=WHITE)
    draw.ellipse((152, 98, 168, 114), fill=WHITE)


def _flame_over_circle(draw: ImageDraw.ImageDraw, ink: Rgb, rng: np.random.Generator) -> None:
    lean = rng.uniform(-5, 5)
    draw.ellipse((134, 106, 186, 152), outline=ink, width=9)
    draw.polygon(
        [
            (160 + lean, 42),
            (184, 78),
            (192, 70),
            (190, 108),
            (160, 116),
            (130, 108),
            (128, 74),
            (146, 84),
        ],
        fill=ink,
    )
    draw.line((118, 158, 202, 158), fill=ink, width=6)


def _corrosive(draw: ImageDraw.ImageDraw, ink: Rgb, rng: np.random.Generator) -> None:
    del rng
    for x, turn in ((118, 1), (202, -1)):
        draw.line((x - 26 * turn, 84, x + 26 * turn, 66), fill=ink, width=13)
        draw.line((x + 22 * turn, 78, x + 22 * turn, 112), fill=ink, width=4)
    draw.rectangle((92, 128, 150, 140), fill=ink)
    draw.polygon([(172, 140), (180, 122), (226, 124), (232, 140)], fill=ink)


def _trefoil(draw: ImageDraw.ImageDraw, ink: Rgb, rng: np.random.Generator) -> None:
    del rng
    for start in (60, 180, 300):
        draw.pieslice((112, 62, 208, 158), start + 180, start + 240, fill=ink)
    draw.ellipse((146, 96, 174, 124), fill=shade(YELLOW, np.random.default_rng(1)))
    draw.ellipse((152, 102, 168, 118), fill=ink)


def _batteries(draw: ImageDraw.ImageDraw, ink: Rgb, rng: np.random.Generator) -> None:
    del rng
    for x in range(112, 200, 24):
        draw.rectangle((x, 176, x + 18, 222), fill=ink)
        draw.rectangle((x + 5, 169, x + 13, 176), fill=ink)
    draw.polygon([(206, 190), (222, 176), (218, 200), (232, 200), (208, 226)], fill=ink)


def _fish_and_tree(draw: ImageDraw.ImageDraw, ink: Rgb, rng: np.random.Generator) -> None:
    del rng
    draw.rectangle((120, 110, 132, 204), fill=ink)
    for angle in (-0.6, -1.1, -2.0, -2.5):
        end = (126 + 52 * np.cos(angle), 140 + 52 * np.sin(angle))
        draw.line((126, 140, *end), fill=ink, width=7)
    draw.line((70, 204, 250, 204), fill=ink, width=6)
    draw.ellipse((150, 176, 218, 202), fill=ink)
    draw.polygon([(212, 189), (238, 174), (238, 204)], fill=ink)


_SYMBOLS: dict[str, Callable[[ImageDraw.ImageDraw, Rgb, np.random.Generator], None]] = {
    "1": _bomb,
    "2.1": _flame,
    "2.2": _cylinder,
    "2.3": _skull,
    "3": _flame,
    "4.1": _flame,
    "4.2": _flame,
    "4.3": _flame,
    "5.1": _flame_over_circle,
    "5.2": _flame,
    "6.1": _skull,
    "6.2": _crescents,
    "7": _trefoil,
    "8": _corrosive,
    "9A": _batteries,
    "marine pollutant": _fish_and_tree,
}


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
