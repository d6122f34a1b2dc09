"""The library of objects that may hide in a load, by class, in many sizes.

A shape is for training or held out: a detector is measured on shapes that it has never seen, as
well as on loads that it has never seen. Sizes are usual ones.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from vision.synthesis import xray_arms as arms
from vision.synthesis import xray_parcels as parcels
from vision.synthesis.xray_shape import Shape, Solids
from vision.synthesis.xray_vehicle import vehicle


def _car(kind: str) -> Callable[[np.random.Generator], Solids]:
    return lambda rng: vehicle(kind, rng)


SHAPES: tuple[Shape, ...] = (
    *(
        Shape(label="vehicle", name=k, held_out=False, build=_car(k))
        for k in ("sedan", "hatchback", "suv", "estate")
    ),
    *(
        Shape(label="vehicle", name=k, held_out=True, build=_car(k))
        for k in ("pickup", "van", "coupe")
    ),
    Shape(label="weapon", name="rifles", held_out=False, build=arms.rifle),
    Shape(label="weapon", name="pistols", held_out=False, build=arms.pistols),
    Shape(label="weapon", name="carbines", held_out=True, build=arms.carbine),
    Shape(
        label="dense_shield",
        name="lead box",
        held_out=False,
        build=arms.shield_box,
        material="lead",
    ),
    Shape(
        label="dense_shield",
        name="lead ball",
        held_out=False,
        build=arms.shield_ball,
        material="lead",
    ),
    Shape(
        label="dense_shield",
        name="lead pot",
        held_out=False,
        build=arms.shield_pot,
        material="lead",
    ),
    Shape(
        label="dense_shield",
        name="tungsten cask",
        held_out=True,
        build=arms.shield_cask,
        material="tungsten",
    ),
    Shape(
        label="bag", name="duffel bags", held_out=False, build=parcels.duffels, material="powder"
    ),
    Shape(label="bag", name="rucksacks", held_out=True, build=parcels.rucksacks, material="powder"),
    Shape(label="brick", name="bricks", held_out=False, build=parcels.bricks, material="powder"),
    Shape(label="brick", name="slabs", held_out=True, build=parcels.slabs, material="powder"),
    Shape(
        label="cigarette_case",
        name="master cases",
        held_out=False,
        build=parcels.cigarette_cases,
        material="tobacco",
    ),
    Shape(
        label="drum", name="steel drums", held_out=False, build=parcels.some_drums, material="oil"
    ),
    Shape(label="drum", name="barrel", held_out=True, build=parcels.barrel, material="water"),
    Shape(label="cylinder", name="gas bottles", held_out=False, build=parcels.gas_bottles),
    Shape(label="cylinder", name="gas tank", held_out=True, build=parcels.tank),
)


LABELS = tuple(dict.fromkeys(shape.label for shape in SHAPES))


def shapes(label: str, *, held_out: bool) -> tuple[Shape, ...]:
    """The shapes of a class; a class without held-out shapes gives its training ones."""
    own = tuple(s for s in SHAPES if s.label == label)
    return tuple(s for s in own if s.held_out == held_out) or own
