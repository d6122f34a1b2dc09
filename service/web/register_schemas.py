"""Questions to registers over the wire: what was asked, what came of it, and why not."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field
from pydantic_core import to_jsonable_python

from service.domain.access import Caller
from service.domain.register_statement import RegisterKind, Said
from service.usecases.register_questions import RegisterQuestion, words_of
from service.usecases.registers import Hit
from service.usecases.see_hit import CLOSED, shown_to


class HitOut(BaseModel):
    """What is sought, and what the alert asks to be done."""

    reference: str
    category: str
    action: str


class QuestionOut(BaseModel):
    """One question to one register. `said` pending and cannot_tell are no answers, and never
    mean "not there".
    """

    number: int
    register_name: str = Field(serialization_alias="register", validation_alias="register")
    kind: RegisterKind
    subject: str = Field(description="plate, container code or EORI")
    country: str | None
    said: Said
    reason: str = Field(description="why it cannot tell, or what qualifies the answer")
    words: str = Field(description="what was found, in words")
    found: dict[str, Any] | None = Field(description="the entry; never that of a hit")
    hit: HitOut | None = Field(
        description="details of a hit; for those who asked to see them, if two persons have"
    )
    hit_closed: str | None = Field(description="there is a hit whose details are not shown to you")
    viewers: list[str] = Field(description="who asked to see the details of this hit")
    planned_at: datetime
    answered_at: datetime | None
    asked: int = Field(description="how often it was asked")
    asked_by: str
    next_at: datetime | None = Field(description="when it will be asked, or asked again")


class RegistersOut(BaseModel):
    """All that was and will be asked of registers about an inspection."""

    inspection_id: str
    configured: list[str] = Field(description="registers that this service can ask")
    questions: list[QuestionOut]


def question_out(question: RegisterQuestion, *, caller: Caller) -> QuestionOut:
    """As that person may see it."""
    hit, is_hit = shown_to(question, caller), question.said is Said.HIT
    entry = None if isinstance(question.entry, Hit) else question.entry
    return QuestionOut(
        number=question.number,
        register=question.register,
        kind=question.kind,
        subject=question.subject,
        country=question.country,
        said=question.said,
        reason=question.reason,
        words=words_of(entry),
        found=None if entry is None else to_jsonable_python(entry),
        hit=HitOut(reference=hit.reference, category=hit.category, action=hit.action)
        if hit
        else None,
        hit_closed=CLOSED if is_hit and hit is None else None,
        viewers=list(question.viewers),
        planned_at=question.planned_at,
        answered_at=question.answered_at,
        asked=question.asked,
        asked_by=question.asked_by,
        next_at=question.next_at,
    )
