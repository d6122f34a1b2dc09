"""Unloading remarks: what was found when a transit was opened, against what was declared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from service.domain.papers.consignment import Consignment, Equipment, GoodsItem


@dataclass(frozen=True, slots=True, kw_only=True)
class EquipmentRemark:
    """A container that differs. `sequence` is its place in the declaration, from 1, or the next
    free one if it was not declared. Empty `container_code`, or None `seals`: as declared.
    """

    sequence: int
    container_code: str = ""
    seals: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRemark:
    """A goods item that differs, with the values found; None or empty: as declared."""

    declaration_item: int
    goods_item: int
    house: int = 1
    description: str = ""
    hs_code: str | None = None
    gross_mass_kg: float | None = None
    net_mass_kg: float | None = None
    packages: int | None = None
    package_kind: str = ""
    marks: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnloadingRemarks:
    """The content of an IE044. `seals_intact` None: the declaration had no seals."""

    mrn: str
    office: str
    trader: str
    prepared_at: datetime
    unloaded_on: date
    conform: bool
    complete: bool = True
    seals_intact: bool | None = None
    remark: str = ""
    other_things: str = ""
    equipment: tuple[EquipmentRemark, ...] = ()
    items: tuple[ItemRemark, ...] = ()

    def __post_init__(self) -> None:
        if self.conform and (self.equipment or self.items or self.seals_intact is False):
            raise ValueError("what conforms has no discrepancies")
        if self.prepared_at.tzinfo is None:
            raise ValueError("the time of preparation needs a zone")


@dataclass(frozen=True, slots=True, kw_only=True)
class Discrepancies:
    """`missing` are declared containers that were not found, for the free text of the remarks."""

    equipment: tuple[EquipmentRemark, ...] = ()
    items: tuple[ItemRemark, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def none(self) -> bool:
        return not (self.equipment or self.items or self.missing)


def discrepancies(*, declared: Consignment, found: Consignment) -> Discrepancies:
    """What was found, where it differs from the declaration.

    A found container that was not declared stands for a declared one that was not found, in the
    order of both, because that is how IE044 states an exchanged number. Values that `found` does
    not state are as declared.
    """
    by_code = {box.code: box for box in found.equipment}
    known = {box.code for box in declared.equipment}
    strangers = [box for box in found.equipment if box.code not in known]
    remarks: list[EquipmentRemark] = []
    missing: list[str] = []
    for sequence, box in enumerate(declared.equipment, start=1):
        seen = by_code.get(box.code)
        if seen is not None:
            if sorted(seen.seals) != sorted(box.seals):
                remarks.append(EquipmentRemark(sequence=sequence, seals=seen.seals))
        elif strangers:
            remarks.append(_stranger(strangers.pop(0), sequence=sequence))
        else:
            missing.append(box.code)
    start = len(declared.equipment) + 1
    remarks += [_stranger(box, sequence=start + i) for i, box in enumerate(strangers)]
    seen_items = {item.number: item for item in found.goods}
    items = (_item(item, seen_items.get(item.number)) for item in declared.goods)
    return Discrepancies(
        equipment=tuple(remarks),
        items=tuple(item for item in items if item is not None),
        missing=tuple(missing),
    )


def _stranger(box: Equipment, *, sequence: int) -> EquipmentRemark:
    return EquipmentRemark(sequence=sequence, container_code=box.code, seals=box.seals)


def _item(declared: GoodsItem, found: GoodsItem | None) -> ItemRemark | None:
    if found is None:
        return None
    remark = ItemRemark(
        declaration_item=declared.number,
        goods_item=declared.number,
        description=found.description if found.description != declared.description else "",
        hs_code=found.hs_code if found.hs_code != declared.hs_code else None,
        gross_mass_kg=_other(found.gross_mass_kg, declared.gross_mass_kg),
        net_mass_kg=_other(found.net_mass_kg, declared.net_mass_kg),
        packages=found.packages if found.packages != declared.packages else None,
        package_kind=found.package_kind if found.package_kind != declared.package_kind else "",
        marks=found.marks if found.marks != declared.marks else "",
    )
    bare = ItemRemark(declaration_item=declared.number, goods_item=declared.number)
    return None if remark == bare else remark


def _other(found: float | None, declared: float | None) -> float | None:
    return found if found != declared else None
