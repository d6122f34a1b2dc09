"""Placards one by one, as `vision.reading.diamonds` cuts them out, and what only looks like one.

For training the classifier. A patch is cut a little off, at any distance, in any light.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from vision.synthesis import placard_art, sign_decoys
from vision.synthesis.placard_light import worn

Picture = npt.NDArray[np.uint8]
PATCH_PX = 48
NONE = "none"
LABELS = (*placard_art.PLACARDS, NONE)
NONE_SHARE = 0.3
INFRARED_SHARE = 0.04
_BIG_PX = 96


def draw_patch(rng: np.random.Generator, *, fonts: Sequence[Path] = ()) -> tuple[Picture, str]:
    """(PATCH_PX, PATCH_PX, 3) RGB, the diamond's points in the middle of its sides; its label."""
    font = fonts[int(rng.integers(len(fonts)))] if fonts else None
    label = str(rng.choice(placard_art.PLACARDS))
    if rng.random() < NONE_SHARE:
        label = NONE
        art = _no_placard(rng, font)
    else:
        art = placard_art.placard(rng, kind=label, font=font)
        half = cv2.resize(art, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        art = worn(np.asarray(half, np.uint8), rng)
    patch = _cut(art, rng, off=0.3 if label == NONE and rng.random() < 0.5 else 0.045)
    patch = _seen(patch, rng)
    if rng.random() < INFRARED_SHARE:
        # Without colour red and green are one; a class told from grey alone would be a guess.
        grey = cv2.cvtColor(patch, cv2.COLOR_RGB2GRAY)
        return np.dstack([grey] * 3).astype(np.uint8), NONE
    return patch, label


def _no_placard(rng: np.random.Generator, font: Path | None) -> Picture:
    """Other signs, plain fields, writing, and parts of placards."""
    kind = rng.random()
    if kind < 0.45:
        return sign_decoys.decoy(rng, font=font)
    if kind < 0.7:
        art = placard_art.placard(rng, kind=str(rng.choice(placard_art.PLACARDS)), font=font)
        side = int(rng.uniform(0.3, 0.62) * art.shape[0])
        x, y = (int(v) for v in rng.integers(0, art.shape[0] - side, 2))
        return np.ascontiguousarray(art[y : y + side, x : x + side])
    fields = rng.integers(10, 250, (int(rng.integers(1, 6)), int(rng.integers(1, 6)), 3))
    if rng.random() < 0.5:
        fields = np.repeat(fields.mean(axis=2, keepdims=True), 3, axis=2).astype(np.int64)
    large = cv2.resize(
        fields.astype(np.uint8), (200, 200), interpolation=int(rng.choice([0, 1, 2]))
    )
    turn = cv2.getRotationMatrix2D((100, 100), float(rng.choice([0, 45, rng.uniform(0, 90)])), 1.4)
    turned = cv2.warpAffine(large, turn, (200, 200), borderMode=cv2.BORDER_REFLECT)
    return np.dstack([turned, np.full((200, 200), 255, np.uint8)]).astype(np.uint8)


def _cut(art: Picture, rng: np.random.Generator, *, off: float) -> Picture:
    """On a wall, cut with points that are off by that share of the size."""
    side = _BIG_PX
    small = cv2.resize(art, (side, side), interpolation=cv2.INTER_AREA).astype(np.float32)
    canvas = np.empty((2 * side, 2 * side, 3), np.float32)
    canvas[:] = rng.uniform(10, 240) + rng.normal(0, 25, 3)
    if rng.random() < 0.4:
        wave = np.sin(np.arange(2 * side) / rng.uniform(2, 12)) * rng.uniform(3, 30)
        canvas += wave[None, :, None].astype(np.float32)
    cover = small[:, :, 3:] / 255
    inner = canvas[side // 2 : side // 2 + side, side // 2 : side // 2 + side]
    inner[:] = inner * (1 - cover) + small[:, :, :3] * cover
    corners = np.array([[0.5, 0], [1, 0.5], [0.5, 1], [0, 0.5]]) * side + side / 2
    scale = rng.normal(0, 0.03)
    moved = corners + rng.normal(0, off / 1.5, (4, 2)).clip(-2 * off, 2 * off) * side
    moved += (corners - corners.mean(axis=0)) * scale
    half = PATCH_PX / 2
    target = np.array([[half, 0], [PATCH_PX, half], [half, PATCH_PX], [0, half]], np.float32)
    warp = cv2.getPerspectiveTransform(moved.astype(np.float32), target)
    soft = cv2.GaussianBlur(canvas, (0, 0), side / PATCH_PX * 0.45)
    cut = cv2.warpPerspective(soft, warp, (PATCH_PX, PATCH_PX), flags=cv2.INTER_LINEAR)
    return np.clip(cut, 0, 255).astype(np.uint8)


def _seen(patch: Picture, rng: np.random.Generator) -> Picture:
    """Distance, light, cast, blur, noise."""
    seen = patch.astype(np.float32) / 255
    far = int(rng.uniform(20, PATCH_PX)) if rng.random() < 0.6 else PATCH_PX
    seen = cv2.resize(
        cv2.resize(seen, (far, far), interpolation=cv2.INTER_AREA),
        (PATCH_PX, PATCH_PX),
        interpolation=cv2.INTER_CUBIC,
    ).astype(np.float32)
    seen = np.asarray(cv2.GaussianBlur(seen, (0, 0), rng.uniform(0.2, 1.2)), np.float32)
    x = np.linspace(-1, 1, PATCH_PX, dtype=np.float32)
    light = rng.uniform(0.2, 1.15) * (
        1 + rng.normal(0, 0.12) * x[None] + rng.normal(0, 0.12) * x[:, None]
    )
    if rng.random() < 0.2:
        slope, offset = rng.uniform(-1.5, 1.5), rng.uniform(-0.6, 0.6)
        light = light * np.where(x[None] + slope * x[:, None] > offset, rng.uniform(0.4, 0.8), 1.0)
    cast = 1 + rng.normal(0, 0.06, 3)
    lit = seen * light[:, :, None] * cast
    if rng.random() < 0.3:
        haze = rng.uniform(0, 0.25)
        lit = lit * (1 - haze) + 0.75 * haze
    lit = lit + rng.normal(0, rng.uniform(0.003, 0.03), lit.shape)
    return (np.clip(lit, 0, 1) * 255).astype(np.uint8)
