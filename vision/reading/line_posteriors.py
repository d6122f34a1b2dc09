"""Posteriors of one line from whichever engine reads it."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from vision.reading.ctc import CHARACTERS, Posteriors
from vision.reading.engines import LineEngine, OcrEngine


def posteriors_of(engine: OcrEngine, row: npt.NDArray[np.uint8]) -> Posteriors:
    """Of a grey crop, (H, W). An engine that keeps its posteriors to itself gives its text with
    its score at every character, the rest of the probability spread evenly.
    """
    if isinstance(engine, LineEngine):
        return engine.posteriors([row])[0]
    text, score = engine.read_line(np.asarray(cv2.cvtColor(row, cv2.COLOR_GRAY2RGB), np.uint8))
    own = [char for char in text.upper() if char in CHARACTERS]
    steps = np.full((2 * len(own) + 1, 1 + len(CHARACTERS)), 1e-6, np.float32)
    steps[::2, 0] = 1.0
    for place, char in enumerate(own):
        steps[2 * place + 1] = (1 - score) / len(CHARACTERS)
        steps[2 * place + 1, CHARACTERS.index(char) + 1] = score
    return steps
