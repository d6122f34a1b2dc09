"""Which headings and keys of a sender mean which field of ours."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_UNITS = {
    "kg": "KGM", "kgs": "KGM", "kgm": "KGM", "t": "TNE", "to": "TNE", "tne": "TNE", "lb": "LBR",
    "lbs": "LBR", "lbr": "LBR", "kn": "KNT", "knots": "KNT", "kmh": "KMH", "kph": "KMH",
    "ms": "MTS", "deg": "", "degrees": "",
}  # fmt: skip
"""Units that a heading may end in; UN/ECE Recommendation 20."""

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_STEP = re.compile(r"\.(?! )")
"""A point that parts a path; one with a blank behind it belongs to a heading ("Max. gross")."""
_WORD = re.compile(r"[^\W_]+")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+(?P<closed>")?|[{}\[\]:,]', re.DOTALL)
_MAX_STEPS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """A field, and the unit that its heading names ("" if none)."""

    name: str
    unit: str = ""


class Vocabulary:
    """The fields of one format, each with the names that senders give it.

    Args:
        names: field to names; the field is a name of itself. Spaces, case, accents and
            separators do not matter, and a path may be written without its points.
        lists: keys of JSON arrays that hold records, or records of records.
        grouped: numbers may have thousands marks, as masses do and degrees do not.
        day_first: how 04/05/2024 is written there; None where nothing says.
    """

    def __init__(
        self,
        names: Mapping[str, tuple[str, ...]],
        *,
        lists: frozenset[str] = frozenset(),
        grouped: frozenset[str] = frozenset(),
        day_first: bool | None = None,
    ) -> None:
        self.lists = frozenset("".join(_words(key)) for key in lists)
        self.grouped = grouped
        self.day_first = day_first
        self._known: dict[str, str] = {}
        self._seen: dict[str, Meaning | None] = {}
        for name, others in names.items():
            for heading in (name, *others):
                key = "".join(_words(heading))
                if self._known.setdefault(key, name) != name:
                    raise ValueError(f"{heading!r} means {self._known[key]} and {name}")

    def meaning(self, heading: str) -> Meaning | None:
        """What a heading or a dotted path means, None if nothing is known.

        The longest end of a path that is known decides: `vehicle.plate` before `plate`.
        """
        if heading not in self._seen:
            if len(self._seen) > 10_000:  # noqa: PLR2004 - a hostile file has no end of headings
                self._seen.clear()
            self._seen[heading] = self._look_up(heading)
        return self._seen[heading]

    def _look_up(self, heading: str) -> Meaning | None:
        steps = _STEP.split(heading)[-_MAX_STEPS:]
        for start in range(len(steps)):
            words = [word for step in steps[start:] for word in _words(step)]
            name = self._known.get("".join(words))
            if name is not None:
                return Meaning(name=name)
            if len(words) > 1 and words[-1] in _UNITS:
                name = self._known.get("".join(word for word in words[:-1] if word != "in"))
                if name is not None:
                    return Meaning(name=name, unit=_UNITS[words[-1]])
        return None

    def holds_records(self, key: str) -> bool:
        """Whether the array under this key holds records."""
        return "".join(_words(key)) in self.lists


def json_paths(head: str) -> Iterator[str]:
    """Dotted paths of the keys in the beginning of a JSON text, which may be cut off."""
    under: list[str] = []
    last = pending = ""
    for token in _TOKEN.finditer(head):
        symbol = token[0]
        if symbol in "{[":
            under.append(pending)
            pending = ""
        elif symbol in "}]":
            if under:
                under.pop()
            pending = ""
        elif symbol == ":":
            pending = last
            yield ".".join([*(key for key in under[-_MAX_STEPS:] if key), pending])
        elif symbol == ",":
            pending = ""
        else:
            last = symbol[1:-1] if token["closed"] else symbol[1:]


def _words(heading: str) -> list[str]:
    parted = unicodedata.normalize("NFKD", _CAMEL.sub(" ", heading[:200]))
    bare = "".join(c for c in parted if not unicodedata.combining(c)).casefold()
    return _WORD.findall(bare.replace("km/h", "kmh").replace("m/s", "ms"))
