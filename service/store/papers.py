"""Declarations and register entries, version by version, and what they concern."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    Table,
    and_,
    exists,
    insert,
    or_,
    select,
    union,
    update,
)

from service.domain.access import Caller
from service.domain.declaration import Declaration
from service.domain.registration import Registration
from service.errors import NotFound
from service.store import stored_json as codec
from service.store import tables as t
from service.store.connections import (
    ANALYSED_OR_LATER,
    PAPERS_LOCK,
    Connections,
    marked_changed,
    seen_by,
)
from vision.grammar.plate import normalise_plate


class Papers(Connections):
    """See the part "papers" of `service.usecases.ports.Repository`."""

    def file_declaration(
        self, declaration: Declaration, *, now: datetime
    ) -> tuple[Declaration, bool]:
        with self._writing() as db:
            self._lock(db, PAPERS_LOCK)
            before = latest_declaration(db, declaration.site, declaration.reference)
            if before is not None and replace(declaration, version=before.version) == before:
                return before, False
            stored = replace(declaration, version=1 if before is None else before.version + 1)
            db.execute(
                insert(t.declarations).values(
                    site=stored.site,
                    reference=stored.reference,
                    version=stored.version,
                    filed_at=now,
                    body=codec.DECLARATION.dump(stored),
                )
            )
            _mark(db, _of_declaration(stored.reference, stored.site), now)
            return stored, True

    def file_registration(
        self, registration: Registration, *, now: datetime
    ) -> tuple[Registration, bool]:
        with self._writing() as db:
            self._lock(db, PAPERS_LOCK)
            own = _newest(db, registration.site, [registration.reference])
            before = next(iter(own), None)
            if before is not None and replace(registration, version=before.version) == before:
                return before, False
            stored = replace(registration, version=1 if before is None else before.version + 1)
            db.execute(
                insert(t.registrations).values(
                    site=stored.site,
                    reference=stored.reference,
                    version=stored.version,
                    plate=normalise_plate(stored.plate),
                    filed_at=now,
                    body=codec.REGISTRATION.dump(stored),
                )
            )
            _mark(db, _of_registration(stored.reference, stored.site), now)
            return stored, True

    def declaration(self, reference: str, *, caller: Caller) -> Declaration:
        with self._reading() as db:
            found = _any_site(db, t.declarations, reference, caller)
            return codec.DECLARATION.load(found.body)

    def registration(self, reference: str, *, caller: Caller) -> Registration:
        with self._reading() as db:
            found = _any_site(db, t.registrations, reference, caller)
            return codec.REGISTRATION.load(found.body)

    def registrations_of_plate(self, plate: str, *, site: str) -> tuple[Registration, ...]:
        table = t.registrations
        same = table.c.plate == normalise_plate(plate)
        with self._reading() as db:
            ever = select(table.c.reference).where(table.c.site == site, same)
            return _newest(db, site, ever, still=same)

    def has_register(self, *, site: str) -> bool:
        query = select(exists().where(t.registrations.c.site == site))
        with self._reading() as db:
            return bool(db.execute(query).scalar_one())

    def concerned_by_declaration(self, reference: str, *, site: str) -> tuple[str, ...]:
        return self._analysed(_of_declaration(reference, site))

    def concerned_by_registration(self, reference: str, *, site: str) -> tuple[str, ...]:
        return self._analysed(_of_registration(reference, site))

    def _analysed(self, wanted: ColumnElement[bool]) -> tuple[str, ...]:
        table = t.inspections
        query = (
            select(table.c.id)
            .where(wanted, table.c.state.in_(ANALYSED_OR_LATER))
            .order_by(table.c.id)
        )
        with self._reading() as db:
            return tuple(db.execute(query).scalars())


def latest_declaration(db: Connection, site: str, reference: str | None) -> Declaration | None:
    table = t.declarations
    row = db.execute(
        select(table.c.body)
        .where(table.c.site == site, table.c.reference == reference)
        .order_by(table.c.version.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else codec.DECLARATION.load(row.body)


def registrations_of(db: Connection, inspection_id: str, site: str) -> tuple[Registration, ...]:
    """The entries that an inspection names, and those of the plates that were read."""
    table, named, read = t.registrations, t.named_registrations, t.plates_read
    naming = select(named.c.reference).where(named.c.inspection_id == inspection_id)
    plates = select(read.c.plate).where(read.c.inspection_id == inspection_id)
    ever = union(
        naming, select(table.c.reference).where(table.c.site == site, table.c.plate.in_(plates))
    )
    still = or_(table.c.reference.in_(naming), table.c.plate.in_(plates))
    return _newest(db, site, select(ever.subquery().c.reference), still=still)


def _newest(
    db: Connection,
    site: str,
    references: Select[Any] | Sequence[str],
    *,
    still: ColumnElement[bool] | None = None,
) -> tuple[Registration, ...]:
    """Of each of the references the newest version, if that one is `still` wanted."""
    table, newer = t.registrations, t.registrations.alias("newer")
    superseded = exists().where(
        newer.c.site == table.c.site,
        newer.c.reference == table.c.reference,
        newer.c.version > table.c.version,
    )
    wanted = [table.c.site == site, table.c.reference.in_(references), ~superseded]
    query = select(table.c.body).where(*wanted, *([] if still is None else [still]))
    rows = db.execute(query.order_by(table.c.reference))
    return tuple(codec.REGISTRATION.load(row.body) for row in rows)


def _of_declaration(reference: str, site: str) -> ColumnElement[bool]:
    """Inspections that name it."""
    table = t.inspections
    return and_(table.c.site == site, table.c.declaration_ref == reference)


def _of_registration(reference: str, site: str) -> ColumnElement[bool]:
    """Inspections that name it, or on which a plate was read that it has or has had."""
    named, read, table = t.named_registrations, t.plates_read, t.registrations
    plates = select(table.c.plate).where(table.c.site == site, table.c.reference == reference)
    concerned = union(
        select(named.c.inspection_id).where(named.c.site == site, named.c.reference == reference),
        select(read.c.inspection_id).where(read.c.site == site, read.c.plate.in_(plates)),
    )
    return t.inspections.c.id.in_(select(concerned.subquery().c.inspection_id))


def _mark(db: Connection, wanted: ColumnElement[bool], now: datetime) -> None:
    """Those verdicts no longer rest on the newest papers, even if this process dies here."""
    db.execute(
        update(t.inspections)
        .where(wanted, t.inspections.c.state.in_(ANALYSED_OR_LATER))
        .values(changed_at=marked_changed(now))
    )


def _any_site(db: Connection, table: Table, reference: str, caller: Caller) -> Row[Any]:
    row = db.execute(
        select(table)
        .where(table.c.reference == reference, seen_by(caller, table))
        .order_by(table.c.site, table.c.version.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        raise NotFound(f"nothing is filed under {reference!r}")
    return row
