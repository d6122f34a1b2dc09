"""History under another policy: which verdicts would have been others, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from service.domain.access import Caller
from service.domain.inspection import InspectionState
from service.domain.reconcile.policy import Policy
from service.domain.verdict import Advice, Result, RuleOutcome, Verdict
from service.usecases.judge_inspection import verdict_of
from service.usecases.ports import CaseFile, InspectionFilter, Repository

PAGE = 200
JUDGED = frozenset({InspectionState.JUDGED, InspectionState.DECIDED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a rule says differently of one subject; None: it says nothing."""

    rule: str
    subject: str
    before: Result | None
    after: Result | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """One inspection under two policies, on the same findings, papers and history.

    `stored` is the advice that was given at the time; papers that came since, or another version of
    a rule, are why it may differ from `before`.
    """

    inspection_id: str
    site: str
    captured_at: datetime
    stored: Advice | None
    before: Verdict
    after: Verdict

    @property
    def changes(self) -> tuple[Change, ...]:
        """Sorted by rule and subject."""
        old, new = _results(self.before), _results(self.after)
        return tuple(
            Change(rule=rule, subject=subject, before=old.get(key), after=new.get(key))
            for key in sorted(old.keys() | new.keys())
            for rule, subject in (key,)
            if old.get(key) is not new.get(key)
        )

    @property
    def advice_changes(self) -> bool:
        return self.before.advice is not self.after.advice


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """`complete` adds papers, registers' answers and history without changing any of them.
    `at_site` is a policy as it holds at a site, with the limits and standings that are kept there:
    both policies get them, so that what differs is the policies alone.
    """

    repository: Repository
    complete: Callable[[CaseFile], CaseFile]
    in_force: Callable[[str], Policy]
    at_site: Callable[[Policy, str], Policy]

    def count(self, filters: InspectionFilter, *, caller: Caller) -> int:
        """How many there are to replay."""
        return sum(1 for _ in self._ids(filters, caller))

    def run(
        self, policy: Policy, filters: InspectionFilter, *, caller: Caller
    ) -> Iterator[Replayed]:
        """Every judged inspection, newest first. The same history gives the same, byte for byte."""
        for inspection_id in self._ids(filters, caller):
            file = self.complete(self.repository.judging_file(inspection_id))
            site = file.inspection.site
            yield Replayed(
                inspection_id=inspection_id,
                site=site,
                captured_at=file.inspection.captured_at,
                stored=file.verdicts[-1].verdict.advice if file.verdicts else None,
                before=verdict_of(file, repository=self.repository, policy=self.in_force(site)),
                after=verdict_of(
                    file, repository=self.repository, policy=self.at_site(policy, site)
                ),
            )

    def _ids(self, filters: InspectionFilter, caller: Caller) -> Iterator[str]:
        cursor: str | None = None
        while True:
            page = self.repository.list_inspections(
                filters, cursor=cursor, limit=PAGE, caller=caller
            )
            yield from (row.inspection.id for row in page.items)
            cursor = page.next_cursor
            if cursor is None:
                return


def _results(verdict: Verdict) -> dict[tuple[str, str], Result]:
    """The worst that each rule says of each subject."""
    order = (Result.MATCH, Result.CANNOT_TELL, Result.MISMATCH)
    worst: dict[tuple[str, str], RuleOutcome] = {}
    for outcome in verdict.outcomes:
        key = (outcome.rule, outcome.subject)
        if key not in worst or order.index(outcome.result) > order.index(worst[key].result):
            worst[key] = outcome
    return {key: outcome.result for key, outcome in worst.items()}
