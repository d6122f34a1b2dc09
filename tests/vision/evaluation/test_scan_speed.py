from pathlib import Path

import pytest
from defusedxml import ElementTree

from vision.evaluation import measures, scan_speed
from vision.models.shelf import Shelf

SHELF = Shelf(Path(__file__).parents[3] / "weights")


def test_each_size_has_its_cost_and_the_plot_is_a_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan_speed, "SIZES", ((600, 300), (900, 450)))
    costs = scan_speed.measure(SHELF, rounds=1, energies=1)
    assert [cost.megapixels for cost in costs] == [0.18, 0.405]
    assert all(cost.seconds > 0 and cost.peak_mb > 0 for cost in costs)
    root = ElementTree.fromstring(scan_speed.plot_svg(costs))
    assert len(root.findall("{http://www.w3.org/2000/svg}circle")) == 2


def test_what_is_measured_on_generated_boxes_is_near_the_truth() -> None:
    figures = measures.evaluate(scans=6, shelf=SHELF)
    load = figures["load"]
    assert load["fill in its interval"]["share"] >= 0.8
    assert load["mass in its interval, 2 energies"]["share"] >= 0.6
    assert load["rows and columns right of those counted"]["share"] >= 0.8
    assert sum(v["count"] for k, v in figures["material"].items() if k.endswith("wrong")) == 0
