"""What a site measured on its own scanners: step wedges, pixel pitch, bias of the mass.

One TOML file for each scanner:

    scanner = "gantry-1"
    default = true            # also for files that name no scanner
    [geometry]
    pitch_x_mm = 5.0          # in the plane through the middle of the vehicle
    pitch_y_mm = 5.0
    [[wedge]]
    class = "metal"           # metal (steel), mineral (aluminium), organic (polyethylene)
    density_g_cm3 = 7.87
    thickness_mm = [0, 10, 20, 40, 80, 160]
    low = [1.0, 0.71, 0.52, 0.30, 0.11, 0.015]     # transmission
    high = [1.0, 0.74, 0.56, 0.33, 0.13, 0.020]    # of the high energy, if there is one

What weighbridges taught later lies in a file beside them, see `LearntMass`.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from vision.errors import ModelUnavailable
from vision.findings import Material

Table = npt.NDArray[np.float64]
STARTING_SPREAD = 0.08
FEWEST_STEPS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Wedge:
    """Steps of one material, thinnest first, all (N,).

    `areal_g_cm2` is thickness times density, `low` and `high` are -ln(T); `high` None: one energy.
    """

    material: Material
    areal_g_cm2: Table
    thickness_mm: Table
    low: Table
    high: Table | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """One scanner. `mass_gain` is what masses are multiplied by, `mass_spread` the relative
    standard deviation that is left; `sha256` is of the file.
    """

    scanner: str
    default: bool
    sha256: str
    wedges: tuple[Wedge, ...]
    pitch_x_mm: float | None = None
    pitch_y_mm: float | None = None
    mass_gain: float = 1.0
    mass_spread: float = STARTING_SPREAD

    def wedge(self, material: Material) -> Wedge | None:
        return next((wedge for wedge in self.wedges if wedge.material is material), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannerBook:
    """The calibrations of a site."""

    scanners: tuple[Calibration, ...] = field(default=())

    def of(self, scanner: str) -> Calibration | None:
        """That of the scanner by its name; of a scan that names none, the default's."""
        if scanner:
            return next((entry for entry in self.scanners if entry.scanner == scanner), None)
        return next((entry for entry in self.scanners if entry.default), None)


NO_SCANNERS = ScannerBook()


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class _Geometry(_Strict):
    pitch_x_mm: float = Field(gt=0, le=100)
    pitch_y_mm: float = Field(gt=0, le=100)


class LearntMass(_Strict):
    """What a scanner's masses are multiplied by, the relative standard deviation that is left, and
    how many weighed scans say so.
    """

    gain: float = Field(gt=0.2, lt=5)
    spread: float = Field(ge=0.005, le=1)
    scans: int = Field(ge=1)


_LEARNT: TypeAdapter[dict[str, LearntMass]] = TypeAdapter(dict[str, LearntMass])


class _Wedge(_Strict):
    material: Material = Field(alias="class")
    density_g_cm3: float = Field(gt=0, le=25)
    thickness_mm: list[float] = Field(min_length=FEWEST_STEPS, max_length=200)
    low: list[float]
    high: list[float] | None = None

    @model_validator(mode="after")
    def _steps_belong_together(self) -> _Wedge:
        if any(b <= a for a, b in pairwise(self.thickness_mm)):
            raise ValueError("thickness_mm must increase")
        for name, column in (("low", self.low), ("high", self.high)):
            if column is None:
                continue
            if len(column) != len(self.thickness_mm):
                raise ValueError(f"{name} must have one transmission for each thickness")
            falls = all(b < a for a, b in pairwise(column))
            if not (falls and column[-1] > 0 and column[0] <= 1):
                raise ValueError(f"{name} must fall with thickness and stay in (0, 1]")
        return self


class _File(_Strict):
    scanner: str = Field(min_length=1, max_length=100)
    default: bool = False
    geometry: _Geometry | None = None
    wedge: list[_Wedge] = Field(max_length=3, default=[])


def read_scanners(folder: Path, *, learnt: Path | None = None) -> ScannerBook:
    """Every `*.toml` of the folder; an empty book if there is no such folder.

    Args:
        folder: holds one file for each scanner.
        learnt: what `write_learnt` wrote; None or a file that is not there for nothing.

    Raises:
        ModelUnavailable: a file is malformed or two are the default; says which and where.
    """
    paths = sorted(folder.glob("*.toml")) if folder.is_dir() else []
    book = _checked(_read(path) for path in paths)
    if learnt is None or not learnt.exists():
        return book
    try:
        masses = _LEARNT.validate_json(learnt.read_bytes())
    except (OSError, ValidationError) as problem:
        raise ModelUnavailable(f"{learnt}: {problem}") from problem
    return ScannerBook(scanners=tuple(_taught(entry, masses) for entry in book.scanners))


def write_learnt(path: Path, learnt: Mapping[str, LearntMass]) -> None:
    """Whole or not at all."""
    made = path.with_suffix(".new")
    made.write_bytes(_LEARNT.dump_json(dict(learnt), indent=1) + b"\n")
    made.replace(path)


def _taught(entry: Calibration, masses: Mapping[str, LearntMass]) -> Calibration:
    # Scans that name no scanner are the default's.
    found = masses.get(entry.scanner) or (masses.get("") if entry.default else None)
    if found is None:
        return entry
    return replace(entry, mass_gain=found.gain, mass_spread=found.spread)


def _checked(entries: Iterable[Calibration]) -> ScannerBook:
    book = ScannerBook(scanners=tuple(entries))
    names = [entry.scanner for entry in book.scanners]
    if len(set(names)) != len(names):
        raise ModelUnavailable(f"two calibrations of one scanner among {', '.join(names)}")
    if sum(entry.default for entry in book.scanners) > 1:
        raise ModelUnavailable(f"more than one default among the scanners {', '.join(names)}")
    return book


def _read(path: Path) -> Calibration:
    try:
        data = path.read_bytes()
        stated = _File.model_validate(tomllib.loads(data.decode()))
    except OSError as problem:
        raise ModelUnavailable(f"{path}: {problem.strerror}") from problem
    except (tomllib.TOMLDecodeError, ValidationError, UnicodeDecodeError) as problem:
        raise ModelUnavailable(f"{path}: {problem}") from problem
    place = stated.geometry
    return Calibration(
        scanner=stated.scanner,
        default=stated.default,
        sha256=hashlib.sha256(data).hexdigest(),
        wedges=tuple(_wedge(steps) for steps in stated.wedge),
        pitch_x_mm=place.pitch_x_mm if place else None,
        pitch_y_mm=place.pitch_y_mm if place else None,
    )


def _wedge(steps: _Wedge) -> Wedge:
    thickness = np.asarray(steps.thickness_mm)
    return Wedge(
        material=steps.material,
        thickness_mm=thickness,
        areal_g_cm2=thickness * steps.density_g_cm3 / 10,
        low=-np.log(np.asarray(steps.low)),
        high=None if steps.high is None else -np.log(np.asarray(steps.high)),
    )


def steel_mm(attenuation: npt.NDArray[np.float32], wedge: Wedge) -> npt.NDArray[np.float32]:
    """Millimetres of the wedge's material that attenuate alike; beyond its last step NaN.

    Args:
        attenuation: -ln(T) of the low (or only) energy, any shape.
        wedge: of steel.
    """
    return _along(attenuation, wedge.low, wedge.thickness_mm)


def areal_density_g_cm2(
    attenuation: npt.NDArray[np.float32], wedge: Wedge
) -> npt.NDArray[np.float32]:
    """Mass along the ray if it were all of the wedge's material; beyond its last step NaN."""
    return _along(attenuation, wedge.low, wedge.areal_g_cm2)


def _along(values: npt.NDArray[np.float32], known: Table, wanted: Table) -> npt.NDArray[np.float32]:
    if known[0] > 0:
        known, wanted = np.concatenate([[0.0], known]), np.concatenate([[0.0], wanted])
    # A table at equal steps is read by index, an order of magnitude faster than by search.
    grid = np.linspace(0, known[-1], 4096)
    table = np.interp(grid, known, wanted).astype(np.float32)
    index = np.clip(values * np.float32(4095 / known[-1]), 0, 4095)
    whole = np.minimum(index.astype(np.int32), 4094)
    part = index - whole
    found = np.asarray(table[whole] * (1 - part) + table[whole + 1] * part, dtype=np.float32)
    found[values > known[-1]] = np.nan
    return found
