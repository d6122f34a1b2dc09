"""Text recognition engines behind one protocol; the rest of `vision.reading` knows only it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from vision.findings import Provenance
from vision.geometry import Quad
from vision.reading.ctc import Posteriors


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLine:
    """A piece of text where it stands in the picture; `score` is in [0, 1].

    `posteriors` are those of each step (see `vision.reading.ctc`), None from an engine that
    keeps them to itself.
    """

    text: str
    score: float
    quad: Quad
    posteriors: Posteriors | None = None


class OcrEngine(Protocol):
    """Finds and reads text. One instance serves several threads."""

    @property
    def provenance(self) -> Provenance:
        """Which engine and weights; the threshold is left to the reader that uses it."""
        ...

    def read(self, pixels: npt.NDArray[np.uint8]) -> tuple[TextLine, ...]:
        """All text of a picture, (H, W, 3) uint8 RGB, in no particular order.

        Raises:
            ModelUnavailable: the weights cannot be opened.
        """
        ...

    def read_line(self, crop: npt.NDArray[np.uint8]) -> tuple[str, float]:
        """Text and score of a crop, (H, W, 3) uint8 RGB, that holds one line and no more."""
        ...


@runtime_checkable
class LineEngine(OcrEngine, Protocol):
    """An engine that looks as closely as it is told to, and keeps the posteriors of each step."""

    @property
    def parts(self) -> tuple[Provenance, ...]:
        """Every model that it runs. Raises: ModelUnavailable."""
        ...

    def read_at(
        self, pixels: npt.NDArray[np.uint8], *, short_px: int, least: float
    ) -> tuple[TextLine, ...]:
        """As `read`, the picture's short side brought to `short_px`; boxes that hold text with
        less than `least` in [0, 1] are left out.
        """
        ...

    def posteriors(self, crops: Sequence[npt.NDArray[np.uint8]]) -> list[Posteriors]:
        """Of each grey crop, (H, W), that holds one line; a column comes turned to the left."""
        ...
