"""The repository over SQLAlchemy; the same statements on SQLite and PostgreSQL."""

from __future__ import annotations

import base64
import binascii
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    and_,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from service.domain.access import Caller, Role
from service.domain.decision import OperatorDecision
from service.domain.declaration import Declaration
from service.domain.inspection import Inspection, InspectionState
from service.domain.registration import Registration
from service.domain.verdict import Advice, StoredVerdict
from service.errors import Conflict, IdempotencyMismatch, InvalidInput, LeaseLost, NotFound
from service.store import stored_json as codec
from service.store import tables as t
from service.store.tables import EPOCH
from service.usecases.ports import (
    CaseFile,
    Event,
    InspectionFilter,
    InspectionSummary,
    Lease,
    Page,
    StoredAnalysis,
)
from vision.findings import Analysis, Reading, Subject
from vision.grammar.plate import normalise_plate

S = InspectionState
_EVERYONE = Caller(name="service", role=Role.ADMIN)
_MICROSECOND = timedelta(microseconds=1)


class SqlRepository:
    """See `service.usecases.ports.Repository`.

    Args:
        engine: from `service.store.engine.open_engine`, migrated.
        max_attempts: analyses begun before an inspection FAILED.
    """

    def __init__(self, engine: Engine, *, max_attempts: int = 3) -> None:
        self._engine = engine
        self._max_attempts = max_attempts

    def _read(self) -> Connection:
        return self._engine.connect().execution_options(read_only=True)

    # intake

    def add_inspection(
        self,
        inspection: Inspection,
        *,
        idempotency_key: str | None,
        request_sha256: str,
        caller: Caller,
    ) -> Inspection:
        try:
            with self._engine.begin() as db:
                if idempotency_key is not None:
                    before = self._seen(db, caller, idempotency_key, request_sha256)
                    if before is not None:
                        return before
                    db.execute(
                        insert(t.idempotency_keys).values(
                            caller=caller.name,
                            key=idempotency_key,
                            request_sha256=request_sha256,
                            inspection_id=inspection.id,
                        )
                    )
                self._insert(db, inspection)
                return inspection
        except IntegrityError:
            # Two requests with the same key at the same time: the other one won.
            with self._read() as db:
                before = self._seen(db, caller, idempotency_key or "", request_sha256)
            if before is None:
                raise
            return before

    def inspection_of_key(
        self, idempotency_key: str, *, request_sha256: str, caller: Caller
    ) -> Inspection | None:
        with self._read() as db:
            return self._seen(db, caller, idempotency_key, request_sha256)

    def _seen(self, db: Connection, caller: Caller, key: str, request: str) -> Inspection | None:
        keys = t.idempotency_keys
        row = db.execute(
            select(keys).where(keys.c.caller == caller.name, keys.c.key == key)
        ).one_or_none()
        if row is None:
            return None
        if row.request_sha256 != request:
            raise IdempotencyMismatch(f"key {key!r} came with another request before")
        return _inspection(self._row(db, row.inspection_id, caller))

    def _insert(self, db: Connection, inspection: Inspection) -> None:
        refs = inspection.registration_refs
        search = [inspection.id, inspection.lane, inspection.declaration_ref or "", *refs]
        db.execute(
            insert(t.inspections).values(
                id=inspection.id,
                site=inspection.site,
                lane=inspection.lane,
                captured_at=inspection.captured_at,
                received_at=inspection.received_at,
                state=inspection.state.value,
                files=codec.FILES.dump(inspection.files),
                declaration_ref=inspection.declaration_ref,
                registration_refs=codec.STRINGS.dump(refs),
                attempts=0,
                failure="",
                reasons="[]",
                container_codes="[]",
                plates="[]",
                search=" ".join(search).lower(),
            )
        )
        for reference in sorted(set(refs)):
            db.execute(
                insert(t.named_registrations).values(
                    inspection_id=inspection.id, reference=reference, site=inspection.site
                )
            )
        self._event(db, inspection.id, inspection.site, inspection.received_at, "received", "")

    def _row(self, db: Connection, inspection_id: str, caller: Caller) -> Row[Any]:
        row = db.execute(
            select(t.inspections).where(t.inspections.c.id == inspection_id)
        ).one_or_none()
        if row is None or not caller.sees(row.site):
            raise NotFound(f"no inspection {inspection_id}")
        return row

    def case_file(self, inspection_id: str, *, caller: Caller) -> CaseFile:
        with self._read() as db:
            row = self._row(db, inspection_id, caller)
            return self._case_file(db, row)

    def judging_file(self, inspection_id: str) -> CaseFile:
        return self.case_file(inspection_id, caller=_EVERYONE)

    def _case_file(self, db: Connection, row: Row[Any]) -> CaseFile:
        def of(table: Any) -> Sequence[Row[Any]]:
            return db.execute(
                select(table).where(table.c.inspection_id == row.id).order_by(table.c.number)
            ).all()

        plates = select(t.plates_read.c.plate).where(t.plates_read.c.inspection_id == row.id)
        named = select(t.named_registrations.c.reference).where(
            t.named_registrations.c.inspection_id == row.id
        )
        return CaseFile(
            inspection=_inspection(row),
            analyses=tuple(_analysis(found) for found in of(t.analyses)),
            verdicts=tuple(codec.VERDICT.load(found.body) for found in of(t.verdicts)),
            decisions=tuple(codec.DECISION.load(found.body) for found in of(t.decisions)),
            declaration=_latest_declaration(db, row.site, row.declaration_ref),
            registrations=_latest_registrations(
                db,
                row.site,
                or_(
                    t.registrations.c.plate.in_(plates),
                    t.registrations.c.reference.in_(named),
                ),
            ),
            events=tuple(
                _event(found)
                for found in db.execute(
                    select(t.events)
                    .where(t.events.c.inspection_id == row.id)
                    .order_by(t.events.c.sequence)
                )
            ),
        )

    def list_inspections(
        self, filters: InspectionFilter, *, cursor: str | None, limit: int, caller: Caller
    ) -> Page:
        table = t.inspections
        wanted = [_sites(caller, table)]
        if filters.states:
            wanted.append(table.c.state.in_([state.value for state in filters.states]))
        if filters.advices:
            wanted.append(table.c.advice.in_([advice.value for advice in filters.advices]))
        if filters.sites:
            wanted.append(table.c.site.in_(filters.sites))
        if filters.captured_from is not None:
            wanted.append(table.c.captured_at >= filters.captured_from)
        if filters.captured_to is not None:
            wanted.append(table.c.captured_at < filters.captured_to)
        if filters.text:
            wanted.append(table.c.search.contains(filters.text.strip().lower(), autoescape=True))
        if cursor is not None:
            at, last = _read_cursor(cursor)
            wanted.append(
                or_(
                    table.c.received_at < at,
                    and_(table.c.received_at == at, table.c.id < last),
                )
            )
        query = (
            select(table)
            .where(*wanted)
            .order_by(table.c.received_at.desc(), table.c.id.desc())
            .limit(limit + 1)
        )
        with self._read() as db:
            rows = db.execute(query).all()
        more = len(rows) > limit
        rows = rows[:limit]
        return Page(
            items=tuple(_summary(row) for row in rows),
            next_cursor=_write_cursor(rows[-1]) if more else None,
        )

    def state_counts(self, *, caller: Caller) -> dict[InspectionState, int]:
        table = t.inspections
        query = (
            select(table.c.state, func.count()).where(_sites(caller, table)).group_by(table.c.state)
        )
        with self._read() as db:
            return {S(state): int(count) for state, count in db.execute(query)}

    def advice_counts(self, *, caller: Caller) -> dict[Advice, int]:
        table = t.inspections
        query = (
            select(table.c.advice, func.count())
            .where(_sites(caller, table), table.c.state == S.JUDGED.value)
            .group_by(table.c.advice)
        )
        with self._read() as db:
            return {Advice(advice): int(count) for advice, count in db.execute(query)}

    # jobs

    def claim(self, *, worker: str, now: datetime, lease: timedelta) -> Lease | None:
        table = t.inspections
        expired = and_(table.c.state == S.ANALYSING.value, table.c.lease_expires_at < now)
        with self._engine.begin() as db:
            hopeless = (
                update(table)
                .where(expired, table.c.attempts >= self._max_attempts)
                .values(
                    state=S.FAILED.value,
                    failure=f"the worker was lost {self._max_attempts} times",
                    lease_token=None,
                )
                .returning(table.c.id, table.c.site, table.c.failure)
            )
            for row in db.execute(hopeless).all():
                self._event(db, row.id, row.site, now, "failed", row.failure)
            oldest = (
                select(table.c.id)
                .where(or_(table.c.state == S.RECEIVED.value, expired))
                .order_by(table.c.received_at, table.c.id)
                .limit(1)
                .with_for_update(skip_locked=True)
                .scalar_subquery()
            )
            token = str(uuid.uuid4())
            taken = db.execute(
                update(table)
                .where(table.c.id == oldest)
                .values(
                    state=S.ANALYSING.value,
                    attempts=table.c.attempts + 1,
                    lease_worker=worker,
                    lease_token=token,
                    lease_expires_at=now + lease,
                )
                .returning(table.c.id, table.c.site, table.c.attempts)
            ).one_or_none()
            if taken is None:
                return None
            self._event(db, taken.id, taken.site, now, "analysing", f"attempt {taken.attempts}")
            return Lease(
                inspection_id=taken.id,
                worker=worker,
                token=token,
                expires_at=now + lease,
                attempt=taken.attempts,
            )

    def renew(self, lease: Lease, *, now: datetime, extend: timedelta) -> Lease:
        with self._engine.begin() as db:
            self._under_lease(db, lease, lease_expires_at=now + extend)
        return replace(lease, expires_at=now + extend)

    def _under_lease(self, db: Connection, lease: Lease, **values: Any) -> Row[Any]:
        """Change the row if the lease still holds. Raises: LeaseLost."""
        table = t.inspections
        row = db.execute(
            update(table)
            .where(
                table.c.id == lease.inspection_id,
                table.c.lease_token == lease.token,
                table.c.state == S.ANALYSING.value,
            )
            .values(**values)
            .returning(table)
        ).one_or_none()
        if row is None:
            raise LeaseLost(f"{lease.worker} no longer holds {lease.inspection_id}")
        return row

    def finish(
        self, lease: Lease, *, analysis: Analysis, elapsed_s: float, now: datetime
    ) -> StoredAnalysis:
        codes = _texts(analysis, Subject.CONTAINER_CODE)
        plates = _texts(analysis, Subject.PLATE)
        with self._engine.begin() as db:
            row = self._under_lease(
                db,
                lease,
                state=S.ANALYSED.value,
                lease_token=None,
                lease_expires_at=None,
                failure="",
                container_codes=codec.STRINGS.dump(codes),
                plates=codec.STRINGS.dump(plates),
            )
            search = " ".join([row.search, *codes, *plates]).lower()
            db.execute(
                update(t.inspections).where(t.inspections.c.id == row.id).values(search=search)
            )
            number = 1 + _count(db, t.analyses, row.id)
            db.execute(
                insert(t.analyses).values(
                    inspection_id=row.id,
                    number=number,
                    finished_at=now,
                    elapsed_s=elapsed_s,
                    body=codec.ANALYSIS.dump(analysis),
                )
            )
            known = set(
                db.execute(
                    select(t.plates_read.c.plate).where(t.plates_read.c.inspection_id == row.id)
                ).scalars()
            )
            for plate in sorted(set(plates) - known):
                db.execute(
                    insert(t.plates_read).values(inspection_id=row.id, plate=plate, site=row.site)
                )
            self._event(db, row.id, row.site, now, "analysed", f"analysis {number}")
        return StoredAnalysis(
            number=number, finished_at=now, elapsed_s=elapsed_s, analysis=analysis
        )

    def give_up(self, lease: Lease, *, reason: str, now: datetime, final: bool) -> None:
        last = final or lease.attempt >= self._max_attempts
        with self._engine.begin() as db:
            row = self._under_lease(
                db,
                lease,
                state=(S.FAILED if last else S.RECEIVED).value,
                failure=reason,
                lease_token=None,
                lease_expires_at=None,
            )
            self._event(db, row.id, row.site, now, "failed" if last else "retrying", reason)

    def retry_failed(self, inspection_id: str, *, now: datetime, caller: Caller) -> Inspection:
        with self._engine.begin() as db:
            row = self._row(db, inspection_id, caller)
            if row.state != S.FAILED.value:
                raise Conflict(f"inspection {inspection_id} is {row.state}, not failed")
            changed = db.execute(
                update(t.inspections)
                .where(t.inspections.c.id == row.id, t.inspections.c.state == S.FAILED.value)
                .values(state=S.RECEIVED.value, attempts=0, failure="")
                .returning(t.inspections)
            ).one_or_none()
            if changed is None:
                raise Conflict(f"inspection {inspection_id} has just been retried")
            self._event(db, row.id, row.site, now, "received", f"retried by {caller.name}")
            return _inspection(changed)

    def awaiting_verdict(self) -> tuple[str, ...]:
        table = t.inspections
        with self._read() as db:
            return tuple(
                db.execute(select(table.c.id).where(table.c.state == S.ANALYSED.value)).scalars()
            )

    # judging

    def add_verdict(
        self, inspection_id: str, *, verdict: StoredVerdict, now: datetime, reopens: bool
    ) -> None:
        with self._engine.begin() as db:
            row = self._row(db, inspection_id, _EVERYONE)
            if verdict.number != 1 + _count(db, t.verdicts, row.id):
                raise Conflict(f"verdict {verdict.number} of {inspection_id} is not the next")
            keep = row.state == S.DECIDED.value and not reopens
            self._append(db, t.verdicts, row.id, verdict.number, codec.VERDICT.dump(verdict))
            advice = verdict.verdict.advice.value
            db.execute(
                update(t.inspections)
                .where(t.inspections.c.id == row.id)
                .values(
                    state=row.state if keep else S.JUDGED.value,
                    advice=advice,
                    reasons=codec.STRINGS.dump(verdict.verdict.reasons),
                )
            )
            name = "reopened" if row.state == S.DECIDED.value and reopens else "judged"
            self._event(db, row.id, row.site, now, name, f"{advice}: {verdict.cause}")

    def add_decision(
        self, inspection_id: str, *, decision: OperatorDecision, caller: Caller
    ) -> None:
        with self._engine.begin() as db:
            row = self._row(db, inspection_id, caller)
            if row.state not in (S.JUDGED.value, S.DECIDED.value):
                raise Conflict(
                    f"inspection {inspection_id} is {row.state}; there is no verdict yet"
                )
            if decision.number != 1 + _count(db, t.decisions, row.id):
                raise Conflict("someone else has decided in between")
            self._append(db, t.decisions, row.id, decision.number, codec.DECISION.dump(decision))
            db.execute(
                update(t.inspections)
                .where(t.inspections.c.id == row.id)
                .values(state=S.DECIDED.value)
            )
            detail = f"{decision.outcome.value} by {decision.by}"
            self._event(db, row.id, row.site, decision.at, "decided", detail)

    def _append(
        self, db: Connection, table: Any, inspection_id: str, number: int, body: str
    ) -> None:
        try:
            db.execute(insert(table).values(inspection_id=inspection_id, number=number, body=body))
        except IntegrityError as problem:
            raise Conflict(
                f"{table.name} {number} of {inspection_id} is there already"
            ) from problem

    # papers

    def file_declaration(
        self, declaration: Declaration, *, now: datetime
    ) -> tuple[Declaration, bool]:
        with self._engine.begin() as db:
            before = _latest_declaration(db, declaration.site, declaration.reference)
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
            return stored, True

    def file_registration(
        self, registration: Registration, *, now: datetime
    ) -> tuple[Registration, bool]:
        with self._engine.begin() as db:
            own = t.registrations.c.reference == registration.reference
            before = next(iter(_latest_registrations(db, registration.site, own)), None)
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
            return stored, True

    def declaration(self, reference: str, *, caller: Caller) -> Declaration:
        with self._read() as db:
            found = _any_site(db, t.declarations, reference, caller)
            return codec.DECLARATION.load(found.body)

    def registration(self, reference: str, *, caller: Caller) -> Registration:
        with self._read() as db:
            found = _any_site(db, t.registrations, reference, caller)
            return codec.REGISTRATION.load(found.body)

    def registrations_of_plate(self, plate: str, *, site: str) -> tuple[Registration, ...]:
        with self._read() as db:
            own = t.registrations.c.plate == normalise_plate(plate)
            return _latest_registrations(db, site, own)

    def register_size(self, *, site: str) -> int:
        table = t.registrations
        query = select(func.count(table.c.reference.distinct())).where(table.c.site == site)
        with self._read() as db:
            return int(db.execute(query).scalar_one())

    def inspections_naming(
        self, *, declaration_ref: str | None, registration_ref: str | None, site: str
    ) -> tuple[str, ...]:
        table, named = t.inspections, t.named_registrations
        naming = select(named.c.inspection_id).where(
            named.c.site == site, named.c.reference == registration_ref
        )
        wanted: ColumnElement[bool] = table.c.id.in_(naming)
        if declaration_ref is not None:
            wanted = or_(table.c.declaration_ref == declaration_ref, wanted)
        return self._analysed(and_(table.c.site == site, wanted))

    def inspections_reading_plate(self, plate: str, *, site: str) -> tuple[str, ...]:
        reading = select(t.plates_read.c.inspection_id).where(
            t.plates_read.c.site == site, t.plates_read.c.plate == normalise_plate(plate)
        )
        return self._analysed(t.inspections.c.id.in_(reading))

    def _analysed(self, wanted: Any) -> tuple[str, ...]:
        states = [S.ANALYSED.value, S.JUDGED.value, S.DECIDED.value]
        query = select(t.inspections.c.id).where(wanted, t.inspections.c.state.in_(states))
        with self._read() as db:
            return tuple(db.execute(query).scalars())

    # events

    def events_after(
        self, sequence: int, *, inspection_id: str | None, caller: Caller, limit: int
    ) -> Sequence[Event]:
        wanted = [t.events.c.sequence > sequence, _sites(caller, t.events)]
        if inspection_id is not None:
            wanted.append(t.events.c.inspection_id == inspection_id)
        query = select(t.events).where(*wanted).order_by(t.events.c.sequence).limit(limit)
        with self._read() as db:
            return [_event(row) for row in db.execute(query)]

    def last_event(self) -> int:
        with self._read() as db:
            return int(db.execute(select(func.max(t.events.c.sequence))).scalar() or 0)

    def _event(  # noqa: PLR0917 - written in the order of an event
        self, db: Connection, inspection_id: str, site: str, at: datetime, name: str, detail: str
    ) -> None:
        db.execute(
            insert(t.events).values(
                inspection_id=inspection_id, site=site, at=at, name=name, detail=detail
            )
        )

    # people and keys

    def add_api_key(
        self,
        *,
        key_id: str,
        name: str,
        secret_hash: str,
        role: Role,
        sites: frozenset[str],
        now: datetime,
    ) -> None:
        with self._engine.begin() as db:
            db.execute(
                insert(t.api_keys).values(
                    id=key_id,
                    name=name,
                    secret_hash=secret_hash,
                    role=role.value,
                    sites=codec.STRINGS.dump(tuple(sorted(sites))),
                    created_at=now,
                    revoked=False,
                )
            )

    def api_key(self, key_id: str) -> tuple[str, Caller] | None:
        keys = t.api_keys
        with self._read() as db:
            row = db.execute(
                select(keys).where(keys.c.id == key_id, keys.c.revoked.is_(False))
            ).one_or_none()
        return None if row is None else (row.secret_hash, _caller(row))

    def revoke_api_key(self, key_id: str, *, now: datetime) -> None:
        del now
        keys = t.api_keys
        with self._engine.begin() as db:
            changed = db.execute(update(keys).where(keys.c.id == key_id).values(revoked=True))
            if changed.rowcount == 0:
                raise NotFound(f"no API key {key_id}")

    def api_keys(self) -> Iterator[tuple[str, str, Role, frozenset[str], bool]]:
        with self._read() as db:
            rows = db.execute(select(t.api_keys).order_by(t.api_keys.c.created_at)).all()
        for row in rows:
            sites = frozenset(codec.STRINGS.load(row.sites))
            yield row.id, row.name, Role(row.role), sites, bool(row.revoked)

    def add_user(
        self, *, name: str, password_hash: str, role: Role, sites: frozenset[str], now: datetime
    ) -> None:
        try:
            with self._engine.begin() as db:
                db.execute(
                    insert(t.users).values(
                        name=name,
                        password_hash=password_hash,
                        role=role.value,
                        sites=codec.STRINGS.dump(tuple(sorted(sites))),
                        created_at=now,
                    )
                )
        except IntegrityError as problem:
            raise Conflict(f"user {name} is there already") from problem

    def user(self, name: str) -> tuple[str, Caller] | None:
        with self._read() as db:
            row = db.execute(select(t.users).where(t.users.c.name == name)).one_or_none()
        return None if row is None else (row.password_hash, _caller(row))

    def set_password(self, name: str, *, password_hash: str) -> None:
        with self._engine.begin() as db:
            changed = db.execute(
                update(t.users).where(t.users.c.name == name).values(password_hash=password_hash)
            )
            if changed.rowcount == 0:
                raise NotFound(f"no user {name}")


def _inspection(row: Row[Any]) -> Inspection:
    return Inspection(
        id=row.id,
        site=row.site,
        lane=row.lane,
        captured_at=row.captured_at,
        received_at=row.received_at,
        state=S(row.state),
        files=codec.FILES.load(row.files),
        declaration_ref=row.declaration_ref,
        registration_refs=codec.STRINGS.load(row.registration_refs),
        attempts=row.attempts,
        failure=row.failure,
    )


def _summary(row: Row[Any]) -> InspectionSummary:
    return InspectionSummary(
        inspection=_inspection(row),
        advice=Advice(row.advice) if row.advice else None,
        reasons=codec.STRINGS.load(row.reasons),
        container_codes=codec.STRINGS.load(row.container_codes),
        plates=codec.STRINGS.load(row.plates),
    )


def _analysis(row: Row[Any]) -> StoredAnalysis:
    return StoredAnalysis(
        number=row.number,
        finished_at=row.finished_at,
        elapsed_s=row.elapsed_s,
        analysis=codec.ANALYSIS.load(row.body),
    )


def _event(row: Row[Any]) -> Event:
    return Event(
        sequence=row.sequence,
        inspection_id=row.inspection_id,
        at=row.at,
        name=row.name,
        detail=row.detail,
    )


def _caller(row: Row[Any]) -> Caller:
    sites = frozenset(codec.STRINGS.load(row.sites))
    return Caller(name=row.name, role=Role(row.role), sites=sites)


def _sites(caller: Caller, table: Any) -> Any:
    return table.c.site.in_(caller.sites) if caller.sites else table.c.site == table.c.site


def _count(db: Connection, table: Any, inspection_id: str) -> int:
    query = select(func.max(table.c.number)).where(table.c.inspection_id == inspection_id)
    return int(db.execute(query).scalar() or 0)


def _texts(analysis: Analysis, subject: Subject) -> tuple[str, ...]:
    found = (
        f.text
        for f in analysis.findings
        if isinstance(f, Reading) and f.subject is subject and f.accepted
    )
    return tuple(dict.fromkeys(found))


def _latest_declaration(db: Connection, site: str, reference: str | None) -> Declaration | None:
    table = t.declarations
    row = db.execute(
        select(table.c.body)
        .where(table.c.site == site, table.c.reference == reference)
        .order_by(table.c.version.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else codec.DECLARATION.load(row.body)


def _latest_registrations(db: Connection, site: str, wanted: Any) -> tuple[Registration, ...]:
    """Of each reference that ever met `wanted`, the newest version, if it still does."""
    table = t.registrations
    newest = (
        select(table.c.reference, func.max(table.c.version).label("version"))
        .where(table.c.site == site)
        .group_by(table.c.reference)
        .subquery()
    )
    rows = db.execute(
        select(table.c.body)
        .join(
            newest,
            and_(
                table.c.reference == newest.c.reference,
                table.c.version == newest.c.version,
            ),
        )
        .where(table.c.site == site, wanted)
        .order_by(table.c.reference)
    )
    return tuple(codec.REGISTRATION.load(row.body) for row in rows)


def _any_site(db: Connection, table: Any, reference: str, caller: Caller) -> Row[Any]:
    row = db.execute(
        select(table)
        .where(table.c.reference == reference, _sites(caller, table))
        .order_by(table.c.site, table.c.version.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        raise NotFound(f"nothing is filed under {reference!r}")
    return row


def _write_cursor(row: Row[Any]) -> str:
    micros = (row.received_at - EPOCH) // _MICROSECOND
    return base64.urlsafe_b64encode(f"{micros}:{row.id}".encode()).decode()


def _read_cursor(cursor: str) -> tuple[datetime, str]:
    try:
        text = base64.b64decode(cursor.encode(), altchars=b"-_", validate=True).decode()
        micros, _, last = text.partition(":")
        return EPOCH + int(micros) * _MICROSECOND, last
    except (ValueError, binascii.Error, OverflowError) as problem:
        raise InvalidInput("not a cursor of ours", field="cursor") from problem
