"""Papers from plain values; `revision("amendment #2 @10:30")` is how tests write a revision."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta

from service.domain.access import Caller, Role
from service.domain.papers.consignment import Consignment, Equipment, GoodsItem, Transport
from service.domain.papers.current import FiledPaper
from service.domain.papers.keys import KeyKind
from service.domain.papers.measurement import MassMethod, Weighing
from service.domain.papers.movement import (
    Appointment,
    BayPlan,
    Movement,
    MovementEvent,
    StowedContainer,
)
from service.domain.papers.paper import (
    Body,
    Function,
    Origin,
    Paper,
    PaperKind,
    Revision,
)
from service.usecases.paper_ports import SentFile, Span

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SITE = "north"
CODE = "MSCU6639870"
OTHER_CODE = "CSQU3054383"
THIRD_CODE = "TGHU8812340"
PLATE = "B714RDX"
MRN = "25DE0000000000A1J1"
ORIGIN = Origin(file_sha256="0" * 64, file_name="test.txt", source="test", where="line 1")
_REVISION = re.compile(
    r"(?P<function>original|amendment|cancellation)"
    r"(?: #(?P<number>\d+))?(?: @(?P<at>\d\d:\d\d))?(?: (?P<content>[A-Z]))?"
)


def at(clock: str) -> datetime:
    """ "10:30" on the day of the tests."""
    hour, minute = clock.split(":")
    return NOON.replace(hour=int(hour), minute=int(minute))


def revision(text: str = "original") -> Revision:
    """ "amendment #2 @10:30"; number and time may be missing."""
    match = _REVISION.fullmatch(text)
    assert match, text
    return Revision(
        function=Function(match["function"]),
        number=None if match["number"] is None else int(match["number"]),
        issued_at=None if match["at"] is None else at(match["at"]),
    )


def a_consignment(
    *codes: str,
    plates: tuple[str, ...] = (),
    documents: tuple[str, ...] = (),
    seals: tuple[str, ...] = (),
    description: str = "machine parts",
    hs_code: str | None = "843149",
) -> Consignment:
    return Consignment(
        goods=(GoodsItem(number=1, description=description, hs_code=hs_code),),
        equipment=tuple(Equipment(code=code, seals=seals) for code in codes),
        transport=Transport(plates=plates),
        documents=documents,
    )


def a_paper(
    body: Body | None = None,
    *,
    kind: PaperKind = PaperKind.IMPORT_DECLARATION,
    reference: str = MRN,
    site: str = SITE,
    is_a: str = "original",
    origin: Origin = ORIGIN,
) -> Paper:
    """An import declaration of one container unless told otherwise; `is_a` as `revision`."""
    what = revision(is_a)
    if body is None and what.function is not Function.CANCELLATION:
        body = a_consignment(CODE)
    return Paper(kind=kind, reference=reference, site=site, revision=what, origin=origin, body=body)


def filed(text: str, *, arrival: int) -> FiledPaper:
    """ "amendment #2 @10:30 B": the letter stands for the content; without it, the text does."""
    match = _REVISION.fullmatch(text)
    assert match, text
    content = match["content"]
    words = text.removesuffix(f" {content}") if content else text
    body = None if "cancellation" in words else a_consignment(CODE, description=content or text)
    return FiledPaper(
        paper=a_paper(body, is_a=words),
        arrival=arrival,
        filed_at=NOON + timedelta(minutes=arrival),
        content_sha256=hashlib.sha256(text.encode()).hexdigest(),
    )


def written(paper: FiledPaper) -> str:
    """The text that `filed` was given, as far as it can be seen."""
    what = paper.revision
    parts = [what.function.value]
    if what.number is not None:
        parts.append(f"#{what.number}")
    if what.issued_at is not None:
        parts.append(what.issued_at.strftime("@%H:%M"))
    body = paper.paper.body
    if isinstance(body, Consignment) and len(body.goods[0].description) == 1:
        parts.append(body.goods[0].description)
    return " ".join(parts)


def a_weighing(
    gross_kg: float = 31_500.0,
    *,
    plates: tuple[str, ...] = (PLATE,),
    container_code: str | None = None,
    when: datetime | None = NOON,
    method: MassMethod = MassMethod.WEIGHBRIDGE,
) -> Weighing:
    return Weighing(
        gross_kg=gross_kg, method=method, at=when, plates=plates, container_code=container_code
    )


def a_movement(
    code: str = CODE,
    *,
    event: MovementEvent = MovementEvent.GATE_IN,
    when: datetime | None = NOON,
    plates: tuple[str, ...] = (),
    transport_document: str = "",
) -> Movement:
    return Movement(
        event=event,
        equipment=Equipment(code=code),
        at=when,
        transport=Transport(plates=plates),
        transport_document=transport_document,
    )


def an_appointment(
    window: tuple[str, str] = ("11:00", "13:00"),
    *,
    plates: tuple[str, ...] = (PLATE,),
    container_codes: tuple[str, ...] = (),
    transport_document: str = "",
) -> Appointment:
    return Appointment(
        window_from=at(window[0]),
        window_to=at(window[1]),
        direction=MovementEvent.GATE_IN,
        plates=plates,
        container_codes=container_codes,
        transport_document=transport_document,
    )


def a_bay_plan(*codes: str, vessel: str = "EVER TEST", voyage: str = "021E") -> BayPlan:
    return BayPlan(
        transport=Transport(vessel=vessel, voyage=voyage),
        containers=tuple(
            StowedContainer(equipment=Equipment(code=code), slot=f"{number:06d}")
            for number, code in enumerate(codes, start=10_000)
        ),
    )


def a_sent_file(name: str = "papers.txt", *, site: str = SITE) -> SentFile:
    return SentFile(
        sha256=ORIGIN.file_sha256,
        name=name,
        site=site,
        source="test",
        caller="gate",
    )


def spans(since: datetime = NOON - timedelta(days=60), days: int = 120) -> dict[KeyKind, Span]:
    span = Span(since=since, until=since + timedelta(days=days))
    return dict.fromkeys(KeyKind, span)


EVERYWHERE = Caller(name="auditor", role=Role.AUDITOR)
NORTH = Caller(name="gate", role=Role.PORT, sites=frozenset({"north"}))
SOUTH = Caller(name="stranger", role=Role.PORT, sites=frozenset({"south"}))
