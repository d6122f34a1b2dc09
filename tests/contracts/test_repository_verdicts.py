"""Contract of the repository: verdicts and decisions are appended, in order, never changed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from service.domain.decision import DecisionOutcome
from service.domain.inspection import InspectionState
from service.domain.verdict import Advice, StoredVerdict
from service.errors import Conflict, NotFound
from service.store.repository import SqlRepository
from service.usecases.ports import CaseFile
from tests.builders import (
    GATE,
    NOW,
    OFFICER,
    STRANGER,
    a_box,
    a_decision,
    a_declaration,
    a_registration,
    a_verdict,
    an_analysis,
    an_inspection,
)

S = InspectionState


def analyse(repository: SqlRepository) -> None:
    lease = repository.claim(worker="w", now=NOW, lease=timedelta(seconds=60))
    assert lease is not None
    repository.finish(lease, analysis=an_analysis(), elapsed_s=0.1, now=NOW)


@pytest.fixture
def analysed(repository: SqlRepository) -> SqlRepository:
    """With one inspection, "job", in state ANALYSED."""
    repository.add_inspection(
        an_inspection("job"), idempotency_key=None, request_sha256="", caller=GATE
    )
    analyse(repository)
    return repository


@pytest.fixture
def decided(analysed: SqlRepository) -> SqlRepository:
    """As `analysed`, with verdict 1 and decision 1."""
    judge(analysed, a_verdict(1))
    analysed.add_decision("job", decision=a_decision(1), caller=OFFICER)
    return analysed


def job(repository: SqlRepository) -> CaseFile:
    return repository.case_file("job", caller=OFFICER)


def judge(
    repository: SqlRepository, verdict: StoredVerdict, *, name: str = "job", reopens: bool = True
) -> None:
    """Add a verdict on what there is now."""
    changed_at = repository.judging_file(name).changed_at
    repository.add_verdict(name, verdict=verdict, now=NOW, reopens=reopens, changed_at=changed_at)


def test_a_verdict_is_stored_and_shown_in_the_queue(analysed: SqlRepository) -> None:
    judge(analysed, a_verdict(1, Advice.HOLD))
    file = job(analysed)
    assert file.inspection.state is S.JUDGED
    assert file.verdicts == (a_verdict(1, Advice.HOLD),)
    assert file.events[-1].detail == "hold: analysed"


@pytest.mark.parametrize("number", [0, 1, 3])
def test_a_verdict_that_is_not_the_next_one_is_a_conflict(
    analysed: SqlRepository, number: int
) -> None:
    judge(analysed, a_verdict(1))
    with pytest.raises(Conflict):
        judge(analysed, a_verdict(number))
    assert len(job(analysed).verdicts) == 1


def test_what_is_not_analysed_gets_no_verdict(repository: SqlRepository) -> None:
    repository.add_inspection(
        an_inspection("raw"), idempotency_key=None, request_sha256="", caller=GATE
    )
    with pytest.raises(Conflict):
        judge(repository, a_verdict(1), name="raw")
    assert repository.case_file("raw", caller=OFFICER).inspection.state is S.RECEIVED


def test_a_decision_is_appended_and_the_undo_is_another(decided: SqlRepository) -> None:
    second = a_decision(2, DecisionOutcome.RELEASE, note="checked, in order")
    decided.add_decision("job", decision=second, caller=OFFICER)
    file = job(decided)
    assert file.inspection.state is S.DECIDED
    assert file.decisions == (a_decision(1), second)
    assert [e.name for e in file.events if e.name == "decided"] == ["decided"] * 2


@pytest.mark.parametrize("number", [0, 1, 3])
def test_a_decision_that_is_not_the_next_one_is_a_conflict(
    decided: SqlRepository, number: int
) -> None:
    with pytest.raises(Conflict):
        decided.add_decision("job", decision=a_decision(number), caller=OFFICER)
    assert job(decided).decisions == (a_decision(1),)


def test_what_is_not_judged_cannot_be_decided(analysed: SqlRepository) -> None:
    with pytest.raises(Conflict):
        analysed.add_decision("job", decision=a_decision(1), caller=OFFICER)


def test_a_decision_on_a_verdict_that_was_replaced_is_a_conflict(analysed: SqlRepository) -> None:
    judge(analysed, a_verdict(1))
    judge(analysed, a_verdict(2, Advice.HOLD))
    with pytest.raises(Conflict):
        analysed.add_decision("job", decision=a_decision(1, verdict_number=1), caller=OFFICER)
    analysed.add_decision("job", decision=a_decision(1, verdict_number=2), caller=OFFICER)


def test_another_site_cannot_decide(decided: SqlRepository) -> None:
    with pytest.raises(NotFound):
        decided.add_decision("job", decision=a_decision(2), caller=STRANGER)


def test_a_late_verdict_reopens_a_decision(decided: SqlRepository) -> None:
    judge(decided, a_verdict(2, Advice.HOLD))
    file = job(decided)
    assert file.inspection.state is S.JUDGED
    assert file.decisions == (a_decision(1),)
    assert file.events[-1].name == "reopened"


def test_a_late_verdict_that_changes_nothing_leaves_the_decision_in_force(
    decided: SqlRepository,
) -> None:
    judge(decided, a_verdict(2), reopens=False)
    file = job(decided)
    assert file.inspection.state is S.DECIDED
    assert file.events[-1].name == "judged"


LATER = NOW + timedelta(seconds=1)


def test_what_was_analysed_awaits_its_verdict_and_no_longer(analysed: SqlRepository) -> None:
    assert analysed.awaiting_verdict(changed_before=NOW) == ()
    assert analysed.awaiting_verdict(changed_before=LATER) == ("job",)
    judge(analysed, a_verdict(1))
    assert analysed.awaiting_verdict(changed_before=LATER) == ()


def test_late_papers_await_a_verdict_until_one_takes_them_into_account(
    repository: SqlRepository,
) -> None:
    inspection = an_inspection("job", declaration_ref="D-1", registration_refs=("R-1",))
    repository.add_inspection(inspection, idempotency_key=None, request_sha256="", caller=GATE)
    repository.file_declaration(a_declaration(), now=NOW)
    assert repository.awaiting_verdict(changed_before=LATER) == ()
    analyse(repository)
    judge(repository, a_verdict(1))
    repository.file_declaration(a_declaration(a_box(load=None)), now=NOW)
    assert repository.awaiting_verdict(changed_before=LATER) == ("job",)
    judge(repository, a_verdict(2))
    repository.file_registration(a_registration(), now=NOW)
    assert repository.awaiting_verdict(changed_before=LATER) == ("job",)
    repository.confirm_verdict("job", changed_at=repository.judging_file("job").changed_at)
    assert repository.awaiting_verdict(changed_before=LATER) == ()
    repository.file_registration(a_registration(), now=NOW)
    assert repository.awaiting_verdict(changed_before=LATER) == ()


def test_a_verdict_does_not_clear_a_change_that_came_after_it_had_read(
    repository: SqlRepository,
) -> None:
    """Even if the clock has not gone on by a microsecond in between."""
    inspection = an_inspection("job", declaration_ref="D-1")
    repository.add_inspection(inspection, idempotency_key=None, request_sha256="", caller=GATE)
    analyse(repository)
    read = repository.judging_file("job").changed_at
    repository.file_declaration(a_declaration(), now=NOW)
    repository.add_verdict("job", verdict=a_verdict(1), now=NOW, reopens=True, changed_at=read)
    assert repository.awaiting_verdict(changed_before=LATER) == ("job",)
    repository.confirm_verdict("job", changed_at=read)
    assert repository.awaiting_verdict(changed_before=LATER) == ("job",)
