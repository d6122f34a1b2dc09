"""Rule 12: what the load is made of is what goods of the declared chapters are made of."""

from __future__ import annotations

from service.domain.reconcile.case import Case
from service.domain.reconcile.rule import Rule, Source
from service.domain.reconcile.words import say
from service.domain.verdict import Result, RuleOutcome
from vision.findings import Material, MaterialMap

RULE = Rule(number=12, name="material_declared", source=Source.XRAY, calibrates="share")
RULES = (RULE,)
# By chapter of the Harmonized System; chapters of mixed goods (84 to 97) may be anything.
_ORGANIC = frozenset(f"{n:02d}" for n in (*range(1, 25), 27, *range(29, 68)))
_MINERAL = frozenset({"25", "26", "28", "31", "68", "69", "70", "76"})
_METAL = frozenset({"26", "28", "71", "72", "73", "74", "75", "78", "79", "80", "81", "82", "83"})
MAY_BE = {Material.ORGANIC: _ORGANIC, Material.MINERAL: _MINERAL, Material.METAL: _METAL}
MIXED = frozenset(str(chapter) for chapter in range(84, 98))


def judge(case: Case) -> tuple[RuleOutcome, ...]:
    """The share of the load's area that no declared chapter explains, of what can be told.

    Packing is organic whatever is inside, so organic material is never strange.
    """
    chapters = {hs[:2] for hs in case.hs_codes}
    outcomes = []
    for index, found in case.findings(MaterialMap):
        shares = {share.material: share.share for share in found.shares}
        told = 1 - shares.get(Material.CANNOT_TELL, 0.0)
        strange = sum(
            share
            for material, share in shares.items()
            if material in {Material.MINERAL, Material.METAL} and not chapters & MAY_BE[material]
        )
        limit = case.policy.limit(RULE.name, "share")
        score: float | None = None
        if (
            not chapters
            or chapters & MIXED
            or told < case.policy.limit(RULE.name, "told")
            or case.too_poor(found.evidence.scan_sha256)
        ):
            result, key = Result.CANNOT_TELL, "unclear"
        else:
            score = strange / told
            fits = score <= limit
            result, key = (Result.MATCH, "fits") if fits else (Result.MISMATCH, "strange")
        outcomes.append(
            case.outcome(
                RULE,
                result,
                subject="material of the load",
                expected=f"chapters {', '.join(sorted(chapters))}" if chapters else "no goods code",
                observed=", ".join(f"{m.value} {s:.0%}" for m, s in sorted(shares.items())),
                sentence=say(
                    f"material_declared.{key}",
                    percent=f"{100 * strange:.0f}",
                    chapters=", ".join(sorted(chapters)),
                ),
                findings=(index,),
                score=score,
                limit=limit,
            )
        )
    return tuple(outcomes)
