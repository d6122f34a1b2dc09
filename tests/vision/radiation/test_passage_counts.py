"""The tests of counts: gross, sequential, shadow, neutrons."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from vision.radiation import gross_count, neutron, sequential, shadow
from vision.radiation.intervals import intervals

RNG = np.random.default_rng(20)


@given(
    st.lists(
        st.tuples(st.integers(0, 60), st.floats(0.5, 40)),
        min_size=1,
        max_size=30,
    )
)
def test_focus_finds_the_best_of_all_intervals(samples: list[tuple[int, float]]) -> None:
    counts = np.array([float(count) for count, _ in samples])
    expected = np.array([mean for _, mean in samples])
    best = max(
        sequential.log_ratio(counts[i:j].sum(), expected[i:j].sum())
        for i in range(counts.size)
        for j in range(i + 1, counts.size + 1)
    )
    found = sequential.search(counts, expected)
    assert found.log_ratio == pytest.approx(best, abs=1e-9)
    own = sequential.log_ratio(
        counts[found.begin : found.end].sum(), expected[found.begin : found.end].sum()
    )
    assert own == pytest.approx(best, abs=1e-9)


def test_focus_answers_after_every_sample_of_a_stream() -> None:
    focus = sequential.PoissonFocus()
    quiet = [focus.add(100.0, 100.0).z for _ in range(50)]
    loud = [focus.add(160.0, 100.0) for _ in range(4)]
    after = [focus.add(100.0, 100.0) for _ in range(30)]
    assert max(quiet) == 0.0
    assert (loud[-1].begin, loud[-1].end) == (50, 54)
    assert after[-1].z < loud[-1].z
    assert focus.best == loud[-1]


@pytest.mark.parametrize(("counts", "false_alarm"), [(9, 1e-3), (10, 1e-4), (11, 1e-5)])
def test_few_counts_have_exact_poisson_tails(counts: int, false_alarm: float) -> None:
    # Background of 2 in the window, known from a very long measurement.
    def z(n: int) -> float:
        return float(
            gross_count.excess_z(n, background_counts=2e6, background_s=1e6, live_s=1.0)[0]
        )

    limit = float(stats.norm.isf(false_alarm))
    assert z(counts) > limit > z(counts - 1)
    assert z(counts) == pytest.approx(stats.norm.isf(stats.poisson.sf(counts - 1, 2.0)), abs=0.01)


def test_a_short_background_makes_the_same_excess_less_certain() -> None:
    common = {"counts": 260.0, "live_s": 2.0}
    long = gross_count.excess_z(background_counts=10_000, background_s=100.0, **common)[0]
    short = gross_count.excess_z(background_counts=500, background_s=5.0, **common)[0]
    assert long == pytest.approx(4.0, abs=0.25)
    assert short < long - 0.4


def test_no_counts_are_no_excess() -> None:
    z = gross_count.excess_z([0.0, 0.0], background_counts=0, background_s=50.0, live_s=[1.0, 2.0])
    assert np.all(np.isfinite(z))
    assert np.all(z <= 0)


@pytest.mark.parametrize(("looks", "k"), [(20, 3.89), (50, 4.11), (100, 4.26)])
def test_the_threshold_for_one_false_alarm_in_a_thousand(looks: int, k: float) -> None:
    assert gross_count.threshold(looks, false_alarm=1e-3) == pytest.approx(k, abs=0.01)


def test_windows_of_every_length_are_looked_at() -> None:
    looked = intervals(np.full(40, 0.25))
    lengths = {round(float(length), 2) for length in looked.live_s}
    assert {0.5, 1.0, 2.0, 4.0, 8.0, 10.0} <= lengths
    counts = RNG.poisson(5, (3, 40)).astype(float)
    summed = looked.sums(counts)
    for index in (0, 17, looked.begin.size - 1):
        begin, end = looked.begin[index], looked.end[index]
        assert np.array_equal(summed[:, index], counts[:, begin:end].sum(axis=1))


def _passage(depth: float, *, source_cps: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """(T,) expected counts and durations of 12 s, occupied from 1 to 11 s, 3,000 cps."""
    duration = np.full(48, 0.25)
    middle = np.cumsum(duration) - 0.125
    held = shadow.shape(middle, (1.0, 11.0))[0]
    peak = source_cps / (1 + (middle - 6.0) ** 2) ** 1.5
    return (3000.0 * (1 - depth * held) + peak) * duration, duration


def test_a_shadow_is_found_and_a_source_in_it_is_not_taken_for_background() -> None:
    counts, duration = _passage(0.3, source_cps=900.0)
    expected = shadow.suppressed(counts, duration, rate_cps=3000.0, occupied_s=(1.0, 11.0))
    rate = expected / duration
    assert rate[20:28].mean() == pytest.approx(2100.0, rel=0.05)
    # The whole passage counts less than the open background, so only the shadow shows it.
    assert counts.sum() < 3000.0 * duration.sum()
    assert sequential.search(counts, expected).z > 10
    assert sequential.search(counts, 3000.0 * duration).z < 3.5


def test_a_long_load_is_not_taken_for_a_shadow() -> None:
    counts, duration = _passage(-0.2)
    expected = shadow.suppressed(counts, duration, rate_cps=3000.0, occupied_s=(1.0, 11.0))
    assert np.allclose(expected, 3000.0 * duration)


def _neutron_z(counts: np.ndarray) -> float:
    duration = np.full(counts.size, 0.25)
    _, z = neutron.neutron_z(counts, duration, background_counts=120.0, background_s=60.0)
    return float(z.max())


def test_a_burst_of_the_ship_effect_is_no_neutron_source() -> None:
    quiet = np.tile([0.0, 1.0, 0.0, 1.0], 10)
    burst = quiet.copy()
    burst[20] = 14.0
    spread = quiet.copy()
    spread[16:24] += 2.0
    assert spread.sum() > burst.sum()
    assert _neutron_z(burst) < 2.0
    assert _neutron_z(spread) > 4.5


@pytest.mark.parametrize("behind", [0.0, 3.0, 80.0, 5_000.0, 2e6])
def test_a_stronger_source_never_has_a_smaller_z(behind: float) -> None:
    counts = np.unique(np.rint(np.geomspace(1, 1e9, 4000)))
    z = gross_count.excess_z(
        counts, background_counts=behind, background_s=60.0, live_s=np.full(counts.size, 0.5)
    )
    assert np.all(np.isfinite(z))
    assert np.diff(z).min() > -0.02
    assert z[-1] > 100
