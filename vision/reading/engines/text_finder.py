"""Where text stands: PP-OCRv6's small detector out of RapidOCR's wheel, on our own session.

RapidOCR works at one size. We look at a small copy first, which takes a quarter of the time and
finds most of what is large enough to read, and at a large one where that did not do.
"""

from __future__ import annotations

import hashlib
import threading
from importlib import metadata, resources
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import onnxruntime

from vision.errors import ModelUnavailable
from vision.findings import Provenance
from vision.geometry import Quad

FILE = "PP-OCRv6_det_small.onnx"
LONGEST_PX = 1600
# Differentiable binarisation, as PaddleOCR sets it (arXiv 1911.08947, section 3.4).
TEXT_ABOVE = 0.3
BOX_ABOVE = 0.5
GROWN = 1.6
SMALLEST_PX = 3
MOST_BOXES = 400
_STEP = 32


class TextFinder:
    """Opened on first use; safe to share between threads.

    Args:
        threads: ONNX Runtime threads; 0 lets it decide.
    """

    def __init__(self, *, threads: int = 1) -> None:
        self._threads = threads
        self._lock = threading.Lock()
        self._session: Any = None
        self._provenance: Provenance | None = None

    @staticmethod
    def weights() -> bytes:
        """Raises: ModelUnavailable: RapidOCR's wheel does not carry the file."""
        try:
            return (resources.files("rapidocr") / "models" / FILE).read_bytes()
        except (OSError, ModuleNotFoundError) as problem:
            raise ModelUnavailable(f"rapidocr: {FILE}: {problem}") from problem

    @property
    def provenance(self) -> Provenance:
        """Raises: ModelUnavailable: RapidOCR's wheel does not carry the file."""
        if self._provenance is None:
            self._provenance = Provenance(
                model="pp-ocrv6-det-small",
                version=metadata.version("rapidocr"),
                sha256=hashlib.sha256(self.weights()).hexdigest(),
            )
        return self._provenance

    def find(
        self, pixels: npt.NDArray[np.uint8], *, short_px: int, least: float = BOX_ABOVE
    ) -> tuple[Quad, ...]:
        """Lines of text in a picture, (H, W, 3) uint8 RGB.

        Args:
            pixels: the picture.
            short_px: its short side is brought to this, unless the long one passes `LONGEST_PX`.
            least: mean text probability in a box, in [0, 1]; lower ones are left out.

        Raises:
            ModelUnavailable: the weights cannot be opened.
        """
        height, width = pixels.shape[:2]
        scale = min(short_px / min(height, width), LONGEST_PX / max(height, width))
        size = (_multiple(width * scale), _multiple(height * scale))
        small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA if scale < 1 else 1)
        tensor = small[:, :, ::-1].astype(np.float32) / 127.5 - 1
        text = self._open().run(None, {"x": tensor.transpose(2, 0, 1)[None]})[0][0, 0]
        return boxes(text, width_px=width, height_px=height, least=least)

    def _open(self) -> Any:
        with self._lock:
            if self._session is None:
                options = onnxruntime.SessionOptions()
                options.intra_op_num_threads = self._threads
                options.log_severity_level = 3
                try:
                    self._session = onnxruntime.InferenceSession(
                        self.weights(), options, providers=["CPUExecutionProvider"]
                    )
                except RuntimeError as problem:
                    raise ModelUnavailable(f"rapidocr: {FILE}: {problem}") from problem
            return self._session


def boxes(
    text: npt.NDArray[np.float32], *, width_px: int, height_px: int, least: float
) -> tuple[Quad, ...]:
    """Quadrilaterals around what is text, in pixels of a picture of the given size.

    Args:
        text: (h, w) probability of text in [0, 1], of the picture at another size.
        width_px: of the picture.
        height_px: of the picture.
        least: see `TextFinder.find`.
    """
    mask = cv2.dilate((text > TEXT_ABOVE).astype(np.uint8), np.ones((2, 2), np.uint8))
    contours, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    scale = np.array([width_px / text.shape[1], height_px / text.shape[0]])
    found = []
    for contour in contours[:MOST_BOXES]:
        centre, (w, h), angle = cv2.minAreaRect(contour)
        if min(w, h) < SMALLEST_PX:
            continue
        inside = np.asarray(cv2.boxPoints((centre, (w, h), angle)), np.float32)
        if _mean_inside(text, inside) < least:
            continue
        grown = 2 * GROWN * w * h / (2 * (w + h))
        corners = cv2.boxPoints((centre, (w + grown, h + grown), angle)) * scale
        corners = np.clip(_ordered(corners), 0, [width_px - 1, height_px - 1])
        a, b, c, d = ((float(x), float(y)) for x, y in corners)
        found.append(Quad(corners=(a, b, c, d)))
    return tuple(found)


def _multiple(length_px: float) -> int:
    return max(_STEP, round(length_px / _STEP) * _STEP)


def _mean_inside(text: npt.NDArray[np.float32], corners: npt.NDArray[np.float32]) -> float:
    low = np.clip(np.floor(corners.min(axis=0)).astype(int), 0, None)
    high = np.ceil(corners.max(axis=0)).astype(int) + 1
    part = text[low[1] : high[1], low[0] : high[0]]
    mask = np.zeros(part.shape, np.uint8)
    cv2.fillPoly(mask, [(corners - low).astype(np.int32)], 1)
    return float(cv2.mean(part, mask)[0])


def _ordered(corners: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Clockwise from the upper left: the two on the left first, each pair by height."""
    by_x = corners[np.argsort(corners[:, 0], kind="stable")]
    left = by_x[:2][np.argsort(by_x[:2, 1], kind="stable")]
    right = by_x[2:][np.argsort(by_x[2:, 1], kind="stable")]
    return np.array([left[0], right[0], right[1], left[1]])
