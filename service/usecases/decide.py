"""Record a person's decision."""

from __future__ import annotations

from service.domain.access import Caller, Permission
from service.domain.decision import DecisionOutcome, OperatorDecision, disagrees
from service.errors import Conflict, Forbidden, InvalidInput
from service.usecases.ports import Clock, Repository

MAX_NOTE = 4000


def decide(
    inspection_id: str,
    *,
    outcome: DecisionOutcome,
    note: str,
    verdict_number: int | None,
    caller: Caller,
    repository: Repository,
    clock: Clock,
) -> OperatorDecision:
    """Append a decision on the newest verdict. Deciding again is the undo.

    `verdict_number` is the verdict that the person saw; None stands for the newest.

    Raises:
        Conflict: no verdict yet, or a newer one than the person saw.
        InvalidInput: it goes against the advice and has no note.
        Forbidden: the caller's role does not decide.
    """
    if not caller.may(Permission.DECIDE):
        raise Forbidden(f"role {caller.role.value} may not decide")
    file = repository.case_file(inspection_id, caller=caller)
    if not file.verdicts:
        raise Conflict(f"inspection {inspection_id} has no verdict yet")
    last = file.verdicts[-1]
    if verdict_number is not None and verdict_number != last.number:
        raise Conflict(
            f"verdict {last.number} has replaced verdict {verdict_number}; look again, then decide"
        )
    text = note.strip()
    if len(text) > MAX_NOTE:
        raise InvalidInput(f"at most {MAX_NOTE} characters", field="note")
    advice = last.verdict.advice
    if disagrees(outcome, advice) and not text:
        reason = f"the advice is {advice.value}; to {outcome.value} needs a note that says why"
        raise InvalidInput(reason, field="note")
    decision = OperatorDecision(
        number=len(file.decisions) + 1,
        outcome=outcome,
        by=caller.name,
        at=clock(),
        note=text,
        verdict_number=last.number,
    )
    repository.add_decision(inspection_id, decision=decision, caller=caller)
    return decision
