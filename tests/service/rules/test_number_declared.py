"""Rule 2: the containers that are there are the ones that were declared."""

from __future__ import annotations

import pytest

from service.domain.declaration import Declaration
from service.domain.reconcile.rules.number_declared import judge
from service.domain.verdict import Result, Severity
from tests.builders import CODE, OTHER_CODE, a_box, a_case, a_declaration, a_reading
from vision.findings import CheckDigit, Finding

NEAR = "MSCU6639875"
THIRD = "TGHU7584938"
UNREAD = "container number"
BOTH = a_declaration(a_box(CODE), a_box(OTHER_CODE))


def unconfirmed(code: str) -> Finding:
    return a_reading(code, check_digit=CheckDigit.NOT_SEEN)


@pytest.mark.parametrize(
    ("declaration", "findings", "expected"),
    [
        pytest.param(
            a_declaration(), (a_reading(CODE),), [(CODE, Result.MATCH)], id="the-declared-one"
        ),
        pytest.param(
            a_declaration(),
            (a_reading(OTHER_CODE),),
            [(OTHER_CODE, Result.MISMATCH)],
            id="another-one",
        ),
        pytest.param(
            a_declaration(),
            (a_reading(CODE), a_reading(OTHER_CODE, scan="rear.jpg")),
            [(CODE, Result.MATCH), (OTHER_CODE, Result.MISMATCH)],
            id="one-too-many",
        ),
        pytest.param(
            a_declaration(),
            (unconfirmed(NEAR),),
            [(NEAR, Result.CANNOT_TELL)],
            id="close-and-unconfirmed-may-be-misread",
        ),
        pytest.param(
            a_declaration(),
            (unconfirmed(OTHER_CODE),),
            [(OTHER_CODE, Result.MISMATCH)],
            id="far-and-unconfirmed-is-another",
        ),
        pytest.param(
            BOTH,
            (a_reading(CODE), a_reading(OTHER_CODE, scan="rear.jpg")),
            [(CODE, Result.MATCH), (OTHER_CODE, Result.MATCH)],
            id="both-of-two",
        ),
        pytest.param(
            BOTH,
            (a_reading(CODE),),
            [(CODE, Result.MATCH), (UNREAD, Result.CANNOT_TELL)],
            id="one-of-two",
        ),
        pytest.param(
            a_declaration(a_box(CODE), a_box(OTHER_CODE), a_box(THIRD)),
            (a_reading(CODE),),
            [(CODE, Result.MATCH), (UNREAD, Result.CANNOT_TELL), (UNREAD, Result.CANNOT_TELL)],
            id="one-of-three-names-both-missing",
        ),
        pytest.param(
            a_declaration(),
            (a_reading(CODE, accepted=False),),
            [(UNREAD, Result.CANNOT_TELL)],
            id="not-accepted",
        ),
        pytest.param(a_declaration(), (), [(UNREAD, Result.CANNOT_TELL)], id="nothing-read"),
        pytest.param(None, (a_reading(CODE),), [(UNREAD, Result.CANNOT_TELL)], id="no-papers"),
    ],
)
def test_the_number_against_the_declared(
    declaration: Declaration | None,
    findings: tuple[Finding, ...],
    expected: list[tuple[str, Result]],
) -> None:
    outcomes = judge(a_case(*findings, declaration=declaration))
    assert [(o.subject, o.result) for o in outcomes] == expected


def test_a_container_that_was_not_declared_is_serious_and_names_both() -> None:
    (outcome,) = judge(a_case(a_reading(OTHER_CODE), declaration=a_declaration()))
    assert (outcome.expected, outcome.observed) == (CODE, OTHER_CODE)
    assert (outcome.severity, outcome.findings) == (Severity.SERIOUS, (0,))
    assert outcome.sentence == f"{OTHER_CODE} is on the vehicle but not declared; declared: {CODE}."


def test_a_container_on_a_declaration_without_any_does_not_match() -> None:
    bulk = Declaration(reference="D-1", site="north", containers=())
    (outcome,) = judge(a_case(a_reading(CODE), declaration=bulk))
    assert (outcome.result, outcome.expected) == (Result.MISMATCH, "no container declared")
