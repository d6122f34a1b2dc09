from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from vision.formats import read_scan
from vision.scan import PixelUnit, RawScan, XrayImage
from vision.synthesis.xray_files import contact_sheet, tiff, write
from vision.synthesis.xray_plan import Plan
from vision.synthesis.xray_scene import simulate

PLAN = Plan(headings=("6109",), objects=("bag",), pitch_x_m=0.04, pitch_z_m=0.04)


def test_a_written_scan_is_read_back_as_the_same_sixteen_bit_counts() -> None:
    scan = simulate(PLAN, seed=2)
    image = read_scan(RawScan(name="a.tif", data=tiff(scan.counts)))
    assert isinstance(image, XrayImage)
    assert image.unit is not PixelUnit.DISPLAY
    assert np.array_equal(image.pixels, scan.counts)


def test_the_truth_beside_a_scan_names_load_object_and_doors(tmp_path: Path) -> None:
    write(simulate(PLAN, seed=2), tmp_path, name="0")
    truth = json.loads((tmp_path / "0.json").read_text())
    assert truth["declared"][0]["heading"] == "6109"
    assert [item["label"] for item in truth["objects"]] == ["bag"]
    assert truth["objects"][0]["at_doors"] is True
    assert truth["simulated"] is True
    assert {p.name for p in tmp_path.iterdir()} == {"0.tif", "0-clean.tif", "0.json"}


def test_a_contact_sheet_has_a_row_for_every_three_scans() -> None:
    scan = simulate(PLAN, seed=2)
    one, four = (contact_sheet([scan] * n) for n in (1, 4))
    heights = [int.from_bytes(png[20:24], "big") for png in (one, four)]
    assert heights[1] == 2 * heights[0]
