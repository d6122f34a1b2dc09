"""Which samples of a count series belong to which vehicle, and what background it is tested on."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vision.scan import CountSeries

Array = npt.NDArray[np.float64]
Indexes = npt.NDArray[np.int64]

BACKGROUND_S = 120.0
ENOUGH_BACKGROUND_S = 20.0
# A source in the cab is seen before the front of the vehicle breaks the beam.
GUARD_S = 2.0
MARGIN_S = 1.0
QUIET_END = 0.15
# What is looked at together; five minutes of a portal, twenty of a search vehicle.
MOST_SAMPLES = 1200


@dataclass(frozen=True, slots=True, kw_only=True)
class Occupancy:
    """One vehicle: `number` from 1, or 0 if the file does not mark occupancies.

    Samples `first` to `last` (inclusive) are occupied, `tested_first` to `tested_last` are
    looked at, `behind` are the background's. `estimated`: there was no unoccupied time.
    """

    number: int
    first: int
    last: int
    tested_first: int
    tested_last: int
    behind: Indexes
    estimated: bool

    def interval_s(self, series: CountSeries) -> tuple[float, float]:
        """Start and end of the occupied time."""
        end = series.start_s[self.last] + series.duration_s[self.last]
        return float(series.start_s[self.first]), float(end)


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """Running mean before an occupancy, frozen when it begins.

    `counts` in `duration_s`; `windows` (W,) counts, None without energies; `neutron` counts,
    None without neutrons; `drift_z`: newer against older half, in standard deviations.
    """

    duration_s: float
    counts: float
    windows: Array | None
    neutron: float | None
    drift_z: float
    estimated: bool

    @property
    def rate_cps(self) -> float:
        return self.counts / self.duration_s


def split(series: CountSeries) -> tuple[Occupancy, ...]:
    """Every vehicle of the series, in order; without marks the whole series is one.

    What is longer than `MOST_SAMPLES` comes in several pieces with one number.
    """
    return tuple(piece for whole in _wholes(series) for piece in _pieces(whole))


def _pieces(whole: Occupancy) -> list[Occupancy]:
    begins = range(whole.tested_first, whole.tested_last + 1, MOST_SAMPLES)
    if len(begins) == 1:
        return [whole]
    pieces = []
    for begin in begins:
        end = min(whole.tested_last, begin + MOST_SAMPLES - 1)
        pieces.append(
            dataclasses.replace(
                whole,
                first=min(max(whole.first, begin), end),
                last=max(min(whole.last, end), begin),
                tested_first=begin,
                tested_last=end,
            )
        )
    return pieces


def _wholes(series: CountSeries) -> tuple[Occupancy, ...]:
    occupied = series.occupied
    if occupied is None or not occupied.any() or occupied.all():
        size = series.start_s.size
        return (
            Occupancy(
                number=0,
                first=0,
                last=size - 1,
                tested_first=0,
                tested_last=size - 1,
                behind=_quieter_end(series),
                estimated=True,
            ),
        )
    return tuple(
        _occupancy(series, occupied, number, run)
        for number, run in enumerate(series.occupied_runs(), start=1)
    )


def _occupancy(
    series: CountSeries, occupied: npt.NDArray[np.bool_], number: int, run: tuple[int, int]
) -> Occupancy:
    first, last = run
    start = series.start_s
    end = start + series.duration_s
    begins, ends = float(start[first]), float(end[last])
    # No sample near any vehicle is background: its load may reach beyond its ends.
    near = np.zeros(occupied.size, bool)
    for index in np.flatnonzero(occupied & ~_interior(occupied)):
        near |= (end > start[index] - GUARD_S) & (start < end[index] + GUARD_S)
    free = np.flatnonzero(~occupied & ~near)
    before = free[(end[free] <= begins) & (start[free] >= begins - GUARD_S - BACKGROUND_S)]
    behind = before
    if series.duration_s[behind].sum() < ENOUGH_BACKGROUND_S and free.size:
        # Too little just before: the nearest in time, on either side.
        distance = np.where(start[free] > ends, start[free] - ends, begins - end[free])
        order = free[np.argsort(distance, kind="stable")]
        enough = np.searchsorted(np.cumsum(series.duration_s[order]), ENOUGH_BACKGROUND_S) + 1
        behind = np.sort(order[:enough])
    if not behind.size:
        behind = np.flatnonzero(~occupied)
    # The margin on either side ends where another vehicle begins.
    low, high = first, last
    while low > 0 and not occupied[low - 1] and end[low - 1] > begins - MARGIN_S + 1e-9:
        low -= 1
    size = occupied.size
    while high < size - 1 and not occupied[high + 1] and start[high + 1] < ends + MARGIN_S - 1e-9:
        high += 1
    return Occupancy(
        number=number,
        first=first,
        last=last,
        tested_first=low,
        tested_last=high,
        behind=behind.astype(np.int64),
        estimated=False,
    )


def _interior(occupied: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    inner = occupied.copy()
    inner[1:] &= occupied[:-1]
    inner[:-1] &= occupied[1:]
    return inner


def _quieter_end(series: CountSeries) -> Indexes:
    size = max(1, round(QUIET_END * series.gamma.size))
    ends = [np.arange(size), np.arange(series.gamma.size - size, series.gamma.size)]
    rates = [series.gamma[part].sum() / series.duration_s[part].sum() for part in ends]
    return ends[0] if rates[0] <= rates[1] else ends[1]


def background(series: CountSeries, occupancy: Occupancy) -> Background:
    """The background of that occupancy."""
    part = occupancy.behind
    duration = series.duration_s[part]
    counts = series.gamma[part]
    half = int(np.searchsorted(np.cumsum(duration), duration.sum() / 2)) + 1
    drift = 0.0
    if 0 < half < part.size:
        old, new = float(counts[:half].sum()), float(counts[half:].sum())
        old_s, new_s = float(duration[:half].sum()), float(duration[half:].sum())
        spread = np.sqrt(max(old, 1.0) / old_s**2 + max(new, 1.0) / new_s**2)
        drift = float((new / new_s - old / old_s) / spread)
    return Background(
        duration_s=float(duration.sum()),
        counts=float(counts.sum()),
        windows=None if series.windows is None else series.windows[:, part].sum(axis=1),
        neutron=None if series.neutron is None else float(series.neutron[part].sum()),
        drift_z=drift,
        estimated=occupancy.estimated,
    )
