from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.sources import lexical

CONVERSIONS: list[Callable[[str], object]] = [
    lexical.plain,
    lexical.reference,
    lexical.number,
    lexical.count,
    lexical.amount,
    lexical.mass_kg,
    lexical.instant,
    lexical.hs_code,
    lexical.un_number,
    lexical.country,
    lexical.currency,
    lexical.cus_code,
    lexical.equipment_code,
    lambda text: lexical.coded_instant(text, "304"),
    lambda text: lexical.coded_instant(text, "102"),
]


@pytest.mark.parametrize(
    ("convert", "text", "value"),
    [
        (lexical.plain, "  red \n  wine ", "red wine"),
        (lexical.number, "+12.50", Decimal("12.50")),
        (lexical.number, ".5", Decimal("0.5")),
        (lexical.count, "10.0", 10),
        (lexical.mass_kg, " 21500.5", 21500.5),
        (lexical.hs_code, "8418.10 20", "84181020"),
        (lexical.un_number, "UN 1203", "1203"),
        (lexical.country, "de", "DE"),
        (lexical.equipment_code, "CSQU 305438-3", "CSQU3054383"),
        (lexical.instant, "2024-05-06", datetime(2024, 5, 6, tzinfo=UTC)),
        (lexical.instant, "2024-05-06T12:00:00", datetime(2024, 5, 6, 12, tzinfo=UTC)),
        (lexical.instant, "2024-05-06T12:00:00+02:00", datetime(2024, 5, 6, 10, tzinfo=UTC)),
        (lexical.instant, "2024-05-06Z", datetime(2024, 5, 6, tzinfo=UTC)),
    ],
)
def test_values_are_read_as_written(
    convert: Callable[[str], object], text: str, value: object
) -> None:
    assert convert(text) == value


@pytest.mark.parametrize(
    ("convert", "text"),
    [
        (lexical.number, "1,234.5"),
        (lexical.number, "1e3"),
        (lexical.number, "NaN"),
        (lexical.number, "١٢"),
        (lexical.number, ""),
        (lexical.count, "-1"),
        (lexical.count, "1.5"),
        (lexical.mass_kg, "-3"),
        (lexical.mass_kg, "99999999999"),
        (lexical.hs_code, "1"),
        (lexical.hs_code, "12345678901"),
        (lexical.un_number, "12034"),
        (lexical.instant, "2024-02-30"),
        (lexical.instant, "0001-01-01T00:00:00+14:00"),
        (lexical.instant, "yesterday"),
        (lexical.plain, "a\x00b"),
        (lexical.plain, "x" * 4001),
        (lexical.reference, "   "),
        (lexical.equipment_code, "!"),
    ],
)
def test_what_cannot_be_read_is_refused(convert: Callable[[str], object], text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        convert(text)


@pytest.mark.parametrize(
    ("text", "code", "expected"),
    [
        ("20240506", "102", datetime(2024, 5, 6, tzinfo=UTC)),
        ("202405061230", "203", datetime(2024, 5, 6, 12, 30, tzinfo=UTC)),
        ("20240506123000", "204", datetime(2024, 5, 6, 12, 30, tzinfo=UTC)),
        ("20200715090000+01", "304", datetime(2020, 7, 15, 8, tzinfo=UTC)),
        ("20200715090000+0130", "304", datetime(2020, 7, 15, 7, 30, tzinfo=UTC)),
        ("20200715090000Z", "304", datetime(2020, 7, 15, 9, tzinfo=UTC)),
    ],
)
def test_times_in_coded_formats_are_aware(text: str, code: str, expected: datetime) -> None:
    assert lexical.coded_instant(text, code) == expected


@pytest.mark.parametrize(("text", "code"), [("2024", "102"), ("20241301", "102"), ("1", "999")])
def test_a_time_that_does_not_fit_its_format_is_refused(text: str, code: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        lexical.coded_instant(text, code)


@pytest.mark.parametrize(
    ("unit", "kg"), [("KGM", 2.0), ("", 2.0), ("GRM", 0.002), ("TNE", 2000.0), ("LBR", 0.90718474)]
)
def test_masses_come_in_kilograms(unit: str, kg: float) -> None:
    assert lexical.mass_kg("2", unit) == pytest.approx(kg)


def test_a_time_without_an_offset_is_one_of_the_zone_meant() -> None:
    east = timezone(timedelta(hours=2))
    noon = datetime(2024, 5, 6, 10, tzinfo=UTC)
    assert lexical.instant("2024-05-06T12:00", zone=east) == noon
    assert lexical.instant("2024-05-06T12:00+00:00", zone=east) == noon.replace(hour=12)
    assert lexical.coded_instant("202405061200", "203", zone=east) == noon


def test_a_unit_that_is_no_mass_is_refused() -> None:
    with pytest.raises(ValueError, match="unit of mass"):
        lexical.mass_kg("2", "LTR")


@given(st.text())
def test_any_text_gives_a_value_or_a_value_error(text: str) -> None:
    for convert in CONVERSIONS:
        try:
            convert(text)
        except ValueError as problem:
            assert str(problem).startswith("expected")
