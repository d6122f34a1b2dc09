"""Line crops in shards on disk: generated ones, and ones cut from labelled photographs.

A shard is one `.npz` with crops of the recogniser's height side by side, so that a hundred thousand
of them read in seconds.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from vision.formats import read_scan
from vision.geometry import Box, Quad
from vision.grammar.iso6346 import CHECK_POSITION
from vision.grammar.plate import normalise_plate
from vision.reading.engines import OcrEngine
from vision.reading.line import cut_line, fit_height
from vision.scan import Photo, RawScan, ScanKind
from vision.synthesis.markings import draw_marking

Grey = npt.NDArray[np.uint8]
SHARD = 4000
MAX_WIDTH_PX = 640
UNREADABLE = frozenset({"no", "partial", "hard"})
MIN_PART = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class LineCrop:
    """`pixels` is (height, W) uint8 grey; `group` names the container or plate that it shows."""

    pixels: Grey
    text: str
    group: str


def write_shard(path: Path, crops: Sequence[LineCrop]) -> None:
    """One file; appears whole or not at all."""
    partial = path.with_suffix(".partial.npz")
    np.savez(
        partial,
        pixels=np.hstack([crop.pixels for crop in crops]),
        widths=np.array([crop.pixels.shape[1] for crop in crops], np.int32),
        texts=np.array([crop.text for crop in crops]),
        groups=np.array([crop.group for crop in crops]),
    )
    partial.replace(path)


def read_shard(path: Path) -> list[LineCrop]:
    """The crops of one file, in order."""
    with np.load(path) as stored:
        edges = np.concatenate([[0], np.cumsum(stored["widths"])])
        pixels, texts, groups = stored["pixels"], stored["texts"], stored["groups"]
        return [
            LineCrop(pixels=pixels[:, a:b], text=str(text), group=str(group))
            for a, b, text, group in zip(edges, edges[1:], texts, groups, strict=False)
        ]


def generate_shards(out: Path, *, count: int, seed: int, fonts: Sequence[Path]) -> Iterator[int]:
    """Generated crops; shards that are there already are kept. Yields how many there are."""
    out.mkdir(parents=True, exist_ok=True)
    for number in range(-(-count // SHARD)):
        path = out / f"generated-{seed}-{number:04d}.npz"
        if not path.exists():
            rng = np.random.default_rng([seed, number])
            write_shard(path, list(_generated(rng, fonts)))
        yield (number + 1) * SHARD


def _generated(rng: np.random.Generator, fonts: Sequence[Path]) -> Iterator[LineCrop]:
    made = 0
    while made < SHARD:
        marking = draw_marking(rng, fonts=fonts)
        pixels = fit_height(marking.pixels)
        if pixels.shape[1] <= MAX_WIDTH_PX:
            made += 1
            yield LineCrop(pixels=pixels, text=marking.text, group="generated")


def photographed_crops(
    folder: Path, *, split: str, engine: OcrEngine, jitters: int, rng: np.random.Generator
) -> Iterator[LineCrop]:
    """Crops of readable rows of `folder/labels.csv`: around the labelled box, and around each
    line that the engine found and that is, but for one character, a part of the label.
    """
    with (folder / "labels.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["split"] == split]
    for name in sorted({row["file"] for row in rows}):
        own = [r for r in rows if r["file"] == name and r["readable"] not in UNREADABLE]
        raw = RawScan(name=name, data=(folder / name).read_bytes(), kind=ScanKind.PHOTO)
        photo = read_scan(raw)
        if not own or not isinstance(photo, Photo):
            continue
        for row in own:
            text = normalise_plate(row["text"])
            if row["orientation"] != "multiline":
                yield from _around(photo, _box_quad(row), text, jitters=jitters, rng=rng)
        labels = [normalise_plate(row["text"]) for row in own]
        for line in engine.read(photo.pixels):
            part = _part_of(normalise_plate(line.text), labels)
            if part is not None:
                yield from _around(photo, line.quad, part[0], group=part[1], jitters=2, rng=rng)


def _around(
    photo: Photo,
    quad: Quad,
    text: str,
    *,
    jitters: int,
    rng: np.random.Generator,
    group: str | None = None,
) -> Iterator[LineCrop]:
    box = quad.bounds()
    short = min(box.width_px, box.height_px)
    for number in range(jitters):
        shift = rng.normal(0, 0.05, (4, 2)) * short if number else np.zeros((4, 2))
        corners = np.array(quad.corners) + shift
        a, b, c, d = ((float(x), float(y)) for x, y in corners)
        cut = cut_line(photo.pixels, Quad(corners=(a, b, c, d)))
        pixels = fit_height(np.asarray(cv2.cvtColor(cut, cv2.COLOR_RGB2GRAY), dtype=np.uint8))
        if 8 <= pixels.shape[1] <= MAX_WIDTH_PX:
            yield LineCrop(pixels=pixels, text=text, group=group or text)


def _box_quad(row: dict[str, str]) -> Quad:
    x1, y1, x2, y2 = (float(row[key]) for key in ("x1", "y1", "x2", "y2"))
    box = Box(x1=x1, y1=y1, x2=x2, y2=y2)
    return Quad(corners=((box.x1, box.y1), (box.x2, box.y1), (box.x2, box.y2), (box.x1, box.y2)))


def _part_of(text: str, labels: Sequence[str]) -> tuple[str, str] | None:
    """(the part of a label that the text is but for one character, that label)."""
    best: tuple[int, str, str] | None = None
    for label in labels:
        for start in range(len(label) - len(text) + 1) if len(text) >= MIN_PART else ():
            part = label[start : start + len(text)]
            if start + len(text) == CHECK_POSITION and len(label) == CHECK_POSITION + 1:
                # The boxed digit may be in the crop, and the engine only did not read it.
                continue
            wrong = sum(a != b for a, b in zip(text, part, strict=True))
            if wrong <= (1 if len(text) > MIN_PART else 0) and (best is None or wrong < best[0]):
                best = (wrong, part, label)
    return best[1:] if best else None
