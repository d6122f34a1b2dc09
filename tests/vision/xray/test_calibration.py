from pathlib import Path

import numpy as np
import pytest

from vision.errors import ModelUnavailable
from vision.findings import Material
from vision.xray.calibration import (
    LearntMass,
    areal_density_g_cm2,
    read_scanners,
    steel_mm,
    write_learnt,
)

STEEL = """
[[wedge]]
class = "metal"
density_g_cm3 = 7.87
thickness_mm = [0, 10, 20, 40, 80]
low = [1.0, 0.7, 0.5, 0.25, 0.0625]
"""
HEAD = 'scanner = "gantry-1"\ndefault = true\n[geometry]\npitch_x_mm = 4\npitch_y_mm = 5\n'


def book(folder: Path, text: str, name: str = "a.toml") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_a_wedge_turns_attenuation_into_steel_and_mass(tmp_path: Path) -> None:
    scanner = read_scanners(book(tmp_path, HEAD + STEEL)).of("")
    assert scanner is not None
    assert (scanner.scanner, scanner.pitch_x_mm, scanner.pitch_y_mm) == ("gantry-1", 4, 5)
    steel = scanner.wedge(Material.METAL)
    assert steel is not None
    seen = -np.log(np.array([0.5, 0.35, 0.01], np.float32))
    thick = steel_mm(seen, steel)
    assert thick[0] == pytest.approx(20, abs=0.1)
    assert thick[1] == pytest.approx(30.3, abs=0.3)
    assert np.isnan(thick[2])
    assert areal_density_g_cm2(seen[:1], steel)[0] == pytest.approx(2 * 7.87, abs=0.1)


def test_a_scan_that_names_another_scanner_has_no_calibration(tmp_path: Path) -> None:
    scanners = read_scanners(book(tmp_path, HEAD))
    assert scanners.of("gantry-1") is not None
    assert scanners.of("gantry-2") is None


def test_no_folder_is_an_empty_book(tmp_path: Path) -> None:
    assert read_scanners(tmp_path / "none").scanners == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("scanner = ", "a.toml"),
        ("scanner = 'x'\ncolour = 1", "colour"),
        (HEAD + STEEL.replace("0.25", "0.9"), "fall"),
        (HEAD + STEEL.replace("40, 80", "80, 40"), "increase"),
        (HEAD + STEEL.replace(", 0.0625", ""), "one transmission for each"),
        (HEAD + STEEL.replace("metal", "wood"), "class"),
    ],
)
def test_a_wrong_table_names_its_file_and_fault(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ModelUnavailable, match=words):
        read_scanners(book(tmp_path, text))


def test_two_defaults_are_refused(tmp_path: Path) -> None:
    book(book(tmp_path, HEAD), HEAD.replace("gantry-1", "gantry-2"), "b.toml")
    with pytest.raises(ModelUnavailable, match="default"):
        read_scanners(tmp_path)


def test_what_weighbridges_taught_is_part_of_the_book(tmp_path: Path) -> None:
    book(
        book(tmp_path, HEAD),
        HEAD.replace("gantry-1", "gantry-2").replace("true", "false"),
        "b.toml",
    )
    learnt = tmp_path / "masses.json"
    write_learnt(
        learnt,
        {
            "": LearntMass(gain=1.05, spread=0.03, scans=40),
            "gantry-2": LearntMass(gain=0.9, spread=0.05, scans=12),
        },
    )
    scanners = read_scanners(tmp_path, learnt=learnt)
    gains = {entry.scanner: (entry.mass_gain, entry.mass_spread) for entry in scanners.scanners}
    assert gains == {"gantry-1": (1.05, 0.03), "gantry-2": (0.9, 0.05)}
    assert read_scanners(tmp_path, learnt=tmp_path / "none").scanners[0].mass_gain == 1.0
    learnt.write_text('{"": {"gain": 50}}', encoding="utf-8")
    with pytest.raises(ModelUnavailable, match="gain"):
        read_scanners(tmp_path, learnt=learnt)
