"""The tests of spectra, and what natural series explain, on expected counts from physics."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from vision.findings import Extent
from vision.models.shelf import Shelf
from vision.radiation import alarm_model, passage
from vision.radiation.alarm_model import AlarmModel
from vision.radiation.locate import locate
from vision.radiation.occupancy import background, split
from vision.scan import ENERGY_WINDOWS_KEV, CountSeries, window_counts
from vision.synthesis.portal import (
    CHANNEL_EDGES_KEV,
    Load,
    PointSource,
    Scene,
    Vehicle,
    Weather,
    draw,
    expect,
    spectroscopic,
)

WEIGHTS = Path(__file__).parents[3] / "weights"
LORRY = Vehicle(
    length_m=16.0,
    speed_m_s=2.2,
    segments=((0.0, 2.4, 0.8), (2.4, 3.3, 0.3), (3.3, 16.0, 1.0)),
    shadow=0.25,
    shadow_tilt=0.05,
)
CAESIUM = PointSource(nuclide="Cs-137", activity_bq=6e5, along_m=9.0)
POTASH = Load(activity_bq_g=(("K-40", 12.0),), start_m=4.0, end_m=15.0)
GRANITE = Load(
    activity_bq_g=(("K-40", 1.2), ("Ra-226", 0.1), ("Th-232", 0.15)), start_m=4.0, end_m=15.0
)


@pytest.fixture(scope="module")
def model() -> AlarmModel:
    return alarm_model.read(Shelf(WEIGHTS).read(alarm_model.NAME))


def a_scene(**parts: object) -> Scene:
    return dataclasses.replace(Scene(portal=spectroscopic(), vehicle=LORRY), **parts)


def without_noise(scene: Scene) -> CountSeries:
    """The expected counts themselves."""
    expected = expect(scene)
    channels = expected.channels
    return CountSeries(
        start_s=expected.start_s,
        duration_s=expected.duration_s,
        gamma=channels.sum(axis=1),
        neutron=expected.neutron,
        occupied=expected.occupied,
        window_edges_kev=ENERGY_WINDOWS_KEV,
        windows=window_counts(channels, CHANNEL_EDGES_KEV).T,
    )


def prepared(series: CountSeries, model: AlarmModel) -> passage.Prepared:
    only = split(series)[0]
    return passage.prepare(series, only, background(series, only), model=model, detector="NaI")


def test_a_shadow_alone_excites_no_test_of_the_spectrum(model: AlarmModel) -> None:
    for tilt in (-0.05, 0.0, 0.1):
        vehicle = dataclasses.replace(LORRY, shadow=0.4, shadow_tilt=tilt)
        found = passage.gamma_statistics(prepared(without_noise(a_scene(vehicle=vehicle)), model))
        assert found["gross"].z == 0.0
        assert found["template"].z < 1.0
        assert found["distance"].z < 1.0


def test_a_source_under_a_shadow_is_seen_by_its_spectrum_not_by_the_rate(
    model: AlarmModel,
) -> None:
    vehicle = dataclasses.replace(LORRY, shadow=0.35)
    scene = a_scene(vehicle=vehicle, points=(CAESIUM,))
    found = passage.gamma_statistics(prepared(without_noise(scene), model))
    assert found["gross"].z == 0.0
    assert found["template"].z > 15
    assert found["template"].which == "Cs-137"


def test_rain_between_background_and_vehicle_is_no_source(model: AlarmModel) -> None:
    weather = Weather(radon=0.5, radon_slope=0.5 / 1800)
    found = passage.gamma_statistics(prepared(without_noise(a_scene(weather=weather)), model))
    assert found["template"].z < 1.5


@pytest.mark.parametrize("load", [POTASH, GRANITE], ids=["potash", "granite"])
@pytest.mark.parametrize("gain", [0.985, 1.0, 1.015])
def test_natural_goods_leave_nothing_unnatural(load: Load, gain: float, model: AlarmModel) -> None:
    scene = a_scene(loads=(load,), weather=Weather(gain=gain))
    series = draw(scene, np.random.default_rng(4))
    result = passage.residual_statistics(prepared(series, model))
    assert result is not None
    combined = model.combine(
        "residual", passage.values(result[0]), tests=alarm_model.RESIDUAL_TESTS
    )
    assert combined < alarm_model.threshold(3e-4)


@pytest.mark.parametrize("load", [POTASH, GRANITE], ids=["potash", "granite"])
def test_a_source_among_natural_goods_stands_out(load: Load, model: AlarmModel) -> None:
    series = draw(a_scene(loads=(load,), points=(CAESIUM,)), np.random.default_rng(4))
    result = passage.residual_statistics(prepared(series, model))
    assert result is not None
    statistics, _ = result
    assert model.deviate("residual_template", statistics["residual_template"].z) > 5
    assert statistics["residual_template"].which == "Cs-137"


def test_thorium_among_bananas_is_more_than_potassium(model: AlarmModel) -> None:
    bananas = Load(activity_bq_g=(("K-40", 0.13),), start_m=4.0, end_m=15.0)
    thorium = PointSource(nuclide="Th-232", activity_bq=2.6e5, along_m=9.0)

    def beyond(scene: Scene) -> float:
        result = passage.residual_statistics(prepared(draw(scene, np.random.default_rng(8)), model))
        assert result is not None
        return model.deviate("beyond_potassium", result[0]["beyond_potassium"].z)

    limit = alarm_model.threshold(3e-4)
    assert beyond(a_scene(loads=(bananas,))) < limit
    assert beyond(a_scene(loads=(bananas,), points=(thorium,))) > limit


def test_the_series_of_a_load_are_told_apart(model: AlarmModel) -> None:
    def strongest(nuclide: str) -> str:
        load = Load(activity_bq_g=((nuclide, 0.8),), start_m=4.0, end_m=15.0)
        series = draw(a_scene(loads=(load,)), np.random.default_rng(2))
        result = passage.residual_statistics(prepared(series, model))
        assert result is not None
        amounts = result[1].amounts
        return max(amounts, key=lambda name: amounts[name])

    assert [strongest(n) for n in ("K-40", "Ra-226", "Th-232")] == ["K-40", "Ra-226", "Th-232"]


def place_of(scene: Scene, model: AlarmModel, *, speed: float | None = 2.2) -> object:
    series = draw(scene, np.random.default_rng(6))
    ready = prepared(series, model)
    return locate(
        (ready.gamma - ready.expected) / ready.duration_s,
        np.sqrt(ready.gamma + 1) / ready.duration_s,
        ready.start_s + ready.duration_s / 2,
        occupied_s=ready.occupancy.interval_s(series),
        speed_m_s=speed,
    )


@pytest.mark.parametrize("along", [1.4, 6.0, 9.0, 13.5])
def test_a_point_is_placed_within_half_a_metre(along: float, model: AlarmModel) -> None:
    source = dataclasses.replace(CAESIUM, along_m=along, activity_bq=1e7)
    found = place_of(a_scene(points=(source,)), model)
    assert found.extent is Extent.POINT
    assert found.position * LORRY.length_m == pytest.approx(along, abs=0.5)
    assert found.at_cab is (along < 3)


def test_a_load_is_as_long_as_the_load(model: AlarmModel) -> None:
    found = place_of(a_scene(loads=(GRANITE,)), model)
    assert found.extent is Extent.CARGO_LONG
    assert found.width_s * 2.2 == pytest.approx(11.0, rel=0.2)
    assert not found.at_cab


def test_hardly_any_excess_has_no_extent(model: AlarmModel) -> None:
    weak = dataclasses.replace(CAESIUM, activity_bq=1e5)
    assert place_of(a_scene(points=(weak,)), model).extent is Extent.CANNOT_TELL
