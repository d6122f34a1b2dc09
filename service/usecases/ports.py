"""What the use cases need from outside, as protocols. `service.store` and `service.compute`
fulfil them; tests fulfil them with fakes. One file, however long: who writes another store
reads it from top to bottom.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from service.domain.access import Caller, Role
from service.domain.decision import OperatorDecision
from service.domain.declaration import Declaration
from service.domain.inspection import Inspection, InspectionState
from service.domain.reconcile.history import NO_HISTORY, History
from service.domain.reconcile.visit_papers import NO_PAPERS, VisitPapers
from service.domain.register_statement import RegisterStatement
from service.domain.registration import Registration
from service.domain.verdict import Advice, StoredVerdict
from vision.findings import Analysis
from vision.scan import RawScan


class Clock(Protocol):
    """Now, aware, in UTC."""

    def __call__(self) -> datetime: ...


class Analyser(Protocol):
    """Local, pooled or on Ray: files in, analysis out; never touches the database.

    A file that cannot be read or a model that cannot be opened becomes coverage FAILED; what
    is raised is a defect or a lost engine, and the job is tried again.
    """

    def analyse(self, files: Sequence[RawScan]) -> Analysis: ...


class BlobStore(Protocol):
    """Files by the sha256 of their content; writing twice is writing once."""

    def put(self, data: bytes) -> str:
        """Raises: StorageUnavailable; the file is then there whole or not at all."""
        ...

    def get(self, sha256: str) -> bytes:
        """Raises: NotFound; also if the stored bytes no longer have that sha256."""
        ...

    def has(self, sha256: str) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """A worker's right to one job until `expires_at`."""

    inspection_id: str
    worker: str
    token: str
    expires_at: datetime
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAnalysis:
    """An analysis as stored: number within the inspection, when, how long it took."""

    number: int
    finished_at: datetime
    elapsed_s: float
    analysis: Analysis


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line of an inspection's history: state changes, papers, verdicts, decisions.

    `sequence` increases over all inspections; it is the event id of the stream.
    """

    sequence: int
    inspection_id: str
    at: datetime
    name: str
    detail: str


class Order(StrEnum):
    """NEWEST first, or what is expected to be lost by it first."""

    NEWEST = "newest"
    EXPECTED_LOSS = "expected_loss"


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionFilter:
    """Empty fields do not filter. `text` is looked for in id, lane, references and codes read."""

    states: frozenset[InspectionState] = frozenset()
    advices: frozenset[Advice] = frozenset()
    sites: frozenset[str] = frozenset()
    captured_from: datetime | None = None
    captured_to: datetime | None = None
    text: str = ""
    order: Order = Order.NEWEST


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionSummary:
    """A row of the queue."""

    inspection: Inspection
    advice: Advice | None
    reasons: tuple[str, ...]
    container_codes: tuple[str, ...]
    plates: tuple[str, ...]
    expected_loss: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of the queue, newest first; `next_cursor` None at the end."""

    items: tuple[InspectionSummary, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """Everything about one inspection, as its page shows it. Lists are oldest first.

    `changed_at` is when analysis or papers last changed, None once a verdict has taken that
    into account. It serves as a token: a later change has a later time. `statements` are what
    registers said, `papers` what other papers of the visit say, `history` what is known from
    before; they are there once the case has been completed for the judge.
    """

    inspection: Inspection
    analyses: tuple[StoredAnalysis, ...]
    verdicts: tuple[StoredVerdict, ...]
    decisions: tuple[OperatorDecision, ...]
    declaration: Declaration | None
    registrations: tuple[Registration, ...]
    events: tuple[Event, ...]
    changed_at: datetime | None = None
    statements: tuple[RegisterStatement, ...] = ()
    papers: VisitPapers = NO_PAPERS
    history: History = NO_HISTORY


class Repository(Protocol):
    """State. Each method is one transaction; each that takes `caller` sees its sites only and
    raises NotFound for the others, so that existence does not leak.

    Any method may raise StorageUnavailable; then nothing of it has happened.
    """

    # intake
    def add_inspection(
        self,
        inspection: Inspection,
        *,
        idempotency_key: str | None,
        request_sha256: str,
        caller: Caller,
    ) -> Inspection:
        """Store it and return it; with a key seen before, return the first one instead.

        Raises:
            IdempotencyMismatch: the key was used with another `request_sha256`.
        """
        ...

    def inspection_of_key(
        self, idempotency_key: str, *, request_sha256: str, caller: Caller
    ) -> Inspection | None:
        """What the caller sent under that key before.

        Raises:
            IdempotencyMismatch: the key was used with another `request_sha256`.
        """
        ...

    def case_file(self, inspection_id: str, *, caller: Caller) -> CaseFile: ...

    def list_inspections(
        self, filters: InspectionFilter, *, cursor: str | None, limit: int, caller: Caller
    ) -> Page:
        """Raises: InvalidInput for a cursor that is not ours."""
        ...

    def state_counts(self, *, caller: Caller) -> dict[InspectionState, int]: ...

    def advice_counts(self, *, caller: Caller) -> dict[Advice, int]:
        """How many inspections await a decision, by advice."""
        ...

    # jobs
    def claim(self, *, worker: str, now: datetime, lease: timedelta) -> Lease | None:
        """The oldest RECEIVED inspection, or one whose lease has expired; None if idle.

        An expired job at its last attempt becomes FAILED instead of being handed out.
        """
        ...

    def renew(self, lease: Lease, *, now: datetime, extend: timedelta) -> Lease:
        """Raises: LeaseLost."""
        ...

    def finish(
        self, lease: Lease, *, analysis: Analysis, elapsed_s: float, now: datetime
    ) -> StoredAnalysis:
        """Store the analysis, state ANALYSED. Raises: LeaseLost; then nothing is stored."""
        ...

    def give_up(self, lease: Lease, *, reason: str, now: datetime, final: bool) -> None:
        """Back to RECEIVED, or FAILED if `final` or out of attempts. Raises: LeaseLost."""
        ...

    def retry_failed(self, inspection_id: str, *, now: datetime, caller: Caller) -> Inspection:
        """FAILED -> RECEIVED with attempts 0. Raises: Conflict in any other state."""
        ...

    # judging
    def judging_file(self, inspection_id: str) -> CaseFile:
        """As `case_file`, for the service itself, all sites."""
        ...

    def awaiting_verdict(self, *, changed_before: datetime) -> tuple[str, ...]:
        """Analysed inspections whose verdict does not rest on what there is since before then.

        Whoever changes something judges at once; these were left over by a crash in between.
        """
        ...

    def add_verdict(
        self,
        inspection_id: str,
        *,
        verdict: StoredVerdict,
        now: datetime,
        reopens: bool,
        changed_at: datetime | None,
    ) -> None:
        """Append; state JUDGED, or DECIDED kept if decided and `reopens` is False.

        `changed_at` is that of the case file that was judged.

        Raises:
            Conflict: not analysed, or `verdict.number` is not the next one (someone judged in
                between).
        """
        ...

    def confirm_verdict(self, inspection_id: str, *, changed_at: datetime | None) -> None:
        """The last verdict takes account of everything up to `changed_at`."""
        ...

    def add_decision(
        self, inspection_id: str, *, decision: OperatorDecision, caller: Caller
    ) -> None:
        """Append; state DECIDED.

        Raises:
            Conflict: not judged, its verdict is not the newest, or the number is taken.
        """
        ...

    # papers
    def file_declaration(
        self, declaration: Declaration, *, now: datetime
    ) -> tuple[Declaration, bool]:
        """Store as a new version unless nothing changed; returns it and whether it is new."""
        ...

    def file_registration(
        self, registration: Registration, *, now: datetime
    ) -> tuple[Registration, bool]: ...

    def declaration(self, reference: str, *, caller: Caller) -> Declaration: ...

    def registration(self, reference: str, *, caller: Caller) -> Registration: ...

    def registrations_of_plate(self, plate: str, *, site: str) -> tuple[Registration, ...]: ...

    def has_register(self, *, site: str) -> bool:
        """Whether the site has any registration; if not, "not found" proves nothing."""
        ...

    def concerned_by_declaration(self, reference: str, *, site: str) -> tuple[str, ...]:
        """Ids of analysed inspections that name it."""
        ...

    def concerned_by_registration(self, reference: str, *, site: str) -> tuple[str, ...]:
        """Ids of analysed inspections that name it, or with an accepted reading of a plate that
        it has or had in an earlier version.
        """
        ...

    # events
    def events_after(
        self, sequence: int, *, inspection_id: str | None, caller: Caller, limit: int
    ) -> Sequence[Event]: ...

    def last_event(self) -> int: ...

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
    ) -> None: ...

    def api_key(self, key_id: str) -> tuple[str, Caller] | None:
        """(secret hash, caller) of a key that is not revoked."""
        ...

    def revoke_api_key(self, key_id: str, *, now: datetime) -> None: ...

    def api_keys(self) -> Iterator[tuple[str, str, Role, frozenset[str], bool]]:
        """(id, name, role, sites, revoked)."""
        ...

    def add_user(
        self, *, name: str, password_hash: str, role: Role, sites: frozenset[str], now: datetime
    ) -> None: ...

    def user(self, name: str) -> tuple[str, Caller] | None: ...

    def set_password(self, name: str, *, password_hash: str) -> None: ...
