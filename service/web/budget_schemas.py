"""What the API says of control results and of the budgets of rules."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from service.domain.budget.standing import Standing, State
from service.domain.decision import ControlOutcome
from service.usecases.budgets import MAX_WHAT


class ControlResultIn(BaseModel):
    """What came of looking into the load; `what` was found, or why it was not opened."""

    model_config = ConfigDict(extra="forbid", strict=True)

    outcome: Annotated[ControlOutcome, Field(strict=False)]
    what: Annotated[str, Field(max_length=MAX_WHAT)] = ""


class ControlResultOut(BaseModel):
    number: int
    outcome: ControlOutcome
    by: str
    at: datetime
    what: str


class WordState(StrEnum):
    """What a person may say of a rule; AUTOMATIC leaves it to the rule's own record again."""

    ACTIVE = "active"
    ADVISORY = "advisory"
    AUTOMATIC = "automatic"

    @property
    def state(self) -> State | None:
        return None if self is WordState.AUTOMATIC else State(self.value)


class StandingIn(BaseModel):
    """`active` and `advisory` hold until a person says otherwise or `automatic`."""

    model_config = ConfigDict(extra="forbid", strict=True)

    state: Annotated[WordState, Field(strict=False)]
    reason: Annotated[str, Field(min_length=1, max_length=MAX_WHAT)]


class StandingOut(BaseModel):
    """A rule at a site: the share of clean loads that it may call mismatch, and what it did.

    `observed_low` and `observed_high` are the exact interval of 95 %. `limit` is set by the site's
    own clean traffic, null: the policy's holds. `by` is the person whose word the state is, "" if
    it follows from the record; `said_by` and `at` tell of the last change.
    `drift_z` beyond 4 either way: newer scores are not as older ones were.
    """

    site: str
    rule: str
    title: str
    state: State
    promised: float
    clean: int
    false_alarms: int
    observed: float | None
    observed_low: float
    observed_high: float
    limit: float | None
    calibrated_on: int
    drift_z: float | None
    by: str
    said_by: str
    cause: str
    at: datetime | None


def standing_out(site: str, standing: Standing, *, title: str) -> StandingOut:
    return StandingOut(
        site=site,
        rule=standing.rule,
        title=title,
        state=standing.state,
        promised=standing.promised,
        clean=standing.clean,
        false_alarms=standing.false_alarms,
        observed=standing.observed,
        observed_low=standing.observed_low,
        observed_high=standing.observed_high,
        limit=standing.limit,
        calibrated_on=standing.calibrated_on,
        drift_z=standing.drift_z,
        by=standing.by,
        said_by=standing.said_by,
        cause=standing.cause,
        at=standing.at,
    )
