"""Scans that someone has ordered: the list that rule 37 compares with what was scanned."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from service.domain.access import Caller, Permission
from service.domain.papers.keys import container_key, plate_key
from service.domain.reconcile.history import Selection
from service.errors import Conflict, Forbidden, InvalidInput
from service.usecases.ports import CaseFile, Clock
from vision.findings import Reading
from vision.scan import ScanKind

MAX_SUBJECT, MAX_REASON = 70, 500
OUTLIVES = timedelta(days=7)
"""How long after it was due an order still concerns the visits of its subject."""
AHEAD = timedelta(days=365)


class OrderState(StrEnum):
    """MISSED: due, and no visit of the subject brought such a scan. OPEN: it may still come."""

    OPEN = "open"
    MADE = "made"
    MISSED = "missed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanOrder:
    """`subject` is a container code or plate, letters and digits alone. `made_by` is the first
    inspection of the subject since the order that has a file of that sensor.
    """

    number: int
    site: str
    subject: str
    sensor: ScanKind
    ordered_at: datetime
    due: datetime
    reason: str
    ordered_by: str
    cancelled_at: datetime | None = None
    cancelled_by: str = ""
    made_by: str | None = None

    def state(self, now: datetime) -> OrderState:
        if self.cancelled_at is not None:
            return OrderState.CANCELLED
        if self.made_by is not None:
            return OrderState.MADE
        return OrderState.MISSED if now > self.due else OrderState.OPEN


class ScanOrderStore(Protocol):
    """Orders, kept for ever; a cancelled one stays and says who cancelled it."""

    def add(self, order: ScanOrder) -> ScanOrder:
        """With the number that it gets."""
        ...

    def get(self, number: int, *, caller: Caller) -> ScanOrder:
        """Raises: NotFound."""
        ...

    def cancel(self, number: int, *, at: datetime, caller: Caller) -> None:
        """Nothing if it is cancelled already."""
        ...

    def list_orders(
        self, *, caller: Caller, site: str | None, before: int | None, limit: int
    ) -> tuple[ScanOrder, ...]:
        """The newest first, below the number `before`."""
        ...

    def concerning(
        self, subjects: Collection[str], *, site: str, at: datetime
    ) -> tuple[Selection, ...]:
        """Orders that were there at that time, not cancelled by then, and not long past."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanOrders:
    """What people and port systems do with orders."""

    store: ScanOrderStore
    clock: Clock

    def order(
        self,
        subject: str,
        *,
        sensor: ScanKind,
        due: datetime,
        reason: str,
        site: str,
        caller: Caller,
    ) -> ScanOrder:
        """Have a container or vehicle scanned by a time.

        Raises:
            Forbidden: the caller may not submit, or not at this site.
            InvalidInput: no code or plate, no zone, or a time that has passed.
        """
        if not caller.may(Permission.SUBMIT) or not caller.sees(site):
            raise Forbidden(f"{caller.name} may not order scans at {site}")
        spelled = plate_key(subject)
        if not 0 < len(spelled) <= MAX_SUBJECT:
            raise InvalidInput("expected a container code or a plate", field="subject")
        now = self.clock()
        if due.tzinfo is None:
            raise InvalidInput("expected a time with its zone", field="due")
        if not now < due <= now + AHEAD:
            raise InvalidInput("expected a time within the next year", field="due")
        if len(reason) > MAX_REASON:
            raise InvalidInput(f"at most {MAX_REASON} characters", field="reason")
        return self.store.add(
            ScanOrder(
                number=0,
                site=site,
                subject=spelled,
                sensor=sensor,
                ordered_at=now,
                due=due,
                reason=reason.strip(),
                ordered_by=caller.name,
            )
        )

    def cancel(self, number: int, *, caller: Caller) -> ScanOrder:
        """Take an order back; visits before that still had it.

        Raises:
            NotFound: there is none at the caller's sites.
            Conflict: the scan is made.
        """
        if not caller.may(Permission.SUBMIT):
            raise Forbidden(f"role {caller.role.value} may not cancel orders")
        if self.store.get(number, caller=caller).made_by is not None:
            raise Conflict(f"the scan of order {number} is made")
        self.store.cancel(number, at=self.clock(), caller=caller)
        return self.store.get(number, caller=caller)


def with_orders(file: CaseFile, *, store: ScanOrderStore) -> CaseFile:
    """The case with the scans that were ordered of what was read or is declared."""
    if not file.analyses:
        return file
    found = store.concerning(
        subjects_of(file), site=file.inspection.site, at=file.inspection.captured_at
    )
    return replace(file, history=replace(file.history, selections=found))


def subjects_of(file: CaseFile) -> frozenset[str]:
    """Codes and plates that were read, and those that the papers name."""
    read = {
        plate_key(finding.text)
        for finding in file.analyses[-1].analysis.findings
        if isinstance(finding, Reading) and finding.accepted
    }
    if file.declaration is not None:
        read |= {container_key(box.code) for box in file.declaration.containers}
        read |= {plate_key(plate) for plate in file.declaration.plates}
    return frozenset(read - {""})
