"""Control results, and what clean loads say of the rules that judged them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from service.domain.access import Caller, Permission
from service.domain.budget.standing import (
    Budget,
    CleanResult,
    Standing,
    State,
    standing_of,
    with_standings,
)
from service.domain.decision import ControlOutcome, ControlResult, is_clean, was_opened
from service.domain.learning.known_load import KnownLoad
from service.domain.learning.ratios import Counts, LearnedRatio, learned_ratio
from service.domain.learning.sampling import Controlled
from service.domain.reconcile.judge import CHOSEN_AT_RANDOM
from service.domain.reconcile.policy import Policy
from service.domain.reconcile.rules import NAMES
from service.domain.verdict import Advice, Result, RuleOutcome, Severity, Verdict
from service.errors import Conflict, Forbidden, InvalidInput
from service.usecases.goods_library import GoodsLibrary, learn_look
from service.usecases.ports import CaseFile, Clock, Repository

MAX_WHAT = 2_000
LIMIT_CHANGE = 0.01
"""A calibrated limit that moves by less than this share stays: every change makes a new policy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleResult:
    """What a rule said of a load that is known to be clean."""

    rule: str
    mismatch: bool
    score: float | None


class BudgetStore(Protocol):
    """Control results, results of rules on clean loads, and the standings that follow."""

    def control_results(self, inspection_id: str) -> tuple[ControlResult, ...]: ...

    def add_control_result(
        self, inspection_id: str, *, result: ControlResult, caller: Caller
    ) -> None:
        """Raises: NotFound; Conflict: not decided, or someone else came in between."""
        ...

    def keep_results(self, load: KnownLoad, results: Sequence[RuleResult]) -> None:
        """In place of what was kept of the inspection before."""
        ...

    def forget_results(self, inspection_id: str) -> None:
        """Nobody knows of it any more."""
        ...

    def clean_results(self, site: str, rule: str, *, limit: int) -> Iterable[CleanResult]:
        """The newest first."""
        ...

    def standings(self, site: str) -> tuple[Standing, ...]:
        """The newest of each rule."""
        ...

    def past_standings(self, site: str, rule: str, *, limit: int) -> tuple[Standing, ...]:
        """What became of the rule, by itself or by whom, newest first."""
        ...

    def add_standing(self, site: str, standing: Standing) -> None: ...

    def sites(self) -> tuple[str, ...]:
        """Those with results."""
        ...

    def counts(self, sites: Collection[str]) -> dict[str, Counts]:
        """By rule, over all loads that were opened, each by its inverse propensity."""
        ...

    def controlled(self, sites: Collection[str]) -> tuple[Controlled, ...]:
        """Every load that was opened, with the probability with which it was chosen."""
        ...

    def newest(self, site: str) -> int:
        """A number that grows with every result that is kept."""
        ...


@dataclass(slots=True, kw_only=True)
class Budgets:
    """The budgets of every site under one policy."""

    store: BudgetStore
    repository: Repository
    policy: Policy
    clock: Clock
    library: GoodsLibrary
    _followed: dict[str, int]

    @classmethod
    def over(
        cls,
        store: BudgetStore,
        *,
        repository: Repository,
        policy: Policy,
        clock: Clock,
        library: GoodsLibrary,
    ) -> Budgets:
        return cls(
            store=store,
            repository=repository,
            policy=policy,
            clock=clock,
            library=library,
            _followed={},
        )

    def policy_of(self, site: str) -> Policy:
        """The policy as it holds at a site now."""
        return self.as_kept_at(self.policy, site)

    def as_kept_at(self, policy: Policy, site: str) -> Policy:
        """Any policy with the limits and standings that are kept at a site."""
        return with_standings(policy.at(site), self.store.standings(site))

    def record(
        self, inspection_id: str, *, outcome: ControlOutcome, what: str, caller: Caller
    ) -> ControlResult:
        """Append what came of looking into a load. Recording again is the undo.

        Raises:
            Forbidden: the caller's role does not decide.
            Conflict: nobody has decided yet.
            InvalidInput: found what? or too long.
        """
        if not caller.may(Permission.DECIDE):
            raise Forbidden(f"role {caller.role.value} may not record control results")
        file = self.repository.case_file(inspection_id, caller=caller)
        if not file.decisions:
            raise Conflict(f"inspection {inspection_id} is not decided yet")
        text = what.strip()
        if len(text) > MAX_WHAT:
            raise InvalidInput(f"at most {MAX_WHAT} characters", field="what")
        if outcome is not ControlOutcome.NOT_FOUND and not text:
            reason = "say what was found" if outcome is ControlOutcome.FOUND else "say why not"
            raise InvalidInput(reason, field="what")
        result = ControlResult(
            number=1 + len(self.store.control_results(inspection_id)),
            outcome=outcome,
            by=caller.name,
            at=self.clock(),
            what=text,
        )
        self.store.add_control_result(inspection_id, result=result, caller=caller)
        self.learn(file)
        return result

    def learn(self, file: CaseFile) -> None:
        """Keep what the rules said and what the goods look like, if the load is known."""
        controls = self.store.control_results(file.inspection.id)
        clean = is_clean(file.decisions, controls)
        learn_look(file, clean=clean, library=self.library)
        if not file.verdicts or clean is None:
            self.store.forget_results(file.inspection.id)
            return
        verdict = file.verdicts[-1].verdict
        by_chance = only_by_chance(verdict)
        load = KnownLoad(
            inspection_id=file.inspection.id,
            site=file.inspection.site,
            at=self.clock(),
            clean=clean,
            opened=was_opened(controls),
            raised=verdict.advice is not Advice.RELEASE and not by_chance,
            chance=verdict.chosen_at_random if by_chance else None,
        )
        self.store.keep_results(load, results_of(verdict.outcomes))

    def follow(self) -> None:
        """Bring standings up to date where there are new results; a chore of the background."""
        for site in self.store.sites():
            newest = self.store.newest(site)
            if self._followed.get(site) != newest:
                self.bring_up_to_date(site)
                self._followed[site] = newest

    def bring_up_to_date(self, site: str) -> None:
        """Every rule's standing; what has changed is appended."""
        known = {standing.rule: standing for standing in self.store.standings(site)}
        for standing in self.observed(site):
            before = known.get(standing.rule)
            if before is None or _differs(before, standing):
                self.store.add_standing(site, replace(standing, at=self.clock()))

    def observed(self, site: str) -> tuple[Standing, ...]:
        """Promised and observed of every rule, now."""
        known = {standing.rule: standing for standing in self.store.standings(site)}
        return tuple(
            standing_of(
                rule,
                self.store.clean_results(site, rule, limit=Budget().window),
                budget=Budget(rate=self.policy.at(site).budget(rule)),
                before=known.get(rule),
                calibrates=rule in self.policy.calibrated,
            )
            for rule in sorted(NAMES)
        )

    def set_state(
        self, site: str, rule: str, *, state: State | None, reason: str, caller: Caller
    ) -> Standing:
        """A person's word on a rule at a site; it holds until a person says otherwise.

        None takes the word back: from then on the rule's own record decides.

        Raises:
            Forbidden: the caller may not manage, or not this site.
            InvalidInput: no such rule, or no reason.
        """
        if not caller.may(Permission.MANAGE):
            raise Forbidden(f"role {caller.role.value} may not switch rules")
        if not caller.sees(site):
            raise Forbidden(f"site {site} is not yours")
        if rule not in NAMES:
            raise InvalidInput(f"there is no rule {rule!r}", field="rule")
        if not reason.strip():
            raise InvalidInput("say why", field="reason")
        now = next(s for s in self.observed(site) if s.rule == rule)
        word = replace(
            now,
            state=state or now.state,
            by=caller.name if state else "",
            said_by=caller.name,
            cause=reason.strip(),
            at=self.clock(),
        )
        self.store.add_standing(site, word)
        if state is None:
            self.bring_up_to_date(site)
        return next((s for s in self.store.standings(site) if s.rule == rule), word)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What control results say of a rule: counts, and what a mismatch is worth by them."""

    rule: str
    counts: Counts
    stated: float
    learned: LearnedRatio


def lessons(store: BudgetStore, policy: Policy, *, sites: Collection[str]) -> tuple[Lesson, ...]:
    """Of every rule that has judged a load that is known, by name."""
    found = []
    for rule, counts in sorted(store.counts(sites).items()):
        own = policy.weights.rules.get(rule)
        severity = policy.severities.get(rule, Severity.REVIEW)
        stated = policy.weights.mismatch[severity] if own is None else own[0]
        learned = learned_ratio(counts, stated=stated, rate=policy.budget(rule))
        found.append(Lesson(rule=rule, counts=counts, stated=stated, learned=learned))
    return tuple(found)


def only_by_chance(verdict: Verdict) -> bool:
    """Whether nothing but the draw asks for a look into the load."""
    keys = [said.key for said in verdict.said if said is not None]
    return verdict.chosen_at_random is not None and keys == [CHOSEN_AT_RANDOM]


def results_of(outcomes: Sequence[RuleOutcome]) -> tuple[RuleResult, ...]:
    """One result of each rule that could tell: mismatch if it said so of anything, and its
    strangest score.
    """
    by_rule: dict[str, list[RuleOutcome]] = {}
    for outcome in outcomes:
        if outcome.result is not Result.CANNOT_TELL:
            by_rule.setdefault(outcome.rule, []).append(outcome)
    return tuple(
        RuleResult(
            rule=rule,
            mismatch=any(o.result is Result.MISMATCH for o in own),
            score=max((o.score for o in own if o.score is not None), default=None),
        )
        for rule, own in by_rule.items()
    )


def _differs(before: Standing, now: Standing) -> bool:
    if (before.state, before.clean == 0) != (now.state, now.clean == 0):
        return True
    if (before.limit is None) != (now.limit is None):
        return True
    if before.limit is None or now.limit is None:
        return False
    return abs(now.limit - before.limit) > LIMIT_CHANGE * max(abs(before.limit), LIMIT_CHANGE)
