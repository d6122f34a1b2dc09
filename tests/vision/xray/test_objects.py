from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.findings import ObjectFound, ObjectsSought, Provenance, Zone
from vision.geometry import Box
from vision.models.manifest import Manifest, Threshold, Training
from vision.models.shelf import Shelf
from vision.scan import PixelUnit, XrayImage
from vision.xray.doors import End
from vision.xray.hidden import search
from vision.xray.objects import (
    OVERLAP_PX,
    PIECE_PX,
    look,
    threshold_names,
    visible_share,
    zone_of,
)
from vision.xray.strip import (
    CODE_PX,
    CODE_SCALE,
    CONTAINER_PX,
    STRIP_PX,
    cut,
    encode,
    encode_finely,
)

LONG = Box(x1=100, y1=50, x2=2500, y2=400)


def a_manifest(**thresholds: float) -> Manifest:
    return Manifest(
        name="xray-objects",
        version="1",
        file="model.onnx",
        sha256="0" * 64,
        licence="AGPL-3.0-or-later",
        labels=("vehicle", "weapon"),
        thresholds={
            name: Threshold(value=value, operating_point="test")
            for name, value in thresholds.items()
        },
        training=Training(recipe="", data="", data_sha256="", data_licence="", real=False),
        metrics=(),
    )


class BlackSquares(Shelf):
    """Stands for a detector: it reports every black square, whole or cut, as a vehicle."""

    def __init__(self) -> None:
        self.widths: list[int] = []

    def manifest(self, name: str) -> Manifest:
        del name
        return a_manifest(vehicle=0.2)

    def provenance(self, name: str, *, label: str) -> Provenance:
        limit = self.manifest(name).thresholds[label].value
        return Provenance(model=name, version="1", sha256="0" * 64, threshold=limit)

    def run(self, name: str, tensor: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        del name
        self.widths.append(tensor.shape[3])
        out = np.zeros((len(tensor), 6, 1), dtype=np.float32)
        for number, picture in enumerate(tensor):
            # The middle row alone, so that roof and floor of the view do not matter.
            columns = np.flatnonzero(picture[0, CODE_PX // 2] > 0.5)
            if columns.size:
                x1, x2 = float(columns[0]), float(columns[-1] + 1)
                out[number, :, 0] = ((x1 + x2) / 2, CODE_PX / 2, x2 - x1, 12, (x2 - x1) / 120, 0)
        return out


def a_view(square: Box | None = None) -> npt.NDArray[np.float32]:
    view = np.full((500, 2700), 0.9, dtype=np.float32)
    if square is not None:
        view[int(square.y1) : int(square.y2), int(square.x1) : int(square.x2)] = 0.001
    return view


@pytest.mark.parametrize("left", [150, 900, 1700, 2250])
def test_an_object_is_found_once_where_it_lies_seam_or_not(left: int) -> None:
    square = Box(x1=left, y1=180, x2=left + 220, y2=280)
    (looked,) = look(a_view(square), [LONG], shelf=BlackSquares(), lowest=0.1)
    (found,) = looked.candidates
    assert found.label == "vehicle"
    assert found.box.x1 == pytest.approx(square.x1, abs=4)
    assert found.box.x2 == pytest.approx(square.x2, abs=4)


def test_pieces_go_through_the_network_together_in_widths_it_accepts() -> None:
    shelf = BlackSquares()
    short = Box(x1=300, y1=50, x2=900, y2=400)
    look(a_view(), [LONG, short], shelf=shelf, lowest=0.1)
    # The long strip's two pieces and the short one in a single call.
    assert len(shelf.widths) == 1
    assert shelf.widths[0] % 32 == 0
    assert shelf.widths[0] <= PIECE_PX


def test_no_container_means_that_nothing_was_looked_into() -> None:
    assert look(a_view(), [], shelf=BlackSquares(), lowest=0.1) == []


def test_a_class_without_a_threshold_for_such_scans_abstains() -> None:
    manifest = a_manifest(vehicle=0.5, vehicle_display=0.8, weapon=0.4)
    assert threshold_names(manifest, PixelUnit.COUNTS) == {
        "vehicle": "vehicle",
        "weapon": "weapon",
    }
    assert threshold_names(manifest, PixelUnit.DISPLAY) == {"vehicle": "vehicle_display"}


@pytest.mark.parametrize(
    ("centre_x", "doors", "zone"),
    [
        pytest.param(1300, None, Zone.CARGO, id="in the middle"),
        pytest.param(180, None, Zone.CANNOT_TELL, id="at an end, doors unknown"),
        pytest.param(2400, End.RIGHT, Zone.DOOR, id="at the doors"),
        pytest.param(180, End.RIGHT, Zone.CARGO, id="at the front wall"),
        pytest.param(180, End.LEFT, Zone.DOOR, id="doors on the left"),
        pytest.param(2600, End.RIGHT, Zone.OUTSIDE, id="behind the container"),
    ],
)
def test_the_zone_is_door_only_at_the_end_that_has_them(
    centre_x: int, doors: End | None, zone: Zone
) -> None:
    box = Box(x1=centre_x - 20, y1=200, x2=centre_x + 20, y2=240)
    assert zone_of(box, LONG, doors) is zone


def test_half_an_opaque_load_leaves_half_to_look_through() -> None:
    view = a_view()
    view[120:330, 300:1200] = 0.0001
    view[120:330, 1200:2100] = 0.2
    assert visible_share(cut(view, LONG), LONG) == pytest.approx(0.5, abs=0.03)
    assert visible_share(cut(a_view(), LONG), LONG) == 1.0


@given(
    height=st.integers(60, 2000),
    width=st.integers(80, 6000),
    x=st.floats(0.1, 0.9),
    y=st.floats(0.1, 0.9),
)
def test_a_box_comes_back_from_the_strip_as_it_went(
    height: int, width: int, x: float, y: float
) -> None:
    outline = Box(x1=40, y1=30, x2=40 + width, y2=30 + height)
    strip = cut(np.ones((40, 60), dtype=np.float32), outline)
    box = Box(x1=40 + x * width, y1=30 + y * height, x2=45 + x * width, y2=35 + y * height)
    back = strip.to_scan(strip.from_scan(box))
    assert (back.x1, back.y2) == pytest.approx((box.x1, box.y2), abs=1e-6)
    # The container fills the middle of the strip.
    inside = strip.from_scan(outline)
    assert inside.height_px == pytest.approx(CONTAINER_PX, abs=1)
    assert strip.transmission.shape[0] == STRIP_PX


def test_the_encoding_says_depth_transmission_and_contrast() -> None:
    view = np.full((STRIP_PX, 300), 0.5, dtype=np.float32)
    view[70:90, 140:160] = 0.001
    code = encode_finely(view)
    assert encode(view).shape == (CODE_PX, 180, 3)
    depth = 255 * np.log(2) / np.log(400)
    assert code[10, 10] == pytest.approx([depth, 127.5, 127.5], abs=0.6)
    assert code[80, 150, 0] == 255
    assert code[80, 150, 2] > 200


def test_pieces_overlap_by_more_than_the_longest_car() -> None:
    # 5.5 m at CONTAINER_PX for a container 2.6 m high, the smallest there is.
    assert 5.5 / 2.6 * CONTAINER_PX * CODE_SCALE < OVERLAP_PX


def an_image(unit: PixelUnit) -> XrayImage:
    pixels = np.zeros((500, 2700, 1), dtype=np.uint16)
    return XrayImage(sha256="5ca", scan_format="tiff", pixels=pixels, unit=unit)


def test_findings_name_class_place_threshold_and_what_was_looked_through() -> None:
    square = Box(x1=1200, y1=180, x2=1420, y2=280)
    found, reason = search(an_image(PixelUnit.COUNTS), a_view(square), [LONG], shelf=BlackSquares())
    assert reason == ""
    (vehicle,) = (f for f in found if isinstance(f, ObjectFound))
    assert (vehicle.label, vehicle.zone) == ("vehicle", Zone.CARGO)
    assert vehicle.provenance.threshold == 0.2
    assert vehicle.score >= 0.2
    (sought,) = (f for f in found if isinstance(f, ObjectsSought))
    assert sought.labels == ("vehicle",)
    assert sought.found == 1
    assert 0 <= sought.visible_share < 1


def test_an_object_below_its_threshold_is_sought_but_not_found() -> None:
    small = Box(x1=1200, y1=180, x2=1250, y2=280)
    found, _ = search(an_image(PixelUnit.COUNTS), a_view(small), [LONG], shelf=BlackSquares())
    assert [finding.kind for finding in found] == ["objects_sought"]


@pytest.mark.parametrize(
    ("unit", "outlines", "words"),
    [
        pytest.param(PixelUnit.DISPLAY, [LONG], "no threshold for grey levels", id="display"),
        pytest.param(PixelUnit.COUNTS, [], "no container", id="no container"),
    ],
)
def test_where_it_may_not_speak_it_says_why_and_seeks_nothing(
    unit: PixelUnit, outlines: list[Box], words: str
) -> None:
    found, reason = search(an_image(unit), a_view(), outlines, shelf=BlackSquares())
    assert found == []
    assert words in reason
