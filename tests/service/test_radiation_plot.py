"""Radiation pictures: what must be in them, and that they can be drawn of everything."""

import base64
import io
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from service.web import radiation_plot
from service.web.plot_axes import nice_ticks
from service.web.plot_canvas import STYLES
from vision.findings import Finding, GrossCount, SpectrumFit
from vision.formats import read_scan
from vision.models.shelf import Shelf
from vision.radiation.analyser import RadiationAnalyser
from vision.scan import RadiationScan, RawScan
from vision.synthesis import radiation

WEIGHTS = Path(__file__).parents[2] / "weights"
SVG = "{http://www.w3.org/2000/svg}"


def analysed(data: bytes) -> tuple[RadiationScan, tuple[Finding, ...]]:
    scan = read_scan(RawScan(name="portal.n42", data=data))
    assert isinstance(scan, RadiationScan)
    findings, _ = RadiationAnalyser(Shelf(WEIGHTS)).analyse(scan, name="a")
    return scan, findings


@pytest.fixture(scope="module")
def caesium() -> tuple[RadiationScan, tuple[Finding, ...]]:
    return analysed(radiation.passage({"Cs-137": 420.0}, seed=5))


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)  # noqa: S314 - our own document


def words(svg: str) -> list[str]:
    return [element.text or "" for element in parsed(svg).iter(f"{SVG}text")]


def classes(svg: str) -> set[str]:
    return {element.get("class") or "" for element in parsed(svg).iter()}


def test_an_alarm_shows_its_interval_the_occupancy_the_band_and_the_peak(
    caesium: tuple[RadiationScan, tuple[Finding, ...]],
) -> None:
    svg = radiation_plot.svg(*caesium)
    assert {"f-alarm_area", "f-occupied", "f-band", "s-curve", "s-neutron"} <= classes(svg)
    text = words(svg)
    assert "Cs-137 662" in text
    assert any(word.startswith("ALARM, z") for word in text)
    assert "residual (sigma)" in text
    assert "energy (keV)" in text


def test_a_clean_passage_shows_no_alarm() -> None:
    svg = radiation_plot.svg(*analysed(radiation.passage({}, seed=1)))
    assert "f-alarm_area" not in classes(svg)
    assert any(word.startswith("no alarm") for word in words(svg))


def test_the_waterfall_is_brightest_where_the_source_is(
    caesium: tuple[RadiationScan, tuple[Finding, ...]],
) -> None:
    root = parsed(radiation_plot.svg(*caesium))
    (image,) = list(root.iter(f"{SVG}image"))
    data = base64.b64decode((image.get("href") or "").partition(",")[2])
    pixels = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"), dtype=float)
    # Shown are 20 s before the vehicle to 5 s after; the source passes after 26 of 37 s.
    brightest = int(np.argmax(pixels.sum(axis=(0, 2))))
    assert brightest / pixels.shape[1] == pytest.approx(26 / 37, abs=0.06)


def test_the_ground_is_transparent_and_both_schemes_have_their_colours(
    caesium: tuple[RadiationScan, tuple[Finding, ...]],
) -> None:
    svg = radiation_plot.svg(*caesium)
    assert "<rect" not in svg
    for on_light, on_dark, _ in STYLES.values():
        assert f"light-dark({on_light},{on_dark})" in svg


def test_a_png_has_the_shape_of_the_svg(caesium: tuple[RadiationScan, tuple[Finding, ...]]) -> None:
    picture = Image.open(io.BytesIO(radiation_plot.png(*caesium)))
    box = parsed(radiation_plot.svg(*caesium)).get("viewBox") or ""
    width, height = (int(value) for value in box.split()[2:])
    assert picture.size == (2 * width, 2 * height)
    assert np.asarray(picture.convert("L")).std() > 10


@pytest.mark.parametrize(
    "table",
    [
        "time_s,gamma\n" + "".join(f"{i},{100 + i % 3}\n" for i in range(30)),
        "time_s,gamma\n" + "".join(f"{i},0\n" for i in range(5)),
        "time_s,gamma,occupied\n" + "".join(f"{i},{50},{int(30 < i < 36)}\n" for i in range(60)),
        "time_s,gamma,neutron,occupied\n" + "".join(f"{i},9,0,1\n" for i in range(40)),
    ],
    ids=["unmarked", "nothing counted", "one vehicle", "always occupied"],
)
def test_every_count_table_can_be_drawn(table: str) -> None:
    scan, findings = analysed(table.encode())
    parsed(radiation_plot.svg(scan, findings))
    assert radiation_plot.png(scan, ())[:4] == b"\x89PNG"


def test_a_long_day_is_drawn_with_few_points() -> None:
    rows = "".join(f"{i},{100 + (i % 1000 == 0) * 900}\n" for i in range(20_000))
    svg = radiation_plot.svg(*analysed(f"time_s,gamma\n{rows}".encode()))
    assert len(svg) < 200_000
    # A single sample that stands out is not averaged away.
    assert any(word == "1000" for word in words(svg))


def test_ticks_are_round_numbers_within_the_range() -> None:
    assert nice_ticks(0, 10, 5) == [0, 2, 4, 6, 8, 10]
    assert nice_ticks(3.2, 4.1, 4) == pytest.approx([3.5, 4.0])
    assert nice_ticks(5, 5, 4) == [5]


def test_a_fit_is_drawn_and_the_residual_is_what_it_leaves(
    caesium: tuple[RadiationScan, tuple[Finding, ...]],
) -> None:
    scan, findings = caesium
    findings = tuple(f for f in findings if not isinstance(f, SpectrumFit))
    assert "s-fit" not in classes(radiation_plot.svg(scan, findings))
    (alarm,) = [f for f in findings if isinstance(f, GrossCount) and f.alarm]
    fit = SpectrumFit(
        evidence=alarm.evidence,
        provenance=alarm.provenance,
        edges_kev=(0.0, 500.0, 3000.0),
        counts=(500.0, 250.0),
    )
    with_fit = radiation_plot.svg(scan, (*findings, fit))
    assert "s-fit" in classes(with_fit)
    assert "residual (sigma)" in words(with_fit)
