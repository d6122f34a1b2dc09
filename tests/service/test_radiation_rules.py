"""The radiation rules: each with a scenario, its clean twin, and where it cannot tell."""

from types import ModuleType

import pytest

from service.domain.declaration import Declaration, DeclaredContainer, DeclaredGoods
from service.domain.reconcile.case import Case
from service.domain.reconcile.explain_passage import explain
from service.domain.reconcile.norm_goods import norm_goods, times_ground
from service.domain.reconcile.policy_file import read_policy
from service.domain.reconcile.rules import (
    radiation_background,
    radiation_class7,
    radiation_explained,
    radiation_intensity,
    radiation_missing,
    radiation_neutron,
    radiation_residual,
    radiation_spread,
)
from service.domain.verdict import Result, RuleOutcome
from vision.findings import (
    Analysis,
    BackgroundTracked,
    Channel,
    Evidence,
    Extent,
    Finding,
    GrossCount,
    NaturalExcess,
    NuclideCategory,
    NuclideFound,
    Provenance,
    SeriesShare,
    SourceLocated,
)

BY = Provenance(model="passage-alarm", version="1", sha256="0" * 64, threshold=3.43)
POTASH, GRANITE, TOYS, STEEL, BANANAS = "310420", "680223", "950300", "720839", "080390"
TOBACCO = "240120"
MATCH, MISMATCH, CANNOT_TELL = Result.MATCH, Result.MISMATCH, Result.CANNOT_TELL


def at(begin: float = 10.0, end: float = 14.0) -> Evidence:
    return Evidence(scan_sha256="a" * 64, interval_s=(begin, end))


def gamma(
    *, alarm: bool = True, z: float = 30.0, peak: float = 900.0, occupancy: int = 1
) -> GrossCount:
    return GrossCount(
        evidence=at(),
        provenance=BY,
        channel=Channel.GAMMA,
        alarm=alarm,
        z=z if alarm else 0.5,
        peak_rate_cps=peak if alarm else 400.0,
        background_rate_cps=400.0,
        occupancy=occupancy,
    )


def neutrons(*, alarm: bool) -> GrossCount:
    return GrossCount(
        evidence=at(),
        provenance=BY,
        channel=Channel.NEUTRON,
        alarm=alarm,
        z=8.0 if alarm else 0.2,
        peak_rate_cps=9.0 if alarm else 2.0,
        background_rate_cps=2.0,
        occupancy=1,
    )


def natural(*, residual: float = 0.5, potassium: float = 0.5) -> NaturalExcess:
    return NaturalExcess(
        evidence=at(),
        provenance=BY,
        residual_z=residual,
        unnatural=residual >= 3.43,
        closest="Cs-137",
        beyond_potassium_z=potassium,
        series=(SeriesShare(series="K-40", share=1.0, z=12.0),),
        occupancy=1,
    )


def place(
    extent: Extent = Extent.CARGO_LONG, *, at_cab: bool = False, vehicle_m: float | None = 16.0
) -> SourceLocated:
    return SourceLocated(
        evidence=at(),
        provenance=BY,
        channel=Channel.GAMMA,
        position=0.1 if at_cab else 0.6,
        extent=extent,
        at_cab=at_cab,
        width_s=2.0,
        vehicle_m=vehicle_m,
        occupancy=1,
    )


def nuclide(name: str, category: NuclideCategory) -> NuclideFound:
    return NuclideFound(
        evidence=at(), provenance=BY, nuclide=name, category=category, score=50.0, occupancy=1
    )


K40 = nuclide("K-40", NuclideCategory.NORM)
TH232 = nuclide("Th-232", NuclideCategory.NORM)
CS137 = nuclide("Cs-137", NuclideCategory.INDUSTRIAL)
TC99M = nuclide("Tc-99m", NuclideCategory.MEDICAL)
PU239 = nuclide("Pu-239", NuclideCategory.NUCLEAR)
U235 = nuclide("U-235", NuclideCategory.NUCLEAR)


def goods(code: str, mass: float | None = 20_000.0, un: str | None = None) -> DeclaredGoods:
    return DeclaredGoods(hs_code=code, gross_mass_kg=mass, un_number=un)


def a_case(*findings: Finding, declared: tuple[DeclaredGoods, ...] = ()) -> Case:
    box = DeclaredContainer(code="CSQU3054383", goods=declared)
    return Case(
        analysis=Analysis(findings=findings, coverage=(), lineup=()),
        policy=read_policy(),
        declaration=Declaration(reference="r", site="s", containers=(box,)),
    )


def results(rule: ModuleType, case: Case) -> list[Result]:
    return [outcome.result for outcome in rule.judge(case)]


def only(rule: ModuleType, case: Case) -> RuleOutcome:
    (outcome,) = rule.judge(case)
    return outcome


@pytest.mark.parametrize("declared", [(), (goods(POTASH),), (goods("284410", un="2915"),)])
def test_neutrons_are_never_innocent(declared: tuple[DeclaredGoods, ...]) -> None:
    assert results(radiation_neutron, a_case(neutrons(alarm=True), declared=declared)) == [MISMATCH]
    assert results(radiation_neutron, a_case(neutrons(alarm=False), declared=declared)) == [MATCH]


def test_without_a_neutron_counter_nobody_can_tell_unless_the_policy_needs_none() -> None:
    assert results(radiation_neutron, a_case(gamma())) == [CANNOT_TELL]


def test_potassium_is_explained_by_potash_and_not_by_toys() -> None:
    found = (gamma(), natural(), place(), K40)
    assert results(radiation_explained, a_case(*found, declared=(goods(POTASH),))) == [MATCH, MATCH]
    assert results(radiation_explained, a_case(*found, declared=(goods(TOYS),))) == [MISMATCH]
    clean = a_case(gamma(alarm=False), declared=(goods(TOYS),))
    assert results(radiation_explained, clean) == [MATCH]


def test_without_any_count_nothing_is_explained() -> None:
    assert results(radiation_explained, a_case()) == [CANNOT_TELL]


def test_a_weak_natural_alarm_needs_natural_goods() -> None:
    found = (gamma(z=4.0), natural(), place(Extent.CANNOT_TELL))
    assert results(radiation_explained, a_case(*found, declared=(goods(BANANAS),))) == [MATCH]
    assert results(radiation_explained, a_case(*found, declared=(goods(TOYS),))) == [MISMATCH]


def test_a_source_is_not_explained_by_natural_goods() -> None:
    case = a_case(gamma(), natural(residual=20.0), place(), CS137, declared=(goods(POTASH),))
    assert results(radiation_explained, case) == [MISMATCH]
    assert only(radiation_explained, case).severity == 4


def test_a_medical_nuclide_at_the_cab_is_a_person_for_the_officer() -> None:
    case = a_case(gamma(), natural(residual=20.0), place(Extent.POINT, at_cab=True), TC99M)
    outcome = only(radiation_explained, case)
    assert (outcome.result, outcome.severity) == (MISMATCH, 2)
    assert "at the cab" in outcome.sentence


def test_each_vehicle_of_a_file_is_judged_by_itself() -> None:
    case = a_case(gamma(alarm=False), gamma(occupancy=2), declared=(goods(TOYS),))
    outcomes = radiation_explained.judge(case)
    assert [(o.subject, o.result) for o in outcomes] == [
        ("gamma of vehicle 1", MATCH),
        ("gamma of vehicle 2", MISMATCH),
    ]


def test_what_natural_series_leave_is_unexplained() -> None:
    declared = (goods(GRANITE),)
    assert results(
        radiation_residual, a_case(gamma(), natural(residual=9.0), declared=declared)
    ) == [MISMATCH]
    assert results(radiation_residual, a_case(gamma(), natural(), declared=declared)) == [MATCH]
    assert results(radiation_residual, a_case(gamma(), declared=declared)) == [CANNOT_TELL]
    assert results(radiation_residual, a_case(gamma(alarm=False), declared=declared)) == []


def test_class_7_leaves_a_residual_to_a_person() -> None:
    case = a_case(gamma(), natural(residual=9.0), declared=(goods("284440", un="2915"),))
    assert results(radiation_residual, case) == [CANNOT_TELL]


def test_bananas_bring_potassium_alone() -> None:
    found = (gamma(), natural(potassium=6.0))
    assert results(radiation_residual, a_case(*found, declared=(goods(BANANAS),))) == [MISMATCH]
    assert results(radiation_residual, a_case(*found, declared=(goods(GRANITE),))) == [MATCH]
    fine = (gamma(), natural(potassium=1.0))
    assert results(radiation_residual, a_case(*fine, declared=(goods(BANANAS),))) == [MATCH]


@pytest.mark.parametrize(
    ("extent", "z", "vehicle_m", "expected"),
    [
        (Extent.POINT, 30.0, 16.0, MISMATCH),
        (Extent.POINT, 30.0, 5.0, MISMATCH),
        (Extent.POINT, 5.0, 16.0, MATCH),
        (Extent.CARGO_LONG, 30.0, 16.0, MATCH),
        (Extent.CANNOT_TELL, 30.0, 16.0, CANNOT_TELL),
        (Extent.CANNOT_TELL, 30.0, None, CANNOT_TELL),
        (Extent.CANNOT_TELL, 5.0, 16.0, MATCH),
        (Extent.CANNOT_TELL, 30.0, 6.0, MATCH),
    ],
)
def test_natural_goods_fill_their_load(
    extent: Extent, z: float, vehicle_m: float | None, expected: Result
) -> None:
    case = a_case(
        gamma(z=z), natural(), place(extent, vehicle_m=vehicle_m), K40, declared=(goods(POTASH),)
    )
    assert results(radiation_spread, case) == [expected]


def test_the_extent_of_a_source_that_nothing_explains_is_no_question() -> None:
    case = a_case(gamma(), natural(), place(Extent.POINT), K40, declared=(goods(TOYS),))
    assert results(radiation_spread, case) == []


@pytest.mark.parametrize(
    ("mass", "peak", "expected"),
    [
        (20_000.0, 1600.0, MATCH),
        (20_000.0, 400.0 * 60, MISMATCH),
        (100.0, 1600.0, MISMATCH),
        (None, 1600.0, CANNOT_TELL),
    ],
)
def test_so_much_potash_gives_so_much_radiation(
    mass: float | None, peak: float, expected: Result
) -> None:
    case = a_case(gamma(peak=peak), natural(), place(), K40, declared=(goods(POTASH, mass),))
    assert results(radiation_intensity, case) == [expected]


def test_without_an_alarm_there_is_no_intensity_to_judge() -> None:
    assert results(radiation_intensity, a_case(gamma(alarm=False), declared=(goods(POTASH),))) == []


@pytest.mark.parametrize(
    ("declared", "peak", "expected"),
    [
        ((goods(POTASH),), 400.0, [MISMATCH]),
        ((goods(POTASH),), 1600.0, [MATCH]),
        ((goods(POTASH, None),), 400.0, [CANNOT_TELL]),
        ((goods(POTASH), goods(STEEL)), 400.0, [CANNOT_TELL]),
        ((goods(BANANAS),), 400.0, []),
        ((goods(TOBACCO),), 300.0, []),
        ((goods(TOYS),), 400.0, []),
    ],
    ids=[
        "missing",
        "there",
        "no mass",
        "behind steel",
        "too weak to show",
        "in a shadow",
        "not natural",
    ],
)
def test_potash_that_does_not_radiate_is_no_potash(
    declared: tuple[DeclaredGoods, ...], peak: float, expected: list[Result]
) -> None:
    found = gamma(alarm=peak > 500, peak=peak)
    assert results(radiation_missing, a_case(found, declared=declared)) == expected


@pytest.mark.parametrize(
    ("un", "found", "expected"),
    [
        ("2915", (CS137,), MATCH),
        ("2915", (PU239,), MISMATCH),
        ("3327", (PU239,), MATCH),
        ("2978", (U235,), MATCH),
        ("2978", (CS137,), MISMATCH),
        ("2909", (TH232,), MATCH),
        ("2909", (CS137,), MISMATCH),
        ("2908", (CS137,), MISMATCH),
        ("2915", (), CANNOT_TELL),
        ("2915", (CS137, neutrons(alarm=True)), CANNOT_TELL),
    ],
)
def test_a_un_number_says_what_may_be_inside(
    un: str, found: tuple[Finding, ...], expected: Result
) -> None:
    case = a_case(gamma(alarm=bool(found)), *found, declared=(goods("284440", un=un),))
    assert results(radiation_class7, case) == [expected]


def test_without_class_7_its_rule_is_silent() -> None:
    assert results(radiation_class7, a_case(gamma(), CS137, declared=(goods(TOYS),))) == []


@pytest.mark.parametrize(
    ("duration", "drift", "estimated", "expected"),
    [
        (90.0, 0.5, False, MATCH),
        (90.0, 12.0, False, CANNOT_TELL),
        (8.0, 0.5, False, CANNOT_TELL),
        (90.0, 0.5, True, CANNOT_TELL),
    ],
)
def test_a_background_that_is_not_known_proves_nothing(
    duration: float, drift: float, estimated: bool, expected: Result
) -> None:
    behind = BackgroundTracked(
        evidence=at(),
        provenance=BY,
        rate_cps=400.0,
        duration_s=duration,
        drift_z=drift,
        steady=abs(drift) < 6,
        estimated=estimated,
        occupancy=1,
    )
    assert results(radiation_background, a_case(gamma(alarm=False), behind)) == [expected]


def test_every_range_of_the_table_has_a_source_and_an_order() -> None:
    assert len(norm_goods()) > 100
    for row in norm_goods():
        assert row.source, row
        assert 0 <= row.bq_kg_low <= row.bq_kg_high, row
        assert len(row.heading) == 4, row


def test_scrap_is_never_naturally_radioactive() -> None:
    assert times_ground("720449") == (0.0, 0.0)
    assert not any(read_policy().explains(name, "720449") for name in read_policy().norm)


def test_potash_is_some_ten_times_as_strong_as_ground() -> None:
    # 13.8 kBq/kg of K-40 at 0.0417 nGy/h per Bq/kg over 51 nGy/h of median ground.
    assert times_ground(POTASH)[1] == pytest.approx(16_500 * 0.0417 / 51.0, rel=0.01)


def test_a_passage_is_clear_a_person_or_to_be_looked_at() -> None:
    natural_load = (gamma(peak=1600.0), neutrons(alarm=False), natural(), place(), K40)
    assert explain(natural_load, heading="3104", mass_kg=20_000.0) == "clear"
    assert explain(natural_load, heading=None, mass_kg=None) == "look"
    driver = (
        gamma(),
        neutrons(alarm=False),
        natural(residual=20.0),
        place(Extent.POINT, at_cab=True),
        TC99M,
    )
    assert explain(driver, heading=None, mass_kg=None) == "person"
    with_neutrons = (*natural_load[:1], neutrons(alarm=True), *natural_load[2:])
    assert explain(with_neutrons, heading="3104", mass_kg=20_000.0) == "look"
    masked = (gamma(peak=1600.0), neutrons(alarm=False), natural(residual=7.0), place(), K40)
    assert explain(masked, heading="3104", mass_kg=20_000.0) == "look"
