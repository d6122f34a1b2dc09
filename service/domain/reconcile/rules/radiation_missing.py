"""Rule 30: goods that are always radioactive were declared, and there is no radiation."""

from __future__ import annotations

import math

from service.domain.reconcile.case import Case
from service.domain.reconcile.norm_goods import times_ground
from service.domain.reconcile.radiation_case import outcome, passings
from service.domain.reconcile.rule import Rule, Source
from service.domain.reconcile.words import say
from service.domain.verdict import Result, RuleOutcome

RULE = Rule(number=27, name="radiation_missing", source=Source.RADIATION)
RULES = (RULE,)
# Chapters whose goods shield: iron and steel, other metals, and articles of them.
SHIELDING_CHAPTERS = frozenset(str(chapter) for chapter in range(72, 84))


def judge(case: Case) -> tuple[RuleOutcome, ...]:
    """The least that the declared masses must give, against what was counted.

    Not judged for goods whose least activity would not show, as it hides in the vehicle's shadow.
    An alarm says that something radiates; whether it is enough, other rules judge. One vehicle
    only: of several in a file nobody knows whose the papers are.
    """
    limits = case.policy.radiation
    passing = passings(case)
    goods = [g for g in case.goods if times_ground(g.hs_code)[0] > 0]
    counted = [pair for one in passing for pair in one.gamma]
    if not goods or len(counted) != 1:
        return ()
    index, found = counted[0]
    expected = sum(
        limits.geometry_low
        * times_ground(g.hs_code)[0]
        * min(1.0, (g.gross_mass_kg or 0.0) / limits.full_load_kg)
        for g in goods
    )
    background = max(found.background_rate_cps, 1e-9)
    ratio = found.peak_rate_cps / background - 1
    # Counts of the two seconds that a window takes.
    spread = math.sqrt(1 / (background * limits.window_s))
    deviate = (ratio - expected) / spread
    headings = ", ".join(sorted({g.hs_code[:4] for g in goods}))
    shows = max(3 * spread, limits.missing_least)
    if all(g.gross_mass_kg is not None for g in goods) and expected < shows:
        return ()
    shielded = any(g.hs_code[:2] in SHIELDING_CHAPTERS for g in case.goods)
    observed = f"{ratio:+.2f} times background"
    if any(g.gross_mass_kg is None for g in goods):
        result = Result.CANNOT_TELL
        sentence = say("radiation_missing.no_mass", headings=headings)
    elif found.alarm or deviate >= -limits.missing_z:
        result = Result.MATCH
        sentence = say("radiation_missing.there", headings=headings)
    elif shielded:
        result = Result.CANNOT_TELL
        sentence = say("radiation_missing.shielded", headings=headings)
    else:
        result = Result.MISMATCH
        sentence = say("radiation_missing.missing", headings=headings, z=f"{deviate:.1f}")
    return (
        outcome(
            case,
            RULE,
            result,
            subject="declared natural goods",
            expected=f"at least {expected:.2f} times background",
            observed=observed,
            sentence=sentence,
            findings=(index,),
        ),
    )
