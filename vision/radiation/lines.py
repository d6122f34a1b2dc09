"""Gamma and X-ray lines of every nuclide that can be named, chains folded in.

The table `nuclide_lines.csv` is made by `vision.training.nuclide_lines`, which states its source.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
import numpy.typing as npt

from vision.findings import NuclideCategory

Array = npt.NDArray[np.float64]

LINES_FILE = "nuclide_lines.csv"
# The list that ANSI N42.34 tests identifiers with, and what ports meet; others must bring more.
EXPECTED = frozenset(
    {"Am-241", "Ba-133", "Co-57", "Co-60", "Cs-137", "Eu-152", "F-18", "Ga-67", "I-123", "I-131"}
    | {"In-111", "Ir-192", "K-40", "Lu-177", "Na-22", "Pu-239", "Ra-226", "Tc-99m", "Th-232"}
    | {"Tl-201", "U-235", "U-238"}
)
NATURAL = ("K-40", "Ra-226", "Th-232")
"""Met in every background: without a measured background they prove little."""
BETA, BETA_END_KEV = "Sr-90", 2280.0
"""The commonest strong emitter of nothing but electrons; known by what they radiate as they stop.

Protactinium-234m in uranium has the same end point.
"""
BREMSSTRAHLUNG = {BETA: 0.06, "U-238": 0.1}
"""Photons above 20 keV per decay, rough: some 0.35 Z keV per MeV of beta energy is radiated."""
# Uranium-232 shows its daughters alone, the same as those of the commoner thorium-228.
NOT_TOLD_APART = frozenset({"U-232", "Ge-68"})


@dataclass(frozen=True, slots=True, kw_only=True)
class NuclideLines:
    """Energies (keV) and photons per decay, (L,) each."""

    nuclide: str
    category: NuclideCategory
    energies_kev: Array
    per_decay: Array

    def strongest(self, count: int) -> tuple[float, ...]:
        """Energies in keV of the lines that a detector sees best, ascending; soft ones count
        less, as windows stop them.
        """
        seen = self.per_decay * (1 - np.exp(-((self.energies_kev / 60.0) ** 2)))
        return tuple(float(e) for e in np.sort(self.energies_kev[np.argsort(-seen)[:count]]))


@cache
def library() -> tuple[NuclideLines, ...]:
    """Every nuclide of the table."""
    text = (resources.files("vision.radiation") / LINES_FILE).read_text(encoding="utf-8")
    grouped: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for row in csv.DictReader(text.splitlines()):
        line = (float(row["energy_kev"]), float(row["per_decay"]))
        grouped.setdefault((row["nuclide"], row["category"]), []).append(line)
    return tuple(
        NuclideLines(
            nuclide=name,
            category=NuclideCategory(category),
            energies_kev=np.array([energy for energy, _ in lines]),
            per_decay=np.array([share for _, share in lines]),
        )
        for (name, category), lines in grouped.items()
    )


@cache
def nameable() -> tuple[NuclideLines, ...]:
    """Every nuclide that can be named, bremsstrahlung included; the pure beta emitter is last."""
    energies, shape = _bremsstrahlung()
    found = []
    for entry in library():
        if entry.nuclide in NOT_TOLD_APART:
            continue
        if entry.nuclide in BREMSSTRAHLUNG:
            entry = NuclideLines(  # noqa: PLW2901
                nuclide=entry.nuclide,
                category=entry.category,
                energies_kev=np.concatenate([entry.energies_kev, energies]),
                per_decay=np.concatenate([entry.per_decay, BREMSSTRAHLUNG[entry.nuclide] * shape]),
            )
        found.append(entry)
    beta = NuclideLines(
        nuclide=BETA,
        category=NuclideCategory.INDUSTRIAL,
        energies_kev=energies,
        per_decay=BREMSSTRAHLUNG[BETA] * shape,
    )
    return (*found, beta)


@cache
def library_of_lines() -> tuple[NuclideLines, ...]:
    """Every nuclide that can be named by its lines."""
    return tuple(entry for entry in library() if entry.nuclide not in NOT_TOLD_APART)


def _bremsstrahlung() -> tuple[Array, Array]:
    """Energies, and photons (sum 1), of electrons of yttrium-90 that stop in what holds them.

    A thick target gives (T / k - 1) photons of energy k for an electron of energy T (Kramers
    1923); the electrons have the allowed beta spectrum. Fine steps stand for the continuum.
    """
    electron = np.linspace(5.0, BETA_END_KEV, 400)
    spectrum = (
        np.sqrt(electron**2 + 2 * electron * 511.0)
        * (electron + 511.0)
        * (BETA_END_KEV - electron) ** 2
    )
    energies = np.geomspace(20.0, BETA_END_KEV * 0.98, 120)
    each = (spectrum * (electron / energies[:, None] - 1).clip(0)).sum(axis=1)
    # Steps in proportion to the energy.
    return energies, np.asarray(each * energies / (each * energies).sum())
