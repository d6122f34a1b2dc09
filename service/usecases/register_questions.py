"""Which questions to registers follow from an inspection, and what is known of each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from service.domain.papers.consignment import Consignment, Party
from service.domain.papers.visit import Standing
from service.domain.register_statement import RegisterKind, RegisterStatement, Said
from service.domain.registration import Registration
from service.usecases.assemble_visit import AssembledVisit
from service.usecases.ports import CaseFile
from service.usecases.registers import AeoCertificate, ContainerOwner, EconomicOperator, Hit
from vision.findings import Reading, Subject

MOST_PER_REGISTER = 20
"""Papers of a groupage container name hundreds of parties; a register is not asked about all."""
VIEWERS_NEEDED = 2
MAX_NAME = 200
_COUNTRY = re.compile(r"[A-Z]{2}")
_EORI = re.compile(r"[A-Z]{2}[A-Z0-9]{3,15}")

Entry = Registration | Hit | ContainerOwner | EconomicOperator | AeoCertificate


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedRegister:
    """A register that the settings name. `needs_country`: it cannot be asked without one;
    `remote`: it is behind a gateway, and not a table in memory.
    """

    name: str
    kind: RegisterKind
    needs_country: bool = False
    remote: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A question that follows from an inspection; `hopeless` says why it need not be asked."""

    kind: RegisterKind
    register: str
    subject: str
    country: str | None = None
    name: str = ""
    hopeless: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came of asking once."""

    said: Said
    at: datetime
    reason: str = ""
    entry: Entry | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterQuestion:
    """A question as stored. `asked` counts all times that it was asked, `attempts` those since a
    person last wanted it asked; `next_at` None: it will not be asked again by itself. `viewers`
    are the persons who asked to see what the present answer says of a hit.
    """

    inspection_id: str
    number: int
    site: str
    kind: RegisterKind
    register: str
    subject: str
    country: str | None
    name: str
    said: Said
    reason: str
    entry: Entry | None
    planned_at: datetime
    answered_at: datetime | None
    asked_by: str
    asked: int
    attempts: int
    next_at: datetime | None
    viewers: tuple[str, ...] = ()

    def statement(self) -> RegisterStatement:
        """As rules may know it: without the details of a hit."""
        return RegisterStatement(
            kind=self.kind,
            register=self.register,
            subject=self.subject,
            country=self.country,
            said=self.said,
            reason=self.reason,
            at=self.answered_at,
            registration=self.entry if isinstance(self.entry, Registration) else None,
            words=words_of(self.entry),
        )


class QuestionStore(Protocol):
    """Questions to registers. Each method is one transaction."""

    def plan(
        self, inspection_id: str, wanted: Sequence[Wanted], *, now: datetime
    ) -> tuple[RegisterQuestion, ...]:
        """Store what is new of them, and give all questions of the inspection."""
        ...

    def of(self, inspection_id: str) -> tuple[RegisterQuestion, ...]: ...

    def claim(
        self, register: str, *, now: datetime, lease: timedelta, limit: int
    ) -> tuple[RegisterQuestion, ...]:
        """Questions whose time has come, each counted as asked; if nothing is recorded within the
        lease, their time comes again.
        """
        ...

    def record(
        self, question: RegisterQuestion, reply: Reply, *, now: datetime, next_at: datetime | None
    ) -> bool:
        """Store what came of it; True if the inspection should be judged again.

        Without effect if the question has been asked again meanwhile. A hit stays one until
        another answer comes; a register that cannot tell does not take it back.
        """
        ...

    def ask_again(
        self, inspection_id: str, number: int, *, by: str, now: datetime
    ) -> RegisterQuestion:
        """Its time is now, with all attempts before it. Raises: NotFound."""
        ...

    def add_viewer(
        self, inspection_id: str, number: int, *, by: str, now: datetime
    ) -> RegisterQuestion:
        """Raises: NotFound; Conflict: there is no hit."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """What the judge asks of registers: writes down new questions, gives what was answered."""

    registers: Sequence[NamedRegister]
    store: QuestionStore
    clock: Callable[[], datetime]

    def statements(
        self, file: CaseFile, assembled: AssembledVisit
    ) -> tuple[RegisterStatement, ...]:
        """Never waits for a register: what has not been answered is pending."""
        wanted = questions_of(file, assembled, self.registers)
        found = self.store.plan(file.inspection.id, wanted, now=self.clock())
        return tuple(question.statement() for question in found)


def questions_of(
    file: CaseFile, assembled: AssembledVisit, registers: Iterable[NamedRegister]
) -> tuple[Wanted, ...]:
    """From the accepted readings of the newest analysis and the certain papers of the visit."""
    plates, codes = _plates(file), _codes(file)
    parties = parties_in(assembled)
    wanted: list[Wanted] = []
    for register in registers:
        if register.kind in (RegisterKind.VEHICLE, RegisterKind.SOUGHT):
            found = [_about_plate(register, plate, country) for plate, country in plates.items()]
        elif register.kind is RegisterKind.OWNER:
            found = [
                Wanted(kind=register.kind, register=register.name, subject=code) for code in codes
            ]
        else:
            found = [_about_party(register, eori, party) for eori, party in parties.items()]
        wanted += _bounded(found)
    return tuple(wanted)


def _bounded(found: Sequence[Wanted]) -> list[Wanted]:
    """The first ones; that there are more is a question too, which is not asked by itself."""
    left = found[MOST_PER_REGISTER:]
    hopeless = f"one of {len(left)} more than are asked about by themselves"
    return [*found[:MOST_PER_REGISTER], *(replace(w, hopeless=hopeless) for w in left[:1])]


def _readings(file: CaseFile, subject: Subject) -> list[Reading]:
    findings = file.analyses[-1].analysis.findings if file.analyses else ()
    return [f for f in findings if isinstance(f, Reading) and f.subject is subject and f.accepted]


def _plates(file: CaseFile) -> dict[str, str | None]:
    """Each plate with its country, None if no view shows it or views disagree."""
    countries: dict[str, set[str]] = {}
    for reading in _readings(file, Subject.PLATE):
        own = countries.setdefault(reading.text, set())
        own |= {reading.country} if reading.country else set()
    return {plate: next(iter(own)) if len(own) == 1 else None for plate, own in countries.items()}


def _codes(file: CaseFile) -> list[str]:
    return list(dict.fromkeys(r.text for r in _readings(file, Subject.CONTAINER_CODE)))


def parties_in(assembled: AssembledVisit) -> dict[str, Party]:
    """Parties by their EORI, from papers that certainly belong to the visit and still count."""
    found: dict[str, Party] = {}
    for joined in assembled.joined:
        history = joined.history
        if joined.join.standing is not Standing.CERTAIN or history is None:
            continue
        body = history.paper.body
        if history.state.cancelled or not isinstance(body, Consignment):
            continue
        for party in body.parties:
            eori = "".join(party.identifier.split()).upper()
            if _EORI.fullmatch(eori):
                found.setdefault(eori, party)
    return dict(sorted(found.items()))


def _about_plate(register: NamedRegister, plate: str, country: str | None) -> Wanted:
    unknown = register.needs_country and country is None
    return Wanted(
        kind=register.kind,
        register=register.name,
        subject=plate,
        country=country,
        hopeless="the country of the plate is not known, and it must be" if unknown else "",
    )


def _about_party(register: NamedRegister, eori: str, party: Party) -> Wanted:
    return Wanted(
        kind=register.kind,
        register=register.name,
        subject=eori,
        country=party.country if _COUNTRY.fullmatch(party.country) else eori[:2],
        name=party.name[:MAX_NAME],
    )


def words_of(entry: Entry | None) -> str:
    """What was found, in words; nothing of a hit, which is for two persons."""
    if isinstance(entry, Registration):
        parts = [entry.colour, entry.make, entry.model]
        return " ".join(part for part in parts if part)
    if isinstance(entry, ContainerOwner):
        parts = [entry.company, entry.city, entry.country]
    elif isinstance(entry, EconomicOperator):
        parts = [entry.name or "name not published", entry.country]
    elif isinstance(entry, AeoCertificate):
        parts = [entry.kind, entry.holder, f"since {entry.since}" if entry.since else ""]
    else:
        parts = []
    return ", ".join(part for part in parts if part)
