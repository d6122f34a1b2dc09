"""The records of a passage file as one count series: panels, windows, spectra, neutrons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import SpecUtils

from vision.errors import ShapeMismatch
from vision.scan import ENERGY_WINDOWS_KEV, CountSeries

Array = npt.NDArray[np.float64]

FEWEST_SAMPLES = 3
# Spectra of every sample are kept for detectors of few channels; a thousand samples of a
# germanium detector are not worth their time, its peaks stand out of the sum.
MOST_CHANNELS = 2048
MOST_CELLS = 8_000_000
INCOMPLETE = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """The series, and the sample number that each interval has in the file."""

    series: CountSeries
    samples: tuple[int, ...]


def build(records: Sequence[Any]) -> Passage | None:
    """Put the records in order; None if they are too few or have no times.

    A sample that lacks a panel is left out, as its counts would look like a shadow.

    Raises:
        ShapeMismatch: more than one sample in twenty lacks a panel, or an impossible calibration.
    """
    by_sample: dict[int, list[Any]] = {}
    for record in records:
        by_sample.setdefault(int(record.sampleNumber()), []).append(record)
    gamma = {s: [r for r in g if r.numGammaChannels() > 0] for s, g in by_sample.items()}
    panels = tuple(sorted({str(r.detectorName()) for g in gamma.values() for r in g}))
    whole = [s for s, g in sorted(gamma.items()) if len(g) == len(panels)]
    partial = sum(bool(g) for g in gamma.values()) - len(whole)
    if partial > INCOMPLETE * len(gamma):
        raise ShapeMismatch(f"{partial} of {len(gamma)} samples lack a detector")
    groups = [sorted(gamma[s], key=lambda r: str(r.detectorName())) for s in whole]
    duration = np.array([np.mean([float(r.realTime()) for r in g]) for g in groups])
    if len(groups) < FEWEST_SAMPLES or not np.all(duration > 0):
        return None
    counts = np.array([[float(r.gammaCountSum()) for r in g] for g in groups]).T
    windows = _windows(groups)
    channels = _channels(groups)
    speeds = [float(r.speed()) for g in groups for r in g[:1] if float(r.speed()) > 0]
    return Passage(
        samples=tuple(whole),
        series=CountSeries(
            start_s=np.concatenate([[0.0], np.cumsum(duration)[:-1]]),
            duration_s=duration,
            gamma=counts.sum(axis=0),
            neutron=_neutrons([by_sample[s] for s in whole]),
            occupied=_occupied(groups),
            panels=panels,
            panel_gamma=counts,
            window_edges_kev=ENERGY_WINDOWS_KEV if windows is not None else None,
            windows=windows,
            channel_edges_kev=channels[0] if channels else None,
            channels=channels[1] if channels else None,
            speed_m_s=float(np.median(speeds)) if speeds else None,
        ),
    )


def edges_of(record: Any) -> Array:
    """(N + 1,) channel edges in keV. Raises: ShapeMismatch: there is no calibration."""
    energies = np.asarray(record.channelEnergies(), dtype=np.float64)
    channels = int(record.numGammaChannels())
    if energies.size == channels and channels > 1:
        energies = np.append(energies, 2 * energies[-1] - energies[-2])
    if energies.size != channels + 1:
        raise ShapeMismatch(f"{channels} channels without energy calibration")
    return energies


def is_stand_in(record: Any) -> bool:
    """Whether the energies are none: SpecUtils spreads channels without a calibration evenly
    over 0 to 3,000 keV, and takes the channel numbers of a bare table for energies.
    """
    model, kinds = record.energyCalibrationModel(), SpecUtils.EnergyCalType
    if model == kinds.UnspecifiedUsingDefaultPolynomial:
        return True
    if model == kinds.Polynomial:
        # Quick: a passage has a thousand records of many thousand channels.
        coefficients = [float(value) for value in record.calibrationCoeffs()]
        return coefficients[:2] == [0.0, 1.0] and not any(coefficients[2:])
    energies = np.asarray(record.channelEnergies(), dtype=np.float64)
    return bool(np.array_equal(energies, np.arange(energies.size)))


def is_background(record: Any) -> bool:
    return bool(record.sourceType() == SpecUtils.SourceType.Background)


def _calibration(record: Any) -> tuple[Any, ...]:
    return (
        int(record.numGammaChannels()),
        str(record.energyCalibrationModel()),
        tuple(record.calibrationCoeffs()),
        # Deviation pairs differ by detector and cannot be asked for.
        str(record.detectorName()),
    )


def rebin(counts: Array, edges: Array, target: Array) -> Array:
    """Counts between the target's edges, spread evenly within a channel."""
    if edges.shape == target.shape and np.allclose(edges, target, atol=1e-3):
        return counts
    sums = np.concatenate([[0.0], np.cumsum(counts)])
    return np.diff(np.interp(target, edges, sums))


def _windows(groups: Sequence[Sequence[Any]]) -> Array | None:
    edges = [float(edge) for edge in ENERGY_WINDOWS_KEV]
    checked: set[tuple[Any, ...]] = set()
    windows = np.zeros((len(edges) - 1, len(groups)))
    for place, group in enumerate(groups):
        for record in group:
            key = _calibration(record)
            if key not in checked:
                if is_stand_in(record):
                    return None
                energies = edges_of(record)
                if not np.all(np.diff(energies) > 0):
                    raise ShapeMismatch("energy calibration is not increasing")
                checked.add(key)
            # Channels across an edge are shared, as in `vision.scan.window_counts`.
            windows[:, place] += [record.gammaIntegral(low, high) for low, high in pairwise(edges)]
    return windows


def _channels(groups: Sequence[Sequence[Any]]) -> tuple[Array, npt.NDArray[np.float32]] | None:
    first = groups[0][0]
    size = int(first.numGammaChannels())
    if not 16 <= size <= MOST_CHANNELS or size * len(groups) > MOST_CELLS:
        return None
    if is_stand_in(first):
        return None
    target = edges_of(first)
    own = _calibration(first)
    others: dict[tuple[Any, ...], Array] = {}
    summed = np.zeros((len(groups), size), dtype=np.float32)
    for place, group in enumerate(groups):
        for record in group:
            counts = np.asarray(record.gammaCounts(), dtype=np.float64)
            key = _calibration(record)
            if key != own:
                if key not in others:
                    others[key] = edges_of(record)
                counts = rebin(counts, others[key], target)
            summed[place] += counts
    return target, summed


def _neutrons(groups: Sequence[Sequence[Any]]) -> Array | None:
    counted = [[r for r in group if r.containedNeutron()] for group in groups]
    if not all(counted):
        return None
    return np.array([sum(float(r.neutronCountsSum()) for r in group) for group in counted])


def _occupied(groups: Sequence[Sequence[Any]]) -> npt.NDArray[np.bool_] | None:
    """What the file says; beside records that it calls background, others are occupied."""
    status = SpecUtils.OccupancyStatus
    states = [group[0].occupied() for group in groups]
    behind = np.array([is_background(group[0]) for group in groups])
    known = np.array([state in (status.Occupied, status.NotOccupied) for state in states])
    inside = np.array([state == status.Occupied for state in states])
    if known.all() or behind.any():
        return np.asarray(np.where(behind, False, inside | ~known))
    return None
