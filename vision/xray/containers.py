"""Container outlines in a side view: a YOLO network by ONNX Runtime, decoded here."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from vision.geometry import Box
from vision.models.shelf import Shelf

MODEL = "container-finder"
NMS_IOU = 0.5


def detect(
    view: npt.NDArray[np.float32], *, shelf: Shelf, threshold: float | None = None
) -> list[tuple[Box, float]]:
    """Boxes with scores, best first.

    Args:
        view: (H, W) in [0, 1], air bright.
        shelf: holds `container-finder`.
        threshold: lowest score; None for the manifest's.
    """
    manifest = shelf.manifest(MODEL)
    size = manifest.input
    if size is None or size.width_px is None:
        raise ValueError(f"{MODEL}: its manifest has no input size")
    lowest = manifest.thresholds["container"].value if threshold is None else threshold
    height, width = view.shape
    grey = np.rint(view * 255).astype(np.uint8)
    small = cv2.resize(grey, (size.width_px, size.height_px), interpolation=cv2.INTER_AREA)
    tensor = np.asarray(np.repeat(small[None, None] / 255, 3, axis=1), dtype=np.float32)
    # (1, 4 + classes, candidates): centre x, centre y, width, height, then class scores.
    rows = shelf.run(MODEL, tensor)[0].T
    rows = rows[rows[:, 4] >= lowest]
    if not rows.size:
        return []
    scale = np.array([width / size.width_px, height / size.height_px] * 2)
    centre, extent, scores = rows[:, :2], rows[:, 2:4], rows[:, 4]
    corners = np.hstack([centre - extent / 2, centre + extent / 2]) * scale
    corners = np.clip(corners, 0, [width, height, width, height])
    order = _non_maximum_suppression(corners, scores)
    return [(_box(corners[i]), float(scores[i])) for i in order if _has_area(corners[i])]


def _non_maximum_suppression(
    corners: npt.NDArray[np.float64], scores: npt.NDArray[np.float32]
) -> list[int]:
    kept: list[int] = []
    for candidate in np.argsort(-scores, kind="stable"):
        if not _has_area(corners[candidate]):
            continue
        box = _box(corners[candidate])
        if all(box.iou(_box(corners[other])) < NMS_IOU for other in kept):
            kept.append(int(candidate))
    return kept


def _has_area(corner: npt.NDArray[np.float64]) -> bool:
    return bool(corner[2] > corner[0] and corner[3] > corner[1])


def _box(corner: npt.NDArray[np.float64]) -> Box:
    x1, y1, x2, y2 = (float(v) for v in corner)
    return Box(x1=x1, y1=y1, x2=x2, y2=y2)
