from __future__ import annotations

import numpy as np
import pytest

from vision.synthesis.xray_geometry import (
    Canvas,
    Solid,
    View,
    box,
    cylinder_across,
    cylinder_along,
    cylinder_upright,
    ellipsoid,
)
from vision.synthesis.xray_physics import MATERIALS

STEEL = MATERIALS["steel"]


def a_view(*, source_m: float = 1e3) -> View:
    """Two metres square around (0, 0, 1); from afar, rays are parallel."""
    return View(
        left_m=-1.0,
        top_m=2.0,
        columns=200,
        rows=200,
        pitch_x_m=0.01,
        pitch_z_m=0.01,
        source_m=source_m,
        source_height_m=1.0,
    )


@pytest.mark.parametrize(
    "solid",
    [
        pytest.param(box(STEEL, x=(-0.4, 0.3), y=(-0.2, 0.2), z=(0.5, 1.2)), id="box"),
        pytest.param(cylinder_across(STEEL, x=0.1, z=1.0, radius=0.5, y1=-0.1, y2=0.2), id="wheel"),
        pytest.param(cylinder_upright(STEEL, x=0.1, y=0.1, radius=0.4, z1=0.4, z2=1.5), id="drum"),
        pytest.param(cylinder_along(STEEL, x1=-0.7, x2=0.6, y=0.1, z=1.1, radius=0.3), id="pipe"),
        pytest.param(
            ellipsoid(STEEL, centre=(0.1, 0.0, 1.0), radii=(0.5, 0.2, 0.4)), id="ellipsoid"
        ),
    ],
)
def test_what_parallel_rays_meet_adds_up_to_the_mass(solid: Solid) -> None:
    canvas = Canvas(view=a_view())
    canvas.add(solid)
    seen_kg = float(canvas.areal.sum()) * 0.01 * 0.01 * 10  # g/cm2 times m2 is 10 kg
    assert seen_kg == pytest.approx(solid.mass_kg, rel=0.01)


def test_a_hollow_takes_away_what_the_body_put_there() -> None:
    canvas = Canvas(view=a_view(source_m=5.0))
    solid = {"centre": (0.0, 0.0, 1.0), "radii": (0.4, 0.4, 0.4)}
    canvas.add(ellipsoid(STEEL, **solid))
    canvas.add(ellipsoid(STEEL, **solid, sign=-1))
    assert np.abs(canvas.areal).max() == pytest.approx(0, abs=1e-3)


def test_what_is_nearer_to_the_source_looks_taller() -> None:
    view = a_view(source_m=4.0)
    near, far = (view.row_of(y, 0.5) - view.row_of(y, 1.5) for y in (-1.0, 1.0))
    assert near / far == pytest.approx(5 / 3)


def test_a_solid_outside_the_view_changes_nothing() -> None:
    canvas = Canvas(view=a_view())
    canvas.add(box(STEEL, x=(5, 6), y=(0, 1), z=(0, 1)))
    canvas.add(box(STEEL, x=(0, 1), y=(0, 1), z=(8, 9)))
    assert not canvas.areal.any()
