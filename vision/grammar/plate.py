"""Shapes of licence plates by country, from the registers' public rules. L letter, D digit."""

from __future__ import annotations

import re
from dataclasses import dataclass

LETTER_FOR = {"0": "O", "1": "I", "2": "Z", "4": "A", "5": "S", "6": "G", "8": "B", "7": "T"}
DIGIT_FOR = {
    "O": "0", "Q": "0", "D": "0", "I": "1", "L": "1", "Z": "2", "A": "4", "S": "5", "G": "6",
    "T": "7", "B": "8",
}  # fmt: skip

SHAPES: dict[str, tuple[str, ...]] = {
    "RO": ("LLDDLLL", "LDDLLL", "LDDDLLL"),
    "SK": ("LLDDDLL",),
    "BR": ("LLLDDDD", "LLLDLDD"),
    "CZ": ("DLDDDDD",),
    "GB": ("LLDDLLL",),
    "NO": ("LLDDDDD",),
    "PL": ("LLDDDDD", "LLLDDDD", "LLLDDLL"),
    "DE": ("LLLDDDD", "LLLLDDD", "LLLLDDDD", "LLDDDD", "LLLDDD"),
    "FR": ("LLDDDLL",),
    "IT": ("LLDDDLL",),
    "HU": ("LLLDDD", "LLLLDDD"),
    # Of the states' passenger series: CA, NY and many more, FL, MO, NJ, MI.
    "US": ("DLLLDDD", "LLLDDDD", "DDDLLL", "LLLDDD", "LLLLDD", "LLDLDL", "LDDLLL", "DLLLDD"),
    "AT": ("LLDDDLL", "LDDDDLL"),
}
MIN_LENGTH, MAX_LENGTH = 4, 8
_NOT_CODE = re.compile(r"[^A-Z0-9]")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlateFit:
    """`countries` are those whose plates can look so; `replaced` counts look-alikes put right."""

    text: str
    countries: tuple[str, ...]
    replaced: int


def normalise_plate(text: str) -> str:
    """Upper case, letters and digits only: how papers, registers and readings are compared."""
    return _NOT_CODE.sub("", text.upper())


def fit(text: str, *, max_replaced: int = 1) -> PlateFit | None:
    """The best shape for a text; None if it fits none.

    Ties go to fewer replacements. A text that fits as it stands is never changed.
    """
    best: dict[str, set[str]] = {}
    fewest = max_replaced + 1
    for country, shapes in SHAPES.items():
        for shape in shapes:
            forced = force(text, shape)
            if forced is None or forced[1] > fewest or forced[1] > max_replaced:
                continue
            if forced[1] < fewest:
                best, fewest = {}, forced[1]
            best.setdefault(forced[0], set()).add(country)
    if not best:
        return None
    chosen = min(best, key=lambda option: (-len(best[option]), option))
    return PlateFit(text=chosen, countries=tuple(sorted(best[chosen])), replaced=fewest)


def force(text: str, shape: str) -> tuple[str, int] | None:
    """`text` in `shape` with look-alikes exchanged, and how many were; None if impossible."""
    if len(text) != len(shape):
        return None
    out, replaced = [], 0
    for char, wanted in zip(text, shape, strict=True):
        right = char.isalpha() if wanted == "L" else char.isdigit()
        if right:
            out.append(char)
            continue
        other = (LETTER_FOR if wanted == "L" else DIGIT_FOR).get(char)
        if other is None:
            return None
        out.append(other)
        replaced += 1
    return "".join(out), replaced


def may_be_plate(text: str) -> bool:
    """Letters and digits, or digits alone, of a length that plates have."""
    digits = sum(char.isdigit() for char in text)
    return MIN_LENGTH <= len(text) <= MAX_LENGTH and digits >= 1 and text.isalnum()
