"""What manifests do to a description: counts, packing, spelling mistakes, lost accents, brands.

For fitting and testing the goods text search on more than clean words. Seeded by its generator.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import numpy as np

_FRAMES = (
    "{}",
    "{}",
    "1X40HC STC {count} PLTS {}",
    "{count} CTNS {}",
    "{count} PKGS OF {} NET WT {kg} KGS",
    "{} {kg} KG BAGS",
    "2X20DV {}",
    "{} - {count} PALLETS",
    "{} HS CODE AS DECLARED",
    "{} PO {reference}",
    "{} {brand}",
    "{brand} {}",
    "{count} x {kg}kg {}",
)
_SYLLABLES = "ka lo mi ten dur vex pra sol nim bru tar oz fen qui ral".split()  # noqa: SIM905
SHORTEST_MISSPELT = 5


def decorate(term: str, rng: np.random.Generator) -> str:
    """A term as a manifest may write it: framed, now and then misspelt, upper-cased or bared."""
    text = term
    if rng.random() < 0.3:  # noqa: PLR2004
        text = misspell(text, rng)
    if rng.random() < 0.3:  # noqa: PLR2004
        text = without_accents(text)
    if rng.random() < 0.5:  # noqa: PLR2004
        text = text.upper()
    frame = _FRAMES[int(rng.integers(len(_FRAMES)))]
    return frame.format(
        text,
        count=int(rng.integers(2, 1500)),
        kg=int(rng.integers(1, 26_000)),
        reference=int(rng.integers(10**6, 10**9)),
        brand=nonsense(rng).title(),
    )


def misspell(text: str, rng: np.random.Generator) -> str:
    """One letter of one longer word lost, doubled, replaced or swapped with its neighbour."""
    words = text.split(" ")
    places = [at for at, word in enumerate(words) if len(word) >= SHORTEST_MISSPELT]
    if not places:
        return text
    at = int(rng.choice(places))
    word = words[at]
    # The first letter is seldom the wrong one.
    letter = int(rng.integers(1, len(word) - 1))
    other = word[int(rng.integers(len(word)))]
    slips: tuple[Callable[[], str], ...] = (
        lambda: word[:letter] + word[letter + 1 :],
        lambda: word[:letter] + word[letter] + word[letter:],
        lambda: word[:letter] + other + word[letter + 1 :],
        lambda: word[:letter] + word[letter + 1] + word[letter] + word[letter + 2 :],
    )
    words[at] = slips[int(rng.integers(len(slips)))]()
    return " ".join(words)


def without_accents(text: str) -> str:
    """As keyboards without accents write it; letters that are no accented ones stay."""
    parts = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", "".join(c for c in parts if not _is_accent(c)))


def _is_accent(char: str) -> bool:
    # Combining marks of Latin, Greek and Cyrillic; kana and Arabic marks are letters of their own.
    return "\u0300" <= char <= "\u036f"


def nonsense(rng: np.random.Generator) -> str:
    """A word of no language, like a brand that no table has."""
    return "".join(str(part) for part in rng.choice(_SYLLABLES, size=int(rng.integers(2, 5))))
