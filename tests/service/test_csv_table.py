"""Delimited tables: every complaint names the line."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.csv_table import MAX_LINE_CHARS, MalformedTable, Row, decoded_lines, read_table


def rows(text: str, **options: int) -> list[Row]:
    lines = text.splitlines(keepends=True)
    return list(read_table(lines, source="t.csv", columns=("a", "b"), **options))


def test_remarks_and_empty_lines_are_passed_over_and_counted() -> None:
    got = rows("# where it comes from\nA , b\n\n# more\n1,2\n")
    assert [(row.line, row["a"], row["b"]) for row in got] == [(5, "1", "2")]


def test_columns_come_in_any_order_among_others() -> None:
    assert rows("x,b,a\n1,2,3\n")[0].cells == {"a": "3", "b": "2"}


def test_a_quoted_cell_may_hold_lines_and_the_row_is_where_it_began() -> None:
    got = rows('a,b\n"x\n# y",2\n3,4\n')
    assert [(row.line, row["a"]) for row in got] == [(2, "x\n# y"), (4, "3")]


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("a,b\n1,2\n1\n", 3, "expected 2 columns, got 1"),
        ("a,b\n1,2,3\n", 2, "expected 2 columns, got 3"),
        ('a,b\n1,"2\n', 2, "unexpected end"),
        ("a,c\n1,2\n", 1, "no header"),
        ("a,b\n" + "x" * (MAX_LINE_CHARS + 1) + "\n", 2, "a line longer"),
    ],
)
def test_what_is_wrong_is_refused_with_its_line(text: str, line: int, why: str) -> None:
    with pytest.raises(MalformedTable, match=why) as caught:
        rows(text)
    assert caught.value.line == line
    assert caught.value.field == f"t.csv, line {line}"


def test_a_table_beyond_its_limit_is_refused() -> None:
    assert len(rows("a,b\n1,2\n3,4\n", max_rows=2)) == 2
    with pytest.raises(MalformedTable, match="more than 1 rows"):
        rows("a,b\n1,2\n3,4\n", max_rows=1)


@pytest.mark.parametrize("text", ["2024-02-29", "29-02-2024", "29/02/2024", "29.02.2024"])
def test_dates_are_read_in_the_ways_that_public_files_write_them(text: str) -> None:
    [row] = rows(f"a,b\n{text},x\n")
    assert str(row.date_in("a")) == "2024-02-29"


@pytest.mark.parametrize("text", ["2023-02-29", "soon", "1-2", "nan"])
def test_what_is_no_date_or_number_is_refused(text: str) -> None:
    [row] = rows(f"a,b\n{text},{text}\n")
    with pytest.raises(MalformedTable, match="expected a date"):
        row.date_in("a")
    with pytest.raises(MalformedTable, match="number"):
        row.number_in("b")


def test_bytes_of_another_encoding_are_refused_with_their_line_or_taken_as_told() -> None:
    data = "a\nb\nçé\n".encode("cp1252")
    with pytest.raises(MalformedTable, match="line 3: not utf-8"):
        list(decoded_lines(io.BytesIO(data), source="f"))
    got = list(decoded_lines(io.BytesIO(data), source="f", otherwise="cp1252"))
    assert got == ["a\n", "b\n", "çé\n"]


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=200))
def test_lines_put_together_are_the_file(text: str) -> None:
    if text.startswith("\ufeff"):
        text = text[1:]
    got = list(decoded_lines(io.BytesIO(text.encode()), source="f", encoding="utf-8"))
    assert "".join(got) == text
