"""Loads chosen at random for control, and what they say of all loads without bias."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from service.domain.budget.binomial import fractional_interval

_BITS = 64


def is_chosen(inspection_id: str, *, rate: float, salt: str) -> bool:
    """Whether a load is one of the share `rate` that is controlled whatever the rules say.

    The same for the same inspection for ever, and not to be told without the salt.
    """
    digest = hashlib.sha256(f"{salt}\0{inspection_id}".encode()).digest()
    return bool(int.from_bytes(digest[: _BITS // 8], "big") < rate * 2**_BITS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Controlled:
    """A load that was opened: was something wrong, and with which probability was it chosen.

    The sampling rate where chance alone asked for a look; where the rules did, the share of such
    loads that was opened.
    """

    found: bool
    propensity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseRate:
    """The share of all loads in which something is wrong, with an interval of about 95 %."""

    rate: float
    low: float
    high: float
    controlled: int


def base_rate(controlled: Iterable[Controlled]) -> BaseRate | None:
    """By inverse propensity (Hájek 1971): each controlled load stands for 1 / propensity loads.

    None without a control. The interval is the exact one for as many equal controls as the
    weights are worth (Kish 1965; Korn and Graubard 1998), so that nothing found in ten controls
    does not read as nothing there.
    """
    loads = list(controlled)
    weights = [1 / load.propensity for load in loads]
    if not loads:
        return None
    total = sum(weights)
    rate = sum(w for w, load in zip(weights, loads, strict=True) if load.found) / total
    effective = total**2 / sum(w * w for w in weights)
    low, high = fractional_interval(rate * effective, effective)
    return BaseRate(rate=rate, low=low, high=high, controlled=len(loads))
