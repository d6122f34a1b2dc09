"""Objects hidden in a container: a network over overlapping pieces of its strip, merged again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vision.findings import Zone
from vision.geometry import Box
from vision.models.manifest import Manifest
from vision.models.shelf import Shelf
from vision.scan import PixelUnit
from vision.xray.doors import End
from vision.xray.strip import CODE_PX, CODE_SCALE, OPAQUE, Strip, cut, encode

MODEL = "xray-objects"
# Longer strips are cut into pieces that overlap by more than the longest object.
PIECE_PX, OVERLAP_PX = 576, 192
STRIDE_PX = 32
BATCH = 4
SAME_IOU = 0.5
# A box that lies within a better one of its class is a part of it: what a seam cut off.
PART_SHARE = 0.8
AIR_CODE = (0, 255, 128)
# What walls alone do not darken, in mean free paths; and shares of the outline that they take.
LOAD_DEPTH = 0.5
ENDS, ROOF, FLOOR = 0.04, 0.08, 0.2
# The last metre and a half before the doors, in heights of a container as it is seen.
DOOR_HEIGHTS = 0.5
# Thresholds for grey levels that a scanner windowed for eyes have names of their own.
DISPLAY_SUFFIX = "_display"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Something of a class, in the scan's pixels."""

    label: str
    score: float
    box: Box


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What a look into one container gave: candidates, best first, and how much was visible."""

    candidates: tuple[Candidate, ...]
    visible_share: float


def threshold_names(manifest: Manifest, unit: PixelUnit) -> dict[str, str]:
    """Name of the threshold that holds for each class in such a scan; a class without abstains."""
    suffix = DISPLAY_SUFFIX if unit is PixelUnit.DISPLAY else ""
    return {
        label: label + suffix for label in manifest.labels if label + suffix in manifest.thresholds
    }


def look(
    view: npt.NDArray[np.float32],
    containers: Sequence[Box],
    *,
    shelf: Shelf,
    lowest: float,
) -> list[Looked]:
    """Look into each container.

    Args:
        view: (H, W) in [0, 1], air bright.
        containers: their outlines in the view.
        shelf: holds `xray-objects`.
        lowest: candidates below this score are dropped.

    Raises:
        ModelUnavailable: the model is missing or tampered with.
    """
    strips = [cut(view, outline) for outline in containers]
    codes = [encode(strip.transmission) for strip in strips]
    found = look_at(codes, strips, shelf=shelf, lowest=lowest)
    return [
        Looked(
            candidates=tuple(candidates),
            visible_share=visible_share(strip, outline),
        )
        for candidates, strip, outline in zip(found, strips, containers, strict=True)
    ]


def look_at(
    codes: Sequence[npt.NDArray[np.uint8]],
    strips: Sequence[Strip],
    *,
    shelf: Shelf,
    lowest: float,
) -> list[list[Candidate]]:
    """Candidates of each strip, best first, from its code (CODE_PX, W, 3).

    Raises:
        ModelUnavailable: the model is missing or tampered with.
    """
    labels = shelf.manifest(MODEL).labels
    pieces = [
        (number, left, piece) for number, code in enumerate(codes) for left, piece in _pieces(code)
    ]
    found: list[list[Candidate]] = [[] for _ in strips]
    for begin in range(0, len(pieces), BATCH):
        batch = pieces[begin : begin + BATCH]
        rows = shelf.run(MODEL, _tensor([code for _, _, code in batch]))
        for (number, left, _), out in zip(batch, rows, strict=True):
            found[number] += _decode(out.T, strips[number], left, labels, lowest)
    return [_merged(candidates) for candidates in found]


def zone_of(box: Box, container: Box, doors: End | None) -> Zone:
    """Where in its container something lies; `doors` None: which end has them is not known."""
    x, _ = box.centre
    reach = DOOR_HEIGHTS * container.height_px
    if not container.x1 <= x <= container.x2:
        return Zone.OUTSIDE
    at_end = {End.LEFT: x - container.x1 < reach, End.RIGHT: container.x2 - x < reach}
    if doors is None:
        return Zone.CANNOT_TELL if any(at_end.values()) else Zone.CARGO
    return Zone.DOOR if at_end[doors] else Zone.CARGO


def visible_share(strip: Strip, outline: Box) -> float:
    """Share of the load's area that is thin enough to be looked through; 1 for no load."""
    frame = strip.from_scan(outline)
    x1, x2 = frame.x1 + ENDS * frame.width_px, frame.x2 - ENDS * frame.width_px
    y1, y2 = frame.y1 + ROOF * frame.height_px, frame.y2 - FLOOR * frame.height_px
    inside = strip.transmission[int(y1) : int(y2) + 1, int(x1) : int(x2) + 1]
    load = inside < np.exp(-LOAD_DEPTH)
    total = int(load.sum())
    return 1.0 if not total else float((inside[load] > 2 * OPAQUE).sum() / total)


def _pieces(code: npt.NDArray[np.uint8]) -> list[tuple[int, npt.NDArray[np.uint8]]]:
    """(left edge, piece) of a strip of any width."""
    width = code.shape[1]
    if width <= PIECE_PX:
        return [(0, code)]
    count = -(-(width - OVERLAP_PX) // (PIECE_PX - OVERLAP_PX))
    lefts = [round(n * (width - PIECE_PX) / (count - 1)) for n in range(count)]
    return [(left, code[:, left : left + PIECE_PX]) for left in lefts]


def _tensor(codes: Sequence[npt.NDArray[np.uint8]]) -> npt.NDArray[np.float32]:
    """(N, 3, CODE_PX, W) in [0, 1]; narrower pieces are filled up with air."""
    width = -(-max(code.shape[1] for code in codes) // STRIDE_PX) * STRIDE_PX
    batch = np.empty((len(codes), CODE_PX, width, 3), dtype=np.uint8)
    batch[:] = AIR_CODE
    for number, code in enumerate(codes):
        batch[number, :, : code.shape[1]] = code
    planes = np.ascontiguousarray(batch.transpose(0, 3, 1, 2))
    return planes.astype(np.float32) * np.float32(1 / 255)


def _decode(
    rows: npt.NDArray[np.float32],
    strip: Strip,
    left: int,
    labels: Sequence[str],
    lowest: float,
) -> list[Candidate]:
    """Candidates of one piece; rows are centre x, centre y, width, height, then class scores."""
    scores = rows[:, 4:]
    best = scores.argmax(axis=1)
    top = scores[np.arange(len(rows)), best]
    found = []
    for index in np.flatnonzero(top >= lowest):
        x, y, w, h = (float(v) / CODE_SCALE for v in rows[index, :4])
        if w < 1 or h < 1:
            continue
        x += left / CODE_SCALE
        box = Box(x1=x - w / 2, y1=y - h / 2, x2=x + w / 2, y2=y + h / 2)
        label = labels[int(best[index])]
        found.append(Candidate(label=label, score=float(top[index]), box=strip.to_scan(box)))
    return found


def _merged(candidates: Sequence[Candidate]) -> list[Candidate]:
    """One candidate for each object, best first."""
    kept: list[Candidate] = []
    for candidate in sorted(candidates, key=lambda c: -c.score):
        if not any(_same(candidate, other) for other in kept):
            kept.append(candidate)
    return kept


def _same(candidate: Candidate, better: Candidate) -> bool:
    if candidate.label != better.label:
        return False
    common = candidate.box.intersection_px(better.box)
    smaller = min(candidate.box.area_px, better.box.area_px)
    return candidate.box.iou(better.box) >= SAME_IOU or common >= PART_SHARE * smaller
