"""Orange plates: found by colour, read in two lines, believed only as a pair that ADR has."""

from pathlib import Path

import numpy as np
import pytest

from vision.findings import Reading, Subject
from vision.formats import read_scan
from vision.grammar.orange_plate import hazard_number, pairs, un_number
from vision.models.shelf import Shelf
from vision.reading import ctc, orange_plate
from vision.reading.analyser import PhotoAnalyser
from vision.reading.engines.line_reader import LineReaderEngine
from vision.scan import Photo, RawScan, ScanKind
from vision.synthesis.placard import orange_plate as drawn

WEIGHTS = Path(__file__).parents[3] / "weights"


def photo(hazard: str, un: str, *, seed: int = 4) -> Photo:
    raw = RawScan(name="rear.jpg", data=drawn(hazard, un, seed=seed), kind=ScanKind.PHOTO)
    scan = read_scan(raw)
    assert isinstance(scan, Photo)
    return scan


@pytest.fixture(scope="module")
def analyser() -> PhotoAnalyser:
    shelf = Shelf(WEIGHTS)
    return PhotoAnalyser(LineReaderEngine(shelf), shelf=shelf)


def plates(analyser: PhotoAnalyser, scan: Photo) -> list[Reading]:
    findings, _ = analyser.analyse(scan, name="rear.jpg")
    return [f for f in findings if isinstance(f, Reading) and f.subject is Subject.ORANGE_PLATE]


@pytest.mark.parametrize(("hazard", "un"), [("33", "1203"), ("X423", "1428"), ("268", "1005")])
def test_a_pair_of_the_table_is_read(analyser: PhotoAnalyser, hazard: str, un: str) -> None:
    (plate,) = plates(analyser, photo(hazard, un))
    assert (plate.text, plate.accepted) == (f"{hazard}/{un}", True)


def test_a_pair_that_adr_does_not_have_is_never_accepted(analyser: PhotoAnalyser) -> None:
    assert ("88", "1203") not in pairs()
    assert not any(plate.accepted for plate in plates(analyser, photo("88", "1203")))


def test_an_orange_wall_is_no_plate() -> None:
    wall = np.full((300, 500, 3), (250, 110, 10), np.uint8)
    assert orange_plate.read(LineReaderEngine(Shelf(WEIGHTS)), wall) == []


@pytest.mark.parametrize(
    ("rule", "text", "fits"),
    [
        pytest.param(hazard_number, "X886", True, id="with X"),
        pytest.param(hazard_number, "13", False, id="no hazard begins with 1"),
        pytest.param(un_number, "1203", True, id="a UN number"),
        pytest.param(un_number, "4203", False, id="none begins with 4"),
    ],
)
def test_the_two_numbers_have_their_grammar(rule: ctc.Grammar, text: str, fits: bool) -> None:
    assert all(char in rule(text[:place]) for place, char in enumerate(text)) is fits
