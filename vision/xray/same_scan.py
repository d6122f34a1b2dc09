"""The same acquisition told from scans that merely look alike; two scans of one box compared.

Two clean containers of one type look the same and were not the same scan. What no two scans share
is the sensor's noise, so that is hashed too: signs of the fine residual against a fixed pattern,
summed over 16 x 16 fields. A scan that was stored again keeps most of them; another has half.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

from vision.xray.transmission import Floats

MODEL = "scan-fingerprint"
COMPARE_MODEL = "scan-compare"
LOOK_PX, LOOK_BITS = 32, 8
NOISE_SIZE, FIELDS = (1024, 512), 16
PATTERN_SEED = 20_261
LEAST_NOISE, LEAST_NOISY = 2e-4, 0.05
LINE_PX = 31
COMPARED_SIZE = (768, 256)
DOORS = 0.12
# Rows and columns of COMPARED_SIZE.
NEAR_PX = (9, 25)
MOST_PATH = 2.0


def look_of(view: Floats) -> str:
    """64 bits in hexadecimal: which low frequencies of the picture are strong.

    Args:
        view: (H, W) in [0, 1], air bright.
    """
    small = cv2.resize(view, (LOOK_PX, LOOK_PX), interpolation=cv2.INTER_AREA)
    low = cv2.dct(small)[:LOOK_BITS, :LOOK_BITS].ravel()
    return _hexadecimal(low > np.median(low[1:]))


def noise_of(view: Floats) -> str:
    """256 bits in hexadecimal, of the finest structure; "" of a picture that has none.

    Args:
        view: (H, W) in [0, 1].
    """
    fixed = cv2.resize(view, NOISE_SIZE, interpolation=cv2.INTER_AREA)
    fine = fixed - cv2.GaussianBlur(fixed, (0, 0), 1.5)
    if float((np.abs(fine) > LEAST_NOISE).mean()) < LEAST_NOISY:
        return ""
    # Posts, ribs and beams are long lines, and two boxes of one type have the same.
    for kernel in ((1, LINE_PX), (LINE_PX, 1)):
        fine -= cv2.blur(fine, kernel)
    # Edges of the load are no noise: every place counts alike, however strong its structure.
    spread = np.sqrt(cv2.GaussianBlur(fine * fine, (0, 0), 6.0)) + np.float32(1e-4)
    even = np.clip(fine / spread, -2, 2) * _pattern()
    high, wide = NOISE_SIZE[1] // FIELDS, NOISE_SIZE[0] // FIELDS
    sums = even.reshape(FIELDS, high, FIELDS, wide).sum(axis=(1, 3))
    return _hexadecimal(sums.ravel() > 0)


@cache
def _pattern() -> Floats:
    rng = np.random.default_rng(PATTERN_SEED)
    raw = rng.standard_normal(NOISE_SIZE[::-1]).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(raw, (0, 0), 1.0), dtype=np.float32)


def _hexadecimal(bits: npt.NDArray[np.bool_]) -> str:
    return np.packbits(bits).tobytes().hex()


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Shares in [0, 1] of the inside and of the end where more has changed.

    `aligned` False: they could not be laid over each other. `difference` is (H, W) of
    `COMPARED_SIZE`, positive where the later scan is darker.
    """

    aligned: bool
    changed_share: float
    changed_share_doors: float
    difference: Floats


def compare(before: Floats, after: Floats, *, limits: Mapping[str, float]) -> Compared:
    """Lay two scans of one box over each other.

    The later one may be mirrored (the vehicle drove the other way) and windowed otherwise; the
    doors are at one of the ends, and the end that changed more speaks for them.

    Args:
        before: -ln(T) or darkness of the inside of the box then, (h, w).
        after: the same now, of any other size.
        limits: parameters of `COMPARE_MODEL`: `alike` is the least correlation, `plain` the spread
            below which a picture has nothing to correlate, `change` what counts as changed.
    """
    first = _coarse(before)
    options = [_coarse(after), _coarse(after[:, ::-1])]
    scores = [_correlation(first, option) for option in options]
    mirrored = scores[1] > scores[0] + limits["mirror"]
    second = options[int(mirrored)]
    plain = min(float(first.std()), float(second.std())) < limits["plain"]
    second = _shifted(second, first)
    if not plain:
        second = _same_scale(second, first)
    difference = _beyond(second, first)
    changed = np.abs(difference) > limits["change"]
    end = int(DOORS * COMPARED_SIZE[0])
    return Compared(
        aligned=plain or max(scores) >= limits["alike"],
        changed_share=float(changed.mean()),
        changed_share_doors=max(float(changed[:, :end].mean()), float(changed[:, -end:].mean())),
        difference=difference,
    )


def _coarse(path: Floats) -> Floats:
    # Beyond, grey levels say no more than that it is dark.
    path = np.ascontiguousarray(path.clip(0, MOST_PATH))
    fixed = cv2.resize(path, COMPARED_SIZE, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(fixed, (0, 0), 4.0), dtype=np.float32)


def _correlation(one: Floats, other: Floats) -> float:
    a, b = one - one.mean(), other - other.mean()
    scale = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum()) / scale if scale > 0 else 0.0


def _shifted(moved: Floats, fixed: Floats) -> Floats:
    """Moved by what the phase of both tells, if that is little."""
    window = cv2.createHanningWindow(COMPARED_SIZE, cv2.CV_32F)
    # OpenCV 5.0 multiplies its arguments by the window in place.
    (dx, dy), _ = cv2.phaseCorrelate(fixed.copy(), moved.copy(), window)
    if abs(dx) > COMPARED_SIZE[0] * 0.03 or abs(dy) > COMPARED_SIZE[1] * 0.05:
        return moved
    matrix = np.array([[1, 0, -dx], [0, 1, -dy]], dtype=np.float64)
    return np.asarray(
        cv2.warpAffine(moved, matrix, COMPARED_SIZE, borderMode=cv2.BORDER_REPLICATE),
        dtype=np.float32,
    )


def _beyond(second: Floats, first: Floats) -> Floats:
    """What is darker or lighter than anything near the same place was; 0 elsewhere.

    Speed is never quite the same along the vehicle, so that gaps between packages move a little.
    """
    near = np.ones(NEAR_PX, np.uint8)
    darker = second - cv2.dilate(first, near)
    lighter = second - cv2.erode(first, near)
    return np.asarray(np.maximum(darker, 0) + np.minimum(lighter, 0), dtype=np.float32)


def _same_scale(moved: Floats, fixed: Floats) -> Floats:
    """Matched by a line through both: most of a load is the same, and windows differ."""
    spread = float(((moved - moved.mean()) ** 2).mean())
    gain = _correlation(moved, fixed) * float(fixed.std()) / max(np.sqrt(spread), 1e-6)
    if not 0.5 < gain < 2.0:
        return moved
    return np.asarray((moved - moved.mean()) * np.float32(gain) + fixed.mean(), dtype=np.float32)
