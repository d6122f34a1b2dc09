"""VERMAS, verified gross mass: UN/EDIFACT D.16A and later, SMDG 1.0.

Accepted: one EQD group per container with MEA AAE VGM, the time of weighing (DTM WAT or 798), the
method (DOC SM1 weighs the packed container, SM2 adds up: SOLAS VI/2) and the party responsible
(NAD SPC, or AM who signed). A container without a mass is refused. Function 5 amends, 1 and 3
cancel.
"""

from __future__ import annotations

from service.domain.papers.measurement import MassMethod, Weighing
from service.domain.papers.paper import Function, PaperKind
from service.sources.edifact.container import Facts, Gatherer
from service.sources.edifact.envelope import Message, Segment
from service.sources.edifact.movement import Seen, check_total, for_each_container, split_at
from service.sources.edifact.source import EdifactSource, Head, moment_of, read_head
from service.sources.intake import Intake
from service.sources.statement import RefusedStatement

_METHODS = {"SM1": MassMethod.WEIGHED, "SM2": MassMethod.CALCULATED}
_WEIGHING = ("WAT", "798")


def take_verified_masses(message: Message, intake: Intake) -> None:
    """One paper per container.

    Raises:
        RefusedStatement: the message as a whole says nothing that can be taken.
    """
    first, groups = split_at(message.segments, "EQD")
    head = read_head(message, first, intake)
    check_total(message, groups)
    if not groups:
        raise RefusedStatement("names no container", where=message.start)
    gatherer = Gatherer(message, intake)

    def take(group: list[Segment], where: str, others: Seen) -> None:
        facts = gatherer.gather(group, Facts())
        others.check(facts.code)
        _take(facts, head=head, where=where, responsible=_responsible(group), intake=intake)
        others.add(facts.code, where)

    for_each_container(groups, take, message=message, intake=intake)


def _take(facts: Facts, *, head: Head, where: str, responsible: str, intake: Intake) -> None:
    cancelled = head.revision.function is Function.CANCELLATION
    mass = facts.verified_gross_mass_kg
    if mass is None and not cancelled:
        raise RefusedStatement(f"{facts.code}: no verified gross mass (MEA AAE VGM)", where=where)
    stated = next((facts.moments[q] for q in _WEIGHING if q in facts.moments), None)
    method = next((_METHODS[name] for name in facts.documents if name in _METHODS), None)
    try:
        at = moment_of(stated, intake) if stated is not None else None
    except ValueError as problem:
        raise RefusedStatement(str(problem), where=where) from problem
    if method is None and not cancelled:
        intake.doubt(where, f"{facts.code}: no method stated, taken as weighed (SM1)")
    weighing = Weighing(
        gross_kg=mass or 0.0,
        method=method or MassMethod.WEIGHED,
        at=at,
        container_code=facts.code,
        tare_kg=facts.tare_kg,
        responsible=responsible,
    )
    intake.take(
        None if cancelled else weighing,
        kind=PaperKind.VERIFIED_GROSS_MASS,
        reference=f"{head.document}/{facts.code}",
        revision=head.revision,
        where=where,
        field_origins={
            "gross_kg": facts.origins.get("equipment.verified_gross_mass_kg", where),
            "container_code": where,
        },
    )


def _responsible(group: list[Segment]) -> str:
    """The name of the responsible party, or its contact where it has none."""
    for wanted in ("SPC", "AM"):
        inside = False
        for segment in group:
            if segment.tag == "NAD":
                inside = segment.text(0) == wanted
                name = segment.text(3, 0) or segment.text(2, 0) or segment.text(1, 0)
                if inside and name:
                    return name
            elif segment.tag == "CTA" and inside and segment.text(1, 1):
                return segment.text(1, 1)
    return ""


VERMAS = EdifactSource("vermas", "VERMAS", take_verified_masses)
