"""Public nomenclature files in the shapes that they are published in."""

import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.csv_table import MalformedTable
from service.nomenclature.loader import load_cn, load_correspondence, load_taric
from service.nomenclature.table import Nomenclature

CN = """CN 2024;;;\r
CNKEY;CN_CODE;LEVEL;NAME_EN\r
010011000090;I;1;SECTION I - LIVE ANIMALS\r
010021000090;01;2;CHAPTER 1 - LIVE ANIMALS\r
010100000080;0101;3;Live horses, asses, mules and hinnies\r
010121000010;;4;- Horses\r
010121000080;0101 21 00;5;- - Pure-bred breeding animals :\r
"""
TARIC_HEADER = (
    "Goods code,Start date,End date,Language,Hier. Pos.,Indent,Description,Descr. start date\n"
)
TARIC = (
    TARIC_HEADER
    + """0100000000 80,31-12-1971,,EN,2,,LIVE ANIMALS,31-12-1971
0100000000 80,31-12-1971,,FR,2,,ANIMAUX VIVANTS,31-12-1971
0101000000 80,01-01-1972,,EN,4,,"Live horses, asses",01-01-1972
0101210000 10,01-01-2012,,EN,6,-,Horses,01-01-2012
0101210000 80,01-01-2012,,EN,6,- -,Pure-bred animals,01-01-2012
0101210000 80,01-01-2012,,EN,6,- -,Pure-bred breeding animals,01-07-2020
0101291000 80,01-01-2012,31-12-2019,EN,8,- - -,For slaughter,01-01-2012
"""
)
UN = "Correlation,,\nHS 2022,HS 2017,Relationship\n880600,852580,n:1\n880710,880310,1:1\n"


def taric(text: str, language: str = "EN") -> Nomenclature:
    return load_taric(io.BytesIO(text.encode()), language=language)


def test_a_cn_file_gives_the_codes_of_its_year() -> None:
    cn = load_cn(io.BytesIO(CN.encode()), language="en", year=2024)
    found = cn.on(date(2024, 6, 1)).find("0101 21 00")
    assert found is not None
    assert found.description == "Pure-bred breeding animals"
    assert len(cn) == 3
    assert cn.on(date(2025, 1, 1)).find("01012100") is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_cn_file_is_read_in_the_encodings_that_spreadsheets_write(encoding: str) -> None:
    text = CN.replace("NAME_EN", "NAME_FR").replace("asses", "ânes").encode(encoding)
    cn = load_cn(io.BytesIO(text), language="fr", year=2024)
    found = cn.on(date(2024, 6, 1)).find("0101")
    assert found is not None
    assert "ânes" in found.description


def test_a_code_that_comes_twice_in_a_cn_file_is_refused_with_both_lines() -> None:
    with pytest.raises(MalformedTable, match=r"line 8: 0101 comes twice, first on line 5"):
        load_cn(io.BytesIO((CN + "x;0101;3;again\r\n").encode()), language="en", year=2024)


def test_a_taric_code_keeps_the_digits_of_its_position() -> None:
    table = taric(TARIC)
    assert [h.code for h in table.on(date(2015, 1, 1)).path("0101291000")] == [
        "01",
        "0101",
        "01012910",
    ]
    assert table.on(date(2020, 1, 1)).find("0101291000") is None


def test_a_description_that_changed_is_another_version() -> None:
    versions = taric(TARIC).versions("010121")
    assert [(v.description, v.valid_from.year, v.valid_to) for v in versions] == [
        ("Pure-bred animals", 2012, date(2020, 6, 30)),
        ("Pure-bred breeding animals", 2020, None),
    ]


def test_only_the_language_asked_for_is_taken() -> None:
    assert [v.description for v in taric(TARIC, "fr").versions("01")] == ["ANIMAUX VIVANTS"]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("0101000000 80,32-01-2012,,EN,4,,x,01-01-2012", "Start date: expected a date"),
        ("0101000000 80,,,EN,4,,x,", "Start date is empty"),
        ("0101000000 80,01-01-2012,,EN,5,,x,01-01-2012", "Hier. Pos."),
        ("0101210000 80,01-01-2012,,EN,4,,x,01-01-2012", "behind its position 4"),
        ("01012X0000 80,01-01-2012,,EN,6,,x,01-01-2012", "Goods code"),
        ("0101000000 80,01-01-2012,01-01-2011,EN,4,,x,01-01-2012", "before"),
        ("0100000000 80,31-12-1971,,EN,2,,twice,31-12-1971", "on line 2 already"),
        ("0101000000 80,01-01-2012", "expected 8 columns, got 2"),
        ('0101000000 80,"open,,EN,4,,x,01-01-2012', "unexpected end"),
    ],
)
def test_a_malformed_taric_line_is_refused_with_its_number(line: str, why: str) -> None:
    text = TARIC_HEADER + "0100000000 80,31-12-1971,,EN,2,,LIVE ANIMALS,31-12-1971\n" + line + "\n"
    with pytest.raises(MalformedTable, match=why) as caught:
        taric(text)
    assert caught.value.line == 3


def test_a_file_without_the_columns_is_refused() -> None:
    with pytest.raises(MalformedTable, match="no header with the columns Goods code"):
        taric("a,b\n1,2\n")


def test_a_correspondence_reads_both_ways() -> None:
    table = load_correspondence(io.BytesIO(UN.encode()), edition="HS 2022", other="HS 2017")
    assert table.to_other("8807.10") == ("880310",)
    assert table.from_other("852580") == ("880600",)
    assert table.to_other("010121") == ()


def test_a_correspondence_of_other_lengths_is_refused() -> None:
    with pytest.raises(MalformedTable, match="line 5: expected two six-digit codes"):
        load_correspondence(
            io.BytesIO((UN + "8807,880310,1:1\n").encode()), edition="HS 2022", other="HS 2017"
        )


@given(st.text(max_size=300) | st.text(alphabet=TARIC + '"\0', max_size=300))
def test_any_text_behind_the_header_is_read_or_refused(text: str) -> None:
    data = (TARIC_HEADER + text).encode("utf-8", errors="surrogatepass")
    try:
        load_taric(io.BytesIO(data), language="EN")
    except MalformedTable as problem:
        assert problem.line >= 1


@given(st.binary(max_size=400))
def test_any_bytes_are_refused_without_a_crash(data: bytes) -> None:
    with pytest.raises(MalformedTable):
        load_taric(io.BytesIO(data), language="EN")
