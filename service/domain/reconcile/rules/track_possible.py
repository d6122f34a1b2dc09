"""Rule 31, of receivers: a track that jumps, is frozen or comes from the future is no track."""

from __future__ import annotations

from datetime import timedelta

from service.domain.papers.route import (
    freezes,
    from_the_future,
    in_time,
    is_glitch,
    jumps,
)
from service.domain.papers.track import Track, TrackedKind
from service.domain.reconcile.case import Case
from service.domain.reconcile.rule import Rule, Source
from service.domain.reconcile.words import say
from service.domain.verdict import Result, RuleOutcome, Sentence

RULE = Rule(number=31, name="track_possible", source=Source.POSITIONS)
RULES = (RULE,)
LEAST_FIXES = 3


def judge(case: Case) -> tuple[RuleOutcome, ...]:
    """Each track of a vehicle or seal by itself; silent without one."""
    return tuple(
        _judged(case, track) for track in case.papers.tracks if track.kind is not TrackedKind.VESSEL
    )


def _judged(case: Case, track: Track) -> RuleOutcome:
    result, sentence, observed, speed = _said(case, track)
    limit = case.policy.limit(RULE.name, "kmh")
    return case.outcome(
        RULE,
        result,
        subject=track.subject,
        expected=f"at most {limit:.0f} km/h, moving, on time",
        observed=observed,
        sentence=sentence,
        score=speed / limit if speed is not None else None,
        limit=1.0 if speed is not None else None,
    )


def _said(case: Case, track: Track) -> tuple[Result, Sentence, str, float | None]:
    limits = case.policy.limits[RULE.name]
    fixes = in_time(track)
    count = f"{len(fixes)} positions"
    if len(fixes) < LEAST_FIXES:
        few = say("track_possible.few", subject=track.subject, count=len(fixes))
        return Result.CANNOT_TELL, few, count, None
    found = jumps(fixes, most_kmh=limits["kmh"], least_km=limits["jump_km"])
    if found:
        worst = max(found, key=lambda jump: jump.kmh)
        glitch = is_glitch(fixes, found, least_km=limits["jump_km"])
        sentence = say(
            "track_possible.glitch" if glitch else "track_possible.jump",
            subject=track.subject,
            km=f"{worst.km:.0f}",
            speed=f"{worst.kmh:.0f}",
            time=f"{worst.after.at:%Y-%m-%d %H:%M}",
        )
        result = Result.CANNOT_TELL if glitch else Result.MISMATCH
        return result, sentence, f"{worst.km:.0f} km at {worst.kmh:.0f} km/h", worst.kmh
    frozen = freezes(fixes, least=int(limits["frozen_fixes"]), moving_kmh=limits["moving_kmh"])
    if frozen:
        stuck = max(frozen, key=lambda freeze: freeze.fixes)
        sentence = say(
            "track_possible.frozen",
            subject=track.subject,
            count=stuck.fixes,
            since=f"{stuck.since:%Y-%m-%d %H:%M}",
        )
        return Result.MISMATCH, sentence, f"{stuck.fixes} times one position", None
    early = from_the_future(fixes, allowed=timedelta(minutes=limits["clock_minutes"]))
    if early:
        sentence = say("track_possible.future", subject=track.subject, count=len(early))
        return Result.MISMATCH, sentence, f"{len(early)} positions from the future", None
    fine = say("track_possible.fine", subject=track.subject, count=len(fixes))
    return Result.MATCH, fine, count, None
