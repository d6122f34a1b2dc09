"""Rules 21 and 23: the plate is in the register, is the declared one, and is not sought."""

from __future__ import annotations

from datetime import timedelta

import pytest

from service.domain.declaration import Declaration
from service.domain.reconcile.rules.plate_registered import DECLARED, RULE, judge
from service.domain.registration import Registration
from service.domain.verdict import Result, Severity
from tests.builders import PLATE, TODAY, a_case, a_declaration, a_plate, a_registration
from vision.findings import Finding

M, X, Q = Result.MATCH, Result.MISMATCH, Result.CANNOT_TELL
OTHER = "XY99ZZ"
YESTERDAY = TODAY - timedelta(days=1)


@pytest.mark.parametrize(
    ("findings", "entries", "expected"),
    [
        pytest.param((a_plate(),), (a_registration(),), (PLATE, M), id="registered"),
        pytest.param(
            (a_plate(),), (a_registration("b 714-rdx"),), (PLATE, M), id="written-another-way"
        ),
        pytest.param((a_plate(),), (a_registration(OTHER),), (PLATE, X), id="not-in-the-register"),
        pytest.param((a_plate(),), (), (PLATE, Q), id="the-register-is-empty"),
        pytest.param((a_plate(),), (a_registration(stolen=True),), (PLATE, X), id="stolen"),
        pytest.param((a_plate(),), (a_registration(stolen=None),), (PLATE, M), id="not-asked"),
        pytest.param(
            (a_plate(),), (a_registration(valid_until=YESTERDAY),), (PLATE, X), id="has-run-out"
        ),
        pytest.param(
            (a_plate(),), (a_registration(valid_until=TODAY),), (PLATE, M), id="runs-out-tonight"
        ),
        pytest.param(
            (a_plate(),),
            (a_registration(valid_until=YESTERDAY), a_registration(reference="R-2")),
            (PLATE, M),
            id="one-of-two-entries-is-valid",
        ),
        pytest.param((), (a_registration(),), ("plate", Q), id="not-read"),
        pytest.param(
            (a_plate(accepted=False),), (a_registration(),), ("plate", Q), id="not-accepted"
        ),
    ],
)
def test_the_plate_in_the_register(
    findings: tuple[Finding, ...],
    entries: tuple[Registration, ...],
    expected: tuple[str, Result],
) -> None:
    outcomes = judge(a_case(*findings, registrations=entries))
    assert [(o.rule, o.subject, o.result) for o in outcomes] == [(RULE.name, *expected)]


def test_a_stolen_vehicle_is_held_now() -> None:
    (outcome,) = judge(a_case(a_plate(), registrations=(a_registration(stolen=True),)))
    assert (outcome.severity, outcome.observed) == (Severity.HOLD_NOW, "stolen")
    assert outcome.expected == "in the register, not stolen"
    assert outcome.findings == (0,)


def test_without_being_asked_it_is_not_said_that_it_is_not_stolen() -> None:
    (asked,) = judge(a_case(a_plate(), registrations=(a_registration(stolen=False),)))
    (unasked,) = judge(a_case(a_plate(), registrations=(a_registration(stolen=None),)))
    assert "not stolen" in asked.expected
    assert "stolen" not in unasked.expected + unasked.observed + unasked.sentence


def test_without_a_date_nothing_has_run_out() -> None:
    entry = a_registration(valid_until=YESTERDAY)
    (outcome,) = judge(a_case(a_plate(), registrations=(entry,), captured_on=None))
    assert outcome.result is M


@pytest.mark.parametrize(
    ("declaration", "findings", "expected"),
    [
        pytest.param(a_declaration(), (a_plate(),), [(PLATE, M)], id="the-declared-one"),
        pytest.param(
            a_declaration(plates=("B 714 RDX",)), (a_plate(),), [(PLATE, M)], id="another-writing"
        ),
        pytest.param(a_declaration(), (a_plate(OTHER),), [(OTHER, X)], id="another-one"),
        pytest.param(
            a_declaration(plates=(PLATE, OTHER)),
            (a_plate(), a_plate(OTHER, scan="rear.jpg")),
            [(PLATE, M), (OTHER, M)],
            id="tractor-and-trailer",
        ),
        pytest.param(a_declaration(), (), [("plate", Q)], id="not-read"),
        pytest.param(a_declaration(plates=()), (a_plate(),), [], id="no-plate-declared"),
        pytest.param(None, (a_plate(),), [], id="no-papers"),
    ],
)
def test_the_plate_against_the_declared(
    declaration: Declaration | None,
    findings: tuple[Finding, ...],
    expected: list[tuple[str, Result]],
) -> None:
    outcomes = judge(a_case(*findings, declaration=declaration))
    assert [(o.subject, o.result) for o in outcomes if o.rule == DECLARED.name] == expected


def test_another_plate_than_declared_names_both() -> None:
    outcome = judge(a_case(a_plate(OTHER), declaration=a_declaration()))[-1]
    assert (outcome.expected, outcome.observed, outcome.findings) == (PLATE, OTHER, (0,))


def test_a_named_entry_announces_its_plate() -> None:
    entries = (a_registration(PLATE), a_registration(OTHER, reference="R-2"))
    wrong = judge(a_case(a_plate(OTHER), registrations=entries, named=frozenset({"R-1"})))
    right = judge(a_case(a_plate(PLATE), registrations=entries, named=frozenset({"R-1"})))
    assert [(o.rule, o.result) for o in wrong] == [(RULE.name, M), (DECLARED.name, X)]
    assert [(o.rule, o.result) for o in right] == [(RULE.name, M), (DECLARED.name, M)]


@pytest.mark.parametrize(
    "findings", [pytest.param((), id="not-read"), pytest.param((a_plate(OTHER),), id="another")]
)
def test_papers_that_name_a_stolen_vehicle_are_reason_enough(
    findings: tuple[Finding, ...],
) -> None:
    case = a_case(*findings, registrations=(a_registration(stolen=True),), named=frozenset({"R-1"}))
    (stolen,) = [o for o in judge(case) if "stolen" in o.sentence]
    assert (stolen.subject, stolen.result) == (PLATE, X)
    assert stolen.severity is Severity.HOLD_NOW
