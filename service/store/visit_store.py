"""Visits by what was read on them, and which of them a paper concerns; over SQLAlchemy."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Engine,
    Row,
    Select,
    and_,
    case,
    delete,
    func,
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
from service.store import stored_json as codec
from service.store import tables as t
from service.store.paper_filing import chunks
from service.usecases.paper_ports import Span
from service.usecases.visit_ports import News

FOLLOWED = "followed"
MOST_EACH_SIDE = 24
# The lock under which every event is written, so that who follows them misses none.
EVENTS_LOCK = 7_215_514
_MICROSECOND = timedelta(microseconds=1)


class SqlVisitStore:
    """See `service.usecases.visit_ports.VisitStore`.

    Args:
        engine: from `service.store.engine.open_engine`, migrated.
        rules: how far in time from a visit its papers may be.
    """

    def __init__(self, engine: Engine, *, rules: JoinRules) -> None:
        self._engine = engine
        self._rules = rules

    def _reading(self) -> Connection:
        return self._engine.connect().execution_options(read_only=True)

    def remember(self, visit: Visit, *, site: str, keys: frozenset[Key]) -> None:
        table = p.visit_keys
        wanted = {(k.kind.value, k.value, k.doubtful) for k in keys}
        own = table.c.inspection_id == visit.id
        query = select(table.c.kind, table.c.value, table.c.doubtful, table.c.at).where(own)
        with self._reading() as db:
            known = {(row.kind, row.value, row.doubtful, row.at) for row in db.execute(query)}
        if known == {(*key, visit.at) for key in wanted}:
            return
        rows = [
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
        with self._engine.begin() as db:
            db.execute(delete(table).where(own))
            if rows:
                db.execute(insert(table), rows)

    def near(self, visit: Visit, *, site: str, span: Span) -> tuple[Visit, ...]:
        table = t.inspections
        columns = [table.c[name] for name in ("id", "captured_at", "container_codes", "plates")]
        columns += [table.c[name] for name in ("declaration_ref", "registration_refs", "files")]
        others = select(*columns).where(table.c.site == site, table.c.id != visit.id)
        before = (
            others.where(table.c.captured_at >= span.since, table.c.captured_at < visit.at)
            .order_by(table.c.captured_at.desc())
            .limit(MOST_EACH_SIDE)
        )
        after = (
            others.where(table.c.captured_at >= visit.at, table.c.captured_at < span.until)
            .order_by(table.c.captured_at)
            .limit(MOST_EACH_SIDE)
        )
        with self._reading() as db:
            rows = [*db.execute(before), *db.execute(after)]
        return tuple(_visit(row) for row in rows)

    def corrections(
        self, visit_id: str, *, site: str, subjects: Collection[str]
    ) -> tuple[Correction, ...]:
        table = p.visit_corrections
        found: dict[int, Correction] = {}
        with self._reading() as db:
            own = select(table).where(table.c.inspection_id == visit_id)
            found |= {row.number: _correction(row) for row in db.execute(own)}
            for some in chunks(sorted(subjects)):
                about = select(table).where(table.c.site == site, table.c.subject.in_(some))
                found |= {row.number: _correction(row) for row in db.execute(about)}
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
        with self._engine.begin() as db:
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
        columns = [papers.c[name] for name in ("arrival", "site", "kind", "reference", "about")]
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

    def followed(self, upto: int) -> None:
        counters = p.paper_counters
        with self._engine.begin() as db:
            db.execute(
                update(counters)
                .where(counters.c.name == FOLLOWED, counters.c.value < upto)
                .values(value=upto)
            )

    def note(self, inspection_id: str, *, text: str, now: datetime) -> None:
        with self._engine.begin() as db:
            site = db.execute(
                select(t.inspections.c.site).where(t.inspections.c.id == inspection_id)
            ).scalar_one_or_none()
            if site is None:
                raise NotFound(f"no inspection {inspection_id}")
            if db.dialect.name == "postgresql":
                db.execute(select(func.pg_advisory_xact_lock(EVENTS_LOCK)))
            db.execute(
                insert(t.events).values(
                    inspection_id=inspection_id, site=site, at=now, name="paper", detail=text
                )
            )


def _visit(row: Row[Any]) -> Visit:
    named = [row.declaration_ref or "", *codec.STRINGS.load(row.registration_refs)]
    return Visit(
        id=row.id,
        at=row.captured_at,
        containers=frozenset(container_key(c) for c in codec.STRINGS.load(row.container_codes)),
        plates=frozenset(plate_key(plate) for plate in codec.STRINGS.load(row.plates)),
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
        about=row.about,
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
