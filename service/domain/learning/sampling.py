"""Loads chosen at random for control, and what they say of all loads without bias."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable
from dataclasses import dataclass

_BITS = 64
Z_95 = 1.96


def is_chosen(inspection_id: str, *, rate: float, salt: str) -> bool:
    """Whether a load is one of the share `rate` that is controlled whatever the rules say.

    The same for the same inspection for ever, and not to be told without the salt.
    """
    digest = hashlib.sha256(f"{salt}\0{inspection_id}".encode()).digest()
    return bool(int.from_bytes(digest[: _BITS // 8], "big") < rate * 2**_BITS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Controlled:
    """A load that was opened: was something wrong, and with which probability was it chosen.

    1 where the advice asked for a control; the sampling rate where it was released by advice.
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

    None without a control. The interval is by the linearised variance; with few findings it is a
    rough one.
    """
    loads = list(controlled)
    weights = [1 / load.propensity for load in loads]
    if not loads:
        return None
    total = sum(weights)
    rate = sum(w for w, load in zip(weights, loads, strict=True) if load.found) / total
    variance = (
        sum((w * (load.found - rate)) ** 2 for w, load in zip(weights, loads, strict=True))
        / total**2
    )
    half = Z_95 * math.sqrt(variance)
    return BaseRate(
        rate=rate, low=max(0.0, rate - half), high=min(1.0, rate + half), controlled=len(loads)
    )
