"""What the segments around one container say, whatever the message type.

EQD number, size and type, full or empty; SEL seals; MEA masses; TMP temperature; DGS dangerous
goods; LOC places and stowage; RFF references; NAD parties; TDT means of transport; DTM times;
FTX and GDS as remarks. Everything else is left out: it says nothing that is reconciled.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from service.domain.declaration import DeclaredLoad
from service.domain.papers.consignment import DangerousGoods, Equipment, Transport
from service.sources.edifact.envelope import Message, Segment
from service.sources.intake import Intake
from service.sources.lexical import NO_SEAL, equipment_code
from service.sources.ship_numbers import imo_number
from service.sources.statement import RefusedStatement
from service.sources.units import celsius, kilograms, number
from vision.grammar.plate import normalise_plate

PORT_OF_LOADING, PORT_OF_DISCHARGE, STOWAGE_CELL = "9", "11", "147"
PLACE_OF_DEPARTURE, NEXT_PORT = "5", "61"
PLACES_OF_DESTINATION = ("83", "7", "8")
"""LOC: place of delivery by on-carriage, place of delivery, place of destination."""

_PLACE_FIELDS = {
    STOWAGE_CELL: "slot",
    PORT_OF_LOADING: "transport.place_of_loading",
    PORT_OF_DISCHARGE: "transport.place_of_discharge",
    **dict.fromkeys(PLACES_OF_DESTINATION, "transport.place_of_destination"),
    **dict.fromkeys(("165", "175"), "place"),
}
_CONTAINERS = frozenset({"CN", "SW", "TE"})
"""EQD 8053: container, swap body, trailer. A chassis or a genset is no container."""
_LOADS = {
    "4": DeclaredLoad.EMPTY,
    **dict.fromkeys(("1", "2", "3", "5", "7", "8", "9"), DeclaredLoad.LOADED),
}
"""EQD 8169. 6, no volume available, says nothing of the goods."""

_MASSES = frozenset({"WT", "AAE"})
_TARE = frozenset({"T", "TAR"})
_GROSS = frozenset({"", "G", "WT", "AET", "AAD", "AAB", "EGW"})
"""MEA 6313: gross weight in its several codes; SMDG and ITIGG manuals."""
_MAIN_CARRIAGE = "20"
_ROAD, _FREE_TEXT = "3", 3
_CALL_SIGN_QUALIFIER = "103"
_SHIP_QUALIFIERS = frozenset({_CALL_SIGN_QUALIFIER, "146"})
_MEANS_AND_CARRIER, _BEFORE_D = (7, 4), (3, 5)
"""Elements of TDT; the directories before D had them in other places (SMDG BAPLIE 1.5)."""
_CLASS = re.compile(r"[1-9](\.[1-9])?[A-S]?")
"""IMDG: class, division and compatibility group."""


@dataclass(slots=True)
class Facts:
    """What has been read of one container; `origins` says where, by the names of its fields."""

    code: str = ""
    size_type: str | None = None
    load: DeclaredLoad | None = None
    seals: list[str] = field(default_factory=list)
    gross_mass_kg: float | None = None
    tare_kg: float | None = None
    verified_gross_mass_kg: float | None = None
    temperature_c: float | None = None
    dangerous: list[DangerousGoods] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)
    references: dict[str, str] = field(default_factory=dict)
    parties: dict[str, str] = field(default_factory=dict)
    moments: dict[str, Segment] = field(default_factory=dict)
    documents: list[str] = field(default_factory=list)
    plates: list[str] = field(default_factory=list)
    vessel: Transport | None = None
    remarks: list[str] = field(default_factory=list)
    origins: dict[str, str] = field(default_factory=dict)

    def copy(self) -> Facts:
        """One that can be added to without changing this one."""
        return replace(
            self,
            seals=list(self.seals),
            dangerous=list(self.dangerous),
            places=dict(self.places),
            references=dict(self.references),
            parties=dict(self.parties),
            moments=dict(self.moments),
            documents=list(self.documents),
            plates=list(self.plates),
            remarks=list(self.remarks),
            origins=dict(self.origins),
        )

    def equipment(self) -> Equipment:
        """The container itself."""
        return Equipment(
            code=self.code,
            size_type=self.size_type,
            load=self.load,
            seals=tuple(self.seals),
            gross_mass_kg=self.gross_mass_kg,
            tare_kg=self.tare_kg,
            verified_gross_mass_kg=self.verified_gross_mass_kg,
            temperature_c=self.temperature_c,
            dangerous=tuple(self.dangerous),
        )

    def place(self, *qualifiers: str) -> str:
        """The first of these places that is named."""
        return next((self.places[q] for q in qualifiers if self.places.get(q)), "")


class Gatherer:
    """Reads segments of one message into facts."""

    def __init__(self, message: Message, intake: Intake) -> None:
        self._message = message
        self._intake = intake

    def gather(self, segments: Iterable[Segment], into: Facts) -> Facts:
        """Read them and return `into`.

        Raises:
            RefusedStatement: a container number that is none.
        """
        for segment in segments:
            reader = _READERS.get(segment.tag)
            if reader is None:
                continue
            try:
                name = reader(segment, into)
            except RefusedStatement as problem:
                raise RefusedStatement(
                    problem.reason, where=self._message.where(segment)
                ) from problem
            except ValueError as problem:
                # What one segment says is lost, and named; the rest of the container stands.
                self._intake.doubt(self._message.where(segment), f"left out: {problem}")
                continue
            if name:
                into.origins[name] = self._message.where(segment)
        return into


def _equipment(segment: Segment, facts: Facts) -> str:
    if segment.text(0) not in _CONTAINERS:
        raise RefusedStatement(f"equipment {segment.text(0)!r} is no container", where="")
    facts.code = container_code(segment.text(1), where="")
    # Zeros stand for a type that the sender does not know.
    stated = segment.text(2).upper()
    facts.size_type = stated if stated.strip("0") else None
    facts.load = _LOADS.get(segment.text(5))
    return "equipment.code"


def container_code(text: str, *, where: str) -> str:
    """A container number without blanks and dashes.

    Raises:
        RefusedStatement: it is none.
    """
    if not text:
        raise RefusedStatement("no container number", where=where)
    try:
        return equipment_code(text)
    except ValueError as problem:
        raise RefusedStatement(str(problem), where=where) from problem


def _seal(segment: Segment, facts: Facts) -> str:
    number_text = segment.text(0)
    if not number_text:
        return ""
    if number_text.upper() in NO_SEAL:
        raise ValueError(f"seal {number_text!r} is no number")
    facts.seals.append(number_text)
    return "equipment.seals"


def _mass(segment: Segment, facts: Facts) -> str:
    qualifier, measured = segment.text(0), segment.text(1)
    if "VGM" in (qualifier, measured):
        name = "verified_gross_mass_kg"
    elif qualifier in _MASSES and measured in _TARE:
        name = "tare_kg"
    elif qualifier in _MASSES and measured in _GROSS:
        name = "gross_mass_kg"
    else:
        return ""
    if not segment.text(2, 1):
        return ""
    setattr(facts, name, kilograms(number(segment.text(2, 1)), segment.text(2, 0)))
    return f"equipment.{name}"


def _temperature(segment: Segment, facts: Facts) -> str:
    if segment.text(0) != "2" or not segment.text(1, 0):
        return ""
    facts.temperature_c = celsius(number(segment.text(1, 0)), segment.text(1, 1) or "CEL")
    return "equipment.temperature_c"


def _dangerous(segment: Segment, facts: Facts) -> str:
    number_text = segment.text(2, 0).upper().removeprefix("UN").strip()
    if number_text and not re.fullmatch(r"[0-9]{1,4}", number_text):
        raise ValueError(f"expected a UN number, got {number_text!r}")
    if not number_text and not _CLASS.fullmatch(segment.text(1, 0)):
        raise ValueError(f"dangerous goods without UN number, class {segment.text(1, 0)!r}")
    facts.dangerous.append(
        DangerousGoods(
            un_number=number_text.zfill(4) if number_text else "",
            imdg_class=segment.text(1, 0),
            packing_group={"1": "I", "2": "II", "3": "III"}.get(segment.text(4), ""),
        )
    )
    return "equipment.dangerous"


def _location(segment: Segment, facts: Facts) -> str:
    qualifier = segment.text(0)
    # The code, or the place in words (3224) where there is none.
    facts.places[qualifier] = segment.text(1, 0) or segment.text(1, 3)
    return _PLACE_FIELDS.get(qualifier, "")


def _reference(segment: Segment, facts: Facts) -> str:
    facts.references.setdefault(segment.text(0, 0), segment.text(0, 1))
    return ""


def _party(segment: Segment, facts: Facts) -> str:
    name = segment.text(3, 0) or segment.text(2, 0) or segment.text(1, 0)
    facts.parties.setdefault(segment.text(0), name)
    return ""


def _moment(segment: Segment, facts: Facts) -> str:
    if segment.text(0, 1):
        facts.moments.setdefault(segment.text(0, 0), segment)
    return ""


def _document(segment: Segment, facts: Facts) -> str:
    facts.documents.append(segment.text(0, 0))
    return ""


def _transport(segment: Segment, facts: Facts) -> str:
    stage, voyage, mode = segment.text(0), segment.text(1), segment.text(2)
    old = len(segment.elements) < _MEANS_AND_CARRIER[0] and segment.text(3, 1) in _SHIP_QUALIFIERS
    means, carrier = _BEFORE_D if old else _MEANS_AND_CARRIER
    identifier, qualifier = segment.text(means, 0), segment.text(means, 1)
    name = segment.text(means, 3)
    if mode.startswith(_ROAD):
        plate = normalise_plate(identifier)
        if plate and plate not in facts.plates:
            facts.plates.append(plate)
        return "transport.plates"
    if stage != _MAIN_CARRIAGE:
        return ""
    imo = imo_number(identifier)
    facts.vessel = Transport(
        vessel=name or ("" if imo or qualifier else identifier),
        vessel_imo=imo,
        vessel_call_sign=identifier if qualifier == _CALL_SIGN_QUALIFIER and not imo else "",
        voyage=voyage,
        carrier=segment.text(carrier, 3) or segment.text(carrier, 0),
    )
    return "transport"


def _remark(segment: Segment, facts: Facts) -> str:
    literal = segment.elements[_FREE_TEXT:][:1]
    words = " ".join(part.strip() for parts in literal for part in parts if part.strip())
    if words:
        facts.remarks.append(words)
    return ""


def _nature(segment: Segment, facts: Facts) -> str:
    if segment.text(0):
        facts.remarks.append(f"nature of cargo {segment.text(0)}")
    return ""


_READERS: dict[str, Callable[[Segment, Facts], str]] = {
    "EQD": _equipment,
    "SEL": _seal,
    "MEA": _mass,
    "TMP": _temperature,
    "DGS": _dangerous,
    "LOC": _location,
    "RFF": _reference,
    "NAD": _party,
    "DTM": _moment,
    "DOC": _document,
    "TDT": _transport,
    "FTX": _remark,
    "GDS": _nature,
}
"""By tag; each returns the name of the field whose origin the segment is, or ""."""
