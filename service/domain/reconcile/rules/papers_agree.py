"""Rule 39: the papers of the visit agree with each other."""

from __future__ import annotations

from service.domain.reconcile.case import Case
from service.domain.reconcile.rule import Rule, Source
from service.domain.reconcile.words import say
from service.domain.verdict import Result, RuleOutcome

RULE = Rule(number=39, name="papers_agree", source=Source.PAPERS)
RULES = (RULE,)


def judge(case: Case) -> tuple[RuleOutcome, ...]:
    """What the cross-check of papers found; silent where there is but one paper.

    Agreement is one outcome: that twenty fields agree is no twenty reasons.
    """
    findings = case.papers.findings
    outcomes = [
        case.outcome(
            RULE,
            finding.result,
            subject=finding.subject,
            expected=f"{finding.expected} ({finding.expected_at.reference})",
            observed=f"{finding.observed} ({finding.observed_at.reference})",
            sentence=say(
                "papers_agree.differ"
                if finding.result is Result.MISMATCH
                else "papers_agree.unclear",
                subject=finding.subject,
                one=finding.expected,
                one_paper=finding.expected_at.reference,
                other=finding.observed,
                other_paper=finding.observed_at.reference,
            ),
        )
        for finding in findings
        if finding.result is not Result.MATCH
    ]
    if findings and not outcomes:
        outcomes.append(
            case.outcome(
                RULE,
                Result.MATCH,
                subject="papers",
                expected="the same",
                observed=f"{len(findings)} comparisons agree",
                sentence=say("papers_agree.same", count=len(findings)),
            )
        )
    return tuple(outcomes)
