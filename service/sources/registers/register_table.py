"""Tables of registers as CSV: a heading line, then one entry a line, refused line by line."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from service.sources import Limits, Refusal, UnreadablePaper
from service.sources.json_document import json_text

_T = TypeVar("_T")
DELIMITERS = ",;\t"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entries(Generic[_T]):
    """What a table gave; a table with refused lines is not whole, so absence proves nothing."""

    taken: tuple[_T, ...]
    refused: tuple[Refusal, ...] = ()

    @property
    def gap(self) -> str:
        """Why something that is not in it may still exist; empty if the table is whole."""
        if not self.taken:
            return "the table is empty"
        return f"{len(self.refused)} lines of the table cannot be read" if self.refused else ""


def read_entries(
    data: bytes,
    *,
    source: str,
    columns: Mapping[str, Iterable[str]],
    required: Iterable[str],
    convert: Callable[[Mapping[str, str]], _T],
    limits: Limits,
) -> Entries[_T]:
    """Every line as `convert` makes it; it raises ValueError for one that it refuses.

    Args:
        data: CSV in UTF-8.
        source: for errors.
        columns: column to the headings that mean it, in lower case.
        required: columns without which it is another table.
        convert: from the cells of a line, by column, empty where it has none.
        limits: bytes and lines.

    Raises:
        UnreadablePaper: not CSV, not UTF-8, too large, or a required column is not there.
    """
    text = json_text(data, source=source, limits=limits).lstrip("\ufeff")
    heading = text.split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=heading.count)
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    taken: list[_T] = []
    refused: list[Refusal] = []
    known: list[str] = []
    try:
        for cells in reader:
            if not known:
                known = _known(cells, columns)
                _check(known, required, source)
                continue
            if not any(cell.strip() for cell in cells):
                continue
            if len(taken) + len(refused) >= limits.max_papers:
                raise UnreadablePaper(source, f"more than {limits.max_papers} lines")
            where = f"line {reader.line_num}"
            if len(cells) != len(known):
                reason = f"{len(cells)} cells, but {len(known)} headings"
                refused.append(Refusal(where=where, reason=reason))
                continue
            found = dict.fromkeys(columns, "")
            found.update({n: c.strip() for n, c in zip(known, cells, strict=True) if n})
            try:
                taken.append(convert(found))
            except ValueError as problem:
                refused.append(Refusal(where=where, reason=str(problem)))
    except csv.Error as problem:
        raise UnreadablePaper(
            source, f"no CSV: {problem}", where=f"line {reader.line_num}"
        ) from problem
    if not known:
        raise UnreadablePaper(source, "no heading line")
    return Entries(taken=tuple(taken), refused=tuple(refused))


def _known(cells: Iterable[str], columns: Mapping[str, Iterable[str]]) -> list[str]:
    """Column names of a heading line, empty where none is known."""
    words = {w: name for name, headings in columns.items() for w in (name, *headings)}
    return [words.get(" ".join(cell.replace("_", " ").casefold().split()), "") for cell in cells]


def _check(known: list[str], required: Iterable[str], source: str) -> None:
    missing = sorted(set(required) - set(known))
    if missing:
        raise UnreadablePaper(source, f"no column {', '.join(missing)}", where="line 1")
    twice = sorted({name for name in known if name and known.count(name) > 1})
    if twice:
        raise UnreadablePaper(source, f"column {', '.join(twice)} twice", where="line 1")
