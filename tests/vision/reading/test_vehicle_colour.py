"""The colour of the body around a plate, and when nobody could tell it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.builders import a_reading
from vision.findings import Evidence, Subject, VehicleColour
from vision.geometry import Box
from vision.models.shelf import Shelf
from vision.reading.vehicle_colour import ColourOfVehicle
from vision.scan import Photo

WEIGHTS = Path(__file__).parents[3] / "weights"
PLATE = Box(x1=260, y1=330, x2=380, y2=356)


def street(paint: tuple[int, int, int], *, light: float = 1.0) -> np.ndarray:
    """A car's back before a street with a tree, a house and some sky."""
    pixels = np.full((480, 640, 3), (105, 105, 108), np.uint8)
    pixels[:150] = (190, 205, 220)
    pixels[60:240, :140] = (60, 110, 50)
    pixels[80:240, 500:] = (170, 120, 90)
    pixels[170:420, 150:490] = paint
    pixels[330:356, 260:380] = (245, 245, 245)
    return (pixels * light).astype(np.uint8)


def colours(pixels: np.ndarray, *plates: Box) -> list[VehicleColour]:
    readings = [
        replace(
            a_reading("B123XYZ", subject=Subject.PLATE, accepted=True),
            evidence=Evidence(scan_sha256="s", box=plate),
        )
        for plate in plates
    ]
    part = ColourOfVehicle(Shelf(WEIGHTS))
    found = part.look(Photo(sha256="s", scan_format="png", pixels=pixels), readings)
    return [f for f in found if isinstance(f, VehicleColour)]


@pytest.mark.parametrize(
    ("paint", "name"),
    [
        ((236, 236, 236), "white"),
        ((128, 130, 132), "grey"),
        ((24, 24, 26), "black"),
        ((170, 25, 30), "red"),
        ((28, 60, 150), "blue"),
        ((30, 105, 55), "green"),
        ((240, 200, 20), "yellow"),
        ((235, 110, 20), "orange"),
        ((84, 56, 30), "brown"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_plain_body_by_day(paint: tuple[int, int, int], name: str) -> None:
    (found,) = colours(street(paint), PLATE)
    assert (found.colour, found.accepted) == (name, True)


def test_at_night_it_is_not_accepted() -> None:
    (found,) = colours(street((170, 25, 30), light=0.22), PLATE)
    assert not found.accepted


def test_without_colour_as_under_infrared_it_is_not_accepted() -> None:
    grey = street((170, 25, 30)).mean(axis=2, keepdims=True).astype(np.uint8)
    (found,) = colours(np.repeat(grey, 3, axis=2), PLATE)
    assert not found.accepted


def test_in_light_that_has_a_colour_it_is_not_accepted() -> None:
    tinted = street((200, 200, 200)) * np.array([1.0, 0.55, 0.7])
    (found,) = colours(tinted.astype(np.uint8), PLATE)
    assert not found.accepted


def test_a_body_of_two_colours_is_not_accepted() -> None:
    pixels = street((170, 25, 30))
    pixels[170:330, 320:490] = (28, 60, 150)
    (found,) = colours(pixels, PLATE)
    assert not found.accepted


def test_no_plate_or_two_plates_tell_nothing() -> None:
    second = Box(x1=20, y1=400, x2=120, y2=425)
    assert colours(street((170, 25, 30))) == []
    assert colours(street((170, 25, 30)), PLATE, second) == []
