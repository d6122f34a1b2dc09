"""Poly-energetic X-ray transmission: coefficients, materials, beams, and what a detector counts.

Mass attenuation coefficients are NIST's (XAAMDI, SRD 126, Hubbell and Seltzer 2004), in
`mass_attenuation.csv`; between its energies they are interpolated on log-log scales. The spectrum
of a linear accelerator is Schiff's thin target, formula 3BS(e) of Koch and Motz, Rev. Mod. Phys.
31, 920 (1959), hardened by target and flattening filter; that of a tube is Kramers' (1923) behind
a window of aluminium. A scan adds energy, not photons: a bin counts by its energy and by the part
that 30 mm of cadmium tungstate stop.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
import numpy.typing as npt
from scipy.optimize import nnls

Array = npt.NDArray[np.float64]
Areal = npt.NDArray[np.float32]
"""(B, H, W) g/cm2 of each basis substance, in the order of `BASES`."""

ELECTRON_MEV = 0.510999
LOWEST_KEV = 20.0
BINS = 20
TUNGSTEN_Z = 74
# Any substance without a K edge in the beam attenuates like a mixture of few others, because
# scattering, photoelectric effect and pair production depend on energy in the same way for all.
BASES: dict[str, dict[str, float]] = {
    "water": {"hydrogen": 0.1119, "oxygen": 0.8881},
    "aluminium": {"aluminium": 1.0},
    "iron": {"iron": 1.0},
    "lead": {"lead": 1.0},
}
# Cadmium tungstate, cadmium taken as copper, which NIST's table has next to it in this file.
SCINTILLATOR = {"tungsten": 0.51, "copper": 0.31, "oxygen": 0.18}
SCINTILLATOR_G_CM2 = 3.0 * 7.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What something is made of: mass fractions of elements, and g/cm3 as it fills space."""

    name: str
    density: float
    elements: tuple[tuple[str, float], ...]

    def filled(self, share: float) -> Material:
        """The same, filling only that share of its space."""
        return Material(name=self.name, density=self.density * share, elements=self.elements)


def _made(name: str, density: float, **elements: float) -> Material:
    return Material(name=name, density=density, elements=tuple(elements.items()))


MATERIALS: dict[str, Material] = {
    m.name: m
    for m in (
        _made("water", 1.0, hydrogen=0.112, oxygen=0.888),
        _made("cellulose", 0.9, hydrogen=0.062, carbon=0.444, oxygen=0.494),
        _made("wood", 0.6, hydrogen=0.06, carbon=0.5, oxygen=0.44),
        _made("food", 0.95, hydrogen=0.1, carbon=0.25, nitrogen=0.03, oxygen=0.62),
        _made("oil", 0.9, hydrogen=0.13, carbon=0.87),
        _made("polymer", 0.95, hydrogen=0.144, carbon=0.856),
        _made("rubber", 1.1, hydrogen=0.1, carbon=0.87, silicon=0.03),
        _made("powder", 1.15, hydrogen=0.07, carbon=0.6, nitrogen=0.05, oxygen=0.28),
        _made("tobacco", 0.25, hydrogen=0.06, carbon=0.44, nitrogen=0.03, oxygen=0.47),
        _made("explosive", 1.65, hydrogen=0.03, carbon=0.2, nitrogen=0.35, oxygen=0.42),
        _made("foam", 0.04, hydrogen=0.08, carbon=0.7, oxygen=0.22),
        _made("glass", 2.5, silicon=0.45, oxygen=0.45, calcium=0.1),
        _made("ceramic", 2.1, silicon=0.35, aluminium=0.15, oxygen=0.5),
        _made("limestone", 2.5, calcium=0.4, carbon=0.12, oxygen=0.48),
        _made("aluminium", 2.7, aluminium=1.0),
        _made("steel", 7.85, iron=1.0),
        _made("copper", 8.9, copper=1.0),
        _made("tungsten", 18.0, tungsten=1.0),
        _made("lead", 11.3, lead=1.0),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Beam:
    """A spectrum as a detector weighs it.

    `energies_kev` is (E,), `weights` (E,) and adds up to 1; `name` says voltage and hardening.
    """

    name: str
    energies_kev: Array
    weights: Array


@cache
def _table() -> tuple[Array, dict[str, Array]]:
    text = resources.files("vision.synthesis").joinpath("mass_attenuation.csv").read_text("utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    energies = np.array([float(row["energy_kev"]) for row in rows])
    names = [name for name in rows[0] if name != "energy_kev"]
    return energies, {name: np.array([float(row[name]) for row in rows]) for name in names}


def mass_attenuation(elements: dict[str, float], energies_kev: Array) -> Array:
    """(E,) cm2/g of a mixture given by mass fractions; 20 keV to 10 MeV."""
    at, table = _table()
    total = np.zeros_like(energies_kev)
    for element, share in elements.items():
        total += share * np.exp(np.interp(np.log(energies_kev), np.log(at), np.log(table[element])))
    return total


@cache
def basis_shares(material: Material, *, lowest_kev: float = 30.0) -> Array:
    """(B,) how many grams of each basis substance attenuate like one gram of the material."""
    energies = np.geomspace(lowest_kev, 9000.0, 60)
    columns = np.stack([mass_attenuation(b, energies) for b in BASES.values()], axis=1)
    wanted = mass_attenuation(dict(material.elements), energies)
    # Relative errors count: divided by the wanted curve.
    shares, _ = nnls(columns / wanted[:, None], np.ones_like(wanted))
    return np.asarray(shares, dtype=np.float64)


@cache
def linac_beam(megavolt: float, *, filter_steel_mm: float = 0.0) -> Beam:
    """Beam of a linear accelerator with electrons of `megavolt` MeV on tungsten."""
    energies = np.geomspace(60.0, megavolt * 1000 * 0.985, BINS)
    photons = _schiff(energies / 1000 / ELECTRON_MEV, 1 + megavolt / ELECTRON_MEV)
    # A target of 1 mm of tungsten seen from half its depth, and a steel flattening filter.
    harden = 0.05 * 19.3 * mass_attenuation({"tungsten": 1.0}, energies)
    harden += (1.0 + filter_steel_mm / 10) * 7.85 * mass_attenuation({"iron": 1.0}, energies)
    name = f"{megavolt:g} MV" + (f" behind {filter_steel_mm:g} mm steel" if filter_steel_mm else "")
    return _weighed(name, energies, photons * np.exp(-harden))


@cache
def tube_beam(kilovolt: float = 160.0, *, filter_copper_mm: float = 0.0) -> Beam:
    """Beam of an X-ray tube as baggage scanners have it; the filter makes the high energy."""
    energies = np.linspace(LOWEST_KEV + 5, kilovolt - 1, BINS)
    photons = kilovolt / energies - 1
    harden = 0.3 * 2.7 * mass_attenuation({"aluminium": 1.0}, energies)
    harden += filter_copper_mm / 10 * 8.9 * mass_attenuation({"copper": 1.0}, energies)
    return _weighed(f"{kilovolt:g} kV", energies, photons * np.exp(-harden))


def _schiff(photon: Array, electron: float) -> Array:
    """Photons per energy, any unit; energies in electron masses, `electron` the total one."""
    left = electron - photon
    screen = TUNGSTEN_Z ** (1 / 3) / 111
    b = 2 * electron * left * screen / photon
    log_m = -np.log((photon / (2 * electron * left)) ** 2 + screen**2)
    atan = np.arctan(b)
    first = (1 + (left / electron) ** 2 - 2 * left / (3 * electron)) * (log_m + 1 - 2 / b * atan)
    second = 2 / b**2 * np.log(1 + b**2) + 4 * (2 - b**2) / (3 * b**3) * atan
    second += 2 / 9 - 8 / (3 * b**2)
    return np.asarray(np.maximum(first + left / electron * second, 0) / photon)


def _weighed(name: str, energies: Array, photons: Array) -> Beam:
    stopped = 1 - np.exp(-SCINTILLATOR_G_CM2 * mass_attenuation(SCINTILLATOR, energies))
    weights = photons * np.gradient(energies) * energies * stopped
    return Beam(name=name, energies_kev=energies, weights=weights / weights.sum())


def transmission(areal: Areal, beam: Beam) -> npt.NDArray[np.float32]:
    """(H, W) share of the beam's energy that arrives behind `areal`, in (0, 1]."""
    columns = [mass_attenuation(basis, beam.energies_kev) for basis in BASES.values()]
    total = np.zeros(areal.shape[1:], dtype=np.float32)
    # Absent substances cost nothing; the lead basis is empty in most scans.
    present = [index for index in range(len(columns)) if areal[index].any()]
    depth = np.empty_like(total)
    for energy, weight in enumerate(beam.weights):
        depth.fill(0)
        for index in present:
            depth -= areal[index] * np.float32(columns[index][energy])
        np.exp(depth, out=depth)
        depth *= np.float32(weight)
        total += depth
    return total
