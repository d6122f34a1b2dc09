"""Where along the vehicle an excess lies, and whether it is one place or the whole load.

The profile over time is fitted with two families: a point that passes at some distance, and a load
of some length whose side passes close by. What fits better by a clear margin is the answer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from vision.findings import Extent

Array = npt.NDArray[np.float64]

# Metres from panel to source: at the near side, in the middle, at the far side.
POINT_DISTANCES_M = (1.2, 1.8, 2.5, 3.4)
SIDE_DISTANCE_M = 1.4
LOAD_PARTS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
SHORTEST_LOAD_M = 1.8
# Loads are uneven and shadows not known: no profile is better known than this part of its peak.
UNEVEN = 0.06
CLEAR_MARGIN = 5.0
# Lorries drive slowly through a portal; used where no speed is recorded.
USUAL_SPEED_M_S = 8 / 3.6
SHORT_VEHICLE_M = 6.5
CAB_M = (0.2, 3.0)
CAR_DRIVER_M = (0.8, 3.2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """`position` from 0 (front) to 1; `width_s` full width at half maximum; `margin`: by how
    much the point fits better than the load (log likelihood).
    """

    centre_s: float
    position: float
    width_s: float
    extent: Extent
    margin: float
    at_cab: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Best:
    gain: float
    centre_s: float
    width_s: float


def locate(
    excess: Array,
    spread: Array,
    middle_s: Array,
    *,
    occupied_s: tuple[float, float],
    speed_m_s: float | None,
) -> Location:
    """Find the place.

    Args:
        excess: (T,) rate above background, in any unit.
        spread: (T,) its standard deviation.
        middle_s: (T,) middle of each sample.
        occupied_s: start and end of the occupancy.
        speed_m_s: None if not recorded.
    """
    speed = speed_m_s or USUAL_SPEED_M_S
    begin, end = occupied_s
    duration = max(end - begin, 1e-3)
    smooth = np.convolve(excess, np.ones(3) / 3, mode="same") if excess.size > 4 else excess
    variance = spread**2 + (UNEVEN * max(float(smooth.max()), 0.0)) ** 2
    centres = middle_s[(middle_s >= begin - 0.5) & (middle_s <= end + 0.5)]
    offsets = middle_s[None] - centres[:, None]
    points = [_point(offsets * speed, distance) for distance in POINT_DISTANCES_M]
    point = _fit(
        excess,
        variance,
        points,
        centres,
        [1.53 * distance / speed for distance in POINT_DISTANCES_M],
    )
    lengths = [part * duration * speed for part in LOAD_PARTS]
    lengths = [length for length in lengths if length >= SHORTEST_LOAD_M]
    loads = [_side(offsets * speed, length) for length in lengths]
    load = _fit(excess, variance, loads, centres, [length / speed for length in lengths])
    margin = point.gain - load.gain
    best = point if margin >= 0 else load
    position = float(np.clip((best.centre_s - begin) / duration, 0, 1))
    extent = Extent.CANNOT_TELL
    if margin >= CLEAR_MARGIN:
        extent = Extent.POINT
    elif margin <= -CLEAR_MARGIN:
        extent = Extent.CARGO_LONG
    return Location(
        centre_s=best.centre_s,
        position=position,
        width_s=best.width_s,
        extent=extent,
        margin=float(margin),
        at_cab=extent is not Extent.CARGO_LONG
        and margin > 0
        and _at_cab(position * duration * speed, duration * speed),
    )


def _at_cab(position_m: float, length_m: float) -> bool:
    low, high = CAB_M if length_m >= SHORT_VEHICLE_M else CAR_DRIVER_M
    return low <= position_m <= high


def _point(x_m: Array, distance_m: float) -> Array:
    return np.asarray((1 + (x_m / distance_m) ** 2) ** -1.5)


def _side(x_m: Array, length_m: float) -> Array:
    """A face seen from close by: each strip falls as the fourth power of its distance."""

    def until(edge: Array) -> Array:
        u = edge / SIDE_DISTANCE_M
        return np.asarray(np.arctan(u) + u / (1 + u**2))

    return until(x_m + length_m / 2) - until(x_m - length_m / 2)


def _fit(
    excess: Array, variance: Array, shapes: list[Array], centres: Array, widths: list[float]
) -> _Best:
    """The shape and centre that explain most, with the best amount >= 0."""
    best = _Best(gain=0.0, centre_s=float(centres[centres.size // 2]), width_s=0.0)
    for shape, width in zip(shapes, widths, strict=True):
        weighed = shape / variance
        gain = (weighed @ excess).clip(0) ** 2 / (2 * (weighed * shape).sum(axis=1))
        at = int(np.argmax(gain))
        if gain[at] > best.gain:
            best = _Best(gain=float(gain[at]), centre_s=float(centres[at]), width_s=float(width))
    return best
