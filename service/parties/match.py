"""Whether two names may be one party: a score, a probability, and abstention in between.

What speaks against counts more than what speaks for. Sisters ("Alfa Shipping", "Alfa Trading"),
branches ("Meyer Hamburg", "Meyer Bremen") and numbered ships ("Star 3", "Star 5") share almost
every letter and are not one party; a spelling out of another alphabet shares hardly any and is.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import Indel, JaroWinkler

from service.parties.names import DATA, LegalKind, NameWord, PartyName, joined_sound, parse_name
from service.parties.transliterate import Script

UNVOWELLED = frozenset({Script.ARABIC})
ALIKE = 0.82
"""Words less alike than this are different words."""
BONES_TRUST = 0.92
SHORTEST_PREFIX = 3
SAME_JOINED = 0.9
SAME_GENERIC = 0.8
SHORT_WORD = 4
"""Words up to this long are one word only where they sound the same."""


class Verdict(StrEnum):
    SAME = "same"
    DIFFERENT = "different"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, kw_only=True, slots=True)
class NameEvidence:
    """What was found when two names were laid side by side; shares are of letters, in [0, 1]."""

    alike: float
    worst: float
    left_alike: float
    left_over: float
    left_over_both: float
    meanings_differ: bool
    meanings_missing: bool
    numbers_differ: bool
    forms_differ: bool
    forms_missing: bool
    other_script: bool
    initials_used: bool
    words: int

    def vector(self) -> npt.NDArray[np.float64]:
        """(14,): a constant and thirteen features, in the order of `FEATURES`."""
        return np.array(
            [
                1.0,
                self.alike,
                self.worst,
                self.left_alike,
                self.left_over,
                self.left_over_both,
                self.meanings_differ,
                self.meanings_missing,
                self.numbers_differ,
                self.forms_differ,
                self.forms_missing,
                self.other_script,
                self.initials_used,
                math.log(self.words),
            ],
            dtype=np.float64,
        )


# Which way each feature may count: what speaks for a match never counts against it.
SIGNS = (0, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1, 0, -1, 1)
FEATURES = (
    "constant",
    "alike",
    "worst",
    "left_alike",
    "left_over",
    "left_over_both",
    "meanings_differ",
    "meanings_missing",
    "numbers_differ",
    "forms_differ",
    "forms_missing",
    "other_script",
    "initials_used",
    "log_words",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class NameCalibration:
    """Logistic weights, and the probabilities at which a pair is the same or is different."""

    weights: tuple[float, ...]
    same_from: float
    different_to: float
    _array: npt.NDArray[np.float64] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_array", np.array(self.weights))

    def probability(self, evidence: NameEvidence) -> float:
        logit = float(self._array @ evidence.vector())
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))


@cache
def shipped_name_calibration() -> NameCalibration:
    """The weights fitted by `tallyman evaluate names --calibrate`; the file says on what."""
    stored = json.loads((DATA / "name_calibration.json").read_text(encoding="utf-8"))
    return NameCalibration(
        weights=tuple(float(stored["weights"][name]) for name in FEATURES),
        same_from=float(stored["same_from"]),
        different_to=float(stored["different_to"]),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class NameMatch:
    """The answer for two names; `reasons` are short sentences, the weightiest first."""

    verdict: Verdict
    probability: float
    reasons: tuple[str, ...]


def match_names(one: str, other: str) -> NameMatch:
    """Compare two names as written, with the shipped calibration."""
    return compare(parse_name(one), parse_name(other), shipped_name_calibration())


def compare(one: PartyName, other: PartyName, calibration: NameCalibration) -> NameMatch:
    """Compare two names taken apart."""
    if not one.core or not other.core:
        return NameMatch(
            verdict=Verdict.CANNOT_TELL, probability=0.5, reasons=("A name has no words.",)
        )
    evidence = lay(one, other)
    probability = calibration.probability(evidence)
    if probability >= calibration.same_from:
        verdict = Verdict.SAME
    elif probability <= calibration.different_to:
        verdict = Verdict.DIFFERENT
    else:
        verdict = Verdict.CANNOT_TELL
    return NameMatch(
        verdict=verdict, probability=probability, reasons=_reasons(one, other, evidence)
    )


def lay(one: PartyName, other: PartyName) -> NameEvidence:
    """Pair the words of two names, best first, and say what was left over."""
    bones = one.script in UNVOWELLED or other.script in UNVOWELLED
    pairs = _pair(one.core, other.core, bones=bones)
    used_one = {at for at, _, _ in pairs}
    used_other = {at for _, at, _ in pairs}
    left_one = [word for at, word in enumerate(one.core) if at not in used_one]
    left_other = [word for at, word in enumerate(other.core) if at not in used_other]
    generic_one, generic_other = list(one.generic), list(other.generic)
    joined = _joined(one, other, bones=bones)
    # The same letters cut into other words: Sea Trade and Seatrade, Van Dijk and Vandijk.
    if joined >= SAME_JOINED or _left_alike(left_one, left_other) >= SAME_JOINED:
        left_one, left_other = [], []
    elif not (one.meanings - other.meanings and other.meanings - one.meanings):
        whole = Indel.normalized_similarity(one.written, other.written)
        if whole >= SAME_JOINED:
            left_one, left_other, generic_one, generic_other = [], [], [], []
    _spend_short_forms(left_one, generic_other)
    _spend_short_forms(left_other, generic_one)
    initials = _spend_initials(one, left_other) + _spend_initials(other, left_one)
    weights = [len(one.core[at].sound) + len(other.core[to].sound) for at, to, _ in pairs]
    alike = sum(w * s for w, (_, _, s) in zip(weights, pairs, strict=True)) / max(sum(weights), 1)
    left_alike = _left_alike(left_one, left_other)
    meanings_one = {word.meaning for word in generic_one}
    meanings_other = {word.meaning for word in generic_other}
    known_one = {word.meaning for word in one.core} | meanings_one
    known_other = {word.meaning for word in other.core} | meanings_other
    only_one = meanings_one - known_other
    only_other = meanings_other - known_one
    if bool(left_one) != bool(left_other):
        # What one says in a word that no table knows, and the other in a word that one does.
        left_one += [word for word in generic_one if left_other and word.meaning in only_one]
        left_other += [word for word in generic_other if left_one and word.meaning in only_other]
    over_one = _over(left_one, one.core)
    over_other = _over(left_other, other.core)
    return NameEvidence(
        alike=alike if pairs else joined,
        worst=min((s for _, _, s in pairs), default=1.0),
        left_alike=left_alike,
        left_over=max(over_one, over_other),
        left_over_both=min(over_one, over_other),
        meanings_differ=bool(only_one and only_other),
        meanings_missing=bool(only_one) != bool(only_other),
        numbers_differ=one.numbers != other.numbers,
        forms_differ=_forms_differ(one, other),
        forms_missing=not one.kinds or not other.kinds,
        other_script=one.script is not other.script,
        initials_used=initials > 0,
        words=max(len(one.core), len(other.core)),
    )


def _over(left: Sequence[NameWord], core: Sequence[NameWord]) -> float:
    """What share of a name is left over, by letters or by words, whichever is more."""
    letters = sum(len(word.sound) for word in left) / max(sum(len(w.sound) for w in core), 1)
    return min(1.0, max(letters, len(left) / max(len(core), 1)))


def _left_alike(ours: Sequence[NameWord], theirs: Sequence[NameWord]) -> float:
    """How alike the words that found no partner are, run together; 0 where a side has none."""
    if not ours or not theirs:
        return 0.0
    return float(Indel.normalized_similarity(joined_sound(ours), joined_sound(theirs)))


def _spend_short_forms(left: list[NameWord], generic: list[NameWord]) -> None:
    """Take off words that are a generic word of the other name, shortened or misspelt."""
    for word in list(left):
        found = next((g for g in generic if _shortens(word.latin, g.latin)), None)
        if found is not None:
            left.remove(word)
            generic.remove(found)


def _shortens(short: str, long: str) -> bool:
    """Trdg for Trading, Intl for International, Log for Logistics; or Tarding, by mistake."""
    if len(short) < SHORTEST_PREFIX or short[0] != long[0]:
        return False
    if long.startswith(short):
        return True
    if Indel.normalized_similarity(short, long) >= SAME_GENERIC:
        return True
    if any(letter in "aeiou" for letter in short):
        return False
    letters = iter(long)
    return all(letter in letters for letter in short)


def _pair(
    ours: Sequence[NameWord], theirs: Sequence[NameWord], *, bones: bool
) -> list[tuple[int, int, float]]:
    """(our place, their place, likeness) of words that may be one, each used once, best first."""
    likely = [
        (alike, at, to)
        for at, our in enumerate(ours)
        for to, their in enumerate(theirs)
        if (alike := word_alike(our, their, bones=bones)) >= ALIKE
    ]
    likely.sort(key=lambda item: (-item[0], abs(item[1] - item[2]), item[1]))
    pairs: list[tuple[int, int, float]] = []
    for alike, at, to in likely:
        if all(at != a and to != t for a, t, _ in pairs):
            pairs.append((at, to, alike))
    return pairs


def word_alike(our: NameWord, their: NameWord, *, bones: bool) -> float:
    """How alike two words are by sound, 1 for the same; by consonants alone where `bones`."""
    if our.sound == their.sound:
        return 1.0
    if our.meaning is not None and our.meaning == their.meaning:
        return 1.0
    if bones and len(our.bones) > 1 and our.bones == their.bones:
        return BONES_TRUST
    if min(len(our.sound), len(their.sound)) < SHORT_WORD:
        return 0.0
    alike = JaroWinkler.similarity(our.sound, their.sound, score_cutoff=ALIKE)
    letters = Indel.normalized_similarity(our.sound, their.sound)
    # Jaro-Winkler forgives too much in short words, letters in common order too little in long.
    alike = min(alike, letters + 0.12)
    if bones and len(our.bones) > SHORT_WORD - 2:
        alike = max(alike, BONES_TRUST * Indel.normalized_similarity(our.bones, their.bones))
    return float(alike)


def _joined(one: PartyName, other: PartyName, *, bones: bool) -> float:
    """Likeness of the core words run together, in either order."""
    ours, theirs = one.joined, other.joined
    alike = Indel.normalized_similarity(ours, theirs)
    if alike < ALIKE:
        turned = ("".join(sorted(word.sound for word in name.core)) for name in (one, other))
        alike = max(alike, Indel.normalized_similarity(*turned))
    if bones:
        bare = Indel.normalized_similarity(
            "".join(word.bones for word in one.core), "".join(word.bones for word in other.core)
        )
        alike = max(alike, BONES_TRUST * bare)
    return float(alike)


def _spend_initials(name: PartyName, left: list[NameWord]) -> int:
    """Take words off `left` that initials of the other name stand for; how many."""
    spent = 0
    for initial in name.initials:
        found = next((word for word in left if word.latin.startswith(initial)), None)
        if found is None:
            # Я. is Ya., Iu. or Yu.: the sound of the first letters decides.
            found = next((word for word in left if word.sound[:1] == initial[:1]), None)
        if found is not None:
            left.remove(found)
            spent += 1
    return spent


def _forms_differ(one: PartyName, other: PartyName) -> bool:
    if not one.kinds or not other.kinds:
        return False
    if LegalKind.ANY in one.kinds | other.kinds:
        return False
    wide = {LegalKind.PRIVATE, LegalKind.PUBLIC}
    kinds_one = one.kinds | (wide if LegalKind.CORPORATION in one.kinds else frozenset())
    kinds_other = other.kinds | (wide if LegalKind.CORPORATION in other.kinds else frozenset())
    return not kinds_one & kinds_other


def _reasons(one: PartyName, other: PartyName, evidence: NameEvidence) -> tuple[str, ...]:
    said = []
    if evidence.numbers_differ:
        said.append(f"Numbers differ: {_list(one.numbers)} and {_list(other.numbers)}.")
    if evidence.meanings_differ:
        only = sorted(one.meanings - other.meanings), sorted(other.meanings - one.meanings)
        said.append(f"One says {', '.join(only[0])}, the other {', '.join(only[1])}.")
    if evidence.left_over_both > 0:
        said.append("Each name has words that the other has not.")
    elif evidence.left_over > 0:
        said.append("One name has words more.")
    if evidence.forms_differ:
        said.append(f"Legal forms differ: {one.form} and {other.form}.")
    if evidence.worst < 1 and evidence.left_over_both == 0:
        said.append(f"The words are alike to {evidence.alike:.0%}.")
    return tuple(said) or ("The same words.",)


def _list(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers)) or "none"
