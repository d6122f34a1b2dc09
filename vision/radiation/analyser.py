"""What a radiation passage shows: excess over background, and which nuclides."""

from __future__ import annotations

import hashlib
from importlib import resources

from vision.findings import (
    Channel,
    CoverageEntry,
    Evidence,
    Finding,
    GrossCount,
    NuclideFound,
    Provenance,
    Ran,
)
from vision.radiation import gross_count, nuclides
from vision.radiation.gross_count import CountTest
from vision.scan import RadiationScan, ScanKind

MAX_SPECTRA = 8


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


COUNTS = Provenance(
    model="gross-count",
    version="1",
    sha256=_sha256(f"{gross_count.FALSE_ALARM_PER_OCCUPANCY} {gross_count.WINDOW_S}"),
)


def nuclides_provenance() -> Provenance:
    """`sha256` is that of the table of lines."""
    table = resources.files("vision.radiation") / nuclides.LINES_FILE
    return Provenance(
        model="nuclide-templates",
        version="1",
        sha256=hashlib.sha256(table.read_bytes()).hexdigest(),
        threshold=nuclides.MIN_IMPROVEMENT,
    )


class RadiationAnalyser:
    """Analyses one passage or measurement at a time; has no state."""

    def __init__(self) -> None:
        self._nuclides = nuclides_provenance()

    @property
    def lineup(self) -> tuple[Provenance, ...]:
        return (COUNTS, self._nuclides)

    def analyse(
        self, scan: RadiationScan, *, name: str
    ) -> tuple[tuple[Finding, ...], tuple[CoverageEntry, ...]]:
        """Findings, "no alarm" included, and what this file made possible."""
        findings: list[Finding] = []
        coverage: list[CoverageEntry] = []

        def cover(analysis: str, ran: Ran, reason: str = "") -> None:
            coverage.append(
                CoverageEntry(
                    scan_sha256=scan.sha256,
                    scan_name=name,
                    sensor=ScanKind.RADIATION,
                    analysis=analysis,
                    ran=ran,
                    reason=reason,
                )
            )

        for channel in Channel:
            test, reason = _test(scan, channel)
            if test is None:
                cover(f"{channel.value}_count", Ran.NOT_POSSIBLE, reason)
                continue
            findings.append(_count(scan, channel, test))
            cover(f"{channel.value}_count", Ran.RAN, reason)
        if not scan.energy_calibrated:
            cover("nuclides", Ran.NOT_POSSIBLE, "the file has no energy calibration")
        elif scan.spectra:
            findings += self._identify(scan)
            cover("nuclides", Ran.RAN)
        else:
            cover("nuclides", Ran.NOT_POSSIBLE, "the file has no spectrum")
        return tuple(findings), tuple(coverage)

    def _identify(self, scan: RadiationScan) -> list[NuclideFound]:
        best: dict[str, nuclides.Identified] = {}
        for spectrum in scan.spectra[:MAX_SPECTRA]:
            for found in nuclides.identify(
                spectrum, scan.background, background_removed=scan.background_removed
            ):
                if found.nuclide not in best or best[found.nuclide].score < found.score:
                    best[found.nuclide] = found
        return [
            NuclideFound(
                evidence=Evidence(scan_sha256=scan.sha256),
                provenance=self._nuclides,
                nuclide=found.nuclide,
                category=found.category,
                score=found.score,
                lines_kev=found.lines_kev,
            )
            for found in best.values()
        ]


def _test(scan: RadiationScan, channel: Channel) -> tuple[CountTest | None, str]:
    series = scan.series
    if series is not None:
        counts = series.gamma if channel is Channel.GAMMA else series.neutron
        if counts is None:
            return None, "the file has no neutron counts"
        test = gross_count.scan_series(series, counts)
        estimated = "no unoccupied part: background is the passage's quieter end, an estimate"
        return test, estimated if test.background_is_estimated else ""
    if channel is Channel.NEUTRON:
        return None, "the file has no neutron counts"
    if scan.background is None:
        return None, "the file has no background to compare with"
    front, behind = scan.spectra[0], scan.background
    counts_in, counts_behind = float(front.counts.sum()), float(behind.counts.sum())
    z = gross_count.excess_z(
        counts_in,
        background_counts=counts_behind,
        background_s=behind.live_time_s,
        window_s=front.live_time_s,
    )
    return (
        CountTest(
            z=z,
            threshold=gross_count.threshold(1),
            peak_rate_cps=counts_in / front.live_time_s,
            background_rate_cps=counts_behind / behind.live_time_s,
            interval_s=(0.0, front.real_time_s),
            background_is_estimated=False,
        ),
        "",
    )


def _count(scan: RadiationScan, channel: Channel, test: CountTest) -> GrossCount:
    provenance = Provenance(
        model=COUNTS.model, version=COUNTS.version, sha256=COUNTS.sha256, threshold=test.threshold
    )
    return GrossCount(
        evidence=Evidence(scan_sha256=scan.sha256, interval_s=test.interval_s),
        provenance=provenance,
        channel=channel,
        alarm=test.alarm,
        z=test.z,
        peak_rate_cps=test.peak_rate_cps,
        background_rate_cps=test.background_rate_cps,
    )
