"""Reach a verdict on an analysed inspection with the papers that there are now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC

from service.domain.inspection import InspectionState
from service.domain.reconcile.case import Case
from service.domain.reconcile.judge import reach_verdict
from service.domain.reconcile.policy import Policy
from service.domain.verdict import StoredVerdict, Verdict
from service.errors import Conflict
from service.usecases.ports import CaseFile, Clock, Repository

TRIES = 3


def as_stored(file: CaseFile) -> CaseFile:
    """For a service without an archive of papers."""
    return file


def judge_inspection(
    inspection_id: str,
    *,
    cause: str,
    repository: Repository,
    policy: Policy,
    clock: Clock,
    complete: Callable[[CaseFile], CaseFile] = as_stored,
    at_site: Callable[[str], Policy] | None = None,
) -> None:
    """Append a verdict, unless it would repeat the last one word for word.

    `at_site` is the policy as it holds at a site, with its own limits and standings.
    `complete` adds the papers of the visit and what registers said. A decided inspection is
    reopened only if advice or outcomes have changed.

    Raises:
        Conflict: not analysed yet, or others kept judging in between.
    """
    for attempt in range(TRIES):
        file = complete(repository.judging_file(inspection_id))
        if not file.analyses:
            raise Conflict(f"inspection {inspection_id} is not analysed yet")
        own = policy if at_site is None else at_site(file.inspection.site)
        verdict = verdict_of(file, repository=repository, policy=own)
        last = file.verdicts[-1] if file.verdicts else None
        analysis = file.analyses[-1].number
        same = last is not None and (last.verdict, last.analysis_number) == (verdict, analysis)
        if same and file.inspection.state is not InspectionState.ANALYSED:
            repository.confirm_verdict(inspection_id, changed_at=file.changed_at)
            return
        changed = last is None or (last.verdict.advice, last.verdict.outcomes) != (
            verdict.advice,
            verdict.outcomes,
        )
        now = clock()
        stored = StoredVerdict(
            number=len(file.verdicts) + 1,
            analysis_number=analysis,
            reached_at=now,
            cause=cause,
            verdict=verdict,
        )
        try:
            repository.add_verdict(
                inspection_id,
                verdict=stored,
                now=now,
                reopens=changed,
                changed_at=file.changed_at,
            )
        except Conflict:
            if attempt == TRIES - 1:
                raise
        else:
            return


def verdict_of(file: CaseFile, *, repository: Repository, policy: Policy) -> Verdict:
    """The verdict on the newest analysis."""
    return reach_verdict(
        Case(
            analysis=file.analyses[-1].analysis,
            policy=policy,
            declaration=file.declaration,
            registrations=file.registrations,
            has_register=repository.has_register(site=file.inspection.site),
            named=frozenset(file.inspection.registration_refs),
            captured_on=file.inspection.captured_at.astimezone(UTC).date(),
            statements=file.statements,
            captured_at=file.inspection.captured_at,
            papers=file.papers,
            history=file.history,
            inspection_id=file.inspection.id,
        )
    )
