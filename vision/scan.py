"""What a sensor delivered, read and checked, before anything is concluded from it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from vision.errors import ShapeMismatch

# fmt: off
ENERGY_WINDOWS_KEV: npt.NDArray[np.float64] = np.array([
    30, 45, 70, 95, 112, 132, 155, 175, 210, 265, 320, 400, 475, 560, 610, 715, 820, 960, 1110,
    1250, 1395, 1550, 1680, 1860, 2400, 2800,
], dtype=np.float64)
# fmt: on
"""(W + 1,) edges of the windows that passages are tested in: wide enough for a drifting NaI
crystal, one peak of the usual sources in each.
"""


# A light barrier flickers through the gap between lorry and trailer.
FLICKER_S = 1.0


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
class Acquisition:
    """What a file says of how it was made; None and "" where it says nothing.

    `pitch_x_mm` and `pitch_y_mm` are of one pixel in the plane through the middle of the vehicle,
    along its length and upwards. `air_level` and `dark_level` are pixel values of air and of the
    source switched off. `energy_mev` is the end point of each channel, low energy first.
    """

    scanner: str = ""
    pitch_x_mm: float | None = None
    pitch_y_mm: float | None = None
    air_level: float | None = None
    dark_level: float | None = None
    energy_mev: tuple[float, ...] = ()


NOTHING_SAID = Acquisition()


@dataclass(frozen=True, slots=True, kw_only=True)
class XrayImage:
    """One X-ray view, pixels as the scanner wrote them.

    `pixels` is (H, W, C), uint8 or uint16; C is 1, or 2 for (low, high) energy. A row is one
    detector channel, a column one line of the acquisition. Polarity is the scanner's;
    `vision.xray.normalise` decides which end is air.
    """

    sha256: str
    scan_format: str
    pixels: npt.NDArray[np.uint8] | npt.NDArray[np.uint16]
    unit: PixelUnit
    acquisition: Acquisition = NOTHING_SAID

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


def window_counts(
    counts: npt.NDArray[np.floating], edges_kev: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """(..., W) counts in `ENERGY_WINDOWS_KEV` of (..., N) counts in channels.

    A channel across an edge is shared between its two windows; what instruments of different
    channel widths count is then the same.
    """
    place = np.interp(ENERGY_WINDOWS_KEV, edges_kev, np.arange(edges_kev.size, dtype=np.float64))
    whole = np.minimum(place.astype(np.int64), counts.shape[-1] - 1)
    zero = np.zeros((*counts.shape[:-1], 1))
    sums = np.concatenate([zero, np.cumsum(counts, axis=-1, dtype=np.float64)], axis=-1)
    return np.diff(sums[..., whole] + (place - whole) * counts[..., whole], axis=-1)


@dataclass(frozen=True, slots=True, kw_only=True)
class CountSeries:
    """Counts over time, T intervals: of all panels together, and apart where the file says so.

    Args:
        start_s: (T,) start of each interval, seconds from the first, increasing.
        duration_s: (T,) length of each interval.
        gamma: (T,) counts, all panels summed.
        neutron: (T,) counts, or None if there is no neutron detector.
        occupied: (T,) True while the portal was occupied, or None if not recorded.
        panels: names of the P gamma panels; () if they are not told apart.
        panel_gamma: (P, T) counts of each panel, or None.
        window_edges_kev: (W + 1,) increasing, or None if the file has no energies.
        windows: (W, T) counts of all panels between those energies, or None.
        channel_edges_kev: (N + 1,) of `channels`, or None.
        channels: (T, N) spectrum of each interval, or None: not in the file, or too large.
        speed_m_s: of the vehicle, or None if not recorded.
    """

    start_s: npt.NDArray[np.float64]
    duration_s: npt.NDArray[np.float64]
    gamma: npt.NDArray[np.float64]
    neutron: npt.NDArray[np.float64] | None
    occupied: npt.NDArray[np.bool_] | None
    panels: tuple[str, ...] = ()
    panel_gamma: npt.NDArray[np.float64] | None = None
    window_edges_kev: npt.NDArray[np.float64] | None = None
    windows: npt.NDArray[np.float64] | None = None
    channel_edges_kev: npt.NDArray[np.float64] | None = None
    channels: npt.NDArray[np.float32] | None = None
    speed_m_s: float | None = None

    def __post_init__(self) -> None:
        count = self.start_s.size
        windows = 0 if self.window_edges_kev is None else self.window_edges_kev.size - 1
        channels = 0 if self.channel_edges_kev is None else self.channel_edges_kev.size - 1
        shapes: dict[str, tuple[int, ...]] = {
            "duration_s": (count,),
            "gamma": (count,),
            "neutron": (count,),
            "occupied": (count,),
            "panel_gamma": (len(self.panels), count),
            "windows": (windows, count),
            "channels": (count, channels),
        }
        for name, shape in shapes.items():
            column = getattr(self, name)
            if column is not None and column.shape != shape:
                raise ShapeMismatch(f"{name}: expected {shape}, got {column.shape}")
            if column is not None and not np.all(np.isfinite(column) & (column >= 0)):
                raise ShapeMismatch(f"{name}: expected finite numbers that are not negative")
        if not np.all(self.duration_s > 0):
            raise ShapeMismatch("every interval must have a positive length")

    def occupied_runs(self) -> tuple[tuple[int, int], ...]:
        """First and last sample of each occupancy, in order.

        A series without marks, or marked the same all through, is one.
        """
        occupied = self.occupied
        if occupied is None or occupied.all() or not occupied.any():
            return ((0, self.start_s.size - 1),)
        edge = np.diff(np.concatenate([[0], occupied.astype(np.int8), [0]]))
        begins, ends = np.flatnonzero(edge == 1), np.flatnonzero(edge == -1) - 1
        runs: list[tuple[int, int]] = []
        for first, last in zip(begins.tolist(), ends.tolist(), strict=True):
            if runs and self.start_s[first] - self._end_s(runs[-1][1]) < FLICKER_S:
                runs[-1] = (runs[-1][0], last)
            else:
                runs.append((first, last))
        return tuple(runs)

    def _end_s(self, sample: int) -> float:
        return float(self.start_s[sample] + self.duration_s[sample])


@dataclass(frozen=True, slots=True, kw_only=True)
class RadiationScan:
    """A passage or a measurement: spectra, a count series, or both.

    `spectra` are foreground, summed over the detectors of one instrument; of a passage there
    is one for each occupancy, in order. `background` is what the file itself calls background,
    or the unoccupied part of a passage. `detector` is the file's own words ("NaI 2x4x16",
    "HPGe"), "" if none.
    `background_removed`: the spectra are net of a background already. `energy_calibrated`
    False: the file gives channels only and the energies are a reader's stand-in. `doubt` says
    what the reader cannot vouch for, "" if nothing.
    """

    sha256: str
    scan_format: str
    detector: str
    spectra: tuple[Spectrum, ...]
    background: Spectrum | None
    series: CountSeries | None
    background_removed: bool = False
    energy_calibrated: bool = True
    doubt: str = ""

    def __post_init__(self) -> None:
        if not self.spectra and self.series is None:
            raise ShapeMismatch("a radiation scan needs a spectrum or a count series")

    @property
    def kind(self) -> ScanKind:
        return ScanKind.RADIATION


Scan = XrayImage | Photo | RadiationScan
