"""What the inside of a container looks like, as a vector whose cosine tells how alike two are.

Nothing is trained to know goods: how dark and how even the load is, how it is stacked, its texture
and its repeats are measured, each in units of its usual spread. Which goods look so is learnt on
site, from inspections that a person has decided.
"""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np
import numpy.typing as npt

MODEL = "cargo-look"
HEIGHT_PX, MOST_WIDTH_PX, LEAST_PX = 128, 1024, 32
OPAQUE = 0.02
BINS, BANDS, TEXTURE_STEPS, GRADIENT_STEPS = 12, 8, (1, 2, 4), (1, 2, 4, 8)
LAGS = range(4, 64)
PATTERNS = 10
QUANTILES = (0.1, 0.5, 0.9)
# Beyond the empty box, in -ln(T); below it nothing is loaded.
LOADED = 0.12
Floats = npt.NDArray[np.float32]


def features(inside: npt.NDArray[np.float32]) -> npt.NDArray[np.float64] | None:
    """Raw measures of an interior, (h, w) in [0, 1] with air bright; None if it is too small.

    The same for any scale of the picture: it is first made `HEIGHT_PX` high.
    """
    if min(inside.shape) < LEAST_PX:
        return None
    width = round(inside.shape[1] * HEIGHT_PX / inside.shape[0])
    size = (min(max(width, LEAST_PX), MOST_WIDTH_PX), HEIGHT_PX)
    seen = cv2.resize(inside, size, interpolation=cv2.INTER_AREA)
    depth = -np.log(np.maximum(seen, OPAQUE)).astype(np.float32)
    load = np.maximum(depth - np.percentile(depth, 2.0), 0).astype(np.float32)
    return np.concatenate(
        [
            _darkness(load),
            _stacking(load),
            *(_texture(depth, step) for step in TEXTURE_STEPS),
            _edges(depth),
            _repeats(load),
        ]
    )


def embed(raw: npt.NDArray[np.float64], parameters: Mapping[str, float]) -> tuple[float, ...]:
    """A vector of unit length: each measure in units of its usual spread, cut at three.

    Raises:
        KeyError: the parameters are of another number of measures.
    """
    usual = np.array([parameters[f"mean_{n}"] for n in range(raw.size)])
    spread = np.array([parameters[f"spread_{n}"] for n in range(raw.size)])
    scaled = np.clip((raw - usual) / spread, -3, 3)
    length = float(np.linalg.norm(scaled))
    if length == 0:
        scaled, length = np.eye(1, raw.size)[0], 1.0
    return tuple(round(float(v), 5) for v in scaled / length)


def _darkness(load: Floats) -> npt.NDArray[np.float64]:
    """How -ln(T) is spread over the loaded area, and how much is loaded at all."""
    own = load[load > LOADED]
    counts, _ = np.histogram(own, bins=BINS, range=(LOADED, -np.log(OPAQUE)))
    shares = counts / max(own.size, 1)
    return np.append(np.sqrt(shares), own.size / load.size)


def _stacking(load: Floats) -> npt.NDArray[np.float64]:
    """Where from floor to roof the load lies, and how high it is along the container."""
    bands = np.array([band.mean() for band in np.array_split(load, BANDS, axis=0)])
    heights = (load > LOADED).mean(axis=0)
    return np.concatenate([bands / max(float(load.mean()), 0.05), np.quantile(heights, QUANTILES)])


def _texture(depth: Floats, step: int) -> npt.NDArray[np.float64]:
    """Uniform local binary patterns of eight neighbours (Ojala 2002), at one distance."""
    smooth = cv2.GaussianBlur(depth, (0, 0), 0.6 * step)
    middle = smooth[step:-step, step:-step]
    height, width = middle.shape
    around = [(0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1)]
    higher = np.stack(
        [
            smooth[step + dy * step :, step + dx * step :][:height, :width] > middle + 0.01
            for dy, dx in around
        ]
    )
    changes = (higher != np.roll(higher, 1, axis=0)).sum(axis=0)
    codes = np.where(changes <= 2, higher.sum(axis=0), PATTERNS - 1)
    return np.asarray(np.sqrt(np.bincount(codes.ravel(), minlength=PATTERNS) / codes.size))


def _edges(depth: Floats) -> npt.NDArray[np.float64]:
    """Mean steps along and upwards, at four distances, as shares of the depth."""
    scale = max(float(depth.mean()), 0.05)
    found = []
    for step in GRADIENT_STEPS:
        smooth = cv2.GaussianBlur(depth, (0, 0), 0.6 * step)
        found += [
            float(np.abs(smooth[:, step:] - smooth[:, :-step]).mean()) / scale,
            float(np.abs(smooth[step:] - smooth[:-step]).mean()) / scale,
        ]
    return np.array(found)


def _repeats(load: Floats) -> npt.NDArray[np.float64]:
    """How strongly, and how far apart, the load repeats itself along and upwards."""
    found = []
    for axis in (0, 1):
        line = load.mean(axis=axis)
        line = line - cv2.GaussianBlur(line.reshape(1, -1), (0, 0), 24).ravel()
        power = float((line * line).sum())
        values = [
            float((line[lag:] * line[:-lag]).sum()) / power if power > 0 and lag < line.size else 0
            for lag in LAGS
        ]
        best = int(np.argmax(values))
        found += [max(values[best], 0.0), LAGS[best] / LAGS[-1]]
    return np.array(found)
