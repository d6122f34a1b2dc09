"""The library of loads by heading of the Harmonized System."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from vision.synthesis.xray_physics import MATERIALS
from vision.synthesis.xray_pieces import coils, drums, pieces, pipes, reels, tyres
from vision.synthesis.xray_stow import Builder, Stow, blocks, bulk, sacks
from vision.synthesis.xray_truck import Space


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """One kind of load; `weight` says how often it comes, `hides` which loads hide a car."""

    heading: str
    name: str
    build: Builder
    weight: float = 1.0
    hides_vehicles: bool = False


def _empty(space: Space, rng: np.random.Generator) -> Stow:
    del rng
    bulk = replace(MATERIALS["foam"], density=0.0)
    return Stow(solids=(), bulk=bulk, top_m=lambda xs: np.full_like(xs, space.z1), packages=0)


MACHINES = (
    ("steel", 0.02, 0.35),
    ("steel", 0.05, 0.6),
    ("aluminium", 0.1, 0.5),
    ("polymer", 0.1, 0.4),
)


HOUSEHOLD = (
    ("wood", 0.1, 0.5),
    ("cellulose", 0.05, 0.3),
    ("polymer", 0.05, 0.3),
    ("steel", 0.01, 0.06),
    ("foam", 1, 3),
)


FURNITURE = (("wood", 0.08, 0.4), ("foam", 0.7, 2.0), ("cellulose", 0.05, 0.2))


SCRAP = (("steel", 0.1, 0.5), ("aluminium", 0.1, 0.5), ("copper", 0.05, 0.3))


CARTON = ((0.35, 0.65), (0.3, 0.8), (0.25, 0.5))


SMALL = ((0.28, 0.45), (0.3, 0.5), (0.18, 0.32))


PALLET = ((0.85, 1.25), (1.0, 1.15), (0.9, 1.3))


GOODS: tuple[Goods, ...] = (
    Goods(
        heading="6109",
        name="garments in cartons",
        build=blocks(CARTON, "cellulose", (0.15, 0.32)),
        weight=1.6,
        hides_vehicles=True,
    ),
    Goods(
        heading="6403",
        name="footwear",
        build=blocks(CARTON, "polymer", (0.1, 0.22)),
        weight=1.4,
        hides_vehicles=True,
    ),
    Goods(
        heading="9503",
        name="toys",
        build=blocks(CARTON, "polymer", (0.1, 0.22), spread=0.12),
        weight=1.4,
        hides_vehicles=True,
    ),
    Goods(
        heading="4818",
        name="tissue paper",
        build=blocks(((0.4, 0.9), (0.5, 0.8), (0.3, 0.6)), "cellulose", (0.12, 0.2)),
        weight=1.2,
        hides_vehicles=True,
    ),
    Goods(
        heading="2402",
        name="cigarettes",
        build=blocks(((0.6, 0.65), (0.4, 0.45), (0.38, 0.45)), "tobacco", (0.9, 1.1)),
        weight=0.8,
    ),
    Goods(
        heading="1905",
        name="biscuits",
        build=blocks(SMALL, "food", (0.2, 0.35)),
        weight=1.0,
        hides_vehicles=True,
    ),
    Goods(
        heading="8528",
        name="television sets",
        build=blocks(((0.12, 0.22), (1.0, 1.2), (0.6, 0.9)), "polymer", (0.12, 0.25), spread=0.1),
        weight=1.0,
    ),
    Goods(
        heading="8418",
        name="refrigerators",
        build=blocks(((0.6, 0.7), (0.6, 0.7), (0.9, 1.2)), "polymer", (0.1, 0.2), spread=0.15),
        weight=0.8,
        hides_vehicles=True,
    ),
    Goods(
        heading="3004",
        name="medicines",
        build=blocks(SMALL, "cellulose", (0.2, 0.4), spread=0.12),
        weight=0.8,
    ),
    Goods(
        heading="0202",
        name="frozen beef",
        build=blocks(SMALL, "food", (0.75, 0.95), high=(0.75, 0.9)),
        weight=0.7,
    ),
    Goods(
        heading="0207",
        name="frozen poultry",
        build=blocks(SMALL, "food", (0.55, 0.75), high=(0.8, 0.95)),
        weight=0.7,
    ),
    Goods(
        heading="0805",
        name="citrus fruit",
        build=blocks(
            ((0.4, 0.6), (0.5, 0.6), (0.15, 0.3)),
            "food",
            (0.45, 0.6),
            gap_m=(0.01, 0.05),
            pallet=True,
        ),
        weight=0.9,
    ),
    Goods(
        heading="2204",
        name="wine in cartons",
        build=blocks(SMALL, "water", (0.5, 0.65), high=(0.4, 0.7)),
        weight=0.8,
    ),
    Goods(
        heading="6907",
        name="ceramic tiles",
        build=blocks(
            PALLET, "ceramic", (0.7, 0.9), high=(0.3, 0.45), gap_m=(0.02, 0.15), pallet=True
        ),
        weight=0.8,
    ),
    Goods(
        heading="4407",
        name="sawn timber",
        build=blocks(
            ((2.4, 4.5), (1.1, 1.17), (0.2, 0.55)), "wood", (0.7, 0.95), gap_m=(0.02, 0.06)
        ),
        weight=0.8,
    ),
    Goods(
        heading="5201",
        name="cotton bales",
        build=blocks(
            ((0.5, 0.95), (0.9, 1.1), (0.5, 1.1)), "cellulose", (0.4, 0.6), gap_m=(0.02, 0.05)
        ),
        weight=0.8,
    ),
    Goods(
        heading="4707",
        name="waste paper",
        build=blocks(((1.0, 1.3), (0.9, 1.15), (0.9, 1.2)), "cellulose", (0.4, 0.6), spread=0.12),
        weight=0.8,
    ),
    Goods(
        heading="0901",
        name="coffee",
        build=sacks("food", (0.55, 0.72), width=(0.7, 1.2)),
        weight=0.8,
    ),
    Goods(
        heading="1701",
        name="sugar",
        build=sacks("food", (0.75, 0.9), width=(0.9, 1.2)),
        weight=0.7,
    ),
    Goods(
        heading="2523",
        name="cement",
        build=sacks("limestone", (0.5, 0.6), width=(0.9, 1.2)),
        weight=0.5,
    ),
    Goods(
        heading="3902",
        name="plastic granules",
        build=sacks("polymer", (0.5, 0.65), width=(0.9, 1.3)),
        weight=0.8,
    ),
    Goods(heading="2304", name="oilcake", build=bulk("food", (0.55, 0.7)), weight=0.6),
    Goods(heading="2710", name="oils in drums", build=drums, weight=0.8),
    Goods(heading="4011", name="tyres", build=tyres, weight=1.2),
    Goods(
        heading="4801",
        name="newsprint in reels",
        build=reels("cellulose", (0.6, 0.9), (0.45, 0.6)),
        weight=0.7,
    ),
    Goods(heading="7208", name="steel coils", build=coils, weight=0.6),
    Goods(heading="7306", name="steel tubes", build=pipes, weight=0.7),
    Goods(
        heading="2515",
        name="marble blocks",
        build=blocks(
            ((1.2, 2.6), (1.1, 1.3), (1.0, 1.5)),
            "limestone",
            (1.0, 1.08),
            high=(0.4, 0.6),
            gap_m=(0.1, 0.6),
        ),
        weight=0.5,
    ),
    Goods(
        heading="8407",
        name="engines on pallets",
        build=blocks(
            ((0.6, 1.0), (0.6, 0.9), (0.5, 0.9)),
            "steel",
            (0.15, 0.35),
            high=(0.3, 0.45),
            spread=0.15,
            gap_m=(0.1, 0.35),
            pallet=True,
        ),
        weight=0.9,
    ),
    Goods(
        heading="7204",
        name="metal scrap",
        build=pieces(SCRAP, (0.1, 0.5), per_m3=7, high=(0.3, 0.7)),
        weight=0.6,
    ),
    Goods(
        heading="8479",
        name="machinery",
        build=pieces(MACHINES, (0.2, 1.5), per_m3=1.2),
        weight=1.2,
    ),
    Goods(
        heading="8708",
        name="vehicle parts",
        build=pieces(MACHINES, (0.1, 0.7), per_m3=4),
        weight=1.2,
    ),
    Goods(
        heading="9403",
        name="furniture",
        build=pieces(FURNITURE, (0.3, 1.6), per_m3=3),
        weight=1.2,
        hides_vehicles=True,
    ),
    Goods(
        heading="9905",
        name="household goods",
        build=pieces(HOUSEHOLD, (0.15, 1.2), per_m3=4),
        weight=1.6,
        hides_vehicles=True,
    ),
    Goods(heading="0000", name="empty", build=_empty, weight=1.5, hides_vehicles=True),
)


BY_HEADING = {goods.heading: goods for goods in GOODS}


def random_goods(rng: np.random.Generator) -> Goods:
    """One kind, as often as its weight says."""
    weights = np.array([goods.weight for goods in GOODS])
    return GOODS[int(rng.choice(len(GOODS), p=weights / weights.sum()))]
