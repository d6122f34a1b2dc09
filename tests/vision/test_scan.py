import numpy as np
import pytest

from vision.errors import ShapeMismatch
from vision.geometry import Box, Quad
from vision.scan import PixelUnit, RadiationScan, Spectrum, XrayImage


def test_a_box_needs_area() -> None:
    with pytest.raises(ValueError, match="x2 > x1"):
        Box(x1=1, y1=0, x2=1, y2=2)


def test_iou_of_halves() -> None:
    whole = Box(x1=0, y1=0, x2=4, y2=2)
    half = Box(x1=0, y1=0, x2=2, y2=2)
    assert whole.iou(half) == 0.5
    assert whole.iou(Box(x1=5, y1=0, x2=6, y2=2)) == 0


def test_bounds_of_a_quad_that_is_a_line() -> None:
    quad = Quad(corners=((0, 3), (9, 3), (9, 3), (0, 3)))
    assert quad.bounds() == Box(x1=0, y1=3, x2=9, y2=4)


def spectrum(**changes: object) -> Spectrum:
    fields: dict[str, object] = {
        "counts": np.ones(4),
        "edges_kev": np.arange(5.0),
        "live_time_s": 1.0,
        "real_time_s": 1.0,
    }
    return Spectrum(**(fields | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes",
    [
        {"counts": np.array([1.0, -1.0, 0.0, 0.0])},
        {"counts": np.array([1.0, np.nan, 0.0, 0.0])},
        {"edges_kev": np.array([0.0, 1.0, 1.0, 2.0, 3.0])},
        {"edges_kev": np.arange(4.0)},
        {"live_time_s": 0.0},
        {"live_time_s": float("nan")},
    ],
)
def test_an_impossible_spectrum_cannot_be_built(changes: dict[str, object]) -> None:
    with pytest.raises(ShapeMismatch):
        spectrum(**changes)


def test_an_xray_image_has_one_or_two_energies() -> None:
    with pytest.raises(ShapeMismatch):
        XrayImage(
            sha256="",
            scan_format="png",
            pixels=np.zeros((2, 2, 3), np.uint8),
            unit=PixelUnit.DISPLAY,
        )


def test_a_radiation_scan_is_not_empty() -> None:
    with pytest.raises(ShapeMismatch):
        RadiationScan(
            sha256="", scan_format="n42", detector="", spectra=(), background=None, series=None
        )
