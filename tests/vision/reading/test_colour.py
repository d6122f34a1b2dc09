"""The colour of a body above its plate, told in daylight only."""

import numpy as np
import pytest

from vision.geometry import Box
from vision.reading.colour import colour_above

PLATE = Box(x1=300, y1=300, x2=420, y2=330)


def scene(paint: tuple[int, int, int], *, ground: int = 235, light: float = 1.0) -> np.ndarray:
    picture = np.full((480, 720, 3), (150, 155, 160), np.float64)
    picture[140:340, 240:480] = paint
    picture[300:330, 300:420] = ground
    return np.clip(picture * light, 0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    ("paint", "expected"),
    [
        ((190, 40, 40), "red"),
        ((40, 60, 150), "blue"),
        ((30, 120, 60), "green"),
        ((225, 226, 224), "white"),
    ],
)
def test_a_painted_body_in_daylight_is_told(paint: tuple[int, int, int], expected: str) -> None:
    seen = colour_above(scene(paint), PLATE)
    assert seen is not None
    assert (seen.colour, seen.accepted) == (expected, True)


def test_at_night_nothing_is_told() -> None:
    seen = colour_above(scene((190, 40, 40), light=0.35), PLATE)
    assert seen is None or not seen.accepted


def test_under_a_coloured_lamp_nothing_is_told() -> None:
    pink = (scene((200, 200, 200)) * np.array([1.0, 0.6, 0.75])).astype(np.uint8)
    seen = colour_above(pink, PLATE)
    assert seen is None or not seen.accepted


def test_grey_and_black_are_never_told() -> None:
    for level in (30, 90, 140):
        seen = colour_above(scene((level, level, level)), PLATE)
        assert seen is None or not seen.accepted


def test_without_room_above_the_plate_there_is_no_answer() -> None:
    assert colour_above(scene((190, 40, 40)), Box(x1=300, y1=2, x2=420, y2=30)) is None
