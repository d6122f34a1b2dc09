"""What a nuclide makes of a scintillator's spectrum: photopeaks, Compton continuum, scattering.

All on a grid of bins that are a third of a peak's width (FWHM) everywhere. A photon that interacts
leaves all its energy or a Compton electron's (Klein and Nishina 1929); scattering outside the
detector follows the same law. Attenuation coefficients are NIST's (SRD 126).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d
from scipy.special import ndtr

from vision.radiation.lines import NATURAL, NuclideLines, library, nameable
from vision.radiation.peaks import BINS_PER_FWHM, fwhm_kev, grid

Array = npt.NDArray[np.float64]

RESOLUTIONS = (0.011, 0.016, 0.024, 0.033, 0.043, 0.055, 0.074, 0.084, 0.1, 0.12)
"""FWHM at 662 keV, as a fraction, for which there are templates."""
ATTENUATION_FILE = "attenuation.csv"
ELECTRON_KEV = 511.0
THOMSON_CM2_G = 0.2003


@dataclass(frozen=True, slots=True, kw_only=True)
class Crystal:
    """`depth_g_cm2`: mean path. A photon that interacts leaves all its energy with probability
    1 / (1 + (E / photo_half_kev) ^ photo_power).
    """

    depth_g_cm2: float
    photo_half_kev: float
    photo_power: float


CRYSTALS = {
    "small": Crystal(depth_g_cm2=3.0, photo_half_kev=300.0, photo_power=1.3),
    "large": Crystal(depth_g_cm2=15.0, photo_half_kev=800.0, photo_power=1.0),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shield:
    """What is between source and detector, g/cm2, and `around` them: air, bench, floor, housing.

    `scatter` is how much of what is scattered comes out softer towards the detector.
    """

    light: float = 0.0
    iron: float = 0.0
    lead: float = 0.0
    around: float = 1.0
    scatter: float = 0.5


SHIELDS = {
    "open": Shield(light=0.1, around=0.5),
    "bare": Shield(light=0.8, around=2.0),
    "light": Shield(light=10.0, around=2.0),
    "iron": Shield(light=0.8, iron=8.0, around=1.0),
    "thick iron": Shield(light=0.8, iron=24.0, around=1.0),
    "lead": Shield(light=0.8, lead=6.0, around=1.0),
}


LOAD = "load"
FOUND_IN_LOADS = frozenset({*NATURAL, "U-238", "Lu-176", "La-138"})


@cache
def _attenuation_table() -> dict[str, tuple[Array, Array]]:
    text = (resources.files("vision.radiation") / ATTENUATION_FILE).read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    energies = np.log([float(row["energy_kev"]) for row in rows])
    return {
        name: (energies, np.log([float(row[name]) for row in rows]))
        for name in rows[0]
        if name != "energy_kev"
    }


def attenuation(material: str, energies_kev: Array) -> Array:
    """Mass attenuation coefficient in cm2/g."""
    grid, values = _attenuation_table()[material]
    return np.asarray(np.exp(np.interp(np.log(energies_kev), grid, values)))


def _light(energies_kev: Array) -> Array:
    """Aluminium and plastic together attenuate as between water and iron."""
    return 0.9 * attenuation("water", energies_kev) + 0.1 * attenuation("iron", energies_kev)


def compton(energies_kev: Array) -> Array:
    """cm2/g of light matter: the Klein-Nishina cross section."""
    a = energies_kev / ELECTRON_KEV
    log = np.log1p(2 * a)
    total = 0.75 * (
        (1 + a) / a**3 * (2 * a * (1 + a) / (1 + 2 * a) - log)
        + log / (2 * a)
        - (1 + 3 * a) / (1 + 2 * a) ** 2
    )
    return np.asarray(THOMSON_CM2_G * total)


@cache
def _scattering(resolution: float) -> tuple[Array, Array]:
    """(N, N) twice, by column: distribution of photon and of electron after one Compton."""
    edges = grid(resolution)
    centres = (edges[1:] + edges[:-1]) / 2
    photon, electron = np.zeros((2, centres.size, centres.size))
    for column, before in enumerate(centres):
        # Even steps in the energy after scattering carry the density of Klein and Nishina.
        lowest = before / (1 + 2 * before / ELECTRON_KEV)
        after = np.linspace(lowest, before, 201)
        after = (after[1:] + after[:-1]) / 2
        cosine = 1 - ELECTRON_KEV * (1 / after - 1 / before)
        density = after / before + before / after - (1 - cosine**2)
        density /= density.sum()
        photon[:, column] = np.histogram(after, edges, weights=density)[0]
        electron[:, column] = np.histogram(before - after, edges, weights=density)[0]
    return photon, electron


def _interacts(crystal: Crystal, energies_kev: Array) -> Array:
    return np.asarray(1 - np.exp(-attenuation("sodium_iodide", energies_kev) * crystal.depth_g_cm2))


def _photo(crystal: Crystal, energies_kev: Array) -> Array:
    return np.asarray(1 / (1 + (energies_kev / crystal.photo_half_kev) ** crystal.photo_power))


def _placed(energies_kev: Array, amounts: Array, edges: Array) -> Array:
    return np.histogram(energies_kev, edges, weights=amounts)[0]


def counts_of(
    energies_kev: Array, direct: Array, scattered: Array, crystal: Crystal, resolution: float
) -> tuple[Array, Array]:
    """(N,) counts twice: in peaks, and all, of lines and of (N,) scattered photons."""
    edges = grid(resolution)
    centres = (edges[1:] + edges[:-1]) / 2
    electron = _scattering(resolution)[1]
    stopped = direct * _interacts(crystal, energies_kev)
    whole = stopped * _photo(crystal, energies_kev)
    # Iodine's K X-ray leaves the crystal's face: a peak 28.5 keV below.
    gone = np.where(
        energies_kev > 34, 0.2 * np.exp(-(np.maximum(energies_kev, 34) - 33.2) / 30), 0.0
    )
    sigma = fwhm_kev(energies_kev, resolution) / 2.355
    peaks = _gauss(edges, energies_kev, sigma, whole * (1 - gone))
    peaks += _gauss(edges, energies_kev - 28.5, sigma, whole * gone)
    soft = scattered * _interacts(crystal, centres)
    left = _placed(energies_kev, stopped - whole, edges) + soft * (1 - _photo(crystal, centres))
    rest = electron @ left + soft * _photo(crystal, centres)
    return peaks, peaks + gaussian_filter1d(rest, BINS_PER_FWHM / 2.355, mode="nearest")


def _gauss(edges: Array, centres: Array, sigma: Array, areas: Array) -> Array:
    steps = ndtr((edges[:, None] - centres[None]) / sigma[None])
    return np.asarray(np.diff(steps, axis=0) @ areas)


def from_point(lines: NuclideLines, shield: Shield, resolution: float) -> tuple[Array, Array]:
    """Photons per decay out of a shielded source: (L,) on their lines, (N,) scattered."""
    edges = grid(resolution)
    centres = (edges[1:] + edges[:-1]) / 2
    photon = _scattering(resolution)[0]

    def depth(at: Array) -> Array:
        heavy = shield.iron * attenuation("iron", at) + shield.lead * attenuation("lead", at)
        return np.asarray(heavy + shield.light * _light(at))

    at = lines.energies_kev
    direct = lines.per_decay * np.exp(-depth(at))
    # The ground and the shield scatter; half of that goes away from the detector.
    hit = lines.per_decay * (1 - np.exp(-(depth(at) + shield.around * _light(at))))
    first = photon @ _placed(at, hit * _compton_part(at, shield), edges)
    second = 0.5 * photon @ (first * _compton_part(centres, shield))
    third = 0.5 * photon @ (second * _compton_part(centres, shield))
    own = np.exp(-0.5 * depth(centres))
    return direct, np.asarray(shield.scatter * (first + second + third) * own)


def _compton_part(energies_kev: Array, shield: Shield) -> Array:
    heavy = 0.6 if shield.iron + shield.lead > 1 else 0.1
    medium = (1 - heavy) * _light(energies_kev) + heavy * attenuation("iron", energies_kev)
    return np.asarray((compton(energies_kev) / medium).clip(0, 0.995))


@dataclass(frozen=True, slots=True, kw_only=True)
class Templates:
    """`counts` and `peaks` are (K, N), each scaled to 1 count in all; `nuclide` (K,) is the place
    in `nameable()` and `shield` (K,) names the shield.
    """

    edges_kev: Array
    counts: Array
    peaks: Array
    nuclide: npt.NDArray[np.int64]
    shield: tuple[str, ...]
    natural: Array
    """(4, N): background of potassium, radium and thorium in the ground, and of cosmic rays."""
    natural_per_bq: Array
    """(3,): counts of the first three for the same activity."""


@lru_cache(maxsize=64)
def templates(resolution: float, crystal_name: str) -> Templates:
    """Every nuclide behind every shield, for one kind of detector."""
    crystal = CRYSTALS[crystal_name]
    counts, peaks, place, shields = [], [], [], []
    for index, lines in enumerate(nameable()):
        for name, shield in SHIELDS.items():
            direct, scattered = from_point(lines, shield, resolution)
            # Nothing of it comes out.
            if direct.sum() < 1e-4 * lines.per_decay.sum():
                continue
            own, total = counts_of(lines.energies_kev, direct, scattered, crystal, resolution)
            if total.sum() <= 0:
                continue
            counts.append(total / total.sum())
            peaks.append(own / total.sum())
            place.append(index)
            shields.append(name)
        if lines.nuclide in FOUND_IN_LOADS:
            own, total = _load(lines, resolution, crystal)
            counts.append(total / total.sum())
            peaks.append(own / total.sum())
            place.append(index)
            shields.append(LOAD)
    natural, per_bq = _natural(resolution, crystal)
    return Templates(
        edges_kev=grid(resolution),
        counts=np.array(counts),
        peaks=np.array(peaks),
        nuclide=np.array(place),
        shield=tuple(shields),
        natural=natural,
        natural_per_bq=per_bq,
    )


@lru_cache(maxsize=64)
def _collisions(resolution: float) -> Array:
    """(N, N): all collisions per photon born in ground or goods.

    A thick load's flux f obeys f = s + S c f (see `vision.synthesis.gamma_transport`).
    """
    edges = grid(resolution)
    centres = (edges[1:] + edges[:-1]) / 2
    part = (compton(centres) / _ground(centres)).clip(0, 0.995)
    return np.asarray(np.linalg.inv(np.eye(centres.size) - _scattering(resolution)[0] * part))


def _ground(energies_kev: Array) -> Array:
    return 0.9 * attenuation("water", energies_kev) + 0.1 * attenuation("iron", energies_kev)


def _load(lines: NuclideLines, resolution: float, crystal: Crystal) -> tuple[Array, Array]:
    """(N,) counts twice, as `counts_of`, of a thick load that holds the nuclide all through."""
    edges = grid(resolution)
    centres = (edges[1:] + edges[:-1]) / 2
    at = lines.energies_kev
    born = _placed(at, lines.per_decay, edges)
    scattered = 0.7 * (_collisions(resolution) @ born - born) / _ground(centres)
    return counts_of(at, lines.per_decay / _ground(at), scattered, crystal, resolution)


def _natural(resolution: float, crystal: Crystal) -> tuple[Array, Array]:
    edges = grid(resolution)
    centres = (edges[1:] + edges[:-1]) / 2
    found = []
    for name in NATURAL:
        lines = next(entry for entry in library() if entry.nuclide == name)
        total = _load(lines, resolution, crystal)[1]
        found.append(total)
    # Muons and their electrons: a hard continuum.
    found.append(np.diff(edges) / (centres + 150.0))
    sums = np.array([row.sum() for row in found])
    return np.array(found) / sums[:, None], sums[:3]
