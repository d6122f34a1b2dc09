"""Our own reader: lines found by RapidOCR's detector, read by `line-reader` on ONNX Runtime."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from vision.findings import Provenance
from vision.geometry import Quad
from vision.models.shelf import Shelf
from vision.reading import ctc
from vision.reading.ctc import Posteriors
from vision.reading.engines import TextLine
from vision.reading.engines.rapidocr import RapidOcrEngine
from vision.reading.line import HEIGHT_PX, cut_line, fit_height

MODEL = "line-reader"
MAX_BATCH = 16
MAX_WIDTH_PX = 1280
LOWEST_SCORE = 0.05


class LineReaderEngine:
    """Safe to share between threads; posteriors are kept with each line.

    Args:
        shelf: holds `line-reader`.
        threads: ONNX Runtime threads of the detector.
    """

    def __init__(self, shelf: Shelf, *, threads: int = 1) -> None:
        self._shelf = shelf
        self._detector = RapidOcrEngine(threads=threads)

    @property
    def provenance(self) -> Provenance:
        return self._shelf.provenance(MODEL, label="line")

    def read(self, pixels: npt.NDArray[np.uint8]) -> tuple[TextLine, ...]:
        quads = self._detector.find(pixels)
        grey = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
        posteriors = self.posteriors([cut_line(grey[:, :, None], quad) for quad in quads])
        lines = (_line(quad, steps) for quad, steps in zip(quads, posteriors, strict=True))
        return tuple(line for line in lines if line.text and line.score >= LOWEST_SCORE)

    def read_line(self, crop: npt.NDArray[np.uint8]) -> tuple[str, float]:
        grey = np.asarray(cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
        steps = self.posteriors([grey])[0]
        return greedy(steps)

    def posteriors(self, crops: Sequence[npt.NDArray[np.uint8]]) -> list[Posteriors]:
        """Per step and class, (T, 37), of each grey crop, (H, W), upright or turned column."""
        fitted = [fit_height(crop)[:, :MAX_WIDTH_PX] for crop in crops]
        order = sorted(range(len(fitted)), key=lambda index: fitted[index].shape[1])
        found: dict[int, Posteriors] = {}
        for start in range(0, len(order), MAX_BATCH):
            part = order[start : start + MAX_BATCH]
            width = max(fitted[index].shape[1] for index in part)
            tensor = np.empty((len(part), 1, HEIGHT_PX, width), np.float32)
            for row, index in enumerate(part):
                line = fitted[index].astype(np.float32) / 127.5 - 1
                tensor[row, 0, :, : line.shape[1]] = line
                tensor[row, 0, :, line.shape[1] :] = line[:, -1:]
            for index, steps in zip(part, self._shelf.run(MODEL, tensor), strict=True):
                # What lies beyond the crop's own width is padding.
                own = max(1, round(steps.shape[0] * fitted[index].shape[1] / width))
                found[index] = steps[:own]
        return [found[index] for index in range(len(fitted))]


def greedy(steps: Posteriors) -> tuple[str, float]:
    """The most probable class at each step, collapsed, and its weakest character's posterior."""
    best = steps.argmax(axis=1)
    starts = np.flatnonzero(np.diff(best, prepend=-1))
    ends = np.append(starts[1:], best.size)
    text, weakest = "", 1.0
    for start, end in zip(starts, ends, strict=True):
        if best[start] == ctc.BLANK:
            continue
        text += ctc.CHARACTERS[best[start] - 1]
        weakest = min(weakest, float(steps[start:end, best[start]].max()))
    return text, weakest if text else 0.0


def _line(quad: Quad, steps: Posteriors) -> TextLine:
    text, score = greedy(steps)
    return TextLine(text=text, score=score, quad=quad, posteriors=steps)
