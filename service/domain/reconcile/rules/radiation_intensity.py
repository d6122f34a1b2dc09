"""Rule 29: no more radiation than so much of the declared goods can give."""

from __future__ import annotations

from service.domain.reconcile.case import Case
from service.domain.reconcile.norm_goods import times_ground
from service.domain.reconcile.radiation_case import (
    explaining_headings,
    outcome,
    passings,
)
from service.domain.reconcile.rule import Rule, Source
from service.domain.reconcile.words import say
from service.domain.verdict import Result, RuleOutcome

RULE = Rule(number=25, name="radiation_intensity", source=Source.RADIATION)
RULES = (RULE,)


def judge(case: Case) -> tuple[RuleOutcome, ...]:
    """Net rate over background against what the masses allow.

    The background is what the ground gives the same detector, so goods so many times as active as
    ground give at most so many times the background, times what geometry can do (the policy's
    `geometry_high`); a load below `full_load_kg` gives less in proportion.
    """
    outcomes = []
    limits = case.policy.radiation
    for passing in passings(case):
        if not passing.gamma_alarm or not passing.series:
            continue
        headings = explaining_headings(case, passing.series)
        if not headings:
            continue
        index, found = max(passing.gamma, key=lambda pair: pair[1].peak_rate_cps)
        ratio = found.peak_rate_cps / max(found.background_rate_cps, 1e-9) - 1
        own = [g for g in case.goods if g.hs_code[:4] in headings]
        allowed = 0.0
        for goods in own:
            part = min(1.0, (goods.gross_mass_kg or 0.0) / limits.full_load_kg)
            allowed += limits.geometry_high * times_ground(goods.hs_code)[1] * part
        tonnes = sum(g.gross_mass_kg or 0.0 for g in own) / 1000
        observed = f"{ratio:+.2f} times background"
        if any(goods.gross_mass_kg is None for goods in own):
            result, expected = Result.CANNOT_TELL, "mass not declared"
            sentence = say("radiation_intensity.no_mass")
        elif ratio <= allowed:
            result, expected = Result.MATCH, f"at most {allowed:.2f} times background"
            sentence = say(
                "radiation_intensity.fits", tonnes=f"{tonnes:.1f}", headings=", ".join(headings)
            )
        else:
            result, expected = Result.MISMATCH, f"at most {allowed:.2f} times background"
            sentence = say(
                "radiation_intensity.too_much",
                of=passing.of,
                tonnes=f"{tonnes:.1f}",
                headings=", ".join(headings),
            )
        outcomes.append(
            outcome(
                case,
                RULE,
                result,
                subject=f"intensity{passing.label}",
                expected=expected,
                observed=observed,
                sentence=sentence,
                findings=(index,),
            )
        )
    return tuple(outcomes)
