import json
from pathlib import Path

import numpy as np
import pytest

from vision.evaluation.nuclide_labels import kind_of, matched, of_row
from vision.evaluation.radiation import evaluate, wilson
from vision.synthesis.spectra import Recipe, germanium


@pytest.mark.parametrize(
    ("row", "nuclides"),
    [
        ("Cs137_Shielded", ["Cs-137"]),
        ("Ag110m_Unshielded", ["Ag-110m"]),
        ("Tl201wTl202_Phantom", ["Tl-201", "Tl-202"]),
        ("Tl201woTl202_Phantom", ["Tl-201"]),
        ("U235_Unshielded_4000", ["U"]),
        ("Pu239_Shielded_100g", ["Pu"]),
        ("Uore_Unshielded", ["U-238", "Ra-226"]),
        ("background", []),
    ],
)
def test_a_row_is_named_after_its_source(row: str, nuclides: list[str]) -> None:
    assert of_row(row) == nuclides


def test_an_element_is_met_by_any_of_its_isotopes() -> None:
    assert matched({"U"}, {"U-235", "U-238", "Co-60"}) == ({"U"}, {"Co-60"})


def test_a_detector_is_known_by_its_words() -> None:
    assert kind_of("see file", "RadiaCodeCsI10") == "CsI"
    assert kind_of("see origin") == "other"


def test_the_interval_of_a_share_is_wilsons() -> None:
    # Newcombe 1998, table I: 81 of 263 gives 0.2553 to 0.3662.
    assert wilson(81, 263) == pytest.approx([0.255, 0.366], abs=0.001)
    assert wilson(0, 0) is None


def test_figures_tell_kinds_apart_and_count_what_is_extra_and_missed(
    tmp_path: Path, rng: np.random.Generator
) -> None:
    spectrum, _ = germanium(Recipe(sources={"Co-60": 30_000.0}, background_cps=0.0), rng)
    centres = (spectrum.edges_kev[1:] + spectrum.edges_kev[:-1]) / 2
    rows = "".join(f"{e},{c}\n" for e, c in zip(centres, spectrum.counts, strict=True))
    (tmp_path / "a.csv").write_text("energy_kev,net_counts\n" + rows)
    (tmp_path / "broken.n42").write_text("<N42InstrumentData>")
    entry = {"real": True, "detector": "HPGe 8192 ch"}
    entries = [
        {**entry, "file": "a.csv", "isotopes": ["Co-60"]},
        {**entry, "file": "a.csv", "isotopes": ["Cs-137"]},
        {**entry, "file": "broken.n42", "isotopes": ["Cs-137"], "detector": "NaI"},
        {**entry, "file": "a.csv", "isotopes": ["UNSTATED"]},
    ]
    (tmp_path / "manifest.json").write_text(json.dumps(entries))
    figures = evaluate(tmp_path, split=None)
    germanium_figures = figures["groups"]["HPGe"]
    assert (figures["n"], figures["exact"], figures["wrong"]) == (3, 1, 1)
    assert (germanium_figures["extra"], germanium_figures["missed"]) == (1, 1)
    assert figures["groups"]["NaI"]["exact"] == 0
    assert [miss["file"] for miss in figures["misses"]] == ["a.csv", "broken.n42"]
