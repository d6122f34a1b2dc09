"""Rule 11: the load looks like goods of its declared heading."""

from __future__ import annotations

from service.domain.reconcile.case import Case
from service.domain.reconcile.rule import Rule, Source
from service.domain.reconcile.words import say
from service.domain.verdict import Result, RuleOutcome
from vision.findings import CargoEmbedding, CargoGroup, GroupScore

RULE = Rule(number=11, name="goods_look_declared", source=Source.XRAY, version="2")
RULES = (RULE,)


def judge(case: Case) -> tuple[RuleOutcome, ...]:
    """One declared heading alone: what several kinds of goods look like together nobody knows.

    Groups are beginnings of goods codes ("08", "2402"); the probability of the declared heading is
    that of all groups which it may belong to. Other groups cannot be compared.
    """
    headings = {hs[:4] for hs in case.hs_codes}
    outcomes = []
    for index, found in case.findings(CargoGroup):
        codes = [score for score in found.groups if score.group.isdecimal()]
        declared = next(iter(headings)) if len(headings) == 1 else ""
        own = sum(s.probability for s in codes if _belongs(declared, s.group))
        other = max(
            (s for s in codes if not _belongs(declared, s.group)), default=None, key=_probability
        )
        limits = case.policy.limits[RULE.name]
        score: float | None = None
        if not found.accepted or not declared or not codes:
            result, key = Result.CANNOT_TELL, "unclear"
        else:
            score = 1 - own
            strange = own < limits["declared"] and other and other.probability > limits["other"]
            result, key = (Result.MISMATCH, "strange") if strange else (Result.MATCH, "alike")
        looks = other.group if other else ""
        outcomes.append(
            case.outcome(
                RULE,
                result,
                subject="goods",
                expected=", ".join(sorted(headings)) or "no goods code",
                observed=", ".join(f"{s.group} {s.probability:.0%}" for s in found.groups[:3]),
                sentence=say(
                    f"goods_look_declared.{key}",
                    declared=declared,
                    looks=looks,
                    percent=f"{100 * own:.0f}",
                ),
                findings=(index,),
                score=score,
                limit=1 - limits["declared"],
            )
        )
    return (*outcomes, *_by_library(case))


def _by_library(case: Case) -> tuple[RuleOutcome, ...]:
    """Against the loads that were decided at this site; silent below `least` of the heading.

    Strange alone is a mixed load, or another way to stow; only if it also looks like one other
    kind of goods is it a mismatch.
    """
    look, limits = case.history.look, case.policy.limits[RULE.name]
    if look is None or look.p_value is None or look.references < limits["least"]:
        return ()
    other, share = next(((k, v) for k, v in look.others if k != look.heading), ("", 0.0))
    if look.p_value > limits["site_p"]:
        result, key = Result.MATCH, "usual_here"
    elif share > limits["other"]:
        result, key = Result.MISMATCH, "other_here"
    else:
        result, key = Result.CANNOT_TELL, "strange_here"
    return (
        case.outcome(
            RULE,
            result,
            subject="goods beside decided loads",
            expected=look.heading,
            observed=", ".join(f"{kind} {part:.0%}" for kind, part in look.others[:3]),
            sentence=say(
                f"goods_look_declared.{key}",
                declared=look.heading,
                count=look.references,
                looks=other,
                percent=f"{100 * look.p_value:.1f}",
            ),
            findings=tuple(index for index, _ in case.findings(CargoEmbedding)),
            source=Source.HISTORY.value,
            score=1 - look.p_value,
            limit=1 - limits["site_p"],
        ),
    )


def _belongs(heading: str, group: str) -> bool:
    return bool(heading) and (heading.startswith(group) or group.startswith(heading))


def _probability(score: GroupScore) -> float:
    return score.probability
