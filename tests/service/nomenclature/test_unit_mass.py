"""Mass per unit and density of a heading's goods, learnt or started from."""

import math
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import InvalidInput
from service.nomenclature.shipped import harmonized_system
from service.nomenclature.unit_mass import (
    HistoryRow,
    MassPriors,
    Origin,
    learn,
    percentiles,
    starting_values,
)


def tyres(count: int, rng: np.random.Generator) -> list[HistoryRow]:
    """Rows of 4011 at 10 kg a piece, give or take a tenth (one sigma, in logarithms)."""
    pieces = rng.integers(50, 1000, size=count)
    each_kg = 10 * np.exp(rng.normal(0, 0.1, size=count))
    return [
        HistoryRow(heading="4011.10", net_mass_kg=float(n * kg), unit="piece", units=float(n))
        for n, kg in zip(pieces, each_kg, strict=True)
    ]


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(11)


def test_thirty_rows_make_an_estimate_and_twenty_nine_do_not(rng: np.random.Generator) -> None:
    assert "4011" not in learn(tyres(29, rng))
    learnt = learn(tyres(30, rng))["4011"].unit_kg
    assert learnt is not None
    assert (learnt.count, learnt.origin, learnt.tails_seen) == (30, Origin.HISTORY, False)


def test_percentiles_come_back_from_a_known_spread(rng: np.random.Generator) -> None:
    learnt = learn(tyres(5000, rng))["4011"].unit_kg
    assert learnt is not None
    # 2.326 sigma is the 99th percentile of a normal distribution.
    assert learnt.p50 == pytest.approx(10, rel=0.01)
    assert learnt.p99 == pytest.approx(10 * math.exp(0.2326), rel=0.02)
    assert learnt.p1 == pytest.approx(10 * math.exp(-0.2326), rel=0.02)
    assert learnt.tails_seen


def test_rows_in_another_unit_of_mass_do_not_move_the_estimate(rng: np.random.Generator) -> None:
    wrong = [
        HistoryRow(heading="4011", net_mass_kg=r.net_mass_kg / 1000, unit="piece", units=r.units)
        for r in tyres(10, rng)
    ]
    learnt = learn([*tyres(200, rng), *wrong])["4011"].unit_kg
    assert learnt is not None
    assert learnt.left_out == 10
    assert 7 < learnt.p1 < 9


def test_the_unit_of_a_heading_is_the_one_most_rows_use(rng: np.random.Generator) -> None:
    tonnes = [HistoryRow(heading="4011", net_mass_kg=1000.0, unit="tonne", units=1.0)] * 40
    assert learn([*tyres(100, rng), *tonnes])["4011"].unit == "piece"


def test_density_is_learnt_where_volumes_are_known() -> None:
    rows = [HistoryRow(heading="2523", net_mass_kg=1300.0, volume_m3=1.0)] * 40
    learnt = learn(rows)["2523"]
    assert (learnt.unit_kg, learnt.density.p50 if learnt.density else 0) == (
        None,
        pytest.approx(1300),
    )


def test_history_goes_before_the_starting_value_and_thin_history_does_not(
    rng: np.random.Generator,
) -> None:
    priors = MassPriors(starting_values(), learn(tyres(60, rng)))
    tyre = priors.find("4011.20")
    assert tyre.unit_kg is not None
    assert tyre.density is not None
    assert (tyre.unit_kg.origin, tyre.density.origin) == (Origin.HISTORY, Origin.STARTING)
    assert priors.find("9701").unit_kg is None


def test_a_chapter_has_no_mass() -> None:
    with pytest.raises(InvalidInput, match="four digits"):
        MassPriors(starting_values()).find("40")


def test_every_starting_value_is_of_a_heading_that_exists_and_says_what_it_is() -> None:
    today = harmonized_system().on(date(2024, 1, 1))
    for heading, goods in starting_values().items():
        assert today.exists(heading)
        assert (goods.unit is None) == (goods.unit_kg is None)
        ranges = [found for found in (goods.unit_kg, goods.density) if found]
        assert ranges
        assert all(found.origin is Origin.STARTING and found.count == 0 for found in ranges)


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=120))
def test_percentiles_are_in_order_whatever_the_rows(values: list[float]) -> None:
    usable = [v for v in values if 0 < v < math.inf]
    found = percentiles(values)
    if found is None:
        return
    assert len(usable) >= 30
    assert min(usable) * (1 - 1e-9) <= found.p1 <= found.p50 <= found.p99
    assert found.p99 <= max(usable) * (1 + 1e-9)
    assert found.count + found.left_out == len(values)
