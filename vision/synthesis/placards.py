"""Photographs of lorries and containers with orange plates and danger placards, and of others.

Every picture comes from one seed: a body (ribbed wall, tank, tarpaulin, cab), signs in perspective
on it, wear, light, lens and compression. Half of what could be mistaken for a sign is on it too:
lamps, adverts, warning signs, reflective marking, hazard triangles, plain diamonds.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from vision.findings import Subject
from vision.geometry import Box, Quad
from vision.grammar.adr import un_hazards
from vision.synthesis import placard_art, sign_decoys
from vision.synthesis.placard_light import photographed, worn

BLANK = "blank"
WIDTH_PX, HEIGHT_PX = 1600, 900
UNLISTED_SHARE = 0.12
LEAST_PX, MOST_PX = 40.0, 300.0
BODY_PAINTS = (
    (31, 78, 121),
    (122, 38, 33),
    (38, 92, 64),
    (222, 222, 218),
    (196, 92, 30),
    (70, 74, 82),
    (150, 152, 156),
    (204, 178, 40),
    (30, 32, 36),
)
Picture = npt.NDArray[np.uint8]
Array = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A sign in the picture: what the reader should say of it, and where it is."""

    subject: Subject
    text: str
    quad: Quad


@dataclass(frozen=True, slots=True, kw_only=True)
class SignPicture:
    """`pixels` is (H, W, 3) uint8 RGB; `shown` is empty for a negative."""

    pixels: Picture
    shown: tuple[Shown, ...]


def draw_scene(
    rng: np.random.Generator, *, with_signs: bool = True, fonts: Sequence[Path] = ()
) -> SignPicture:
    """One photograph. Without fonts Pillow's own is used."""
    font = fonts[int(rng.integers(len(fonts)))] if fonts else None
    scene = _body(rng)
    taken: list[Box] = []
    for _ in range(int(rng.integers(2, 7)) if not with_signs else int(rng.integers(0, 4))):
        art = sign_decoys.decoy(rng, font=font)
        _paste(scene, art, rng, taken)
    shown = []
    for _ in range(int(rng.integers(1, 4)) if with_signs else 0):
        subject, text, art = _sign(rng, font)
        quad = _paste(scene, worn(art, rng), rng, taken)
        if quad is not None:
            shown.append(Shown(subject=subject, text=text, quad=quad))
    return SignPicture(pixels=photographed(scene, rng), shown=tuple(shown))


def as_jpeg(picture: SignPicture, *, quality: int = 92) -> bytes:
    """The photograph as a camera would send it."""
    out = io.BytesIO()
    Image.fromarray(picture.pixels).save(out, "JPEG", quality=quality)
    return out.getvalue()


def _sign(rng: np.random.Generator, font: Path | None) -> tuple[Subject, str, Picture]:
    if rng.random() < 0.5:
        text = str(rng.choice(placard_art.PLACARDS))
        return Subject.PLACARD, text, placard_art.placard(rng, kind=text, font=font)
    if rng.random() < 0.15:
        small = bool(rng.random() < 0.4)
        art = placard_art.orange_plate(rng, hazard="", un="", small=small, font=font)
        return Subject.ORANGE_PLATE, BLANK, _opaque(art)
    pairs = [(hazard, un) for un, known in un_hazards().items() for hazard in sorted(known)]
    tanked = [pair for pair in pairs if "." not in pair[0]]
    hazard, un = tanked[int(rng.integers(len(tanked)))]
    if rng.random() < UNLISTED_SHARE:
        un = f"{rng.integers(1001, 3560):04d}"
    small = bool(rng.random() < 0.1)
    art = placard_art.orange_plate(rng, hazard=hazard, un=un, small=small, font=font)
    return Subject.ORANGE_PLATE, f"{hazard}/{un}", _opaque(art)


def _opaque(art: Picture) -> Picture:
    return np.dstack([art, np.full(art.shape[:2], 255, np.uint8)])


def _body(rng: np.random.Generator) -> Picture:
    """The side, back or front of a vehicle, and some road and sky beside it."""
    sky = rng.uniform(120, 225) + rng.normal(0, 7, 3)
    road = np.full(3, rng.uniform(60, 120))
    scene = np.empty((HEIGHT_PX, WIDTH_PX, 3), np.float32)
    horizon = int(rng.uniform(0.25, 0.6) * HEIGHT_PX)
    scene[:horizon], scene[horizon:] = sky, road
    x1, x2 = sorted(rng.uniform(-0.2, 1.2, 2) * WIDTH_PX)
    if x2 - x1 < 0.6 * WIDTH_PX:
        x1, x2 = -0.1 * WIDTH_PX, 0.9 * WIDTH_PX
    left, right = max(0, int(x1)), min(WIDTH_PX, int(x2))
    top, bottom = int(rng.uniform(-0.1, 0.15) * HEIGHT_PX), int(rng.uniform(0.75, 1.1) * HEIGHT_PX)
    paint = np.array(BODY_PAINTS[int(rng.integers(len(BODY_PAINTS)))], np.float32)
    paint = np.clip(paint + rng.normal(0, 8, 3), 8, 250)
    wall = _surface(rng, right - left)
    part = scene[max(0, top) : bottom, left:right]
    part[:] = paint * wall[: part.shape[0], : part.shape[1]]
    for _ in range(int(rng.integers(2, 9))):
        x, y = int(rng.uniform(0, WIDTH_PX)), int(rng.uniform(0, HEIGHT_PX))
        w, h = int(rng.uniform(20, 500)), int(rng.uniform(10, 220))
        tone = rng.uniform(20, 235) + rng.normal(0, 12, 3)
        scene[y : y + h, x : x + w] = 0.25 * scene[y : y + h, x : x + w] + 0.75 * tone
    return np.clip(scene, 0, 255).astype(np.uint8)


def _surface(rng: np.random.Generator, width: int) -> Array:
    """(H, W, 1) brightness: ribs, a tank's roundness, or smooth."""
    kind = rng.random()
    across, down = np.ones((1, width), np.float32), np.ones((HEIGHT_PX, 1), np.float32)
    if kind < 0.5:
        period = rng.uniform(14, 70)
        phase = (np.arange(width, dtype=np.float32) % period) / period
        rib = np.clip(np.sin(2 * np.pi * phase) * 3, -1, 1) * rng.uniform(0.03, 0.16)
        across = (1 + rib)[None].astype(np.float32)
    elif kind < 0.75:
        y = np.linspace(-1, 1, HEIGHT_PX, dtype=np.float32)[:, None]
        down = (0.55 + 0.5 * np.sqrt(np.maximum(0, 1 - y**2))).astype(np.float32)
    grain = rng.normal(1, rng.uniform(0, 0.02), (HEIGHT_PX // 4, max(1, width // 4)))
    rough = cv2.resize(grain.astype(np.float32), (width, HEIGHT_PX))
    surface: Array = (across * down * rough)[:, :, None]
    return surface


def _paste(scene: Picture, art: Picture, rng: np.random.Generator, taken: list[Box]) -> Quad | None:
    """Puts a sign on the body, seen from the side; None if there was no room for it."""
    height, width = art.shape[:2]
    high = float(np.exp(rng.uniform(np.log(LEAST_PX), np.log(MOST_PX))))
    high *= 1.25 if width == height else 1.0
    wide = high * width / height
    if wide > 0.5 * WIDTH_PX:
        high, wide = high * 0.5 * WIDTH_PX / wide, 0.5 * WIDTH_PX
    placed = _place(_seen_from_aside(wide, high, rng), wide, high, rng, taken)
    if placed is None:
        return None
    box = _around(placed)
    taken.append(box)
    source = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    small = cv2.resize(
        art,
        None,
        fx=_reduced(high, height),
        fy=_reduced(high, height),
        interpolation=cv2.INTER_AREA,
    )
    source *= np.array([small.shape[1] / width, small.shape[0] / height], np.float32)
    warp = cv2.getPerspectiveTransform(source, placed)
    laid = cv2.warpPerspective(small, warp, (WIDTH_PX, HEIGHT_PX), flags=cv2.INTER_LINEAR)
    x1, y1, x2, y2 = int(box.x1), int(box.y1), int(box.x2) + 1, int(box.y2) + 1
    x1, y1 = max(0, x1), max(0, y1)
    part, cover = laid[y1:y2, x1:x2], laid[y1:y2, x1:x2, 3:].astype(np.float32) / 255
    view = scene[y1:y2, x1:x2]
    view[:] = np.clip(view * (1 - cover) + part[:, :, :3] * cover, 0, 255).astype(np.uint8)
    if width == height:
        points = np.array(
            [[width / 2, 0], [width, height / 2], [width / 2, height], [0, height / 2]], np.float32
        )
        points *= np.array([small.shape[1] / width, small.shape[0] / height], np.float32)
        placed = cv2.perspectiveTransform(points[None], warp)[0]
    a, b, c, d = ((float(x), float(y)) for x, y in placed)
    return Quad(corners=(a, b, c, d))


def _place(
    corners: npt.NDArray[np.float64],
    wide: float,
    high: float,
    rng: np.random.Generator,
    taken: Sequence[Box],
) -> Array | None:
    """Where nothing is yet, after some tries; None if there was no room."""
    for _ in range(12):
        at = np.array([rng.uniform(0, WIDTH_PX - wide), rng.uniform(0, HEIGHT_PX - high)])
        placed = np.asarray(corners + at, np.float32)
        low, upper = placed.min(axis=0), placed.max(axis=0)
        inside = low.min() > 4 and upper[0] < WIDTH_PX - 4 and upper[1] < HEIGHT_PX - 4
        if inside and not any(_around(placed).intersection_px(other) > 0 for other in taken):
            return placed
    return None


def _around(placed: Array) -> Box:
    (x1, y1), (x2, y2) = placed.min(axis=0), placed.max(axis=0)
    return Box(x1=float(x1) - 8, y1=float(y1) - 8, x2=float(x2) + 8, y2=float(y2) + 8)


def _reduced(high: float, height: int) -> float:
    """How much the art is made smaller before it is bent, so that nothing aliases."""
    return min(1.0, 1.3 * high / height)


def _seen_from_aside(wide: float, high: float, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """(4, 2) corners of a rectangle turned about all three axes, from the upper left."""
    yaw, pitch, roll = (
        np.radians(np.clip(rng.normal(0, sigma), -2 * sigma, 2 * sigma)) for sigma in (18, 6, 2.5)
    )
    x = np.array([-0.5, 0.5, 0.5, -0.5]) * wide
    y = np.array([-0.5, -0.5, 0.5, 0.5]) * high
    x, z = x * np.cos(yaw), x * np.sin(yaw)
    y, z = y * np.cos(pitch) - z * np.sin(pitch), y * np.sin(pitch) + z * np.cos(pitch)
    x, y = x * np.cos(roll) - y * np.sin(roll), x * np.sin(roll) + y * np.cos(roll)
    far = 1 + z / (rng.uniform(5, 20) * high)
    points = np.stack([x / far, y / far], axis=1)
    corners: npt.NDArray[np.float64] = points - points.min(axis=0)
    return corners


def contact_sheet(
    seed: int,
    *,
    rows: int = 4,
    columns: int = 4,
    fonts: Sequence[Path] = (),
    progress: Callable[[int, int], None] | None = None,
) -> Picture:
    """Scenes with outlines of what is shown; the last row has negatives; (H, W, 3)."""
    tiles = []
    for number in range(rows * columns):
        rng = np.random.default_rng([seed, number])
        scene = draw_scene(rng, with_signs=number < (rows - 1) * columns, fonts=fonts)
        view = scene.pixels.copy()
        for sign in scene.shown:
            points = np.array(sign.quad.corners, np.int32)
            cv2.polylines(view, [points], isClosed=True, color=(0, 255, 255), thickness=2)
        tiles.append(
            cv2.resize(view, (WIDTH_PX // 4, HEIGHT_PX // 4), interpolation=cv2.INTER_AREA)
        )
        if progress is not None:
            progress(number + 1, rows * columns)
    lines = [np.hstack(tiles[at : at + columns]) for at in range(0, len(tiles), columns)]
    return np.vstack(lines).astype(np.uint8)
