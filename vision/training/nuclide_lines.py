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

LOWEST_KEV = 10.0
# A line counts against the strongest of its own band: plutonium's hard lines are a thousandth of
# its X-rays and are what is left of it behind a few millimetres of steel.
BANDS_KEV = (0.0, 40.0, 120.0, 300.0, 600.0, 1000.0, 10_000.0)
LOWEST_SHARE_OF_BAND = 0.02
LOWEST_SHARE = 3e-6

HEAVIEST_L_KEV = (12.0, 15.5)

_THORIUM_228 = {"Th228": 1.0, "Ra224": 1.0, "Pb212": 1.0, "Bi212": 1.0, "Tl208": 0.3594}
_URANIUM_235 = {"U235": 1.0, "Th231": 1.0}
# Bq of uranium-235 beside 1 Bq of uranium-238 in natural uranium (0.72 % by mass).
NATURAL_URANIUM_235 = 0.046
CHAINS: dict[str, dict[str, float]] = {
    "Ra-226": {"Ra226": 1, "Pb214": 1, "Bi214": 1, "Pb210": 1},
    "Th-232": {"Ac228": 1, **_THORIUM_228},
    "Th-228": _THORIUM_228,
    "U-238": {
        "Th234": 1,
        "Pa234m": 1,
        **{name: NATURAL_URANIUM_235 * part for name, part in _URANIUM_235.items()},
    },
    "U-235": _URANIUM_235,
    "Cs-137": {"Ba137m": 0.944, "Cs137": 1},
    "Np-237": {"Np237": 1, "Pa233": 1},
    "Mo-99": {"Mo99": 1, "Tc99m": 0.88},
    "Ac-225": {"Ac225": 1, "Fr221": 1, "Bi213": 1, "Tl209": 0.022},
    "Bi-213": {"Bi213": 1, "Tl209": 0.022},
    "U-232": _THORIUM_228,
    "Ra-223": {"Ra223": 1, "Rn219": 1, "Pb211": 1, "Bi211": 1},
    "Lu-177m": {"Lu177m": 1, "Lu177": 0.22},
    "Hg-197m": {"Hg197m": 1, "Hg197": 1},
    "Zr-95": {"Zr95": 1, "Nb95": 1},
    "Ca-47": {"Ca47": 1, "Sc47": 1},
    "Ge-68": {"Ge68": 1, "Ga68": 1},
    "Ru-106": {"Ru106": 1, "Rh106": 1},
    "Ce-144": {"Ce144": 1, "Pr144": 1},
    "Sn-113": {"Sn113": 1, "In113m": 1},
    "Ag-108m": {"Ag108m": 1},
    "At-211": {"At211": 1, "Po211": 0.582},
    "Zr-89": {"Zr89": 1, "Y89m": 0.9987},
}
# K X-rays of uranium that its own gammas excite in thick metal; per decay of uranium-235, rough.
EXCITED: dict[str, tuple[tuple[float, float], ...]] = {
    "U-235": ((94.67, 0.025), (98.44, 0.04), (111.3, 0.015), (114.5, 0.004)),
}
_MEDICAL = (
    "Ac-225 As-72 At-211 Ba-131 Bi-213 Br-76 Ca-47 Cr-51 Cu-64 Cu-67 F-18 Ga-67 Ga-68 Hg-197m "
    "I-123 I-124 I-125 I-131 In-111 Lu-177 Lu-177m Mo-99 Pd-103 Ra-223 Rb-82 Re-186 Re-188 Sc-47 "
    "Sm-153 Sn-117m Tb-161 Tc-99m Tl-200 Tl-201 Tl-202 Xe-131m Xe-133 Zr-89"
)
_INDUSTRIAL = (
    "Ag-108m Ag-110m Am-241 Au-198 Ba-133 Be-7 Bi-207 Br-82 Cd-109 Ce-139 Ce-141 Ce-144 Co-56 "
    "Co-57 Co-58 Co-60 Cs-134 Cs-137 Eu-152 Eu-154 Eu-155 Fe-59 Gd-153 Hg-203 Ho-166m Ir-192 "
    "Kr-85 La-140 Mn-54 Mn-56 Na-22 Nb-94 Rb-86 Ru-106 Sb-124 Sb-125 Sc-46 Se-75 Sn-113 Sr-85 "
    "Ta-182 Th-228 Tm-170 W-187 Yb-169 Y-88 Zn-65 Zr-95"
)
CATEGORIES: dict[str, tuple[str, ...]] = {
    "norm": ("K-40", "Ra-226", "Th-232", "U-238", "Lu-176", "La-138", "Pb-210"),
    "medical": tuple(_MEDICAL.split()),
    "industrial": tuple(_INDUSTRIAL.split()),
    "nuclear": ("U-232", "U-233", "U-235", "Np-237", "Pu-238", "Pu-239"),
}


def rows() -> Iterator[tuple[str, str, float, float]]:
    """(nuclide, category, energy in keV, photons per decay of the parent)."""
    import actigamma  # noqa: PLC0415 - needed for this command alone

    database = actigamma.Decay2012Database()
    for category, names in CATEGORIES.items():
        for name in names:
            members = CHAINS.get(name, {name.replace("-", ""): 1.0})
            lines = sorted(
                line
                for member, branch in members.items()
                for line in _lines(database, member, branch)
            )
            lines = sorted([*lines, *EXCITED.get(name, ())])
            for energy, share in lines:
                if share >= _least(energy, lines):
                    yield name, category, round(energy, 2), float(f"{share:.4g}")


def _least(energy: float, lines: list[tuple[float, float]]) -> float:
    band = max(low for low in BANDS_KEV if energy >= low)
    after = next(high for high in BANDS_KEV if high > energy)
    strongest = max(share for e, share in lines if band <= e < after)
    return max(LOWEST_SHARE_OF_BAND * strongest, LOWEST_SHARE * max(s for _, s in lines))


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
                heavy = kind == "x-ray" and int("".join(filter(str.isdigit, member))) > 200
                yield from _split(
                    float(energy) / 1000, float(share) * float(norm) * branch, heavy=heavy
                )


def _split(energy: float, share: float, *, heavy: bool) -> Iterator[tuple[float, float]]:
    """The source gives all L X-rays of an element as one line, at the energy of L-alpha.

    From radium on, L-beta and L-gamma are a quarter and a half higher and together stronger
    (Storm and Israel 1970, 10.1016/S0092-640X(70)80017-1).
    """
    if heavy and HEAVIEST_L_KEV[0] <= energy <= HEAVIEST_L_KEV[1]:
        for factor, part in ((1.0, 0.43), (1.26, 0.45), (1.49, 0.12)):
            yield energy * factor, share * part
    else:
        yield energy, share


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    with parser.parse_args().out.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(("nuclide", "category", "energy_kev", "per_decay"))
        out.writerows(rows())


if __name__ == "__main__":
    main()
