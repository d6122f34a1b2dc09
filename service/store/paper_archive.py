"""Papers as filed, over SQLAlchemy; the same statements on SQLite and PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Row,
    Select,
    Table,
    and_,
    bindparam,
    or_,
    select,
    true,
    union_all,
)

from service.domain.access import Caller
from service.domain.papers.current import PaperId, Version, state_of
from service.domain.papers.keys import Key, KeyKind
from service.domain.papers.paper import Function, Origin, Paper, PaperKind, Revision
from service.errors import NotFound
from service.store import paper_tables as t
from service.store.connections import Connections
from service.store.paper_filing import chunks, file_all, make_ready
from service.store.paper_json import body_of, origins_of
from service.usecases.paper_ports import Line, PaperHistory, SentFile, Span

MOST_PER_KIND = 200
"""Papers found by one kind of key; a person's visit has a dozen in all."""
MOST_FOUND = 200
_HEAD = [
    column for column in t.papers.c if column.name not in {"body", "body_type", "field_origins"}
]


class SqlPaperArchive(Connections):
    """See `service.usecases.paper_ports.PaperArchive`.

    Args:
        engine: from `service.store.engine.open_engine`, migrated.
    """

    def file(self, papers: Sequence[Paper], *, file: SentFile, now: datetime) -> tuple[Line, ...]:
        ready = make_ready(papers)
        with self._writing() as db:
            return file_all(db, ready, file=file, now=now)

    def find(
        self, wanted: Mapping[KeyKind, frozenset[str]], *, site: str, spans: Mapping[KeyKind, Span]
    ) -> tuple[PaperHistory, ...]:
        kinds = {kind: values for kind, values in wanted.items() if values}
        if not kinds:
            return ()
        asked: dict[str, object] = {"site": site}
        for kind, values in kinds.items():
            asked |= {
                f"{kind.value}_values": sorted(values),
                f"{kind.value}_since": spans[kind].since,
                f"{kind.value}_until": spans[kind].until,
            }
        with self._reading() as db:
            arrivals = db.scalars(_newest_with(frozenset(kinds)), asked).all()
            return _histories(db, arrivals, containers=kinds.get(KeyKind.CONTAINER, frozenset()))

    def search(self, keys: frozenset[Key], *, caller: Caller) -> tuple[PaperHistory, ...]:
        table = t.paper_keys
        named = or_(*(and_(table.c.kind == key.kind, table.c.value == key.value) for key in keys))
        query = (
            select(table.c.arrival)
            .where(named, _seen_by(caller, table))
            .order_by(table.c.about.desc())
            .limit(MOST_FOUND)
        )
        containers = frozenset(key.value for key in keys if key.kind is KeyKind.CONTAINER)
        with self._reading() as db:
            return _histories(db, db.scalars(query).all(), containers=containers)

    def titled(self, reference: str, *, caller: Caller) -> tuple[PaperHistory, ...]:
        table = t.papers
        query = select(table.c.arrival).where(
            table.c.reference == reference, _seen_by(caller, table)
        )
        with self._reading() as db:
            return _histories(db, db.scalars(query).all())

    def history(self, kind: PaperKind, reference: str, *, caller: Caller) -> PaperHistory:
        table = t.papers
        query = (
            select(table.c.arrival)
            .where(
                table.c.reference == reference,
                table.c.kind == kind.value,
                _seen_by(caller, table),
            )
            .order_by(table.c.site)
            .limit(1)
        )
        with self._reading() as db:
            found = _histories(db, db.scalars(query).all())
        if not found:
            raise NotFound(f"no {kind.value.replace('_', ' ')} is filed under {reference!r}")
        return found[0]

    def revision(self, arrival: int, *, caller: Caller) -> Paper:
        with self._reading() as db:
            row = db.execute(select(t.papers).where(t.papers.c.arrival == arrival)).one_or_none()
            if row is None or not caller.sees(row.site):
                raise NotFound(f"no paper has the number {arrival}")
            parts = db.execute(
                select(t.paper_parts.c.body)
                .where(t.paper_parts.c.arrival == arrival)
                .order_by(t.paper_parts.c.number)
            )
            return _paper(row, parts.scalars().all(), origins=origins_of(row.field_origins))


# Statements are built once: building them would take longer than the database needs to answer.


@cache
def _newest_with(kinds: frozenset[KeyKind]) -> CompoundSelect[Any]:
    """Arrivals of the newest papers with one of the keys; reads nothing but the index."""
    return union_all(*(_newest_of(kind) for kind in sorted(kinds)))


def _newest_of(kind: KeyKind) -> Select[Any]:
    table, about = t.paper_keys, t.paper_keys.c.about
    newest = (
        select(table.c.arrival)
        .where(
            table.c.kind == kind.value,
            table.c.value.in_(bindparam(f"{kind.value}_values", expanding=True)),
            table.c.site == bindparam("site"),
            about >= bindparam(f"{kind.value}_since", type_=about.type),
            about < bindparam(f"{kind.value}_until", type_=about.type),
        )
        .order_by(about.desc())
        .limit(MOST_PER_KIND)
        .subquery()
    )
    return select(newest.c.arrival)


def _histories(
    db: Connection, arrivals: Collection[int], *, containers: frozenset[str] = frozenset()
) -> tuple[PaperHistory, ...]:
    """The papers that have one of those revisions, with all their revisions; newest first."""
    versions: dict[PaperId, dict[int, Version]] = {}
    for some in chunks(sorted(set(arrivals))):
        for row in db.execute(_all_revisions(), {"arrivals": some}):
            identity = PaperId(site=row.site, kind=PaperKind(row.kind), reference=row.reference)
            versions.setdefault(identity, {})[row.arrival] = _version(row)
    states = {identity: state_of(rows.values()) for identity, rows in versions.items()}
    counting = [state.counts.arrival for state in states.values() if state is not None]
    papers = _papers(db, counting, containers)
    found = [
        PaperHistory(
            id=identity,
            versions=tuple(rows[arrival] for arrival in sorted(rows)),
            state=state,
            paper=papers[state.counts.arrival],
        )
        for identity, rows in versions.items()
        if (state := states[identity]) is not None
    ]
    return tuple(sorted(found, key=lambda history: -history.state.counts.arrival))


@cache
def _all_revisions() -> Select[Any]:
    """Of the papers that `arrivals` belong to, every revision without its body."""
    table, named = t.papers, t.papers.alias("named")
    ids = (
        select(named.c.reference, named.c.kind, named.c.site)
        .where(named.c.arrival.in_(bindparam("arrivals", expanding=True)))
        .distinct()
        .subquery()
    )
    same = and_(
        table.c.reference == ids.c.reference,
        table.c.kind == ids.c.kind,
        table.c.site == ids.c.site,
    )
    return select(*_HEAD).join(ids, same)


@cache
def _whole_revisions() -> Select[Any]:
    """The rows of `arrivals`, but for the origins of their fields."""
    columns = [column for column in t.papers.c if column.name != "field_origins"]
    return select(*columns).where(t.papers.c.arrival.in_(bindparam("arrivals", expanding=True)))


def _papers(
    db: Connection, arrivals: Sequence[int], containers: frozenset[str]
) -> dict[int, Paper]:
    """Those revisions with their bodies; of bay plans only those containers."""
    found: dict[int, Paper] = {}
    for some in chunks(arrivals):
        rows = db.execute(_whole_revisions(), {"arrivals": some}).all()
        plans = [row.arrival for row in rows if row.body_type == "bay_plan"]
        parts = _parts_of(db, plans, containers)
        found |= {row.arrival: _paper(row, parts.get(row.arrival, ())) for row in rows}
    return found


def _parts_of(
    db: Connection, plans: Sequence[int], containers: frozenset[str]
) -> dict[int, list[str]]:
    table = t.paper_parts
    parts: dict[int, list[str]] = {}
    if not plans or not containers:
        return parts
    query = (
        select(table.c.arrival, table.c.body)
        .where(table.c.arrival.in_(plans), table.c.container.in_(sorted(containers)))
        .order_by(table.c.arrival, table.c.number)
    )
    for row in db.execute(query):
        parts.setdefault(row.arrival, []).append(row.body)
    return parts


def _paper(
    row: Row[Any], parts: Sequence[str], *, origins: Mapping[str, str] = MappingProxyType({})
) -> Paper:
    version = _version(row)
    return Paper(
        kind=PaperKind(row.kind),
        reference=row.reference,
        site=row.site,
        revision=version.revision,
        origin=version.origin,
        body=body_of(row.body_type, row.body, parts),
        field_origins=origins,
        aliases=tuple(json.loads(row.aliases)),
    )


def _version(row: Row[Any]) -> Version:
    return Version(
        revision=Revision(
            function=Function(row.function), number=row.number, issued_at=row.issued_at
        ),
        origin=Origin(
            file_sha256=row.file_sha256,
            file_name=row.file_name,
            source=row.source,
            where=row.place,
        ),
        arrival=row.arrival,
        filed_at=row.filed_at,
        content_sha256=row.content_sha256,
    )


def _seen_by(caller: Caller, table: Table) -> ColumnElement[bool]:
    return table.c.site.in_(sorted(caller.sites)) if caller.sites else true()
