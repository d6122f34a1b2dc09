"""The word tables of the goods text search: trade terms, vague and packing words, short forms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from service.csv_table import read_csv_file
from service.nomenclature.shipped import DATA, harmonized_system
from service.nomenclature.table import Level

BRAND = "brand"
MOST_THINGS = 6
SHORTEST_THING = 3
HEADING_TEXT = "hs"
"""The `language` of terms cut from the headings' own descriptions, which are English."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Term:
    """A word or phrase of the trade and the heading that it belongs to.

    `ambiguous` where the same word stands under another heading too.
    """

    heading: str
    language: str
    text: str
    ambiguous: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class WordLists:
    """Words as their tables spell them; whoever looks one up folds both sides first.

    `vague_words` name no goods wherever they stand, `vague_phrases` only where they are all that
    is said, `packing_words` count or wrap, `units` go with the number before them, `of_words` stand
    before what only describes further, `abbreviations` are (short, long).
    """

    vague_words: frozenset[str]
    vague_phrases: frozenset[str]
    packing_words: frozenset[str]
    units: frozenset[str]
    of_words: frozenset[str]
    abbreviations: tuple[tuple[str, str], ...]


@cache
def shipped_terms() -> tuple[Term, ...]:
    """Every trade term of the synonym tables, by file name and in the order of the files."""
    terms = []
    for path in sorted((DATA / "synonyms").glob("*.csv")):
        for row in read_csv_file(path, columns=("heading", "language", "term", "ambiguous")):
            if row["ambiguous"] not in {"", "yes"}:
                raise row.wrong(f"ambiguous: expected yes or nothing, got {row['ambiguous']!r}")
            terms.append(
                Term(
                    heading=row["heading"],
                    language=row["language"],
                    text=row["term"],
                    ambiguous=row["ambiguous"] == "yes",
                )
            )
    return tuple(terms)


@cache
def heading_terms() -> tuple[Term, ...]:
    """The descriptions of the headings, whole and thing by thing, where that says something."""
    table = harmonized_system()
    found: dict[str, list[str]] = {}
    for chapter in (f"{number:02}" for number in range(1, 98)):
        for code in table.below(chapter):
            heading = table.versions(code)[-1]
            if heading.level is Level.HEADING and heading.valid_to is None:
                for text in _pieces(heading.description):
                    found.setdefault(text.lower(), []).append(code)
    # What stands under two headings ("fresh", "rods", "not knitted") names neither.
    return tuple(
        Term(heading=codes[0], language=HEADING_TEXT, text=text)
        for text, codes in found.items()
        if len(codes) == 1
    )


def _pieces(description: str) -> Iterator[str]:
    """The parts of a description, and the things of each: apricots, cherries and plums alike."""
    for part in description.split(";"):
        if part.strip().lower().startswith(("other ", "parts ")):
            continue
        yield part.strip()
        things = re.split(r", | and | or ", part.strip())
        if 1 < len(things) <= MOST_THINGS:
            yield from (thing for thing in things if len(thing) > SHORTEST_THING)


@cache
def word_lists() -> WordLists:
    """The shipped lists of words that name no goods, and of short forms."""
    vague = _kinds("vague.csv", ("word", "phrase"), "term")
    packing = _kinds("packing_words.csv", ("packing", "unit", "of"), "word")
    short = read_csv_file(DATA / "abbreviations.csv", columns=("language", "short", "long"))
    return WordLists(
        vague_words=vague["word"],
        vague_phrases=vague["phrase"],
        packing_words=packing["packing"] | packing["unit"] | packing["of"],
        units=packing["unit"],
        of_words=packing["of"],
        abbreviations=tuple((row["short"], row["long"]) for row in short),
    )


def _kinds(name: str, kinds: tuple[str, ...], column: str) -> dict[str, frozenset[str]]:
    rows = list(read_csv_file(DATA / name, columns=("language", "kind", column)))
    for row in rows:
        if row["kind"] not in kinds:
            raise row.wrong(f"kind: expected {' or '.join(kinds)}, got {row['kind']!r}")
    return {kind: frozenset(r[column] for r in rows if r["kind"] == kind) for kind in kinds}
