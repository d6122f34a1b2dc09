import pytest

from service.domain.access import Caller, Permission, Role
from service.domain.decision import DecisionOutcome, disagrees
from service.domain.inspection import InspectionState, may_become
from service.domain.verdict import Advice


def test_a_port_system_never_decides() -> None:
    assert not Caller(name="gate", role=Role.PORT).may(Permission.DECIDE)
    assert Caller(name="officer", role=Role.OPERATOR).may(Permission.DECIDE)


def test_no_sites_means_every_site() -> None:
    assert Caller(name="a", role=Role.AUDITOR).sees("north")
    assert not Caller(name="b", role=Role.AUDITOR, sites=frozenset({"south"})).sees("north")


@pytest.mark.parametrize(
    ("outcome", "advice", "expected"),
    [
        (DecisionOutcome.RELEASE, Advice.RELEASE, False),
        (DecisionOutcome.HOLD, Advice.RELEASE, True),
        (DecisionOutcome.RELEASE, Advice.REVIEW, True),
        (DecisionOutcome.RELEASE, Advice.HOLD, True),
        (DecisionOutcome.EXAMINE, Advice.HOLD, False),
    ],
)
def test_releasing_what_was_not_cleared_needs_a_reason(
    outcome: DecisionOutcome, advice: Advice, expected: bool
) -> None:
    assert disagrees(outcome, advice) is expected


def test_nothing_is_decided_before_it_is_judged() -> None:
    assert not may_become(InspectionState.ANALYSED, InspectionState.DECIDED)
    assert may_become(InspectionState.DECIDED, InspectionState.JUDGED)
