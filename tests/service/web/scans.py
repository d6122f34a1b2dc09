"""Small scans, generated: what a scanner, a camera and a portal might have sent."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image


def a_grey_png(*, width: int = 320, height: int = 240, seed: int = 1) -> bytes:
    """An X-ray view: bright air above, something dense below."""
    rng = np.random.default_rng(seed)
    pixels = np.full((height, width), 240, dtype=np.uint8)
    pixels[height // 2 :] = rng.integers(20, 120, (height - height // 2, width))
    return encoded(Image.fromarray(pixels), "PNG")


def a_16_bit_png(*, width: int = 320, height: int = 240) -> bytes:
    """A view whose dense half differs by counts that 8 bits would merge."""
    pixels = np.full((height, width), 60_000, dtype=np.uint16)
    pixels[height // 2 :] = 1_000
    pixels[height // 2 :, width // 2 :] = 1_100
    return encoded(Image.fromarray(pixels), "PNG")


def a_photo_jpeg(*, seed: int = 2) -> bytes:
    """A coloured picture."""
    rng = np.random.default_rng(seed)
    pixels = np.full((120, 160, 3), (150, 40, 30), dtype=np.uint8)
    pixels[::7] = rng.integers(0, 255, 3, dtype=np.uint8)
    return encoded(Image.fromarray(pixels), "JPEG")


def a_tiff(*, seed: int = 3) -> bytes:
    """A 16-bit grey TIFF in strips."""
    rng = np.random.default_rng(seed)
    return encoded(Image.fromarray(rng.integers(0, 65_535, (64, 64), dtype=np.uint16)), "TIFF")


def a_passage_csv() -> bytes:
    """Thirty seconds at one count rate; nothing alarms."""
    rows = ["start_s,gamma,neutron,occupied"]
    rows += [f"{second},400,2,{int(10 <= second < 20)}" for second in range(30)]
    return "\n".join(rows).encode()


def encoded(image: Image.Image, file_format: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, file_format, **options)
    return out.getvalue()
