"""What a check of papers against each other, or of one against itself, concluded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from service.domain.verdict import Result, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldPlace:
    """A field of a paper: `path` as in `Paper.field_origins`, "*" for every item."""

    reference: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperFinding:
    """`expected` is what the left side says, `observed` what the right side says; `severity`
    is a hint for rules, of weight only where the result is a mismatch.
    """

    check: str
    result: Result
    severity: Severity
    subject: str
    expected: str
    observed: str
    expected_at: FieldPlace
    observed_at: FieldPlace
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tolerance:
    """How far apart two values may be and still agree.

    `amount` is per rounded amount, so a sum of n lines may be off by n times as much. Declared
    values hold freight and insurance or not, depending on the terms of delivery. `rates` are
    units of a currency per unit of a common one; without them two currencies cannot be compared.
    """

    amount: Decimal = Decimal("0.01")
    value_share: float = 0.05
    mass_share: float = 0.02
    mass_kg: float = 2.0
    quantity_share: float = 0.0
    hs_digits: int = 6
    rates: Mapping[str, Decimal] = field(default_factory=dict)


def near(one: float, other: float, *, share: float, absolute: float = 0.0) -> bool:
    """Whether they differ by at most `share` of the greater, or `absolute`."""
    return abs(one - other) <= max(share * max(abs(one), abs(other)), absolute)
