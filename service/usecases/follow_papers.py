"""Reopen verdicts for papers that came late, and say so in the history of each visit.

Filing and following are apart: a paper is safe once it is filed, and a mark in the database says
how far its effects have come. One process at a time follows, from that mark on; when it dies,
another goes on after a lease. A step done twice writes one line of history more and no second
verdict.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from service.domain.access import Caller, Role
from service.domain.papers.current import PaperState, Version, title_of
from service.errors import Conflict, NotFound
from service.usecases.paper_ports import PaperArchive
from service.usecases.ports import Clock
from service.usecases.rejudge import Judge
from service.usecases.visit_ports import News, VisitStore

log = logging.getLogger(__name__)
AT_ONCE = 200
LEASE = timedelta(minutes=2)
WAIT_S = 0.05
NAMED_IN_A_CAUSE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Follower:
    """Gives filed papers their effect on verdicts."""

    archive: PaperArchive
    visits: VisitStore
    judge: Judge
    clock: Clock

    def follow(self, *, budget: timedelta | None = None) -> bool:
        """Work off what was filed; True if nothing is left. Stops between batches when the
        budget is used up; while someone else follows, it waits for them.
        """
        end = None if budget is None else time.monotonic() + budget.total_seconds()
        while end is None or time.monotonic() < end:
            if not self.visits.news(limit=1):
                return True
            lease = self.visits.begin_following(now=self.clock(), lease=LEASE)
            if lease is None:
                time.sleep(WAIT_S)
                continue
            try:
                self._batch()
            finally:
                self.visits.end_following(lease)
        return False

    def _batch(self) -> None:
        news = self.visits.news(limit=AT_ONCE)
        if news:
            self._tell(news)
            self.visits.followed(news[-1].arrival)

    def _tell(self, news: Sequence[News]) -> None:
        """One judgement for each visit, however many papers of the batch concern it."""
        causes: dict[str, list[str]] = {}
        for item in news:
            if not item.visits:
                continue
            text, counts = self._effect(item)
            for visit in item.visits:
                self._note(visit, text)
                if counts:
                    causes.setdefault(visit, []).append(text)
        for visit, texts in causes.items():
            self._judge(visit, _cause(texts))

    def _effect(self, item: News) -> tuple[str, bool]:
        """What is to be said of it, and whether it changes what counts."""
        caller = Caller(name="service", role=Role.ADMIN, sites=frozenset({item.paper.site}))
        state = self.archive.history(item.paper.kind, item.paper.reference, caller=caller).state
        contradicting = {other.arrival for other in state.contradicted_by}
        if state.counts.arrival == item.arrival:
            return f"{item.title} arrived", True
        if item.arrival in contradicting:
            return f"{item.title} arrived and contradicts what counts", True
        return f"{item.title} arrived late; {_standing(item, state)} still counts", False

    def _note(self, visit: str, text: str) -> None:
        try:
            self.visits.note(visit, text=text, now=self.clock())
        except NotFound:
            log.warning("%s is gone; %s", visit, text)

    def _judge(self, visit: str, cause: str) -> None:
        try:
            self.judge(visit, cause=cause)
        except (Conflict, NotFound) as problem:
            # Not analysed yet: it will be judged with all its papers then.
            log.info("%s: %s", visit, problem)
        except Exception:
            # One visit that cannot be judged must not keep the papers of all others waiting.
            log.exception("judging %s because %s", visit, cause)


def _cause(texts: Sequence[str]) -> str:
    named = "; ".join(texts[:NAMED_IN_A_CAUSE])
    more = len(texts) - NAMED_IN_A_CAUSE
    return f"{named}; and {more} more" if more > 0 else named


def _standing(item: News, state: PaperState[Version]) -> str:
    title = title_of(item.paper, state.counts.revision)
    return title.removeprefix(str(item.paper)).strip() or "the original"
