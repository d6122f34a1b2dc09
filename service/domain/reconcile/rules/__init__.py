"""The rules, one file each: `judge` is a pure function of a case, `RULES` what it speaks for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from service.domain.reconcile.case import Case
from service.domain.reconcile.rule import Rule
from service.domain.reconcile.rules import (
    clone_plate,
    dangerous_undeclared,
    dense_shield,
    door_zone_object,
    dwell_outlier,
    evidence_complete,
    fill_declared,
    goods_look_declared,
    impossible_travel,
    load_declared,
    lot_outlier,
    mass_by_xray,
    mass_on_scale,
    material_declared,
    missed_scan,
    number_declared,
    number_valid,
    owner_registered,
    packages_counted,
    pair_appointed,
    papers_agree,
    placards_declared,
    plate_registered,
    plate_sought,
    radiation_background,
    radiation_class7,
    radiation_explained,
    radiation_intensity,
    radiation_missing,
    radiation_neutron,
    radiation_residual,
    radiation_spread,
    registers_answered,
    reused_scan,
    route_declared,
    scan_quality,
    scan_time,
    seals_declared,
    size_measured,
    size_type_declared,
    stowed_here,
    structure_normal,
    threat_object,
    track_here,
    track_possible,
    two_scans_changed,
    vehicle_hidden,
    views_agree,
    visit_joined,
)
from service.domain.verdict import RuleOutcome


class RuleModule(Protocol):
    """One file of this package. The same case always gives the same outcomes."""

    @property
    def RULES(self) -> tuple[Rule, ...]: ...  # noqa: N802 - a constant of a module

    @property
    def judge(self) -> Callable[[Case], tuple[RuleOutcome, ...]]: ...


# In the order in which an officer reads them.
MODULES: tuple[RuleModule, ...] = (
    number_valid,
    number_declared,
    views_agree,
    size_type_declared,
    size_measured,
    load_declared,
    seals_declared,
    owner_registered,
    plate_registered,
    plate_sought,
    clone_plate,
    pair_appointed,
    threat_object,
    door_zone_object,
    vehicle_hidden,
    dense_shield,
    structure_normal,
    two_scans_changed,
    goods_look_declared,
    material_declared,
    fill_declared,
    packages_counted,
    mass_on_scale,
    mass_by_xray,
    lot_outlier,
    placards_declared,
    dangerous_undeclared,
    radiation_neutron,
    radiation_explained,
    radiation_residual,
    radiation_spread,
    radiation_intensity,
    radiation_missing,
    radiation_class7,
    radiation_background,
    papers_agree,
    stowed_here,
    route_declared,
    impossible_travel,
    track_possible,
    track_here,
    dwell_outlier,
    reused_scan,
    scan_time,
    visit_joined,
    missed_scan,
    scan_quality,
    evidence_complete,
    registers_answered,
)
RULES: tuple[Rule, ...] = tuple(rule for module in MODULES for rule in module.RULES)
NAMES = frozenset(rule.name for rule in RULES)
