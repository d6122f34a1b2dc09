"""Crops of one marking each, with its text: what the recogniser of lines is trained on.

Container numbers along a row or down a column, their parts, size-type codes, plates, and words
that are none of these. Paint, ribs, rust, shadow, lens and compression are drawn from one seed.
A column is returned turned by 90 degrees counter-clockwise, as serving turns it.
"""

from __future__ import annotations

import string
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from vision.grammar import iso6346
from vision.grammar.plate import SHAPES

LETTERS, DIGITS = string.ascii_uppercase, string.digits
GLYPH_PX = 48
SIZE_TYPES = (
    "22G1",
    "45G1",
    "42G1",
    "22T6",
    "45R1",
    "22U1",
    "L5G1",
    "22P3",
    "40HC",
    "2210",
    "4510",
)
WORDS: tuple[str, ...] = (
    "MAERSK",
    "HAPAG",
    "LLOYD",
    "COSCO",
    "EVERGREEN",
    "TEX",
    "CAI",
    "TRITON",
    "HAMBURG",
    "SUD",
    "SUPER",
    "HEAVY",
    "CAUTION",
    "HIGH",
    "MSC",
    "ONE",
    "TAL",
    "FLORENS",
    "SEACO",
    "GROSS",
)
_NOT_UPRIGHT = ("italic", "oblique", "symbol", "dingbat", "math", "z003", "chorus", "outline")
Grey = npt.NDArray[np.uint8]


class MarkingKind(StrEnum):
    """What a crop shows."""

    CODE = "code"
    CODE_PART = "code_part"
    COLUMN = "column"
    SIZE_TYPE = "size_type"
    PLATE = "plate"
    WORD = "word"


KIND_SHARES = {
    MarkingKind.CODE: 0.24,
    MarkingKind.CODE_PART: 0.16,
    MarkingKind.COLUMN: 0.26,
    MarkingKind.SIZE_TYPE: 0.05,
    MarkingKind.PLATE: 0.25,
    MarkingKind.WORD: 0.04,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Marking:
    """`pixels` is (H, W) uint8 grey; `text` has A-Z and 0-9 only, in reading order."""

    pixels: Grey
    text: str
    kind: MarkingKind


def upright_fonts(folders: Sequence[Path]) -> tuple[Path, ...]:
    """Font files below the folders that are upright text faces, sorted."""
    files = (
        path
        for folder in folders
        for path in folder.rglob("*")
        if path.suffix.lower() in {".ttf", ".otf"}
    )
    return tuple(sorted(p for p in files if not any(w in p.name.lower() for w in _NOT_UPRIGHT)))


def draw_marking(rng: np.random.Generator, *, fonts: Sequence[Path]) -> Marking:
    """One crop of a random kind. Without fonts Pillow's own is used."""
    kinds = list(KIND_SHARES)
    kind = kinds[int(rng.choice(len(kinds), p=np.array(list(KIND_SHARES.values()))))]
    groups = _groups(kind, rng)
    text = "".join(groups)
    font = _font(fonts[int(rng.integers(len(fonts)))] if fonts else None)
    mask = (
        _column_mask(text, font, rng)
        if kind is MarkingKind.COLUMN
        else _row_mask(groups, kind, font, rng)
    )
    mask = _bent(mask, rng)
    grey = _painted(mask, rng, plate=kind is MarkingKind.PLATE)
    grey = _photographed(grey, rng)
    if kind is MarkingKind.COLUMN:
        grey = np.ascontiguousarray(np.rot90(grey))
    return Marking(pixels=grey, text=text, kind=kind)


def container_number(rng: np.random.Generator) -> str:
    """A random valid number; mostly of category U."""
    owner = "".join(rng.choice(list(LETTERS), 3)) + str(rng.choice(list("UUUUUUUUJZ")))
    ten = owner + "".join(rng.choice(list(DIGITS), 6))
    return ten + str(iso6346.check_digit(ten))


def plate_text(rng: np.random.Generator) -> str:
    """A random text of a known shape, or of none."""
    if rng.random() < 0.75:
        country = list(SHAPES)[int(rng.integers(len(SHAPES)))]
        shape = SHAPES[country][int(rng.integers(len(SHAPES[country])))]
    else:
        shape = "".join(rng.choice(["L", "D"], int(rng.integers(4, 9))))
    return "".join(str(rng.choice(list(LETTERS if c == "L" else DIGITS))) for c in shape)


def _groups(kind: MarkingKind, rng: np.random.Generator) -> list[str]:
    if kind in (MarkingKind.CODE, MarkingKind.COLUMN):
        code = container_number(rng)
        if kind is MarkingKind.COLUMN and rng.random() < 0.25:
            return [code[:4] if rng.random() < 0.4 else code[4 : 10 + int(rng.integers(2))]]
        return [code[:4], code[4:10], code[10]] if rng.random() < 0.93 else [code[:4], code[4:10]]
    if kind is MarkingKind.CODE_PART:
        code = container_number(rng)
        parts = (
            [code[:4]],
            [code[4:10], code[10]],
            [code[4:10]],
            [code[4:7], code[7:10], code[10]],
        )
        return list(parts[int(rng.integers(len(parts)))])
    if kind is MarkingKind.SIZE_TYPE:
        return [str(rng.choice(SIZE_TYPES))]
    if kind is MarkingKind.WORD:
        return [str(rng.choice(WORDS))]
    text = plate_text(rng)
    cuts = sorted(set(rng.integers(1, len(text), int(rng.integers(0, 3))).tolist()))
    return [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]


@cache
def _font(path: Path | None) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.truetype(str(path), GLYPH_PX) if path else ImageFont.load_default(GLYPH_PX)


def _glyph(char: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> Grey:
    """Ink of one character, tightly cut, (H, W), 255 where painted."""
    image = Image.new("L", (3 * GLYPH_PX, 3 * GLYPH_PX))
    ImageDraw.Draw(image).text((GLYPH_PX, GLYPH_PX // 2), char, fill=255, font=font)
    box = image.getbbox()
    return np.asarray(image.crop(box) if box else image.crop((0, 0, 4, GLYPH_PX)))


def _row_mask(
    groups: Sequence[str],
    kind: MarkingKind,
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
    rng: np.random.Generator,
) -> Grey:
    spacing = rng.uniform(0.03, 0.28) * GLYPH_PX
    gap = rng.uniform(0.25, 1.6 if kind is not MarkingKind.PLATE else 0.8) * GLYPH_PX
    boxed = kind in (MarkingKind.CODE, MarkingKind.CODE_PART) and rng.random() < 0.6
    stretch = rng.uniform(0.75, 1.25)
    height = 2 * GLYPH_PX
    canvas = np.zeros((height, 40 * GLYPH_PX), np.uint8)
    x, base = 0.5 * GLYPH_PX, height * 0.72
    for number, group in enumerate(groups):
        start = x
        for char in group:
            ink = _glyph(char, font)
            width = max(2, round(ink.shape[1] * stretch))
            ink = _resized(ink, (width, ink.shape[0]))
            top = round(base - ink.shape[0])
            place = canvas[top : top + ink.shape[0], round(x) : round(x) + width]
            np.maximum(place, ink[: place.shape[0], : place.shape[1]], out=place)
            x += width + spacing
        if boxed and number == len(groups) - 1 and len(group) == 1:
            edge = 0.18 * GLYPH_PX
            cv2.rectangle(
                canvas,
                (round(start - edge), round(base - 0.78 * GLYPH_PX - edge)),
                (round(x - spacing + edge), round(base + edge)),
                255,
                int(rng.integers(2, 5)),
            )
            x += edge
        if kind is MarkingKind.PLATE and number < len(groups) - 1 and rng.random() < 0.5:
            _separator(canvas, x + gap / 2 - spacing, base, rng)
        x += gap
    return _cut_loosely(canvas, rng)


def _resized(grey: Grey, size: tuple[int, int]) -> Grey:
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _separator(canvas: Grey, x: float, base: float, rng: np.random.Generator) -> None:
    """Dash, dot or seal between the groups of a plate."""
    at = (round(x), round(base - 0.36 * GLYPH_PX))
    if rng.random() < 0.5:
        half = max(2, round(0.09 * GLYPH_PX))
        cv2.rectangle(canvas, (at[0] - half, at[1] - 2), (at[0] + half, at[1] + 2), 255, -1)
    else:
        cv2.circle(canvas, at, int(rng.integers(2, 8)), 255, -1)


def _column_mask(
    text: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont, rng: np.random.Generator
) -> Grey:
    spacing = rng.uniform(0.1, 0.55) * GLYPH_PX
    width = round(2.2 * GLYPH_PX)
    canvas = np.zeros((round(len(text) * 2.2 * GLYPH_PX) + 4 * GLYPH_PX, width), np.uint8)
    y = 0.5 * GLYPH_PX
    boxed = len(text) == 11 and rng.random() < 0.6
    gap = rng.uniform(0, 0.8) * GLYPH_PX if rng.random() < 0.4 else 0.0
    for number, char in enumerate(text):
        ink = _glyph(char, font)
        left = round((width - ink.shape[1]) / 2)
        top = round(y)
        place = canvas[top : top + ink.shape[0], left : left + ink.shape[1]]
        np.maximum(place, ink, out=place)
        if boxed and number == len(text) - 1:
            edge = round(0.18 * GLYPH_PX)
            corner = (left + ink.shape[1] + edge, top + ink.shape[0] + edge)
            cv2.rectangle(canvas, (left - edge, top - edge), corner, 255, int(rng.integers(2, 5)))
        y += ink.shape[0] + spacing + (gap if number in (3, 9) else 0)
    return _cut_loosely(canvas, rng)


def _cut_loosely(mask: Grey, rng: np.random.Generator) -> Grey:
    """The ink with a random margin, sometimes a little too tight, as detectors cut."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    short = min(rows[-1] - rows[0], columns[-1] - columns[0]) + 1
    low, high = -0.06 * short, 0.45 * short
    top, bottom, left, right = (round(v) for v in rng.triangular(low, 0.12 * short, high, 4))
    padded = np.pad(mask, GLYPH_PX)
    y1, y2 = rows[0] + GLYPH_PX - top, rows[-1] + 1 + GLYPH_PX + bottom
    x1, x2 = columns[0] + GLYPH_PX - left, columns[-1] + 1 + GLYPH_PX + right
    return np.ascontiguousarray(padded[y1:y2, x1:x2])


def _bent(mask: Grey, rng: np.random.Generator) -> Grey:
    """Seen from the side, a little turned."""
    height, width = mask.shape
    reach = 0.12 * min(height, width)
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    moved = corners + rng.normal(0, 0.45, (4, 2)).clip(-1, 1) * reach
    warp = cv2.getPerspectiveTransform(corners, moved.astype(np.float32))
    return np.asarray(cv2.warpPerspective(mask, warp, (width, height)), dtype=np.uint8)


def _painted(mask: Grey, rng: np.random.Generator, *, plate: bool) -> Grey:
    """Ink on a surface, in grey levels: ribs, rust, shadow, bars, uneven light."""
    height, width = mask.shape
    paper = rng.uniform(20, 235)
    least = 28 if rng.random() < 0.85 else 14
    ink = paper + rng.choice([-1, 1]) * rng.uniform(least, 190)
    if not 0 <= ink <= 255:
        ink = float(np.clip(2 * paper - ink, 0, 255))
    if abs(ink - paper) < least:
        ink = 255.0 if paper < 128 else 0.0
    cover = _worn(np.asarray(mask / 255, dtype=np.float32), rng)
    ground = np.full((height, width), paper, np.float32)
    if not plate and rng.random() < 0.6:
        period = rng.uniform(0.6, 4.0) * GLYPH_PX
        phase = (np.arange(width, dtype=np.float32) + rng.uniform(0, period)) % period / period
        rib = np.where(phase < rng.uniform(0.3, 0.7), 1.0, -1.0) * rng.uniform(2, 26)
        soft = cv2.GaussianBlur(rib[None].astype(np.float32), (0, 0), rng.uniform(0.5, 5))
        ground += soft
        ink_light = 0.7 * soft
    else:
        ink_light = np.zeros((1, width), np.float32)
    picture: npt.NDArray[np.float64] = ground * (1 - cover) + (ink + ink_light) * cover
    tilt = np.linspace(-1, 1, width)[None] * rng.normal(0, 14)
    tilt = tilt + np.linspace(-1, 1, height)[:, None] * rng.normal(0, 14)
    picture = picture + tilt
    for _ in range(int(rng.integers(0, 3)) if rng.random() < 0.4 else 0):
        x1 = int(rng.integers(width))
        x2 = x1 + int(rng.uniform(0.1, 3) * GLYPH_PX)
        picture[:, x1:x2] *= rng.uniform(0.45, 0.9)
    return np.clip(picture, 0, 255).astype(np.uint8)


def _worn(cover: npt.NDArray[np.float32], rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """Flaked paint and stencil bridges."""
    if rng.random() < 0.45:
        height, width = cover.shape
        coarse = rng.random((max(2, height // 6), max(2, width // 6))).astype(np.float32)
        flakes = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
        cover = cover * (flakes > rng.uniform(0.02, 0.3))
    if rng.random() < 0.06:
        row = int(cover.shape[0] * rng.uniform(0.35, 0.65))
        cover = cover.copy()
        cover[row : row + 2] = 0
    return cover


def _photographed(grey: Grey, rng: np.random.Generator) -> Grey:
    """Small, soft, noisy, compressed: as a gate camera delivers it."""
    short = min(grey.shape)
    scale = min(1.0, float(rng.triangular(11, 26, 60)) / short)
    size = (max(6, round(grey.shape[1] * scale)), max(6, round(grey.shape[0] * scale)))
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    if rng.random() < 0.7:
        small = cv2.GaussianBlur(small, (0, 0), float(rng.uniform(0.2, 1.3)))
    if rng.random() < 0.15:
        reach = int(rng.integers(2, 5))
        small = cv2.blur(small, (reach, 1) if rng.random() < 0.7 else (1, reach))
    noisy = small + rng.normal(0, rng.uniform(0, 9), small.shape)
    gain = rng.uniform(0.6, 1.3)
    noisy = (noisy - 128) * gain + 128 + rng.normal(0, 20)
    out = np.clip(noisy, 0, 255).astype(np.uint8)
    if rng.random() < 0.5:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 90))]
        out = cv2.imdecode(cv2.imencode(".jpg", out, quality)[1], cv2.IMREAD_GRAYSCALE)
    return np.asarray(out, dtype=np.uint8)
