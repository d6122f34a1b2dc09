"""Tariff codes that exist on a day: HS, CN and TARIC in one table with validity dates."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum
from itertools import pairwise

from service.errors import InvalidInput

_SEPARATORS = re.compile(r"[\s.\-/]+")
_SUFFIX = re.compile(r"(?P<code>[0-9]{10}) [0-9]{2}")


class Level(IntEnum):
    """How many digits; HS ends at six, CN at eight, TARIC at ten."""

    CHAPTER = 2
    HEADING = 4
    SUBHEADING = 6
    CN = 8
    TARIC = 10


def normalise_code(text: str) -> str:
    """Digits alone: "3104.20.10 00" -> "3104201000", "0101210000 80" -> "0101210000".

    Raises:
        InvalidInput: not 2, 4, 6, 8 or 10 digits. An odd number is refused rather than padded:
            a spreadsheet that dropped the leading zero makes 0904 pepper of a 904.
    """
    suffixed = _SUFFIX.fullmatch(text.strip())
    digits = suffixed["code"] if suffixed else _SEPARATORS.sub("", text)
    if not digits.isascii() or not digits.isdigit():
        raise InvalidInput(f"expected a tariff code of digits, got {text[:30]!r}")
    if len(digits) not in tuple(Level):
        hint = "; is a leading zero missing?" if len(digits) % 2 else ""
        raise InvalidInput(f"expected 2, 4, 6, 8 or 10 digits, got {len(digits)}{hint}")
    return digits


@dataclass(frozen=True, kw_only=True, slots=True)
class Heading:
    """One code over one span of days; `valid_to` is the last day, None while in force."""

    code: str
    description: str
    valid_from: date
    valid_to: date | None = None

    def __post_init__(self) -> None:
        if normalise_code(self.code) != self.code:
            raise InvalidInput(f"expected a normalised code, got {self.code!r}")
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise InvalidInput(f"{self.code} ends {self.valid_to}, before {self.valid_from}")

    @property
    def level(self) -> Level:
        return Level(len(self.code))

    @property
    def parent(self) -> str | None:
        """The next shorter code; a chapter has none."""
        return self.code[:-2] if len(self.code) > Level.CHAPTER else None

    def is_valid(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class CodeStatus(StrEnum):
    EXISTS = "exists"
    NOT_YET = "not yet valid"
    NO_LONGER = "no longer valid"
    UNKNOWN = "unknown"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, kw_only=True, slots=True)
class CodeCheck:
    """What a table says of a code on a day; `heading` is the entry that it says it from."""

    code: str
    status: CodeStatus
    reason: str
    heading: Heading | None = None


class Nomenclature:
    """Codes with all their versions.

    Args:
        headings: in any order; versions of one code may not overlap.
        edition: names the table in answers, for example "HS 2022".

    Raises:
        InvalidInput: two versions of a code are valid on the same day.
    """

    def __init__(self, headings: Iterable[Heading], *, edition: str) -> None:
        self.edition = edition
        versions: dict[str, list[Heading]] = defaultdict(list)
        for heading in headings:
            versions[heading.code].append(heading)
        for code, spans in versions.items():
            spans.sort(key=lambda heading: heading.valid_from)
            for earlier, later in pairwise(spans):
                if earlier.valid_to is None or earlier.valid_to >= later.valid_from:
                    raise InvalidInput(f"two versions of {code} are valid on {later.valid_from}")
        self._versions = {code: tuple(versions[code]) for code in sorted(versions)}
        self._codes = list(self._versions)
        spans = [span for versions_ in self._versions.values() for span in versions_]
        ends = [span.valid_to for span in spans if span.valid_to is not None]
        self._begins = min((span.valid_from for span in spans), default=None)
        self._ends = max(ends) if ends and len(ends) == len(spans) else None

    def covers(self, day: date) -> bool:
        """Whether the table speaks of this day at all: a yearly CN says nothing of other years."""
        return (
            self._begins is not None
            and self._begins <= day
            and (self._ends is None or day <= self._ends)
        )

    def __len__(self) -> int:
        return len(self._codes)

    def versions(self, code: str) -> tuple[Heading, ...]:
        """Every version of a normalised code, oldest first; empty if it never existed."""
        return self._versions.get(code, ())

    def on(self, day: date) -> TariffOnDay:
        """The table as it stood on `day`."""
        return TariffOnDay(self, day)

    def below(self, code: str) -> list[str]:
        """All codes that begin with `code` and are longer."""
        first = bisect_right(self._codes, code)
        # "~" sorts behind every digit.
        return self._codes[first : bisect_left(self._codes, code + "~")]


class TariffOnDay:
    """A `Nomenclature` seen on one day."""

    def __init__(self, nomenclature: Nomenclature, day: date) -> None:
        self._all = nomenclature
        self.day = day

    def find(self, code: str) -> Heading | None:
        """The entry of a code as written on papers, where zeros pad it to eight or ten digits.

        Raises:
            InvalidInput: not a tariff code.
        """
        digits = normalise_code(code)
        while True:
            if (heading := self._valid(digits)) is not None:
                return heading
            if len(digits) <= Level.HEADING or not digits.endswith("00"):
                return None
            digits = digits[:-2]

    def _valid(self, digits: str) -> Heading | None:
        versions = self._all.versions(digits)
        return next((heading for heading in versions if heading.is_valid(self.day)), None)

    def exists(self, code: str) -> bool:
        return self.find(code) is not None

    def check(self, code: str) -> CodeCheck:
        """Whether the code may stand on a declaration of this day.

        A code finer than the table goes (ten digits against a table of headings) is "cannot
        tell", unless its own heading does not exist; so is every code on a day that the table
        does not cover.

        Raises:
            InvalidInput: not a tariff code.
        """
        digits = normalise_code(code)
        found = self.find(digits)
        edition = self._all.edition
        if not self._all.covers(self.day):
            return CodeCheck(
                code=digits,
                status=CodeStatus.CANNOT_TELL,
                reason=f"{edition} does not cover {self.day}.",
            )
        if found is not None:
            return CodeCheck(
                code=digits,
                status=CodeStatus.EXISTS,
                reason=f"{edition} has {found.code} on {self.day}.",
                heading=found,
            )
        if past := self._all.versions(digits):
            # The nearest span that the day misses says which way it missed.
            later = [heading for heading in past if heading.valid_from > self.day]
            heading = later[0] if later else past[-1]
            return CodeCheck(
                code=digits,
                status=CodeStatus.NOT_YET if later else CodeStatus.NO_LONGER,
                reason=f"{edition} has {digits} from {heading.valid_from}"
                + (f" to {heading.valid_to}" if heading.valid_to else "")
                + f", not on {self.day}.",
                heading=heading,
            )
        return self._never_heard_of(digits)

    def _never_heard_of(self, digits: str) -> CodeCheck:
        edition = self._all.edition
        parent = digits[:-2]
        while parent:
            found = self.find(parent)
            if found is not None:
                siblings = any(len(below) >= len(digits) for below in self._all.below(found.code))
                status = CodeStatus.UNKNOWN if siblings else CodeStatus.CANNOT_TELL
                how = "has no such code under" if siblings else "goes no deeper than"
                return CodeCheck(
                    code=digits,
                    status=status,
                    reason=f"{edition} {how} {found.code}.",
                    heading=found,
                )
            if self._all.versions(parent):
                outer = self.check(parent)
                return CodeCheck(
                    code=digits, status=outer.status, reason=outer.reason, heading=outer.heading
                )
            parent = parent[:-2]
        return CodeCheck(
            code=digits, status=CodeStatus.UNKNOWN, reason=f"{edition} has no chapter {digits[:2]}."
        )

    def path(self, code: str) -> tuple[Heading, ...]:
        """The entry and its ancestors, chapter first; empty if the code does not exist."""
        found = self.find(code)
        if found is None:
            return ()
        lengths = [level for level in Level if level <= found.level]
        steps = (self.find(found.code[:length]) for length in lengths)
        return tuple(step for step in steps if step is not None)

    def children(self, code: str) -> tuple[Heading, ...]:
        """The valid entries one level below; levels that a table leaves out are passed over."""
        nearest: list[Heading] = []
        for code_ in self._all.below(normalise_code(code)):
            heading = self._valid(code_)
            if heading and not (nearest and code_.startswith(nearest[-1].code)):
                nearest.append(heading)
        return tuple(nearest)
