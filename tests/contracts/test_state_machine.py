"""Whatever is asked of an inspection, in whatever order, it only takes steps that are allowed."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from hypothesis import event, given, settings
from hypothesis import strategies as st

from service.domain.declaration import DeclaredLoad
from service.domain.inspection import InspectionState, may_become
from service.errors import Conflict, LeaseLost
from service.store.engine import open_engine
from service.store.repository import SqlRepository
from service.usecases.ports import CaseFile, Lease
from tests.builders import (
    GATE,
    OFFICER,
    a_box,
    a_decision,
    a_declaration,
    a_verdict,
    an_analysis,
    an_inspection,
)
from tests.fakes import FakeClock

LEASE = timedelta(seconds=60)
MAX_ATTEMPTS = 2
S = InspectionState


class Actors:
    """Everyone who asks something of one inspection; leases are kept, also those that are lost."""

    def __init__(self, repository: SqlRepository) -> None:
        self.repository = repository
        self.clock = FakeClock()
        self.leases: list[Lease] = []
        self.filed = 0

    @property
    def file(self) -> CaseFile:
        return self.repository.case_file("job", caller=OFFICER)

    def claim(self) -> None:
        lease = self.repository.claim(worker="w", now=self.clock(), lease=LEASE)
        if lease is not None:
            self.leases.append(lease)

    def let_the_lease_run_out(self) -> None:
        self.clock.forward(LEASE.total_seconds() + 1)

    def renew(self) -> None:
        for lease in self.leases[-1:]:
            self.repository.renew(lease, now=self.clock(), extend=LEASE)

    def finish(self, which: slice = slice(-1, None)) -> None:
        for lease in self.leases[which]:
            self.repository.finish(lease, analysis=an_analysis(), elapsed_s=0.1, now=self.clock())

    def finish_late(self) -> None:
        self.finish(slice(0, 1))

    def break_down(self) -> None:
        for lease in self.leases[-1:]:
            self.repository.give_up(lease, reason="broken", now=self.clock(), final=False)

    def find_evidence_missing(self) -> None:
        for lease in self.leases[-1:]:
            self.repository.give_up(lease, reason="missing", now=self.clock(), final=True)

    def retry(self) -> None:
        self.repository.retry_failed("job", now=self.clock(), caller=OFFICER)

    def judge(self, *, reopens: bool = True) -> None:
        file = self.file
        verdict = a_verdict(len(file.verdicts) + 1)
        self.repository.add_verdict(
            "job",
            verdict=verdict,
            now=self.clock(),
            reopens=reopens,
            changed_at=file.changed_at,
        )

    def judge_without_change(self) -> None:
        self.judge(reopens=False)

    def decide(self) -> None:
        file = self.file
        decision = a_decision(len(file.decisions) + 1, verdict_number=len(file.verdicts))
        self.repository.add_decision("job", decision=decision, caller=OFFICER)

    def file_papers(self) -> None:
        self.filed += 1
        load = DeclaredLoad.EMPTY if self.filed % 2 else DeclaredLoad.LOADED
        self.repository.file_declaration(a_declaration(a_box(load=load)), now=self.clock())


DEEDS: list[Callable[[Actors], None]] = [
    Actors.claim,
    Actors.let_the_lease_run_out,
    Actors.renew,
    Actors.finish,
    Actors.finish_late,
    Actors.break_down,
    Actors.find_evidence_missing,
    Actors.retry,
    Actors.judge,
    Actors.judge_without_change,
    Actors.decide,
    Actors.file_papers,
]
# Begins so that half of the runs get beyond the analysis.
BEGINNINGS: list[list[Callable[[Actors], None]]] = [
    [],
    [Actors.claim, Actors.finish],
    [Actors.claim, Actors.finish, Actors.judge, Actors.decide],
]
NAME_OF_STEP = {
    "received": S.RECEIVED,
    "retrying": S.RECEIVED,
    "analysing": S.ANALYSING,
    "analysed": S.ANALYSED,
    "reopened": S.JUDGED,
    "decided": S.DECIDED,
    "failed": S.FAILED,
}


@contextmanager
def actors(migrated: Path) -> Iterator[Actors]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tallyman.sqlite"
        shutil.copy(migrated, path)
        engine = open_engine(f"sqlite:///{path}")
        try:
            repository = SqlRepository(engine, max_attempts=MAX_ATTEMPTS)
            repository.add_inspection(
                an_inspection("job", declaration_ref="D-1"),
                idempotency_key=None,
                request_sha256="",
                caller=GATE,
            )
            yield Actors(repository)
        finally:
            engine.dispose()


def check_step(before: CaseFile, after: CaseFile, *, refused: bool) -> None:
    if refused:
        assert after == before
        return
    # Append-only: what was there is still there, word for word.
    for name in ("analyses", "verdicts", "decisions", "events"):
        old, new = getattr(before, name), getattr(after, name)
        assert new[: len(old)] == old
    state = before.inspection.state
    for happened in after.events[len(before.events) :]:
        then = NAME_OF_STEP.get(happened.name)
        if then is not None:
            assert may_become(state, then), f"{state} -> {then} by {happened.name}"
            state = then
        else:
            assert happened.name == "judged"
            state = S.DECIDED if state is after.inspection.state is S.DECIDED else S.JUDGED
    assert state is after.inspection.state


def check_file(file: CaseFile) -> None:
    counted = Counter(event.name for event in file.events)
    state = file.inspection.state
    assert len(file.analyses) == counted["analysed"] <= 1
    assert len(file.verdicts) == counted["judged"] + counted["reopened"]
    assert len(file.decisions) == counted["decided"]
    assert file.inspection.attempts <= MAX_ATTEMPTS
    assert bool(file.analyses) == (state in {S.ANALYSED, S.JUDGED, S.DECIDED})
    assert (state is S.FAILED) <= bool(file.inspection.failure)
    if state is S.DECIDED:
        assert file.decisions


@settings(max_examples=60)
@given(beginning=st.sampled_from(BEGINNINGS), deeds=st.lists(st.sampled_from(DEEDS), max_size=20))
def test_an_inspection_only_takes_steps_that_are_allowed(
    migrated_sqlite: Path,
    beginning: list[Callable[[Actors], None]],
    deeds: list[Callable[[Actors], None]],
) -> None:
    with actors(migrated_sqlite) as all_of_them:
        before = all_of_them.file
        for deed in [*beginning, *deeds]:
            refused = False
            try:
                deed(all_of_them)
            except (Conflict, LeaseLost):
                refused = True
            after = all_of_them.file
            check_step(before, after, refused=refused)
            check_file(after)
            before = after
        event(before.inspection.state)
