"""How heavy one unit of a heading's goods is, and how dense its load: priors for the weight rules.

Two origins that are never mixed: the shipped starting values, which nobody measured, and what a
site's own history says. An estimate carries its origin and its count, so that a rule can refuse to
accuse anyone on a starting value.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

import numpy as np
import numpy.typing as npt

from service.csv_table import Row, read_csv_file
from service.errors import InvalidInput
from service.nomenclature.shipped import DATA
from service.nomenclature.table import Level, normalise_code

FEWEST_ROWS = 30
# Below this count the 1st and 99th percentile lie beyond the smallest and largest of the rows.
TAIL_ROWS = 100
# Rows further from the median than this many scaled MADs, in logarithms, are taken for errors of
# unit (tonnes for kilograms, thousands of pieces) and left out.
OUTLIER_MADS = 6.0
_MAD_TO_SIGMA = 1.4826


class Origin(StrEnum):
    STARTING = "starting value"
    HISTORY = "history"


@dataclass(frozen=True, kw_only=True, slots=True)
class Range:
    """Percentiles of one quantity; `count` is 0 for starting values.

    `tails_seen` is False where p1 and p99 rest on the extreme rows alone.
    """

    p1: float
    p50: float
    p99: float
    origin: Origin
    count: int = 0
    left_out: int = 0

    @property
    def tails_seen(self) -> bool:
        return self.count >= TAIL_ROWS

    def __post_init__(self) -> None:
        if not 0 < self.p1 <= self.p50 <= self.p99:
            raise InvalidInput(
                f"expected 0 < p1 <= p50 <= p99, got {self.p1}, {self.p50}, {self.p99}"
            )


@dataclass(frozen=True, kw_only=True, slots=True)
class GoodsMass:
    """What is known of a heading's goods; None where nothing is.

    `unit_kg` is kilograms per `unit` ("piece", "pair", "m2"); `density` kg/m3 as stowed.
    """

    heading: str
    unit: str | None = None
    unit_kg: Range | None = None
    density: Range | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoryRow:
    """One line of a past declaration whose control found nothing wrong.

    `unit` must be one word for one thing throughout a site ("piece", "pair", "m2").
    """

    heading: str
    net_mass_kg: float
    unit: str | None = None
    units: float | None = None
    volume_m3: float | None = None


class MassPriors:
    """Looks a heading up: history first, the starting value where history is too thin."""

    def __init__(
        self, starting: Mapping[str, GoodsMass], learnt: Mapping[str, GoodsMass] | None = None
    ) -> None:
        self._starting = dict(starting)
        self._learnt = dict(learnt or {})

    def find(self, code: str) -> GoodsMass:
        """For a tariff code of four digits or more, by its heading.

        Raises:
            InvalidInput: not such a code.
        """
        heading = _heading(code)
        starting = self._starting.get(heading, GoodsMass(heading=heading))
        learnt = self._learnt.get(heading)
        if learnt is None:
            return starting
        by_unit = learnt if learnt.unit_kg is not None else starting
        return GoodsMass(
            heading=heading,
            unit=by_unit.unit,
            unit_kg=by_unit.unit_kg,
            density=learnt.density or starting.density,
        )


def learn(rows: Iterable[HistoryRow]) -> dict[str, GoodsMass]:
    """Percentiles by heading from a site's history; headings with fewer than 30 rows are left out.

    The unit of a heading is the one that most of its rows use. Rows without a positive mass, or
    without a positive count or volume, do not count.

    Raises:
        InvalidInput: a row's heading is not a tariff code of four digits or more.
    """
    by_unit: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    densities: dict[str, list[float]] = defaultdict(list)
    headings: set[str] = set()
    for row in rows:
        heading = _heading(row.heading)
        headings.add(heading)
        if row.unit and row.units:
            by_unit[heading][row.unit].append(row.net_mass_kg / row.units)
        if row.volume_m3:
            densities[heading].append(row.net_mass_kg / row.volume_m3)
    learnt = {}
    for heading in sorted(headings):
        units = by_unit[heading]
        unit = max(units, key=lambda name: (len(units[name]), name), default=None)
        goods = GoodsMass(
            heading=heading,
            unit=unit,
            unit_kg=percentiles(units[unit]) if unit else None,
            density=percentiles(densities[heading]),
        )
        if goods.unit_kg is not None or goods.density is not None:
            learnt[heading] = goods
    return learnt


def percentiles(values: Iterable[float]) -> Range | None:
    """p1, p50 and p99 of positive values without gross errors; None under 30 of them.

    Outliers are told in logarithms, because mistakes of unit are factors; the percentiles are
    interpolated between rows (Hyndman and Fan 1996, type 8: median-unbiased).
    """
    numbers: npt.NDArray[np.float64] = np.fromiter(values, dtype=np.float64)
    logs = np.log(numbers[np.isfinite(numbers) & (numbers > 0)])
    if logs.size < FEWEST_ROWS:
        return None
    middle = np.median(logs)
    spread = _MAD_TO_SIGMA * float(np.median(np.abs(logs - middle)))
    # More than half of the rows equal: any other honest row would look infinitely far.
    kept = logs if spread == 0 else logs[np.abs(logs - middle) <= OUTLIER_MADS * spread]
    if kept.size < FEWEST_ROWS:
        return None
    low, half, high = np.exp(np.quantile(kept, (0.01, 0.5, 0.99), method="median_unbiased"))
    return Range(
        p1=float(low),
        p50=float(half),
        p99=float(high),
        origin=Origin.HISTORY,
        count=int(kept.size),
        left_out=int(numbers.size - kept.size),
    )


def _heading(code: str) -> str:
    digits = normalise_code(code)
    if len(digits) < Level.HEADING:
        raise InvalidInput(f"expected four digits or more, got {digits!r}")
    return digits[: Level.HEADING]


@cache
def starting_values() -> dict[str, GoodsMass]:
    """The shipped starting values by heading; nobody measured them."""
    columns = ("heading", "unit", *(f"unit_kg_{p}" for p in _POINTS), *_DENSITIES)
    rows = read_csv_file(DATA / "unit_mass.csv", columns=columns)
    return {row["heading"]: _starting(row) for row in rows}


_POINTS = ("low", "typical", "high")
_DENSITIES = tuple(f"density_{point}" for point in _POINTS)


def _starting(row: Row) -> GoodsMass:
    return GoodsMass(
        heading=row["heading"],
        unit=row["unit"] or None,
        unit_kg=_range(row, [f"unit_kg_{point}" for point in _POINTS]),
        density=_range(row, _DENSITIES),
    )


def _range(row: Row, columns: Iterable[str]) -> Range | None:
    numbers = [number for column in columns if (number := row.number_in(column)) is not None]
    if not numbers:
        return None
    if len(numbers) != len(_POINTS):
        raise row.wrong("expected low, typical and high, or none of them")
    low, typical, high = numbers
    try:
        return Range(p1=low, p50=typical, p99=high, origin=Origin.STARTING)
    except InvalidInput as problem:
        raise row.wrong(problem.reason) from None
