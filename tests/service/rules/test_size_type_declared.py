"""Rule 5: the size-type code on the container is the declared one."""

from __future__ import annotations

import pytest

from service.domain.declaration import Declaration
from service.domain.reconcile.rules.size_type_declared import judge
from service.domain.verdict import Result
from tests.builders import CODE, OTHER_CODE, a_box, a_case, a_declaration, a_reading, a_size_type
from vision.findings import Finding

UNSTATED = "size and type"


@pytest.mark.parametrize(
    ("declaration", "findings", "expected"),
    [
        pytest.param(
            a_declaration(),
            (a_reading(), a_size_type("22G1")),
            {CODE: Result.MATCH},
            id="as-declared",
        ),
        pytest.param(
            a_declaration(),
            (a_reading(), a_size_type("45G1")),
            {CODE: Result.MISMATCH},
            id="another",
        ),
        pytest.param(a_declaration(), (a_reading(),), {CODE: Result.CANNOT_TELL}, id="not-read"),
        pytest.param(
            a_declaration(), (a_size_type("45G1"),), {CODE: Result.CANNOT_TELL}, id="whose-is-it"
        ),
        pytest.param(
            a_declaration(),
            (a_reading(), a_reading(OTHER_CODE), a_size_type("45G1")),
            {CODE: Result.CANNOT_TELL},
            id="photograph-of-two-containers",
        ),
        pytest.param(
            a_declaration(),
            (a_reading(), a_size_type("45G1", scan="rear.jpg")),
            {CODE: Result.CANNOT_TELL},
            id="read-on-another-photograph",
        ),
        pytest.param(
            a_declaration(a_box(CODE), a_box(OTHER_CODE, size_type="45G1")),
            (
                a_reading(CODE, scan="left.jpg"),
                a_size_type("22G1", scan="left.jpg"),
                a_reading(OTHER_CODE, scan="rear.jpg"),
                a_size_type("22G1", scan="rear.jpg"),
            ),
            {CODE: Result.MATCH, OTHER_CODE: Result.MISMATCH},
            id="each-of-two-by-its-own-photograph",
        ),
        pytest.param(
            a_declaration(a_box(size_type=None)),
            (a_reading(), a_size_type()),
            {UNSTATED: Result.CANNOT_TELL},
            id="not-stated",
        ),
        pytest.param(
            None, (a_reading(), a_size_type()), {UNSTATED: Result.CANNOT_TELL}, id="no-papers"
        ),
    ],
)
def test_size_and_type(
    declaration: Declaration | None,
    findings: tuple[Finding, ...],
    expected: dict[str, Result],
) -> None:
    outcomes = judge(a_case(*findings, declaration=declaration))
    assert {o.subject: o.result for o in outcomes} == expected


def test_another_size_type_is_shown_beside_the_declared_one() -> None:
    (outcome,) = judge(a_case(a_reading(), a_size_type("45G1"), declaration=a_declaration()))
    assert (outcome.expected, outcome.observed, outcome.findings) == ("22G1", "45G1", (1,))
