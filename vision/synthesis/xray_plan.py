"""What is to be scanned and with which scanner: plans, and random ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from vision.synthesis.xray_cargo import Goods, random_goods
from vision.synthesis.xray_detector import Detector, random_detector


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be scanned, and with which scanner.

    `headings` has one entry per container ("0000": empty), two only with 20 ft. `objects` are the
    classes to hide in the first container; `held_out` takes the shapes that training never sees.
    `low_megavolt` 0: one energy.
    """

    headings: tuple[str, ...]
    objects: tuple[str, ...] = ()
    held_out: bool = False
    length_ft: int = 40
    high_cube: bool = True
    megavolt: float = 6.0
    low_megavolt: float = 0.0
    pitch_x_m: float = 0.008
    pitch_z_m: float = 0.007
    source_m: float = 7.0
    source_height_m: float = 0.4
    cab: bool = False
    doors_right: bool = True
    detector: Detector = field(default_factory=Detector)


def random_plan(
    rng: np.random.Generator,
    *,
    objects: Sequence[str] = (),
    held_out: bool = False,
    goods: Goods | None = None,
    pitch_m: tuple[float, float] = (0.006, 0.012),
) -> Plan:
    """Any truck before any scanner; loads that could hide the objects where that matters."""
    chosen = goods or random_goods(rng)
    length = int(rng.choice([20, 40, 45], p=[0.35, 0.55, 0.1]))
    if "vehicle" in objects:
        while goods is None and not chosen.hides_vehicles:
            chosen = random_goods(rng)
    double = length == 20 and rng.random() < 0.25
    pitch = rng.uniform(*pitch_m)
    megavolt = float(rng.choice([3.0, 4.5, 6.0, 9.0], p=[0.1, 0.2, 0.5, 0.2]))
    return Plan(
        headings=(chosen.heading, random_goods(rng).heading) if double else (chosen.heading,),
        objects=tuple(objects),
        held_out=held_out,
        length_ft=length,
        high_cube=bool(length == 45 or rng.random() < 0.5),
        megavolt=megavolt,
        pitch_x_m=pitch * rng.uniform(0.8, 1.3),
        pitch_z_m=pitch,
        source_m=rng.uniform(4.5, 9.5),
        source_height_m=rng.uniform(-0.2, 1.8),
        cab=bool(rng.random() < 0.4),
        doors_right=bool(rng.random() < 0.5),
        detector=random_detector(rng),
    )
