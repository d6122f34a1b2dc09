"""One occupancy through all tests; statistics first, then the calibrated decision."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vision.radiation import energy_tests, gross_count, natural, neutron, sequential, shadow
from vision.radiation.alarm_model import AlarmModel, DetectorSpectra
from vision.radiation.energy_tests import WindowData
from vision.radiation.intervals import Intervals, intervals
from vision.radiation.occupancy import Background, Occupancy
from vision.scan import CountSeries

Array = npt.NDArray[np.float64]
Span = tuple[float, float]

# A window with less background than this in the whole measurement tells nothing.
EMPTY_WINDOW = 2.0
# The search for what natural series leave inverts a matrix for each interval.
MOST_SEARCHED = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistic:
    """A test's largest statistic, corrected for how long it looked, and where that was."""

    z: float
    interval_s: Span
    which: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """The tested samples of one occupancy. `expected` (T,) is the shadowed background."""

    occupancy: Occupancy
    background: Background
    start_s: Array
    duration_s: Array
    gamma: Array
    expected: Array
    intervals: Intervals
    windows: WindowData | None
    spectra: DetectorSpectra | None
    nuisances: Array

    @property
    def looked_s(self) -> float:
        return float(self.duration_s.sum())

    def span(self, interval: int) -> Span:
        begin, end = int(self.intervals.begin[interval]), int(self.intervals.end[interval])
        return self.stretch(begin, end)

    def stretch(self, begin: int, end: int) -> Span:
        """Seconds of samples [begin, end), from the start of the file."""
        last = max(begin, end - 1)
        return float(self.start_s[begin]), float(self.start_s[last] + self.duration_s[last])


def prepare(
    series: CountSeries,
    occupancy: Occupancy,
    behind: Background,
    *,
    model: AlarmModel,
    detector: str,
) -> Prepared:
    """Cut the occupancy out of the series and bring its windows to the model's."""
    part = slice(occupancy.tested_first, occupancy.tested_last + 1)
    start, duration, gamma = series.start_s[part], series.duration_s[part], series.gamma[part]
    begins, ends = occupancy.interval_s(series)
    rate = max(behind.rate_cps, 0.5 / behind.duration_s)
    if occupancy.number:
        offset = float(start[0])
        expected = shadow.suppressed(
            gamma, duration, rate_cps=rate, occupied_s=(begins - offset, ends - offset)
        )
    else:
        expected = rate * duration
    looked = intervals(duration)
    windows, spectra = _windows(series, part, behind, looked=looked, model=model, detector=detector)
    nuisances = np.zeros((0, 0))
    if windows is not None and spectra is not None:
        total = windows.rate.sum()
        nuisances = np.stack(
            [
                model.radon_sd * total * spectra.radon,
                model.tilt_sd * spectra.tilt * windows.rate,
            ]
        )
    return Prepared(
        occupancy=occupancy,
        background=behind,
        start_s=start,
        duration_s=duration,
        gamma=gamma,
        expected=expected,
        intervals=looked,
        windows=windows,
        spectra=spectra,
        nuisances=nuisances,
    )


def _windows(
    series: CountSeries,
    part: slice,
    behind: Background,
    *,
    looked: Intervals,
    model: AlarmModel,
    detector: str,
) -> tuple[WindowData | None, DetectorSpectra | None]:
    if series.windows is None or behind.windows is None or series.window_edges_kev is None:
        return None, None
    if not np.array_equal(series.window_edges_kev, model.edges_kev):
        return None, None
    used = behind.windows + series.windows[:, part].sum(axis=1) >= EMPTY_WINDOW
    if used.sum() < 4:
        return None, None
    spectra = model.spectra_for(detector)
    data = WindowData(
        counts=looked.sums(series.windows[used][:, part]),
        live_s=looked.live_s,
        behind=behind.windows[used],
        behind_s=behind.duration_s,
    )
    return data, _only(spectra, used)


def _only(spectra: DetectorSpectra, used: npt.NDArray[np.bool_]) -> DetectorSpectra:
    """Spectra in the windows that the file fills, each scaled to sum 1."""

    def scaled(rows: Array) -> Array:
        part = rows[:, used]
        return np.asarray(part / np.maximum(part.sum(axis=1, keepdims=True), 1e-12))

    seen = spectra.threats[:, used].sum(axis=1) > 0.2
    sums = np.maximum(spectra.natural.spectra[:, used].sum(axis=1, keepdims=True), 1e-12)
    return DetectorSpectra(
        threat_names=tuple(n for n, s in zip(spectra.threat_names, seen, strict=True) if s),
        threats=scaled(spectra.threats[seen]),
        natural=natural.NaturalSpectra(
            series=spectra.natural.series,
            spectra=scaled(spectra.natural.spectra),
            shifted=spectra.natural.shifted[:, used] / sums,
            curved=spectra.natural.curved[:, used] / sums,
        ),
        radon=scaled(spectra.radon[None])[0],
        tilt=spectra.tilt[used],
    )


def corrected(z: float, looks: float) -> float:
    """Take off what looking `looks` times adds to the largest of normal deviates."""
    return float(np.sqrt(max(0.0, z * z - 2 * np.log(max(1.0, looks))))) if z > 0 else 0.0


def gamma_statistics(prepared: Prepared) -> dict[str, Statistic]:
    """Every gamma test that this file allows."""
    looks = prepared.looked_s
    behind = prepared.background
    found: dict[str, Statistic] = {}
    z = gross_count.excess_z(
        prepared.intervals.sums(prepared.gamma),
        background_counts=behind.counts,
        background_s=behind.duration_s,
        live_s=prepared.intervals.live_s,
    )
    at = int(np.argmax(z))
    found["gross"] = Statistic(z=corrected(float(z[at]), looks), interval_s=prepared.span(at))
    burst = sequential.search(prepared.gamma, prepared.expected)
    length = float(prepared.duration_s[burst.begin : burst.end].sum())
    # The background is known only as well as it was measured.
    known = burst.z / np.sqrt(1 + length / behind.duration_s)
    found["sequential"] = Statistic(
        z=corrected(float(known), looks), interval_s=prepared.stretch(burst.begin, burst.end)
    )
    data, spectra = prepared.windows, prepared.spectra
    if data is None or spectra is None:
        return found
    tests = {
        "ratio": energy_tests.ratio(data),
        "distance": energy_tests.distance(data, prepared.intervals, prepared.nuisances),
        "template": energy_tests.template(
            data,
            prepared.intervals,
            prepared.nuisances,
            np.concatenate([spectra.threats, spectra.natural.spectra]),
        ),
    }
    names = (*spectra.threat_names, *spectra.natural.series)
    for name, largest in tests.items():
        found[name] = Statistic(
            z=corrected(largest.z, looks),
            interval_s=prepared.span(largest.interval),
            which=names[largest.which] if name == "template" else "",
        )
    return found


def neutron_statistic(
    series: CountSeries, occupancy: Occupancy, behind: Background
) -> tuple[Statistic, float]:
    """The neutron test, and the rate in its window in counts per second."""
    if series.neutron is None or behind.neutron is None:
        raise ValueError("the series has no neutron counts")
    part = slice(occupancy.tested_first, occupancy.tested_last + 1)
    counts, duration = series.neutron[part], series.duration_s[part]
    looked, z = neutron.neutron_z(
        counts,
        duration,
        background_counts=behind.neutron,
        background_s=behind.duration_s,
    )
    at = int(np.argmax(z))
    begin, end = int(looked.begin[at]), int(looked.end[at])
    start = series.start_s[part]
    span = float(start[begin]), float(start[end - 1] + duration[end - 1])
    rate = float(counts[begin:end].sum() / looked.live_s[at])
    return Statistic(z=corrected(float(z[at]), float(duration.sum())), interval_s=span), rate


def residual_statistics(
    prepared: Prepared,
) -> tuple[dict[str, Statistic], natural.Residual] | None:
    """What the natural series leave; None without energies."""
    data, spectra = prepared.windows, prepared.spectra
    if data is None or spectra is None:
        return None
    kept = _thinned(prepared.intervals)
    found = natural.residual(
        dataclasses.replace(data, counts=data.counts[:, kept], live_s=data.live_s[kept]),
        prepared.intervals.only(kept),
        nuisances=prepared.nuisances,
        natural=spectra.natural,
        threats=spectra.threats,
    )
    looks = prepared.looked_s
    names = spectra.threat_names
    return {
        "residual_template": Statistic(
            z=corrected(found.template_z, looks),
            interval_s=prepared.span(int(kept[found.template_interval])),
            which=names[found.template_which],
        ),
        "residual_local": Statistic(
            z=corrected(found.local_z, looks),
            interval_s=prepared.span(int(kept[found.local_interval])),
            which=names[found.local_which],
        ),
        "beyond_potassium": Statistic(
            z=corrected(found.beyond_potassium_z, looks),
            interval_s=prepared.span(int(kept[found.beyond_potassium_interval])),
        ),
    }, found


def _thinned(looked: Intervals) -> npt.NDArray[np.int64]:
    """Evenly chosen intervals of a long passage, the whole among them."""
    count = looked.live_s.size
    if count <= MOST_SEARCHED:
        return np.arange(count)
    step = -(-count // MOST_SEARCHED)
    return np.unique(np.append(np.arange(0, count, step), int(np.argmax(looked.live_s))))


def values(statistics: Mapping[str, Statistic]) -> dict[str, float]:
    """The numbers alone, as the calibration takes them."""
    return {name: statistic.z for name, statistic in statistics.items()}
