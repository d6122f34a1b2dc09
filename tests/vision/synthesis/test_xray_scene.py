from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from vision.synthesis.xray_cargo import GOODS, Goods
from vision.synthesis.xray_plan import Plan, random_plan
from vision.synthesis.xray_scene import SimulatedScan, simulate, simulate_many
from vision.synthesis.xray_shape import Shape, extent
from vision.synthesis.xray_stow import PAYLOAD_KG
from vision.synthesis.xray_threats import LABELS, SHAPES, shapes

COARSE = (0.03, 0.03)


def a_plan(*objects: str, **changes: object) -> Plan:
    plan = Plan(headings=("6109",), objects=objects, pitch_x_m=0.02, pitch_z_m=0.02)
    return dataclasses.replace(plan, **changes)


@pytest.fixture(scope="module")
def with_a_car() -> SimulatedScan:
    return simulate(a_plan("vehicle"), seed=3)


def test_the_same_seed_gives_the_same_scan_and_another_does_not(
    with_a_car: SimulatedScan,
) -> None:
    again = simulate(a_plan("vehicle"), seed=3)
    assert np.array_equal(again.counts, with_a_car.counts)
    assert again.objects == with_a_car.objects
    assert not np.array_equal(simulate(a_plan("vehicle"), seed=4).counts, with_a_car.counts)


def test_without_objects_the_scan_is_its_own_clean_twin() -> None:
    scan = simulate(a_plan(), seed=3)
    assert np.array_equal(scan.counts, scan.clean_counts)
    assert scan.objects == ()


def test_the_clean_twin_differs_where_the_object_is(with_a_car: SimulatedScan) -> None:
    (car,) = with_a_car.objects
    change = np.abs(with_a_car.counts.astype(float) - with_a_car.clean_counts)[:, :, 0]
    inside = np.s_[int(car.box.y1) : int(car.box.y2), int(car.box.x1) : int(car.box.x2)]
    mean_inside = change[inside].mean()
    change[inside] = 0
    # Blur and scatter carry a little over the edge.
    assert mean_inside > 20 * change.mean()


def test_a_car_has_the_size_and_mass_of_a_car_inside_its_container(
    with_a_car: SimulatedScan,
) -> None:
    (car,) = with_a_car.objects
    (container,) = with_a_car.containers
    assert 700 < car.mass_kg < 2500
    assert 3.4 < car.size_m[0] < 5.5
    assert container.intersection_px(car.box) == pytest.approx(car.box.area_px, rel=0.02)


def test_doors_on_the_left_mirror_the_picture_and_its_boxes(with_a_car: SimulatedScan) -> None:
    turned = simulate(a_plan("vehicle", doors_right=False), seed=3)
    assert np.array_equal(turned.counts[:, ::-1], with_a_car.counts)
    width = turned.counts.shape[1]
    assert turned.objects[0].box.x1 == width - with_a_car.objects[0].box.x2


def test_a_low_and_a_high_energy_are_two_channels() -> None:
    scan = simulate(a_plan(low_megavolt=3.5), seed=1)
    low, high = scan.counts[:, :, 0].astype(float), scan.counts[:, :, 1].astype(float)
    assert scan.beams == ("3.5 MV", "6 MV")
    assert low.mean() < high.mean()


@pytest.mark.parametrize("goods", GOODS, ids=lambda goods: goods.name)
def test_every_load_fits_and_is_no_heavier_than_allowed(goods: Goods) -> None:
    scan = simulate(random_plan(np.random.default_rng(5), goods=goods, pitch_m=COARSE), seed=5)
    assert 0 <= scan.declared[0].mass_kg <= 1.1 * PAYLOAD_KG
    assert (scan.declared[0].mass_kg == 0) == (goods.heading == "0000")


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_every_shape_stands_on_the_floor_and_fits_a_container(shape: Shape) -> None:
    for seed in range(4):
        solids = shape.build(np.random.default_rng(seed))
        x1, x2, y1, y2, z1, z2 = extent(solids)
        assert x2 - x1 < 5.8 and y2 - y1 < 2.34 and z2 - z1 < 2.3
        assert -0.4 < z1 < 0.4
        assert 0.5 < sum(solid.mass_kg for solid in solids) < 3000


@pytest.mark.parametrize("label", LABELS)
def test_training_never_sees_a_held_out_shape(label: str) -> None:
    train, held_out = (shapes(label, held_out=flag) for flag in (False, True))
    if any(shape.held_out for shape in SHAPES if shape.label == label):
        assert not {s.name for s in train} & {s.name for s in held_out}


def test_processes_give_what_one_process_gives_in_order() -> None:
    jobs = [(a_plan("bag", pitch_x_m=0.05, pitch_z_m=0.05), seed) for seed in range(3)]
    done: list[int] = []
    several = list(simulate_many(jobs, workers=2, progress=lambda n, _: done.append(n)))
    alone = list(simulate_many(jobs, workers=1))
    assert [s.objects for s in several] == [s.objects for s in alone]
    assert done == [1, 2, 3]
