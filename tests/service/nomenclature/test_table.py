"""Tariff codes: how they are written, and on which day they exist."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import InvalidInput
from service.nomenclature.shipped import goods_group, harmonized_system
from service.nomenclature.table import (
    CodeStatus,
    Heading,
    Level,
    Nomenclature,
    normalise_code,
)

TODAY = date(2024, 5, 1)
digits = st.sampled_from([2, 4, 6, 8, 10]).flatmap(
    lambda n: st.text(alphabet="0123456789", min_size=n, max_size=n)
)


def a_heading(code: str, valid_from: str = "2022-01-01", valid_to: str | None = None) -> Heading:
    return Heading(
        code=code,
        description=f"goods {code}",
        valid_from=date.fromisoformat(valid_from),
        valid_to=date.fromisoformat(valid_to) if valid_to else None,
    )


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("3104.20.10 00", "3104201000"),
        ("3104 20 10", "31042010"),
        ("3104.20", "310420"),
        ("31/04", "3104"),
        ("0101210000 80", "0101210000"),
        (" 08 ", "08"),
    ],
)
def test_a_code_is_its_digits(written: str, code: str) -> None:
    assert normalise_code(written) == code


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("904", "leading zero"),
        ("", "digits"),
        ("31O4", "digits"),
        ("٣١٠٤", "digits"),
        ("310420100080", "got 12"),
    ],
)
def test_what_is_no_code_is_refused_with_the_reason(written: str, why: str) -> None:
    with pytest.raises(InvalidInput, match=why):
        normalise_code(written)


@given(digits, st.sampled_from(["", " ", ".", "-", "/"]))
def test_normalising_a_code_twice_changes_nothing(code: str, separator: str) -> None:
    written = separator.join(code[i : i + 2] for i in range(0, len(code), 2))
    assert normalise_code(normalise_code(written)) == normalise_code(written) == code


def test_a_heading_knows_its_level_and_parent() -> None:
    assert (a_heading("310420").level, a_heading("310420").parent) == (Level.SUBHEADING, "3104")
    assert a_heading("31").parent is None


def test_a_heading_may_not_end_before_it_begins() -> None:
    with pytest.raises(InvalidInput, match="ends 2021-12-31"):
        a_heading("3104", "2022-01-01", "2021-12-31")


def test_two_versions_of_a_code_may_not_be_valid_on_one_day() -> None:
    with pytest.raises(InvalidInput, match="3104"):
        Nomenclature(
            [a_heading("3104", "2017-01-01", "2022-01-01"), a_heading("3104")], edition="made up"
        )


def test_the_shipped_table_has_every_chapter_and_heading_of_hs_2022() -> None:
    # WCO: HS 2022 has 1,228 headings in 96 chapters in use (77 is reserved); HS 2017 had 1,222.
    table = harmonized_system()
    codes = [code for chapter in range(1, 98) for code in table.below(f"{chapter:02}")]
    now = table.on(TODAY)
    assert sum(len(code) == 4 and now.exists(code) for code in codes) == 1228
    assert sum(len(code) == 4 and table.on(date(2020, 1, 1)).exists(code) for code in codes) == 1222
    chapters = [f"{n:02}" for n in range(1, 98) if table.versions(f"{n:02}")]
    assert len(chapters) == 96
    assert "77" not in chapters


@pytest.mark.parametrize(
    ("code", "day", "status"),
    [
        ("3104", "2024-05-01", CodeStatus.EXISTS),
        ("3104000000", "2024-05-01", CodeStatus.EXISTS),
        ("8806", "2021-12-31", CodeStatus.NOT_YET),
        ("8806", "2022-01-01", CodeStatus.EXISTS),
        ("8803.30", "2021-12-31", CodeStatus.CANNOT_TELL),
        ("8803.30", "2022-01-01", CodeStatus.NO_LONGER),
        ("8107", "2023-01-01", CodeStatus.NO_LONGER),
        ("0799", "2024-05-01", CodeStatus.UNKNOWN),
        ("7701", "2024-05-01", CodeStatus.UNKNOWN),
        ("3104.20.10", "2024-05-01", CodeStatus.CANNOT_TELL),
        ("3104", "2016-12-31", CodeStatus.CANNOT_TELL),
    ],
)
def test_whether_a_code_exists_depends_on_the_day(code: str, day: str, status: CodeStatus) -> None:
    check = harmonized_system().on(date.fromisoformat(day)).check(code)
    assert check.status is status
    assert check.reason


def test_a_code_that_the_table_should_have_is_unknown_not_untold() -> None:
    table = Nomenclature([a_heading(c) for c in ("31", "3104", "310420", "310430")], edition="x")
    assert table.on(TODAY).check("310490").status is CodeStatus.UNKNOWN
    assert table.on(TODAY).check("31042010").status is CodeStatus.CANNOT_TELL


def test_path_and_children_walk_the_levels() -> None:
    table = Nomenclature(
        [a_heading(c) for c in ("31", "3104", "31042010", "31042050", "3104201010")], edition="x"
    ).on(TODAY)
    assert [h.code for h in table.path("3104.20.10")] == ["31", "3104", "31042010"]
    assert [h.code for h in table.children("3104")] == ["31042010", "31042050"]
    assert table.path("9999") == ()


@pytest.mark.parametrize(
    ("code", "group"),
    [
        ("4011.10", "tyres"),
        ("4002", "rubber"),
        ("7204", "scrap metal"),
        ("7208", "iron and steel"),
        ("77", None),
    ],
)
def test_the_longest_prefix_names_the_goods_group(code: str, group: str | None) -> None:
    assert goods_group(code) == group


def test_every_chapter_has_a_goods_group() -> None:
    chapters = [f"{n:02}" for n in range(1, 98) if n != 77]
    assert [c for c in chapters if goods_group(c) is None] == []
