"""Rules 31 and 32: the same box or plate was elsewhere, and cannot have come here since."""

from __future__ import annotations

from datetime import datetime

from service.domain.geography import distance_km
from service.domain.reconcile.case import Case, indexes
from service.domain.reconcile.history import Sighting
from service.domain.reconcile.rule import Rule, Source
from service.domain.reconcile.words import say
from service.domain.verdict import Result, RuleOutcome
from vision.findings import CheckDigit, Reading, Subject

RULE = Rule(number=31, name="impossible_travel", source=Source.HISTORY, version="2")
TWO_PLACES = Rule(number=32, name="two_places", source=Source.HISTORY, version="2")
RULES = (RULE, TWO_PLACES)
Pairs = list[tuple[int, Reading]]


def judge(case: Case) -> tuple[RuleOutcome, ...]:
    """Each number that was read against its nearest sighting before and after.

    Faster than the mode allows, detours and clocks allowed for, is impossible; at two places within
    the clocks' doubt is `two_places`. A number that nothing confirms may be another's, misread, and
    cannot tell. Silent without sightings, or without this site's own position in the policy.
    """
    here, at = case.policy.position, case.captured_at
    if here is None or at is None:
        return ()
    outcomes = []
    for subject in (Subject.CONTAINER_CODE, Subject.PLATE):
        for text, pairs in case.by_text(subject).items():
            own = [s for s in case.history.sightings if s.subject == text and _position(s)]
            worst = max(own, key=lambda s: _speed(case, s, here, at), default=None)
            if worst is not None:
                outcomes.append(_outcome(case, text, pairs, worst))
    return tuple(outcomes)


def _position(sighting: Sighting) -> tuple[float, float] | None:
    if sighting.latitude_deg is None or sighting.longitude_deg is None:
        return None
    return sighting.latitude_deg, sighting.longitude_deg


def _speed(case: Case, seen: Sighting, here: tuple[float, float], at: datetime) -> float:
    """Least speed in km/h that brings it from the one place to the other, clocks in its favour."""
    place = _position(seen)
    if place is None:
        return 0.0
    limits = case.policy.limits[RULE.name]
    distance = max(0.0, distance_km(place, here) - limits["place_km"]) * limits["detour"]
    hours = abs((at - seen.at).total_seconds()) / 3600 + limits["clock_minutes"] / 60
    return distance / max(hours, 1e-6)


def _outcome(case: Case, text: str, pairs: Pairs, seen: Sighting) -> RuleOutcome:
    limits = case.policy.limits[RULE.name]
    here, at = case.policy.position or (0.0, 0.0), case.captured_at or seen.at
    speed = _speed(case, seen, here, at)
    mode = seen.mode if f"{seen.mode}_kmh" in limits else "unknown"
    limit = limits[f"{mode}_kmh"] * limits["margin"]
    apart_min = abs((at - seen.at).total_seconds()) / 60
    views = {reading.evidence.scan_sha256 for _, reading in pairs}
    confirmed = seen.certain and (
        len(views) > 1 or any(r.check_digit is CheckDigit.CORRECT for _, r in pairs)
    )
    at_once = apart_min <= limits["clock_minutes"]
    rule = TWO_PLACES if at_once and speed > limit else RULE
    if speed <= limit:
        result, key = Result.MATCH, "possible"
    elif not confirmed:
        result, key = Result.CANNOT_TELL, "unconfirmed"
    else:
        result, key = Result.MISMATCH, "two_places" if at_once else "impossible"
    return case.outcome(
        rule,
        result,
        subject=text,
        expected=f"at most {limit:.0f} km/h",
        observed=f"{speed:.0f} km/h from {seen.place} ({seen.reference})",
        sentence=say(
            f"impossible_travel.{key}",
            subject=text,
            place=seen.place,
            time=f"{seen.at:%Y-%m-%d %H:%M}",
            speed=f"{speed:.0f}",
        ),
        findings=indexes(pairs),
        score=speed / limit,
        limit=1.0,
    )
