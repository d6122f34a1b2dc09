"""Rows into domain objects, and the cursor of the queue."""

from __future__ import annotations

import base64
import binascii
import math
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row

from service.domain.access import Caller, Role
from service.domain.inspection import Inspection, InspectionState
from service.domain.verdict import Advice
from service.errors import InvalidInput
from service.store import stored_json as codec
from service.store.tables import EPOCH
from service.usecases.ports import Event, InspectionSummary, StoredAnalysis

_MICROSECOND = timedelta(microseconds=1)


def to_inspection(row: Row[Any]) -> Inspection:
    return Inspection(
        id=row.id,
        site=row.site,
        lane=row.lane,
        captured_at=row.captured_at,
        received_at=row.received_at,
        state=InspectionState(row.state),
        files=codec.FILES.load(row.files),
        declaration_ref=row.declaration_ref,
        registration_refs=codec.STRINGS.load(row.registration_refs),
        attempts=row.attempts,
        failure=row.failure,
    )


def to_summary(row: Row[Any]) -> InspectionSummary:
    return InspectionSummary(
        inspection=to_inspection(row),
        advice=Advice(row.advice) if row.advice else None,
        expected_loss=row.expected_loss,
        reasons=codec.STRINGS.load(row.reasons),
        container_codes=codec.STRINGS.load(row.container_codes),
        plates=codec.STRINGS.load(row.plates),
    )


def to_analysis(row: Row[Any]) -> StoredAnalysis:
    return StoredAnalysis(
        number=row.number,
        finished_at=row.finished_at,
        elapsed_s=row.elapsed_s,
        analysis=codec.ANALYSIS.load(row.body),
    )


def to_event(row: Row[Any]) -> Event:
    return Event(
        sequence=row.sequence,
        inspection_id=row.inspection_id,
        at=row.at,
        name=row.name,
        detail=row.detail,
    )


def to_caller(row: Row[Any]) -> Caller:
    sites = frozenset(codec.STRINGS.load(row.sites))
    return Caller(name=row.name, role=Role(row.role), sites=sites)


def write_cursor(row: Row[Any]) -> str:
    """Where the page ends: expected loss, time and id of its last inspection."""
    micros = (row.received_at - EPOCH) // _MICROSECOND
    text = f"{float(row.expected_loss).hex()}:{micros}:{row.id}"
    return base64.urlsafe_b64encode(text.encode()).decode()


def read_cursor(cursor: str) -> tuple[float, datetime, str]:
    """Raises: InvalidInput."""
    try:
        text = base64.b64decode(cursor.encode(), altchars=b"-_", validate=True).decode()
        loss, _, rest = text.partition(":")
        micros, separator, last = rest.partition(":")
        at = EPOCH + int(micros) * _MICROSECOND
        found = (float.fromhex(loss), at, last)
    except (ValueError, binascii.Error, OverflowError) as problem:
        raise InvalidInput("not a cursor of ours", field="cursor") from problem
    if not separator or not last or not math.isfinite(found[0]):
        raise InvalidInput("not a cursor of ours", field="cursor")
    return found
