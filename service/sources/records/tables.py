"""CSV with a heading line, in the delimiter that makes most of its columns known."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from service.sources import UnreadablePaper
from service.sources.intake import Intake
from service.sources.json_document import cut_off
from service.sources.records.record import Record, decimal_mark_of
from service.sources.records.vocabulary import Meaning, Vocabulary

DELIMITERS = ",;\t|"
MAX_HEADING_LINE = 20_000
MAX_LINES = 2_000_000
SHOWN = 20
_EXCEL_HINT = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)


class Heading(NamedTuple):
    """The first line."""

    delimiter: str
    cells: list[str]
    meanings: list[Meaning | None]


def heading_of(text: str, vocabulary: Vocabulary) -> Heading:
    """The heading line of a table, with the delimiter that makes most columns known."""
    line = _without_hint(text).split("\n", 1)[0].rstrip("\r")[:MAX_HEADING_LINE]
    best, most = Heading(",", [], []), -1
    for delimiter in DELIMITERS:
        try:
            cells = next(csv.reader([line], delimiter=delimiter, strict=True), [])
        except csv.Error:
            continue
        meanings = [vocabulary.meaning(cell.strip()) for cell in cells]
        known = sum(meaning is not None for meaning in meanings)
        if known > most:
            best, most = Heading(delimiter, [cell.strip() for cell in cells], meanings), known
    return best


def table_records(intake: Intake, vocabulary: Vocabulary, text: str) -> Iterator[Record]:
    """The lines of a table; one that has other cells than headings is refused.

    Raises:
        UnreadablePaper: no CSV, two columns that mean the same, decimal point and comma.
    """
    for doubt in cut_off(intake.file.data):
        intake.doubt(doubt.where, doubt.reason)
    heading = heading_of(text, vocabulary)
    by_name = _once(heading, intake.source)
    pairs = zip(heading.cells, heading.meanings, strict=True)
    tell_unread(intake, "line 1", (cell for cell, meaning in pairs if meaning is None))
    rows = list(_rows(text, heading, intake))
    mark = _decimal_mark(rows, intake, vocabulary)
    names = {name: f"column {cell}" for name, (cell, _) in by_name.items()}
    meanings = {name: meaning for name, (_, meaning) in by_name.items()}
    for line, cells in rows:
        yield Record(
            place=f"line {line}",
            cells=cells,
            headings=names,
            meanings=meanings,
            vocabulary=vocabulary,
            zone=intake.file.local_zone,
            mark=mark,
        )


def table_text(intake: Intake) -> str:
    """UTF-8, else Windows-1252 with a doubt. Raises: UnreadablePaper."""
    data = intake.file.data
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        try:
            text = data.decode("cp1252")
        except UnicodeDecodeError as other:
            raise UnreadablePaper(
                intake.source, "neither UTF-8 nor Windows-1252 text", where=f"byte {other.start}"
            ) from other
        intake.doubt(f"line {line}", "not UTF-8, read as Windows-1252")
        return text


def tell_unread(intake: Intake, where: str, headings: Iterable[str]) -> None:
    """Name columns that no field is known for, as one may be misspelt."""
    unread = [heading[:60] for heading in headings if heading]
    if unread:
        shown = ", ".join(unread[:SHOWN]) + (" …" if len(unread) > SHOWN else "")
        intake.doubt(where, f"columns not read: {shown}")


def _without_hint(text: str) -> str:
    hint = _EXCEL_HINT.match(text)
    return text[hint.end() :] if hint else text


def _rows(text: str, heading: Heading, intake: Intake) -> Iterator[tuple[int, dict[str, str]]]:
    bare = _without_hint(text)
    skipped = text[: len(text) - len(bare)].count("\n")
    if bare.count("\n") > MAX_LINES:
        raise UnreadablePaper(intake.source, f"more than {MAX_LINES} lines")
    reader = csv.reader(io.StringIO(bare), delimiter=heading.delimiter, strict=True)
    width, line = len(heading.cells), 1
    try:
        for values in reader:
            start, line = line, reader.line_num + 1
            if start == 1 or not any(value.strip() for value in values):
                continue
            if len(values) < width or any(value.strip() for value in values[width:]):
                reason = f"{len(values)} cells, but {width} headings"
                intake.refuse(f"line {start + skipped}", reason)
                continue
            yield (
                start + skipped,
                {
                    meaning.name: value
                    for meaning, value in zip(heading.meanings, values, strict=False)
                    if meaning is not None and value.strip()
                },
            )
    except csv.Error as trouble:
        where = f"line {line + skipped}"
        raise UnreadablePaper(intake.source, f"no CSV: {trouble}", where=where) from trouble


def _once(heading: Heading, source: str) -> dict[str, tuple[str, Meaning]]:
    seen: dict[str, tuple[str, Meaning]] = {}
    for cell, meaning in zip(heading.cells, heading.meanings, strict=True):
        if meaning is None:
            continue
        if meaning.name in seen:
            other = seen[meaning.name][0]
            raise UnreadablePaper(source, f"{other!r} and {cell!r} both mean {meaning.name}")
        seen[meaning.name] = (cell, meaning)
    return seen


def _decimal_mark(
    rows: list[tuple[int, dict[str, str]]], intake: Intake, vocabulary: Vocabulary
) -> str:
    """Point or comma, or nothing if no number of the file gives it away."""
    seen: dict[str, int] = {}
    for line, cells in rows:
        for name in vocabulary.grouped & cells.keys():
            mark = decimal_mark_of(cells[name])
            if mark:
                seen.setdefault(mark, line)
    if len(seen) > 1:
        reason = f"decimal point in line {seen['.']}, decimal comma in line {seen[',']}"
        raise UnreadablePaper(intake.source, reason)
    return next(iter(seen), "")
