"""Which goods are naturally radioactive, and how much: a table by heading, with its sources."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from functools import cache
from importlib import resources

TABLE = "norm_goods.csv"
# Dose rate in air per activity of the ground, nGy/h per Bq/kg (UNSCEAR 2000, annex B). They weigh
# the series as a detector does that sees a thick layer.
DOSE_PER_BQ_KG = {"K-40": 0.0417, "Ra-226": 0.462, "Th-232": 0.604}
# World medians of the ground, Bq/kg (UNSCEAR 2000, annex B): the usual background.
GROUND_BQ_KG = {"K-40": 400.0, "Ra-226": 35.0, "Th-232": 30.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class NormGoods:
    """One series in goods of one heading (four digits), Bq/kg from low to high."""

    heading: str
    description: str
    series: str
    bq_kg_low: float
    bq_kg_high: float
    source: str


@cache
def norm_goods() -> tuple[NormGoods, ...]:
    """The whole table."""
    text = (resources.files("service.domain.reconcile") / TABLE).read_text(encoding="utf-8")
    return tuple(
        NormGoods(
            heading=row["heading"],
            description=row["description"],
            series=row["series"],
            bq_kg_low=float(row["bq_kg_low"]),
            bq_kg_high=float(row["bq_kg_high"]),
            source=row["source"],
        )
        for row in csv.DictReader(io.StringIO(text))
    )


def headings_of(series: str) -> frozenset[str]:
    """Headings whose goods are known to contain the series."""
    return frozenset(goods.heading for goods in norm_goods() if goods.series == series)


def times_ground(hs_code: str) -> tuple[float, float]:
    """Least and most that such goods give, as multiples of ordinary ground; (0, 0) if none."""
    ground = sum(DOSE_PER_BQ_KG[name] * value for name, value in GROUND_BQ_KG.items())
    rows = [g for g in norm_goods() if g.heading == hs_code[:4] and g.series in DOSE_PER_BQ_KG]
    low = sum(DOSE_PER_BQ_KG[g.series] * g.bq_kg_low for g in rows)
    high = sum(DOSE_PER_BQ_KG[g.series] * g.bq_kg_high for g in rows)
    return low / ground, high / ground
