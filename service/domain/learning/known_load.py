"""A load of which people know whether it was clean, and how they came to know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownLoad:
    """`raised`: the rules asked for a look. `opened`: someone looked into it; otherwise a person
    released it. `chance` is the probability with which a load that no rule raised was chosen at
    random, None if it was not.
    """

    inspection_id: str
    site: str
    at: datetime
    clean: bool
    opened: bool
    raised: bool
    chance: float | None = None


def propensity(*, raised: bool, chance: float | None, raised_opened: float) -> float:
    """With which probability such a load is opened: by chance, or as often as raised ones are.

    One that neither chance nor a rule asked for was opened on a person's own idea, and stands
    for itself alone.
    """
    if not raised:
        return 1.0 if chance is None else chance
    return raised_opened if raised_opened > 0 else 1.0
