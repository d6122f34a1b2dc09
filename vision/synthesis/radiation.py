"""Portal passages with a NaI detector and a neutron counter, as N42-2012."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from vision.radiation.lines import library
from vision.radiation.peaks import fwhm_kev

CHANNELS = 256
HIGHEST_KEV = 3000.0
SAMPLE_S = 0.5
BEFORE_S, OCCUPIED_S, AFTER_S = 30.0, 12.0, 5.0
BACKGROUND_CPS = 420.0
NEUTRON_CPS = 2.0
START = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
Array = npt.NDArray[np.float64]
RESOLUTION, SLOPE = 0.072, 1.1
# A vehicle and a housing stop what is softer.
LOWEST_KEV = 20.0


def passage(
    sources: Mapping[str, float], *, seed: int, neutron_cps: float = 0.0, wide: bool = False
) -> bytes:
    """N42 of one vehicle.

    Args:
        sources: nuclide to its counts per second at the closest point.
        seed: of all randomness.
        neutron_cps: neutron source at the closest point.
        wide: spread over the whole load, as natural goods are, instead of one place.
    """
    rng = np.random.default_rng(seed)
    edges = np.linspace(0, HIGHEST_KEV, CHANNELS + 1)
    start = np.arange(0, BEFORE_S + OCCUPIED_S + AFTER_S, SAMPLE_S)
    occupied = (start >= BEFORE_S) & (start < BEFORE_S + OCCUPIED_S)
    middle, width = BEFORE_S + OCCUPIED_S / 2, (OCCUPIED_S / 2.2 if wide else 1.2)
    near = np.exp(-0.5 * ((start - middle) / width) ** 4) * occupied
    # A vehicle shields part of the background.
    background = BACKGROUND_CPS * (1 - 0.04 * occupied)
    shapes = {name: response(name, edges) for name in sources}
    behind = background_shape(edges)
    samples = []
    for index, now in enumerate(start):
        expected = background[index] * behind
        for name, rate in sources.items():
            expected = expected + rate * near[index] * shapes[name]
        counts = rng.poisson(expected * SAMPLE_S)
        neutrons = rng.poisson((NEUTRON_CPS + neutron_cps * near[index]) * SAMPLE_S)
        samples.append(_measurement(index, float(now), counts, int(neutrons), occupied[index]))
    return _document(edges, samples)


def response(nuclide: str, edges: Array) -> Array:
    """Counts per channel of one nuclide, sum 1, peaks on a Compton continuum.

    Raises:
        KeyError: not in the library.
    """
    lines = {entry.nuclide: entry for entry in library()}[nuclide]
    centres = (edges[1:] + edges[:-1]) / 2
    total = np.zeros(centres.size)
    for energy, share in zip(lines.energies_kev, lines.per_decay, strict=True):
        if energy < LOWEST_KEV:
            continue
        sigma = float(fwhm_kev(np.array(energy), RESOLUTION)) / 2.355
        efficiency = (1 + (energy / 140.0) ** 3) ** (-SLOPE / 3)
        peak = np.exp(-0.5 * ((centres - energy) / sigma) ** 2)
        total += share * efficiency * peak / max(peak.sum(), 1e-9)
        edge = energy * (1 - 1 / (1 + 2 * energy / 511.0))
        compton = expit((edge - centres) / (0.6 * sigma))
        scattered = min(3.0, energy / 300.0)
        total += share * efficiency * scattered * compton / max(compton.sum(), 1e-9)
    return np.asarray(total / total.sum())


def background_shape(edges: Array) -> Array:
    """Counts per channel of natural background, sum 1."""
    centres = (edges[1:] + edges[:-1]) / 2
    slope = np.exp(-centres / 190.0) + 0.06 * np.exp(-centres / 900.0)
    slope *= 1 / (1 + np.exp(-(centres - 45) / 12))
    slope /= slope.sum()
    lines = sum(response(name, edges) for name in ("K-40", "Ra-226", "Th-232"))
    return np.asarray(0.88 * slope + 0.04 * lines)


def _measurement(
    index: int, now: float, counts: npt.NDArray[np.int64], neutrons: int, occupied: bool
) -> str:
    at = (START + timedelta(seconds=now)).isoformat().replace("+00:00", "Z")
    kind = "Foreground"
    return f"""<RadMeasurement id="m{index}"><MeasurementClassCode>{kind}</MeasurementClassCode>
<StartDateTime>{at}</StartDateTime><RealTimeDuration>PT{SAMPLE_S}S</RealTimeDuration>
<OccupancyIndicator>{"true" if occupied else "false"}</OccupancyIndicator>
<Spectrum id="g{index}" radDetectorInformationReference="gamma" energyCalibrationReference="cal">
<LiveTimeDuration>PT{SAMPLE_S}S</LiveTimeDuration>
<ChannelData>{" ".join(str(c) for c in counts)}</ChannelData></Spectrum>
<GrossCounts id="n{index}" radDetectorInformationReference="neutron">
<LiveTimeDuration>PT{SAMPLE_S}S</LiveTimeDuration><CountData>{neutrons}</CountData></GrossCounts>
</RadMeasurement>"""


def _document(edges: Array, samples: list[str]) -> bytes:
    width = edges[1] - edges[0]
    return f"""<?xml version="1.0" encoding="utf-8"?>
<RadInstrumentData xmlns="http://physics.nist.gov/N42/2011/N42">
<RadInstrumentInformation id="i">
<RadInstrumentManufacturerName>Tallyman</RadInstrumentManufacturerName>
<RadInstrumentModelName>generated</RadInstrumentModelName>
<RadInstrumentClassCode>Portal Monitor</RadInstrumentClassCode></RadInstrumentInformation>
<RadDetectorInformation id="gamma"><RadDetectorCategoryCode>Gamma</RadDetectorCategoryCode>
<RadDetectorKindCode>NaI</RadDetectorKindCode></RadDetectorInformation>
<RadDetectorInformation id="neutron"><RadDetectorCategoryCode>Neutron</RadDetectorCategoryCode>
<RadDetectorKindCode>He3</RadDetectorKindCode></RadDetectorInformation>
<EnergyCalibration id="cal"><CoefficientValues>{edges[0]} {width} 0</CoefficientValues>
</EnergyCalibration>
{"".join(samples)}
</RadInstrumentData>""".encode()
