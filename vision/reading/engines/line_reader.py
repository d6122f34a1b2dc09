"""Our own reader: PP-OCRv6's detector, and `line-reader` on ONNX Runtime; posteriors are kept."""

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
from vision.reading.engines.text_finder import BOX_ABOVE, TextFinder
from vision.reading.line import HEIGHT_PX, cut_line, fit_height

MODEL = "line-reader"
SHORT_PX = 896
MAX_BATCH = 8
MAX_WIDTH_PX = 1920
LOWEST_SCORE = 0.05
_STEP_PX = 8


class LineReaderEngine:
    """Safe to share between threads.

    Args:
        shelf: holds `line-reader`.
        threads: ONNX Runtime threads of the detector.
    """

    def __init__(self, shelf: Shelf, *, threads: int = 1) -> None:
        self._shelf = shelf
        self._finder = TextFinder(threads=threads)

    @property
    def provenance(self) -> Provenance:
        return self._shelf.provenance(MODEL, label="line")

    @property
    def parts(self) -> tuple[Provenance, ...]:
        return (self._finder.provenance, self.provenance)

    def read(self, pixels: npt.NDArray[np.uint8]) -> tuple[TextLine, ...]:
        return self.read_at(pixels, short_px=SHORT_PX)

    def read_at(
        self, pixels: npt.NDArray[np.uint8], *, short_px: int, least: float = BOX_ABOVE
    ) -> tuple[TextLine, ...]:
        self._shelf.open(MODEL)
        quads = self._finder.find(pixels, short_px=short_px, least=least)
        grey = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
        posteriors = self.posteriors([cut_line(grey[:, :, None], quad) for quad in quads])
        lines = (_line(quad, steps) for quad, steps in zip(quads, posteriors, strict=True))
        return tuple(line for line in lines if line.text and line.score >= LOWEST_SCORE)

    def read_line(self, crop: npt.NDArray[np.uint8]) -> tuple[str, float]:
        grey = np.asarray(cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
        return greedy(self.posteriors([grey])[0])

    def posteriors(self, crops: Sequence[npt.NDArray[np.uint8]]) -> list[Posteriors]:
        """Per step and class, (T, 37), of each grey crop, (H, W), upright or turned column."""
        fitted = [fit_height(crop)[:, :MAX_WIDTH_PX] for crop in crops]
        order = sorted(range(len(fitted)), key=lambda index: fitted[index].shape[1])
        found: dict[int, Posteriors] = {}
        for start in range(0, len(order), MAX_BATCH):
            part = order[start : start + MAX_BATCH]
            width = -(-max(fitted[index].shape[1] for index in part) // _STEP_PX) * _STEP_PX
            width = max(width, HEIGHT_PX)
            tensor = np.empty((len(part), 1, HEIGHT_PX, width), np.float32)
            for row, index in enumerate(part):
                line = fitted[index].astype(np.float32) / 127.5 - 1
                tensor[row, 0, :, : line.shape[1]] = line
                tensor[row, 0, :, line.shape[1] :] = line[:, -1:]
            for index, steps in zip(part, self._shelf.run(MODEL, tensor), strict=True):
                # What lies beyond the crop's own width is padding.
                own = max(1, -(-steps.shape[0] * fitted[index].shape[1] // width))
                found[index] = steps[:own]
        return [found[index] for index in range(len(fitted))]


def greedy(steps: Posteriors) -> tuple[str, float]:
    """The most probable class at each step, collapsed, and its weakest character's posterior."""
    found = ctc.spans(steps)
    scores = [float(steps[a:b, ctc.CHARACTERS.index(char) + 1].max()) for char, a, b in found]
    return "".join(char for char, _, _ in found), min(scores, default=0.0)


def _line(quad: Quad, steps: Posteriors) -> TextLine:
    text, score = greedy(steps)
    return TextLine(text=text, score=score, quad=quad, posteriors=steps)
