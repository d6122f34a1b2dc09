"""Natural and legal persons told apart by their names, or not told apart.

For data protection as much as for matching: what may be a person is handled as one. A name alone
often cannot say ("Marina Maria" is a person or a ship); then the answer is "cannot tell".
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from service.csv_table import read_csv_file
from service.parties.names import DATA, LegalKind, PartyName, name_keys, parse_name
from service.parties.transliterate import Script, sound, to_latin

MOST_NAMES = 5
SHORTEST_ENDING_STEM = 2


class PersonKind(StrEnum):
    NATURAL = "natural"
    LEGAL = "legal"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonCheck:
    """`kind` with the sentence for it; a sole trader is a natural person."""

    kind: PersonKind
    reason: str


@cache
def _given_names() -> frozenset[str]:
    rows = read_csv_file(DATA / "given_names.csv", columns=("language", "names"))
    return frozenset(sound(to_latin(name)) for row in rows for name in row["names"].split())


@cache
def _endings() -> tuple[str, ...]:
    rows = read_csv_file(DATA / "surname_endings.csv", columns=("language", "endings"))
    return tuple(ending for row in rows for ending in row["endings"].split())


@cache
def _titles() -> frozenset[str]:
    rows = read_csv_file(DATA / "titles.csv", columns=("language", "words"))
    return frozenset(key for row in rows for key in name_keys(row["words"]))


def tell_person(text: str) -> PersonCheck:
    """Whether a name is of a natural or of a legal person."""
    name = parse_name(text)
    legal = _legal(name)
    if legal is not None:
        return legal
    keys = name_keys(text)
    if keys and keys[0] in _titles():
        return PersonCheck(kind=PersonKind.NATURAL, reason=f"Begins with the title {keys[0]!r}.")
    return _natural(name)


def _legal(name: PartyName) -> PersonCheck | None:
    if LegalKind.SOLE in name.kinds and len(name.kinds) == 1:
        return PersonCheck(kind=PersonKind.NATURAL, reason=f"{name.form}: one person trading.")
    if name.kinds:
        return PersonCheck(kind=PersonKind.LEGAL, reason=f"Has the legal form {name.form}.")
    meanings = sorted(name.meanings | {w.meaning for w in name.core if w.meaning})
    if meanings:
        return PersonCheck(kind=PersonKind.LEGAL, reason=f"Says what it does: {meanings[0]}.")
    if name.numbers:
        return PersonCheck(kind=PersonKind.CANNOT_TELL, reason="A name with a number.")
    return None


def _natural(name: PartyName) -> PersonCheck:
    words = name.core
    if not words or len(words) > MOST_NAMES:
        return PersonCheck(kind=PersonKind.CANNOT_TELL, reason="Not the shape of a name.")
    if name.script in {Script.HAN, Script.KANA, Script.HANGUL}:
        return PersonCheck(kind=PersonKind.CANNOT_TELL, reason="No telling in this script.")
    given = [word.latin for word in words if word.sound in _given_names()]
    family = [word.latin for word in words if _family(word.latin)]
    if given and (len(words) > 1 or name.initials):
        return PersonCheck(kind=PersonKind.NATURAL, reason=f"{given[0]!r} is a given name.")
    if family and (name.initials or len(family) > 1):
        return PersonCheck(
            kind=PersonKind.NATURAL, reason=f"{family[0]!r} is a family name, with a further name."
        )
    reason = "One word alone." if len(words) == 1 else "No given name that the tables know."
    return PersonCheck(kind=PersonKind.CANNOT_TELL, reason=reason)


def _family(latin: str) -> bool:
    return any(
        latin.endswith(ending) and len(latin) >= len(ending) + SHORTEST_ENDING_STEM
        for ending in _endings()
    )
