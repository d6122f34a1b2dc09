"""A year of made-up traffic through budgets, beside the same year under fixed limits.

Scores of clean loads have the spread of a site's own sensors, which drifts, gets wet and is
replaced. The product's own code sets limits and standings: `standing_of`, as after every day's
decisions. Nothing here says how often smuggling is found in truth; it says whether false alarms
keep to what was promised while the traffic changes, and what that costs in detection.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from service.domain.budget.binomial import exact_interval
from service.domain.budget.standing import Budget, CleanResult, Standing, State, standing_of

DAYS, QUARTER_DAYS = 365, 92
BAD_SHARE, POOR_SHARE = 1 / 500, 0.06
RAIN = range(270, 300)
NEW_SCANNER_DAY = 180
DRIFT_IN_A_YEAR = 0.35
TAIL_FREEDOM = 8
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredRule:
    """`limit` is the policy's; `spread` that of clean scores where nothing is the matter, so that
    limit / spread says how many false alarms a fixed limit gives.
    """

    name: str
    limit: float
    spread: float
    xray: bool = False
    wet: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainRule:
    """A rule without a score, with the share of clean loads that it calls mismatch."""

    name: str
    false_alarms: float


SCORED = (
    ScoredRule(name="mass_by_xray", limit=3.0, spread=0.80, xray=True),
    ScoredRule(name="packages_counted", limit=3.0, spread=0.75, xray=True),
    ScoredRule(name="structure_normal", limit=4.0, spread=1.00, xray=True),
    ScoredRule(name="lot_outlier", limit=3.0, spread=0.80, xray=True),
    ScoredRule(name="material_declared", limit=0.2, spread=0.05, xray=True),
    ScoredRule(name="two_scans_changed", limit=0.05, spread=0.012, xray=True),
    ScoredRule(name="mass_on_scale", limit=1.0, spread=0.25, wet=True),
    ScoredRule(name="dwell_outlier", limit=1.5, spread=0.45, wet=True),
)
PLAIN = (
    PlainRule(name="views_agree", false_alarms=0.0008),
    PlainRule(name="seals_declared", false_alarms=0.0012),
    PlainRule(name="plate_registered", false_alarms=0.0060),
    PlainRule(name="papers_agree", false_alarms=0.0016),
    PlainRule(name="radiation_explained", false_alarms=0.0007),
)
# What gives each kind of smuggling away: rules with the size of the effect in spreads of theirs.
RISKS: tuple[tuple[tuple[str, float], ...], ...] = (
    (("mass_by_xray", 6.0), ("mass_on_scale", 6.0)),
    (("structure_normal", 7.0),),
    (("packages_counted", 6.0), ("mass_on_scale", 4.0)),
    (("lot_outlier", 6.0), ("material_declared", 5.0)),
    (("two_scans_changed", 7.0), ("seals_declared", 0.8)),
    (("dwell_outlier", 6.0), ("seals_declared", 0.7)),
    (("radiation_explained", 0.95),),
    (("papers_agree", 0.7), ("material_declared", 5.0)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteYear:
    """One site: its visits in the year, the spread of its sensors, what happens to it."""

    name: str
    visits: int
    spread: float
    drifts: bool = False
    rains: bool = False
    new_scanner: float | None = None


SITES = (
    SiteYear(name="north", visits=90_000, spread=1.0, drifts=True),
    SiteYear(name="south", visits=70_000, spread=1.2, rains=True),
    SiteYear(name="east", visits=40_000, spread=0.9, new_scanner=1.7),
)


@dataclass(slots=True, kw_only=True)
class Tally:
    """Counts of one rule in one quarter at one site under one regime.

    `raised` are false alarms that reached anyone: none while the rule is advisory. `clean` are all
    clean loads, which is what the site lives with; `clean_active` those of days on which the rule
    was active, which is what it does when it speaks.
    """

    clean: int = 0
    clean_active: int = 0
    raised: int = 0
    advisory_days: int = 0

    def interval(self) -> tuple[float, float]:
        return exact_interval(self.raised, self.clean)

    def interval_active(self) -> tuple[float, float]:
        return exact_interval(self.raised, self.clean_active)


@dataclass(slots=True, kw_only=True)
class Regime:
    """A year under one way of setting limits."""

    name: str
    tallies: dict[tuple[str, str, int], Tally] = field(default_factory=dict)
    bad: int = 0
    detected: int = 0
    clean: int = 0
    clean_raised: int = 0
    raised_per_day: list[int] = field(default_factory=lambda: [0] * DAYS)

    def tally(self, site: str, rule: str, day: int) -> Tally:
        return self.tallies.setdefault((site, rule, quarter_of(day)), Tally())

    def add(self, other: Regime) -> None:
        """The same regime at another site."""
        self.tallies |= other.tallies
        self.bad += other.bad
        self.detected += other.detected
        self.clean += other.clean
        self.clean_raised += other.clean_raised
        pairs = zip(self.raised_per_day, other.raised_per_day, strict=True)
        self.raised_per_day = [a + b for a, b in pairs]


def quarter_of(day: int) -> int:
    """1 to 4."""
    return min(day // QUARTER_DAYS, 3) + 1


FIXED, BUDGET, NO_ABSTENTION = "fixed limits", "budgets", "budgets, never abstaining"
REGIMES = (BUDGET, FIXED, NO_ABSTENTION)
RULES = tuple(rule.name for rule in (*SCORED, *PLAIN))


def simulate_year(
    *,
    visits: int = 200_000,
    rate: float = 1 / 500,
    seed: int = 1,
    processes: int = 2,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[Regime, ...]:
    """All sites under every regime, on the very same loads."""
    whole = sum(site.visits for site in SITES)
    jobs = [
        (site, round(site.visits * visits / whole), rate, seed + number, name)
        for number, site in enumerate(SITES)
        for name in REGIMES
    ]
    found = {name: Regime(name=name) for name in REGIMES}
    if processes == 1:
        for done, regime in enumerate(map(_year, jobs), start=1):
            found[regime.name].add(regime)
            progress(done, len(jobs))
    else:
        with ProcessPoolExecutor(processes) as pool:
            for done, regime in enumerate(pool.map(_year, jobs), start=1):
                found[regime.name].add(regime)
                progress(done, len(jobs))
    return tuple(found[name] for name in REGIMES)


def _year(job: tuple[SiteYear, int, float, int, str]) -> Regime:
    site, visits, rate, seed, name = job
    rng = np.random.default_rng(seed)
    regime = Regime(name=name)
    keeper = _Keeper(rate) if name != FIXED else None
    per_day = rng.multinomial(visits, np.full(DAYS, 1 / DAYS))
    for day in range(DAYS):
        loads = _loads(rng, site, day, int(per_day[day]))
        _judge(loads, regime, keeper, site=site, day=day)
    return regime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loads:
    """One day: (N,) scores or mismatches by rule; poor scans; which are bad."""

    scores: dict[str, Floats]
    mismatches: dict[str, npt.NDArray[np.bool_]]
    poor: npt.NDArray[np.bool_]
    bad: npt.NDArray[np.bool_]


def _loads(rng: np.random.Generator, site: SiteYear, day: int, count: int) -> _Loads:
    bad, poor = rng.random(count) < BAD_SHARE, rng.random(count) < POOR_SHARE
    risk = rng.integers(0, len(RISKS), count)
    scores, mismatches = {}, {}
    for rule in SCORED:
        spread = site.spread * rule.spread
        if rule.xray:
            spread *= 1 + DRIFT_IN_A_YEAR * day / DAYS * site.drifts
            if site.new_scanner is not None and day >= NEW_SCANNER_DAY:
                spread *= site.new_scanner
        if rule.wet and site.rains and day in RAIN:
            spread *= 1.5
        values = np.abs(rng.standard_t(TAIL_FREEDOM, count)) * spread
        if rule.xray:
            values = np.where(poor, values * 2.5, values)
        effects = np.array([dict(risks).get(rule.name, 0.0) for risks in RISKS])[risk]
        effects = effects * rule.spread * rng.uniform(0.5, 1.5, count)
        scores[rule.name] = values + np.where(bad, effects, 0.0)
    for plain in PLAIN:
        chance = np.array([dict(risks).get(plain.name, plain.false_alarms) for risks in RISKS])
        share = np.where(bad, chance[risk], plain.false_alarms)
        mismatches[plain.name] = rng.random(count) < share
    return _Loads(scores=scores, mismatches=mismatches, poor=poor, bad=bad)


class _Keeper:
    """Limits and standings, kept as the product keeps them: after each day's decisions."""

    def __init__(self, rate: float) -> None:
        self._budget = Budget(rate=rate)
        self._results: dict[str, deque[CleanResult]] = {
            rule: deque(maxlen=self._budget.window) for rule in RULES
        }
        self._standings: dict[str, Standing] = {}

    def limit(self, rule: ScoredRule) -> float:
        standing = self._standings.get(rule.name)
        if standing is None or standing.limit is None:
            return rule.limit
        return max(standing.limit, rule.limit)

    def is_active(self, rule: str) -> bool:
        standing = self._standings.get(rule)
        return standing is None or standing.state is State.ACTIVE

    def learn(self, rule: str, results: Iterable[CleanResult]) -> None:
        self._results[rule].extendleft(results)

    def end_of_day(self) -> None:
        scored = {rule.name for rule in SCORED}
        for rule, results in self._results.items():
            self._standings[rule] = standing_of(
                rule,
                results,
                budget=self._budget,
                before=self._standings.get(rule),
                calibrates=rule in scored,
            )


def _judge(
    loads: _Loads, regime: Regime, keeper: _Keeper | None, *, site: SiteYear, day: int
) -> None:
    raised = np.zeros(loads.bad.size, dtype=bool)
    said: dict[str, npt.NDArray[np.bool_]] = {}
    told: dict[str, npt.NDArray[np.bool_]] = {}
    for rule in SCORED:
        abstains = loads.poor & rule.xray & (regime.name != NO_ABSTENTION)
        limit = keeper.limit(rule) if keeper else rule.limit
        said[rule.name] = (loads.scores[rule.name] > limit) & ~abstains
        told[rule.name] = ~abstains
    for plain in PLAIN:
        said[plain.name] = loads.mismatches[plain.name]
        told[plain.name] = np.ones(loads.bad.size, dtype=bool)
    for name in RULES:
        active = keeper is None or keeper.is_active(name)
        tally = regime.tally(site.name, name, day)
        clean = told[name] & ~loads.bad
        tally.clean += int(clean.sum())
        tally.advisory_days += not active
        if active:
            tally.clean_active += int(clean.sum())
            tally.raised += int((said[name] & clean).sum())
            raised |= said[name]
    regime.bad += int(loads.bad.sum())
    regime.detected += int((raised & loads.bad).sum())
    regime.clean += int((~loads.bad).sum())
    regime.clean_raised += int((raised & ~loads.bad).sum())
    regime.raised_per_day[day] += int(raised.sum())
    if keeper is not None:
        # What was not raised is released and counts as clean, the missed among it too; what was
        # raised is opened, and is known.
        known_clean = ~loads.bad | ~raised
        for name in RULES:
            chosen = np.flatnonzero(known_clean & told[name])
            keeper.learn(name, _results(said[name], loads.scores.get(name), chosen))
        keeper.end_of_day()


def _results(
    said: npt.NDArray[np.bool_], scores: Floats | None, chosen: npt.NDArray[np.int64]
) -> Sequence[CleanResult]:
    return [
        CleanResult(false_alarm=bool(said[i]), score=None if scores is None else float(scores[i]))
        for i in chosen
    ]
