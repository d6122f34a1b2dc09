"""Container owners by their prefix, from the list of the Bureau International des Containers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from service.sources import Limits, lexical
from service.sources.registers.register_table import Entries, read_entries
from service.usecases.registers import Answer, ContainerOwner, RegisterAnswer
from vision.grammar.iso6346 import normalise_code

NAME = "owner_codes"
COLUMNS = {
    "code": ("bic code", "owner code", "prefix"),
    "company": ("company name", "name", "owner"),
    "city": (),
    "country": (),
}
_CODE = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerCodes:
    """An `OwnerRegister` in memory."""

    entries: Entries[ContainerOwner]
    clock: Callable[[], datetime]
    by_code: Mapping[str, ContainerOwner]

    def look_up(self, container_code: str) -> RegisterAnswer[ContainerOwner]:
        """By the first three letters of a container code; the fourth is the category."""
        code = normalise_code(container_code)[:3]
        entry, reason = self.by_code.get(code), ""
        answer = Answer.FOUND if entry else Answer.NOT_FOUND
        if entry is None and _CODE.fullmatch(code) and self.entries.gap:
            answer, reason = Answer.CANNOT_TELL, self.entries.gap
        return RegisterAnswer(
            answer=answer, register=NAME, at=self.clock(), entry=entry, reason=reason
        )


def read_owner_codes(data: bytes, *, clock: Callable[[], datetime], limits: Limits) -> OwnerCodes:
    """Raises: UnreadablePaper."""
    entries = read_entries(
        data,
        source=NAME,
        columns=COLUMNS,
        required=("code", "company"),
        convert=_owner,
        limits=limits,
    )
    return OwnerCodes(
        entries=entries, clock=clock, by_code={entry.code: entry for entry in entries.taken}
    )


def _owner(cells: Mapping[str, str]) -> ContainerOwner:
    code = normalise_code(cells["code"])[:3]
    if not _CODE.fullmatch(code):
        raise ValueError(f"expected an owner code of three letters, got {cells['code'][:20]!r}")
    company = lexical.reference(cells["company"])
    return ContainerOwner(
        code=code,
        company=company,
        city=lexical.plain(cells["city"]),
        country=lexical.plain(cells["country"]),
    )
