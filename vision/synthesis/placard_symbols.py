"""The symbols of danger placards, on a square of 320 pixels; no two printers have the same."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import ImageDraw

from vision.synthesis.sign_paint import WHITE, YELLOW, Rgb, shade


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


SYMBOLS: dict[str, Callable[[ImageDraw.ImageDraw, Rgb, np.random.Generator], None]] = {
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
