"""What the radiation rules share: findings by occupancy, declared goods, class 7."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from service.domain.reconcile.case import Case
from service.domain.reconcile.rule import Rule
from service.domain.reconcile.words import say
from service.domain.verdict import Result, RuleOutcome, Sentence
from vision.findings import (
    BackgroundTracked,
    Channel,
    GrossCount,
    NaturalExcess,
    NuclideCategory,
    NuclideFound,
    SourceLocated,
)

# UN numbers of class 7, radioactive material (ADR 2023, table A).
CLASS_7 = frozenset(
    {*(str(number) for number in range(2908, 2920)), "2977", "2978"}
    | {*(str(number) for number in range(3321, 3334)), "3507"}
)


@dataclass(slots=True, kw_only=True)
class Passing:
    """Findings of one vehicle in one file, each with its index."""

    label: str
    of: Sentence | str = ""
    gamma: list[tuple[int, GrossCount]] = field(default_factory=list)
    neutron: list[tuple[int, GrossCount]] = field(default_factory=list)
    nuclides: list[tuple[int, NuclideFound]] = field(default_factory=list)
    excess: list[tuple[int, NaturalExcess]] = field(default_factory=list)
    places: list[tuple[int, SourceLocated]] = field(default_factory=list)
    backgrounds: list[tuple[int, BackgroundTracked]] = field(default_factory=list)

    @property
    def gamma_alarm(self) -> bool:
        return any(found.alarm for _, found in self.gamma)

    @property
    def series(self) -> tuple[str, ...]:
        """Natural nuclides that were named."""
        named = {n.nuclide for _, n in self.nuclides if n.category is NuclideCategory.NORM}
        return tuple(sorted(named))


def passings(case: Case) -> list[Passing]:
    """Every occupancy of every radiation file; a measurement without occupancies is one."""
    found: dict[tuple[str, int], Passing] = {}
    several = len({f.occupancy for _, f in case.findings(GrossCount)}) > 1

    def of(sha256: str, occupancy: int) -> Passing:
        if not (several and occupancy):
            return found.setdefault((sha256, occupancy), Passing(label=""))
        named = Passing(
            label=f" of vehicle {occupancy}", of=say("term.of_vehicle", number=occupancy)
        )
        return found.setdefault((sha256, occupancy), named)

    for index, count in case.findings(GrossCount):
        own = of(count.evidence.scan_sha256, count.occupancy)
        (own.gamma if count.channel is Channel.GAMMA else own.neutron).append((index, count))
    for index, excess in case.findings(NaturalExcess):
        of(excess.evidence.scan_sha256, excess.occupancy).excess.append((index, excess))
    for index, place in case.findings(SourceLocated):
        of(place.evidence.scan_sha256, place.occupancy).places.append((index, place))
    for index, behind in case.findings(BackgroundTracked):
        of(behind.evidence.scan_sha256, behind.occupancy).backgrounds.append((index, behind))
    for index, nuclide in case.findings(NuclideFound):
        of(nuclide.evidence.scan_sha256, nuclide.occupancy).nuclides.append((index, nuclide))
    return list(found.values())


def class_7_numbers(case: Case) -> tuple[str, ...]:
    """UN numbers of declared radioactive goods."""
    return tuple(
        sorted({g.un_number for g in case.goods if g.un_number and g.un_number in CLASS_7})
    )


def explaining_headings(case: Case, series: Iterable[str]) -> tuple[str, ...]:
    """Declared headings that are known to contain one of the series."""
    names = tuple(series)
    return tuple(
        sorted({hs[:4] for hs in case.hs_codes if any(case.policy.explains(n, hs) for n in names)})
    )


def natural_headings(case: Case) -> tuple[str, ...]:
    """Declared headings whose goods are naturally radioactive at all."""
    return explaining_headings(case, case.policy.norm)


def outcome(
    case: Case,
    rule: Rule,
    result: Result,
    *,
    subject: str,
    observed: str,
    sentence: str | Sentence,
    findings: tuple[int, ...] = (),
    expected: str | None = None,
    weight: str | None = None,
) -> RuleOutcome:
    """An outcome of a radiation rule; expected are the declared headings unless said."""
    headings = sorted({hs[:4] for hs in case.hs_codes})
    if expected is None:
        expected = f"goods {', '.join(headings)}" if headings else "background only"
    return case.outcome(
        rule,
        result,
        subject=subject,
        expected=expected,
        observed=observed,
        sentence=sentence,
        findings=findings,
        weight=weight,
    )
