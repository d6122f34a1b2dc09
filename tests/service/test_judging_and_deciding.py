"""Judge, file papers, decide: verdicts follow the papers, decisions follow the verdict."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from service.domain.access import Caller, Role
from service.domain.decision import DecisionOutcome, OperatorDecision
from service.domain.declaration import Declaration, DeclaredLoad
from service.domain.inspection import InspectionState
from service.domain.registration import Registration
from service.domain.verdict import Advice
from service.errors import Conflict, Forbidden, InvalidInput, NotFound
from service.store.repository import SqlRepository
from service.usecases.decide import MAX_NOTE, decide
from service.usecases.file_papers import file_declaration, file_registration
from service.usecases.judge_inspection import judge_inspection
from service.usecases.ports import CaseFile
from service.usecases.rejudge import Judge
from tests.builders import (
    ADMIN,
    GATE,
    NOW,
    OFFICER,
    OTHER_CODE,
    PLATE,
    SHIPPED,
    SITE,
    STRANGER,
    a_box,
    a_declaration,
    a_registration,
    an_analysis,
    an_inspection,
    what_agrees,
)
from tests.conftest import Database
from tests.fakes import FakeClock

S = InspectionState
D = DecisionOutcome
EMPTY = a_declaration(a_box(load=DeclaredLoad.EMPTY))


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def repository(database: Database) -> SqlRepository:
    return SqlRepository(database.engine)


@pytest.fixture
def judge(repository: SqlRepository, clock: FakeClock) -> Judge:
    return partial(judge_inspection, repository=repository, policy=SHIPPED, clock=clock)


@pytest.fixture
def analysed(repository: SqlRepository) -> SqlRepository:
    """One inspection, "job", analysed, that names declaration D-1; no papers yet."""
    repository.add_inspection(
        an_inspection("job", declaration_ref="D-1"),
        idempotency_key=None,
        request_sha256="",
        caller=GATE,
    )
    lease = repository.claim(worker="w", now=NOW, lease=timedelta(seconds=60))
    assert lease is not None
    repository.finish(lease, analysis=an_analysis(*what_agrees()), elapsed_s=0.1, now=NOW)
    return repository


@pytest.fixture
def cleared(analysed: SqlRepository, judge: Judge, clock: FakeClock) -> SqlRepository:
    """As `analysed`, with all papers there: advice RELEASE."""
    declare(a_declaration(), analysed, judge, clock)
    register(a_registration(), analysed, judge, clock)
    assert job(analysed).verdicts[-1].verdict.advice is Advice.RELEASE
    return analysed


def job(repository: SqlRepository) -> CaseFile:
    return repository.case_file("job", caller=OFFICER)


def declare(
    declaration: Declaration,
    repository: SqlRepository,
    judge: Judge,
    clock: FakeClock,
    *,
    caller: Caller = GATE,
) -> Declaration:
    return file_declaration(
        declaration, caller=caller, repository=repository, clock=clock, judge=judge
    )


def register(
    registration: Registration,
    repository: SqlRepository,
    judge: Judge,
    clock: FakeClock,
    *,
    caller: Caller = GATE,
) -> Registration:
    return file_registration(
        registration, caller=caller, repository=repository, clock=clock, judge=judge
    )


def order(
    repository: SqlRepository,
    clock: FakeClock,
    outcome: DecisionOutcome,
    *,
    note: str = "",
    verdict_number: int | None = None,
    caller: Caller = OFFICER,
) -> OperatorDecision:
    return decide(
        "job",
        outcome=outcome,
        note=note,
        verdict_number=verdict_number,
        caller=caller,
        repository=repository,
        clock=clock,
    )


# judging


def test_what_is_not_analysed_cannot_be_judged(repository: SqlRepository, judge: Judge) -> None:
    repository.add_inspection(
        an_inspection("raw"), idempotency_key=None, request_sha256="", caller=GATE
    )
    with pytest.raises(Conflict):
        judge("raw", cause="too early")
    with pytest.raises(NotFound):
        judge("nowhere", cause="too early")


def test_the_same_verdict_is_not_repeated(cleared: SqlRepository, judge: Judge) -> None:
    before = job(cleared)
    judge("job", cause="again")
    after = job(cleared)
    assert after.verdicts == before.verdicts
    assert after.events == before.events
    assert after.changed_at is None


def test_who_judged_in_between_is_taken_into_account(
    analysed: SqlRepository, judge: Judge, clock: FakeClock
) -> None:
    class Overtaken(SqlRepository):
        """Someone files and judges just after each look at the case."""

        def judging_file(self, inspection_id: str) -> CaseFile:
            file = super().judging_file(inspection_id)
            if not file.verdicts:
                judge(inspection_id, cause="the other one")
            return file

    repository = Overtaken(analysed._engine)
    judge_inspection("job", cause="late", repository=repository, policy=SHIPPED, clock=clock)
    assert [verdict.cause for verdict in job(analysed).verdicts] == ["the other one"]


def test_a_verdict_names_policy_declaration_and_analysis(cleared: SqlRepository) -> None:
    last = job(cleared).verdicts[-1]
    assert last.verdict.policy == SHIPPED.label
    assert (last.verdict.declaration_version, last.analysis_number) == (1, 1)


# late papers


def test_a_late_declaration_changes_the_verdict(
    analysed: SqlRepository, judge: Judge, clock: FakeClock
) -> None:
    judge("job", cause="analysed")
    assert job(analysed).verdicts[-1].verdict.advice is Advice.REVIEW
    declare(EMPTY, analysed, judge, clock)
    last = job(analysed).verdicts[-1]
    assert last.verdict.advice is Advice.HOLD
    assert last.cause == "declaration D-1 version 1"


def test_a_late_declaration_reopens_what_was_decided(
    cleared: SqlRepository, judge: Judge, clock: FakeClock
) -> None:
    order(cleared, clock, D.RELEASE)
    declare(EMPTY, cleared, judge, clock)
    file = job(cleared)
    assert file.inspection.state is S.JUDGED
    assert file.events[-1].name == "reopened"
    assert len(file.decisions) == 1


def test_papers_that_change_no_outcome_leave_the_decision_in_force(
    cleared: SqlRepository, judge: Judge, clock: FakeClock
) -> None:
    order(cleared, clock, D.RELEASE)
    declare(a_declaration(a_box(hs_codes=("843149", "843150"))), cleared, judge, clock)
    file = job(cleared)
    assert file.verdicts[-1].verdict.declaration_version == 2
    assert file.inspection.state is S.DECIDED


def test_filing_the_same_declaration_again_judges_nothing(
    cleared: SqlRepository, judge: Judge, clock: FakeClock
) -> None:
    before = len(job(cleared).events)
    assert declare(a_declaration(), cleared, judge, clock).version == 1
    assert len(job(cleared).events) == before


@pytest.mark.parametrize(
    ("entry", "advice"),
    [
        pytest.param(a_registration(stolen=True), Advice.HOLD, id="stolen"),
        pytest.param(a_registration("XY99ZZ"), Advice.REVIEW, id="no-longer-that-plate"),
    ],
)
def test_a_changed_register_entry_reopens_what_was_decided(
    cleared: SqlRepository,
    judge: Judge,
    clock: FakeClock,
    entry: Registration,
    advice: Advice,
) -> None:
    order(cleared, clock, D.RELEASE)
    register(entry, cleared, judge, clock)
    file = job(cleared)
    assert file.verdicts[-1].verdict.advice is advice
    assert file.inspection.state is S.JUDGED


def test_papers_are_filed_even_if_judging_is_overtaken_again_and_again(
    analysed: SqlRepository, clock: FakeClock
) -> None:
    def never(inspection_id: str, *, cause: str) -> None:
        raise Conflict(f"{inspection_id}: {cause}")

    assert declare(EMPTY, analysed, never, clock).version == 1
    later = clock.now + timedelta(seconds=1)
    assert analysed.awaiting_verdict(changed_before=later) == ("job",)


@pytest.mark.parametrize(
    ("code", "why"),
    [
        pytest.param("MSCU6639871", "check digit of MSCU6639871 would be 0", id="check-digit"),
        pytest.param("MSCU663987", "three letters", id="too-short"),
        pytest.param("MSCX6639870", "three letters", id="category"),
    ],
)
def test_a_wrong_container_code_is_refused_and_nothing_is_filed(
    repository: SqlRepository, judge: Judge, clock: FakeClock, code: str, why: str
) -> None:
    with pytest.raises(InvalidInput, match=why) as refused:
        declare(a_declaration(a_box(), a_box(code)), repository, judge, clock)
    assert refused.value.field == "containers.1.code"
    with pytest.raises(NotFound):
        repository.declaration("D-1", caller=ADMIN)


def test_a_plate_of_dashes_is_refused(
    repository: SqlRepository, judge: Judge, clock: FakeClock
) -> None:
    with pytest.raises(InvalidInput):
        register(a_registration(" - "), repository, judge, clock)
    assert not repository.has_register(site=SITE)


def test_papers_of_another_site_are_refused(
    repository: SqlRepository, judge: Judge, clock: FakeClock
) -> None:
    with pytest.raises(Forbidden):
        declare(a_declaration(), repository, judge, clock, caller=STRANGER)
    with pytest.raises(Forbidden):
        register(a_registration(), repository, judge, clock, caller=STRANGER)


# deciding


def test_a_decision_with_the_advice_needs_no_note(cleared: SqlRepository, clock: FakeClock) -> None:
    decision = order(cleared, clock, D.RELEASE)
    assert decision == job(cleared).decisions[-1]
    assert (decision.by, decision.number, decision.verdict_number) == (OFFICER.name, 1, 2)


@pytest.mark.parametrize("note", ["", "   \n"])
@pytest.mark.parametrize("outcome", [D.HOLD, D.EXAMINE])
def test_a_decision_against_the_advice_needs_a_note(
    cleared: SqlRepository, clock: FakeClock, outcome: DecisionOutcome, note: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        order(cleared, clock, outcome, note=note)
    assert refused.value.field == "note"
    assert job(cleared).decisions == ()
    assert order(cleared, clock, outcome, note=" a tip ").note == "a tip"


def test_deciding_again_is_the_undo(cleared: SqlRepository, clock: FakeClock) -> None:
    order(cleared, clock, D.RELEASE)
    order(cleared, clock, D.HOLD, note="wrong truck")
    file = job(cleared)
    assert [d.outcome for d in file.decisions] == [D.RELEASE, D.HOLD]
    assert file.inspection.state is S.DECIDED


def test_a_verdict_that_was_replaced_while_the_person_looked_is_refused(
    cleared: SqlRepository, judge: Judge, clock: FakeClock
) -> None:
    seen = job(cleared).verdicts[-1].number
    declare(EMPTY, cleared, judge, clock)
    with pytest.raises(Conflict, match="look again"):
        order(cleared, clock, D.RELEASE, note="sure", verdict_number=seen)
    order(cleared, clock, D.RELEASE, note="sure", verdict_number=seen + 1)


def test_what_has_no_verdict_cannot_be_decided(analysed: SqlRepository, clock: FakeClock) -> None:
    with pytest.raises(Conflict):
        order(analysed, clock, D.HOLD, note="x")


@pytest.mark.parametrize("role", [Role.PORT, Role.ENGINEER, Role.AUDITOR])
def test_who_may_not_decide_is_refused(
    cleared: SqlRepository, clock: FakeClock, role: Role
) -> None:
    with pytest.raises(Forbidden):
        order(cleared, clock, D.RELEASE, caller=Caller(name="x", role=role))


def test_another_site_learns_nothing_by_deciding(cleared: SqlRepository, clock: FakeClock) -> None:
    with pytest.raises(NotFound):
        order(cleared, clock, D.RELEASE, caller=STRANGER)


def test_a_note_has_a_limit(cleared: SqlRepository, clock: FakeClock) -> None:
    with pytest.raises(InvalidInput):
        order(cleared, clock, D.HOLD, note="x" * (MAX_NOTE + 1))


def test_papers_for_another_container_concern_nobody(
    cleared: SqlRepository, judge: Judge, clock: FakeClock
) -> None:
    before = job(cleared)
    declare(a_declaration(a_box(OTHER_CODE), reference="D-2"), cleared, judge, clock)
    register(a_registration("OTHER1", reference="R-2"), cleared, judge, clock)
    assert job(cleared) == before
    assert PLATE in before.registrations[0].plate
