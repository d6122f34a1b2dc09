"""Live passages: open one, add records as they come, close it into an inspection."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from service.domain.access import Caller
from service.domain.inspection import Inspection
from service.domain.passage import OpenPassage, PassageRecord, gaps
from service.errors import Conflict, Forbidden, InvalidInput
from service.usecases.ports import Analyser, BlobStore, Clock, Repository
from service.usecases.receive import Recogniser, Upload, receive
from vision.findings import CoverageEntry, GrossCount
from vision.formats.count_table import WINDOW_COLUMNS
from vision.scan import RawScan, ScanKind

MOST_RECORDS = 20_000
FEWEST_TO_JUDGE = 3


class PassageStore(Protocol):
    """Each method is one transaction; passages of other sites are NotFound."""

    def add_passage(self, passage: OpenPassage) -> None: ...

    def passage(self, passage_id: str, *, caller: Caller) -> OpenPassage: ...

    def add_records(self, passage_id: str, records: Sequence[PassageRecord]) -> None:
        """Store new ones; those that are there already, just the same, change nothing.

        Raises:
            Conflict: a number is taken by another record, or the passage is closed.
        """
        ...

    def records(self, passage_id: str) -> tuple[PassageRecord, ...]:
        """By number."""
        ...

    def close_passage(self, passage_id: str, *, inspection_id: str) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PassageState:
    """What is known so far. `counts` and `coverage` are of the records before the first gap, and
    empty until the first occupied one.
    """

    passage: OpenPassage
    received: int
    next_sequence: int
    missing: tuple[tuple[int, int], ...]
    counts: tuple[GrossCount, ...]
    coverage: tuple[CoverageEntry, ...]


def open_passage(
    *,
    site: str,
    lane: str,
    panels: tuple[str, ...],
    declaration_ref: str | None,
    registration_refs: tuple[str, ...],
    caller: Caller,
    store: PassageStore,
    clock: Clock,
) -> OpenPassage:
    """Begin a passage.

    Raises:
        Forbidden: the caller does not work at that site.
        InvalidInput: no panel, or two of one name.
    """
    if not caller.sees(site):
        raise Forbidden(f"{caller.name} does not work at site {site!r}")
    if not panels or len(set(panels)) != len(panels):
        raise InvalidInput("one panel or more, each name once", field="panels")
    passage = OpenPassage(
        id=str(uuid.uuid4()),
        site=site,
        lane=lane,
        panels=panels,
        opened_at=clock(),
        declaration_ref=declaration_ref,
        registration_refs=registration_refs,
    )
    store.add_passage(passage)
    return passage


def add_records(
    passage_id: str,
    records: Sequence[PassageRecord],
    *,
    caller: Caller,
    store: PassageStore,
    analyser: Analyser,
) -> PassageState:
    """Take records, in any order, as often as the network repeats them.

    Raises:
        NotFound: no such passage at the caller's sites.
        InvalidInput: a record does not fit the passage or the ones before it.
        Conflict: closed, or a number came with other counts before.
    """
    passage = store.passage(passage_id, caller=caller)
    if passage.inspection_id is not None:
        raise Conflict(f"passage {passage_id} is closed")
    _check(passage, records, store.records(passage_id))
    store.add_records(passage_id, records)
    return state(passage, store=store, analyser=analyser)


def state(passage: OpenPassage, *, store: PassageStore, analyser: Analyser) -> PassageState:
    """What is known so far, with the alarm state of every vehicle in it."""
    known = store.records(passage.id)
    missing = gaps(record.sequence for record in known)
    whole = [r for r in known if not missing or r.sequence < missing[0][0]]
    counts: tuple[GrossCount, ...] = ()
    coverage: tuple[CoverageEntry, ...] = ()
    # Without a vehicle there is background alone, and nothing to compare it with.
    if len(whole) >= FEWEST_TO_JUDGE and any(record.occupied for record in whole):
        analysis = analyser.analyse([as_file(passage, whole)])
        counts = tuple(f for f in analysis.findings if isinstance(f, GrossCount))
        coverage = analysis.coverage
    return PassageState(
        passage=passage,
        received=len(known),
        next_sequence=missing[0][0] if missing else len(known),
        missing=missing,
        counts=counts,
        coverage=coverage,
    )


def close_passage(
    passage_id: str,
    *,
    caller: Caller,
    store: PassageStore,
    repository: Repository,
    blobs: BlobStore,
    recognise: Recogniser,
    clock: Clock,
) -> Inspection:
    """Make the records the evidence of an inspection. Closing again returns the same one.

    Raises:
        NotFound: no such passage at the caller's sites.
        Conflict: records are missing; says which.
    """
    passage = store.passage(passage_id, caller=caller)
    records = store.records(passage_id)
    missing = gaps(record.sequence for record in records)
    if missing:
        named = ", ".join(f"{first} to {last}" for first, last in missing)
        raise Conflict(f"records are missing: {named}")
    if len(records) < FEWEST_TO_JUDGE:
        raise Conflict(f"{len(records)} records are no passage")
    inspection = receive(
        Upload(
            files=(as_file(passage, records),),
            site=passage.site,
            lane=passage.lane,
            captured_at=passage.opened_at,
            declaration_ref=passage.declaration_ref,
            registration_refs=passage.registration_refs,
        ),
        idempotency_key=f"passage {passage_id}",
        caller=caller,
        repository=repository,
        blobs=blobs,
        recognise=recognise,
        clock=clock,
    )
    store.close_passage(passage_id, inspection_id=inspection.id)
    return inspection


def _check(
    passage: OpenPassage, records: Sequence[PassageRecord], known: Sequence[PassageRecord]
) -> None:
    """Every record has what the first one had, and counts for every panel."""
    if len(known) + len(records) > MOST_RECORDS:
        raise InvalidInput(f"at most {MOST_RECORDS} records in a passage", field="records")
    first = known[0] if known else records[0]
    for place, record in enumerate(records):
        where = f"records.{place}"
        if not 0 <= record.sequence < MOST_RECORDS:
            raise InvalidInput(f"0 to {MOST_RECORDS - 1}", field=f"{where}.sequence")
        if len(record.gamma) != len(passage.panels):
            expected = f"expected {len(passage.panels)} panels, got {len(record.gamma)}"
            raise InvalidInput(expected, field=f"{where}.gamma")
        if record.windows is not None and len(record.windows) != len(WINDOW_COLUMNS):
            expected = f"expected {len(WINDOW_COLUMNS)} windows, got {len(record.windows)}"
            raise InvalidInput(expected, field=f"{where}.windows")
        for name in ("neutron", "windows"):
            if (getattr(record, name) is None) != (getattr(first, name) is None):
                raise InvalidInput("all records have it, or none", field=f"{where}.{name}")


def as_file(passage: OpenPassage, records: Sequence[PassageRecord]) -> RawScan:
    """The records as a count table, the same bytes for the same records."""
    panels = [f"gamma_{number}" for number in range(1, len(passage.panels) + 1)]
    names = ["start_s", "duration_s", "gamma", *panels, "occupied"]
    first = records[0]
    names += ["neutron"] if first.neutron is not None else []
    names += list(WINDOW_COLUMNS) if first.windows is not None else []
    rows = [",".join(names)]
    start = 0.0
    for record in records:
        values = [start, record.duration_s, sum(record.gamma), *record.gamma]
        values.append(float(record.occupied))
        values += [record.neutron] if record.neutron is not None else []
        values += list(record.windows) if record.windows is not None else []
        rows.append(",".join(f"{value:.9g}" for value in values))
        start += record.duration_s
    data = ("\n".join(rows) + "\n").encode()
    return RawScan(name=f"passage-{passage.id}.csv", data=data, kind=ScanKind.RADIATION)
