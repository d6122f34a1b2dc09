"""Pictures at full depth, and labels that keep out of each other's way."""

from __future__ import annotations

import io
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image
from starlette.testclient import TestClient

from service.web import full_depth
from service.web.overlay import place
from tests.service.web import scans
from tests.service.web.stand_ins import Site, all_sensors
from vision.geometry import Box
from vision.scan import PixelUnit, XrayImage

PICTURE = (400.0, 300.0)


def decoded(data: bytes) -> npt.NDArray[np.uint8]:
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    return np.asarray(image[:, :, ::-1], dtype=np.uint8)


def counts(data: bytes) -> npt.NDArray[np.int64]:
    pixels = decoded(data).astype(np.int64)
    return pixels[:, :, 0] * 256 + pixels[:, :, 1]


def sent(api: TestClient, data: bytes, kind: str = "xray") -> dict[str, Any]:
    answer = api.post("/v1/inspections", files=[(kind, ("a", data, ""))])
    file: dict[str, Any] = answer.json()["files"][0]
    return file


def an_xray(pixels: npt.NDArray[Any]) -> XrayImage:
    return XrayImage(sha256="", scan_format="png", pixels=pixels[:, :, None], unit=PixelUnit.COUNTS)


def test_a_16_bit_view_comes_with_every_count_that_the_scanner_wrote(api: TestClient) -> None:
    original = scans.a_16_bit_png()
    answer = api.get(f"{sent(api, original)['url']}/pixels")
    assert answer.headers["X-Scan-Size"] == "320x240"
    np.testing.assert_array_equal(
        counts(answer.content), np.asarray(Image.open(io.BytesIO(original)))
    )


def test_an_8_bit_view_is_spread_over_the_same_range(api: TestClient) -> None:
    original = np.asarray(Image.open(io.BytesIO(scans.a_grey_png()))).astype(np.int64)
    answer = api.get(f"{sent(api, scans.a_grey_png())['url']}/pixels")
    np.testing.assert_array_equal(counts(answer.content), original * 257)


def test_a_view_with_dark_air_is_turned_round() -> None:
    dark_air = np.full((50, 80), 300, dtype=np.uint16)
    dark_air[30:] = 60_000
    np.testing.assert_array_equal(full_depth.counts_of(an_xray(dark_air)), 65_535 - dark_air)


def test_a_window_shows_what_8_bits_would_have_merged(api: TestClient) -> None:
    file = sent(api, scans.a_16_bit_png())
    plain = decoded(api.get(file["picture_url"]).content)
    narrow = decoded(api.get(file["picture_url"], params={"low": 900, "high": 1200}).content)
    dense, denser = (200, 300), (200, 20)  # 1100 and 1000 counts
    assert abs(int(plain[dense][0]) - int(plain[denser][0])) <= 1
    assert int(narrow[dense][0]) - int(narrow[denser][0]) == pytest.approx(85, abs=1)


@pytest.mark.parametrize(
    ("kind", "data", "window"),
    [
        pytest.param("xray", scans.a_grey_png(), {"low": 9, "high": 9}, id="empty window"),
        pytest.param("xray", scans.a_grey_png(), {"high": 70_000}, id="beyond 16 bits"),
        pytest.param("xray", scans.a_grey_png(), {"low": "x"}, id="no number"),
        pytest.param("photo", scans.a_photo_jpeg(), {"low": 1}, id="a photograph"),
    ],
)
def test_a_window_that_makes_no_sense_is_refused(
    api: TestClient, kind: str, data: bytes, window: dict[str, Any]
) -> None:
    answer = api.get(sent(api, data, kind)["picture_url"], params=window)
    assert answer.status_code == 422


def test_only_xray_views_have_counts(api: TestClient) -> None:
    file = sent(api, scans.a_photo_jpeg(), "photo")
    assert api.get(f"{file['url']}/pixels").status_code == 404


def test_a_wide_scan_is_shrunk_and_says_its_own_size(api: TestClient) -> None:
    wide = scans.a_16_bit_png(width=5000, height=210)
    answer = api.get(f"{sent(api, wide)['url']}/pixels")
    assert answer.headers["X-Scan-Size"] == "5000x210"
    assert counts(answer.content).shape == (172, 4096)


def test_a_picture_may_be_kept_by_the_browser_but_an_overlay_not(
    api: TestClient, site: Site
) -> None:
    file = api.post("/v1/inspections", files=all_sensors()).json()["files"][0]
    assert "immutable" in api.get(file["picture_url"]).headers["cache-control"]
    assert "no-cache" in api.get(file["overlay_url"]).headers["cache-control"]
    assert site.analyser.seen == []


# labels


def overlap(at: Box, others: list[Box]) -> float:
    return sum(at.intersection_px(other) for other in others)


def test_a_label_stands_above_its_box_if_there_is_room() -> None:
    box = Box(x1=100, y1=100, x2=200, y2=150)
    at = place((60, 20), box, taken=[], picture=PICTURE)
    assert (at.x1, at.y2) == (100, 100)


def test_a_label_at_the_upper_edge_stands_below() -> None:
    box = Box(x1=100, y1=5, x2=200, y2=50)
    assert place((60, 20), box, taken=[], picture=PICTURE).y1 == 50


def test_a_label_leaves_the_text_above_its_box_free() -> None:
    code, size_type = Box(x1=100, y1=60, x2=260, y2=100), Box(x1=140, y1=105, x2=220, y2=140)
    at = place((70, 20), size_type, taken=[code], picture=PICTURE)
    assert overlap(at, [code, size_type]) == 0


def test_labels_of_crowded_boxes_do_not_cover_each_other() -> None:
    boxes = [Box(x1=50, y1=60 + 60 * i, x2=150, y2=80 + 60 * i) for i in range(4)]
    taken = list(boxes)
    for box in boxes:
        others = [other for other in taken if other is not box]
        at = place((80, 20), box, taken=others, picture=PICTURE)
        assert overlap(at, taken) == 0
        taken.append(at)


def test_a_label_is_always_inside_the_picture() -> None:
    whole = Box(x1=0, y1=0, x2=400, y2=300)
    at = place((80, 20), whole, taken=[], picture=PICTURE)
    assert overlap(at, [whole]) == at.area_px
