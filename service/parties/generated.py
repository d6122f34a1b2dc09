"""Pairs of names made up for evaluation: the same party written twice, and look-alikes.

The spellings out of other alphabets come from tables of several offices (passports, newspapers,
German, French), not from the table that `to_latin` uses, or the comparison would grade itself.
Two parts that share no stem and no personal name: one to fit on, one to measure on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache

import numpy as np
from rapidfuzz.distance import Levenshtein

from service.csv_table import read_csv_file
from service.parties.names import DATA
from service.parties.transliterate import Script, script_of


class Part(StrEnum):
    FIT = "fit"
    MEASURE = "measure"


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """`kind` says what was done to the name, or what makes the look-alike another party."""

    one: str
    other: str
    same: bool
    kind: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Word:
    kind: str
    script: Script
    spellings: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Party:
    """What a name is made of; `given` and `family` for a person, else `stem` and the rest."""

    stem: _Word | None = None
    given: _Word | None = None
    family: _Word | None = None
    meaning: int | None = None
    number: int | None = None
    town: _Word | None = None
    form: str | None = None


# Letter by letter, all the ways that offices and newspapers write it.
_CYRILLIC = {
    "а": "a", "б": "b", "в": "v|w", "г": "g|h", "д": "d", "е": "e|ye", "ё": "e|yo|jo",
    "є": "ye|ie", "ж": "zh|j|sch", "з": "z|s", "и": "i|y", "і": "i", "ї": "yi|i", "й": "y|i|j|",
    "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s|ss", "т": "t",
    "у": "u|ou", "ф": "f", "х": "kh|h|ch", "ц": "ts|c|tz", "ч": "ch|tch|tsch", "ш": "sh|ch|sch",
    "щ": "shch|sch|sht", "ъ": "|a", "ы": "y|i", "ь": "||'", "э": "e", "ю": "yu|iu|ju",
    "я": "ya|ia|ja",
}  # fmt: skip
_GREEK = {
    "ου": "ou|u", "αι": "ai|e", "ει": "ei|i", "οι": "oi|i", "αυ": "av|au|af", "ευ": "ev|eu|ef",
    "μπ": "b|mp", "ντ": "d|nt", "γκ": "g|gk", "γγ": "ng|gg", "τσ": "ts", "τζ": "tz|dj",
    "α": "a", "β": "v|b", "γ": "g|y", "δ": "d", "ε": "e", "ζ": "z", "η": "i|e", "θ": "th",
    "ι": "i", "κ": "k|c", "λ": "l", "μ": "m", "ν": "n", "ξ": "x|ks", "ο": "o", "π": "p", "ρ": "r",
    "σ": "s", "ς": "s", "τ": "t", "υ": "y|i", "φ": "f|ph", "χ": "ch|h|x", "ψ": "ps", "ω": "o",
}  # fmt: skip
_SYLLABLES = (
    "ba be bo da de do fa fe fi ga go gu ka ke ko la le li lo ma me mi mo na ne ni no pa pe po ra "
    "re ri ro sa se si so ta te ti to va ve vi vo za ze zo"
)
_ACCENTS = str.maketrans("άέήίόύώϊϋΐΰ", "αεηιουωιυιυ")
# One meaning a row: English, German, Russian, Greek, Arabic, Chinese; short forms after a bar.
_MEANINGS = (
    ("Trading|Trdg", "Handel", "Торговля", "Εμπορική", "للتجارة", "贸易"),
    ("Logistics|Log.", "Logistik", "Логистика", "Λογιστικής", "لوجستيات", "物流"),
    ("Shipping|Shpg", "Schiffahrt", "Морская", "Ναυτιλιακή", "للملاحة", "海运"),
    ("Transport|Transp.", "Transporte", "Транспорт", "Μεταφορές", "للنقل", "运输"),
    ("Foods|Food", "Lebensmittel", "Продовольствие", "Τρόφιμα", "للأغذية", "食品"),
    ("Industries|Ind.", "Industrie", "Промышленность", "Βιομηχανία", "للصناعات", "工业"),
    ("Technology|Tech", "Technologie", "Технологии", "Τεχνολογία", "تكنولوجيا", "科技"),
    ("Construction|Constr.", "Bau", "Строительство", "Κατασκευές", "مقاولات", "建设"),
    ("International|Intl", "International", "Международная", "Διεθνής", "العالمية", "国际"),
)
_MEANING_PLACE = {
    Script.LATIN: 0,
    Script.CYRILLIC: 2,
    Script.GREEK: 3,
    Script.ARABIC: 4,
    Script.HAN: 5,
}
_FORMS = {
    "private": {
        Script.LATIN: ("GmbH", "G.m.b.H.", "Ltd", "Limited", "S.r.l.", "SARL", "Sp. z o.o.", "LLC"),
        Script.CYRILLIC: ("ООО", "Общество с ограниченной ответственностью"),
        Script.GREEK: ("Ε.Π.Ε.", "ΕΠΕ", "Ι.Κ.Ε."),
        Script.ARABIC: ("ذ.م.م", "المحدودة"),
        Script.HAN: ("有限公司",),
    },
    "public": {
        Script.LATIN: ("AG", "Aktiengesellschaft", "S.A.", "PLC", "JSC"),
        Script.CYRILLIC: ("АО", "ПАО", "Акционерное общество"),
        Script.GREEK: ("Α.Ε.", "ΑΕ", "Ανώνυμη Εταιρεία"),
        Script.ARABIC: ("ش.م.م",),
        Script.HAN: ("股份有限公司",),
    },
}
_LATIN_FAMILIES = (
    ("GmbH", "G.m.b.H.", "mbH"),
    ("Ltd", "Limited", "Co. Ltd.", "LTD."),
    ("S.r.l.", "SRL"),
    ("SARL", "S.A.R.L."),
    ("Sp. z o.o.", "SP Z OO"),
    ("LLC", "L.L.C."),
    ("AG", "Aktiengesellschaft"),
    ("S.A.", "SA"),
    ("PLC", "P.L.C."),
    ("JSC", "Joint Stock Company"),
)


@cache
def _words(part: Part) -> tuple[_Word, ...]:
    """The half of the made-up words that this part may use; towns are in both."""
    rows = read_csv_file(DATA / "made_up_names.csv", columns=("kind", "script", "spellings"))
    words = (
        _Word(
            kind=row["kind"],
            script=Script(row["script"]),
            spellings=tuple(row["spellings"].split("|")),
        )
        for row in rows
    )
    return tuple(w for w in words if w.kind == "town" or _part_of(w.spellings[0]) is part)


def _part_of(word: str) -> Part:
    odd = hashlib.sha256(word.encode()).digest()[0] % 2
    return Part.MEASURE if odd else Part.FIT


class NameGenerator:
    """Makes pairs; the same part and seed make the same pairs."""

    def __init__(self, part: Part, *, seed: int) -> None:
        self._rng = np.random.default_rng([seed, part is Part.MEASURE])
        self._by_kind: dict[str, list[_Word]] = {}
        for word in _words(part):
            self._by_kind.setdefault(word.kind, []).append(word)

    def pairs(self, count: int, *, same_share: float = 0.3) -> list[Pair]:
        """`count` pairs, `same_share` of them one party."""
        return [
            self._same() if self._rng.random() < same_share else self._look_alike()
            for _ in range(count)
        ]

    def register(self, count: int) -> list[str]:
        """Names for a register to search in; each has a word of its own."""
        return [f"{self._invented()} {self._write(self._party(), True)}" for _ in range(count)]

    def parties(self, count: int) -> list[tuple[str, bool]]:
        """(name, whether it is a person's) in the scripts that parties write themselves in."""
        made = []
        for _ in range(count):
            party = self._party()
            name = self._write(party, self._chance(0.3), again=self._chance(0.5))
            made.append((name, party.given is not None))
        return made

    def sought(self) -> tuple[str, str]:
        """One party as registered and as asked for."""
        pair, word = self._same(), self._invented()
        asked = self._slip(word) if self._chance(0.3) else word
        return f"{word} {pair.one}", f"{asked.upper()} {pair.other}"

    def _invented(self) -> str:
        count = int(self._rng.integers(3, 5))
        return "".join(
            str(part) for part in self._rng.choice(_SYLLABLES.split(), size=count)
        ).title()

    def _chance(self, share: float) -> bool:
        return bool(self._rng.random() < share)

    def _pick(self, kind: str, script: Script | None = None) -> _Word:
        words = [w for w in self._by_kind[kind] if script is None or w.script is script]
        return words[int(self._rng.integers(len(words)))]

    def _other(self, word: _Word) -> _Word:
        """Another word of the kind and script; half the time the one most like it."""
        words = [
            w for w in self._by_kind[word.kind] if w.script is word.script and w is not word
        ] or [w for w in self._by_kind[word.kind] if w is not word]
        if self._chance(0.5):
            return min(words, key=lambda w: Levenshtein.distance(w.spellings[0], word.spellings[0]))
        return words[int(self._rng.integers(len(words)))]

    def _party(self) -> _Party:
        if self._chance(0.3):
            given = self._pick("given")
            family = self._pick("family", given.script)
            return _Party(given=given, family=family)
        stem = self._pick("stem")
        towns = [t for t in self._by_kind["town"] if t.script is stem.script]
        return _Party(
            stem=stem,
            meaning=int(self._rng.integers(len(_MEANINGS))) if self._chance(0.7) else None,
            number=int(self._rng.integers(1, 13)) if self._chance(0.12) else None,
            town=self._pick("town", stem.script) if towns and self._chance(0.2) else None,
            form=("private", "public")[int(self._chance(0.3))] if self._chance(0.85) else None,
        )

    def _same(self) -> Pair:
        party = self._party()
        one = self._write(party, self._chance(0.3))
        latin = script_of(one) is Script.LATIN or self._chance(0.6)
        other = self._write(party, latin, again=True)
        done = "other alphabet" if script_of(one) is not script_of(other) else "rewritten"
        if party.stem is None and self._chance(0.25):
            other, done = self._initial(party, latin=latin), "initial"
        elif self._chance(0.35) and script_of(other) is not Script.HAN:
            other, done = self._slip(other), f"{done}, misspelt"
        return Pair(one=one, other=other, same=True, kind=done)

    def _initial(self, party: _Party, *, latin: bool) -> str:
        if party.given is None or party.family is None:
            raise ValueError("only a person has initials")
        given = self._spell(party.given, latin=latin)
        given = given.split(" ")[-1] if given.lower().startswith(("al ", "el ")) else given
        return f"{given[0]}. {self._spell(party.family, latin=latin)}"

    def _look_alike(self) -> Pair:
        party = self._party()
        changed, kind = self._change(party)
        latin = self._chance(0.4)
        one = self._write(party, latin)
        # Two companies that differ in nothing but a form which is not written cannot be told.
        whole = kind == "other legal form"
        other = self._write(changed, latin or self._chance(0.3), again=True, whole=whole)
        return Pair(one=one, other=other, same=False, kind=kind)

    def _change(self, party: _Party) -> tuple[_Party, str]:
        if party.given is not None and party.family is not None:
            if self._chance(0.5):
                return replace(party, given=self._other(party.given)), "other given name"
            return replace(party, family=self._other(party.family)), "other family name"
        changes: list[Callable[[], tuple[_Party, str]]] = [
            lambda: (replace(party, stem=self._other(_there(party.stem))), "other stem")
        ]
        if party.meaning is not None:
            step = int(self._rng.integers(1, len(_MEANINGS)))
            meaning = (party.meaning + step) % len(_MEANINGS)
            changes.append(lambda: (replace(party, meaning=meaning), "sister company"))
        if party.town is not None:
            changes += [
                lambda: (replace(party, town=self._other(_there(party.town))), "branch")
            ] * 2
        if party.number is not None:
            number = party.number % 12 + 1
            changes += [lambda: (replace(party, number=number), "other number")] * 2
        if party.form is not None:
            form = "public" if party.form == "private" else "private"
            changes.append(lambda: (replace(party, form=form), "other legal form"))
        return changes[int(self._rng.integers(len(changes)))]()

    def _write(
        self,
        party: _Party,
        latin: bool,
        *,
        again: bool = False,
        whole: bool = False,
    ) -> str:
        """The party's name; `again` with the liberties of a second hand, `whole` with its form."""
        if party.given is not None and party.family is not None:
            words = [self._spell(w, latin=latin) for w in (party.given, party.family)]
            if self._chance(0.4):
                text = f"{words[1]}{', ' if self._chance(0.3) else ' '}{words[0]}"
            else:
                text = " ".join(words)
        else:
            text = self._company(party, latin=latin, again=again, whole=whole)
        return text.upper() if again and self._chance(0.4) else text

    def _company(self, party: _Party, *, latin: bool, again: bool, whole: bool) -> str:
        stem = _there(party.stem)
        script = Script.LATIN if latin else stem.script
        words = [self._spell(stem, latin=latin)]
        if party.meaning is not None:
            spelt = _MEANINGS[party.meaning][_MEANING_PLACE[script]].split("|")
            short = again and len(spelt) > 1 and self._chance(0.25)
            words.append(spelt[-1] if short else spelt[0])
        if party.number is not None:
            words.insert(1, str(party.number))
        if party.town is not None:
            words.append(self._spell(party.town, latin=latin))
        if party.form is not None and (whole or not (again and self._chance(0.25))):
            forms = _FORMS[party.form][script]
            form = forms[_steady(stem.spellings[0], len(forms))]
            if again and script is Script.LATIN:
                family = next((f for f in _LATIN_FAMILIES if form in f), (form,))
                form = family[int(self._rng.integers(len(family)))]
            first = script is Script.CYRILLIC or (script is Script.ARABIC and self._chance(0.2))
            words = [form, *words] if first else [*words, form]
        return ("" if script is Script.HAN else " ").join(words)

    def _spell(self, word: _Word, *, latin: bool) -> str:
        if not latin or word.script is Script.LATIN:
            spellings = word.spellings if word.script is Script.LATIN else word.spellings[:1]
            return spellings[int(self._rng.integers(len(spellings)))]
        if word.script is Script.CYRILLIC:
            return self._by_letters(word.spellings[0], _CYRILLIC)
        if word.script is Script.GREEK:
            return self._by_letters(word.spellings[0].lower().translate(_ACCENTS), _GREEK)
        spellings = word.spellings[1:]
        return spellings[int(self._rng.integers(len(spellings)))]

    def _by_letters(self, text: str, table: dict[str, str]) -> str:
        lower, made, at = text.lower(), [], 0
        while at < len(lower):
            pair = lower[at : at + 2]
            letters = pair if pair in table and len(pair) == 2 else lower[at]  # noqa: PLR2004
            ways = table.get(letters, letters).split("|")
            # The first way is the commonest.
            made.append(ways[0] if self._chance(0.6) else ways[int(self._rng.integers(len(ways)))])
            at += len(letters)
        return "".join(made).title()

    def _slip(self, text: str) -> str:
        words = text.split(" ")
        long = [at for at, word in enumerate(words) if len(word) > 5 and word.isalpha()]  # noqa: PLR2004
        if not long:
            return text
        at = long[int(self._rng.integers(len(long)))]
        word = words[at]
        letter = int(self._rng.integers(1, len(word) - 1))
        slips = (
            word[:letter] + word[letter + 1 :],
            word[:letter] + word[letter] + word[letter:],
            word[:letter] + word[letter + 1] + word[letter] + word[letter + 2 :],
            word[:letter] + word[letter - 1] + word[letter + 1 :],
        )
        words[at] = slips[int(self._rng.integers(len(slips)))]
        return " ".join(words)


def _there(word: _Word | None) -> _Word:
    if word is None:
        raise ValueError("a company has a stem")
    return word


def _steady(text: str, count: int) -> int:
    """Always the same form for one stem: the register knows one."""
    return hashlib.sha256(text.encode()).digest()[1] % count
