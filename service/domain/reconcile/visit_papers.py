"""What else the papers of a visit say: moves, weighings, plans, appointments, positions."""

from __future__ import annotations

from dataclasses import dataclass

from service.domain.papers.measurement import Weighing
from service.domain.papers.movement import Appointment, Movement, StowedContainer
from service.domain.papers.paper_finding import PaperFinding
from service.domain.papers.track import Track


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitPapers:
    """Certain papers of one visit, beside what the declaration takes from them.

    `stowed` are its containers in bay plans. `findings` are what the papers say of each other.
    `origins` are the countries of origin that declarations name, `routing` those that the goods
    are said to pass, ISO 3166 alpha-2. `elsewhere` are moves of its boxes outside the visit.
    Empty means that there is no such paper, which proves nothing.
    """

    movements: tuple[Movement, ...] = ()
    weighings: tuple[Weighing, ...] = ()
    stowed: tuple[StowedContainer, ...] = ()
    appointments: tuple[Appointment, ...] = ()
    tracks: tuple[Track, ...] = ()
    findings: tuple[PaperFinding, ...] = ()
    origins: frozenset[str] = frozenset()
    routing: frozenset[str] = frozenset()
    elsewhere: tuple[Movement, ...] = ()


NO_PAPERS = VisitPapers()
