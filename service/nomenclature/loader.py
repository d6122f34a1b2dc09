"""Public nomenclature files as CSV: the EU's CN and TARIC lists and the UN's HS correspondence.

The files are published as spreadsheets; these readers take them saved as CSV, with comma,
semicolon or tab, whatever lines of title stand above the header. Columns:

- CN (Eurostat, yearly): CNKEY, CN_CODE, LEVEL, NAME_<language>; rows without a code are titles.
- TARIC (DG TAXUD, "Nomenclature EN"): Goods code ("0101210000 80"), Start date, End date,
  Language, Hier. Pos., Indent, Description, Descr. start date.
- UN correspondence (UNSD, for example HS 2022 to HS 2017): one column per edition, Relationship.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import BinaryIO

from service.csv_table import (
    MAX_LINES_BEFORE_HEADER,
    MalformedTable,
    Row,
    decoded_lines,
    read_table,
)
from service.errors import InvalidInput
from service.nomenclature.table import Heading, Level, Nomenclature, normalise_code

MAX_DESCRIPTION_CHARS = 10_000
DECLARABLE_SUFFIX = "80"
_TARIC_COLUMNS = (
    "Goods code",
    "Start date",
    "End date",
    "Language",
    "Hier. Pos.",
    "Description",
    "Descr. start date",
)
_SECTION_LEVEL = "1"


def load_cn(stream: BinaryIO, *, language: str, year: int, source: str = "CN") -> Nomenclature:
    """The Combined Nomenclature of one year, valid from 1 January to 31 December.

    Args:
        stream: the CSV file, seekable.
        language: of the descriptions, as in the column NAME_EN.
        year: the CN is published anew for each year.
        source: for complaints, usually the file name.

    Raises:
        MalformedTable: with the line; also where a code comes twice.
    """
    name = f"NAME_{language.upper()}"
    first, last = date(year, 1, 1), date(year, 12, 31)
    seen: dict[str, int] = {}
    headings = []
    for row in _rows(stream, source=source, columns=("CN_CODE", "LEVEL", name)):
        if not row["CN_CODE"] or row["LEVEL"] == _SECTION_LEVEL:
            continue
        code = _code(row, "CN_CODE")
        if code in seen:
            raise row.wrong(f"{code} comes twice, first on line {seen[code]}")
        seen[code] = row.line
        headings.append(
            Heading(code=code, description=_description(row, name), valid_from=first, valid_to=last)
        )
    return Nomenclature(headings, edition=f"CN {year}")


def load_taric(stream: BinaryIO, *, language: str, source: str = "TARIC") -> Nomenclature:
    """The TARIC goods nomenclature in one language, with all its dates.

    Lines with a suffix other than 80 only group others and are passed over. A code keeps as
    many digits as its position in the hierarchy says: "0101000000 80" of position 4 is 0101.
    A description that changed on a day makes two versions of the code.

    Args:
        stream: the CSV file, seekable.
        language: two letters, as in the column Language.
        source: for complaints, usually the file name.

    Raises:
        MalformedTable: with the line.
    """
    spans: dict[str, list[tuple[Heading, Row]]] = defaultdict(list)
    for row in _rows(stream, source=source, columns=_TARIC_COLUMNS):
        if row["Language"].upper() != language.upper():
            continue
        if row["Goods code"].partition(" ")[2].strip() != DECLARABLE_SUFFIX:
            continue
        entry = _taric_heading(row)
        spans[entry.code].append((entry, row))
    return Nomenclature(
        (heading for versions in spans.values() for heading in _successive(versions)),
        edition="TARIC",
    )


def _taric_heading(row: Row) -> Heading:
    length = row["Hier. Pos."].removesuffix(".0")
    if length not in {str(level.value) for level in Level}:
        raise row.wrong(f"Hier. Pos.: expected 2, 4, 6, 8 or 10, got {length[:10]!r}")
    code = _code(row, "Goods code")
    if set(code[int(length) :]) - {"0"}:
        raise row.wrong(f"{code} has digits behind its position {length}")
    starts = [d for c in ("Start date", "Descr. start date") if (d := row.date_in(c))]
    if not starts:
        raise row.wrong("Start date is empty")
    try:
        return Heading(
            code=code[: int(length)],
            description=_description(row, "Description"),
            valid_from=max(starts),
            valid_to=row.date_in("End date"),
        )
    except MalformedTable:
        raise
    except InvalidInput as problem:
        raise row.wrong(problem.reason) from None


def _successive(versions: list[tuple[Heading, Row]]) -> Iterator[Heading]:
    """A later description of the same span ends the earlier one the day before."""
    ordered = sorted(versions, key=lambda item: (item[0].valid_from, item[1].line))
    for (heading, first), (later, second) in pairwise(ordered):
        if heading.valid_from == later.valid_from:
            raise second.wrong(
                f"{later.code} begins on {later.valid_from} on line {first.line} already"
            )
        until = later.valid_from - timedelta(days=1)
        ends_later = heading.valid_to is None or heading.valid_to > until
        yield replace(heading, valid_to=until) if ends_later else heading
    yield ordered[-1][0]


@dataclass(frozen=True, kw_only=True, slots=True)
class Correspondence:
    """Codes of one edition over against another; `relationship` as published ("1:n")."""

    code: str
    other_code: str
    relationship: str


class Correspondences:
    """Six-digit codes of two editions of the HS, either way."""

    def __init__(self, pairs: Iterable[Correspondence], *, edition: str, other: str) -> None:
        self.edition = edition
        self.other = other
        self._forth: dict[str, list[str]] = defaultdict(list)
        self._back: dict[str, list[str]] = defaultdict(list)
        for pair in pairs:
            self._forth[pair.code].append(pair.other_code)
            self._back[pair.other_code].append(pair.code)

    def to_other(self, code: str) -> tuple[str, ...]:
        """What a six-digit code of `edition` is in `other`; several where it was split."""
        return tuple(self._forth.get(normalise_code(code), ()))

    def from_other(self, code: str) -> tuple[str, ...]:
        return tuple(self._back.get(normalise_code(code), ()))

    def __len__(self) -> int:
        return len(self._forth)


def load_correspondence(
    stream: BinaryIO, *, edition: str, other: str, source: str = "correspondence"
) -> Correspondences:
    """A UN correspondence table; `edition` and `other` are its columns, "HS 2022", "HS 2017".

    Raises:
        MalformedTable: with the line.
    """
    pairs = []
    for row in _rows(stream, source=source, columns=(edition, other, "Relationship")):
        codes = [_code(row, column) for column in (edition, other)]
        if any(len(code) != Level.SUBHEADING for code in codes):
            raise row.wrong(f"expected two six-digit codes, got {codes[0]} and {codes[1]}")
        pairs.append(
            Correspondence(code=codes[0], other_code=codes[1], relationship=row["Relationship"])
        )
    return Correspondences(pairs, edition=edition, other=other)


def _rows(stream: BinaryIO, *, source: str, columns: tuple[str, ...]) -> Iterator[Row]:
    delimiter = _delimiter(stream, columns[0])
    # The spreadsheets' own "save as CSV" writes the code page of the machine.
    lines = decoded_lines(stream, source=source, otherwise="cp1252")
    return read_table(lines, source=source, columns=columns, delimiter=delimiter)


def _delimiter(stream: BinaryIO, column: str) -> str:
    """The one that the header line uses most; the header is the line that names `column`."""
    start = stream.tell()
    head = [stream.readline(1 << 16) for _ in range(MAX_LINES_BEFORE_HEADER)]
    stream.seek(start)
    # Every name and delimiter is ASCII; dropping zero bytes reads UTF-16 as well.
    texts = [line.replace(b"\0", b"").decode("ascii", errors="replace") for line in head]
    header = next((text for text in texts if column.lower() in text.lower()), texts[0])
    return max(",;\t", key=header.count)


def _code(row: Row, column: str) -> str:
    try:
        return normalise_code(row[column])
    except InvalidInput as problem:
        raise row.wrong(f"{column}: {problem.reason}") from None


def _description(row: Row, column: str) -> str:
    # Excel exports lead with the dashes of the hierarchy: "- - Pure-bred".
    text = row[column].lstrip("-–— ").rstrip(" :")
    if len(text) > MAX_DESCRIPTION_CHARS:
        raise row.wrong(f"{column}: longer than {MAX_DESCRIPTION_CHARS} characters")
    return text
