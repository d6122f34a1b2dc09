"""Photographs of a container's side and of a truck's front, with known texts."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter, ImageFont

WIDTH, HEIGHT = 1280, 720
PAINTS = ((31, 78, 121), (122, 38, 33), (38, 92, 64), (150, 90, 30), (70, 74, 82))
QUALITY = 88


def container_side(code: str, size_type: str, *, seed: int, vertical: bool = False) -> bytes:
    """JPEG of a container wall with its code ("CSQU3054383") and size-type code."""
    rng = np.random.default_rng(seed)
    image = Image.fromarray(_corrugated(PAINTS[seed % len(PAINTS)], rng))
    draw = ImageDraw.Draw(image)
    white = (236, 236, 232)
    if vertical:
        font = ImageFont.load_default(44)
        for number, char in enumerate(code):
            draw.text((1080, 70 + 52 * number), char, fill=white, font=font)
    else:
        font = ImageFont.load_default(64)
        shown = f"{code[:4]} {code[4:10]} {code[10]}"
        draw.text((640, 90), shown, fill=white, font=font)
        draw.text((760, 180), size_type, fill=white, font=font)
        right = 640 + draw.textlength(shown, font=font)
        digit = draw.textlength(code[10], font=font)
        draw.rectangle((right - digit - 8, 94, right + 8, 164), outline=white, width=3)
    return _jpeg(image, rng)


def truck_front(plate: str, *, seed: int) -> bytes:
    """JPEG of a truck's front with its plate."""
    rng = np.random.default_rng(seed)
    road = np.full((HEIGHT, WIDTH, 3), (98, 100, 103), dtype=np.uint8)
    image = Image.fromarray(road)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, WIDTH, 260), fill=(160, 176, 190))
    draw.rounded_rectangle((300, 40, 980, 640), radius=40, fill=PAINTS[(seed + 1) % len(PAINTS)])
    draw.rounded_rectangle((350, 80, 930, 300), radius=24, fill=(40, 52, 64))
    for y in range(340, 470, 22):
        draw.rectangle((420, y, 860, y + 12), fill=(25, 27, 30))
    for x in (340, 860):
        draw.rounded_rectangle((x, 480, x + 80, 540), radius=12, fill=(226, 228, 220))
    draw.rounded_rectangle((500, 550, 780, 618), radius=6, fill=(242, 242, 240))
    draw.rectangle((500, 550, 524, 618), fill=(20, 60, 150))
    font = ImageFont.load_default(50)
    start = 530 + (244 - draw.textlength(plate, font=font)) / 2
    draw.text((start, 553), plate, fill=(18, 18, 20), font=font)
    return _jpeg(image, rng)


def _corrugated(paint: tuple[int, int, int], rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    wave = 1 + 0.07 * np.sign(np.sin(np.arange(WIDTH) / 9.0))
    light = np.linspace(1.12, 0.82, HEIGHT)[:, None] * wave[None]
    rust = rng.normal(1, 0.02, (HEIGHT, WIDTH))
    shaded = np.array(paint)[None, None] * (light * rust)[:, :, None]
    return np.clip(shaded, 0, 255).astype(np.uint8)


def _jpeg(image: Image.Image, rng: np.random.Generator) -> bytes:
    soft = np.asarray(image.filter(ImageFilter.GaussianBlur(0.7)), dtype=np.float64)
    noisy = np.clip(soft + rng.normal(0, 4, soft.shape), 0, 255).astype(np.uint8)
    out = io.BytesIO()
    Image.fromarray(noisy).save(out, "JPEG", quality=QUALITY)
    return out.getvalue()
