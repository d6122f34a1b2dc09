"""Rule 36: scan, gate and scale saw the vehicle in the same visit."""

from __future__ import annotations

from datetime import datetime

from service.domain.papers.measurement import MassMethod
from service.domain.papers.movement import MovementEvent
from service.domain.reconcile.case import Case
from service.domain.reconcile.rule import Rule, Source
from service.domain.reconcile.words import say
from service.domain.verdict import Result, RuleOutcome

RULE = Rule(number=36, name="scan_time", source=Source.MOVEMENTS, version="2")
RULES = (RULE,)
AT_THE_GATE = frozenset({MovementEvent.GATE_IN, MovementEvent.GATE_OUT})
ON_SITE = frozenset({MassMethod.WEIGHBRIDGE, MassMethod.AXLE_SCALE})


def judge(case: Case) -> tuple[RuleOutcome, ...]:
    """The nearest event of each kind against the time of the scan; silent without one.

    A picture of another vehicle, or of the same at another time, does not fit in time.
    """
    if case.captured_at is None:
        return ()
    own = {
        "gate": [move.at for move in case.papers.movements if move.event in AT_THE_GATE],
        "scale": [w.at for w in case.papers.weighings if w.method in ON_SITE],
    }
    return tuple(
        _outcome(case, where, case.captured_at, [at for at in times if at is not None])
        for where, times in own.items()
        if times
    )


def _outcome(case: Case, where: str, scanned: datetime, times: list[datetime]) -> RuleOutcome:
    if not times:
        return case.outcome(
            RULE,
            Result.CANNOT_TELL,
            subject=f"time at the {where}",
            expected="a time",
            observed="none",
            sentence=say(f"scan_time.{where}_no_time"),
        )
    nearest = min(times, key=lambda at: abs(at - scanned))
    minutes = abs(nearest - scanned).total_seconds() / 60
    limit = case.policy.limit(RULE.name, f"{where}_minutes")
    fits = minutes <= limit
    return case.outcome(
        RULE,
        Result.MATCH if fits else Result.MISMATCH,
        subject=f"time at the {where}",
        expected=f"within {limit:.0f} min",
        observed=f"{minutes:.0f} min",
        sentence=say(
            f"scan_time.{where}_{'fits' if fits else 'apart'}",
            minutes=f"{minutes:.0f}",
            limit=f"{limit:.0f}",
        ),
        score=minutes,
        limit=limit,
    )
