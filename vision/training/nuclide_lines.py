"""Make `vision/radiation/nuclide_lines.csv`: gamma and X-ray lines per decay, chains folded in.

Source: the Decay2012 library (JEFF-3.1.1 / UKDD-12) as `actigamma` 0.1.5 (Apache-2.0) carries
it; install it by hand for this one command:

    python -m vision.training.nuclide_lines vision/radiation/nuclide_lines.csv
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

LOWEST_KEV = 20.0
LOWEST_SHARE = 0.01

CHAINS: dict[str, dict[str, float]] = {
    "Ra-226": {"Ra226": 1, "Pb214": 1, "Bi214": 1, "Pb210": 1},
    "Th-232": {
        "Ac228": 1,
        "Th228": 1,
        "Ra224": 1,
        "Pb212": 1,
        "Bi212": 1,
        "Tl208": 0.3594,
    },
    "U-238": {"Th234": 1, "Pa234m": 1},
    "U-235": {"U235": 1, "Th231": 1},
    "Cs-137": {"Ba137m": 0.944, "Cs137": 1},
    "Np-237": {"Np237": 1, "Pa233": 1},
    "Mo-99": {"Mo99": 1, "Tc99m": 0.88},
    "Ac-225": {"Ac225": 1, "Fr221": 1, "Bi213": 1, "Tl209": 0.022},
    "U-232": {"Ra224": 1, "Pb212": 1, "Bi212": 1, "Tl208": 0.3594},
    "Ra-223": {"Ra223": 1, "Rn219": 1, "Pb211": 1, "Bi211": 1},
    "Lu-177m": {"Lu177m": 1, "Lu177": 0.22},
}
_MEDICAL = (
    "Ac-225 Ba-131 Cr-51 F-18 Ga-67 Ga-68 Hg-197m I-123 I-124 I-125 I-131 In-111 Lu-177 Lu-177m "
    "Mo-99 Pd-103 Ra-223 Rb-82 Sm-153 Tc-99m Tl-201 Xe-133"
)
_INDUSTRIAL = (
    "Am-241 Ba-133 Bi-207 Cd-109 Co-57 Co-58 Co-60 Cs-134 Cs-137 Eu-152 Eu-154 Ir-192 Mn-54 "
    "Na-22 Se-75 Yb-169 Y-88 Zn-65"
)
CATEGORIES: dict[str, tuple[str, ...]] = {
    "norm": ("K-40", "Ra-226", "Th-232", "U-238", "Lu-176", "La-138"),
    "medical": tuple(_MEDICAL.split()),
    "industrial": tuple(_INDUSTRIAL.split()),
    "nuclear": ("U-232", "U-235", "Np-237", "Pu-239"),
}


def rows() -> Iterator[tuple[str, str, float, float]]:
    """(nuclide, category, energy in keV, photons per decay of the parent)."""
    import actigamma  # noqa: PLC0415 - needed for this command alone

    database = actigamma.Decay2012Database()
    for category, names in CATEGORIES.items():
        for name in names:
            members = CHAINS.get(name, {name.replace("-", ""): 1.0})
            lines = [
                line
                for member, branch in members.items()
                for line in _lines(database, member, branch)
            ]
            strongest = max((share for _, share in lines), default=0)
            for energy, share in sorted(lines):
                if share >= LOWEST_SHARE * strongest:
                    yield name, category, round(energy, 2), round(share, 7)


def _lines(database: Any, member: str, branch: float) -> Iterator[tuple[float, float]]:
    stored = database.raw[member]
    for kind in ("gamma", "x-ray"):
        lines = stored.get(kind, {}).get("lines")
        if lines is None:
            continue
        for energy, share, norm in zip(
            lines["energies"], lines["intensities"], lines["norms"], strict=True
        ):
            if energy / 1000 >= LOWEST_KEV and share > 0:
                yield float(energy) / 1000, float(share) * float(norm) * branch


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    with parser.parse_args().out.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(("nuclide", "category", "energy_kev", "per_decay"))
        out.writerows(rows())


if __name__ == "__main__":
    main()
