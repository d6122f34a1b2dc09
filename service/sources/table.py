"""Tables from outside, CSV with a heading line or one JSON object a line, as rows of columns.

`columns.toml` says which headings mean which column. A number is read by the decimal mark that
the file itself gives away; "1.234" in a file that nowhere gives it away is refused, because it is
a thousand times more or less.
"""

from __future__ import annotations

import csv
import io
import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from service.sources import Limits, Refusal, UnreadablePaper, lexical
from service.sources.json_document import Json, cut_off, json_lines, json_text, opening_keys
from service.sources.statement import RefusedStatement

_T = TypeVar("_T")

DELIMITERS = ",;\t|"
NUMERIC = frozenset(
    {
        "packages", "gross_mass", "net_mass", "quantity", "value", "total_packages",
        "total_gross_mass",
    }
)  # fmt: skip
UNITS = {
    "kg": "KGM",
    "kgs": "KGM",
    "g": "GRM",
    "t": "TNE",
    "to": "TNE",
    "tonnes": "TNE",
    "lb": "LBR",
    "lbs": "LBR",
}
_WORD = re.compile(r"[^\W_]+")
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:([.,])[0-9]{3})+")
_BLANKS = re.compile(r"(?<=[0-9])[ \u00a0\u2009\u202f'’](?=[0-9]{3})")
_LIST = re.compile(r"[;|\n]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a file: what it is, its heading there, and the unit that the heading names."""

    name: str
    heading: str
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line. `cells` are those not empty; `problem` says why the line cannot be read at all."""

    line: int
    cells: Mapping[str, str]
    columns: Mapping[str, Column]
    decimal_mark: str = "."
    problem: str = ""

    def where(self, name: str) -> str:
        column = self.columns.get(name)
        return f"line {self.line} column {column.heading}" if column else f"line {self.line}"

    def text(self, name: str) -> str:
        return self.read(name, lexical.plain) or ""

    def read(self, name: str, convert: Callable[[str], _T]) -> _T | None:
        """The value of a cell, None if it is empty. Raises: RefusedStatement."""
        cell = self.cells.get(name)
        if cell is None:
            return None
        try:
            return convert(cell)
        except ValueError as problem:
            raise RefusedStatement(str(problem), where=self.where(name)) from problem

    def number(self, name: str, convert: Callable[[str], _T]) -> _T | None:
        """As `read`, of a number in the notation of the file."""
        return self.read(name, lambda cell: convert(self._plain_number(cell)))

    def mass_kg(self, name: str) -> float | None:
        unit = self.columns[name].unit if name in self.columns else ""
        return self.number(name, lambda text: lexical.mass_kg(text, unit))

    def several(self, name: str, convert: Callable[[str], _T]) -> tuple[_T, ...]:
        """Values separated by ; or |."""
        found = self.read(
            name, lambda cell: tuple(convert(part) for part in _LIST.split(cell) if part.strip())
        )
        return found or ()

    def _plain_number(self, cell: str) -> str:
        text = _BLANKS.sub("", cell.strip())
        if not self.decimal_mark:
            if _GROUPED.fullmatch(text):
                raise ValueError(
                    f"expected a number, got {text!r}, which can be read in two ways;"
                    " nothing in the file tells which"
                )
            return text
        thousands = "," if self.decimal_mark == "." else "."
        whole, mark, rest = text.partition(self.decimal_mark)
        if thousands in whole and not re.fullmatch(
            rf"[+-]?[0-9]{{1,3}}(\{thousands}[0-9]{{3}})+", whole
        ):
            raise ValueError(f"expected a number, got {text!r}")
        return whole.replace(thousands, "") + ("." if mark else "") + rest


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The rows of a file and the headings that no column is known for."""

    rows: tuple[Row, ...]
    unread: tuple[str, ...] = ()
    ending: tuple[Refusal, ...] = ()

    @property
    def doubts(self) -> tuple[Refusal, ...]:
        """Headings without a known column, as one may be misspelt; and an end without line end."""
        if not self.unread:
            return self.ending
        reason = f"columns not read: {', '.join(self.unread)}"
        return (Refusal(where="line 1", reason=reason), *self.ending)


def columns_of(head: bytes) -> frozenset[str]:
    """The columns that the heading line, or the first JSON object, of a file names."""
    text = _head_text(head)
    if text.lstrip().startswith("{"):
        keys = opening_keys(head)
        return frozenset(c.name for key in keys if (c := column_for(key)) is not None)
    if text.lstrip().startswith(("[", "<")):
        return frozenset()
    return frozenset(c.name for c in _headings(text).columns if c is not None)


def read_table(data: bytes, *, source: str, limits: Limits) -> Table:
    """Raises: UnreadablePaper."""
    text = json_text(data, source=source, limits=limits).lstrip("\ufeff")
    if text.lstrip().startswith("{"):
        table = _json_table(data, source=source, limits=limits)
    else:
        table = _csv_table(text, source=source, limits=limits)
    return replace(table, ending=cut_off(data))


@lru_cache(maxsize=4096)
def column_for(heading: str) -> Column | None:
    """The column that a heading means, None if none is known."""
    words = _words(heading)
    known = _known()
    whole = known.get("".join(words))
    if whole is not None:
        return Column(name=whole, heading=heading)
    if len(words) > 1 and words[-1] in UNITS:
        rest = [word for word in words[:-1] if word != "in"]
        name = known.get("".join(rest), "")
        if name.endswith("mass"):
            return Column(name=name, heading=heading, unit=UNITS[words[-1]])
    return None


@lru_cache(maxsize=1)
def _known() -> dict[str, str]:
    text = (Path(__file__).parent / "columns.toml").read_text(encoding="utf-8")
    found: dict[str, str] = {}
    for name, column in tomllib.loads(text).items():
        for heading in (name, *column["names"]):
            key = "".join(_words(heading))
            if found.setdefault(key, name) != name:
                raise ValueError(f"columns.toml: {heading!r} is {found[key]} and {name}")
    return found


def _words(heading: str) -> list[str]:
    bare = unicodedata.normalize("NFKD", heading.casefold())
    return _WORD.findall("".join(c for c in bare if not unicodedata.combining(c)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Headings:
    delimiter: str = ","
    cells: tuple[str, ...] = ()
    columns: tuple[Column | None, ...] = ()


def _headings(text: str) -> _Headings:
    """The first line, with the delimiter that makes most columns known."""
    line = text.split("\n", 1)[0].rstrip("\r")
    best, most = _Headings(), -1
    for delimiter in DELIMITERS:
        try:
            cells = next(csv.reader([line], delimiter=delimiter, strict=True), [])
        except csv.Error:
            continue
        columns = tuple(column_for(cell.strip()) for cell in cells)
        known = sum(c is not None for c in columns)
        if known > most:
            best, most = _Headings(delimiter=delimiter, cells=tuple(cells), columns=columns), known
    return best


def _csv_table(text: str, *, source: str, limits: Limits) -> Table:
    headings = _headings(text)
    columns = headings.columns
    _once((c for c in columns if c is not None), source)
    by_name = {c.name: c for c in columns if c is not None}
    reader = csv.reader(io.StringIO(text), delimiter=headings.delimiter, strict=True)
    raw: list[tuple[int, dict[str, str], str]] = []
    line = 1
    try:
        for values in reader:
            start, line = line, reader.line_num + 1
            if start == 1 or not any(v.strip() for v in values):
                continue
            if len(raw) > limits.max_papers:
                raise UnreadablePaper(source, f"more than {limits.max_papers} lines")
            problem = ""
            if len(values) != len(columns):
                problem = f"{len(values)} cells, but {len(columns)} headings"
            found = {
                column.name: value
                for column, value in zip(columns, values, strict=False)
                if column is not None and value.strip()
            }
            raw.append((start, found, problem))
    except csv.Error as trouble:
        raise UnreadablePaper(source, f"no CSV: {trouble}", where=f"line {line}") from trouble
    mark = _decimal_mark(raw, source)
    return Table(
        rows=tuple(
            Row(line=number, cells=found, columns=by_name, decimal_mark=mark, problem=problem)
            for number, found, problem in raw
        ),
        unread=tuple(
            c.strip() for c, known in zip(headings.cells, columns, strict=True) if known is None
        ),
    )


def _json_table(data: bytes, *, source: str, limits: Limits) -> Table:
    rows: list[Row] = []
    unread: dict[str, None] = {}
    for number, value in json_lines(data, source=source, limits=limits):
        if len(rows) >= limits.max_papers:
            raise UnreadablePaper(source, f"more than {limits.max_papers} lines")
        if isinstance(value, UnreadablePaper) or not isinstance(value, dict):
            reason = value.reason if isinstance(value, UnreadablePaper) else "expected an object"
            rows.append(Row(line=number, cells={}, columns={}, problem=reason))
            continue
        columns = {key: column_for(key) for key in value}
        unread.update(dict.fromkeys(key for key, column in columns.items() if column is None))
        known = [c for c in columns.values() if c is not None]
        problem = ""
        try:
            _once(known, source)
            cells = {c.name: _cell(value[c.heading], c.heading) for c in known}
        except (UnreadablePaper, ValueError) as trouble:
            problem, cells = getattr(trouble, "reason", str(trouble)), {}
        rows.append(
            Row(
                line=number,
                cells={name: cell for name, cell in cells.items() if cell.strip()},
                columns={c.name: c for c in known},
                problem=problem,
            )
        )
    return Table(rows=tuple(rows), unread=tuple(unread))


def _cell(value: Json, key: str) -> str:
    """A JSON value as the text of a cell; a list of texts as several."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return f"{value:.12f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
    if isinstance(value, list) and all(isinstance(v, str) for v in value):
        return ";".join(str(v) for v in value)
    raise ValueError(f"{key}: expected text, a number or a list of texts")


def _once(columns: Iterable[Column], source: str) -> None:
    seen: dict[str, Column] = {}
    for column in columns:
        other = seen.setdefault(column.name, column)
        if other is not column:
            raise UnreadablePaper(
                source,
                f"{other.heading!r} and {column.heading!r} both mean {column.name}",
                where="line 1",
            )


def _decimal_mark(raw: Iterable[tuple[int, Mapping[str, str], str]], source: str) -> str:
    """Point or comma, or nothing if no number of the file gives it away."""
    seen: dict[str, int] = {}
    for line, cells, _ in raw:
        for name in NUMERIC & cells.keys():
            mark = _mark_of(_BLANKS.sub("", cells[name].strip()))
            if mark:
                seen.setdefault(mark, line)
    if len(seen) > 1:
        raise UnreadablePaper(
            source, f"decimal point in line {seen['.']}, decimal comma in line {seen[',']}"
        )
    return next(iter(seen), "")


def _mark_of(number: str) -> str:
    """The decimal mark that one number gives away, if it does."""
    marks = [c for c in number if c in ".,"]
    if len(set(marks)) > 1:
        return marks[-1]
    if len(marks) > 1:
        return "," if marks[0] == "." else "."
    if marks and not _GROUPED.fullmatch(number.lstrip("+-")):
        return marks[0]
    return ""


def _head_text(head: bytes) -> str:
    try:
        return json_text(head, source="table", limits=Limits()).lstrip("\ufeff")
    except UnreadablePaper:
        return head.decode("utf-8", errors="replace").lstrip("\ufeff")
