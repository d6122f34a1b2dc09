"""Run scenarios through the rules, and say which did as stated."""

from __future__ import annotations

from dataclasses import dataclass, replace

from service.domain.reconcile.case import Case
from service.domain.reconcile.judge import reach_verdict
from service.domain.reconcile.policy import Policy
from service.domain.scenarios.papers import NOW, known_of
from service.domain.scenarios.scenario import Doubt, Picture, Scenario
from service.domain.scenarios.seen import analysis_of
from service.domain.verdict import Advice, Result, Verdict

# Where all scenarios take place: Hamburg.
HERE = frozenset({"DEHAM"})
POSITION = (53.54, 9.98)
ABOUT_THE_SCAN = "scan_quality"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one scenario and its twin."""

    scenario: Scenario
    bad: Verdict
    twin: Verdict

    @property
    def fired(self) -> frozenset[str]:
        return fired(self.bad)

    @property
    def twin_fired(self) -> frozenset[str]:
        return fired(self.twin)

    @property
    def as_stated(self) -> bool:
        return (
            self.fired == self.scenario.fires
            and self.bad.advice is self.scenario.advice
            and not self.twin_fired
            and self.twin.advice is not Advice.HOLD
        )


def fired(verdict: Verdict) -> frozenset[str]:
    """Rules that said mismatch."""
    return frozenset(o.rule for o in verdict.outcomes if o.result is Result.MISMATCH)


def case_of(picture: Picture, policy: Policy) -> Case:
    """The case that the rules judge."""
    known = known_of(picture.papers)
    return Case(
        analysis=analysis_of(picture.seen),
        policy=replace(policy, here=HERE, position=POSITION),
        declaration=known.declaration,
        registrations=known.registrations,
        has_register=bool(known.registrations),
        captured_on=NOW.date(),
        captured_at=NOW,
        statements=known.statements,
        papers=known.papers,
        history=known.history,
    )


def doubted(doubt: Doubt, policy: Policy) -> frozenset[str]:
    """Rules that said cannot tell of a doubt.

    Raises:
        ValueError: one said mismatch, other than of the quality of the scan.
    """
    asked = replace(policy, required_registers=doubt.needs)
    verdict = reach_verdict(case_of(doubt.picture, asked))
    wrong = fired(verdict) - {ABOUT_THE_SCAN}
    if wrong:
        raise ValueError(f"{doubt.title}: {', '.join(sorted(wrong))}")
    return frozenset(o.rule for o in verdict.outcomes if o.result is Result.CANNOT_TELL)


def run(scenario: Scenario, policy: Policy) -> Outcome:
    """Both sides of a scenario under a policy."""
    return Outcome(
        scenario=scenario,
        bad=reach_verdict(case_of(scenario.bad, policy)),
        twin=reach_verdict(case_of(scenario.twin, policy)),
    )
