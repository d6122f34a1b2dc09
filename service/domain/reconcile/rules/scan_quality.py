"""Rule 38: each X-ray view is good enough to conclude anything from it."""

from __future__ import annotations

from service.domain.reconcile.case import Case
from service.domain.reconcile.rule import Rule, Source
from service.domain.reconcile.words import say
from service.domain.verdict import Result, RuleOutcome
from vision.findings import ScanQuality

RULE = Rule(number=38, name="scan_quality", source=Source.XRAY)
RULES = (RULE,)


def judge(case: Case) -> tuple[RuleOutcome, ...]:
    outcomes = []
    for index, quality in case.findings(ScanQuality):
        poor = [
            f"{m.name} {m.value:.3g} (limit {m.limit:.3g})"
            for m in quality.measures
            if not m.acceptable
        ]
        outcomes.append(
            case.outcome(
                RULE,
                Result.MATCH if quality.acceptable else Result.MISMATCH,
                subject=f"view f{index}",
                expected="within limits",
                observed=", ".join(poor) or "within limits",
                sentence=say(
                    "scan_quality.good" if quality.acceptable else "scan_quality.poor",
                    measures=", ".join(poor),
                ),
                source="xray",
                findings=(index,),
            )
        )
    return tuple(outcomes) or (_no_view(case),)


def _no_view(case: Case) -> RuleOutcome:
    return case.outcome(
        RULE,
        Result.CANNOT_TELL,
        subject="X-ray view",
        expected="within limits",
        observed="no view",
        sentence=say("scan_quality.no_view"),
        source="xray",
    )
