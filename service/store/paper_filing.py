"""Writing papers: what is new of a file, in one transaction."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Table, insert, select, update

from service.domain.papers.current import PaperId, id_of, title_of
from service.domain.papers.keys import about, keys_of
from service.domain.papers.paper import Paper
from service.errors import NotConfigured
from service.store import paper_tables as t
from service.store.paper_json import PackedPaper, Unstorable, pack
from service.usecases.paper_ports import Line, Outcome, SentFile, readable

CHUNK = 500
ARRIVAL = "arrival"
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyPaper:
    """A paper that can be stored, as it will be."""

    paper: Paper
    packed: PackedPaper


def make_ready(papers: Sequence[Paper]) -> list[ReadyPaper | Line]:
    """Everything that can be done before the database is asked; a line for what is refused."""
    ready: list[ReadyPaper | Line] = []
    for paper in papers:
        try:
            ready.append(ReadyPaper(paper=paper, packed=pack(paper)))
        except Unstorable as problem:
            ready.append(_line(paper, Outcome.REFUSED, reason=str(problem)))
    return ready


def file_all(
    db: Connection, ready: Sequence[ReadyPaper | Line], *, file: SentFile, now: datetime
) -> tuple[Line, ...]:
    """Insert what is new, in the order of the file; the caller's transaction decides."""
    wanted = [each for each in ready if isinstance(each, ReadyPaper)]
    last = advance(db, ARRIVAL, 0)
    known = _known(db, [each.packed.content_sha256 for each in wanted])
    lines, new = [], list[tuple[int, ReadyPaper]]()
    for each in ready:
        if isinstance(each, Line):
            lines.append(each)
        elif (seen := known.get(each.packed.content_sha256)) is not None:
            lines.append(_line(each.paper, Outcome.DOUBLED, arrival=seen))
        else:
            last += 1
            known[each.packed.content_sha256] = last
            new.append((last, each))
            lines.append(_line(each.paper, Outcome.TAKEN, arrival=last))
    advance(db, ARRIVAL, len(new))
    _insert(db, t.papers, (_paper_row(arrival, each, file, now) for arrival, each in new))
    _insert(db, t.paper_parts, (row for arrival, each in new for row in _parts(arrival, each)))
    _insert(db, t.paper_keys, (row for arrival, each in new for row in _keys(arrival, each, now)))
    refused = [*file.refused, *(line for line in lines if line.outcome is Outcome.REFUSED)]
    db.execute(
        insert(t.paper_files).values(
            sha256=file.sha256,
            name=file.name,
            site=file.site,
            source=file.source,
            received_at=now,
            caller=file.caller,
            taken=len(new),
            doubled=len(wanted) - len(new),
            refused=json.dumps([{"where": line.where, "reason": line.reason} for line in refused]),
        )
    )
    return tuple(lines)


def _line(paper: Paper, outcome: Outcome, *, reason: str = "", arrival: int | None = None) -> Line:
    identity: PaperId = id_of(paper)
    return Line(
        outcome=outcome,
        title=readable(title_of(identity, paper.revision)),
        where=readable(paper.origin.where),
        reason=readable(reason),
        paper=None if outcome is Outcome.REFUSED else identity,
        arrival=arrival,
    )


def advance(db: Connection, counter: str, count: int) -> int:
    """The counter's value, `count` later. Its row stays locked: transactions go one by one."""
    counters = t.paper_counters
    counted = (
        update(counters)
        .where(counters.c.name == counter)
        .values(value=counters.c.value + count)
        .returning(counters.c.value)
    )
    value = db.execute(counted).scalar_one_or_none()
    if value is None:
        raise NotConfigured(f"the database has no counter {counter!r}; run `tallyman db upgrade`")
    return int(value)


def _known(db: Connection, sha256s: Sequence[str]) -> dict[str, int]:
    """Arrival by content, of those that were filed before."""
    found: dict[str, int] = {}
    for some in chunks(sha256s):
        rows = db.execute(
            select(t.papers.c.content_sha256, t.papers.c.arrival).where(
                t.papers.c.content_sha256.in_(some)
            )
        )
        found |= {row.content_sha256: row.arrival for row in rows}
    return found


def chunks(values: Sequence[_T]) -> Iterator[Sequence[_T]]:
    """Few enough for one statement: SQLite takes 32,766 values, older ones 999."""
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]


def _insert(db: Connection, table: Table, rows: Iterator[dict[str, Any]]) -> None:
    listed = list(rows)
    if listed:
        db.execute(insert(table), listed)


def _paper_row(arrival: int, ready: ReadyPaper, file: SentFile, now: datetime) -> dict[str, Any]:
    paper, packed = ready.paper, ready.packed
    return {
        "arrival": arrival,
        "site": paper.site,
        "kind": paper.kind.value,
        "reference": paper.reference,
        "function": paper.revision.function.value,
        "number": paper.revision.number,
        "issued_at": paper.revision.issued_at,
        "content_sha256": packed.content_sha256,
        "filed_at": now,
        "file_sha256": file.sha256,
        "file_name": paper.origin.file_name,
        "source": paper.origin.source,
        "place": paper.origin.where,
        "aliases": packed.aliases,
        "body_type": packed.body_type,
        "body": packed.body,
        "field_origins": packed.field_origins,
    }


def _parts(arrival: int, ready: ReadyPaper) -> Iterator[dict[str, Any]]:
    for part in ready.packed.parts:
        yield {
            "arrival": arrival,
            "container": part.container,
            "number": part.number,
            "body": part.body,
        }


def _keys(arrival: int, ready: ReadyPaper, now: datetime) -> Iterator[dict[str, Any]]:
    paper = ready.paper
    when = about(paper) or now
    keys = keys_of(paper)
    certain = {(key.kind, key.value) for key in keys if not key.doubtful}
    for key in keys:
        if key.doubtful and (key.kind, key.value) in certain:
            continue
        yield {
            "kind": key.kind.value,
            "value": key.value,
            "site": paper.site,
            "about": when,
            "arrival": arrival,
            "doubtful": key.doubtful,
        }
