"""Container outlines in a side view: a YOLO network by ONNX Runtime, decoded here."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from vision.geometry import Box
from vision.models.shelf import Shelf
from vision.xray.framing import Frame, vehicle_frame

MODEL = "container-finder"
NMS_IOU, WITHIN = 0.5, 0.7
# Shares of the picture, as in the pictures of training.
MOST_SIDE_AIR, MOST_AIR_ABOVE = 0.3, 0.15
# What is below is noise even where every score is asked for.
LOWEST_SCORE = 0.001


def detect(
    view: npt.NDArray[np.float32], *, shelf: Shelf, threshold: float | None = None
) -> list[tuple[Box, float]]:
    """Boxes with scores, best first.

    Where much of the picture is no vehicle, the network sees the vehicle's frame; and if it finds
    nothing there, the whole picture; elsewhere the other way round.

    Args:
        view: (H, W) in [0, 1], air bright.
        shelf: holds `container-finder`.
        threshold: lowest score; None for the manifest's.
    """
    manifest = shelf.manifest(MODEL)
    if manifest.input is None or manifest.input.width_px is None:
        raise ValueError(f"{MODEL}: its manifest has no input size")
    size = (manifest.input.width_px, manifest.input.height_px)
    usual = manifest.thresholds["container"].value
    vehicle = vehicle_frame(view)
    whole = Frame(x1=0, y1=0, x2=view.shape[1], y2=view.shape[0])
    frames = (vehicle, whole) if _worth_cutting(vehicle, whole) else (whole, vehicle)
    found: list[tuple[Box, float]] = []
    for frame in frames:
        found = [
            (_moved(box, frame), score)
            for box, score in _in_frame(frame.of(view), size=size, shelf=shelf)
        ]
        if any(score >= usual for _, score in found):
            break
    lowest = usual if threshold is None else threshold
    return [(box, score) for box, score in found if score >= lowest]


def _worth_cutting(vehicle: Frame, whole: Frame) -> bool:
    """Whether the vehicle fills less of the picture than in the pictures of training."""
    narrow = vehicle.x2 - vehicle.x1 < (1 - MOST_SIDE_AIR) * whole.x2
    return narrow or vehicle.y1 > MOST_AIR_ABOVE * whole.y2


def _in_frame(
    view: npt.NDArray[np.float32], *, size: tuple[int, int], shelf: Shelf
) -> list[tuple[Box, float]]:
    height, width = view.shape
    small = cv2.resize(view, size, interpolation=cv2.INTER_AREA)
    grey = np.rint(small * 255).astype(np.uint8)
    tensor = np.asarray(np.repeat(grey[None, None] / 255, 3, axis=1), dtype=np.float32)
    # (1, 4 + classes, candidates): centre x, centre y, width, height, then class scores.
    rows = shelf.run(MODEL, tensor)[0].T
    rows = rows[rows[:, 4] >= LOWEST_SCORE]
    if not rows.size:
        return []
    scale = np.array([width / size[0], height / size[1]] * 2)
    centre, extent, scores = rows[:, :2], rows[:, 2:4], rows[:, 4]
    corners = np.hstack([centre - extent / 2, centre + extent / 2]) * scale
    corners = np.clip(corners, 0, [width, height, width, height])
    order = _non_maximum_suppression(corners, scores)
    return [(_box(corners[i]), float(scores[i])) for i in order if _has_area(corners[i])]


def _moved(box: Box, frame: Frame) -> Box:
    return Box(
        x1=box.x1 + frame.x1, y1=box.y1 + frame.y1, x2=box.x2 + frame.x1, y2=box.y2 + frame.y1
    )


def _non_maximum_suppression(
    corners: npt.NDArray[np.float64], scores: npt.NDArray[np.float32]
) -> list[int]:
    kept: list[int] = []
    for candidate in np.argsort(-scores, kind="stable"):
        if not _has_area(corners[candidate]):
            continue
        box = _box(corners[candidate])
        if not any(_same_place(box, _box(corners[other])) for other in kept):
            kept.append(int(candidate))
    return kept


def _same_place(box: Box, other: Box) -> bool:
    """Containers do not overlap, and none lies within another."""
    common = box.intersection_px(other)
    return box.iou(other) >= NMS_IOU or common >= WITHIN * min(box.area_px, other.area_px)


def _has_area(corner: npt.NDArray[np.float64]) -> bool:
    return bool(corner[2] > corner[0] and corner[3] > corner[1])


def _box(corner: npt.NDArray[np.float64]) -> Box:
    x1, y1, x2, y2 = (float(v) for v in corner)
    return Box(x1=x1, y1=y1, x2=x2, y2=y2)
