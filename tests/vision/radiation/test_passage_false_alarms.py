"""The calibrated false-alarm probability holds on passages that the calibration never saw."""

from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from vision.models.shelf import Shelf
from vision.radiation import alarm_model, passage
from vision.radiation.alarm_model import GAMMA_TESTS, RESIDUAL_TESTS, AlarmModel
from vision.training.passage_alarm import SEED, statistics

WEIGHTS = Path(__file__).parents[3] / "weights"
OTHER_SEEDS = SEED + 500_000_000


@pytest.fixture(scope="module")
def model() -> AlarmModel:
    return alarm_model.read(Shelf(WEIGHTS).read(alarm_model.NAME))


def alarms(kind: str, tests: tuple[str, ...], family: str, count: int, p: float) -> int:
    model = alarm_model.read(Shelf(WEIGHTS).read(alarm_model.NAME))
    limit = alarm_model.threshold(p)
    found = [statistics(kind, OTHER_SEEDS + i, model) for i in range(count)]
    return sum(model.combine(family, values, tests=tests) >= limit for values in found)


def band(count: int, p: float) -> tuple[int, int]:
    """What chance allows, 99.9 %, and a third of the rate for the calibration's own error."""
    low = int(stats.binom.ppf(0.0005, count, p / 1.33))
    return low, int(stats.binom.ppf(0.9995, count, p * 1.33))


def test_one_clean_vehicle_in_fifty_alarms_if_that_is_set() -> None:
    low, high = band(400, 0.02)
    assert low <= alarms("clean", GAMMA_TESTS, "gamma", 400, 0.02) <= high


@pytest.mark.slow
@pytest.mark.parametrize("p", [1e-2, 1e-3])
def test_the_rate_of_clean_alarms_is_the_one_set(p: float) -> None:
    low, high = band(8000, p)
    assert low <= alarms("clean", GAMMA_TESTS, "gamma", 8000, p) <= high


@pytest.mark.slow
def test_the_rate_of_natural_loads_called_unnatural_is_the_one_set() -> None:
    low, high = band(2000, 0.01)
    assert low <= alarms("natural", RESIDUAL_TESTS, "residual", 2000, 0.01) <= high


def test_the_same_passage_gives_the_same_statistics(model: AlarmModel) -> None:
    assert statistics("clean", 5, model) == statistics("clean", 5, model)


def test_a_larger_statistic_is_never_more_probable(model: AlarmModel) -> None:
    for name, tail in model.tails.items():
        z = np.linspace(0, 40, 400)
        p = [tail.log10_probability(float(value)) for value in z]
        assert np.all(np.diff(p) <= 1e-12), name
        assert p[-1] < -10, name


def test_the_threshold_of_a_probability_is_its_normal_deviate() -> None:
    assert alarm_model.threshold(1e-3) == pytest.approx(3.0902, abs=1e-4)
    assert alarm_model.deviate_of(-300.0) == pytest.approx(37.04, abs=0.05)
    assert np.isfinite(alarm_model.deviate_of(-1e6))


def test_a_longer_look_counts_for_less() -> None:
    assert passage.corrected(5.0, 1.0) == 5.0
    assert passage.corrected(5.0, 60.0) == pytest.approx(np.sqrt(25 - 2 * np.log(60)))
    assert passage.corrected(-1.0, 10.0) == 0.0


def test_the_manifest_states_the_models_own_operating_point(model: AlarmModel) -> None:
    manifest = Shelf(WEIGHTS).manifest(alarm_model.NAME)
    for family, threshold in manifest.thresholds.items():
        stated = alarm_model.threshold(model.false_alarm[family])
        assert threshold.value == pytest.approx(stated, abs=1e-3)
