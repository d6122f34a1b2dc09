"""Wear of a sign, and what light, lens and camera make of a scene."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]


def worn(art: Picture, rng: np.random.Generator) -> Picture:
    """Dirt, scratches, bleaching and a torn piece on a sign, (H, W, 4)."""
    height, width = art.shape[:2]
    colour = art[:, :, :3].astype(np.float32)
    if rng.random() < 0.6:
        grain = rng.random((max(2, height // 24), max(2, width // 24))).astype(np.float32)
        dirt = cv2.resize(grain, (width, height), interpolation=cv2.INTER_CUBIC)
        amount = np.clip(dirt - rng.uniform(0.45, 0.8), 0, 1)[:, :, None] * rng.uniform(0.3, 1.3)
        amount = np.clip(amount, 0, 0.75)
        colour = colour * (1 - amount) + np.array([92, 84, 72], np.float32) * amount
    for _ in range(int(rng.integers(0, 4)) if rng.random() < 0.4 else 0):
        a, b = (tuple(int(v) for v in rng.uniform(0, min(height, width), 2)) for _ in range(2))
        tone = float(rng.uniform(40, 220))
        cv2.line(colour, a, b, (tone, tone, tone), int(rng.integers(1, 4)))
    if rng.random() < 0.08:
        x, y = (int(v) for v in rng.uniform(0, 0.8, 2) * min(height, width))
        colour[y : y + height // 8, x : x + width // 8] = rng.uniform(60, 200)
    grey = colour.mean(axis=2, keepdims=True)
    faded = rng.uniform(0, 0.25)
    colour = colour * (1 - faded) + (0.6 * grey + 80) * faded
    return np.dstack([np.clip(colour, 0, 255).astype(np.uint8), art[:, :, 3]])


def photographed(scene: Picture, rng: np.random.Generator) -> Picture:
    """Day, dusk or flash at night, a cast, shadows, blur, noise and JPEG's blocks."""
    height, width = scene.shape[:2]
    linear = scene.astype(np.float32) / 255
    night = rng.random() < 0.15
    x = np.linspace(-1, 1, width, dtype=np.float32)[None]
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    if night:
        falloff = np.exp(-((x - rng.uniform(-0.4, 0.4)) ** 2 + y**2) * rng.uniform(0.4, 1.2))
        light = rng.uniform(0.35, 1.1) * falloff
    else:
        light = rng.uniform(0.5, 1.12) * (1 + rng.normal(0, 0.12) * x + rng.normal(0, 0.1) * y)
        if rng.random() < 0.35:
            slope, offset = rng.uniform(-0.8, 0.8), rng.uniform(-0.8, 0.8)
            beyond = (x + slope * y - offset) / rng.uniform(0.003, 0.05)
            edge = 0.5 + 0.5 * np.tanh(beyond / 2)
            light = light * (1 - rng.uniform(0.2, 0.6) * edge)
    cast = 1 + rng.normal(0, 0.05, 3).astype(np.float32)
    seen = np.clip(linear * light[:, :, None] * cast, 0, 1)
    if rng.random() < 0.3:
        seen = seen * (1 - (haze := float(rng.uniform(0, 0.2)))) + haze * 0.8
    sigma = rng.uniform(0.4, 1.5)
    seen = cv2.GaussianBlur(seen.astype(np.float32), (0, 0), sigma)
    if rng.random() < 0.25:
        length = int(rng.integers(3, 9))
        seen = cv2.blur(seen, (length, 1))
    noise = rng.normal(0, rng.uniform(0.004, 0.03 if night else 0.018), (height, width, 1))
    pixels = np.clip((seen + noise) * 255, 0, 255).astype(np.uint8)
    _, coded = cv2.imencode(
        ".jpg", pixels[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(70, 95))]
    )
    decoded = np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)
    return np.ascontiguousarray(decoded[:, :, ::-1])
