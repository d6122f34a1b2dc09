"""Delimited tables read row by row: every complaint names the file and the line.

For the tables that the service ships and for those that a site loads. Nothing is read ahead and
nothing is guessed: a byte that does not decode, a row too short and a row too many all refuse.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import BinaryIO

from service.errors import InvalidInput

MAX_ROWS = 500_000
MAX_LINE_CHARS = 20_000
MAX_LINES_BEFORE_HEADER = 10
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CHUNK_BYTES = 1 << 16


class MalformedTable(InvalidInput):
    """A table that cannot be read; `source` and `line` (from 1) say where."""

    def __init__(self, reason: str, *, source: str, line: int) -> None:
        super().__init__(reason, field=f"{source}, line {line}")
        self.source = source
        self.line = line


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One row by column name, with what is needed to complain about it."""

    source: str
    line: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def wrong(self, reason: str) -> MalformedTable:
        return MalformedTable(reason, source=self.source, line=self.line)

    def date_in(self, column: str) -> date | None:
        """A date written YYYY-MM-DD, DD-MM-YYYY, DD/MM/YYYY or DD.MM.YYYY; None if empty.

        Raises:
            MalformedTable: anything else.
        """
        text = self.cells[column].strip()
        if not text:
            return None
        parts = text.split(" ")[0].replace("/", "-").replace(".", "-").split("-")
        try:
            first, middle, last = (int(part) for part in parts)
            return date(first, middle, last) if len(parts[0]) == 4 else date(last, middle, first)  # noqa: PLR2004
        except ValueError:
            raise self.wrong(f"{column}: expected a date, got {text[:30]!r}") from None

    def number_in(self, column: str) -> float | None:
        """A finite number with a decimal point; None if empty.

        Raises:
            MalformedTable: anything else.
        """
        text = self.cells[column].strip()
        if not text:
            return None
        try:
            number = float(text)
        except ValueError:
            raise self.wrong(f"{column}: expected a number, got {text[:30]!r}") from None
        if number - number != 0:
            raise self.wrong(f"{column}: expected a finite number, got {text[:30]!r}")
        return number


def read_table(
    lines: Iterable[str],
    *,
    source: str,
    columns: Sequence[str],
    delimiter: str = ",",
    max_rows: int = MAX_ROWS,
) -> Iterator[Row]:
    """Rows under the first line that has all of `columns`; lines that begin with # are remarks.

    Columns may come in any order and among others; their names are compared without case and
    outer spaces, and rows carry them as `columns` spells them.

    Raises:
        MalformedTable: no such header within the first ten lines, a row of another length, a
            line or a table beyond its limit, or quoting that does not close.
    """
    numbered = _Numbered(lines, source)
    reader = csv.reader(numbered, delimiter=delimiter, strict=True)
    places: dict[str, int] | None = None
    width = rows = 0
    try:
        for cells in reader:
            # A quoted cell may run over lines: a row is where it began.
            line, numbered.row_line = numbered.row_line, numbered.line + 1
            if not any(cell.strip() for cell in cells):
                continue
            if places is None:
                places = _places(cells, columns)
                width = len(cells)
                if places is None and line >= MAX_LINES_BEFORE_HEADER:
                    break
                continue
            if len(cells) != width:
                raise MalformedTable(
                    f"expected {width} columns, got {len(cells)}", source=source, line=line
                )
            rows += 1
            if rows > max_rows:
                raise MalformedTable(f"more than {max_rows} rows", source=source, line=line)
            yield Row(
                source=source,
                line=line,
                cells={name: cells[place].strip() for name, place in places.items()},
            )
    except csv.Error as problem:
        raise MalformedTable(str(problem), source=source, line=numbered.line) from None
    if places is None:
        raise MalformedTable(
            f"no header with the columns {', '.join(columns)}", source=source, line=1
        )


class _Numbered:
    """Lines without remarks, counted, and refused when they are too long."""

    def __init__(self, lines: Iterable[str], source: str) -> None:
        self._lines = iter(lines)
        self._source = source
        self.line = 0
        self.row_line = 1

    def __iter__(self) -> _Numbered:
        return self

    def __next__(self) -> str:
        while True:
            text = next(self._lines)
            self.line += 1
            if len(text) > MAX_LINE_CHARS:
                raise MalformedTable(
                    f"a line longer than {MAX_LINE_CHARS} characters",
                    source=self._source,
                    line=self.line,
                )
            if not (text.startswith("#") and self.row_line == self.line):
                return text
            self.row_line += 1


def _places(cells: Sequence[str], columns: Sequence[str]) -> dict[str, int] | None:
    found = {cell.strip().lower(): place for place, cell in reversed(list(enumerate(cells)))}
    if any(column.lower() not in found for column in columns):
        return None
    return {column: found[column.lower()] for column in columns}


def read_csv_file(path: Path, *, columns: Sequence[str], delimiter: str = ",") -> Iterator[Row]:
    """`read_table` over a UTF-8 file."""
    with path.open("rb") as stream:
        lines = decoded_lines(stream, source=path.name)
        yield from read_table(lines, source=path.name, columns=columns, delimiter=delimiter)


def decoded_lines(
    stream: BinaryIO, *, source: str, encoding: str | None = None, otherwise: str | None = None
) -> Iterator[str]:
    """Lines of a byte stream, one at a time, with their ends.

    Args:
        stream: read from where it stands; it must be seekable where `otherwise` is given.
        source: for complaints.
        encoding: what the bytes are; without it a byte order mark decides, else UTF-8.
        otherwise: encoding to take when the bytes are not UTF-8, for old exports ("cp1252").

    Raises:
        MalformedTable: bytes that are not in the encoding.
    """
    chosen = encoding or _from_mark(stream)
    if chosen is None:
        chosen = "utf-8"
        if otherwise is not None and not _decodes(stream, "utf-8"):
            chosen = otherwise
    decoder = codecs.getincrementaldecoder(chosen)()
    line = 1
    rest = ""
    while True:
        chunk = stream.read(_CHUNK_BYTES)
        try:
            rest += decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as problem:
            line += problem.object[: problem.start].count(b"\n") + rest.count("\n")
            raise MalformedTable(f"not {chosen}", source=source, line=line) from None
        if len(rest) > MAX_LINE_CHARS + _CHUNK_BYTES:
            raise MalformedTable(
                f"a line longer than {MAX_LINE_CHARS} characters", source=source, line=line
            )
        *whole, rest = rest.split("\n")
        for text in whole:
            yield text + "\n"
            line += 1
        if not chunk:
            if rest:
                yield rest
            return


def _from_mark(stream: BinaryIO) -> str | None:
    if not stream.seekable():
        return None
    start = stream.tell()
    head = stream.read(4)
    stream.seek(start)
    return next((name for mark, name in _BOMS if head.startswith(mark)), None)


def _decodes(stream: BinaryIO, encoding: str) -> bool:
    start = stream.tell()
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while chunk := stream.read(_CHUNK_BYTES):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    finally:
        stream.seek(start)
    return True
