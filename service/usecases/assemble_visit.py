"""Bring together what belongs to one visit: papers, weighings, scans sent apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from service.domain.access import Caller, Role
from service.domain.papers.corrections import Action, Correction, in_force
from service.domain.papers.keys import (
    MAX_LENGTH,
    Key,
    KeyKind,
    code_look_alikes,
    container_key,
    document_keys,
    plate_key,
    plate_look_alikes,
)
from service.domain.papers.matching import (
    Candidate,
    JoinRules,
    Slot,
    Visit,
    candidate_of,
)
from service.domain.papers.movement import Movement
from service.domain.papers.paper import Function, PaperKind
from service.domain.papers.visit import Join, Standing, joins_of
from service.errors import NotFound
from service.usecases.paper_ports import PaperArchive, PaperHistory, Span
from service.usecases.ports import CaseFile
from service.usecases.visit_ports import VisitStore
from vision.findings import Reading, Subject

SCAN_PREFIX = "inspection/"
BY_TIME_ALONE = frozenset({PaperKind.WEIGHBRIDGE_TICKET})
"""What is looked for although it names nothing that was read."""
PassagesNear = Callable[[str, datetime, timedelta], Sequence[Candidate]]
"""(site, time, reach) -> passages of a radiation portal that belong to no inspection yet."""


def no_passages(site: str, at: datetime, reach: timedelta) -> Sequence[Candidate]:
    """For a site whose portal sends its files with the scans."""
    del site, at, reach
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinedPaper:
    """A join, and the paper that it joins; None where it is another inspection or a passage."""

    join: Join
    history: PaperHistory | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssembledVisit:
    """A visit with all that may belong to it, strongest joins first. `corrections` are all that a
    person ever said about it, also what has been undone. `elsewhere` are moves of its own boxes
    that are not part of it: where they were before, or are said to be.
    """

    visit: Visit
    site: str
    joined: tuple[JoinedPaper, ...]
    corrections: tuple[Correction, ...]
    elsewhere: tuple[Movement, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembler:
    """Finds and joins. `passages` knows the passages that were sent without a scan."""

    archive: PaperArchive
    visits: VisitStore
    rules: JoinRules
    passages: PassagesNear = no_passages

    def assemble(self, file: CaseFile) -> AssembledVisit:
        """What belongs to the inspection, now. Also makes the visit known to late papers."""
        visit, site = visit_of(file), file.inspection.site
        keys = search_keys(visit)
        self.visits.remember(visit, site=site, keys=keys)
        histories = self._histories(visit, keys, site)
        candidates = [self._candidate(history) for history in histories.values()]
        others = self._others(visit, site)
        candidates += [_scan(other) for other in others if not other.sensors & visit.sensors]
        candidates += self.passages(site, visit.at, self.rules.passage_window)
        corrections = self.visits.corrections(
            visit.id, site=site, subjects=[candidate.id for candidate in candidates]
        )
        candidates += self._spoken_of(visit, site, corrections, candidates, histories)
        joins = joins_of(
            visit,
            others=others,
            candidates=candidates,
            corrections=corrections,
            rules=self.rules,
        )
        own = {join.candidate for join in joins if join.standing is Standing.CERTAIN}
        return AssembledVisit(
            visit=visit,
            site=site,
            elsewhere=_moves_of(visit, (h for s, h in histories.items() if s not in own)),
            joined=tuple(JoinedPaper(join=j, history=histories.get(j.candidate)) for j in joins),
            corrections=tuple(c for c in corrections if c.visit_id == visit.id),
        )

    def _histories(self, visit: Visit, keys: frozenset[Key], site: str) -> dict[str, PaperHistory]:
        """Papers by the id of their candidate; cancelled ones too, for a person to see."""
        wanted: dict[KeyKind, set[str]] = {}
        for key in keys:
            wanted.setdefault(key.kind, set()).add(key.value)
        found = self.archive.find(
            {kind: frozenset(values) for kind, values in wanted.items()},
            site=site,
            spans=spans(visit, self.rules),
        )
        return {subject_of(history): history for history in _without_provisional(found)}

    def _others(self, visit: Visit, site: str) -> tuple[Visit, ...]:
        span = Span.around(visit.at, 2 * self.rules.scan_window)
        return self.visits.near(visit, site=site, span=span)

    def _candidate(self, history: PaperHistory) -> Candidate:
        """A cancelled paper is compared by what it last said, so that a person sees it."""
        paper = history.paper
        if history.state.cancelled:
            said = [v for v in history.versions if v.revision.function is not Function.CANCELLATION]
            if said:
                caller = _service_at(history.id.site)
                paper = self.archive.revision(said[-1].arrival, caller=caller)
        return candidate_of(paper, filed_at=history.versions[0].filed_at)

    def _spoken_of(
        self,
        visit: Visit,
        site: str,
        corrections: Sequence[Correction],
        candidates: Sequence[Candidate],
        histories: dict[str, PaperHistory],
    ) -> list[Candidate]:
        """Papers that a person joined and that nothing else would have found."""
        known = {candidate.id for candidate in candidates}
        added = []
        for correction in in_force(corrections):
            subject = correction.subject
            joins = correction.visit_id == visit.id and correction.action is Action.JOIN
            if not joins or subject in known:
                continue
            history = self.history_of(subject, site=site)
            if history is not None:
                histories[subject] = history
                added.append(self._candidate(history))
            elif subject.startswith(SCAN_PREFIX):
                added.append(Candidate(id=subject, slot=Slot.SCAN))
        return added

    def history_of(self, subject: str, *, site: str) -> PaperHistory | None:
        """The paper that a subject of a correction names; None if it names none."""
        kind, _, reference = subject.partition("/")
        if kind not in set(PaperKind):
            return None
        try:
            return self.archive.history(PaperKind(kind), reference, caller=_service_at(site))
        except NotFound:
            return None


def _service_at(site: str) -> Caller:
    return Caller(name="service", role=Role.ADMIN, sites=frozenset({site}))


def subject_of(history: PaperHistory) -> str:
    return f"{history.id.kind.value}/{history.id.reference}"


def visit_of(file: CaseFile) -> Visit:
    """What the newest analysis read, and what the sender named."""
    found = file.inspection
    readings = [
        f
        for f in (file.analyses[-1].analysis.findings if file.analyses else ())
        if isinstance(f, Reading)
    ]
    named = [found.declaration_ref or "", *found.registration_refs]

    def texts(subject: Subject, spell: Callable[[str], str], *, accepted: bool) -> frozenset[str]:
        own = (r for r in readings if r.subject is subject and r.accepted is accepted)
        return frozenset(spell(r.text) for r in own) - {""}

    boxes = texts(Subject.CONTAINER_CODE, container_key, accepted=True)
    plates = texts(Subject.PLATE, plate_key, accepted=True)
    return Visit(
        id=found.id,
        at=found.captured_at,
        containers=boxes,
        plates=plates,
        guessed_containers=texts(Subject.CONTAINER_CODE, container_key, accepted=False) - boxes,
        guessed_plates=texts(Subject.PLATE, plate_key, accepted=False) - plates,
        documents=frozenset(key for name in named if name for key in document_keys(name)),
        sensors=frozenset(evidence.kind.value for evidence in found.files),
    )


def search_keys(visit: Visit) -> frozenset[Key]:
    """All by which its papers may be found; guesses and look-alikes are marked doubtful."""
    certain = {(KeyKind.CONTAINER, text) for text in visit.containers}
    certain |= {(kind, t) for t in visit.plates for kind in (KeyKind.PLATE, KeyKind.VEHICLE)}
    certain |= {(KeyKind.DOCUMENT, text) for text in visit.documents}
    certain |= {(KeyKind.NAMELESS, kind.value) for kind in BY_TIME_ALONE}
    boxes = visit.guessed_containers | {
        alike
        for text in visit.containers | visit.guessed_containers
        for alike in code_look_alikes(text)
    }
    plates = visit.guessed_plates | {
        alike for text in visit.plates | visit.guessed_plates for alike in plate_look_alikes(text)
    }
    doubtful = {(KeyKind.CONTAINER, text) for text in boxes}
    doubtful |= {(kind, t) for t in plates for kind in (KeyKind.PLATE, KeyKind.VEHICLE)}
    keys = {Key(kind=kind, value=value) for kind, value in certain}
    keys |= {Key(kind=kind, value=value, doubtful=True) for kind, value in doubtful - certain}
    return frozenset(key for key in keys if 0 < len(key.value) <= MAX_LENGTH)


def spans(visit: Visit, rules: JoinRules) -> Mapping[KeyKind, Span]:
    """How far in time from the visit a paper found by each kind of key may be."""
    reach = {
        KeyKind.PLATE: rules.plate_reach,
        KeyKind.CONTAINER: rules.container_reach,
        # Twice, so that the visit behind gets the ticket that is nearer to it.
        KeyKind.NAMELESS: 2 * rules.scale_window,
    }
    return {kind: Span.around(visit.at, reach.get(kind, timedelta.max / 2)) for kind in KeyKind}


def _moves_of(visit: Visit, histories: Iterable[PaperHistory]) -> tuple[Movement, ...]:
    bodies = (history.paper.body for history in histories if not history.state.cancelled)
    return tuple(
        body
        for body in bodies
        if isinstance(body, Movement) and container_key(body.equipment.code) in visit.containers
    )


def _scan(other: Visit) -> Candidate:
    return Candidate(
        id=f"{SCAN_PREFIX}{other.id}",
        slot=Slot.SCAN,
        at=other.at,
        containers=other.containers,
        plates=other.plates,
        sensors=other.sensors,
    )


def _without_provisional(histories: Sequence[PaperHistory]) -> list[PaperHistory]:
    """A paper under the sender's own number gives way to the same paper under its MRN."""
    given_way = {
        (history.id.kind, alias)
        for history in histories
        if not history.state.cancelled
        for alias in history.paper.aliases
    }
    return [h for h in histories if (h.id.kind, h.id.reference) not in given_way]
