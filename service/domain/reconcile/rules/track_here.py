"""Rule 32, of receivers: when the scan was made, the receiver was where the scanner is."""

from __future__ import annotations

from service.domain.geography import distance_km
from service.domain.papers.route import in_time, nearest_in_time
from service.domain.papers.track import Track, TrackedKind
from service.domain.reconcile.case import Case
from service.domain.reconcile.rule import Rule, Source
from service.domain.reconcile.words import say
from service.domain.verdict import Result, RuleOutcome

RULE = Rule(number=32, name="track_here", source=Source.POSITIONS)
RULES = (RULE,)


def judge(case: Case) -> tuple[RuleOutcome, ...]:
    """Each track of a vehicle or seal; silent without one, or if the policy has no position.

    Between two fixes it may have driven on, so a fix that is far in time allows for the way.
    """
    if case.policy.position is None or case.captured_at is None:
        return ()
    return tuple(
        outcome
        for track in case.papers.tracks
        if track.kind is not TrackedKind.VESSEL
        for outcome in _judged(case, track)
    )


def _judged(case: Case, track: Track) -> tuple[RuleOutcome, ...]:
    here, at = case.policy.position, case.captured_at
    if here is None or at is None:
        return ()
    limits = case.policy.limits[RULE.name]
    fix = nearest_in_time(in_time(track), at)
    minutes = abs((fix.at - at).total_seconds()) / 60 if fix else 0.0
    if fix is None or minutes > limits["minutes"]:
        result, key, km = Result.CANNOT_TELL, "silent", 0.0
    else:
        km = distance_km((fix.latitude_deg, fix.longitude_deg), here)
        reach = limits["place_km"] + limits["kmh"] * minutes / 60
        result, key = (Result.MATCH, "here") if km <= reach else (Result.MISMATCH, "elsewhere")
    told = result is not Result.CANNOT_TELL
    return (
        case.outcome(
            RULE,
            result,
            subject=track.subject,
            expected=f"within {limits['place_km']:.0f} km",
            observed=f"{km:.0f} km away" if told else "no position at that time",
            sentence=say(
                f"track_here.{key}",
                subject=track.subject,
                km=f"{km:.0f}",
                minutes=f"{limits['minutes']:.0f}",
            ),
            score=km if told else None,
            limit=limits["place_km"] if told else None,
        ),
    )
