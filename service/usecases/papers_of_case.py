"""What the papers of a visit bring to its judgement: the declaration and the vehicle records.

Only certain joins are used, and none of a cancelled paper: a rule that judged a doubtful paper
would raise false signals. The doubtful ones are shown to a person, whose word makes them certain.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from service.domain.declaration import Declaration, DeclaredContainer
from service.domain.papers.consignment import Consignment
from service.domain.papers.declaration_of import DECLARING, declaration_of
from service.domain.papers.keys import container_key, plate_key
from service.domain.papers.matching import Because
from service.domain.papers.measurement import Weighing
from service.domain.papers.movement import Appointment, BayPlan, Movement
from service.domain.papers.paper import PaperKind
from service.domain.papers.paper_finding import PaperFinding
from service.domain.papers.track import Track
from service.domain.papers.visit import Standing
from service.domain.reconcile.visit_papers import VisitPapers
from service.domain.register_statement import RegisterStatement
from service.domain.registration import Registration
from service.usecases.assemble_visit import AssembledVisit, Assembler, JoinedPaper
from service.usecases.paper_ports import PaperHistory
from service.usecases.ports import CaseFile

# A declaration for release says more than a transit declaration, and that more than the entry
# summary that a carrier lodged weeks before.
_RANK = {
    PaperKind.IMPORT_DECLARATION: 0,
    PaperKind.EXPORT_DECLARATION: 0,
    PaperKind.TRANSIT_DECLARATION: 1,
    PaperKind.ENTRY_SUMMARY: 2,
}


AskRegisters = Callable[[CaseFile, AssembledVisit], tuple[RegisterStatement, ...]]
"""What registers said of a case so far; what is new to ask is written down, and no one waits."""


def no_registers(file: CaseFile, assembled: AssembledVisit) -> tuple[RegisterStatement, ...]:
    """For a service that asks none."""
    del file, assembled
    return ()


CheckPapers = Callable[[AssembledVisit], tuple[PaperFinding, ...]]
"""What the papers of a visit say of each other."""


def no_check(assembled: AssembledVisit) -> tuple[PaperFinding, ...]:
    """For a service that does not compare papers."""
    del assembled
    return ()


def complete_case(
    file: CaseFile,
    *,
    assembler: Assembler,
    ask: AskRegisters = no_registers,
    check: CheckPapers = no_check,
) -> CaseFile:
    """The case with what the archive of papers knows; what it has already goes first."""
    if not file.analyses:
        return file
    assembled = assembler.assemble(file)
    return replace(
        with_papers(file, assembled),
        statements=ask(file, assembled),
        papers=visit_papers(assembled, findings=check(assembled)),
    )


def visit_papers(
    assembled: AssembledVisit, *, findings: tuple[PaperFinding, ...] = ()
) -> VisitPapers:
    """The bodies of the certain papers by what they are, of a bay plan the visit's own boxes."""
    bodies = [history.paper.body for _, history in _in_use(assembled)]
    consignments = [body for body in bodies if isinstance(body, Consignment)]
    seen = assembled.visit.containers
    return VisitPapers(
        movements=tuple(body for body in bodies if isinstance(body, Movement)),
        weighings=tuple(body for body in bodies if isinstance(body, Weighing)),
        appointments=tuple(body for body in bodies if isinstance(body, Appointment)),
        tracks=tuple(body for body in bodies if isinstance(body, Track)),
        stowed=tuple(
            box
            for body in bodies
            if isinstance(body, BayPlan)
            for box in body.containers
            if container_key(box.equipment.code) in seen
        ),
        origins=frozenset(
            item.origin_country.upper()
            for body in consignments
            for item in body.goods
            if item.origin_country
        ),
        routing=frozenset(
            country.upper()
            for body in consignments
            for country in body.transport.countries_of_routing
        ),
        findings=findings,
        elsewhere=assembled.elsewhere,
    )


def with_papers(file: CaseFile, assembled: AssembledVisit) -> CaseFile:
    """As `complete_case`, of a visit that is assembled."""
    own = {plate_key(entry.plate) for entry in file.registrations}
    more = tuple(r for r in registrations_in(assembled) if plate_key(r.plate) not in own)
    return replace(
        file,
        declaration=file.declaration or declaration_in(assembled),
        registrations=(*file.registrations, *more),
    )


def declaration_in(assembled: AssembledVisit) -> Declaration | None:
    """All certain declarations as one, each container as the most telling paper declares it."""
    found = [
        (joined, history) for joined, history in _in_use(assembled) if history.id.kind in DECLARING
    ]
    found.sort(key=lambda pair: (_RANK[pair[1].id.kind], -pair[1].state.counts.arrival))
    parts = [_part(joined, history, assembled) for joined, history in found]
    if not parts:
        return None
    containers: dict[str, DeclaredContainer] = {}
    for part in parts:
        for box in part.containers:
            containers.setdefault(container_key(box.code), box)
    return replace(
        parts[0],
        reference=" + ".join(dict.fromkeys(part.reference for part in parts)),
        containers=tuple(containers.values()),
        plates=tuple(dict.fromkeys(plate for part in parts for plate in part.plates)),
    )


def registrations_in(assembled: AssembledVisit) -> tuple[Registration, ...]:
    """The vehicle records of the plates that were read."""
    bodies = (history.paper.body for _, history in _in_use(assembled))
    return tuple(body for body in bodies if isinstance(body, Registration))


def _in_use(assembled: AssembledVisit) -> Sequence[tuple[JoinedPaper, PaperHistory]]:
    return [
        (joined, joined.history)
        for joined in assembled.joined
        if joined.join.standing is Standing.CERTAIN
        and joined.history is not None
        and not joined.history.state.cancelled
    ]


def _part(joined: JoinedPaper, history: PaperHistory, assembled: AssembledVisit) -> Declaration:
    """What the paper says of this visit: one of ten containers is no wrong count of ten.

    Where the sender named the paper for this visit, all of it counts.
    """
    declared = replace(declaration_of(history.paper), version=len(history.versions))
    seen = assembled.visit.containers
    here = tuple(box for box in declared.containers if container_key(box.code) in seen)
    named = any(reason.because is Because.NAMED for reason in joined.join.match.reasons)
    if named or not here or len(here) == len(declared.containers):
        return declared
    # Totals are of all containers.
    return replace(declared, containers=here, total_packages=None, total_gross_mass_kg=None)
