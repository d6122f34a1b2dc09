"""Orange plates of dangerous goods on the rear of a lorry: photographs with a known text."""

from __future__ import annotations

import io

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

# ADR 5.3.2.2.1: 40 cm by 30 cm, black rim of 15 mm, digits 10 cm high.
WIDTH_PX, HEIGHT_PX, RIM_PX, DIGIT_PX = 400, 300, 15, 132
SCENE = (600, 900)


def orange_plate(hazard: str, un: str, *, seed: int, width_px: float = 160.0) -> bytes:
    """JPEG of a plate about `width_px` wide, seen a little from the side; drawn from one seed."""
    rng = np.random.default_rng(seed)
    colour = (255, int(rng.integers(95, 130)), int(rng.integers(0, 30)))
    image = Image.new("RGB", (WIDTH_PX, HEIGHT_PX), colour)
    canvas = ImageDraw.Draw(image)
    canvas.rectangle((0, 0, WIDTH_PX - 1, HEIGHT_PX - 1), outline=(10, 10, 10), width=RIM_PX)
    half = RIM_PX // 2
    canvas.rectangle((0, HEIGHT_PX // 2 - half, WIDTH_PX, HEIGHT_PX // 2 + half), fill=(10, 10, 10))
    font = ImageFont.load_default(DIGIT_PX)
    for text, y in ((hazard, 78), (un, 222)):
        canvas.text((WIDTH_PX / 2, y), text, fill=(8, 8, 8), font=font, anchor="mm")
    plate = np.asarray(image)
    scale = width_px / WIDTH_PX
    corners = np.array(
        [[0, 0], [WIDTH_PX, 0], [WIDTH_PX, HEIGHT_PX], [0, HEIGHT_PX]], dtype=np.float32
    )
    at = rng.uniform(60, 300, 2)
    moved = corners * scale + at + rng.normal(0, 0.02 * width_px, (4, 2))
    warp = cv2.getPerspectiveTransform(corners, moved.astype(np.float32))
    size = (SCENE[1], SCENE[0])
    soft = cv2.GaussianBlur(plate, (0, 0), max(0.3, 0.35 / scale))
    seen = cv2.warpPerspective(soft, warp, size, flags=cv2.INTER_AREA)
    mask = cv2.warpPerspective(np.full(plate.shape[:2], 255, np.uint8), warp, size) > 128
    scene = np.empty((*SCENE, 3), np.float64)
    scene[:] = rng.integers(40, 180, 3)
    scene[mask] = seen[mask]
    scene = scene * rng.uniform(0.6, 1.05) + rng.normal(0, 4, scene.shape)
    out = io.BytesIO()
    picture = Image.fromarray(np.clip(scene, 0, 255).astype(np.uint8))
    picture.save(out, format="JPEG", quality=80)
    return out.getvalue()
