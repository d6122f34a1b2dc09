"""The check digit's frame is painted over, and nothing else is taken for one."""

import cv2
import numpy as np

from vision.reading.frame import without_frame


def line(*, framed: bool, bright: bool = True) -> np.ndarray:
    grey = np.full((60, 420), 40, np.uint8)
    cv2.putText(grey, "305438", (20, 44), cv2.FONT_HERSHEY_SIMPLEX, 1.3, 220, 3)
    cv2.putText(grey, "3", (240, 44), cv2.FONT_HERSHEY_SIMPLEX, 1.3, 220, 3)
    if framed:
        cv2.rectangle(grey, (232, 8), (278, 52), 220, 2)
    return grey if bright else 255 - grey


def test_a_frame_goes_and_its_digit_stays() -> None:
    for bright in (True, False):
        cleaned = without_frame(line(framed=True, bright=bright))
        assert cleaned is not None
        ink = cleaned if bright else 255 - cleaned
        scale = 64 / 60
        left, right = round(225 * scale), round(237 * scale)
        assert ink[:, left:right].max() < 120
        assert ink[:, round(242 * scale) : round(262 * scale)].max() > 180


def test_digits_alone_have_no_frame() -> None:
    assert without_frame(line(framed=False)) is None
