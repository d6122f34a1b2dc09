"""Danger placards: diamonds found, layout and figure weighed together, whole photographs."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from vision.findings import Reading, Subject
from vision.models.shelf import Shelf
from vision.reading import diamonds, placard
from vision.reading.ctc import CHARACTERS, Posteriors
from vision.reading.danger_signs import DangerSigns
from vision.reading.engines.line_reader import LineReaderEngine
from vision.scan import Photo
from vision.synthesis import placard_art

WEIGHTS = Path(__file__).parents[3] / "weights"
LABELS = ("2.1", "3", "6.1", placard.MARINE, placard.NONE)


def figure(text: str, chance: float = 0.99) -> Posteriors:
    steps = np.full((2 * len(text) + 1, 1 + len(CHARACTERS)), 1e-6, np.float32)
    steps[::2, 0] = 1
    for place, char in enumerate(text):
        steps[2 * place + 1, CHARACTERS.index(char) + 1] = chance
        steps[2 * place + 1, 0] = 1 - chance
    return steps


def layout(**shares: float) -> np.ndarray:
    names = {"gas": "2.1", "liquid": "3", "toxic": "6.1", "marine": placard.MARINE}
    found = {names[key]: share for key, share in shares.items()}
    rest = 1 - sum(found.values())
    return np.array([found.get(label, rest if label == placard.NONE else 0) for label in LABELS])


def test_the_figure_decides_between_two_red_placards() -> None:
    """2.1 and 3 have one colour and one symbol."""
    red = layout(gas=0.5, liquid=0.5)
    assert placard.classify(red, figure("3"), LABELS).text == "3"
    assert placard.classify(red, figure("2"), LABELS).text == "2.1"


def test_without_a_figure_two_red_placards_stay_apart_by_nothing() -> None:
    assert placard.classify(layout(gas=0.5, liquid=0.5), figure(""), LABELS).share < 0.6


def test_a_figure_of_another_class_takes_the_certainty_away() -> None:
    said = placard.classify(layout(toxic=0.9), figure("8"), LABELS)
    assert said.text != "6.1" or said.share < 0.95


def test_a_figure_speaks_against_the_mark_that_has_none() -> None:
    with_figure = placard.classify(layout(marine=0.9), figure("9"), LABELS)
    without = placard.classify(layout(marine=0.9), figure(""), LABELS)
    assert without.text == placard.MARINE
    assert without.share > 0.99
    assert with_figure.share < 0.6


def test_a_diamond_on_ribs_is_found_where_it_stands() -> None:
    pixels = np.full((600, 900, 3), (40, 80, 120), np.uint8)
    pixels[:, ::30] = (30, 60, 95)
    points = np.array([[450, 200], [560, 310], [450, 420], [340, 310]])
    cv2.fillPoly(pixels, [points], (210, 30, 40))
    found = diamonds.find(pixels)
    assert min(float(np.abs(corners - points).max()) for corners in found) < 6


def test_ribs_and_boxes_are_no_diamonds() -> None:
    pixels = np.full((600, 900, 3), (40, 80, 120), np.uint8)
    pixels[:, ::30] = (30, 60, 95)
    pixels[100:300, 200:500] = (200, 200, 190)
    assert diamonds.find(pixels) == ()


@pytest.fixture(scope="module")
def signs() -> DangerSigns:
    shelf = Shelf(WEIGHTS)
    return DangerSigns(LineReaderEngine(shelf), shelf)


def seen(signs: DangerSigns, kind: str) -> list[Reading]:
    pixels = np.full((700, 1100, 3), (90, 110, 130), np.uint8)
    art = placard_art.placard(np.random.default_rng(4), kind=kind, font=None)
    place = pixels[180 : 180 + art.shape[0], 400 : 400 + art.shape[1]]
    place[art[:, :, 3] > 0] = art[art[:, :, 3] > 0][:, :3]
    pixels = cv2.GaussianBlur(pixels, (0, 0), 1.0).astype(np.uint8)
    found = signs.look(Photo(sha256="p", scan_format="png", pixels=pixels), ())
    return [f for f in found if isinstance(f, Reading) and f.subject is Subject.PLACARD]


@pytest.mark.parametrize("kind", ["1", "2.2", "3", "4.3", "5.1", "6.1", "7", "8", "9"])
def test_a_clean_placard_is_read(signs: DangerSigns, kind: str) -> None:
    (reading,) = seen(signs, kind)
    assert (reading.text, reading.accepted) == (kind, True)


def test_a_white_diamond_with_a_letter_is_no_placard(signs: DangerSigns) -> None:
    pixels = np.full((700, 1100, 3), (40, 60, 140), np.uint8)
    points = np.array([[450, 200], [560, 310], [450, 420], [340, 310]])
    cv2.fillPoly(pixels, [points], (235, 235, 235))
    cv2.putText(pixels, "C", (405, 355), cv2.FONT_HERSHEY_SIMPLEX, 4, (40, 60, 140), 14)
    photo = Photo(sha256="p", scan_format="png", pixels=pixels)
    assert not any(f.accepted for f in signs.look(photo, ()) if isinstance(f, Reading))
