"""What a hit says, for two persons: each asks to see it, and each asking is in the audit log."""

from __future__ import annotations

import uuid

from service.domain.access import Caller, Permission
from service.domain.register_statement import Said
from service.errors import Conflict, Forbidden, NotFound
from service.usecases.ask_registers import RegisterDesk
from service.usecases.register_questions import VIEWERS_NEEDED, RegisterQuestion
from service.usecases.registers import Hit, Purpose, QueryStage, RegisterQuery

CLOSED = "hit; two persons must agree to see the details"
_REASON = "to see what a hit says"


def see_hit(
    inspection_id: str, number: int, *, caller: Caller, desk: RegisterDesk
) -> RegisterQuestion:
    """Ask to see a hit: the first of two persons agrees, from the second on it is open.

    The audit log is written first; if that fails, no one has asked.

    Raises:
        NotFound: no such question at a site of the caller.
        Forbidden: the caller has no right to decide.
        Conflict: there is no hit.
    """
    if not caller.may(Permission.DECIDE):
        raise Forbidden(f"role {caller.role.value} may not see what a hit says")
    found = {q.number: q for q in desk.questions(inspection_id, caller=caller)}
    question = found.get(number)
    if question is None:
        raise NotFound(f"inspection {inspection_id} has no question {number} to a register")
    if question.said is not Said.HIT:
        raise Conflict(f"question {number} of {inspection_id} has no hit to see")
    purpose = Purpose(reason=_REASON, user=caller.name, case=inspection_id)
    query_id, subject = uuid.uuid4().hex, f"hit on {question.subject}"

    def write(stage: QueryStage, outcome: str = "") -> None:
        desk.audit(
            RegisterQuery(
                query_id=query_id,
                stage=stage,
                register=question.register,
                subject=subject,
                purpose=purpose,
                at=desk.clock(),
                outcome=outcome,
            )
        )

    write(QueryStage.ASKED)
    seen = desk.store.add_viewer(inspection_id, number, by=caller.name, now=desk.clock())
    write(QueryStage.ANSWERED, "open" if is_open(seen) else "agreed; a second person must too")
    return seen


def is_open(question: RegisterQuestion) -> bool:
    """Whether two different persons have asked to see this hit."""
    return question.said is Said.HIT and len(set(question.viewers)) >= VIEWERS_NEEDED


def shown_to(question: RegisterQuestion, caller: Caller) -> Hit | None:
    """The hit as this person may see it: one of at least two who asked. None: closed."""
    may = caller.may(Permission.DECIDE) and caller.name in question.viewers
    return question.entry if may and is_open(question) and isinstance(question.entry, Hit) else None
