"""Control results, what rules said of clean loads, and the standings that follow from them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Float,
    Index,
    Integer,
    String,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
)
from sqlalchemy.exc import IntegrityError

from service.domain.access import Caller
from service.domain.budget.standing import CleanResult, Standing
from service.domain.decision import ControlResult
from service.domain.inspection import InspectionState
from service.domain.learning.known_load import KnownLoad, propensity
from service.domain.learning.ratios import Counts
from service.domain.learning.sampling import Controlled
from service.errors import Conflict
from service.store.connections import Connections, inspection_row, last_number
from service.store.stored_json import Codec
from service.store.tables import Instant, metadata
from service.usecases.budgets import RuleResult

SITE, RULE = 100, 60

control_results = Table(
    "control_results",
    metadata,
    Column("inspection_id", String(36), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
)
rule_results = Table(
    "rule_results",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("site", String(SITE), nullable=False),
    Column("rule", String(RULE), nullable=False),
    Column("inspection_id", String(36), nullable=False),
    Column("at", Instant, nullable=False),
    Column("clean", Boolean, nullable=False),
    Column("opened", Boolean, nullable=False),
    Column("raised", Boolean, nullable=False),
    Column("chance", Float),
    Column("mismatch", Boolean, nullable=False),
    Column("score", Float),
    Index(None, "site", "rule", "clean", "number"),
    Index(None, "inspection_id"),
    Index(None, "opened", "raised"),
    # A number that was once given is never given again: who follows by number misses nothing.
    sqlite_autoincrement=True,
)
rule_standings = Table(
    "rule_standings",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("site", String(SITE), nullable=False),
    Column("rule", String(RULE), nullable=False),
    Column("body", Text, nullable=False),
    Index(None, "site", "number"),
)
_RESULT, _STANDING = Codec(ControlResult), Codec(Standing)


class SqlBudgetStore(Connections):
    """See `service.usecases.budgets.BudgetStore`."""

    def control_results(self, inspection_id: str) -> tuple[ControlResult, ...]:
        table = control_results
        query = (
            select(table.c.body)
            .where(table.c.inspection_id == inspection_id)
            .order_by(table.c.number)
        )
        with self._reading() as db:
            return tuple(_RESULT.load(body) for body in db.execute(query).scalars())

    def add_control_result(
        self, inspection_id: str, *, result: ControlResult, caller: Caller
    ) -> None:
        with self._writing() as db:
            row = inspection_row(db, inspection_id, caller, lock=True)
            if row.state != InspectionState.DECIDED.value:
                raise Conflict(f"inspection {inspection_id} is {row.state}, not decided")
            if result.number != 1 + last_number(db, control_results, row.id):
                raise Conflict("someone else has recorded a result in between")
            try:
                db.execute(
                    insert(control_results).values(
                        inspection_id=row.id, number=result.number, body=_RESULT.dump(result)
                    )
                )
            except IntegrityError as problem:
                raise Conflict("someone else has recorded a result in between") from problem
            detail = f"{result.outcome.value.replace('_', ' ')} by {result.by}"
            self._record(db, row.id, row.site, result.at, "control result", detail)

    def keep_results(self, load: KnownLoad, results: Sequence[RuleResult]) -> None:
        rows = [
            {
                **asdict(load),
                "rule": result.rule,
                "mismatch": result.mismatch,
                "score": result.score,
            }
            for result in results
        ]
        with self._writing() as db:
            _forget(db, load.inspection_id)
            if rows:
                db.execute(insert(rule_results), rows)

    def forget_results(self, inspection_id: str) -> None:
        with self._writing() as db:
            _forget(db, inspection_id)

    def clean_results(self, site: str, rule: str, *, limit: int) -> Iterable[CleanResult]:
        table = rule_results
        query = (
            select(table.c.mismatch, table.c.score)
            .where(table.c.site == site, table.c.rule == rule, table.c.clean.is_(True))
            .order_by(table.c.number.desc())
            .limit(limit)
        )
        with self._reading() as db:
            return [
                CleanResult(false_alarm=row.mismatch, score=row.score) for row in db.execute(query)
            ]

    def standings(self, site: str) -> tuple[Standing, ...]:
        table = rule_standings
        newest = select(func.max(table.c.number)).where(table.c.site == site).group_by(table.c.rule)
        query = select(table.c.body).where(table.c.number.in_(newest))
        with self._reading() as db:
            return tuple(_STANDING.load(body) for body in db.execute(query).scalars())

    def past_standings(self, site: str, rule: str, *, limit: int) -> tuple[Standing, ...]:
        table = rule_standings
        query = (
            select(table.c.body)
            .where(table.c.site == site, table.c.rule == rule)
            .order_by(table.c.number.desc())
            .limit(limit)
        )
        with self._reading() as db:
            return tuple(_STANDING.load(body) for body in db.execute(query).scalars())

    def add_standing(self, site: str, standing: Standing) -> None:
        with self._writing() as db:
            db.execute(
                insert(rule_standings).values(
                    site=site, rule=standing.rule, body=_STANDING.dump(standing)
                )
            )

    def sites(self) -> tuple[str, ...]:
        """One site after the other by the index: results are many, sites are few."""
        table, found = rule_results, list[str]()
        with self._reading() as db:
            while True:
                query = select(func.min(table.c.site))
                if found:
                    query = query.where(table.c.site > found[-1])
                site = db.execute(query).scalar()
                if site is None:
                    return tuple(found)
                found.append(site)

    def newest(self, site: str) -> int:
        """Of all sites: a look at one index end; a site without news is then looked at in vain."""
        del site
        with self._reading() as db:
            return db.execute(select(func.max(rule_results.c.number))).scalar() or 0

    def counts(self, sites: Collection[str]) -> dict[str, Counts]:
        table = rule_results
        kinds = (table.c.rule, table.c.clean, table.c.mismatch, table.c.raised, table.c.chance)
        query = (
            select(*kinds, func.count().label("loads"))
            .where(table.c.site.in_(sites), table.c.opened.is_(True))
            .group_by(*kinds)
        )
        found: dict[str, dict[tuple[bool, bool], float]] = {}
        with self._reading() as db:
            share = _raised_opened(db, sites)
            for row in db.execute(query):
                weight = row.loads / propensity(
                    raised=row.raised, chance=row.chance, raised_opened=share
                )
                kind = (bool(row.clean), bool(row.mismatch))
                of = found.setdefault(row.rule, {})
                of[kind] = of.get(kind, 0.0) + weight
        return {
            rule: Counts(
                found=of.get((False, True), 0) + of.get((False, False), 0),
                found_mismatch=of.get((False, True), 0),
                clean=of.get((True, True), 0) + of.get((True, False), 0),
                clean_mismatch=of.get((True, True), 0),
            )
            for rule, of in found.items()
        }

    def controlled(self, sites: Collection[str]) -> tuple[Controlled, ...]:
        table = rule_results
        query = (
            select(table.c.inspection_id, table.c.clean, table.c.raised, table.c.chance)
            .where(table.c.site.in_(sites), table.c.opened.is_(True))
            .distinct()
        )
        with self._reading() as db:
            share = _raised_opened(db, sites)
            return tuple(
                Controlled(
                    found=not row.clean,
                    propensity=propensity(
                        raised=row.raised, chance=row.chance, raised_opened=share
                    ),
                )
                for row in db.execute(query)
            )


def _forget(db: Connection, inspection_id: str) -> None:
    db.execute(delete(rule_results).where(rule_results.c.inspection_id == inspection_id))


def _raised_opened(db: Connection, sites: Collection[str]) -> float:
    """Which share of the raised loads that are known was opened; the others were released."""
    table = rule_results
    query = (
        select(table.c.opened, func.count(table.c.inspection_id.distinct()))
        .where(table.c.site.in_(sites), table.c.raised.is_(True))
        .group_by(table.c.opened)
    )
    loads = {bool(opened): count for opened, count in db.execute(query)}
    known = sum(loads.values())
    return loads.get(True, 0) / known if known else 1.0
