"""What the use cases of a visit need from outside. `service.store.visit_store` fulfils it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from service.domain.papers.corrections import Action, Correction
from service.domain.papers.current import PaperId
from service.domain.papers.keys import Key
from service.domain.papers.matching import Visit
from service.usecases.paper_ports import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """A revision that was filed, and the visits that name what any revision of it names."""

    arrival: int
    paper: PaperId
    title: str
    visits: tuple[str, ...]


class VisitStore(Protocol):
    """Visits by what was read on them, corrections of their joins, and news for them."""

    def remember(self, visit: Visit, *, site: str, keys: frozenset[Key]) -> None:
        """By what the visit is found from now on; in place of what was remembered before."""
        ...

    def near(self, visit: Visit, *, site: str, span: Span) -> tuple[Visit, ...]:
        """Other visits of the site, the nearest in time before and after, as first sent."""
        ...

    def corrections(
        self, visit_id: str, *, site: str, subjects: Collection[str]
    ) -> tuple[Correction, ...]:
        """All of the visit, and those of other visits about the subjects, oldest first."""
        ...

    def correct(
        self,
        visit_id: str,
        *,
        site: str,
        subject: str,
        action: Action,
        by: str,
        at: datetime,
        note: str,
        undoes: int | None,
    ) -> Correction: ...

    def begin_following(self, *, now: datetime, lease: timedelta) -> int | None:
        """The right to give papers their effect, for so long; None while someone else has it."""
        ...

    def end_following(self, lease: int) -> None:
        """Give the right back, if it is still held."""
        ...

    def news(self, *, limit: int) -> tuple[News, ...]:
        """What was filed since `followed`, oldest first. Filings commit one after the other, so
        nothing older appears later.
        """
        ...

    def followed(self, upto: int) -> None:
        """Everything up to that arrival has had its effect."""
        ...

    def note(self, inspection_id: str, *, text: str, now: datetime) -> None:
        """A line in the history of an inspection. Raises: NotFound."""
        ...
