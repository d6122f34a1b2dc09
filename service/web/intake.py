"""A multipart request into a stored inspection; API and console take in alike."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from service.domain.access import Caller
from service.domain.declaration import Declaration
from service.domain.registration import Registration
from service.errors import InvalidInput
from service.usecases.file_papers import check_declaration, file_declaration, file_registration
from service.usecases.receive import Upload, receive
from service.web.problems import invalid_input_from
from service.web.schemas import DeclarationIn, RegistrationIn
from service.web.uploads import FILE_FIELDS, Form
from service.web.wiring import Services

FIELDS = frozenset(
    {
        "site",
        "lane",
        "captured_at",
        "declaration_ref",
        "registration_refs",
        "declaration",
        "registrations",
    }
)
MAX_PLACE = 100
MAX_REFERENCE = 200
MAX_REFERENCES = 100
# No scanner recorded its time before; a clock that is a day fast is set wrong.
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
CLOCK_ERROR = timedelta(days=1)
DEFAULT_SITE = "main"
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_DECLARATION: TypeAdapter[DeclarationIn] = TypeAdapter(DeclarationIn)
_REGISTRATIONS: TypeAdapter[list[RegistrationIn]] = TypeAdapter(list[RegistrationIn])
_T = TypeVar("_T")
_Paper = TypeVar("_Paper", DeclarationIn, RegistrationIn)

REQUEST_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {
                        **{
                            name: {
                                "type": "array",
                                "items": {"type": "string", "format": "binary"},
                                "description": "scans of this kind"
                                if kind
                                else "scans whose content decides their kind",
                            }
                            for name, kind in FILE_FIELDS.items()
                        },
                        "site": {"type": "string", "maxLength": MAX_PLACE},
                        "lane": {"type": "string", "maxLength": MAX_PLACE},
                        "captured_at": {
                            "type": "string",
                            "format": "date-time",
                            "description": "when the sensors saw the vehicle; default: now",
                        },
                        "declaration_ref": {"type": "string", "maxLength": MAX_REFERENCE},
                        "registration_refs": {
                            "type": "array",
                            "items": {"type": "string", "maxLength": MAX_REFERENCE},
                            "maxItems": MAX_REFERENCES,
                        },
                        "declaration": {
                            "type": "string",
                            "description": "JSON, as POST /v1/declarations takes it",
                        },
                        "registrations": {
                            "type": "string",
                            "description": "JSON list of what POST /v1/registrations takes",
                        },
                    },
                },
                "example": {
                    "xray": ["side-view.png"],
                    "photo": ["left.jpg", "front.jpg"],
                    "radiation": ["portal.n42"],
                    "site": "main",
                    "lane": "3",
                    "captured_at": "2026-11-24T09:30:00+01:00",
                    "declaration_ref": "25DE000000000001J1",
                },
            }
        },
    }
}


def take(form: Form, *, caller: Caller, services: Services, key: str | None) -> str:
    """Store what a form sent; returns the inspection's id. Papers are checked first.

    Raises:
        InvalidInput: a field, a paper or a file; nothing was stored.
        IdempotencyMismatch: `key` came with another request before.
    """
    site = _place(form, "site") or _own_site(caller)
    declaration, registrations = papers_of(form, site=site, caller=caller)
    declaration_ref = _reference(form.one("declaration_ref"), "declaration_ref")
    references = form.many("registration_refs")
    if len(references) > MAX_REFERENCES:
        raise InvalidInput(f"at most {MAX_REFERENCES}", field="registration_refs")
    upload = Upload(
        files=form.files,
        site=site,
        lane=_place(form, "lane") or "",
        captured_at=_time(form.one("captured_at"), now=services.clock()),
        declaration_ref=declaration_ref or (declaration.reference if declaration else None),
        registration_refs=(
            *(str(_reference(each, "registration_refs")) for each in references),
            *(entry.reference for entry in registrations),
        ),
        papers=f"{form.one('declaration') or ''}\0{form.one('registrations') or ''}",
    )
    inspection = receive(
        upload,
        idempotency_key=key,
        caller=caller,
        repository=services.repository,
        blobs=services.blobs,
        recognise=services.recognise,
        clock=services.clock,
    )
    _file(declaration, registrations, caller=caller, services=services)
    return inspection.id


def papers_of(
    form: Form, *, site: str, caller: Caller
) -> tuple[Declaration | None, tuple[Registration, ...]]:
    """The papers in a form, checked, not stored. Raises: InvalidInput, Forbidden."""
    declaration_text, registrations_text = form.one("declaration"), form.one("registrations")
    declaration = None
    if declaration_text is not None:
        parsed = _parsed(_DECLARATION, declaration_text, "declaration")
        declaration = _at(site, parsed, "declaration").to_domain()
        check_declaration(declaration, caller=caller)
    entries: list[RegistrationIn] = []
    if registrations_text is not None:
        entries = _parsed(_REGISTRATIONS, registrations_text, "registrations")
    return declaration, tuple(
        _at(site, entry, f"registrations.{number}").to_domain()
        for number, entry in enumerate(entries)
    )


def _file(
    declaration: Declaration | None,
    registrations: tuple[Registration, ...],
    *,
    caller: Caller,
    services: Services,
) -> None:
    if declaration is not None:
        file_declaration(
            declaration,
            caller=caller,
            repository=services.repository,
            clock=services.clock,
            judge=services.judge,
        )
    for entry in registrations:
        file_registration(
            entry,
            caller=caller,
            repository=services.repository,
            clock=services.clock,
            judge=services.judge,
        )


def _own_site(caller: Caller) -> str:
    return min(caller.sites) if len(caller.sites) == 1 else DEFAULT_SITE


def _place(form: Form, field: str) -> str | None:
    return _text(form.one(field), field, most=MAX_PLACE)


def _reference(text: str | None, field: str) -> str | None:
    return _text(text, field, most=MAX_REFERENCE)


def _text(text: str | None, field: str, *, most: int) -> str | None:
    if text is not None and (len(text) > most or _CONTROL.search(text)):
        raise InvalidInput(f"at most {most} characters, none of them control codes", field=field)
    return text


def _at(site: str, paper: _Paper, field: str) -> _Paper:
    """The paper at the site of its upload. Raises: InvalidInput if it names another one."""
    if "site" in paper.model_fields_set and paper.site != site:
        reason = f"the upload is for site {site!r}, this paper for {paper.site!r}"
        raise InvalidInput(reason, field=f"{field}.site")
    return paper.model_copy(update={"site": site})


def _parsed(adapter: TypeAdapter[_T], text: str, field: str) -> _T:
    try:
        return adapter.validate_json(text)
    except ValidationError as problem:
        raise invalid_input_from(problem, prefix=field) from problem


def _time(text: str | None, *, now: datetime) -> datetime | None:
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as problem:
        raise InvalidInput(
            "expected an ISO 8601 time with offset", field="captured_at"
        ) from problem
    if at.tzinfo is None:
        raise InvalidInput("a time needs its offset from UTC", field="captured_at")
    if not EARLIEST <= at <= now + CLOCK_ERROR:
        reason = f"expected a time between {EARLIEST.year} and now, got {text[:40]}"
        raise InvalidInput(reason, field="captured_at")
    return at
