"""Training pictures of the object detector, drawn from simulated scans.

Two tiles of a strip lie above each other in each picture, because Ultralytics augments squares
only. What even the clean twin's difference hardly shows is left unlabelled: a network that must
find the invisible learns to cry wolf.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import yaml

from vision.geometry import Box
from vision.scan import PixelUnit, XrayImage
from vision.synthesis.xray_detector import random_window
from vision.synthesis.xray_plan import Plan, random_plan
from vision.synthesis.xray_scene import SimulatedScan, simulate_many
from vision.training.recipe import Recipe
from vision.xray.normalise import transmission_like
from vision.xray.strip import STRIP_PX, Strip, cut, encode_finely, shrink

TILE_PX = 2 * STRIP_PX
# Mean difference to the clean twin, of 255 grey levels, under which an object is not seen.
LEAST_LEVELS = 2.5
LEAST_VISIBLE_SHARE = 0.4
DISPLAY_SHARE = 0.5
# Finer than the strip by a factor of two suffices, and is quick to draw.
PITCH_M = (0.009, 0.016)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """`pixels` (STRIP_PX, TILE_PX, 3) and the objects in it as (label, box)."""

    pixels: npt.NDArray[np.uint8]
    objects: tuple[tuple[str, Box], ...]


def plans(
    labels: Sequence[str], *, scans: int, clean_share: float, seed: int, held_out: bool = False
) -> list[tuple[Plan, int]]:
    """Scans to simulate: a share without objects, the others with one to three."""
    jobs = []
    for number in range(scans):
        rng = np.random.default_rng((seed, number))
        objects: tuple[str, ...] = ()
        if rng.random() >= clean_share:
            objects = tuple(str(v) for v in rng.choice(labels, int(rng.integers(1, 4))))
            # A car takes its place first: the others fit in afterwards.
            objects = tuple(sorted(objects, key=lambda label: label != "vehicle"))
        plan = random_plan(rng, objects=objects, held_out=held_out, pitch_m=PITCH_M)
        jobs.append((plan, int(rng.integers(2**31))))
    return jobs


def views(
    scan: SimulatedScan, rng: np.random.Generator, *, display: bool
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """The scan and its clean twin as inspection would see them, (H, W) in [0, 1]."""
    window = random_window(rng) if display else None
    pictures = []
    for counts in (scan.counts, scan.clean_counts):
        pixels: npt.NDArray[np.uint8] | npt.NDArray[np.uint16] = counts[:, :, -1:]
        if window is not None:
            seen = (counts[:, :, -1].astype(np.float32) - scan.dark_counts) / scan.air_counts
            pixels = window.applied(np.asarray(seen, dtype=np.float32))[:, :, None]
        unit = PixelUnit.DISPLAY if display else PixelUnit.COUNTS
        image = XrayImage(sha256="", scan_format="simulated", pixels=pixels, unit=unit)
        pictures.append(transmission_like(image))
    return pictures[0], pictures[1]


def seen_objects(
    scan: SimulatedScan, strip: Strip, twin: Strip, labels: Sequence[str]
) -> list[tuple[str, Box]]:
    """Objects of those classes that the strip shows, in its pixels."""
    change = np.abs(
        encode_finely(strip.transmission)[:, :, :2].astype(np.float32)
        - encode_finely(twin.transmission)[:, :, :2]
    ).max(axis=2)
    found = []
    height, width = strip.transmission.shape
    for item in scan.objects:
        box = strip.from_scan(item.box)
        if item.label not in labels or box.x2 <= 0 or box.x1 >= width:
            continue
        x1, x2 = max(0.0, box.x1), min(float(width), box.x2)
        y1, y2 = max(0.0, box.y1), min(float(height), box.y2)
        if x2 - x1 < 3 or y2 - y1 < 3:
            continue
        if change[int(y1) : int(y2) + 1, int(x1) : int(x2) + 1].mean() >= LEAST_LEVELS:
            found.append((item.label, Box(x1=x1, y1=y1, x2=x2, y2=y2)))
    return found


def tiles(scan: SimulatedScan, labels: Sequence[str], rng: np.random.Generator) -> Iterator[Tile]:
    """Tiles over every container, with the outline jittered as a detector would."""
    full, clean = views(scan, rng, display=rng.random() < DISPLAY_SHARE)
    for outline in scan.containers:
        jitter = rng.normal(0, 0.012, 4) * outline.height_px
        box = Box(
            x1=outline.x1 + jitter[0],
            y1=outline.y1 + jitter[1],
            x2=outline.x2 + jitter[2],
            y2=outline.y2 + jitter[3],
        )
        strip, twin = cut(full, box), cut(clean, box)
        objects = seen_objects(scan, strip, twin, labels)
        pixels = encode_finely(strip.transmission)
        width = pixels.shape[1]
        if width < TILE_PX:
            left = int(rng.integers(0, TILE_PX - width + 1))
            air = np.full((STRIP_PX, TILE_PX, 3), (0, 255, 128), dtype=np.uint8)
            air[:, left : left + width] = pixels
            moved = tuple((n, _within(b, -left)) for n, b in objects)
            yield Tile(pixels=air, objects=tuple((n, b) for n, b in moved if b is not None))
            continue
        count = -(-width // TILE_PX)
        free = width - TILE_PX
        for number in range(count):
            at = free * (number + rng.random()) / count
            left = int(at)
            kept = tuple(
                (name, part)
                for name, whole in objects
                if (part := _within(whole, left)) is not None
            )
            yield Tile(pixels=pixels[:, left : left + TILE_PX], objects=kept)


def _within(box: Box, left: int) -> Box | None:
    """The part of the box that a tile shows, None if less than a share of it."""
    x1, x2 = max(0.0, box.x1 - left), min(float(TILE_PX), box.x2 - left)
    if x2 - x1 < max(2.0, LEAST_VISIBLE_SHARE * box.width_px):
        return None
    return Box(x1=x1, y1=box.y1, x2=x2, y2=box.y2)


def build_folder(recipe: Recipe, *, out: Path, workers: int) -> str:
    """Write `train` and `val` pictures, labels and `data.yaml` below `out`, unless they are there.

    Returns:
        sha256 over the training labels and pictures, in order.
    """
    spec = recipe.generator
    if spec is None:
        raise ValueError(f"{recipe.name}: its recipe has no generator")
    digest = hashlib.sha256()
    for split, scans, seed in (("train", spec.scans, recipe.seed), ("val", 40, recipe.seed + 1)):
        done = out / f"{split}.sha256"
        if not done.exists():
            jobs = plans(recipe.labels, scans=scans, clean_share=spec.clean_share, seed=seed)
            done.write_text(_write(recipe, jobs, out=out / split, workers=workers), "ascii")
        if split == "train":
            digest.update(done.read_bytes())
    (out / "data.yaml").write_text(
        yaml.safe_dump(
            {
                "path": str(out.resolve()),
                "train": "train/images",
                "val": "val/images",
                "names": dict(enumerate(recipe.labels)),
            }
        ),
        encoding="utf-8",
    )
    return digest.hexdigest()


def _write(recipe: Recipe, jobs: Sequence[tuple[Plan, int]], *, out: Path, workers: int) -> str:
    for folder in ("images", "labels"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    waiting: list[Tile] = []
    number = 0
    for index, scan in enumerate(simulate_many(jobs, workers=workers)):
        rng = np.random.default_rng((recipe.seed, 2, index))
        waiting += tiles(scan, recipe.labels, rng)
        while len(waiting) >= 2:
            upper, lower = waiting.pop(0), waiting.pop(0)
            lines = [*_lines(upper, recipe.labels, 0), *_lines(lower, recipe.labels, STRIP_PX)]
            text = "".join(lines)
            picture = shrink(np.vstack([upper.pixels, lower.pixels]))
            ok, data = cv2.imencode(".png", picture[:, :, ::-1])
            if not ok:
                raise ValueError("a picture could not be encoded")
            digest.update(text.encode() + data.tobytes())
            (out / "images" / f"{number:06d}.png").write_bytes(data.tobytes())
            (out / "labels" / f"{number:06d}.txt").write_text(text, "ascii")
            number += 1
    return digest.hexdigest()


def _lines(tile: Tile, labels: Sequence[str], down: int) -> Iterator[str]:
    for name, box in tile.objects:
        x, y = box.centre
        values = (x, y + down, box.width_px, box.height_px)
        yield f"{labels.index(name)} " + " ".join(f"{v / TILE_PX:.5f}" for v in values) + "\n"
