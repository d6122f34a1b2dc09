"""UN numbers with their classes, packing groups and orange plates."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import InvalidInput
from service.nomenclature.dangerous import (
    Agreement,
    hazards,
    is_cas,
    normalise_un,
    shipped_dangerous_goods,
)
from service.nomenclature.shipped import harmonized_system


@pytest.mark.parametrize("written", ["1203", "UN1203", "un 1203", "UN-1203", "UN No. 1203"])
def test_a_un_number_is_four_digits(written: str) -> None:
    assert normalise_un(written) == "1203"


@pytest.mark.parametrize("written", ["203", "12034", "UN 12O3", "", "33/1203"])
def test_what_is_no_un_number_is_refused(written: str) -> None:
    with pytest.raises(InvalidInput, match="UN number"):
        normalise_un(written)


@given(st.integers(min_value=0, max_value=9999))
def test_normalising_a_un_number_twice_changes_nothing(number: int) -> None:
    once = normalise_un(f"UN {number:04}")
    assert normalise_un(once) == once == f"{number:04}"


@pytest.mark.parametrize(
    ("kemler", "said"),
    [
        ("33", ("flammable liquid or gas", "intensified")),
        ("30", ("flammable liquid or gas",)),
        ("268", ("gas", "toxic or infectious", "corrosive")),
        (
            "X423",
            (
                "flammable or self-heating solid",
                "gas",
                "flammable liquid or gas",
                "reacts dangerously with water",
            ),
        ),
    ],
)
def test_an_orange_plate_is_read_figure_by_figure(kemler: str, said: tuple[str, ...]) -> None:
    assert hazards(kemler) == said


def test_what_is_no_plate_number_is_refused() -> None:
    with pytest.raises(InvalidInput, match="hazard identification"):
        hazards("1203")


# ADR 2023, table A of chapter 3.2.
@pytest.mark.parametrize(
    ("un", "hazard_class", "group", "kemler", "agreement"),
    [
        ("1203", "3", "II", "33", Agreement.AGREES),
        ("1202", "3", "III", "30", Agreement.AGREES),
        ("1202", "3", "II", None, Agreement.DIFFERS),
        ("1203", "8", None, None, Agreement.DIFFERS),
        ("1993", "3", "III", "33", Agreement.DIFFERS),
        ("1993", "3", "I", "33", Agreement.AGREES),
        ("1005", "2.3", None, "268", Agreement.AGREES),
        ("1005", "2", None, None, Agreement.AGREES),
        ("0336", "1.4", None, None, Agreement.AGREES),
        ("0336", "1.1G", None, None, Agreement.DIFFERS),
        ("2031", "8", "II", "80", Agreement.AGREES),
        ("2031", "8", "II", "85", Agreement.AGREES),
        ("3480", "9", None, "90", Agreement.CANNOT_TELL),
        ("3480", "9", None, None, Agreement.AGREES),
        ("1017", None, "I", None, Agreement.DIFFERS),
        ("9999", "3", None, None, Agreement.CANNOT_TELL),
    ],
)
def test_what_stands_beside_a_un_number_fits_one_row_of_it(
    un: str, hazard_class: str | None, group: str | None, kemler: str | None, agreement: Agreement
) -> None:
    check = shipped_dangerous_goods().check(
        un, hazard_class=hazard_class, packing_group=group, kemler=kemler
    )
    assert check.agreement is agreement, check.reason


def test_the_shipped_list_is_whole() -> None:
    goods = shipped_dangerous_goods()
    assert len(goods) >= 150
    rows = [row for un in goods.numbers() for row in goods.find(un)]
    keys = [(r.un, r.packing_group, r.name) for r in rows]
    assert len(set(keys)) == len(keys)
    today = harmonized_system().on(date(2024, 1, 1))
    assert [r.un for r in rows if not all(today.exists(h) for h in r.headings)] == []
    assert [r.un for r in rows if r.packing_group and r.hazard_class[0] in "127"] == []
    # The first figure of the plate is the main danger: gases 2, flammable liquids 3, and so on.
    plain = [r for r in rows if r.kemler and r.hazard_class[0] in "2345689" and r.un != "2426"]
    assert [r.un for r in plain if r.kemler.lstrip("X")[0] != r.hazard_class[0]] == []


def test_a_cas_number_finds_its_un_numbers() -> None:
    goods = shipped_dangerous_goods()
    assert {row.un for row in goods.with_cas("1310-73-2")} == {"1823", "1824"}
    with pytest.raises(InvalidInput, match="CAS"):
        goods.with_cas("1310-73-3")


@pytest.mark.parametrize(
    ("cas", "right"), [("7732-18-5", True), ("7732-18-6", False), ("x", False)]
)
def test_a_cas_number_carries_a_check_digit(cas: str, right: bool) -> None:
    assert is_cas(cas) is right
