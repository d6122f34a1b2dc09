"""IFTSTA, multimodal status report: UN/EDIFACT D.95B and later, as carriers send it.

Accepted: CNI groups with STS, time (DTM 334, 7, 78, 186, 133, 132 or 178), place (LOC 175, 165,
9, 11 or any first) and container (EQD, or RFF EQ in the status or before it). One paper per
status and container; a status that names no container is refused.
Status codes are those of UN/ECE Recommendation 24, of ANSI X12 and of DCSA; any other is the
event OTHER. The sender's code and words stand in `detail`.
"""

from __future__ import annotations

from service.domain.papers.movement import Movement
from service.domain.papers.paper import Function, PaperKind
from service.sources.edifact.container import Facts, Gatherer, container_code
from service.sources.edifact.envelope import Message, Segment
from service.sources.edifact.movement import split_at, transport_of
from service.sources.edifact.source import EdifactSource, Head, moment_of, read_head
from service.sources.events import event_of_code
from service.sources.intake import Intake
from service.sources.statement import RefusedStatement

_MOMENTS = ("334", "7", "78", "186", "133", "132", "178")
_PLACES = ("175", "165", "9", "11", "14", "7", "5")
_EQUIPMENT_NUMBER = "EQ"


def take_statuses(message: Message, intake: Intake) -> None:
    """One paper per status and container.

    Raises:
        RefusedStatement: the message as a whole says nothing that can be taken.
    """
    first, consignments = split_at(message.segments, "CNI")
    before, direct = split_at(first, "STS")
    head = read_head(message, before, intake)
    gatherer = Gatherer(message, intake)
    header = gatherer.gather((s for s in before if s.tag in ("TDT", "RFF")), Facts())
    count = 0
    for consignment in [direct, *(split_at(group, "STS")[1] for group in consignments)]:
        for status in consignment:
            count += 1
            try:
                _take(status, header, number=count, head=head, gatherer=gatherer,
                      message=message, intake=intake)  # fmt: skip
            except RefusedStatement as problem:
                intake.refuse(problem.where or message.where(status[0]), problem.reason)
    if not count:
        raise RefusedStatement("reports no status (STS)", where=message.start)


def _take(
    status: list[Segment],
    header: Facts,
    *,
    number: int,
    head: Head,
    gatherer: Gatherer,
    message: Message,
    intake: Intake,
) -> None:
    shared, groups = split_at(status, "EQD")
    where = message.where(status[0])
    facts = gatherer.gather(shared, Facts(vessel=header.vessel, references=dict(header.references)))
    containers = []
    for group in groups:
        try:
            containers.append(gatherer.gather(group, facts.copy()))
        except RefusedStatement as problem:
            intake.refuse(problem.where, problem.reason)
    named = next(
        (s.text(0, 1) for s in shared if s.tag == "RFF" and s.text(0) == _EQUIPMENT_NUMBER),
        header.references.get(_EQUIPMENT_NUMBER, ""),
    )
    if not groups:
        if not named:
            raise RefusedStatement("a status that names no container", where=where)
        facts.code = container_code(named, where=where)
        containers = [facts]
    stated = next((facts.moments[q] for q in _MOMENTS if q in facts.moments), None)
    try:
        at = moment_of(stated, intake) if stated is not None else None
    except ValueError as problem:
        raise RefusedStatement(str(problem), where=where) from problem
    code, words = status[0].text(1, 0), status[0].text(1, 3)
    cancelled = head.revision.function is Function.CANCELLATION
    for container in containers:
        movement = Movement(
            event=event_of_code(code),
            equipment=container.equipment(),
            at=at,
            place=container.place(*_PLACES),
            transport=transport_of(container, container.vessel),
            transport_document=container.references.get("BM", ""),
            booking=container.references.get("BN", ""),
            detail=" ".join(part for part in (code, words) if part),
        )
        intake.take(
            None if cancelled else movement,
            kind=PaperKind.STATUS_EVENT,
            reference=f"{head.document}/{number}/{container.code}",
            revision=head.revision,
            where=where,
            field_origins=container.origins,
        )


IFTSTA = EdifactSource("iftsta", "IFTSTA", take_statuses)
