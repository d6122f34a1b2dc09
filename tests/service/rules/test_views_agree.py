"""Rule 3: all views of the vehicle show the same numbers."""

from __future__ import annotations

import pytest

from service.domain.declaration import Declaration
from service.domain.reconcile.rules.views_agree import judge
from service.domain.verdict import Result
from tests.builders import (
    CODE,
    OTHER_CODE,
    PLATE,
    a_box,
    a_case,
    a_container,
    a_declaration,
    a_plate,
    a_reading,
)
from vision.findings import Finding

NUMBER = "container number"
BOTH = a_declaration(a_box(CODE), a_box(OTHER_CODE))
LEFT, RIGHT = a_reading(CODE, scan="left.jpg"), a_reading(CODE, scan="right.jpg")
OTHER = a_reading(OTHER_CODE, scan="right.jpg")


@pytest.mark.parametrize(
    ("declaration", "findings", "expected"),
    [
        pytest.param(None, (LEFT, RIGHT), {NUMBER: Result.MATCH}, id="two-views-one-number"),
        pytest.param(None, (LEFT, OTHER), {NUMBER: Result.MISMATCH}, id="two-views-two-numbers"),
        pytest.param(None, (LEFT,), {NUMBER: Result.CANNOT_TELL}, id="one-view-confirms-nothing"),
        pytest.param(
            None, (LEFT, LEFT), {NUMBER: Result.CANNOT_TELL}, id="twice-in-one-view-is-one-view"
        ),
        pytest.param(None, (), {NUMBER: Result.CANNOT_TELL}, id="no-view"),
        pytest.param(
            BOTH, (LEFT, OTHER), {NUMBER: Result.CANNOT_TELL}, id="two-declared-each-seen-once"
        ),
        pytest.param(
            BOTH,
            (LEFT, RIGHT, OTHER, a_reading(OTHER_CODE, scan="rear.jpg")),
            {NUMBER: Result.MATCH},
            id="two-declared-each-seen-twice",
        ),
        pytest.param(
            None,
            (LEFT, OTHER, a_container(), a_container()),
            {NUMBER: Result.CANNOT_TELL},
            id="two-containers-in-the-scan-may-have-two-numbers",
        ),
        pytest.param(
            None,
            (LEFT, OTHER, a_container(scan="side.png"), a_container(scan="top.png")),
            {NUMBER: Result.MISMATCH},
            id="one-container-in-two-scans-has-one",
        ),
        pytest.param(
            None,
            (LEFT, RIGHT, a_reading(OTHER_CODE, scan="rear.jpg", accepted=False)),
            {NUMBER: Result.MATCH},
            id="what-was-not-accepted-does-not-count",
        ),
        pytest.param(
            None,
            (LEFT, RIGHT, a_plate(PLATE, scan="front.jpg"), a_plate(PLATE, scan="rear.jpg")),
            {NUMBER: Result.MATCH, "plate": Result.MATCH},
            id="plate-in-two-views",
        ),
        pytest.param(
            None,
            (LEFT, RIGHT, a_plate(PLATE, scan="front.jpg"), a_plate("XY99ZZ", scan="rear.jpg")),
            {NUMBER: Result.MATCH, "plate": Result.CANNOT_TELL},
            id="tractor-and-trailer-may-differ",
        ),
        pytest.param(
            None,
            (LEFT, RIGHT, *(a_plate(f"XY{n}99ZZ", scan=f"{n}.jpg") for n in range(3))),
            {NUMBER: Result.MATCH, "plate": Result.MISMATCH},
            id="three-plates-are-too-many",
        ),
        pytest.param(
            None, (LEFT, RIGHT, a_plate()), {NUMBER: Result.MATCH}, id="one-plate-is-usual"
        ),
    ],
)
def test_views(
    declaration: Declaration | None,
    findings: tuple[Finding, ...],
    expected: dict[str, Result],
) -> None:
    outcomes = judge(a_case(*findings, declaration=declaration))
    assert {o.subject: o.result for o in outcomes} == expected


def test_a_disagreement_names_every_number_and_view() -> None:
    (outcome,) = judge(a_case(LEFT, OTHER))
    assert outcome.expected == "at most 1 different"
    assert outcome.observed == f"{CODE}, {OTHER_CODE}"
    assert outcome.findings == (0, 1)
