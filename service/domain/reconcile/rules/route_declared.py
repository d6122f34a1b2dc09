"""Rule 34: the container was loaded where goods of its declared origin and route are."""

from __future__ import annotations

from service.domain.papers.movement import Movement, MovementEvent
from service.domain.reconcile.case import Case
from service.domain.reconcile.rule import Rule, Source
from service.domain.reconcile.words import say
from service.domain.verdict import Result, RuleOutcome

RULE = Rule(number=34, name="route_declared", source=Source.MOVEMENTS)
RULES = (RULE,)
LOCODE = 5
_LOADED = frozenset({MovementEvent.LOADED, MovementEvent.STUFFED})


def judge(case: Case) -> tuple[RuleOutcome, ...]:
    """Countries of the places where each box was first loaded; silent without such an event.

    Origin is where goods were made: that they are loaded in another country is usual within one
    continent and by transhipment, so only a country that is neither origin nor on the declared
    route counts, and only if the papers name a route at all.
    """
    known = case.papers.origins | case.papers.routing
    firsts: dict[str, Movement] = {}
    for move in sorted(
        (m for m in case.papers.movements if m.event in _LOADED and m.at is not None),
        key=lambda m: m.at.timestamp() if m.at else 0.0,
    ):
        firsts.setdefault(move.equipment.code, move)
    outcomes = []
    for code, move in firsts.items():
        country = move.place[:2].upper() if len(move.place) == LOCODE else ""
        if not country or not case.papers.routing:
            result, key = Result.CANNOT_TELL, "unknown"
        elif country in known:
            result, key = Result.MATCH, "on_route"
        else:
            result, key = Result.MISMATCH, "off_route"
        outcomes.append(
            case.outcome(
                RULE,
                result,
                subject=code,
                expected=", ".join(sorted(known)) or "no route declared",
                observed=move.place or "no place",
                sentence=say(
                    f"route_declared.{key}",
                    code=code,
                    place=move.place,
                    route=", ".join(sorted(known)),
                ),
            )
        )
    return tuple(outcomes)
