"""What a sensor delivered, read and checked, before anything is concluded from it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from vision.errors import ShapeMismatch


class ScanKind(StrEnum):
    """The three kinds of sensor that an inspection can have."""

    XRAY = "xray"
    PHOTO = "photo"
    RADIATION = "radiation"


class PixelUnit(StrEnum):
    """What a pixel value of an X-ray image means.

    DISPLAY is "windowed by the scanner": grey levels for eyes, from which no quantity may
    be derived.
    """

    COUNTS = "counts"
    TRANSMISSION = "transmission"
    DISPLAY = "display"


@dataclass(frozen=True, slots=True, kw_only=True)
class RawScan:
    """An uploaded file. `kind` None means that the content decides."""

    name: str
    data: bytes
    kind: ScanKind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class XrayImage:
    """One X-ray view, pixels as the scanner wrote them.

    `pixels` is (H, W, C), uint8 or uint16; C is 1, or 2 for (low, high) energy. Polarity is
    the scanner's; `vision.xray.normalise` decides which end is air.
    """

    sha256: str
    scan_format: str
    pixels: npt.NDArray[np.uint8] | npt.NDArray[np.uint16]
    unit: PixelUnit

    def __post_init__(self) -> None:
        if self.pixels.ndim != 3 or self.pixels.shape[2] not in (1, 2):
            raise ShapeMismatch(f"expected (H, W, 1 or 2), got {self.pixels.shape}")

    @property
    def kind(self) -> ScanKind:
        return ScanKind.XRAY

    @property
    def bit_depth(self) -> int:
        return self.pixels.dtype.itemsize * 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """One photograph, upright. `pixels` is (H, W, 3) uint8 RGB."""

    sha256: str
    scan_format: str
    pixels: npt.NDArray[np.uint8]

    def __post_init__(self) -> None:
        if self.pixels.ndim != 3 or self.pixels.shape[2] != 3:
            raise ShapeMismatch(f"expected (H, W, 3), got {self.pixels.shape}")

    @property
    def kind(self) -> ScanKind:
        return ScanKind.PHOTO


@dataclass(frozen=True, slots=True, kw_only=True)
class Spectrum:
    """A gamma spectrum. `counts` is (N,) float64, `edges_kev` (N + 1,) increasing.

    An impossible spectrum cannot be built: negative counts, a calibration that is not
    increasing, or a live time that is not positive raise `ShapeMismatch`.
    """

    counts: npt.NDArray[np.float64]
    edges_kev: npt.NDArray[np.float64]
    live_time_s: float
    real_time_s: float

    def __post_init__(self) -> None:
        if self.counts.ndim != 1 or self.edges_kev.shape != (self.counts.size + 1,):
            raise ShapeMismatch(
                f"{self.counts.size} channels need {self.counts.size + 1} edges, "
                f"got {self.edges_kev.shape}"
            )
        if not np.all(np.diff(self.edges_kev) > 0):
            raise ShapeMismatch("energy calibration is not increasing")
        if not (np.all(np.isfinite(self.counts)) and np.all(self.counts >= 0)):
            raise ShapeMismatch("counts must be finite and not negative")
        if not self.live_time_s > 0:
            raise ShapeMismatch(f"live time must be positive, got {self.live_time_s} s")


@dataclass(frozen=True, slots=True, kw_only=True)
class CountSeries:
    """Gross counts over time, all panels summed.

    Args:
        start_s: (T,) start of each interval, seconds from the first, increasing.
        duration_s: (T,) length of each interval.
        gamma: (T,) counts.
        neutron: (T,) counts, or None if there is no neutron detector.
        occupied: (T,) True while the portal was occupied, or None if not recorded.
    """

    start_s: npt.NDArray[np.float64]
    duration_s: npt.NDArray[np.float64]
    gamma: npt.NDArray[np.float64]
    neutron: npt.NDArray[np.float64] | None
    occupied: npt.NDArray[np.bool_] | None

    def __post_init__(self) -> None:
        count = self.start_s.size
        for name in ("duration_s", "gamma", "neutron", "occupied"):
            column = getattr(self, name)
            if column is not None and column.shape != (count,):
                raise ShapeMismatch(f"{name}: expected ({count},), got {column.shape}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RadiationScan:
    """A passage or a measurement: spectra, a count series, or both.

    `spectra` are foreground, summed over the detectors of one instrument and over the
    occupied time; `background` is what the file itself calls background, or the unoccupied
    part of a passage. `detector` is the file's own words ("NaI 2x4x16", "HPGe"), "" if none.
    `background_removed`: the spectra are net of a background already. `energy_calibrated`
    False: the file gives channels only and the energies are a reader's stand-in.
    """

    sha256: str
    scan_format: str
    detector: str
    spectra: tuple[Spectrum, ...]
    background: Spectrum | None
    series: CountSeries | None
    background_removed: bool = False
    energy_calibrated: bool = True

    def __post_init__(self) -> None:
        if not self.spectra and self.series is None:
            raise ShapeMismatch("a radiation scan needs a spectrum or a count series")

    @property
    def kind(self) -> ScanKind:
        return ScanKind.RADIATION


Scan = XrayImage | Photo | RadiationScan
