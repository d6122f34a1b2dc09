import numpy as np
import pytest

from vision.findings import NuclideFound, Ran
from vision.formats import read_scan
from vision.radiation.analyser import RadiationAnalyser
from vision.radiation.identify import identify
from vision.scan import RadiationScan, RawScan, ScanKind, Spectrum
from vision.synthesis.radiation import background_shape, response

EDGES = np.linspace(0, 3000, 257)


def a_spectrum(expected: np.ndarray, *, seconds: float, seed: int) -> Spectrum:
    counts = np.random.default_rng(seed).poisson(expected * seconds).astype(float)
    return Spectrum(counts=counts, edges_kev=EDGES, live_time_s=seconds, real_time_s=seconds)


@pytest.mark.parametrize("seed", range(5))
def test_a_lawn_with_more_thorium_than_the_office_is_still_background(seed: int) -> None:
    office = background_shape(EDGES) * 6.4
    lawn = office + response("Th-232", EDGES) * 0.6
    found = identify(
        a_spectrum(lawn, seconds=3000, seed=seed), a_spectrum(office, seconds=4300, seed=seed + 99)
    )
    assert found.nuclides == ()


def test_channels_without_a_calibration_are_not_identified_and_say_so() -> None:
    table = "\n".join(f"{channel},{count}" for channel, count in enumerate(np.full(256, 40)))
    scan = read_scan(RawScan(name="a.csv", data=table.encode(), kind=ScanKind.RADIATION))
    assert isinstance(scan, RadiationScan)
    assert not scan.energy_calibrated
    findings, coverage = RadiationAnalyser().analyse(scan, name="a.csv")
    assert not [f for f in findings if isinstance(f, NuclideFound)]
    entry = next(entry for entry in coverage if entry.analysis == "nuclides")
    assert entry.ran is Ran.NOT_POSSIBLE
    assert entry.reason == "the file has no energy calibration"
