"""Generated crops carry the text that they show, and one seed gives one crop."""

import numpy as np
import pytest

from vision.grammar import iso6346
from vision.synthesis.markings import (
    KIND_SHARES,
    MarkingKind,
    container_number,
    draw_marking,
    plate_text,
)


def test_one_seed_gives_one_crop() -> None:
    one = draw_marking(np.random.default_rng(7), fonts=())
    two = draw_marking(np.random.default_rng(7), fonts=())
    assert one.text == two.text
    assert np.array_equal(one.pixels, two.pixels)


def test_every_kind_is_drawn_and_columns_lie_on_their_side() -> None:
    rng = np.random.default_rng(1)
    seen = [draw_marking(rng, fonts=()) for _ in range(150)]
    assert {marking.kind for marking in seen} == set(MarkingKind)
    for marking in seen:
        height, width = marking.pixels.shape
        assert marking.pixels.dtype == np.uint8
        assert marking.text.isalnum()
        if len(marking.text) > 5:
            assert width > height


def test_the_shares_are_of_a_whole() -> None:
    assert sum(KIND_SHARES.values()) == pytest.approx(1)


def test_generated_numbers_are_valid() -> None:
    rng = np.random.default_rng(2)
    assert all(iso6346.is_valid_code(container_number(rng)) for _ in range(200))


def test_generated_plates_have_a_length_that_plates_have() -> None:
    rng = np.random.default_rng(3)
    assert all(4 <= len(plate_text(rng)) <= 8 for _ in range(200))
