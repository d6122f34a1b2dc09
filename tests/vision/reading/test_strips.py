"""Strips around pieces: as long as a code, along the pieces, within the picture."""

import numpy as np
import pytest

from vision.findings import Orientation
from vision.geometry import Quad
from vision.reading.engines import TextLine
from vision.reading.layout import chains, pieces_of
from vision.reading.strips import part_of, strips, tilted


def a_piece(text: str, x: float, y: float, *, width: float, height: float) -> TextLine:
    corners = ((x, y), (x + width, y), (x + width, y + height), (x, y + height))
    return TextLine(text=text, score=0.9, quad=Quad(corners=corners))


def test_the_end_of_a_column_asks_for_its_beginning() -> None:
    # Seven of eleven characters, 30 px each: the owner code must be above.
    ways = list(chains(pieces_of([a_piece("2307661", 500, 400, width=30, height=210)])))
    (strip, *_) = strips(ways, width_px=1600, height_px=900)
    box = strip.quad.bounds()
    assert box.y1 <= 400 - 4 * 30
    assert box.y2 >= 610
    assert box.x1 <= 500
    assert box.x2 >= 530


def test_the_beginning_of_a_column_asks_for_its_end() -> None:
    ways = list(chains(pieces_of([a_piece("TIHU", 500, 100, width=30, height=120)])))
    (strip, *_) = strips(ways, width_px=1600, height_px=900)
    box = strip.quad.bounds()
    assert box.y2 >= 220 + 7 * 30
    assert box.y1 >= 60


def test_a_strip_stays_in_the_picture() -> None:
    ways = list(chains(pieces_of([a_piece("2307661", 5, 700, width=30, height=190)])))
    for strip in strips(ways, width_px=640, height_px=900):
        assert all(0 <= x <= 639 and 0 <= y <= 899 for x, y in strip.quad.corners)


@pytest.mark.parametrize("word", ["MAERSK", "SUPER", "HIGH"])
def test_words_in_a_row_are_no_seed(word: str) -> None:
    ways = list(chains(pieces_of([a_piece(word, 100, 100, width=200, height=30)])))
    assert list(strips(ways, width_px=1600, height_px=900)) == []


def test_a_turned_strip_keeps_its_middle_and_its_size() -> None:
    ways = list(chains(pieces_of([a_piece("2307661", 500, 400, width=30, height=210)])))
    (strip, *_) = strips(ways, width_px=1600, height_px=900)
    turned = tilted(strip, degrees=5, width_px=1600, height_px=900)
    before, after = np.array(strip.quad.corners), np.array(turned.quad.corners)
    assert np.linalg.norm(after[0] - after[3]) == pytest.approx(
        np.linalg.norm(before[0] - before[3])
    )
    assert np.linalg.norm(after - strip.pivot, axis=1) == pytest.approx(
        np.linalg.norm(before - strip.pivot, axis=1)
    )


def test_the_part_of_a_column_runs_downwards_and_of_a_row_to_the_right() -> None:
    quad = Quad(corners=((10, 0), (30, 0), (30, 100), (10, 100)))
    column = part_of(quad, orientation=Orientation.VERTICAL, start=0.2, end=0.5)
    assert column.corners == ((10, 20), (30, 20), (30, 50), (10, 50))
    row = part_of(quad, orientation=Orientation.HORIZONTAL, start=0.5, end=1.0)
    assert row.corners == ((20, 0), (30, 0), (30, 100), (20, 100))
