"""What the labels of spectra mean in the terms of our answers."""

from __future__ import annotations

import re

UNSTATED = "UNSTATED"
# As the shared set's README explains; daughters stand for what feeds them.
SAME = {"Rn-222": "Ra-226", "Y-90": "Sr-90", "Ge-68": "Ga-68"}
ELEMENTS = {
    "U": frozenset({"U-233", "U-235", "U-238"}),
    "Pu": frozenset({"Pu-238", "Pu-239", "Am-241"}),
}
KINDS = {
    "CsI": ("csi", "radiacode"),
    "LaBr": ("labr",),
    "CZT": ("czt", "h3d"),
    "HPGe": ("hpge", "detective", "fulcrum"),
    "NaI": ("nai", "identifinder", "radeagle"),
}
_ROW = re.compile(r"([A-Z][a-z]?)(\d+m?)")


def kind_of(*words: str) -> str:
    """The kind of detector that a file or its label speaks of, or "other"."""
    said = " ".join(words).lower()
    for kind, names in KINDS.items():
        if any(name in said for name in names):
            return kind
    return "other"


def meaning(labels: list[str]) -> set[str]:
    """Labels as nuclides that can be answered."""
    return {SAME.get(label, label) for label in labels}


def of_row(name: str) -> list[str]:
    """The nuclides that a simulated row, such as `Cs137_Shielded`, is named after."""
    source = name.split("_", maxsplit=1)[0]
    if source == "background":
        return []
    if source == "Uore":
        return ["U-238", "Ra-226"]
    match = _ROW.match(source)
    if match is None:
        return [source]
    element, mass = match.groups()
    if (element, mass) == ("Pu", "239") or name.startswith("U235_Unshielded_"):
        # Material of mixed isotopes: the name says the element.
        return [element]
    more = ["Tl-202"] if source.endswith("wTl202") else []
    return [f"{element}-{mass}", *more]


def matched(expected: set[str], read: set[str]) -> tuple[set[str], set[str]]:
    """(labels met, answers that no label covers). An element is met by any of its isotopes."""
    met, left = set(), set(read)
    for label in expected:
        options = ELEMENTS.get(label, frozenset({label}))
        if options & read:
            met.add(label)
            left -= options
    return met, left
