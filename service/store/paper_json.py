"""Papers as rows and back. What is stored is what can be read again: each is tried when it comes.

Fields that have their default are left out, so that a field added to a type later changes neither
what is stored nor the sha256 by which a double is known.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from service.domain.papers.consignment import Consignment
from service.domain.papers.keys import MAX_LENGTH, container_key
from service.domain.papers.measurement import Weighing
from service.domain.papers.movement import Appointment, BayPlan, Movement, StowedContainer
from service.domain.papers.paper import Body, Paper
from service.domain.papers.track import Track
from service.domain.registration import Registration
from service.store.paper_tables import REFERENCE, SITE

BODIES: dict[str, TypeAdapter[Any]] = {
    "consignment": TypeAdapter(Consignment),
    "movement": TypeAdapter(Movement),
    "bay_plan": TypeAdapter(BayPlan),
    "appointment": TypeAdapter(Appointment),
    "weighing": TypeAdapter(Weighing),
    "registration": TypeAdapter(Registration),
    "track": TypeAdapter(Track),
}
_NAMES = {
    Consignment: "consignment",
    Movement: "movement",
    BayPlan: "bay_plan",
    Appointment: "appointment",
    Weighing: "weighing",
    Registration: "registration",
    Track: "track",
}
_PARTS: TypeAdapter[tuple[StowedContainer, ...]] = TypeAdapter(tuple[StowedContainer, ...])
_PART: TypeAdapter[StowedContainer] = TypeAdapter(StowedContainer)
_ORIGINS: TypeAdapter[dict[str, str]] = TypeAdapter(dict[str, str])
_MAX_NUMBER = 2**63 - 1


class Unstorable(ValueError):
    """A paper that would not come back as it was: the message says what of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A container of a bay plan; `container` is its key."""

    container: str
    number: int
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedPaper:
    """A paper as text, in the columns that it goes to."""

    body_type: str | None
    body: str | None
    parts: tuple[Part, ...]
    aliases: str
    field_origins: str
    content_sha256: str


def pack(paper: Paper) -> PackedPaper:
    """Raises: Unstorable."""
    _check(paper)
    body, parts = paper.body, tuple[StowedContainer, ...]()
    if isinstance(body, BayPlan):
        body, parts = replace(body, containers=()), body.containers
    name = None if body is None else _NAMES[type(body)]
    try:
        text = None if name is None else _dumped(BODIES[name], body)
        packed = tuple(
            Part(container=_part_key(part), number=number, body=_dumped(_PART, part))
            for number, part in enumerate(parts)
        )
        origins = _ORIGINS.dump_json(dict(paper.field_origins), warnings="error").decode()
    except (PydanticSerializationError, UnicodeEncodeError) as problem:
        last = str(problem).splitlines()[-1].strip()
        raise Unstorable(f"a value of another type than its field has: {last}") from problem
    _must_come_back(name, text, body, packed, parts)
    return PackedPaper(
        body_type=name,
        body=text,
        parts=packed,
        aliases=json.dumps(paper.aliases),
        field_origins=origins,
        content_sha256=_content(paper, [text or "", *(part.body for part in packed)]),
    )


def body_of(name: str | None, text: str | None, parts: Sequence[str] = ()) -> Body | None:
    """The body of a row; `parts` in their order."""
    if name is None or text is None:
        return None
    body: Body = BODIES[name].validate_json(text)
    if isinstance(body, BayPlan) and parts:
        return replace(body, containers=_PARTS.validate_json(f"[{','.join(parts)}]"))
    return body


def origins_of(text: str) -> Mapping[str, str]:
    return _ORIGINS.validate_json(text)


def _dumped(adapter: TypeAdapter[Any], value: object) -> str:
    return adapter.dump_json(value, exclude_defaults=True, warnings="error").decode()


def _part_key(part: StowedContainer) -> str:
    return container_key(part.equipment.code)[:MAX_LENGTH]


def _check(paper: Paper) -> None:
    for name, text, most in (
        ("reference", paper.reference, REFERENCE),
        ("site", paper.site, SITE),
    ):
        if len(text) > most:
            raise Unstorable(f"{name}: {len(text)} characters, at most {most}")
    origin = paper.origin
    texts = (paper.reference, paper.site, *paper.aliases, origin.file_name, origin.where)
    if not all(_is_plain(text) for text in texts):
        raise Unstorable("reference, site, file name and place must be text without controls")
    number = paper.revision.number
    if number is not None and not 0 <= number <= _MAX_NUMBER:
        raise Unstorable(f"revision number {str(number)[:40]} is out of range")
    for when in _times(paper):
        if when.tzinfo is None:
            raise Unstorable(f"{when.isoformat()} has no offset from UTC")


def _is_plain(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return all(char.isprintable() or char == " " for char in text)


def _times(paper: Paper) -> Iterable[datetime]:
    body = paper.body
    if paper.revision.issued_at is not None:
        yield paper.revision.issued_at
    if isinstance(body, Movement | Weighing) and body.at is not None:
        yield body.at
    if isinstance(body, Appointment):
        yield from (body.window_from, body.window_to)
    if isinstance(body, Track):
        yield from (fix.at for fix in body.fixes)


def _must_come_back(
    name: str | None,
    text: str | None,
    body: Body | None,
    packed: Sequence[Part],
    parts: Sequence[StowedContainer],
) -> None:
    """NaN, a list in a tuple's place, a text where a number belongs: found now, not when read."""
    try:
        same = body_of(name, text) == body and (
            _PARTS.validate_json(f"[{','.join(part.body for part in packed)}]") == tuple(parts)
        )
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(step) for step in first["loc"])
        raise Unstorable(f"{where}: {first['msg']}") from problem
    if not same:
        raise Unstorable("a value that cannot be stored without loss")


def _content(paper: Paper, texts: list[str]) -> str:
    issued_at = paper.revision.issued_at
    said = [
        paper.site,
        paper.kind.value,
        paper.reference,
        paper.revision.function.value,
        paper.revision.number,
        None if issued_at is None else issued_at.astimezone(UTC).isoformat(),
        paper.aliases,
        *texts,
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()
