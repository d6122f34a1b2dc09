"""What registers said, as rules judge it: no answer is never "not there"."""

from __future__ import annotations

from dataclasses import replace

import pytest

from service.domain.reconcile.judge import reach_verdict
from service.domain.reconcile.rules import (
    owner_registered,
    plate_registered,
    plate_sought,
    registers_answered,
)
from service.domain.register_statement import RegisterKind, RegisterStatement, Said
from service.domain.verdict import Advice, Result, Severity
from tests.builders import (
    CODE,
    PLATE,
    SHIPPED,
    a_case,
    a_declaration,
    a_plate,
    a_reading,
    a_registration,
    a_statement,
    what_agrees,
)

M, X, Q = Result.MATCH, Result.MISMATCH, Result.CANNOT_TELL
K, S = RegisterKind, Said
LOCAL = "local_vehicle_table"


def sought(said: Said) -> RegisterStatement:
    return a_statement(said, kind=K.SOUGHT, register="stolen_objects")


def owner(said: Said) -> RegisterStatement:
    return a_statement(said, kind=K.OWNER, register="owner_codes", subject=CODE)


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        pytest.param((a_statement(S.FOUND),), M, id="found"),
        pytest.param((a_statement(S.NOT_FOUND),), X, id="really-not-there"),
        pytest.param((a_statement(S.PENDING),), Q, id="not-answered-yet"),
        pytest.param((a_statement(S.CANNOT_TELL),), Q, id="cannot-tell"),
        pytest.param(
            (a_statement(S.NOT_FOUND), a_statement(S.PENDING, register=LOCAL)),
            Q,
            id="the-other-may-know-it",
        ),
        pytest.param(
            (a_statement(S.NOT_FOUND), a_statement(S.FOUND, register=LOCAL)), M, id="one-knows-it"
        ),
        pytest.param(
            (a_statement(S.NOT_FOUND), a_statement(S.NOT_FOUND, register=LOCAL)),
            X,
            id="both-say-so",
        ),
        pytest.param((a_statement(S.NOT_FOUND, subject="OTHER1"),), Q, id="about-another-plate"),
    ],
)
def test_the_plate_in_registers_that_were_asked(
    statements: tuple[RegisterStatement, ...], expected: Result
) -> None:
    (outcome,) = plate_registered.judge(a_case(a_plate(), statements=statements))
    assert (outcome.subject, outcome.result) == (PLATE, expected)


def test_a_register_that_is_silent_outweighs_a_list_that_lacks_the_plate() -> None:
    case = a_case(a_plate(), statements=(a_statement(S.CANNOT_TELL),), has_register=True)
    (outcome,) = plate_registered.judge(case)
    assert outcome.result is Q
    assert "no answer within 3 s" in outcome.sentence


def test_a_filed_entry_still_counts_while_the_register_is_silent() -> None:
    case = a_case(
        a_plate(), registrations=(a_registration(),), statements=(a_statement(S.PENDING),)
    )
    (outcome,) = plate_registered.judge(case)
    assert outcome.result is M


def test_an_entry_that_says_stolen_holds_whichever_register_it_is_from() -> None:
    entry = a_registration(stolen=True)
    said = replace(a_statement(S.FOUND), registration=entry)
    (outcome,) = plate_registered.judge(a_case(a_plate(), statements=(said,)))
    assert (outcome.result, outcome.severity) == (X, Severity.HOLD_NOW)


@pytest.mark.parametrize(
    ("said", "expected"),
    [(S.HIT, X), (S.NO_HIT, M), (S.PENDING, Q), (S.CANNOT_TELL, Q)],
)
def test_the_plate_among_things_sought(said: Said, expected: Result) -> None:
    (outcome,) = plate_sought.judge(a_case(a_plate(), statements=(sought(said),)))
    assert (outcome.subject, outcome.result) == (PLATE, expected)


def test_a_hit_holds_and_asks_to_compare_the_characters() -> None:
    (outcome,) = plate_sought.judge(a_case(a_plate(), statements=(sought(S.HIT),)))
    assert outcome.severity is Severity.HOLD_NOW
    assert "Compare the characters before you act." in outcome.sentence


def test_a_hit_about_a_plate_that_was_not_read_holds_no_one() -> None:
    assert plate_sought.judge(a_case(a_plate("OTHER1"), statements=(sought(S.HIT),))) == ()


@pytest.mark.parametrize(
    ("said", "expected"),
    [(S.FOUND, M), (S.NOT_FOUND, X), (S.PENDING, Q), (S.CANNOT_TELL, Q)],
)
def test_the_owner_prefix_of_a_container(said: Said, expected: Result) -> None:
    (outcome,) = owner_registered.judge(a_case(a_reading(CODE), statements=(owner(said),)))
    assert (outcome.subject, outcome.result, outcome.severity) == (CODE, expected, Severity.REVIEW)


def test_nothing_is_said_where_no_register_is_asked() -> None:
    case = a_case(*what_agrees())
    for rule in (plate_sought, owner_registered, registers_answered):
        assert rule.judge(case) == ()


def released(required: tuple[str, ...], *statements: RegisterStatement) -> Advice:
    case = a_case(
        *what_agrees(),
        policy=replace(SHIPPED, required_registers=required),
        declaration=a_declaration(),
        registrations=(a_registration(),),
        statements=statements,
    )
    return reach_verdict(case).advice


@pytest.mark.parametrize(
    ("required", "statements", "expected"),
    [
        pytest.param((), (), Advice.RELEASE, id="none-required"),
        pytest.param((), (sought(S.PENDING),), Advice.RELEASE, id="pending-and-not-required"),
        pytest.param(("stolen_objects",), (), Advice.REVIEW, id="required-and-not-configured"),
        pytest.param(("stolen_objects",), (sought(S.PENDING),), Advice.REVIEW, id="pending"),
        pytest.param(("stolen_objects",), (sought(S.CANNOT_TELL),), Advice.REVIEW, id="failed"),
        pytest.param(("stolen_objects",), (sought(S.NO_HIT),), Advice.RELEASE, id="answered"),
        pytest.param(("stolen_objects",), (sought(S.HIT),), Advice.HOLD, id="hit"),
        pytest.param(("eori",), (), Advice.REVIEW, id="nothing-to-ask-about"),
        pytest.param(
            ("stolen_objects", "eucaris"),
            (sought(S.NO_HIT), a_statement(S.PENDING)),
            Advice.REVIEW,
            id="one-of-two",
        ),
    ],
)
def test_a_required_register_that_has_not_answered_allows_no_release(
    required: tuple[str, ...], statements: tuple[RegisterStatement, ...], expected: Advice
) -> None:
    assert released(required, *statements) is expected


def test_a_required_register_must_know_every_plate_that_was_read() -> None:
    case = a_case(
        a_plate(),
        a_plate("OTHER1", scan="rear.jpg"),
        policy=replace(SHIPPED, required_registers=("stolen_objects",)),
        statements=(sought(S.NO_HIT),),
    )
    (outcome,) = registers_answered.judge(case)
    assert outcome.result is Q
    assert "OTHER1" in outcome.sentence
