"""Orange plates: ADR's tables, the joint decoding of both lines, and whole photographs."""

from pathlib import Path

import numpy as np
import pytest

from service.nomenclature.dangerous import shipped_dangerous_goods
from vision.findings import Finding, Ran, Reading, Subject
from vision.grammar import adr
from vision.grammar.adr import Pair
from vision.models.shelf import Shelf
from vision.reading import orange_text
from vision.reading.analyser import PhotoAnalyser
from vision.reading.ctc import CHARACTERS, Posteriors
from vision.reading.danger_signs import DangerSigns
from vision.reading.engines.line_reader import LineReaderEngine
from vision.scan import Photo
from vision.synthesis.placard_art import orange_plate

WEIGHTS = Path(__file__).parents[3] / "weights"


def line(*choices: dict[str, float]) -> Posteriors:
    """Posteriors of a line whose places show these characters, blanks between them."""
    steps = np.full((2 * len(choices) + 1, 1 + len(CHARACTERS)), 1e-7, np.float32)
    steps[::2, 0] = 1
    for place, chances in enumerate(choices):
        for char, chance in chances.items():
            steps[2 * place + 1, CHARACTERS.index(char) + 1] = chance
    return steps


def plain(text: str) -> Posteriors:
    return line(*({char: 0.99} for char in text))


def test_the_pairs_are_those_of_the_list_of_dangerous_goods() -> None:
    goods = shipped_dangerous_goods()
    assert set(adr.un_hazards()) == set(goods.numbers())
    for un, known in adr.un_hazards().items():
        tops = {
            r.hazard_class if r.hazard_class.startswith("1.") else r.kemler for r in goods.find(un)
        }
        assert known == tops - {None}


@pytest.mark.parametrize(
    ("hazard", "un", "pair"),
    [
        ("33", "1203", Pair.LISTED),
        ("80", "1203", Pair.OTHER_HAZARD),
        ("33", "1204", Pair.UN_NOT_LISTED),
        ("1.1G", "0333", Pair.LISTED),
    ],
)
def test_a_pair_is_looked_up(hazard: str, un: str, pair: Pair) -> None:
    assert adr.pair_of(hazard, un) is pair


def test_two_clear_lines_are_one_pair() -> None:
    found = orange_text.decode(plain("33"), plain("1203"))
    assert found is not None
    assert (found.text, found.pair, found.known_hazard) == ("33/1203", Pair.LISTED, True)
    assert found.share > 0.99


def test_the_table_decides_between_figures_that_look_alike() -> None:
    """3 or 8 above 1203: only 33 belongs to petrol."""
    found = orange_text.decode(line({"3": 0.5, "8": 0.5}, {"3": 0.5, "8": 0.5}), plain("1203"))
    assert found is not None
    assert found.text == "33/1203"


def test_a_number_that_no_table_has_is_not_bent_into_one_that_it_has() -> None:
    found = orange_text.decode(plain("33"), plain("1204"))
    assert found is not None
    assert (found.text, found.pair) == ("33/1204", Pair.UN_NOT_LISTED)


def test_two_numbers_that_are_equally_likely_share_the_probability() -> None:
    found = orange_text.decode(
        plain("33"), line({"1": 0.99}, {"2": 0.99}, {"0": 0.99}, {"3": 0.5, "6": 0.5})
    )
    assert found is not None
    assert found.share < 0.6
    assert found.alternatives[0].text in {"33/1203", "33/1206"}


def test_an_empty_line_is_no_pair() -> None:
    assert orange_text.decode(plain("33"), plain("")) is None


@pytest.fixture(scope="module")
def analyser() -> PhotoAnalyser:
    shelf = Shelf(WEIGHTS)
    engine = LineReaderEngine(shelf)
    return PhotoAnalyser(engine, shelf=shelf, parts=(DangerSigns(engine, shelf),))


def plates(analyser: PhotoAnalyser, pixels: np.ndarray) -> list[Reading]:
    findings: tuple[Finding, ...]
    photo = Photo(sha256="p", scan_format="png", pixels=pixels)
    findings, coverage = analyser.analyse(photo, name="p")
    assert {entry.analysis for entry in coverage} >= {"danger_signs"}
    assert all(entry.ran is Ran.RAN for entry in coverage)
    assert not [f for f in findings if isinstance(f, Reading) and f.subject is Subject.PLATE]
    return [f for f in findings if isinstance(f, Reading) and f.subject is Subject.ORANGE_PLATE]


def wall(hazard: str, un: str) -> np.ndarray:
    pixels = np.full((700, 1100, 3), (70, 90, 120), np.uint8)
    rng = np.random.default_rng(2)
    art = orange_plate(rng, hazard=hazard, un=un, small=False, font=None)
    pixels[150 : 150 + art.shape[0], 300 : 300 + art.shape[1]] = art
    return pixels


def test_a_plate_on_a_wall_is_read_and_is_no_licence_plate(analyser: PhotoAnalyser) -> None:
    (plate,) = plates(analyser, wall("X886", "1831"))
    assert (plate.text, plate.accepted) == ("X886/1831", True)
    box = plate.evidence.box
    assert box is not None
    assert (box.x1, box.y2) == pytest.approx((300, 510), abs=8)


def test_a_pair_that_does_not_belong_together_is_not_accepted(analyser: PhotoAnalyser) -> None:
    (plate,) = plates(analyser, wall("80", "1203"))
    assert (plate.text, plate.accepted) == ("80/1203", False)
    assert "belongs" in plate.note


def test_a_blank_plate_is_a_note_and_no_text(analyser: PhotoAnalyser) -> None:
    (plate,) = plates(analyser, wall("", ""))
    assert (plate.text, plate.accepted) == ("blank", False)
    assert "without numbers" in plate.note


def test_an_orange_board_without_a_frame_is_no_plate(analyser: PhotoAnalyser) -> None:
    board = np.full((600, 900, 3), (70, 90, 120), np.uint8)
    board[200:380, 300:540] = (240, 118, 20)
    assert plates(analyser, board) == []


def test_a_barrier_in_black_and_orange_stripes_is_no_plate(analyser: PhotoAnalyser) -> None:
    pixels = np.full((600, 900, 3), (70, 90, 120), np.uint8)
    for top in range(60, 540, 160):
        pixels[top : top + 160, 300:480] = (20, 20, 22)
        pixels[top : top + 80, 300:480] = (235, 120, 20)
    assert plates(analyser, pixels) == []
