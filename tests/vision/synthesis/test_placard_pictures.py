"""Generated pictures of orange plates and placards: seeded, and their truth is where they say."""

import numpy as np

from vision.findings import Subject
from vision.grammar.adr import hazard_numbers
from vision.synthesis.placard_art import PLACARDS
from vision.synthesis.placards import BLANK, draw_scene


def test_one_seed_gives_one_picture() -> None:
    one, other = (draw_scene(np.random.default_rng(5)) for _ in range(2))
    assert np.array_equal(one.pixels, other.pixels)
    assert one.shown == other.shown


def test_what_is_shown_is_inside_the_picture_and_is_a_text_that_can_stand_there() -> None:
    seen = 0
    for seed in range(6):
        picture = draw_scene(np.random.default_rng(seed))
        height, width = picture.pixels.shape[:2]
        for sign in picture.shown:
            box = sign.quad.bounds()
            assert 0 <= box.x1 < box.x2 <= width
            assert 0 <= box.y1 < box.y2 <= height
            if sign.subject is Subject.PLACARD:
                assert sign.text in PLACARDS
            elif sign.text != BLANK:
                assert sign.text.rpartition("/")[0] in hazard_numbers()
            seen += 1
    assert seen > 5


def test_a_negative_shows_nothing() -> None:
    assert draw_scene(np.random.default_rng(3), with_signs=False).shown == ()
