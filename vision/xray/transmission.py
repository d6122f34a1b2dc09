"""Counts into transmission: air and dark correction, line artefacts, -ln(T), what is opaque."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from vision.errors import ShapeMismatch
from vision.scan import PixelUnit, XrayImage

Floats: TypeAlias = npt.NDArray[np.float32]

# Below this no detector of 16 bits tells thickness from scatter and offset.
LEAST_TRANSMISSION = 0.002
SKY_ROWS = 0.06
# How far the source's output may swing from line to line; beyond, it is the load in the sky.
MOST_FLICKER = 0.2
AIR_QUANTILE = 95.0
MOST_SAMPLES = 600
# A detector channel that yields less of the usual air signal is broken, not dim.
DEAD_SHARE = 0.2
# No wall of a container is so thin, and no detector is so noisy.
NEAR_AIR, LEAST_AIR_SHARE = 0.04, 0.03


@dataclass(frozen=True, slots=True, kw_only=True)
class Transmission:
    """A view in physical terms.

    Args:
        attenuation: (H, W, C) float32, -ln(T), 0 is air; capped at -ln of `LEAST_TRANSMISSION`.
        opaque: (H, W) True where some channel has too little signal, or its detector is dead.
        noise: standard deviation of T in air, of one pixel.
    """

    attenuation: Floats
    opaque: npt.NDArray[np.bool_]
    noise: float


def correct_for_air(counts: npt.NDArray[np.uint16], *, air: Floats, dark_level: float) -> Floats:
    """Transmission of one energy channel, (H, W) float32; air is 1.

    Rows of detectors whose air reading is at most `dark_level` are dead; they come back as NaN, so
    that nothing downstream can mistake them for steel.

    Args:
        counts: (H, W), as the scanner wrote them; one row is one detector channel.
        air: (H,), what each detector channel reads without a vehicle.
        dark_level: counts with the source off.

    Raises:
        ShapeMismatch: `air` does not cover the rows of `counts`.
    """
    if air.shape != counts.shape[:1]:
        raise ShapeMismatch(f"expected air of {counts.shape[0]} detector channels, got {air.shape}")
    gain = np.full(air.shape, np.nan, dtype=np.float32)
    alive = air > dark_level
    gain[alive] = 1.0 / (air[alive] - dark_level)
    seen = counts.astype(np.float32)
    seen -= np.float32(dark_level)
    seen *= gain[:, None]
    return seen


def measure(image: XrayImage) -> Transmission | None:
    """None where pixels are grey levels for eyes, or their air is dark: those measure nothing."""
    if image.unit is PixelUnit.DISPLAY:
        return None
    said = image.acquisition
    dark = said.dark_level or 0.0
    channels, opaque = [], np.zeros(image.pixels.shape[:2], dtype=np.bool_)
    noise = 0.0
    for number in range(image.pixels.shape[2]):
        counts = image.pixels[:, :, number].astype(np.uint16, copy=False)
        level = said.air_level
        if image.unit is PixelUnit.TRANSMISSION and level is None:
            level = float(np.iinfo(image.pixels.dtype).max)
        if image.unit is PixelUnit.TRANSMISSION:
            air = np.full(counts.shape[0], level, dtype=np.float32)
        else:
            air = _air(counts, level=level, dark=dark)
        if not _air_is_bright(counts, dark):
            return None
        seen = correct_for_air(counts, air=air, dark_level=dark)
        dead = _mend_dead_rows(seen)
        _remove_flicker(seen)
        _centre_air(seen)
        noise = max(noise, _air_noise(seen))
        opaque |= seen < LEAST_TRANSMISSION
        opaque[dead] = True
        np.clip(seen, LEAST_TRANSMISSION, None, out=seen)
        np.log(seen, out=seen)
        np.negative(seen, out=seen)
        channels.append(seen)
    joined = channels[0][:, :, None] if len(channels) == 1 else np.stack(channels, axis=2)
    return Transmission(attenuation=joined, opaque=opaque, noise=noise)


def _air(counts: npt.NDArray[np.uint16], *, level: float | None, dark: float) -> Floats:
    """(H,) air reading of each detector, from the lines before and behind the vehicle."""
    step = max(1, counts.shape[1] // MOST_SAMPLES)
    air = np.percentile(counts[:, ::step], AIR_QUANTILE, axis=1).astype(np.float32)
    usual = float(np.median(air)) if level is None else level
    net = (air - dark) / max(usual - dark, 1.0)
    # Neither a channel that saw the vehicle all along nor a hot one has a reading of its own.
    air[((net > DEAD_SHARE) & (net < 1 - MOST_FLICKER)) | (net > 1 + MOST_FLICKER)] = usual
    air[net <= DEAD_SHARE] = dark
    return air


def _air_is_bright(counts: npt.NDArray[np.uint16], dark: float) -> bool:
    sky = float(np.median(counts[: max(1, int(counts.shape[0] * SKY_ROWS)), ::8])) - dark
    return sky > 0 and sky > 0.5 * (float(np.percentile(counts[::8, ::8], 99)) - dark)


def _mend_dead_rows(seen: Floats) -> npt.NDArray[np.intp]:
    """Fill rows of NaN from their neighbours; returns which they were."""
    dead = np.flatnonzero(np.isnan(seen[:, 0]))
    alive = np.flatnonzero(~np.isnan(seen[:, 0]))
    for row in dead:
        above, below = alive[alive < row], alive[alive > row]
        near = [*above[-1:].tolist(), *below[:1].tolist()]
        seen[row] = seen[near].mean(axis=0) if near else 0.0
    return dead


def _remove_flicker(seen: Floats) -> None:
    """Divide every column by what the source gave in it, as the sky over the vehicle shows."""
    sky = np.median(seen[: max(3, int(seen.shape[0] * SKY_ROWS))], axis=0)
    steady = np.abs(sky - 1) < MOST_FLICKER
    seen /= np.where(steady, sky, 1.0).astype(np.float32)


def _centre_air(seen: Floats) -> None:
    """Divide each row by the middle of what is air in it: the quantile that found air is high."""
    thin = seen[:, :: max(1, seen.shape[1] // MOST_SAMPLES)]
    air = np.where(np.abs(thin - 1) < NEAR_AIR, thin, np.nan)
    enough = np.isfinite(air).sum(axis=1) >= LEAST_AIR_SHARE * thin.shape[1]
    middle = np.ones(seen.shape[0], dtype=np.float32)
    middle[enough] = np.nanmedian(air[enough], axis=1)
    seen /= middle[:, None]


def _air_noise(seen: Floats) -> float:
    """Standard deviation of T in the sky, from neighbours, so that slopes do not count."""
    sky = seen[: max(3, int(seen.shape[0] * SKY_ROWS))]
    steps = np.abs(np.diff(sky, axis=1))
    return float(np.median(steps)) / 0.6745 / float(np.sqrt(2))
