"""From decays to counts: attenuation, Compton scattering and detector response.

One energy grid, `GRID_KEV`, serves all. Scattering follows Klein and Nishina (1929); a load that
is radioactive all through is an infinite medium, whose flux obeys f = s + S c f, where s are the
photons born, f all collisions, c the part of them that is Compton scattering and S the energy
distribution after it. Attenuation coefficients are NIST's (SRD 126, Hubbell and Seltzer 2004).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from vision.radiation.lines import library

Array = npt.NDArray[np.float64]

STEP_KEV = 3.0
GRID_KEV: Array = np.arange(0.0, 3000.0, STEP_KEV) + STEP_KEV / 2
"""(G,) bin centres."""
ELECTRON_KEV = 511.0
LOWEST_KEV = 20.0
# Klein-Nishina cross section of one electron at low energy, times electrons per gram of light
# matter: 0.665 barn x 6.022e23 x 0.5 (Z/A).
THOMSON_CM2_G = 0.2003


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorModel:
    """A gamma panel's crystal or plastic.

    `depth_g_cm2`: mean path through it. A photon that interacts leaves all its energy with
    probability 1 / (1 + (E / photo_half_kev) ^ photo_power), else a Compton electron's.
    """

    name: str
    material: str
    depth_g_cm2: float
    resolution_662: float
    photo_half_kev: float
    photo_power: float

    def fwhm_kev(self, energies: Array) -> Array:
        if self.resolution_662 < 0.01:
            return np.sqrt(0.8 + (self.resolution_662 * 661.7) ** 2 * energies / 661.7)
        return np.asarray(self.resolution_662 * 661.7 * (energies / 661.7) ** 0.55 + 0.5)


DETECTORS = {
    model.name: model
    for model in (
        # 4 x 4 x 16 inch logs: photofraction about 0.6 at 662 keV and 0.4 at 1332 keV.
        DetectorModel(
            name="NaI",
            material="sodium_iodide",
            depth_g_cm2=29.0,
            resolution_662=0.075,
            photo_half_kev=950.0,
            photo_power=1.0,
        ),
        DetectorModel(
            name="CsI",
            material="sodium_iodide",
            depth_g_cm2=5.0,
            resolution_662=0.085,
            photo_half_kev=300.0,
            photo_power=1.3,
        ),
        DetectorModel(
            name="LaBr",
            material="sodium_iodide",
            depth_g_cm2=25.0,
            resolution_662=0.03,
            photo_half_kev=800.0,
            photo_power=1.0,
        ),
        DetectorModel(
            name="HPGe",
            material="germanium",
            depth_g_cm2=26.0,
            resolution_662=0.0025,
            photo_half_kev=420.0,
            photo_power=1.1,
        ),
        DetectorModel(
            name="plastic",
            material="water",
            depth_g_cm2=5.2,
            resolution_662=0.25,
            photo_half_kev=40.0,
            photo_power=3.0,
        ),
    )
}


@cache
def attenuation(material: str) -> Array:
    """(G,) mass attenuation coefficient in cm2/g, air to germanium."""
    text = (resources.files("vision.radiation") / "attenuation.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    energies = np.log([float(row["energy_kev"]) for row in rows])
    values = np.log([float(row[material]) for row in rows])
    return np.exp(np.interp(np.log(GRID_KEV), energies, values))


@cache
def compton_coefficient() -> Array:
    """(G,) cm2/g of light matter: the Klein-Nishina cross section."""
    a = GRID_KEV / ELECTRON_KEV
    log = np.log1p(2 * a)
    total = 0.75 * (
        (1 + a) / a**3 * (2 * a * (1 + a) / (1 + 2 * a) - log)
        + log / (2 * a)
        - (1 + 3 * a) / (1 + 2 * a) ** 2
    )
    return np.asarray(THOMSON_CM2_G * total)


@cache
def _energy_after_scattering() -> Array:
    """(G, G), column j: distribution of a photon of GRID_KEV[j] after one Compton scattering."""
    before, after = GRID_KEV[None, :], GRID_KEV[:, None]
    lowest = before / (1 + 2 * before / ELECTRON_KEV)
    cosine = 1 - ELECTRON_KEV * (1 / after - 1 / before)
    density = after / before + before / after - (1 - cosine**2)
    density = np.where((after <= before) & (after >= lowest - STEP_KEV / 2), density, 0.0)
    # Below some 25 keV a scattering loses less than a bin.
    empty = density.sum(axis=0) <= 0
    density[np.flatnonzero(empty), np.flatnonzero(empty)] = 1.0
    return np.asarray(density / density.sum(axis=0))


@cache
def _deposits(name: str) -> Array:
    """(G, G), column j: counts per bin for one photon of GRID_KEV[j] on the detector's face."""
    model = DETECTORS[name]
    scattered = _energy_after_scattering()
    # The electron takes what the scattered photon has not.
    electron = np.zeros_like(scattered)
    size = GRID_KEV.size
    for column in range(size):
        part = scattered[: column + 1, column][::-1]
        electron[: column + 1, column] = part
    photo = 1 / (1 + (GRID_KEV / model.photo_half_kev) ** model.photo_power)
    deposited = electron * (1 - photo)
    deposited[np.arange(size), np.arange(size)] += photo
    interacts = 1 - np.exp(-attenuation(model.material) * model.depth_g_cm2)
    # 1.5 mm of aluminium before the crystal; aluminium attenuates as between water and iron.
    window = np.exp(-0.41 * (0.8 * attenuation("water") + 0.2 * attenuation("iron")))
    deposited *= interacts * window
    sigma = model.fwhm_kev(GRID_KEV) / 2.355
    edges = np.arange(size + 1) * STEP_KEV
    smear = np.diff(ndtr((edges[:, None] - GRID_KEV[None]) / sigma[None]), axis=0)
    return np.asarray(smear @ deposited)


def counts_of(photons: Array, detector: str) -> Array:
    """(G,) counts for (G,) photons that reach the detector's face."""
    return np.asarray(_deposits(detector) @ photons)


@cache
def lines_of(nuclide: str) -> Array:
    """(G,) photons per decay. Raises: KeyError: not in the library."""
    lines = {entry.nuclide: entry for entry in library()}[nuclide]
    born = np.zeros(GRID_KEV.size)
    seen = lines.energies_kev >= LOWEST_KEV
    place = (lines.energies_kev[seen] / STEP_KEV - 0.5).clip(0, GRID_KEV.size - 1.001)
    low = place.astype(int)
    np.add.at(born, low, lines.per_decay[seen] * (low + 1 - place))
    np.add.at(born, low + 1, lines.per_decay[seen] * (place - low))
    return born


def _medium(heavy: float) -> Array:
    return (1 - heavy) * attenuation("water") + heavy * attenuation("iron")


@lru_cache(maxsize=16)
def _collisions(heavy: float) -> Array:
    """(G, G): all collisions per photon born, in a medium that is `heavy` part iron."""
    compton = (compton_coefficient() / _medium(heavy)).clip(0, 0.995)
    return np.asarray(np.linalg.inv(np.eye(GRID_KEV.size) - _energy_after_scattering() * compton))


@lru_cache(maxsize=256)
def from_load(nuclide: str, heavy: float) -> Array:
    """(G,) photons per cm2, second and steradian that leave a thick load of 1 Bq/g.

    Nearly isotropic, so that a detector sees it times the solid angle of the load. Scattered
    photons leave less often than in an infinite medium, as none come back from outside.
    """
    born = lines_of(nuclide)
    medium = _medium(heavy)
    collided = _collisions(heavy) @ born
    scattered = 0.7 * (collided - born)
    photons = (born + scattered) / medium / (4 * np.pi)
    return np.asarray(np.where(GRID_KEV < LOWEST_KEV, 0.0, photons))


@lru_cache(maxsize=1024)
def from_point(nuclide: str, *, iron_g_cm2: float = 0.0, lead_g_cm2: float = 0.0) -> Array:
    """(G,) photons per decay out of a shielded point source, scattered ones included."""
    born = lines_of(nuclide)
    depth = attenuation("iron") * iron_g_cm2 + attenuation("lead") * lead_g_cm2
    direct = born * np.exp(-depth)
    # The vehicle, the ground and the shield scatter; half of that goes away from the panel.
    hit = born * (1 - np.exp(-(depth + 0.25)))
    compton = (compton_coefficient() / _medium(0.05)).clip(0, 0.995)
    scattered = _energy_after_scattering() @ (compton * hit)
    again = 0.5 * (_energy_after_scattering() @ (compton * scattered))
    photons = direct + 0.4 * (scattered + again) * np.exp(-0.5 * depth)
    return np.asarray(np.where(GRID_KEV < LOWEST_KEV, 0.0, photons))


@cache
def natural_background(
    detector: str,
    *,
    potassium_bq_kg: float = 400.0,
    radium_bq_kg: float = 35.0,
    thorium_bq_kg: float = 30.0,
) -> Array:
    """(G,) counts, sum 1, of the ground (world medians, UNSCEAR 2000) and of cosmic rays."""
    ground = (
        potassium_bq_kg * from_load("K-40", 0.1)
        + radium_bq_kg * from_load("Ra-226", 0.1)
        + thorium_bq_kg * from_load("Th-232", 0.1)
    )
    counts = counts_of(ground, detector)
    # Muons and their electrons: a hard continuum, about a twentieth of the counts.
    cosmic = 1 / (GRID_KEV + 150.0)
    cosmic[GRID_KEV < 30] = 0
    counts = counts / counts.sum()
    total = counts + 0.06 * cosmic / cosmic.sum()
    total[GRID_KEV < 25] = 0
    return np.asarray(total / total.sum())
