"""RapidOCR: PaddleOCR's networks by ONNX Runtime; its wheel carries the weights (Apache-2.0)."""

from __future__ import annotations

import hashlib
import threading
from importlib import metadata, resources
from typing import Any

import numpy as np
import numpy.typing as npt

from vision.errors import ModelUnavailable
from vision.findings import Provenance
from vision.geometry import Quad
from vision.reading.engines import TextLine

LOWEST_SCORE = 0.3


class RapidOcrEngine:
    """Opened on first use. Its pre- and postprocessing keeps state, hence the lock.

    Args:
        threads: ONNX Runtime threads; 0 lets it decide.
    """

    def __init__(self, *, threads: int = 1) -> None:
        self._threads = threads
        self._lock = threading.Lock()
        self._engine: Any = None
        self._provenance: Provenance | None = None

    @property
    def provenance(self) -> Provenance:
        """`sha256` is over the wheel's weight files, in the order of their names."""
        if self._provenance is None:
            digest = hashlib.sha256()
            folder = resources.files("rapidocr") / "models"
            for file in sorted(folder.iterdir(), key=lambda f: f.name):
                if file.name.endswith(".onnx"):
                    digest.update(file.read_bytes())
            self._provenance = Provenance(
                model="rapidocr", version=metadata.version("rapidocr"), sha256=digest.hexdigest()
            )
        return self._provenance

    def read(self, pixels: npt.NDArray[np.uint8]) -> tuple[TextLine, ...]:
        result = self._run(pixels, find=True, read=True)
        if result.txts is None or result.boxes is None:
            return ()
        return tuple(
            TextLine(text=str(text), score=float(score), quad=_quad(box))
            for text, score, box in zip(result.txts, result.scores, result.boxes, strict=True)
        )

    def find(self, pixels: npt.NDArray[np.uint8]) -> tuple[Quad, ...]:
        """Where text stands in a picture, (H, W, 3) uint8 RGB, without reading it."""
        boxes = self._run(pixels, find=True, read=False).boxes
        return () if boxes is None else tuple(_quad(box) for box in boxes)

    def read_line(self, crop: npt.NDArray[np.uint8]) -> tuple[str, float]:
        result = self._run(crop, find=False, read=True)
        if not result.txts:
            return "", 0.0
        return str(result.txts[0]), float(result.scores[0])

    def _run(self, pixels: npt.NDArray[np.uint8], *, find: bool, read: bool) -> Any:
        # What one call asks for stays in force for the next, so every call says everything.
        with self._lock:
            return self._open()(
                np.ascontiguousarray(pixels[:, :, ::-1]),
                use_det=find,
                use_cls=find and read,
                use_rec=read,
            )

    def _open(self) -> Any:
        if self._engine is None:
            try:
                from rapidocr import RapidOCR  # noqa: PLC0415 - 0.3 s that a start-up can do without

                self._engine = RapidOCR(
                    params={
                        "Global.log_level": "critical",
                        "Global.text_score": LOWEST_SCORE,
                        "EngineConfig.onnxruntime.intra_op_num_threads": self._threads or -1,
                    }
                )
            except Exception as problem:
                raise ModelUnavailable(f"rapidocr: {problem}") from problem
        return self._engine


def _quad(box: npt.NDArray[np.float32]) -> Quad:
    a, b, c, d = ((float(x), float(y)) for x, y in box)
    return Quad(corners=(a, b, c, d))
