"""What was declared: containers, goods and the vehicle that brings them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class DeclaredLoad(StrEnum):
    """The empty or full indicator of the declaration."""

    EMPTY = "empty"
    LOADED = "loaded"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredGoods:
    """One goods item. `hs_code` is 2 to 10 digits of the Harmonized System and its extensions,
    empty if the paper has none.
    """

    hs_code: str
    description: str = ""
    gross_mass_kg: float | None = None
    un_number: str | None = None
    packages: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredContainer:
    """One container of the declaration. `load` None: the declaration does not say."""

    code: str
    size_type: str | None = None
    load: DeclaredLoad | None = None
    goods: tuple[DeclaredGoods, ...] = ()
    seals: tuple[str, ...] = ()
    gross_mass_kg: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """A declaration as lodged, version by version; `reference` is its MRN or the port's own.

    `goods` are those that it does not put into a container, `seals` those on the vehicle itself;
    totals are as stated.
    """

    reference: str
    site: str
    containers: tuple[DeclaredContainer, ...]
    plates: tuple[str, ...] = ()
    version: int = 1
    goods: tuple[DeclaredGoods, ...] = ()
    seals: tuple[str, ...] = ()
    total_packages: int | None = None
    total_gross_mass_kg: float | None = None

    @property
    def all_goods(self) -> tuple[DeclaredGoods, ...]:
        """In the containers, then outside them."""
        return (*(goods for box in self.containers for goods in box.goods), *self.goods)
