"""A passage from file to findings."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vision.findings import (
    BackgroundTracked,
    Channel,
    Extent,
    Finding,
    GrossCount,
    NaturalExcess,
    NuclideFound,
    Ran,
    SourceLocated,
)
from vision.formats import read_scan
from vision.models.shelf import Shelf
from vision.radiation.analyser import RadiationAnalyser
from vision.scan import ENERGY_WINDOWS_KEV, CountSeries, RadiationScan, RawScan
from vision.synthesis import passage_files, radiation, traffic
from vision.synthesis.portal import Scene, draw

WEIGHTS = Path(__file__).parents[3] / "weights"
SHARED = RadiationAnalyser(Shelf(WEIGHTS))


@pytest.fixture(scope="module")
def analyser() -> RadiationAnalyser:
    return RadiationAnalyser(Shelf(WEIGHTS))


def a_scan(data: bytes, name: str = "portal.n42") -> RadiationScan:
    scan = read_scan(RawScan(name=name, data=data))
    assert isinstance(scan, RadiationScan)
    return scan


def counts(findings: tuple[Finding, ...], channel: Channel) -> list[GrossCount]:
    return [f for f in findings if isinstance(f, GrossCount) and f.channel is channel]


def of_type(findings: tuple[Finding, ...], kind: type) -> list[Finding]:
    return [f for f in findings if isinstance(f, kind)]


def test_a_clean_vehicle_is_looked_at_and_nothing_found(analyser: RadiationAnalyser) -> None:
    findings, coverage = analyser.analyse(a_scan(radiation.passage({}, seed=1)), name="a")
    assert [c.alarm for c in counts(findings, Channel.GAMMA)] == [False]
    assert [c.alarm for c in counts(findings, Channel.NEUTRON)] == [False]
    assert of_type(findings, NuclideFound) == []
    assert {entry.ran for entry in coverage} == {Ran.RAN}


def test_a_source_alarms_in_its_interval_and_is_named(analyser: RadiationAnalyser) -> None:
    data = radiation.passage({"Cs-137": 420.0}, seed=5)
    findings, _ = analyser.analyse(a_scan(data), name="a")
    (gamma,) = counts(findings, Channel.GAMMA)
    assert gamma.alarm
    # The source passes 36 s after the start, 1.2 s wide.
    begin, end = gamma.evidence.interval_s or (0, 0)
    assert 33 <= begin < 36 < end <= 39
    (place,) = of_type(findings, SourceLocated)
    assert place.position == pytest.approx(0.5, abs=0.1)
    (excess,) = of_type(findings, NaturalExcess)
    assert (excess.unnatural, excess.closest) == (True, "Cs-137")
    assert [n.nuclide for n in of_type(findings, NuclideFound)] == ["Cs-137"]


def test_potash_is_natural_and_as_long_as_the_load(analyser: RadiationAnalyser) -> None:
    data = radiation.passage({"K-40": 320.0}, seed=6, wide=True)
    findings, _ = analyser.analyse(a_scan(data), name="a")
    assert counts(findings, Channel.GAMMA)[0].alarm
    (place,) = of_type(findings, SourceLocated)
    assert place.extent is Extent.CARGO_LONG
    (excess,) = of_type(findings, NaturalExcess)
    assert not excess.unnatural
    assert [n.nuclide for n in of_type(findings, NuclideFound)] == ["K-40"]


def test_neutrons_alarm_on_their_own(analyser: RadiationAnalyser) -> None:
    data = radiation.passage({}, seed=7, neutron_cps=9.0)
    findings, _ = analyser.analyse(a_scan(data), name="a")
    assert not counts(findings, Channel.GAMMA)[0].alarm
    assert counts(findings, Channel.NEUTRON)[0].alarm


def test_without_its_model_nothing_is_clear() -> None:
    findings, coverage = RadiationAnalyser().analyse(
        a_scan(radiation.passage({}, seed=1)), name="a"
    )
    assert of_type(findings, GrossCount) == []
    failed = {entry.analysis for entry in coverage if entry.ran is Ran.FAILED}
    assert failed == {"gamma_count", "neutron_count"}


def test_findings_name_the_alarm_model_and_its_threshold(analyser: RadiationAnalyser) -> None:
    findings, _ = analyser.analyse(a_scan(radiation.passage({}, seed=1)), name="a")
    manifest = Shelf(WEIGHTS).manifest("passage-alarm")
    for count in of_type(findings, GrossCount):
        assert count.provenance.sha256 == manifest.sha256
        stated = manifest.thresholds[count.channel.value].value
        assert count.provenance.threshold == pytest.approx(stated, abs=1e-3)


def test_the_false_alarm_probability_is_set() -> None:
    data = a_scan(radiation.passage({"Cs-137": 24.0}, seed=9))
    strict = RadiationAnalyser(Shelf(WEIGHTS), false_alarm={"gamma": 1e-6})
    loose = RadiationAnalyser(Shelf(WEIGHTS), false_alarm={"gamma": 0.05})
    limits, zs = set(), set()
    for analyser in (strict, loose):
        (gamma,) = counts(analyser.analyse(data, name="a")[0], Channel.GAMMA)
        limits.add(round(gamma.provenance.threshold or 0, 2))
        zs.add(gamma.z)
    assert limits == {4.75, 1.64}
    assert len(zs) == 1
    with pytest.raises(ValueError, match="expected 1e-6"):
        RadiationAnalyser(Shelf(WEIGHTS), false_alarm={"gamma": 0.5})


def a_day(*, seed: int) -> tuple[bytes, list[Scene]]:
    """Four lorries of one portal with plastic panels; the third brings potash."""
    rng = np.random.default_rng(seed)
    scenes = []
    for number in range(4):
        scene = traffic.clean(rng, detector="plastic")
        if number == 2:
            scene = traffic.natural(rng, goods=traffic.GOODS[0], detector="plastic")[0]
        first = scenes[0].portal if scenes else scene.portal
        scenes.append(
            dataclasses.replace(
                scene, portal=first, sample_s=0.2, rest_sample_s=1.0, before_s=40.0, after_s=8.0
            )
        )
        scenes[-1] = dataclasses.replace(
            scenes[-1], weather=dataclasses.replace(scene.weather, radon=0.0, radon_slope=0.0)
        )
    return passage_files.rpm_daily([draw(scene, rng) for scene in scenes]), scenes


def test_a_daily_file_has_findings_for_every_vehicle(analyser: RadiationAnalyser) -> None:
    data, _ = a_day(seed=3)
    scan = a_scan(data, "day.txt")
    findings, coverage = analyser.analyse(scan, name="day")
    gamma = counts(findings, Channel.GAMMA)
    assert [c.occupancy for c in gamma] == [1, 2, 3, 4]
    assert [c.alarm for c in gamma] == [False, False, True, False]
    runs = scan.series.occupied_runs()
    for count, (first, last) in zip(gamma, runs, strict=True):
        begin, end = count.evidence.interval_s or (0, 0)
        assert begin > scan.series.start_s[first] - 2
        assert end < scan.series.start_s[last] + 3
    assert [b.occupancy for b in of_type(findings, BackgroundTracked)] == [1, 2, 3, 4]
    nuclides = next(entry for entry in coverage if entry.analysis == "nuclides")
    assert nuclides.ran is Ran.NOT_POSSIBLE


def test_a_series_without_unoccupied_time_says_that_its_background_is_a_guess(
    analyser: RadiationAnalyser,
) -> None:
    rng = np.random.default_rng(1)
    gamma = rng.poisson(1000 + 4000 * np.exp(-0.5 * ((np.arange(120) - 70) / 6.0) ** 2))
    series = CountSeries(
        start_s=np.arange(120.0) * 0.25,
        duration_s=np.full(120, 0.25),
        gamma=gamma.astype(float),
        neutron=None,
        occupied=np.ones(120, bool),
    )
    scan = RadiationScan(
        sha256="a", scan_format="csv", detector="", spectra=(), background=None, series=series
    )
    findings, coverage = analyser.analyse(scan, name="a")
    (gamma_count,) = counts(findings, Channel.GAMMA)
    assert gamma_count.alarm
    assert gamma_count.false_alarm is None
    begin, end = gamma_count.evidence.interval_s or (0, 0)
    assert 13 < begin < 17.6 < end < 22
    assert "estimate" in next(e.reason for e in coverage if e.analysis == "gamma_count")


def test_a_spectrum_without_background_cannot_alarm_and_says_so(
    analyser: RadiationAnalyser,
) -> None:
    passing = a_scan(radiation.passage({"Cs-137": 420.0}, seed=5))
    scan = dataclasses.replace(passing, series=None, background=None)
    findings, coverage = analyser.analyse(scan, name="a")
    assert of_type(findings, GrossCount) == []
    entry = next(entry for entry in coverage if entry.analysis == "gamma_count")
    assert entry.ran is Ran.NOT_POSSIBLE


@given(
    samples=st.integers(3, 60),
    level=st.sampled_from([0.0, 0.3, 5.0, 800.0, 1e6]),
    marks=st.sampled_from(["none", "all", "middle", "start", "end", "every other"]),
    parts=st.tuples(st.booleans(), st.booleans(), st.booleans()),
    seed=st.integers(0, 1000),
)
@settings(max_examples=80, deadline=None)
def test_whatever_a_portal_counted_can_be_analysed(
    samples: int, level: float, marks: str, parts: tuple[bool, bool, bool], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    place = np.arange(samples)
    occupied = {
        "none": None,
        "all": np.ones(samples, bool),
        "middle": (place > samples / 3) & (place < samples / 2 + 2),
        "start": place < 2,
        "end": place >= samples - 2,
        "every other": place % 2 == 0,
    }[marks]
    with_windows, with_neutrons, with_peak = parts
    size = ENERGY_WINDOWS_KEV.size - 1
    mean = np.full((size, samples), level / size)
    if with_peak:
        mean[5, samples // 2] += 50 * level
    windows = rng.poisson(mean).astype(float)
    series = CountSeries(
        start_s=place * 0.5,
        duration_s=np.full(samples, 0.5),
        gamma=windows.sum(axis=0),
        neutron=rng.poisson(1.0, samples).astype(float) if with_neutrons else None,
        occupied=occupied,
        window_edges_kev=ENERGY_WINDOWS_KEV if with_windows else None,
        windows=windows if with_windows else None,
    )
    scan = RadiationScan(
        sha256="a", scan_format="csv", detector="", spectra=(), background=None, series=series
    )
    findings, coverage = SHARED.analyse(scan, name="a")
    assert counts(findings, Channel.GAMMA)
    assert not any(entry.ran is Ran.FAILED for entry in coverage)
    for count in of_type(findings, GrossCount):
        assert np.isfinite(count.z)
