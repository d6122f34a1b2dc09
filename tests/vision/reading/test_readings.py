"""Lines of text into codes, size-types and plates."""

import numpy as np
import pytest

from vision.findings import CheckDigit, Orientation, Provenance, Reading, Subject
from vision.geometry import Quad
from vision.reading.analyser import readings
from vision.reading.engines import TextLine
from vision.scan import Photo

PHOTO = Photo(sha256="p", scan_format="png", pixels=np.zeros((8, 8, 3), np.uint8))
ENGINE = Provenance(model="fake", version="1", sha256="e")


def a_line(text: str, x: float, y: float, *, score: float = 0.99, high: bool = False) -> TextLine:
    """A line at (x, y): 20 px high and 15 px a character wide; `high` stacks the characters."""
    width, height = (20.0, 22.0 * len(text)) if high else (15.0 * len(text), 20.0)
    corners = ((x, y), (x + width, y), (x + width, y + height), (x, y + height))
    return TextLine(text=text, score=score, quad=Quad(corners=corners))


def read(*lines: TextLine) -> dict[Subject, list[Reading]]:
    found: dict[Subject, list[Reading]] = {subject: [] for subject in Subject}
    for reading in readings(lines, photo=PHOTO, provenance=ENGINE):
        found[reading.subject].append(reading)
    return found


@pytest.mark.parametrize(
    ("lines", "orientation"),
    [
        pytest.param([a_line("CSQU 305438 3", 10, 10)], Orientation.HORIZONTAL, id="one line"),
        pytest.param(
            [a_line("CSQU", 10, 10), a_line("305438", 100, 11), a_line("3", 210, 12)],
            Orientation.HORIZONTAL,
            id="cut by a locking bar, check digit apart",
        ),
        pytest.param(
            [a_line("CSQU", 10, 10), a_line("3054383", 10, 40)],
            Orientation.MULTI_LINE,
            id="owner above number",
        ),
        pytest.param([a_line("CSQU3054383", 10, 10, high=True)], Orientation.VERTICAL, id="column"),
        pytest.param(
            [a_line("CSQU", 10, 10, high=True), a_line("3054383", 10, 110, high=True)],
            Orientation.VERTICAL,
            id="column in two parts",
        ),
        pytest.param([a_line("CSQU305438③", 10, 10)], Orientation.HORIZONTAL, id="boxed digit"),
    ],
)
def test_a_code_is_read_however_it_is_painted(
    lines: list[TextLine], orientation: Orientation
) -> None:
    (code,) = read(*lines)[Subject.CONTAINER_CODE]
    assert (code.text, code.accepted, code.check_digit) == (
        "CSQU3054383",
        True,
        CheckDigit.CORRECT,
    )
    assert code.orientation is orientation


def test_a_wrong_check_digit_is_never_accepted() -> None:
    (code,) = read(a_line("CSQU3054384", 10, 10))[Subject.CONTAINER_CODE]
    assert not code.accepted
    assert code.check_digit is CheckDigit.WRONG


def test_a_computed_check_digit_says_so() -> None:
    (code,) = read(a_line("CSQU 305438", 10, 10))[Subject.CONTAINER_CODE]
    assert code.text == "CSQU3054383"
    assert code.check_digit is CheckDigit.NOT_SEEN
    assert "computed" in code.note


def test_a_number_pieced_together_without_check_digit_is_not_accepted() -> None:
    # "OOLU 7 5 3 (1 unread) 290": ten characters by chance, as a real photograph showed.
    parts = (("OOLU", 10), ("7", 90), ("5", 120), ("3", 150), ("290", 210))
    (code,) = read(*(a_line(text, x, 10) for text, x in parts))[Subject.CONTAINER_CODE]
    assert code.check_digit is CheckDigit.NOT_SEEN
    assert not code.accepted


def test_a_boxed_z_is_whichever_digit_fits() -> None:
    (code,) = read(a_line("CRXU192206Z", 10, 10))[Subject.CONTAINER_CODE]
    assert code.text == "CRXU1922067"
    assert code.note == "1 look-alike character(s) put right"


def test_look_alikes_need_a_higher_score() -> None:
    (sure,) = read(a_line("C5QU3054383", 10, 10, score=0.95))[Subject.CONTAINER_CODE]
    (unsure,) = read(a_line("C5QU3054383", 10, 10, score=0.8))[Subject.CONTAINER_CODE]
    assert (sure.text, sure.accepted) == ("CSQU3054383", True)
    assert (unsure.text, unsure.accepted) == ("CSQU3054383", False)


def test_two_containers_stay_two() -> None:
    codes = read(a_line("CSQU3054383", 10, 10), a_line("TGHU7584937", 700, 10))
    assert {code.text for code in codes[Subject.CONTAINER_CODE]} == {"CSQU3054383", "TGHU7584937"}


def test_the_weakest_part_counts() -> None:
    (code,) = read(a_line("CSQU", 10, 10), a_line("3054383", 100, 10, score=0.5))[
        Subject.CONTAINER_CODE
    ]
    assert (code.weakest, code.accepted) == (0.5, False)


def test_a_size_type_is_read_beside_a_code_only() -> None:
    assert [
        r.text
        for r in read(a_line("CSQU3054383", 10, 10), a_line("22G1", 10, 60))[Subject.SIZE_TYPE]
    ] == ["22G1"]
    assert read(a_line("22G1", 10, 60))[Subject.SIZE_TYPE] == []


@pytest.mark.parametrize(
    ("text", "country"),
    [("B 714 RDX", "RO"), ("BA 527KL", None), ("ABC1D23", "BR")],
)
def test_a_plate_with_a_known_shape(text: str, country: str | None) -> None:
    (plate,) = read(a_line(text, 10, 10))[Subject.PLATE]
    assert (plate.text, plate.accepted) == (text.replace(" ", ""), True)
    assert plate.country == country


def test_words_are_no_plates() -> None:
    assert read(a_line("MAERSK", 10, 10), a_line("HEAVY", 10, 60))[Subject.PLATE] == []


def test_masses_on_a_container_are_no_plates() -> None:
    found = read(a_line("CSQU3054383", 10, 10), a_line("30480KG", 10, 60))
    assert [r.text for r in found[Subject.PLATE]] == []


@pytest.mark.parametrize(
    ("seen", "text"),
    [
        pytest.param("RK 896A0", "RK896AO", id="0 among letters is O"),
        pytest.param("0ZL 2318", "OZL2318", id="0 leads letters"),
        pytest.param("W 53011A", "W53011A", id="no shape stays as it is"),
        pytest.param("W 053011", "W053011", id="one letter before digits stays one"),
    ],
)
def test_o_and_0_are_put_right_only_where_the_shape_decides(seen: str, text: str) -> None:
    (plate,) = read(a_line(seen, 10, 10))[Subject.PLATE]
    assert plate.text == text
    assert ("put right" in plate.note) == (text != seen.replace(" ", ""))


def test_a_plate_of_unknown_shape_needs_a_higher_score() -> None:
    (sure,) = read(a_line("WX 123 YZQ", 10, 10, score=0.97))[Subject.PLATE]
    (unsure,) = read(a_line("WX 123 YZQ", 10, 10, score=0.9))[Subject.PLATE]
    assert "none that we know" in sure.note
    assert (sure.accepted, unsure.accepted) == (True, False)


def test_a_word_beside_a_plate_does_not_hide_it() -> None:
    # "BRASILIA" over "JGZ-3298" once made "LIAJ623298", a code without check digit.
    found = read(a_line("DF-BRASILIA", 10, 10), a_line("JGZ-3298", 20, 40))
    assert [r.text for r in found[Subject.PLATE] if r.accepted] == ["JGZ3298"]
    assert not any(r.accepted for r in found[Subject.CONTAINER_CODE])


@pytest.mark.parametrize("text", ["TARE2180", "NET28300", "MAX3048", "MSCU7155"])
def test_marks_beside_a_code_are_no_plates(text: str) -> None:
    found = read(a_line("CSQU 305438 3", 10, 10), a_line(text, 10, 200))
    assert found[Subject.PLATE] == []
