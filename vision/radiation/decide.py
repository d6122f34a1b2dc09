"""From statistics to findings: one occupancy, one alarm for each channel, where and what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vision.findings import (
    BackgroundTracked,
    Channel,
    CountTest,
    Evidence,
    GrossCount,
    NaturalExcess,
    NuclideCategory,
    NuclideFound,
    Provenance,
    SeriesShare,
    SourceLocated,
)
from vision.radiation import alarm_model, passage
from vision.radiation.alarm_model import AlarmModel
from vision.radiation.lines import library
from vision.radiation.locate import Location, locate
from vision.radiation.occupancy import Background, Occupancy, background
from vision.radiation.passage import Prepared, Statistic
from vision.scan import CountSeries

Array = npt.NDArray[np.float64]

LARGEST_Z = 1e6
DRIFT_Z = 6.0
# A series is in an excess if the fit without it is this much worse (deviate) and it is this part.
SERIES_Z = 5.0
SERIES_SHARE = 0.12
SERIES_LINES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """The model, its provenance by family, and the false-alarm probability of each family."""

    model: AlarmModel
    provenance: Provenance
    false_alarm: Mapping[str, float]

    def named(self, family: str) -> Provenance:
        return Provenance(
            model=self.provenance.model,
            version=self.provenance.version,
            sha256=self.provenance.sha256,
            threshold=self.threshold(family),
        )

    def threshold(self, family: str) -> float:
        return alarm_model.threshold(self.false_alarm[family])


@dataclass(frozen=True, slots=True, kw_only=True)
class GammaResult:
    """The alarm decision with what the next steps need."""

    finding: GrossCount
    prepared: Prepared
    statistics: Mapping[str, Statistic]


def tracked(
    series: CountSeries, occupancy: Occupancy, behind: Background, *, judge: Judge, sha256: str
) -> BackgroundTracked:
    """The background of one occupancy as a finding."""
    part = occupancy.behind
    end = series.start_s[part[-1]] + series.duration_s[part[-1]]
    named = judge.provenance
    return BackgroundTracked(
        evidence=Evidence(
            scan_sha256=sha256, interval_s=(float(series.start_s[part[0]]), float(end))
        ),
        provenance=Provenance(
            model=named.model, version=named.version, sha256=named.sha256, threshold=DRIFT_Z
        ),
        rate_cps=behind.rate_cps,
        duration_s=behind.duration_s,
        drift_z=behind.drift_z,
        steady=abs(behind.drift_z) < DRIFT_Z,
        estimated=behind.estimated,
        occupancy=occupancy.number,
    )


def gamma(
    series: CountSeries, occupancy: Occupancy, *, judge: Judge, sha256: str, detector: str
) -> GammaResult:
    """All gamma tests of one occupancy, and the one alarm that they decide together."""
    behind = background(series, occupancy)
    prepared = passage.prepare(series, occupancy, behind, model=judge.model, detector=detector)
    statistics = passage.gamma_statistics(prepared)
    family: str = "gamma_rate"
    names: tuple[str, ...] = alarm_model.RATE_TESTS
    if "template" in statistics:
        family, names = "gamma", alarm_model.GAMMA_TESTS
    combined = judge.model.combine(family, passage.values(statistics), tests=names)
    tests = _tests(judge.model, statistics)
    by_name = {test.name: test for test in tests}
    limit = judge.threshold("gamma")
    # The sequential test's stretch is the source's own; another test's is the best of a few.
    leading = max(tests, key=lambda test: test.z)
    if by_name["sequential"].z >= limit:
        leading = by_name["sequential"]
    span = leading.interval_s or occupancy.interval_s(series)
    return GammaResult(
        finding=GrossCount(
            evidence=Evidence(scan_sha256=sha256, interval_s=span),
            provenance=judge.named("gamma"),
            channel=Channel.GAMMA,
            alarm=combined >= limit,
            z=min(combined, LARGEST_Z),
            peak_rate_cps=_rate(series, span),
            background_rate_cps=behind.rate_cps,
            false_alarm=None if behind.estimated else judge.false_alarm["gamma"],
            occupancy=occupancy.number,
            tests=tests,
        ),
        prepared=prepared,
        statistics=statistics,
    )


def neutrons(series: CountSeries, occupancy: Occupancy, *, judge: Judge, sha256: str) -> GrossCount:
    """The neutron alarm of one occupancy. The series must have neutron counts."""
    behind = background(series, occupancy)
    statistic, rate = passage.neutron_statistic(series, occupancy, behind)
    combined = judge.model.deviate("neutron", statistic.z)
    return GrossCount(
        evidence=Evidence(scan_sha256=sha256, interval_s=statistic.interval_s),
        provenance=judge.named("neutron"),
        channel=Channel.NEUTRON,
        alarm=combined >= judge.threshold("neutron"),
        z=min(combined, LARGEST_Z),
        peak_rate_cps=rate,
        background_rate_cps=(behind.neutron or 0.0) / behind.duration_s,
        false_alarm=None if behind.estimated else judge.false_alarm["neutron"],
        occupancy=occupancy.number,
        tests=_tests(judge.model, {"neutron": statistic}),
    )


def _tests(model: AlarmModel, statistics: Mapping[str, Statistic]) -> tuple[CountTest, ...]:
    return tuple(
        CountTest(
            name=name,
            z=min(model.deviate(name, statistic.z), LARGEST_Z),
            interval_s=statistic.interval_s,
        )
        for name, statistic in statistics.items()
    )


def _rate(series: CountSeries, span: tuple[float, float]) -> float:
    middle = series.start_s + series.duration_s / 2
    inside = (middle >= span[0]) & (middle <= span[1])
    return float(series.gamma[inside].sum() / series.duration_s[inside].sum())


def natural_excess(result: GammaResult, *, judge: Judge, sha256: str) -> NaturalExcess | None:
    """Whether natural series explain the excess; None if the file has no energies."""
    found = passage.residual_statistics(result.prepared)
    if found is None:
        return None
    statistics, detail = found
    tests = alarm_model.RESIDUAL_TESTS
    combined = judge.model.combine("residual", passage.values(statistics), tests=tests)
    deviates = {name: judge.model.deviate(name, s.z) for name, s in statistics.items()}
    leading = statistics[max(tests, key=lambda name: deviates[name])]
    total = sum(detail.amounts.values())
    return NaturalExcess(
        evidence=Evidence(scan_sha256=sha256, interval_s=leading.interval_s),
        provenance=judge.named("residual"),
        residual_z=min(combined, LARGEST_Z),
        unnatural=combined >= judge.threshold("residual"),
        closest=leading.which,
        beyond_potassium_z=min(deviates[alarm_model.POTASSIUM_TEST], LARGEST_Z),
        series=tuple(
            SeriesShare(
                series=name, share=amount / total if total > 0 else 0.0, z=detail.strength[name]
            )
            for name, amount in detail.amounts.items()
        ),
        occupancy=result.finding.occupancy,
    )


def natural_series(excess: NaturalExcess, *, judge: Judge) -> list[NuclideFound]:
    """The series that are clearly in the excess, as nuclides."""
    lines = {entry.nuclide: entry for entry in library()}
    named = judge.provenance
    found = []
    for share in excess.series:
        if share.z < SERIES_Z or share.share < SERIES_SHARE:
            continue
        entry = lines[share.series]
        found.append(
            NuclideFound(
                evidence=excess.evidence,
                provenance=Provenance(
                    model=named.model,
                    version=named.version,
                    sha256=named.sha256,
                    threshold=SERIES_Z,
                ),
                nuclide=share.series,
                category=NuclideCategory.NORM,
                score=share.z,
                lines_kev=entry.strongest(SERIES_LINES),
                occupancy=excess.occupancy,
            )
        )
    return found


def located(
    series: CountSeries, result: GammaResult, *, judge: Judge, sha256: str
) -> tuple[SourceLocated, Location]:
    """Where the excess of an alarm lies."""
    prepared = result.prepared
    duration = prepared.duration_s
    middle = prepared.start_s + duration / 2
    occupied = prepared.occupancy.interval_s(series)
    found = locate(
        (prepared.gamma - prepared.expected) / duration,
        np.sqrt(prepared.gamma + 1) / duration,
        middle,
        occupied_s=occupied,
        speed_m_s=series.speed_m_s,
    )
    speed = series.speed_m_s
    half = max(found.width_s / 2, float(duration.min()))
    length = occupied[1] - occupied[0]
    finding = SourceLocated(
        evidence=Evidence(
            scan_sha256=sha256,
            interval_s=(
                max(float(prepared.start_s[0]), found.centre_s - half),
                min(float(prepared.start_s[-1] + duration[-1]), found.centre_s + half),
            ),
        ),
        provenance=judge.provenance,
        channel=Channel.GAMMA,
        position=found.position,
        extent=found.extent,
        at_cab=found.at_cab and prepared.occupancy.number > 0,
        width_s=found.width_s,
        position_m=found.position * length * speed if speed else None,
        width_m=found.width_s * speed if speed else None,
        vehicle_m=length * speed if speed else None,
        speed_m_s=speed,
        side=_side(series, prepared, found.centre_s, half),
        occupancy=prepared.occupancy.number,
    )
    return finding, found


def _side(series: CountSeries, prepared: Prepared, centre_s: float, half_s: float) -> str:
    """The panel that rises most over its own background."""
    if series.panel_gamma is None or len(series.panels) < 2:
        return ""
    middle = series.start_s + series.duration_s / 2
    inside = np.abs(middle - centre_s) <= half_s
    behind = prepared.occupancy.behind
    if not inside.any():
        return ""
    rate = series.panel_gamma[:, inside].sum(axis=1) / series.duration_s[inside].sum()
    free = series.panel_gamma[:, behind].sum(axis=1) / series.duration_s[behind].sum()
    return series.panels[int(np.argmax(rate - free))]
