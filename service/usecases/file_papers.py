"""File a declaration or a register entry, and judge again whatever it concerns."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from service.domain.access import Caller
from service.domain.declaration import Declaration
from service.domain.registration import Registration
from service.errors import Conflict, Forbidden, InvalidInput
from service.usecases.ports import Clock, Repository
from service.usecases.rejudge import Judge
from vision.grammar import iso6346
from vision.grammar.plate import normalise_plate

log = logging.getLogger(__name__)


def file_declaration(
    declaration: Declaration, *, caller: Caller, repository: Repository, clock: Clock, judge: Judge
) -> Declaration:
    """Store it, as a new version if it changed, and judge the inspections that name it.

    Raises:
        InvalidInput: a container code whose check digit is wrong.
        Forbidden: the caller does not work at its site.
    """
    check_declaration(declaration, caller=caller)
    stored, new = repository.file_declaration(declaration, now=clock())
    if new:
        concerned = repository.concerned_by_declaration(stored.reference, site=stored.site)
        cause = f"declaration {stored.reference} version {stored.version}"
        _judge_each(concerned, cause=cause, judge=judge)
    return stored


def check_declaration(declaration: Declaration, *, caller: Caller) -> None:
    """Raises: InvalidInput, Forbidden; as `file_declaration`, without storing anything."""
    _check_site(declaration.site, caller)
    for number, box in enumerate(declaration.containers):
        if not iso6346.is_valid_code(box.code):
            raise InvalidInput(_why(box.code), field=f"containers.{number}.code")


def file_registration(
    registration: Registration,
    *,
    caller: Caller,
    repository: Repository,
    clock: Clock,
    judge: Judge,
) -> Registration:
    """As `file_declaration`; concerns inspections that name it or that read its plate."""
    _check_site(registration.site, caller)
    if not normalise_plate(registration.plate):
        raise InvalidInput("expected letters and digits", field="plate")
    stored, new = repository.file_registration(registration, now=clock())
    if new:
        concerned = repository.concerned_by_registration(stored.reference, site=stored.site)
        cause = f"registration {stored.reference} version {stored.version}"
        _judge_each(concerned, cause=cause, judge=judge)
    return stored


def _judge_each(inspection_ids: Sequence[str], *, cause: str, judge: Judge) -> None:
    """The papers are filed, whatever comes of this: a worker makes up for what is left out."""
    for inspection_id in inspection_ids:
        try:
            judge(inspection_id, cause=cause)
        except Conflict as problem:
            log.warning("%s: %s", inspection_id, problem)


def _check_site(site: str, caller: Caller) -> None:
    if not caller.sees(site):
        raise Forbidden(f"{caller.name} does not work at site {site!r}")


def _why(code: str) -> str:
    if not iso6346.has_code_shape(code):
        return f"expected three letters, U, J or Z, and seven digits (ISO 6346), got {code!r}"
    digit = iso6346.check_digit(code[: iso6346.CHECK_POSITION])
    return f"the check digit of {code} would be {digit} (ISO 6346)"
