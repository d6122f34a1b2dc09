"""Visits by what was read on them, and which of them a paper concerns; over SQLAlchemy."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Engine,
    Row,
    Select,
    and_,
    bindparam,
    case,
    delete,
    insert,
    select,
    type_coerce,
    update,
)

from service.domain.papers.corrections import Action, Correction
from service.domain.papers.current import PaperId, title_of
from service.domain.papers.keys import Key, KeyKind, container_key, document_keys, plate_key
from service.domain.papers.matching import JoinRules, Visit
from service.domain.papers.paper import Function, PaperKind, Revision
from service.errors import NotFound
from service.store import paper_tables as p
from service.store import tables as t
from service.store.connections import Connections
from service.store.paper_filing import chunks
from service.store.tables import EPOCH
from service.usecases.paper_ports import Span
from service.usecases.visit_ports import News

FOLLOWED, FOLLOWER = "followed", "follower"
MOST_EACH_SIDE = 24
_MICROSECOND = timedelta(microseconds=1)


class SqlVisitStore(Connections):
    """See `service.usecases.visit_ports.VisitStore`.

    Args:
        engine: from `service.store.engine.open_engine`, migrated.
        rules: how far in time from a visit its papers may be.
    """

    def __init__(self, engine: Engine, *, rules: JoinRules) -> None:
        super().__init__(engine)
        self._rules = rules

    def remember(self, visit: Visit, *, site: str, keys: frozenset[Key]) -> None:
        table = p.visit_keys
        wanted = {(k.kind.value, k.value, k.doubtful) for k in keys}
        with self._reading() as db:
            rows = db.execute(_keys_of(), {"visit": visit.id})
            known = {(row.kind, row.value, row.doubtful, row.at) for row in rows}
        if known == {(*key, visit.at) for key in wanted}:
            return
        new = [
            {
                "kind": kind,
                "value": value,
                "site": site,
                "at": visit.at,
                "inspection_id": visit.id,
                "doubtful": doubtful,
            }
            for kind, value, doubtful in sorted(wanted)
        ]
        with self._writing() as db:
            db.execute(delete(table).where(table.c.inspection_id == visit.id))
            if new:
                db.execute(insert(table), new)

    def near(self, visit: Visit, *, site: str, span: Span) -> tuple[Visit, ...]:
        asked = {"site": site, "visit": visit.id, "at": visit.at}
        with self._reading() as db:
            before = db.execute(_before(), {**asked, "since": span.since}).all()
            after = db.execute(_after(), {**asked, "until": span.until}).all()
        return tuple(_visit(row) for row in (*before, *after))

    def corrections(
        self, visit_id: str, *, site: str, subjects: Collection[str]
    ) -> tuple[Correction, ...]:
        found: dict[int, Correction] = {}
        with self._reading() as db:
            rows = db.execute(_corrections_of(), {"visit": visit_id})
            found |= {row.number: _correction(row) for row in rows}
            for some in chunks(sorted(subjects)):
                rows = db.execute(_corrections_about(), {"site": site, "subjects": some})
                found |= {row.number: _correction(row) for row in rows}
        return tuple(found[number] for number in sorted(found))

    def correct(
        self,
        visit_id: str,
        *,
        site: str,
        subject: str,
        action: Action,
        by: str,
        at: datetime,
        note: str,
        undoes: int | None,
    ) -> Correction:
        table = p.visit_corrections
        with self._writing() as db:
            row = db.execute(
                insert(table)
                .values(
                    site=site,
                    inspection_id=visit_id,
                    subject=subject,
                    action=action.value,
                    caller=by,
                    at=at,
                    note=note,
                    undoes=undoes,
                )
                .returning(table)
            ).one()
        return _correction(row)

    def news(self, *, limit: int) -> tuple[News, ...]:
        papers, counters = p.papers, p.paper_counters
        columns = [papers.c[name] for name in ("arrival", "site", "kind", "reference")]
        columns += [papers.c[name] for name in ("function", "number", "issued_at")]
        done = select(counters.c.value).where(counters.c.name == FOLLOWED).scalar_subquery()
        query = (
            select(*columns).where(papers.c.arrival > done).order_by(papers.c.arrival).limit(limit)
        )
        with self._reading() as db:
            rows = db.execute(query).all()
            visits: dict[int, set[str]] = {}
            for some in chunks([row.arrival for row in rows]):
                for arrival, inspection_id in db.execute(self._concerned(some)):
                    visits.setdefault(arrival, set()).add(inspection_id)
        return tuple(_news(row, visits.get(row.arrival, set())) for row in rows)

    def _concerned(self, arrivals: Collection[int]) -> Select[Any]:
        """(arrival, visit): what a visit shares with any revision of the paper, near in time."""
        new, revision, key, visit = p.papers.alias(), p.papers.alias(), p.paper_keys, p.visit_keys
        same_paper = and_(
            revision.c.reference == new.c.reference,
            revision.c.kind == new.c.kind,
            revision.c.site == new.c.site,
        )
        about, at = type_coerce(key.c.about, BigInteger), type_coerce(visit.c.at, BigInteger)
        reach = case(
            (key.c.kind == KeyKind.PLATE.value, self._rules.plate_reach // _MICROSECOND),
            (key.c.kind == KeyKind.NAMELESS.value, self._rules.scale_window // _MICROSECOND),
            (
                key.c.kind.in_([KeyKind.VEHICLE.value, KeyKind.DOCUMENT.value]),
                timedelta(days=100_000) // _MICROSECOND,
            ),
            else_=self._rules.container_reach // _MICROSECOND,
        )
        same_key = and_(
            visit.c.kind == key.c.kind,
            visit.c.value == key.c.value,
            visit.c.site == key.c.site,
            at >= about - reach,
            at <= about + reach,
        )
        return (
            select(new.c.arrival, visit.c.inspection_id)
            .select_from(new)
            .join(revision, same_paper)
            .join(key, key.c.arrival == revision.c.arrival)
            .join(visit, same_key)
            .where(new.c.arrival.in_(arrivals))
            .distinct()
        )

    def begin_following(self, *, now: datetime, lease: timedelta) -> int | None:
        counters = p.paper_counters
        until = (now + lease - EPOCH) // _MICROSECOND
        free = counters.c.value < (now - EPOCH) // _MICROSECOND
        taken = (
            update(counters)
            .where(counters.c.name == FOLLOWER, free)
            .values(value=until)
            .returning(counters.c.value)
        )
        with self._writing() as db:
            return db.execute(taken).scalar_one_or_none()

    def end_following(self, lease: int) -> None:
        counters = p.paper_counters
        mine = (counters.c.name == FOLLOWER, counters.c.value == lease)
        with self._writing() as db:
            db.execute(update(counters).where(*mine).values(value=0))

    def followed(self, upto: int) -> None:
        counters = p.paper_counters
        with self._writing() as db:
            db.execute(
                update(counters)
                .where(counters.c.name == FOLLOWED, counters.c.value < upto)
                .values(value=upto)
            )

    def note(self, inspection_id: str, *, text: str, now: datetime) -> None:
        with self._writing() as db:
            site = db.execute(
                select(t.inspections.c.site).where(t.inspections.c.id == inspection_id)
            ).scalar_one_or_none()
            if site is None:
                raise NotFound(f"no inspection {inspection_id}")
            self._record(db, inspection_id, site, now, "paper", text)


# Built once: building a statement takes longer than the database needs to answer it.


@cache
def _keys_of() -> Select[Any]:
    table = p.visit_keys
    columns = (table.c.kind, table.c.value, table.c.doubtful, table.c.at)
    return select(*columns).where(table.c.inspection_id == bindparam("visit"))


@cache
def _others() -> Select[Any]:
    table = t.inspections
    names = ("id", "captured_at", "container_codes", "plates", "declaration_ref")
    columns = [table.c[name] for name in (*names, "registration_refs", "files")]
    return select(*columns).where(
        table.c.site == bindparam("site"), table.c.id != bindparam("visit")
    )


@cache
def _before() -> Select[Any]:
    at = t.inspections.c.captured_at
    earlier = (at >= bindparam("since", type_=at.type), at < bindparam("at", type_=at.type))
    return _others().where(*earlier).order_by(at.desc()).limit(MOST_EACH_SIDE)


@cache
def _after() -> Select[Any]:
    at = t.inspections.c.captured_at
    later = (at >= bindparam("at", type_=at.type), at < bindparam("until", type_=at.type))
    return _others().where(*later).order_by(at).limit(MOST_EACH_SIDE)


@cache
def _corrections_of() -> Select[Any]:
    table = p.visit_corrections
    return select(table).where(table.c.inspection_id == bindparam("visit"))


@cache
def _corrections_about() -> Select[Any]:
    table = p.visit_corrections
    return select(table).where(
        table.c.site == bindparam("site"),
        table.c.subject.in_(bindparam("subjects", expanding=True)),
    )


def _visit(row: Row[Any]) -> Visit:
    named = [row.declaration_ref or "", *json.loads(row.registration_refs)]
    return Visit(
        id=row.id,
        at=row.captured_at,
        containers=frozenset(container_key(code) for code in json.loads(row.container_codes)),
        plates=frozenset(plate_key(plate) for plate in json.loads(row.plates)),
        documents=frozenset(key for name in named if name for key in document_keys(name)),
        sensors=frozenset(str(file["kind"]) for file in json.loads(row.files)),
    )


def _news(row: Row[Any], visits: set[str]) -> News:
    revision = Revision(function=Function(row.function), number=row.number, issued_at=row.issued_at)
    paper = PaperId(site=row.site, kind=PaperKind(row.kind), reference=row.reference)
    return News(
        arrival=row.arrival,
        paper=paper,
        title=title_of(paper, revision),
        visits=tuple(sorted(visits)),
    )


def _correction(row: Row[Any]) -> Correction:
    return Correction(
        number=row.number,
        visit_id=row.inspection_id,
        subject=row.subject,
        action=Action(row.action),
        by=row.caller,
        at=row.at,
        note=row.note,
        undoes=row.undoes,
    )
