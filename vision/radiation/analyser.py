"""What a radiation file shows: excess over background, where it is, and which nuclides."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import resources

from vision.errors import ModelUnavailable
from vision.findings import (
    Channel,
    CoverageEntry,
    Evidence,
    Finding,
    GrossCount,
    NuclideFound,
    Provenance,
    Ran,
    SpectrumFit,
)
from vision.models.shelf import Shelf
from vision.radiation import alarm_model, confidence, decide, gross_count, nuclide_search
from vision.radiation.alarm_spectrum import spectrum_of
from vision.radiation.decide import GammaResult, Judge
from vision.radiation.identify import identify
from vision.radiation.lines import LINES_FILE
from vision.radiation.occupancy import background, split
from vision.radiation.templates import ATTENUATION_FILE
from vision.scan import CountSeries, RadiationScan, ScanKind, Spectrum

MAX_SPECTRA = 8
# Next to nothing in front of a source is no hint.
SHIELD_WORDS = {"iron": "iron", "thick iron": "thick iron", "lead": "lead", "load": "load"}
# A file that is no passage is one look at one number.
FALSE_ALARM_OF_MEASUREMENT = 3e-4


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


COUNTS = Provenance(
    model="gross-count", version="2", sha256=_sha256(f"{FALSE_ALARM_OF_MEASUREMENT}")
)


def nuclides_provenance() -> Provenance:
    """`sha256` is that of the tables of lines, of attenuation and of confidence."""
    files = (LINES_FILE, ATTENUATION_FILE, confidence.CONFIDENCE_FILE)
    folder = resources.files("vision.radiation")
    tables = b"".join((folder / name).read_bytes() for name in files)
    return Provenance(
        model="nuclide-identifier",
        version="1",
        sha256=hashlib.sha256(tables).hexdigest(),
        threshold=nuclide_search.NEEDED,
    )


class RadiationAnalyser:
    """Analyses one passage or measurement at a time.

    Args:
        shelf: holds the calibrated alarm; without it no passage can alarm, and says so.
        false_alarm: probability per occupancy of a false alarm, by family ("gamma", "neutron",
            "residual"); what is left out stays as calibrated.

    Raises:
        ValueError: a probability for which the calibration says nothing.
    """

    def __init__(
        self, shelf: Shelf | None = None, *, false_alarm: Mapping[str, float] | None = None
    ) -> None:
        self._nuclides = nuclides_provenance()
        self._shelf = shelf
        self._judge: Judge | None = None
        self._false_alarm = dict(false_alarm or {})
        for probability in self._false_alarm.values():
            alarm_model.threshold(probability)

    @property
    def lineup(self) -> tuple[Provenance, ...]:
        """Raises: ModelUnavailable: the alarm's manifest is missing or wrong."""
        if self._shelf is None:
            return (COUNTS, self._nuclides)
        alarm = self._shelf.provenance(alarm_model.NAME, label="gamma")
        return (COUNTS, alarm, self._nuclides)

    def warm_up(self) -> None:
        """Open the alarm model. Raises: ModelUnavailable."""
        self._judge_of_passages()

    def _judge_of_passages(self) -> Judge:
        if self._judge is None:
            if self._shelf is None:
                raise ModelUnavailable(f"{alarm_model.NAME}: there is no shelf")
            model = alarm_model.read(self._shelf.read(alarm_model.NAME))
            self._judge = Judge(
                model=model,
                provenance=self._shelf.provenance(alarm_model.NAME, label="gamma"),
                false_alarm={**model.false_alarm, **self._false_alarm},
            )
        return self._judge

    def analyse(
        self, scan: RadiationScan, *, name: str
    ) -> tuple[tuple[Finding, ...], tuple[CoverageEntry, ...]]:
        """Findings, "no alarm" included, and what this file made possible."""
        cover = _Coverage(scan, name)
        if scan.doubt:
            cover.add("whole_file", Ran.NOT_POSSIBLE, scan.doubt)
        if scan.series is None:
            findings = self._measurement(scan, cover)
        else:
            try:
                judge = self._judge_of_passages()
            except ModelUnavailable as problem:
                cover.add("gamma_count", Ran.FAILED, str(problem))
                cover.add("neutron_count", Ran.FAILED, str(problem))
                findings = self._name_all(scan, cover)
            else:
                findings = self._passages(scan, scan.series, judge, cover)
        return tuple(findings), tuple(cover.entries)

    def _measurement(self, scan: RadiationScan, cover: _Coverage) -> list[Finding]:
        findings: list[Finding] = []
        cover.add("neutron_count", Ran.NOT_POSSIBLE, "the file has no neutron counts")
        if scan.background is None:
            cover.add("gamma_count", Ran.NOT_POSSIBLE, "the file has no background to compare with")
        else:
            findings.append(_measured(scan, scan.spectra[0], scan.background))
            cover.add("gamma_count", Ran.RAN)
        return findings + self._name_all(scan, cover)

    def _name_all(self, scan: RadiationScan, cover: _Coverage) -> list[Finding]:
        """Nuclides of every spectrum, whatever the counts say."""
        if not scan.spectra:
            cover.add("nuclides", Ran.NOT_POSSIBLE, "the file has no spectrum")
            return []
        if not scan.energy_calibrated:
            cover.add("nuclides", Ran.NOT_POSSIBLE, "the file has no energy calibration")
            return []
        cover.add("nuclides", Ran.RAN)
        best: dict[str, NuclideFound] = {}
        fits: list[SpectrumFit] = []
        for number, spectrum in enumerate(scan.spectra[:MAX_SPECTRA]):
            named = self._identified(scan, spectrum, scan.background)
            for found in named.nuclides:
                if found.nuclide not in best or best[found.nuclide].score < found.score:
                    best[found.nuclide] = found
            # The picture of a measurement shows its first spectrum.
            if number == 0 and named.fit is not None:
                fits.append(named.fit)
        return [*best.values(), *fits]

    def _identified(
        self,
        scan: RadiationScan,
        spectrum: Spectrum,
        background: Spectrum | None,
        *,
        interval_s: tuple[float, float] | None = None,
        occupancy: int = 0,
    ) -> _Identified:
        """The only place that asks which nuclides a spectrum shows."""
        found = identify(
            spectrum,
            background,
            background_removed=scan.background_removed,
            detector=scan.detector,
        )
        evidence = Evidence(scan_sha256=scan.sha256, interval_s=interval_s)
        return _Identified(
            nuclides=tuple(
                NuclideFound(
                    evidence=evidence,
                    provenance=self._nuclides,
                    nuclide=one.nuclide,
                    category=one.category,
                    score=one.score,
                    lines_kev=one.lines_kev,
                    probability=confidence.probability(one.score, sharp=found.curve is None)
                    if one.counted
                    else None,
                    shield=SHIELD_WORDS.get(one.shield, ""),
                    occupancy=occupancy,
                )
                for one in found.nuclides
            ),
            fit=None
            if found.curve is None
            else SpectrumFit(
                evidence=evidence,
                provenance=self._nuclides,
                edges_kev=tuple(round(float(e), 2) for e in found.curve.edges_kev),
                counts=tuple(round(float(c), 2) for c in found.curve.counts),
                occupancy=occupancy,
            ),
        )

    def _passages(
        self, scan: RadiationScan, series: CountSeries, judge: Judge, cover: _Coverage
    ) -> list[Finding]:
        findings: list[Finding] = []
        occupancies = split(series)
        for occupancy in occupancies:
            place = max(0, occupancy.number - 1)
            behind = background(series, occupancy)
            findings.append(
                decide.tracked(series, occupancy, behind, judge=judge, sha256=scan.sha256)
            )
            result = decide.gamma(
                series, occupancy, judge=judge, sha256=scan.sha256, detector=scan.detector
            )
            findings.append(result.finding)
            if series.neutron is not None:
                findings.append(decide.neutrons(series, occupancy, judge=judge, sha256=scan.sha256))
            if result.finding.alarm:
                findings += self._explore(scan, series, result, judge, place)
        estimated = occupancies[0].estimated
        reason = "no unoccupied part: background is the passage's quieter end, an estimate"
        cover.add("gamma_count", Ran.RAN, reason if estimated else "")
        if series.neutron is None:
            cover.add("neutron_count", Ran.NOT_POSSIBLE, "the file has no neutron counts")
        else:
            cover.add("neutron_count", Ran.RAN, reason if estimated else "")
        if not scan.energy_calibrated:
            cover.add("nuclides", Ran.NOT_POSSIBLE, "the file has no energy calibration")
        elif scan.spectra or series.channels is not None:
            cover.add("nuclides", Ran.RAN, "in alarms only")
        else:
            cover.add("nuclides", Ran.NOT_POSSIBLE, "the file has no spectrum")
        return findings

    def _explore(
        self,
        scan: RadiationScan,
        series: CountSeries,
        result: GammaResult,
        judge: Judge,
        place: int,
    ) -> list[Finding]:
        """Where an alarm comes from, and what it is."""
        where, _ = decide.located(series, result, judge=judge, sha256=scan.sha256)
        excess = decide.natural_excess(result, judge=judge, sha256=scan.sha256)
        findings: list[Finding] = [where]
        if excess is not None:
            findings.append(excess)
            if not excess.unnatural:
                # The fit of the series is the better witness; a peak search can only add errors.
                return [*findings, *decide.natural_series(excess, judge=judge)]
        spectrum, behind, interval = spectrum_of(scan, series, result, excess, place)
        if spectrum is not None and scan.energy_calibrated:
            named = self._identified(
                scan, spectrum, behind, interval_s=interval, occupancy=where.occupancy
            )
            if excess is not None and named.nuclides:
                # What the spectrum's lines say is better than what its windows look like.
                findings[findings.index(excess)] = replace(
                    excess, closest=named.nuclides[0].nuclide
                )
            findings += [*named.nuclides, *([named.fit] if named.fit else [])]
        return findings


@dataclass(frozen=True, slots=True, kw_only=True)
class _Identified:
    """What a spectrum shows: nuclides, and the fit that drew them out of it."""

    nuclides: tuple[NuclideFound, ...]
    fit: SpectrumFit | None


class _Coverage:
    """Collects what ran on one scan."""

    def __init__(self, scan: RadiationScan, name: str) -> None:
        self._scan = scan
        self._name = name
        self.entries: list[CoverageEntry] = []

    def add(self, analysis: str, ran: Ran, reason: str = "") -> None:
        self.entries.append(
            CoverageEntry(
                scan_sha256=self._scan.sha256,
                scan_name=self._name,
                sensor=ScanKind.RADIATION,
                analysis=analysis,
                ran=ran,
                reason=reason,
            )
        )


def _measured(scan: RadiationScan, front: Spectrum, behind: Spectrum) -> GrossCount:
    """One spectrum against a background measured apart."""
    counts, counts_behind = float(front.counts.sum()), float(behind.counts.sum())
    limit = gross_count.threshold(1, false_alarm=FALSE_ALARM_OF_MEASUREMENT)
    z = gross_count.excess_z(
        counts,
        background_counts=counts_behind,
        background_s=behind.live_time_s,
        live_s=front.live_time_s,
    )[0]
    return GrossCount(
        evidence=Evidence(scan_sha256=scan.sha256, interval_s=(0.0, front.real_time_s)),
        provenance=Provenance(
            model=COUNTS.model, version=COUNTS.version, sha256=COUNTS.sha256, threshold=limit
        ),
        channel=Channel.GAMMA,
        alarm=bool(z >= limit),
        z=float(z),
        peak_rate_cps=counts / front.live_time_s,
        background_rate_cps=counts_behind / behind.live_time_s,
    )
