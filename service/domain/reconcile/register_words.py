"""What is said of registers that gave no answer."""

from __future__ import annotations

from service.domain.reconcile.words import say
from service.domain.register_statement import RegisterKind, RegisterStatement, Said
from service.domain.verdict import Sentence


def name_of(kind: RegisterKind, register: str) -> Sentence:
    """The kind of register, and which one."""
    return say("term.register_named", kind=say(f"term.register.{kind.value}"), register=register)


def silent(said: RegisterStatement) -> Sentence:
    """Why there is no answer about the subject; the reason is in the register's own words."""
    return say(
        "register.pending" if said.said is Said.PENDING else "register.cannot_tell",
        subject=said.subject,
        register=name_of(said.kind, said.register),
        reason=said.reason,
    )
