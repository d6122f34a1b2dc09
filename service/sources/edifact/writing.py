"""Writes the messages that the sources read: for simulation and for round trips.

Segments follow the SMDG manuals of the version that UNH names. The counts in UNT, UNZ and CNT
are true; whoever needs a lying message changes the text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from pydifact.segments import Segment
from pydifact.serializer import Serializer

from service.domain.declaration import DeclaredLoad
from service.domain.papers.consignment import Equipment, Transport
from service.domain.papers.measurement import MassMethod, Weighing
from service.domain.papers.movement import BayPlan, Movement, MovementEvent, StowedContainer
from service.sources.edifact.envelope import CHARSETS

Element = str | list[str]
Row = tuple[str, *tuple[Element, ...]]
"""A segment as a tag and its elements."""

ORIGINAL, REPLACEMENT, CANCELLATION = "9", "5", "1"

_DOCUMENT_NAMES = {
    "COPRAR": {MovementEvent.TO_DISCHARGE: "43", MovementEvent.TO_LOAD: "45"},
    "COARRI": {
        MovementEvent.DISCHARGED: "44",
        MovementEvent.LOADED: "46",
        MovementEvent.RESTOWED: "24",
    },
    "CODECO": {MovementEvent.GATE_IN: "34", MovementEvent.GATE_OUT: "36"},
}
_VERSIONS = {
    "BAPLIE": ["BAPLIE", "D", "95B", "UN", "SMDG22"],
    "COARRI": ["COARRI", "D", "00B", "UN", "SMDG21"],
    "CODECO": ["CODECO", "D", "95B", "UN", "ITG14"],
    "COPRAR": ["COPRAR", "D", "00B", "UN", "SMDG21"],
    "IFTSTA": ["IFTSTA", "D", "00B", "UN"],
    "VERMAS": ["VERMAS", "D", "16A", "UN", "SMDG10"],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """Who sends, when, and under which numbers. `charset` is UNB 0001."""

    prepared_at: datetime
    sender: str = "SENDER"
    recipient: str = "RECIPIENT"
    control_reference: str = "1"
    document: str = "DOC1"
    function: str = ORIGINAL
    charset: str = "UNOY"


def write_interchange(bodies: Sequence[tuple[str, Iterable[Row]]], sending: Sending) -> bytes:
    """An interchange of messages, each given as its type and what stands between UNH and UNT.

    Raises:
        ValueError: text that the character set has no letters for.
    """
    at = sending.prepared_at.astimezone(UTC)
    rows: list[Row] = [
        (
            "UNB",
            [sending.charset, "4"],
            sending.sender,
            sending.recipient,
            [f"{at:%Y%m%d}", f"{at:%H%M}"],
            sending.control_reference,
        )
    ]
    for number, (kind, body) in enumerate(bodies, start=1):
        message: list[Row] = [("UNH", str(number), _VERSIONS[kind]), *body]
        rows += [*message, ("UNT", str(len(message) + 1), str(number))]
    rows.append(("UNZ", str(len(bodies)), sending.control_reference))
    segments = [Segment(tag, *elements) for tag, *elements in rows]
    text = Serializer().serialize(segments, with_una_header=True)
    return text.encode(CHARSETS[sending.charset])


def write_bay_plan(plan: BayPlan, sending: Sending) -> bytes:
    """BAPLIE D.95B, SMDG 2.2."""

    def body() -> Iterable[Row]:
        yield from _head("", sending)
        yield from _vessel(plan.transport)
        yield from _places(
            ("5", plan.transport.place_of_loading), ("61", plan.transport.place_of_discharge)
        )
        for container in plan.containers:
            yield from _cell(container)

    return write_interchange([("BAPLIE", body())], sending)


def write_container_list(kind: str, movements: Sequence[Movement], sending: Sending) -> bytes:
    """COPRAR, COARRI or CODECO of one event and one vessel call."""
    first = movements[0]

    def body() -> Iterable[Row]:
        yield from _head(_DOCUMENT_NAMES[kind][first.event], sending)
        yield from _vessel(first.transport)
        for movement in movements:
            yield _equipment(movement.equipment)
            yield from _references(("BM", movement.transport_document), ("BN", movement.booking))
            if movement.at is not None:
                yield _moment("203" if kind == "COARRI" else "7", movement.at)
            yield from _places(
                ("147", movement.slot),
                ("165", movement.place),
                ("9", movement.transport.place_of_loading),
                ("11", movement.transport.place_of_discharge),
                ("83", movement.transport.place_of_destination),
            )
            yield from _load(movement.equipment)
            for plate in movement.transport.plates:
                yield ("TDT", "1", "", "3", "", "", "", "", [plate, "146"])
        yield ("CNT", ["16", str(len(movements))])

    return write_interchange([(kind, body())], sending)


def write_statuses(statuses: Sequence[tuple[str, Movement]], sending: Sending) -> bytes:
    """IFTSTA; each status with its code of UN/ECE Recommendation 24, X12 or DCSA."""

    def body() -> Iterable[Row]:
        yield from _head("23", sending)
        for number, (code, movement) in enumerate(statuses, start=1):
            yield ("CNI", str(number))
            yield ("STS", "1", code)
            yield from _references(("BM", movement.transport_document), ("BN", movement.booking))
            if movement.at is not None:
                yield _moment("334", movement.at)
            yield from _places(("175", movement.place))
            yield from _vessel(movement.transport)
            yield from _places(
                ("9", movement.transport.place_of_loading),
                ("11", movement.transport.place_of_discharge),
            )
            yield _equipment(movement.equipment)
            yield from _load(movement.equipment)

    return write_interchange([("IFTSTA", body())], sending)


def write_verified_masses(weighings: Sequence[Weighing], sending: Sending) -> bytes:
    """VERMAS D.16A, SMDG 1.0."""

    def body() -> Iterable[Row]:
        yield from _head("749", sending)
        for weighing in weighings:
            yield ("EQD", "CN", [weighing.container_code or "", "6346", "5"], "", "", "", "5")
            yield _mass("VGM", weighing.gross_kg)
            if weighing.tare_kg is not None:
                yield _mass("T", weighing.tare_kg)
            if weighing.at is not None:
                yield _moment("WAT", weighing.at)
            method = "SM2" if weighing.method is MassMethod.CALCULATED else "SM1"
            yield ("DOC", [method, "VGM", "306"])
            if weighing.responsible:
                yield ("NAD", "SPC", "", "", weighing.responsible)

    return write_interchange([("VERMAS", body())], sending)


def _head(name: str, sending: Sending) -> Iterable[Row]:
    yield ("BGM", name, sending.document, sending.function)
    yield _moment("137", sending.prepared_at)


def _moment(qualifier: str, at: datetime) -> Row:
    return ("DTM", [qualifier, f"{at:%Y%m%d%H%M%z}", "205"])


def _vessel(transport: Transport) -> Iterable[Row]:
    if transport.vessel_imo:
        means = [transport.vessel_imo, "146", "11", transport.vessel]
    elif transport.vessel_call_sign:
        means = [transport.vessel_call_sign, "103", "", transport.vessel]
    elif transport.vessel:
        means = ["", "", "", transport.vessel]
    else:
        return
    yield ("TDT", "20", transport.voyage, "1", "", [transport.carrier, "172", "20"], "", "", means)


def _places(*places: tuple[str, str]) -> Iterable[Row]:
    for qualifier, place in places:
        if place:
            named = [place, "", "5"] if qualifier == "147" else [place, "139", "6"]
            yield ("LOC", qualifier, named)


def _references(*references: tuple[str, str]) -> Iterable[Row]:
    for qualifier, reference in references:
        if reference:
            yield ("RFF", [qualifier, reference])


def _equipment(equipment: Equipment) -> Row:
    loads = {DeclaredLoad.EMPTY: "4", DeclaredLoad.LOADED: "5", None: ""}
    size_type: Element = [equipment.size_type, "102", "5"] if equipment.size_type else ""
    return ("EQD", "CN", equipment.code, size_type, "", "", loads[equipment.load])


def _mass(measured: str, mass_kg: float) -> Row:
    return ("MEA", "AAE", measured, ["KGM", f"{mass_kg:.3f}".rstrip("0").rstrip(".")])


def _load(equipment: Equipment) -> Iterable[Row]:
    masses = (
        ("G", equipment.gross_mass_kg),
        ("T", equipment.tare_kg),
        ("VGM", equipment.verified_gross_mass_kg),
    )
    for measured, mass_kg in masses:
        if mass_kg is not None:
            yield _mass(measured, mass_kg)
    if equipment.temperature_c is not None:
        yield ("TMP", "2", [f"{equipment.temperature_c:g}", "CEL"])
    for seal in equipment.seals:
        yield ("SEL", seal, "CA")
    groups = {"I": "1", "II": "2", "III": "3"}
    for goods in equipment.dangerous:
        group = groups.get(goods.packing_group, "")
        yield ("DGS", "IMD", goods.imdg_class, goods.un_number, "", group)


def _cell(container: StowedContainer) -> Iterable[Row]:
    yield from _places(("147", container.slot))
    for remark in container.remarks:
        yield ("FTX", "AAA", "", "", remark)
    yield from _load(container.equipment)
    yield from _places(
        ("9", container.place_of_loading),
        ("11", container.place_of_discharge),
        ("83", container.place_of_destination),
    )
    yield ("RFF", ["BM", container.transport_document or "1"])
    yield _equipment(container.equipment)
    if container.operator:
        yield ("NAD", "CA", [container.operator, "172", "20"])
