"""From transmission to what a scanner stores: blur, scatter, noise, faults, 16-bit counts.

Also the 8-bit picture for eyes that many scanners export instead, with its window.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Detector:
    """One scanner's habits.

    Attributes:
        air_counts: counts of an open beam above the dark level.
        dark_counts: counts with the beam off.
        quanta: photons that make one air reading; sets the Poisson noise.
        electronic_counts: standard deviation of the electronics.
        scatter: share of the neighbourhood's mean signal that arrives everywhere.
        blur_px: standard deviation of the point spread.
        pulse: relative standard deviation between columns (beam output).
        gain: relative standard deviation between rows (detector elements).
        faulty_rows: rows that read too high or low by 2 to 30 %.
    """

    air_counts: float = 50_000.0
    dark_counts: float = 300.0
    quanta: float = 60_000.0
    electronic_counts: float = 4.0
    scatter: float = 0.002
    blur_px: float = 0.8
    pulse: float = 0.003
    gain: float = 0.002
    faulty_rows: int = 0


def random_detector(rng: np.random.Generator) -> Detector:
    """Any scanner that may be out there."""
    return Detector(
        air_counts=float(rng.uniform(25_000, 60_000)),
        dark_counts=float(rng.uniform(0, 600)),
        quanta=float(np.exp(rng.uniform(np.log(8_000), np.log(150_000)))),
        electronic_counts=float(rng.uniform(1.5, 10)),
        scatter=float(np.exp(rng.uniform(np.log(3e-4), np.log(8e-3)))),
        blur_px=float(rng.uniform(0.5, 1.3)),
        pulse=float(rng.uniform(0.0005, 0.006)),
        gain=float(rng.uniform(0.0005, 0.004)),
        faulty_rows=int(rng.integers(0, 4)) if rng.random() < 0.2 else 0,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Wobble:
    """How the truck moved: (C,) shifts in pixels, along x and down, of each picture column."""

    along_px: npt.NDArray[np.float32]
    down_px: npt.NDArray[np.float32]

    def applied(self, picture: Picture) -> Picture:
        """The picture as it is recorded; edges are repeated."""
        rows, columns = picture.shape
        xs = (np.arange(columns, dtype=np.float32) + self.along_px)[None].repeat(rows, 0)
        ys = np.arange(rows, dtype=np.float32)[:, None] + self.down_px[None]
        moved = cv2.remap(picture, xs, ys, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(moved, dtype=np.float32)


def random_wobble(columns: int, rng: np.random.Generator, *, pitch_m: float) -> Wobble:
    """Speed that varies by some percent over metres, and a road that is not level."""
    xs = np.arange(columns) * pitch_m
    along, down = np.zeros(columns), np.zeros(columns)
    for _ in range(3):
        length = rng.uniform(3.0, 14.0)
        phase = rng.uniform(0, 2 * np.pi)
        along += rng.normal(0, 0.01) * length * np.sin(2 * np.pi * xs / length + phase)
        down += rng.normal(0, 0.008) * np.sin(2 * np.pi * xs / rng.uniform(1.5, 9.0) + phase)
    down += rng.normal(0, 0.006) * (xs - xs.mean())
    return Wobble(
        along_px=np.asarray(along / pitch_m, dtype=np.float32),
        down_px=np.asarray(down / pitch_m, dtype=np.float32),
    )


def expose(
    transmission: Picture, detector: Detector, rng: np.random.Generator
) -> npt.NDArray[np.uint16]:
    """(H, W) counts of a scan; noise differs with every call, gains and faults too."""
    rows, columns = transmission.shape
    seen: Picture = np.asarray(
        cv2.GaussianBlur(transmission, (0, 0), detector.blur_px), dtype=np.float32
    )
    # Scatter forgets where it came from: a tenth of the picture serves.
    small = cv2.resize(
        seen, (max(2, columns // 10), max(2, rows // 10)), interpolation=cv2.INTER_AREA
    )
    haze = cv2.resize(cv2.GaussianBlur(small, (0, 0), 5), (columns, rows))
    seen = np.asarray(seen + detector.scatter * haze, dtype=np.float32)
    noise = rng.standard_normal(seen.shape, dtype=np.float32)
    # Poisson at these numbers is normal; energies differ, which adds a third to the variance.
    noise *= np.sqrt(1.33 * seen / detector.quanta)
    seen += noise
    # Calibration takes most of the beam's and the elements' differences away, this is the rest.
    seen *= np.asarray(rng.normal(1, detector.pulse, columns), dtype=np.float32)
    gains = np.asarray(rng.normal(1, detector.gain, rows), dtype=np.float32)
    for row in rng.integers(0, rows, detector.faulty_rows):
        gains[row] *= 1 + rng.choice([-1, 1]) * rng.uniform(0.02, 0.3)
    seen *= gains[:, None]
    counts = seen * np.float32(detector.air_counts) + np.float32(detector.dark_counts)
    counts += rng.standard_normal(seen.shape, dtype=np.float32) * detector.electronic_counts
    return np.asarray(np.rint(np.clip(counts, 0, 65_535)), dtype=np.uint16)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """How a scanner makes 8 bits: black below `black`, white above `white`, then a gamma."""

    black: float = 0.01
    white: float = 0.97
    gamma: float = 1.0
    jpeg_quality: int = 0

    def applied(self, transmission: Picture) -> npt.NDArray[np.uint8]:
        """(H, W) grey, air bright, through JPEG unless `jpeg_quality` is 0."""
        scaled = np.clip((transmission - self.black) / (self.white - self.black), 0, 1)
        grey = np.asarray(np.rint(255 * scaled**self.gamma), dtype=np.uint8)
        if self.jpeg_quality:
            _, data = cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, self.jpeg_quality])
            grey = np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), dtype=np.uint8)
        return grey


def random_window(rng: np.random.Generator) -> Window:
    """Any display curve that may be out there."""
    return Window(
        black=float(rng.uniform(0.0, 0.03)),
        white=float(rng.uniform(0.85, 1.0)),
        gamma=float(rng.uniform(0.55, 1.15)),
        jpeg_quality=int(rng.integers(80, 97)) if rng.random() < 0.7 else 0,
    )
