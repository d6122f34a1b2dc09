"""What the outcomes of all rules add up to, and the law that no silence is a release."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from service.domain.declaration import Declaration, DeclaredLoad
from service.domain.reconcile.case import Case
from service.domain.reconcile.judge import reach_verdict
from service.domain.reconcile.rules import NAMES as RULE_NAMES
from service.domain.reconcile.rules import (
    evidence_complete,
    load_declared,
    number_declared,
    number_valid,
    plate_registered,
    radiation_explained,
    radiation_neutron,
    scan_quality,
    size_type_declared,
    views_agree,
)
from service.domain.reconcile.words import render, say
from service.domain.verdict import Advice, Result, Severity
from tests.builders import (
    CODE,
    METHOD,
    OTHER_CODE,
    PLATE,
    SHIPPED,
    a_box,
    a_case,
    a_container,
    a_count,
    a_coverage,
    a_declaration,
    a_load_state,
    a_nuclide,
    a_plate,
    a_reading,
    a_registration,
    a_scan_quality,
    a_size_type,
    an_analysis,
    what_agrees,
)
from vision.findings import (
    Analysis,
    Channel,
    CheckDigit,
    Finding,
    Load,
    NuclideCategory,
    Ran,
    Reading,
)
from vision.scan import ScanKind

AGREES = what_agrees()
SERIOUS_PHOTO = tuple(a_reading(OTHER_CODE, scan=scan) for scan in ("left.jpg", "right.jpg"))
SERIOUS_XRAY = a_load_state(Load.EMPTY)
SERIOUS_RADIATION = a_count(alarm=True)


def with_papers(
    *findings: Finding,
    analysis: Analysis | None = None,
    declaration: Declaration | None = None,
    stolen: bool = False,
) -> Case:
    return a_case(
        *findings,
        analysis=analysis,
        declaration=declaration or a_declaration(),
        registrations=(a_registration(stolen=stolen),),
    )


def without(*kinds: type) -> list[Finding]:
    return [finding for finding in AGREES if not isinstance(finding, kinds)]


def swapped(*new: Finding) -> list[Finding]:
    """What agrees, with findings of the same kind and subject replaced."""
    kinds = {(type(f), getattr(f, "subject", None), getattr(f, "channel", None)) for f in new}
    kept = [
        f
        for f in AGREES
        if (type(f), getattr(f, "subject", None), getattr(f, "channel", None)) not in kinds
    ]
    return [*kept, *new]


def test_what_agrees_in_everything_is_released() -> None:
    verdict = reach_verdict(with_papers(*AGREES))
    assert verdict.advice is Advice.RELEASE
    assert verdict.reasons == ("Everything that was checked agrees with the papers.",)
    assert {o.result for o in verdict.outcomes} == {Result.MATCH}
    assert (verdict.policy, verdict.declaration_version) == (SHIPPED.label, 1)


@pytest.mark.parametrize(
    ("findings", "stolen", "advice"),
    [
        pytest.param(swapped(*SERIOUS_PHOTO), False, Advice.REVIEW, id="serious-photo"),
        pytest.param(swapped(SERIOUS_XRAY), False, Advice.REVIEW, id="serious-xray"),
        pytest.param(swapped(SERIOUS_RADIATION), False, Advice.REVIEW, id="serious-radiation"),
        pytest.param(
            swapped(*SERIOUS_PHOTO, SERIOUS_XRAY), False, Advice.HOLD, id="photo-and-xray"
        ),
        pytest.param(
            swapped(SERIOUS_XRAY, SERIOUS_RADIATION), False, Advice.HOLD, id="xray-and-radiation"
        ),
        pytest.param(
            [*AGREES, a_reading(OTHER_CODE), a_reading("TGHU7584938")],
            False,
            Advice.REVIEW,
            id="one-source-twice-counts-once",
        ),
        pytest.param(
            swapped(SERIOUS_XRAY, a_plate("XY99ZZ")),
            False,
            Advice.REVIEW,
            id="a-lesser-mismatch-of-another-source-does-not-add-up",
        ),
        pytest.param(AGREES, True, Advice.HOLD, id="stolen-is-enough"),
        pytest.param(
            swapped(a_count(Channel.NEUTRON, alarm=True)), False, Advice.HOLD, id="neutrons"
        ),
        pytest.param([*AGREES, a_nuclide()], False, Advice.HOLD, id="caesium"),
        pytest.param(
            swapped(a_scan_quality(acceptable=False)), False, Advice.REVIEW, id="poor-scan"
        ),
    ],
)
def test_hold_needs_severity_4_or_two_independent_sources(
    findings: list[Finding], stolen: bool, advice: Advice
) -> None:
    assert reach_verdict(with_papers(*findings, stolen=stolen)).advice is advice


def test_declared_empty_but_loaded_is_held() -> None:
    papers = a_declaration(a_box(load=DeclaredLoad.EMPTY))
    verdict = reach_verdict(with_papers(*AGREES, declaration=papers))
    assert verdict.advice is Advice.HOLD
    assert verdict.reasons[0] == "Declared empty, but the scan shows it loaded."


def test_reasons_begin_with_the_most_severe_and_do_not_repeat() -> None:
    findings = swapped(
        a_plate("XY99ZZ"), SERIOUS_XRAY, a_count(Channel.NEUTRON, alarm=True), a_count(alarm=True)
    )
    verdict = reach_verdict(with_papers(*findings))
    severity = {o.sentence: o.severity for o in verdict.outcomes if o.result is Result.MISMATCH}
    found = [severity[reason] for reason in verdict.reasons if reason in severity]
    assert found == sorted(found, reverse=True)
    assert found[0] is Severity.HOLD_NOW
    assert len(set(verdict.reasons)) == len(verdict.reasons)


@pytest.mark.parametrize("sensor", ScanKind)
@pytest.mark.parametrize("how", ["missing", "failed"])
def test_a_sensor_that_is_missing_or_failed_is_never_released(sensor: ScanKind, how: str) -> None:
    """Even if, by some defect, its findings are there and agree."""
    others = tuple(kind for kind in ScanKind if kind is not sensor)
    analysis = (
        an_analysis(*AGREES, sensors=others)
        if how == "missing"
        else an_analysis(*AGREES, failed=(sensor,))
    )
    verdict = reach_verdict(with_papers(analysis=analysis))
    assert verdict.advice is Advice.REVIEW
    name = render(say(f"term.sensor.{sensor.value}"))
    assert any(reason.startswith(f"{name}: ") for reason in verdict.reasons)


@pytest.mark.parametrize("sensor", [ScanKind.PHOTO, ScanKind.RADIATION])
def test_a_failure_blocks_even_if_the_policy_does_not_ask_for_the_sensor(
    sensor: ScanKind,
) -> None:
    lax = replace(SHIPPED, required_sensors=(ScanKind.XRAY,), release_needs=frozenset())
    case = with_papers(analysis=an_analysis(*AGREES, failed=(sensor,)))
    assert reach_verdict(replace(case, policy=lax)).advice is Advice.REVIEW
    whole = with_papers(analysis=an_analysis(*AGREES))
    assert reach_verdict(replace(whole, policy=lax)).advice is Advice.RELEASE


@pytest.mark.parametrize(
    "index", range(len(AGREES)), ids=[f"{n}-{f.kind}" for n, f in enumerate(AGREES)]
)
def test_without_a_finding_that_a_release_rests_on_there_is_none(index: int) -> None:
    left = [finding for number, finding in enumerate(AGREES) if number != index]
    gone = AGREES[index]
    # A second view, the size-type and the plate are welcome, but no release rests on them.
    optional = isinstance(gone, Reading)
    expected = Advice.RELEASE if optional else Advice.REVIEW
    if isinstance(gone, type(a_container())):
        expected = Advice.RELEASE  # its load state, which has the same outline, is still there
    assert reach_verdict(with_papers(*left)).advice is expected


def test_without_papers_there_is_no_release() -> None:
    assert reach_verdict(a_case(*AGREES)).advice is Advice.REVIEW


def test_nothing_at_all_is_reviewed() -> None:
    nothing = Analysis(findings=(), coverage=(), lineup=())
    verdict = reach_verdict(a_case(analysis=nothing))
    assert verdict.advice is Advice.REVIEW
    assert {o.result for o in verdict.outcomes} == {Result.CANNOT_TELL}


def test_rules_on_what_every_visit_has_speak_of_every_case() -> None:
    """The others are about papers, objects or alarms that a visit may do without."""
    for case in (a_case(), with_papers(*AGREES)):
        for rule in (
            number_valid,
            number_declared,
            views_agree,
            size_type_declared,
            load_declared,
            plate_registered,
            radiation_neutron,
            radiation_explained,
            scan_quality,
            evidence_complete,
        ):
            assert rule.judge(case)


# laws

FINDINGS: list[Finding] = [
    *AGREES,
    *(a_load_state(load) for load in Load),
    a_container(scan="top.png"),
    a_load_state(Load.EMPTY, scan="top.png"),
    a_scan_quality(acceptable=False),
    a_reading(OTHER_CODE, scan="rear.jpg"),
    a_reading("TGHU7584939", scan="rear.jpg"),
    a_reading("MSCU6639875", check_digit=CheckDigit.NOT_SEEN),
    a_size_type("45G1"),
    a_plate("XY99ZZ", scan="rear.jpg"),
    a_plate(PLATE, accepted=False),
    a_count(alarm=True),
    a_count(Channel.NEUTRON, alarm=True),
    a_nuclide("K-40", NuclideCategory.NORM),
    a_nuclide("Tc-99m", NuclideCategory.MEDICAL),
    a_nuclide(),
]
ANY_FINDINGS = st.lists(st.sampled_from(FINDINGS), max_size=14)
# Near what is released, where a mistake would be one.
NEARLY_AGREES = st.builds(
    lambda left_out, more: [*(f for n, f in enumerate(AGREES) if n not in left_out), *more],
    st.sets(st.integers(0, 40), max_size=2),
    st.lists(st.sampled_from(FINDINGS), max_size=1),
)
ANY_COVERAGE = st.lists(
    st.builds(a_coverage, st.sampled_from(ScanKind), st.sampled_from(Ran)), max_size=6
)
COVERAGE = st.just([a_coverage(kind) for kind in ScanKind]) | ANY_COVERAGE
BOXES = st.builds(
    a_box,
    st.sampled_from([CODE, OTHER_CODE]),
    load=st.sampled_from([None, *DeclaredLoad]),
    size_type=st.sampled_from([None, "22G1"]),
    hs_codes=st.lists(st.sampled_from(["31", "310420", "843149"]), max_size=2),
    un_number=st.sampled_from([None, "2915"]),
)
DECLARATIONS = st.just(a_declaration()) | st.builds(
    Declaration,
    reference=st.just("D-1"),
    site=st.just("north"),
    containers=st.lists(BOXES, max_size=2).map(tuple),
    plates=st.sampled_from([(), (PLATE,)]),
)
CASES = st.builds(
    a_case,
    analysis=st.builds(
        Analysis,
        findings=(ANY_FINDINGS | NEARLY_AGREES).map(tuple),
        coverage=COVERAGE.map(tuple),
        lineup=st.just((METHOD,)),
    ),
    declaration=st.none() | DECLARATIONS,
    registrations=st.sampled_from(
        [(), (a_registration(),), (a_registration(stolen=True),), (a_registration(stolen=None),)]
    ),
    has_register=st.booleans(),
    named=st.sampled_from([frozenset(), frozenset({"R-1"})]),
)


@settings(max_examples=400)
@given(case=CASES)
def test_law_release_means_everything_ran_and_all_that_is_needed_matches(case: Case) -> None:
    verdict = reach_verdict(case)
    event(verdict.advice)
    if verdict.advice is not Advice.RELEASE:
        return
    assert all(case.analysis.complete_for(sensor) for sensor in ScanKind)
    assert not any(o.result is Result.MISMATCH for o in verdict.outcomes)
    for rule in SHIPPED.release_needs:
        assert {o.result for o in verdict.outcomes if o.rule == rule} == {Result.MATCH}


@given(case=CASES, failed=st.sampled_from(ScanKind))
def test_law_a_failure_added_to_any_case_never_releases_it(case: Case, failed: ScanKind) -> None:
    entry = a_coverage(failed, Ran.FAILED)
    worse = replace(case.analysis, coverage=(*case.analysis.coverage, entry))
    assert reach_verdict(replace(case, analysis=worse)).advice is not Advice.RELEASE


@given(case=CASES)
def test_law_hold_means_severity_4_or_two_sources(case: Case) -> None:
    verdict = reach_verdict(case)
    mismatches = [o for o in verdict.outcomes if o.result is Result.MISMATCH]
    serious = {o.source for o in mismatches if o.severity >= Severity.SERIOUS}
    held = len(serious) > 1 or any(o.severity is Severity.HOLD_NOW for o in mismatches)
    assert (verdict.advice is Advice.HOLD) is held
    assert verdict.reasons
    assert {o.sentence for o in mismatches} <= set(verdict.reasons)


@given(case=CASES)
def test_law_every_outcome_can_be_followed_to_its_evidence(case: Case) -> None:
    for outcome in reach_verdict(case).outcomes:
        assert outcome.rule in RULE_NAMES
        assert outcome.sentence.endswith(".")
        assert outcome.subject
        assert outcome.expected
        assert outcome.observed
        assert all(0 <= index < len(case.analysis.findings) for index in outcome.findings)
        if outcome.result is Result.MISMATCH:
            by_papers_alone = "The papers name" in outcome.sentence
            assert outcome.findings or by_papers_alone
