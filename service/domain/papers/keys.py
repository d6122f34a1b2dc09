"""By what a paper is found: the containers, plates, documents, seals and voyages that it names.

A key is a text in one spelling. The look-alikes of a text are what one wrong character, or one
pair exchanged, makes of it; a join that rests on them is a doubtful one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from string import ascii_uppercase, digits

from service.domain.papers.consignment import Consignment, Equipment, Transport
from service.domain.papers.measurement import Weighing
from service.domain.papers.movement import Appointment, BayPlan, Movement
from service.domain.papers.paper import Body, Paper
from service.domain.papers.track import Track, TrackedKind
from service.domain.registration import Registration
from vision.grammar import iso6346
from vision.grammar.plate import DIGIT_FOR, LETTER_FOR, normalise_plate

MAX_LENGTH = 70
"""No reference of the EU data model is longer (an..70); what is longer is no key."""

# Letters that registers of Cyrillic and Greek countries use because they look like Latin ones
# (Vienna Convention on Road Traffic, annex 2; GOST R 50577 names the twelve of Russia).
PLATE_LETTERS = str.maketrans("АВЕКМНОРСТУХІΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEKMHOPCTYXIABEZHIKMNOPTYX")
_DOCUMENT_TYPE = re.compile(r"(?:[A-Z]?\d{3}|[A-Z]{2,3})[ :]+(?=\S{4})")
# ISO 6346 annex A, as in `vision.grammar.iso6346`: one code has 170 neighbours, and a bay plan of
# 20,000 codes must not take a check of each of them.
_VALUES = dict(zip(ascii_uppercase, (n for n in range(10, 39) if n % 11), strict=True)) | {
    digit: int(digit) for digit in digits
}
_ALPHABETS = (ascii_uppercase,) * 3 + ("UJZ",) + (digits,) * 6
_NOT_KEY = re.compile(r"[\W_]")


class KeyKind(StrEnum):
    """What a key names. DOCUMENT is one name space: MRN, bill of lading, invoice number.

    PLATE is a plate on the road at some time, VEHICLE the same plate in a register, where it
    stands whatever the time. NAMELESS is a report of an event that names neither container nor
    plate; its value is the kind of paper, and only its time tells whose it is.
    """

    CONTAINER = "container"
    PLATE = "plate"
    VEHICLE = "vehicle"
    DOCUMENT = "document"
    SEAL = "seal"
    VOYAGE = "voyage"
    VESSEL = "vessel"
    NAMELESS = "nameless"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Key:
    """`doubtful`: a look-alike of what is named, not itself."""

    kind: KeyKind
    value: str
    doubtful: bool = False


def container_key(text: str) -> str:
    return iso6346.normalise_code(text)


def plate_key(text: str) -> str:
    return normalise_plate(text.upper().translate(PLATE_LETTERS))


def document_key(text: str) -> str:
    """Upper case, letters and digits of any alphabet."""
    return _NOT_KEY.sub("", text.upper())


def document_keys(text: str) -> frozenset[str]:
    """The keys of a document as papers cite it: with its type in front ("705 MAEU1") or without."""
    upper = text.strip().upper()
    return frozenset({document_key(upper), document_key(_DOCUMENT_TYPE.sub("", upper, count=1))})


def voyage_key(vessel: str, voyage: str) -> str:
    return f"{document_key(vessel)}/{document_key(voyage)}" if vessel and voyage else ""


def keys_of(paper: Paper) -> frozenset[Key]:
    """Everything that the paper can be found by, its own reference among it."""
    found = [(KeyKind.DOCUMENT, key) for key in document_keys(paper.reference)]
    found += [(KeyKind.DOCUMENT, key) for alias in paper.aliases for key in document_keys(alias)]
    found += _body_keys(paper.body)
    named = any(kind in {KeyKind.CONTAINER, KeyKind.PLATE} and key for kind, key in found)
    if isinstance(paper.body, Movement | Weighing | Appointment) and not named:
        found.append((KeyKind.NAMELESS, paper.kind.value))
    keys = {Key(kind=kind, value=value) for kind, value in found if 0 < len(value) <= MAX_LENGTH}
    doubtful = {
        Key(kind=key.kind, value=value, doubtful=True)
        for key in keys
        if key.kind is KeyKind.CONTAINER
        for value in code_look_alikes(key.value)
    }
    return frozenset(keys | doubtful)


def about(paper: Paper) -> datetime | None:
    """When what the paper states happens; else when it was issued; None if it does not say."""
    match paper.body:
        case Movement(at=at) | Weighing(at=at) if at is not None:
            return at
        case Appointment(window_from=opens, window_to=closes):
            return opens + (closes - opens) / 2
        case Track(fixes=(*_, last)):
            return last.at
        case _:
            return paper.revision.issued_at


@lru_cache(maxsize=10_000)
def code_look_alikes(code: str) -> frozenset[str]:
    """Valid container codes that `code` may have been meant as; empty if it is itself valid.

    A valid code is never corrected: only one misread in thirty keeps the check digit right.
    """
    if not iso6346.has_code_shape(code) or iso6346.is_valid_code(code):
        return frozenset()
    found = {variant for variant in _exchanged(code) if iso6346.is_valid_code(variant)}
    values = [_VALUES[char] << place for place, char in enumerate(code[: iso6346.CHECK_POSITION])]
    total = sum(values)
    digit = code[iso6346.CHECK_POSITION]
    for place, old in enumerate(values):
        for new in _ALPHABETS[place]:
            if str((total - old + (_VALUES[new] << place)) % 11 % 10) == digit:
                found.add(code[:place] + new + code[place + 1 :])
    return frozenset(found | {code[:-1] + str(total % 11 % 10)})


def plate_look_alikes(plate: str) -> frozenset[str]:
    """Plates that differ in one character that cameras and people mix up."""
    return frozenset(
        plate[:place] + other + plate[place + 1 :]
        for place, char in enumerate(plate)
        for other in {LETTER_FOR.get(char), DIGIT_FOR.get(char)} - {None, char}
        if other is not None
    )


def are_alike(one: str, other: str) -> bool:
    """Of one length, and one character or one pair of neighbours apart."""
    if len(one) != len(other) or one == other:
        return False
    apart = [place for place in range(len(one)) if one[place] != other[place]]
    return len(apart) == 1 or other in _exchanged(one)


def _exchanged(text: str) -> Iterator[str]:
    for place in range(len(text) - 1):
        yield text[:place] + text[place + 1] + text[place] + text[place + 2 :]


def _body_keys(body: Body | None) -> list[tuple[KeyKind, str]]:
    found: list[tuple[KeyKind, str]] = []
    match body:
        case Consignment():
            inside = [code for item in body.goods for code in item.container_codes]
            found = [*_equipment_keys(body.equipment), *_containers(inside)]
            found += [*_documents(body.documents), *_transport_keys(body.transport)]
        case Movement():
            found = [*_equipment_keys([body.equipment]), *_transport_keys(body.transport)]
            found += _documents([body.transport_document, body.booking])
        case BayPlan():
            boxes = [stowed.equipment for stowed in body.containers]
            found = [*_equipment_keys(boxes), *_transport_keys(body.transport)]
        case Appointment():
            found = [*_containers(body.container_codes), *_plates(body.plates)]
            found += _documents([body.transport_document])
        case Weighing():
            codes = [body.container_code] if body.container_code else []
            found = [*_containers(codes), *_plates(body.plates)]
        case Registration():
            found = [(KeyKind.VEHICLE, plate_key(body.plate))]
        case Track():
            found = _track_keys(body)
    return found


def _track_keys(track: Track) -> list[tuple[KeyKind, str]]:
    kind, spell = {
        TrackedKind.VEHICLE: (KeyKind.PLATE, plate_key),
        TrackedKind.SEAL: (KeyKind.SEAL, document_key),
        TrackedKind.VESSEL: (KeyKind.VESSEL, document_key),
    }[track.kind]
    return [(kind, spell(track.subject))]


def _equipment_keys(boxes: Iterable[Equipment]) -> Iterator[tuple[KeyKind, str]]:
    for box in boxes:
        yield KeyKind.CONTAINER, container_key(box.code)
        for seal in box.seals:
            yield KeyKind.SEAL, document_key(seal)


def _containers(codes: Iterable[str]) -> list[tuple[KeyKind, str]]:
    return [(KeyKind.CONTAINER, container_key(code)) for code in codes]


def _plates(plates: Iterable[str]) -> list[tuple[KeyKind, str]]:
    return [(KeyKind.PLATE, plate_key(plate)) for plate in plates]


def _documents(texts: Iterable[str]) -> list[tuple[KeyKind, str]]:
    return [(KeyKind.DOCUMENT, key) for text in texts for key in document_keys(text)]


def _transport_keys(transport: Transport) -> list[tuple[KeyKind, str]]:
    vessels = [transport.vessel_imo, transport.vessel, transport.vessel_call_sign]
    return [
        *_plates(transport.plates),
        *((KeyKind.SEAL, document_key(seal)) for seal in transport.seals),
        *((KeyKind.VOYAGE, voyage_key(vessel, transport.voyage)) for vessel in vessels),
    ]
