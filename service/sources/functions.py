"""What a status column says of the statement itself: stated, changed, or taken back."""

from __future__ import annotations

import re

from service.domain.papers.paper import Function
from service.sources.records.record import Record

_FUNCTIONS = {
    Function.ORIGINAL: (
        "", "original", "new", "created", "create", "final", "ok", "valid", "completed", "complete",
        "confirmed", "booked", "active", "closed", "done", "scheduled", "open", "planned", "9",
    ),
    Function.AMENDMENT: (
        "amendment", "amended", "amend", "update", "updated", "corrected", "correction", "changed",
        "change", "rescheduled", "replaced", "replace", "modified", "5", "4",
    ),
    Function.CANCELLATION: (
        "cancellation", "cancelled", "canceled", "cancel", "void", "voided", "deleted", "delete",
        "withdrawn", "storno", "storniert", "annulled", "noshow", "1",
    ),
}  # fmt: skip
_BY_WORD = {word: function for function, words in _FUNCTIONS.items() for word in words}


def function_of(record: Record, name: str) -> Function:
    """Raises: RefusedStatement for a word that is none of them: it may take the paper back."""
    text = record.text(name)
    function = _BY_WORD.get(re.sub(r"[\s_-]", "", text.casefold()))
    if function is None:
        raise record.refusal(name, f"status {text[:40]!r} is not known")
    return function
