"""Codes out of posteriors: what the picture shows and what the grammar adds."""

import numpy as np
import pytest

from vision.reading import ctc, decode
from vision.reading.ctc import Posteriors


def steps(text: str, *, sure: float = 0.97) -> Posteriors:
    """Three steps a character: blank, the character, blank."""
    rows = []
    for char in text:
        for code in (ctc.BLANK, ctc.CHARACTERS.index(char) + 1, ctc.BLANK):
            row = np.full(37, (1 - sure) / 36, np.float32)
            row[code] = sure
            rows.append(row)
    return np.array(rows, np.float32)


def mixed(posteriors: Posteriors, place: int, odds: dict[str, float]) -> Posteriors:
    """The same with other odds for the character at `place`."""
    changed = posteriors.copy()
    row = np.full(37, (1 - sum(odds.values())) / 36, np.float32)
    for char, share in odds.items():
        row[ctc.CHARACTERS.index(char) + 1] = share
    changed[3 * place + 1] = row
    return changed


def decoded(*views: Posteriors) -> decode.Decoded:
    found = decode.decode([decode.view(posteriors) for posteriors in views])
    assert found is not None
    return found


def test_what_is_plainly_there_is_read_and_nothing_is_supplied() -> None:
    code = decoded(steps("CSQU3054383"))
    assert (code.text, code.whole, code.supplied) == ("CSQU3054383", True, ())
    assert code.share > 0.95


def test_a_letter_that_looks_like_a_digit_is_not_called_unseen() -> None:
    code = decoded(steps("CAIU8979622"), steps("CA1U8979622"))
    assert code.text == "CAIU8979622"
    assert code.supplied == ()


def test_a_check_digit_that_no_crop_shows_is_marked_and_computed() -> None:
    code = decoded(steps("CSQU305438"))
    assert (code.text, code.whole) == ("CSQU3054383", False)
    assert code.supplied == (10,)


def test_a_character_that_only_arithmetic_makes_is_marked_and_costs_probability() -> None:
    code = decoded(mixed(steps("CSQU3054383"), 6, {"9": 0.9, "5": 0.01}))
    assert code.text == "CSQU3054383"
    assert code.supplied == (6,)
    assert code.share < 0.5


def test_a_second_view_settles_what_one_leaves_open() -> None:
    doubtful = mixed(steps("TGHU2703360"), 0, {"T": 0.45, "I": 0.5})
    alone = decoded(doubtful)
    both = decoded(doubtful, steps("TGHU2703360"))
    assert both.text == "TGHU2703360"
    assert both.share > alone.share


def test_the_runner_up_is_told_with_its_share() -> None:
    # 0 and 3 in the same place would need another check digit: both are left open here.
    first = mixed(steps("CSQU3054383"), 4, {"3": 0.55, "7": 0.4})
    open_digit = mixed(first, 10, {"3": 0.5, "7": 0.4})
    code = decoded(open_digit)
    assert code.text == "CSQU3054383"
    assert code.alternatives
    assert code.alternatives[0].score < code.share


@pytest.mark.parametrize("text", ["MAXGROSS32500KG", "WWWMAERSKCOM", "2700CUFT764CUM"])
def test_other_words_make_no_code_that_the_picture_shows(text: str) -> None:
    found = [decode.decode([decode.view(part.posteriors)]) for part in decode.windows(steps(text))]
    assert all(code is None or code.weakest < 0.01 for code in found)


def test_a_code_is_found_in_the_middle_of_a_strip() -> None:
    found = [decoded(part.posteriors) for part in decode.windows(steps("22CSQU305438345G1"))]
    assert "CSQU3054383" in {code.text for code in found}


def test_a_list_of_owners_settles_what_the_picture_leaves_open() -> None:
    # TGHU2703360 and its neighbour in the picture, which nobody owns.
    open_letter = mixed(steps("TGHU2703360"), 0, {"T": 0.35, "I": 0.6})
    open_digit = mixed(open_letter, 10, {"0": 0.5, "8": 0.4})
    view = decode.view(open_digit)
    free = decode.decode([view])
    known = decode.decode([view], owners=frozenset({"TGH"}))
    assert free is not None
    assert known is not None
    assert known.text == "TGHU2703360"
    assert known.share > free.share or free.text != known.text
