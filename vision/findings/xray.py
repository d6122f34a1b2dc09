"""What was measured and found in X-ray images."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from vision.findings.evidence import Evidence, Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerFound:
    """A container in an X-ray view; `evidence.box` is its outline."""

    evidence: Evidence
    provenance: Provenance
    score: float
    kind: Literal["container"] = "container"


class Load(StrEnum):
    """Whether a container carries goods."""

    EMPTY = "empty"
    LOADED = "loaded"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadState:
    """Empty or loaded, for the container at `evidence.box`."""

    evidence: Evidence
    provenance: Provenance
    load: Load
    probability_loaded: float
    kind: Literal["load_state"] = "load_state"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerSize:
    """Outer size of the container at `evidence.box`, from the geometry of the scan.

    `length_ft` is 20, 40 or 45; None: the scan does not tell. So with `high_cube`.
    """

    evidence: Evidence
    provenance: Provenance
    length_ft: int | None
    high_cube: bool | None
    score: float
    kind: Literal["container_size"] = "container_size"


@dataclass(frozen=True, slots=True, kw_only=True)
class FillProfile:
    """How full the container at `evidence.box` is.

    `heights` are shares of the inner height that is filled, at equal steps from the left to the
    right of the picture, each in [0, 1]. `filled_share` is that of the inner volume as the view
    shows it; `low` and `high` bound it with probability 0.9.
    """

    evidence: Evidence
    provenance: Provenance
    heights: tuple[float, ...]
    filled_share: float
    low: float
    high: float
    kind: Literal["fill_profile"] = "fill_profile"


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageCount:
    """Packages in a regular stack, as far as one view shows them.

    `accepted` is False where the load is no regular stack; the numbers then mean nothing. `low`
    and `high` bound `count` with probability 0.9.
    """

    evidence: Evidence
    provenance: Provenance
    rows: int
    columns: int
    count: int
    low: int
    high: int
    accepted: bool
    kind: Literal["package_count"] = "package_count"


@dataclass(frozen=True, slots=True, kw_only=True)
class MassEstimate:
    """Mass of the load, without the container, from areal density.

    `low_kg` and `high_kg` bound it with probability 0.9. `mass_kg` None: the scan does not tell,
    and `reason` says why (saturated, windowed by the scanner, not calibrated).
    """

    evidence: Evidence
    provenance: Provenance
    mass_kg: float | None
    low_kg: float
    high_kg: float
    saturated_share: float
    reason: str = ""
    kind: Literal["mass_estimate"] = "mass_estimate"


class Material(StrEnum):
    """What a dual-energy scan can tell apart."""

    ORGANIC = "organic"
    MINERAL = "mineral"
    METAL = "metal"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialShare:
    """Share of the load's area that one material has, in [0, 1]."""

    material: Material
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialMap:
    """What the load at `evidence.box` is made of; the shares add up to 1."""

    evidence: Evidence
    provenance: Provenance
    shares: tuple[MaterialShare, ...]
    kind: Literal["material_map"] = "material_map"


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupScore:
    """A goods group, for example "paper" or "2402", and its probability."""

    group: str
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CargoGroup:
    """Which goods the load looks like, most probable first. `accepted` False: cannot tell."""

    evidence: Evidence
    provenance: Provenance
    groups: tuple[GroupScore, ...]
    accepted: bool
    kind: Literal["cargo_group"] = "cargo_group"


@dataclass(frozen=True, slots=True, kw_only=True)
class CargoEmbedding:
    """The interior as a vector of unit length; its cosine to another tells how alike they look.

    Vectors of two versions of the model must not be compared.
    """

    evidence: Evidence
    provenance: Provenance
    vector: tuple[float, ...]
    kind: Literal["cargo_embedding"] = "cargo_embedding"


class Zone(StrEnum):
    """Where in the vehicle something lies."""

    CARGO = "cargo"
    DOOR = "door"
    FLOOR = "floor"
    ROOF = "roof"
    FRONT_WALL = "front_wall"
    CAB = "cab"
    OUTSIDE = "outside"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectFound:
    """An object of one of the classes that a detector looks for ("vehicle", "weapon")."""

    evidence: Evidence
    provenance: Provenance
    label: str
    score: float
    zone: Zone
    kind: Literal["object"] = "object"


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectsSought:
    """That a detector looked through a scan, for which classes, and how many it reported.

    Without it, no object found means that nobody looked. `visible_share` is that part of the
    load which is thin enough to be looked through.
    """

    evidence: Evidence
    provenance: Provenance
    labels: tuple[str, ...]
    found: int
    visible_share: float
    kind: Literal["objects_sought"] = "objects_sought"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnomalyFound:
    """A place that looks unlike what surrounds it; advice for the eye, no class, no proof."""

    evidence: Evidence
    provenance: Provenance
    score: float
    kind: Literal["anomaly"] = "anomaly"


@dataclass(frozen=True, slots=True, kw_only=True)
class StructureMeasured:
    """Thickness of floor, roof or a wall against what the type of container has.

    `residual_z` is the deviation in standard deviations of clean containers of that type.
    """

    evidence: Evidence
    provenance: Provenance
    zone: Zone
    residual_z: float
    kind: Literal["structure"] = "structure"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanFingerprint:
    """What tells the same acquisition from another scan that merely looks alike.

    `look` is a perceptual hash and `noise` a hash of the sensor's noise, both in hexadecimal;
    two scans of one acquisition agree in both, two clean containers in the first alone.
    `scanner` groups scans whose noise can be compared, "" if unknown.
    """

    evidence: Evidence
    provenance: Provenance
    look: str
    noise: str
    scanner: str = ""
    kind: Literal["fingerprint"] = "fingerprint"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanCompared:
    """A scan laid over an earlier one of the same box, and how much of it has changed.

    Shares are of the interior's area and of the zone at the doors, in [0, 1]. `aligned` False:
    the two could not be laid over each other, and the shares mean nothing.
    """

    evidence: Evidence
    provenance: Provenance
    before_sha256: str
    aligned: bool
    changed_share: float
    changed_share_doors: float
    kind: Literal["scan_compared"] = "scan_compared"
