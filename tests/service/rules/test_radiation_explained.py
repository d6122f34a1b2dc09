"""Rules 25 and 26: radiation is absent, or the declared goods explain it."""

from __future__ import annotations

from dataclasses import replace
from math import inf, nan

import pytest

from service.domain.declaration import Declaration
from service.domain.reconcile.case import Case
from service.domain.reconcile.rules import radiation_explained, radiation_neutron
from service.domain.verdict import Result, RuleOutcome, Severity
from tests.builders import SHIPPED, a_box, a_case, a_count, a_declaration, a_nuclide
from vision.findings import Channel, Finding, NuclideCategory

M, X, Q = Result.MATCH, Result.MISMATCH, Result.CANNOT_TELL
NEUTRON = Channel.NEUTRON
QUIET = (a_count(), a_count(NEUTRON))
ALARM = (a_count(alarm=True), a_count(NEUTRON))
K40 = a_nuclide("K-40", NuclideCategory.NORM)
CS137 = a_nuclide("Cs-137", NuclideCategory.INDUSTRIAL)
TC99M = a_nuclide("Tc-99m", NuclideCategory.MEDICAL)
PU239 = a_nuclide("Pu-239", NuclideCategory.NUCLEAR)
MACHINES = a_declaration(a_box(hs_codes=("843149",)))
POTASH = a_declaration(a_box(hs_codes=("843149", "310420")))
CHAPTER = a_declaration(a_box(hs_codes=("31",)))
CLASS_7 = a_declaration(a_box(un_number="2915"))


def judge(case: Case) -> tuple[RuleOutcome, ...]:
    return (*radiation_explained.judge(case), *radiation_neutron.judge(case))


@pytest.mark.parametrize(
    ("declaration", "findings", "expected"),
    [
        pytest.param(MACHINES, QUIET, {"gamma": M, "neutron": M}, id="quiet"),
        pytest.param(None, QUIET, {"gamma": M, "neutron": M}, id="quiet-without-papers"),
        pytest.param(
            MACHINES, ALARM, {"gamma": X, "neutron": M}, id="gamma-alarm-that-nothing-explains"
        ),
        pytest.param(
            POTASH,
            (a_count(), a_count(NEUTRON, alarm=True)),
            {"gamma": M, "neutron": X},
            id="neutrons-are-never-innocent",
        ),
        pytest.param(
            CLASS_7,
            (a_count(), a_count(NEUTRON, alarm=True)),
            {"gamma": M, "neutron": X},
            id="not-even-in-class-7",
        ),
        pytest.param(MACHINES, (), {"gamma": Q, "neutron": Q}, id="nothing-counted"),
        pytest.param(MACHINES, (a_count(),), {"gamma": M, "neutron": Q}, id="no-neutron-channel"),
        pytest.param(
            MACHINES, (a_count(NEUTRON),), {"gamma": Q, "neutron": M}, id="no-gamma-channel"
        ),
        pytest.param(
            MACHINES,
            (a_count(z=nan), a_count(NEUTRON, z=inf)),
            {"gamma": Q, "neutron": Q},
            id="a-count-without-a-result",
        ),
        pytest.param(
            POTASH,
            (*ALARM, K40),
            {"K-40": M, "gamma": M, "neutron": M},
            id="potassium-in-potash",
        ),
        pytest.param(
            MACHINES, (*ALARM, K40), {"K-40": X, "neutron": M}, id="potassium-in-machines"
        ),
        pytest.param(None, (*ALARM, K40), {"K-40": Q, "neutron": M}, id="potassium-no-papers-yet"),
        pytest.param(
            CHAPTER, (*ALARM, K40), {"K-40": Q, "neutron": M}, id="the-goods-code-is-too-short"
        ),
        pytest.param(
            POTASH,
            (*ALARM, K40, CS137),
            {"K-40": M, "Cs-137": X, "neutron": M},
            id="caesium-hides-behind-potash",
        ),
        pytest.param(
            POTASH, (*QUIET, K40), {"K-40": M, "gamma": M, "neutron": M}, id="found-without-alarm"
        ),
        pytest.param(MACHINES, (*ALARM, CS137), {"Cs-137": X, "neutron": M}, id="industrial"),
        pytest.param(None, (*ALARM, CS137), {"Cs-137": X, "neutron": M}, id="industrial-no-papers"),
        pytest.param(
            CLASS_7, (*ALARM, CS137), {"Cs-137": Q, "neutron": M}, id="class-7-needs-a-person"
        ),
        pytest.param(MACHINES, (*ALARM, TC99M), {"Tc-99m": X, "neutron": M}, id="medical"),
        pytest.param(
            MACHINES, (*QUIET, PU239), {"Pu-239": X, "gamma": M, "neutron": M}, id="nuclear"
        ),
    ],
)
def test_radiation(
    declaration: Declaration | None,
    findings: tuple[Finding, ...],
    expected: dict[str, Result],
) -> None:
    outcomes = judge(a_case(*findings, declaration=declaration))
    assert {o.subject: o.result for o in outcomes} == expected
    assert len(outcomes) == len(expected)


@pytest.mark.parametrize(
    ("findings", "severity"),
    [
        pytest.param(ALARM, Severity.SERIOUS, id="unexplained"),
        pytest.param((*ALARM, K40), Severity.REVIEW, id="norm"),
        pytest.param((*ALARM, TC99M), Severity.REVIEW, id="medical"),
        pytest.param((*ALARM, CS137), Severity.HOLD_NOW, id="industrial"),
        pytest.param((*ALARM, PU239), Severity.HOLD_NOW, id="nuclear"),
        pytest.param((a_count(), a_count(NEUTRON, alarm=True)), Severity.HOLD_NOW, id="neutron"),
    ],
)
def test_what_weighs_how_much(findings: tuple[Finding, ...], severity: Severity) -> None:
    (outcome,) = [o for o in judge(a_case(*findings, declaration=MACHINES)) if o.result is X]
    assert outcome.severity is severity
    assert outcome.expected == "goods 8431"
    assert outcome.observed
    assert outcome.findings


def test_every_occupancy_and_file_is_judged_by_itself() -> None:
    second = a_count(alarm=True, scan="second.n42")
    outcomes = judge(a_case(*QUIET, second, declaration=MACHINES))
    assert [(o.subject, o.result) for o in outcomes] == [
        ("gamma", M),
        ("gamma", X),
        ("neutron", M),
    ]


def test_a_site_without_neutron_detectors_says_so_in_its_policy() -> None:
    policy = replace(SHIPPED, required_channels=(Channel.GAMMA,))
    outcomes = judge(a_case(a_count(), declaration=MACHINES, policy=policy))
    assert [(o.subject, o.result) for o in outcomes] == [("gamma", M)]
