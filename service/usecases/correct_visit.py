"""A person joins a paper to a visit, takes one away, or undoes either."""

from __future__ import annotations

from service.domain.access import Caller, Permission
from service.domain.papers.corrections import Action, Correction
from service.errors import Conflict, Forbidden, InvalidInput, NotFound
from service.usecases.assemble_visit import SCAN_PREFIX, Assembler
from service.usecases.ports import CaseFile, Clock, Repository
from service.usecases.rejudge import Judge

MAX_NOTE = 4000
_DONE = {Action.JOIN: "joined", Action.SPLIT: "taken away", Action.UNDO: "undone"}


def correct_visit(
    inspection_id: str,
    *,
    action: Action,
    subject: str = "",
    undoes: int | None = None,
    note: str = "",
    caller: Caller,
    repository: Repository,
    assembler: Assembler,
    clock: Clock,
    judge: Judge,
) -> Correction:
    """Append the correction and judge what it concerns again.

    Args:
        inspection_id: the visit.
        action: what the person says.
        subject: "import_declaration/25DE1", or "inspection/ID" of a scan that was sent apart.
        undoes: the number of the correction to undo, for UNDO.
        note: why, for others to read.
        caller: the person.
        repository: of inspections.
        assembler: of visits.
        clock: now.
        judge: judges an inspection again.

    Raises:
        Forbidden: the caller's role does not decide.
        NotFound: no such inspection, paper or correction at the caller's sites.
        InvalidInput: the subject is malformed, or the note too long.
        Conflict: the correction is not one of this visit.
    """
    if not caller.may(Permission.DECIDE):
        raise Forbidden(f"role {caller.role.value} may not decide")
    if len(note) > MAX_NOTE:
        raise InvalidInput(f"at most {MAX_NOTE} characters", field="note")
    file = repository.case_file(inspection_id, caller=caller)
    site = file.inspection.site
    if action is Action.UNDO:
        subject = _undone(inspection_id, undoes, site=site, assembler=assembler)
    else:
        _check(subject, inspection_id, site=site, repository=repository, assembler=assembler)
    others = _also_concerned(subject, file, assembler)
    correction = assembler.visits.correct(
        inspection_id,
        site=site,
        subject=subject,
        action=action,
        by=caller.name,
        at=clock(),
        note=note.strip(),
        undoes=undoes if action is Action.UNDO else None,
    )
    name = subject.replace("/", " ").replace("_", " ")
    cause = f"{caller.name}: {name} {_DONE[action]}"
    assembler.visits.note(inspection_id, text=cause, now=clock())
    for concerned in (inspection_id, *sorted(others - {inspection_id})):
        try:
            judge(concerned, cause=cause)
        except Conflict:
            # Not analysed yet; the correction holds when it is.
            continue
    return correction


def _check(
    subject: str, inspection_id: str, *, site: str, repository: Repository, assembler: Assembler
) -> None:
    """The subject exists at the site of the visit."""
    kind, _, reference = subject.partition("/")
    if not kind or not reference:
        raise InvalidInput("expected kind and reference, or an inspection", field="subject")
    if subject == f"{SCAN_PREFIX}{inspection_id}":
        raise InvalidInput("an inspection cannot be joined to itself", field="subject")
    if subject.startswith(SCAN_PREFIX):
        if repository.judging_file(reference).inspection.site == site:
            return
        raise NotFound(f"no inspection {reference}")
    if assembler.history_of(subject, site=site) is None:
        raise NotFound(f"no {kind.replace('_', ' ')} is filed under {reference!r}")


def _undone(inspection_id: str, undoes: int | None, *, site: str, assembler: Assembler) -> str:
    """The subject of the correction to undo."""
    own = assembler.visits.corrections(inspection_id, site=site, subjects=())
    for correction in own:
        if correction.number == undoes:
            return correction.subject
    raise NotFound(f"no correction {undoes} of this inspection")


def _also_concerned(subject: str, file: CaseFile, assembler: Assembler) -> frozenset[str]:
    """Other visits that a paper of one visit is taken from, or may be given back to."""
    assembled = assembler.assemble(file)
    spoken = assembler.visits.corrections(
        file.inspection.id, site=file.inspection.site, subjects=[subject]
    )
    fitting = {
        visit
        for joined in assembled.joined
        if joined.join.candidate == subject
        for visit in joined.join.rival_visits
    }
    return frozenset(fitting | {c.visit_id for c in spoken if c.subject == subject})
