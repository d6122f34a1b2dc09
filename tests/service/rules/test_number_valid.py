"""Rule 1: the container code has a right check digit."""

from __future__ import annotations

import pytest

from service.domain.reconcile.rules.number_valid import judge
from service.domain.verdict import Result
from tests.builders import CODE, OTHER_CODE, a_case, a_plate, a_reading
from vision.findings import CheckDigit, Finding

WRONG = "TGHU7584939"
NOT_SEEN = a_reading(CODE, check_digit=CheckDigit.NOT_SEEN)


@pytest.mark.parametrize(
    ("findings", "expected"),
    [
        pytest.param((a_reading(CODE),), {CODE: Result.MATCH}, id="right"),
        pytest.param(
            (a_reading(CODE), a_reading(OTHER_CODE, scan="rear.jpg")),
            {CODE: Result.MATCH, OTHER_CODE: Result.MATCH},
            id="two-containers",
        ),
        pytest.param((NOT_SEEN,), {CODE: Result.CANNOT_TELL}, id="digit-not-seen"),
        pytest.param(
            (NOT_SEEN, a_reading(CODE, scan="right.jpg")),
            {CODE: Result.MATCH},
            id="digit-seen-in-another-view",
        ),
        pytest.param(
            (a_reading(WRONG, scan="left.jpg"), a_reading(WRONG, scan="right.jpg")),
            {WRONG: Result.MISMATCH},
            id="wrong-in-two-views",
        ),
        pytest.param(
            (a_reading(WRONG),), {WRONG: Result.CANNOT_TELL}, id="wrong-in-one-view-may-be-misread"
        ),
        pytest.param(
            (a_reading(WRONG), a_reading(WRONG)),
            {WRONG: Result.CANNOT_TELL},
            id="twice-in-one-photograph-is-one-view",
        ),
        pytest.param(
            (a_reading(CODE), a_reading(CODE[:-1] + "1", scan="right.jpg")),
            {CODE: Result.MATCH},
            id="a-misread-of-a-right-one-is-left-out",
        ),
        pytest.param(
            (a_reading(CODE, accepted=False), a_plate()),
            {"container number": Result.CANNOT_TELL},
            id="nothing-accepted",
        ),
        pytest.param((), {"container number": Result.CANNOT_TELL}, id="nothing-read"),
    ],
)
def test_the_check_digit(findings: tuple[Finding, ...], expected: dict[str, Result]) -> None:
    assert {o.subject: o.result for o in judge(a_case(*findings))} == expected


def test_a_wrong_digit_names_both_views() -> None:
    case = a_case(a_plate(), a_reading(WRONG, scan="left.jpg"), a_reading(WRONG, scan="right.jpg"))
    (outcome,) = judge(case)
    assert (outcome.observed, outcome.findings, outcome.severity) == ("wrong", (1, 2), 1)
