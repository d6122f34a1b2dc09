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
    """One goods item. `hs_code` is 2 to 10 digits of the Harmonized System and its extensions."""

    hs_code: str
    description: str = ""
    gross_mass_kg: float | None = None
    un_number: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredContainer:
    """One container of the declaration. `load` None: the declaration does not say."""

    code: str
    size_type: str | None = None
    load: DeclaredLoad | None = None
    goods: tuple[DeclaredGoods, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """A declaration as lodged, version by version; `reference` is its MRN or the port's own."""

    reference: str
    site: str
    containers: tuple[DeclaredContainer, ...]
    plates: tuple[str, ...] = ()
    version: int = 1
