"""Random traffic: vehicles, weather, natural goods, people under treatment, and test sources."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np

from vision.radiation.lines import library
from vision.synthesis.portal import (
    Load,
    NeutronSource,
    PointSource,
    Portal,
    Scene,
    Vehicle,
    Weather,
    spectroscopic,
)

MICROCURIE_BQ = 3.7e4
MEDICAL_PER_OCCUPANCY = 1 / 1500
# ANSI N42.35 source strengths in microcurie and the speed of its tests, as far as known to us.
TEST_SOURCES = {
    "Am-241": ("Am-241", 47.0),
    "Co-57": ("Co-57", 15.0),
    "Ba-133": ("Ba-133", 9.0),
    "Cs-137": ("Cs-137", 16.0),
    "Co-60": ("Co-60", 7.0),
    "Th-228": ("Th-228", 7.0),
}
# What stands for a nuclide that the table of lines lacks: a parent with the same daughters.
STAND_INS = {"Th-228": "U-232"}
# The physics is computed once for each of these steps and kept.
HEAVY_STEP = 0.05
SHIELD_STEP_G_CM2 = 0.5
CALIFORNIUM_PER_S = 20_000.0
TEST_SPEED_M_S = 8 / 3.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """Natural goods: heading of the Harmonized System, Bq/g of each series (low, high)."""

    heading: str
    name: str
    potassium: tuple[float, float] = (0.0, 0.0)
    radium: tuple[float, float] = (0.0, 0.0)
    thorium: tuple[float, float] = (0.0, 0.0)
    heavy: tuple[float, float] = (0.02, 0.12)


# Typical goods; the ranges are this simulator's, wide on purpose.
GOODS = (
    Goods(heading="3104", name="potash", potassium=(9.0, 16.0)),
    Goods(
        heading="3105",
        name="compound fertiliser",
        potassium=(1.0, 6.0),
        radium=(0.05, 0.6),
        thorium=(0.005, 0.05),
    ),
    Goods(heading="3103", name="superphosphate", radium=(0.2, 1.0), thorium=(0.005, 0.05)),
    Goods(
        heading="6907",
        name="tiles",
        potassium=(0.4, 1.0),
        radium=(0.04, 0.2),
        thorium=(0.04, 0.12),
    ),
    Goods(
        heading="6802",
        name="granite",
        potassium=(0.6, 1.6),
        radium=(0.03, 0.25),
        thorium=(0.04, 0.35),
    ),
    Goods(
        heading="6910",
        name="sanitary ware",
        potassium=(0.4, 1.0),
        radium=(0.05, 0.3),
        thorium=(0.05, 0.15),
    ),
    Goods(
        heading="2508",
        name="bentonite",
        potassium=(0.1, 0.7),
        radium=(0.03, 0.12),
        thorium=(0.04, 0.12),
    ),
    Goods(heading="0803", name="bananas", potassium=(0.1, 0.15)),
    Goods(heading="2401", name="tobacco", potassium=(0.6, 1.5), heavy=(0.0, 0.05)),
    Goods(
        heading="2615",
        name="zircon sand",
        radium=(1.0, 5.0),
        thorium=(0.3, 1.0),
        heavy=(0.15, 0.35),
    ),
    Goods(
        heading="6902",
        name="refractory bricks",
        potassium=(0.0, 0.3),
        radium=(0.05, 1.5),
        thorium=(0.03, 0.4),
        heavy=(0.05, 0.3),
    ),
    Goods(
        heading="2614",
        name="ilmenite",
        radium=(0.05, 0.4),
        thorium=(0.1, 1.0),
        heavy=(0.2, 0.4),
    ),
    Goods(
        heading="6805",
        name="abrasives",
        potassium=(0.0, 0.3),
        radium=(0.1, 1.0),
        thorium=(0.05, 0.4),
        heavy=(0.05, 0.2),
    ),
)

POTASSIUM_GOODS = tuple(goods for goods in GOODS if not (goods.radium[1] or goods.thorium[1]))


def _stepped(value: float, step: float) -> float:
    return round(round(value / step) * step, 6)


def vehicle(rng: np.random.Generator, *, goods_vehicle: bool = False) -> Vehicle:
    """A car, a van, a lorry or a container truck; goods never come in a car."""
    kind = rng.choice(4, p=(0.0, 0.1, 0.3, 0.6) if goods_vehicle else (0.3, 0.15, 0.2, 0.35))
    length = (4.5, 6.5, 9.5, 16.5)[kind] * rng.uniform(0.9, 1.1)
    cab = min(2.4, 0.4 * length)
    gap = 0.9 if kind == 3 else 0.2
    dense = rng.uniform(0.6, 1.0)
    segments: tuple[tuple[float, float, float], ...]
    segments = ((0.0, cab, rng.uniform(0.5, 1.0)), (cab, cab + gap, rng.uniform(0.1, 0.5)))
    if kind == 3 and rng.random() < 0.3:
        # Two short containers with a gap between them.
        middle = (cab + gap + length) / 2
        segments += ((cab + gap, middle - 0.2, dense), (middle + 0.2, length, rng.uniform(0.5, 1)))
    else:
        segments += ((cab + gap, length, dense),)
    shadow = (
        (rng.uniform(0.0, 0.12), rng.uniform(0.02, 0.16))[kind]
        if kind < 2
        else (rng.uniform(0.04, 0.40))
    )
    speed = float(np.clip(rng.lognormal(np.log(8.0), 0.35), 3.0, 22.0) / 3.6)
    duration = length / speed
    change = rng.normal(0, 0.15) * speed
    return Vehicle(
        length_m=float(length),
        speed_m_s=speed,
        segments=segments,
        shadow=float(shadow),
        shadow_tilt=float(rng.normal(0.04, 0.05)),
        iron=float(rng.uniform(0, 0.3) if rng.random() < 0.85 else rng.uniform(0.3, 1.0)),
        acceleration_m_s2=float(np.clip(change, -0.4 * speed, 0.5 * speed) / duration),
    )


def weather(rng: np.random.Generator) -> Weather:
    """Dry nine times out of ten; rain brings up to three times the dry background in radon
    progeny, which rise within a quarter of an hour and fall with their half-lives.
    """
    radon, slope = 0.0, 0.0
    if rng.random() < 0.1:
        radon = float(rng.uniform(0.02, 3.0) * rng.random())
        slope = radon * float(rng.choice((1 / 1200.0, -1 / 2400.0)) * rng.uniform(0.2, 1.0))
    return Weather(
        radon=radon,
        radon_slope=slope,
        drift_slope=float(rng.normal(0, 2e-5)),
        gain=float(np.clip(rng.normal(1.0, 0.008), 0.975, 1.025)),
    )


def portal(rng: np.random.Generator, *, detector: str = "NaI") -> Portal:
    """The spectroscopic portal at a site of its own: lane width, background, neutrons."""
    made = spectroscopic(detector=detector, half_width_m=float(rng.uniform(2.2, 2.6)))
    return dataclasses.replace(
        made,
        background_cps=made.background_cps * float(rng.uniform(0.65, 1.5)),
        neutron_background_cps=float(rng.uniform(1.0, 3.5)),
    )


def cargo(goods: Goods, on: Vehicle, rng: np.random.Generator) -> Load:
    """A load of these goods on that vehicle."""
    start = on.segments[-1][0] if len(on.segments) == 3 else on.segments[2][0]
    room = on.length_m - start
    used = room * float(rng.uniform(0.6, 1.0))
    begin = start + (room - used) * float(rng.uniform(0, 1))
    activities = tuple(
        (nuclide, float(rng.uniform(*limits)))
        for nuclide, limits in (
            ("K-40", goods.potassium),
            ("Ra-226", goods.radium),
            ("Th-232", goods.thorium),
        )
        if limits[1] > 0
    )
    return Load(
        activity_bq_g=activities,
        start_m=begin,
        end_m=begin + used,
        heavy=_stepped(rng.uniform(*goods.heavy), HEAVY_STEP),
        fill=float(rng.uniform(0.5, 1.0)),
        unevenness=float(rng.uniform(0, 0.2)),
    )


def clean(rng: np.random.Generator, *, detector: str = "NaI") -> Scene:
    """Ordinary traffic without anything radioactive."""
    return Scene(
        portal=portal(rng, detector=detector),
        vehicle=vehicle(rng),
        weather=weather(rng),
        before_s=float(rng.uniform(40, 120)),
    )


def natural(
    rng: np.random.Generator, *, goods: Goods | None = None, detector: str = "NaI"
) -> tuple[Scene, Goods]:
    """A lorry or container with natural goods, and which ones."""
    chosen = goods or GOODS[int(rng.integers(len(GOODS)))]
    on = vehicle(rng, goods_vehicle=True)
    scene = Scene(
        portal=portal(rng, detector=detector),
        vehicle=on,
        weather=weather(rng),
        loads=(cargo(chosen, on, rng),),
        before_s=float(rng.uniform(40, 120)),
    )
    return scene, chosen


def medical(rng: np.random.Generator, *, detector: str = "NaI") -> tuple[Scene, str]:
    """A driver who has been treated; activity as left hours to days later."""
    nuclide = str(rng.choice(("Tc-99m", "I-131", "F-18", "Tl-201")))
    scene = clean(rng, detector=detector)
    source = PointSource(
        nuclide=nuclide,
        activity_bq=float(10 ** rng.uniform(6.3, 8.0)),
        along_m=1.4,
        y_m=float(rng.choice((-0.5, 0.5))),
        z_m=1.6,
        iron_g_cm2=_stepped(rng.uniform(1, 4), SHIELD_STEP_G_CM2),
    )
    return dataclasses.replace(scene, points=(source,)), nuclide


def with_test_source(
    scene: Scene,
    name: str,
    rng: np.random.Generator,
    *,
    strength: float = 1.0,
    shadow: float | None = None,
) -> Scene:
    """The scene's vehicle at test speed with a bare source of standard strength in the middle.

    Args:
        scene: gives portal, weather, and what else is on board.
        name: a key of `TEST_SOURCES`, or "Cf-252".
        rng: of the place on the vehicle.
        strength: factor on the standard strength.
        shadow: part of the background that the vehicle takes away; None keeps its own.
    """
    on = dataclasses.replace(
        scene.vehicle,
        speed_m_s=TEST_SPEED_M_S,
        acceleration_m_s2=0.0,
        shadow=scene.vehicle.shadow if shadow is None else shadow,
    )
    along = float(rng.uniform(0.25, 0.75)) * on.length_m
    height = float(rng.uniform(0.6, 2.6))
    if name == "Cf-252":
        neutrons = NeutronSource(
            neutrons_per_s=strength * CALIFORNIUM_PER_S, along_m=along, z_m=height
        )
        return dataclasses.replace(scene, vehicle=on, neutrons=(neutrons,))
    nuclide, microcurie = TEST_SOURCES[name]
    if nuclide not in {entry.nuclide for entry in library()}:
        nuclide = STAND_INS[nuclide]
    source = PointSource(
        nuclide=nuclide,
        activity_bq=strength * microcurie * MICROCURIE_BQ,
        along_m=along,
        z_m=height,
    )
    return dataclasses.replace(scene, vehicle=on, points=(*scene.points, source))
