"""Simulated passages as files: N42-2012 with a spectrum of every panel, RPM daily, CSV."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt

from vision.scan import CountSeries

START = datetime(2026, 1, 1, 6, 0, tzinfo=UTC)
RPM_PANELS = 4


def n42(series: CountSeries, *, detector: str, rng: np.random.Generator) -> bytes:
    """A document with one spectrum for each panel and interval, and the neutrons.

    The series must have channels and panels; every count goes to a panel by the panels' shares.
    """
    if series.channels is None or series.channel_edges_kev is None or series.panel_gamma is None:
        raise ValueError("the series needs channels and panels")
    parts = []
    shares = series.panel_gamma / np.maximum(series.panel_gamma.sum(axis=0), 1)
    for index, start in enumerate(series.start_s):
        split = rng.multinomial(series.channels[index].astype(np.int64), _normal(shares[:, index]))
        parts.append(_measurement(series, index, float(start), split))
    edges = series.channel_edges_kev
    detectors = "".join(
        f'<RadDetectorInformation id="{name}"><RadDetectorCategoryCode>Gamma'
        f"</RadDetectorCategoryCode><RadDetectorKindCode>{detector}</RadDetectorKindCode>"
        "</RadDetectorInformation>"
        for name in series.panels
    )
    return f"""<?xml version="1.0" encoding="utf-8"?>
<RadInstrumentData xmlns="http://physics.nist.gov/N42/2011/N42">
<RadInstrumentInformation id="i">
<RadInstrumentManufacturerName>Tallyman</RadInstrumentManufacturerName>
<RadInstrumentModelName>simulated {detector} portal</RadInstrumentModelName>
<RadInstrumentClassCode>Portal Monitor</RadInstrumentClassCode></RadInstrumentInformation>
{detectors}<RadDetectorInformation id="n">
<RadDetectorCategoryCode>Neutron</RadDetectorCategoryCode>
<RadDetectorKindCode>He3</RadDetectorKindCode></RadDetectorInformation>
<EnergyCalibration id="cal"><CoefficientValues>{edges[0]} {edges[1] - edges[0]} 0
</CoefficientValues></EnergyCalibration>
{"".join(parts)}
</RadInstrumentData>
""".encode()


def _normal(share: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    total = share.sum()
    return np.full(share.size, 1 / share.size) if total <= 0 else share / total


def _measurement(
    series: CountSeries, index: int, start: float, split: npt.NDArray[np.int64]
) -> str:
    at = (START + timedelta(seconds=start)).isoformat().replace("+00:00", "Z")
    length = f"PT{series.duration_s[index]:.4f}S"
    occupied = series.occupied is not None and bool(series.occupied[index])
    spectra = "".join(
        f'<Spectrum id="s{index}-{name}" radDetectorInformationReference="{name}" '
        f'energyCalibrationReference="cal"><LiveTimeDuration>{length}</LiveTimeDuration>'
        f"<ChannelData>{' '.join(map(str, split[:, panel].tolist()))}</ChannelData></Spectrum>"
        for panel, name in enumerate(series.panels)
    )
    neutrons = ""
    if series.neutron is not None:
        neutrons = (
            f'<GrossCounts id="n{index}" radDetectorInformationReference="n">'
            f"<LiveTimeDuration>{length}</LiveTimeDuration>"
            f"<CountData>{int(series.neutron[index])}</CountData></GrossCounts>"
        )
    return f"""<RadMeasurement id="m{index}">
<MeasurementClassCode>Foreground</MeasurementClassCode><StartDateTime>{at}</StartDateTime>
<RealTimeDuration>{length}</RealTimeDuration>{spectra}{neutrons}
<OccupancyIndicator>{"true" if occupied else "false"}</OccupancyIndicator></RadMeasurement>
"""


def rpm_daily(passages: Sequence[CountSeries]) -> bytes:
    """A daily file: background once a second, readings while occupied, GX after each vehicle.

    Samples at rest must be a second long, occupied ones 0.2 s (`Scene.rest_sample_s` and
    `sample_s`); the format has no other.
    """
    lines: list[str] = []
    now = 0.0
    for series in passages:
        inside = False
        neutrons = 0.0
        for index in range(series.start_s.size):
            occupied = series.occupied is not None and bool(series.occupied[index])
            stamp = (START + timedelta(seconds=now + float(series.start_s[index]))).strftime(
                "%H-%M-%S.%f"
            )[:-3]
            panels = _four(series, index)
            if inside and not occupied:
                lines.append(f"GX,{index:06d},{stamp}")
            inside = occupied
            if not occupied and series.duration_s[index] < 0.99:
                continue
            lines.append(_line("GS" if occupied else "GB", panels, stamp))
            if series.neutron is None:
                continue
            neutrons += float(series.neutron[index])
            whole = round(float(series.start_s[index] + series.duration_s[index]), 3) % 1.0
            if not occupied or whole < 0.2:
                counts = [int(neutrons), 0, 0, 0]
                lines.append(_line("NS" if occupied else "NB", counts, stamp))
                neutrons = 0.0
        if inside:
            lines.append(f"GX,{series.start_s.size:06d},{stamp}")
        now += float(series.start_s[-1] + series.duration_s[-1])
    return ("\n".join(lines) + "\n").encode()


def _four(series: CountSeries, index: int) -> list[int]:
    if series.panel_gamma is None:
        return [int(series.gamma[index]), 0, 0, 0]
    own = [int(value) for value in series.panel_gamma[:, index]]
    return (own + [0] * RPM_PANELS)[:RPM_PANELS]


def _line(tag: str, counts: Sequence[int], stamp: str) -> str:
    return f"{tag},{','.join(f'{count:06d}' for count in counts)},{stamp}"


def table(series: CountSeries) -> bytes:
    """CSV with a row for each interval."""
    panels = series.panels if series.panel_gamma is not None else ()
    names = ["start_s", "duration_s", "gamma", *(f"gamma_{name.lower()}" for name in panels)]
    columns = [series.start_s, series.duration_s, series.gamma]
    if series.panel_gamma is not None:
        columns += list(series.panel_gamma)
    for name, column in (("neutron", series.neutron), ("occupied", series.occupied)):
        if column is not None:
            names.append(name)
            columns.append(column.astype(np.float64))
    rows = [",".join(names)]
    rows += [",".join(f"{value:g}" for value in row) for row in zip(*columns, strict=True)]
    return ("\n".join(rows) + "\n").encode()
