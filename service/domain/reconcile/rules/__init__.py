"""The rules, one file each: `judge` is a pure function of a case, `RULES` what it speaks for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from service.domain.reconcile.case import Case
from service.domain.reconcile.rule import Rule
from service.domain.reconcile.rules import (
    evidence_complete,
    load_declared,
    number_declared,
    number_valid,
    owner_registered,
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
    scan_quality,
    size_type_declared,
    views_agree,
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
    load_declared,
    owner_registered,
    plate_registered,
    plate_sought,
    radiation_neutron,
    radiation_explained,
    radiation_residual,
    radiation_spread,
    radiation_intensity,
    radiation_missing,
    radiation_class7,
    radiation_background,
    scan_quality,
    evidence_complete,
    registers_answered,
)
RULES: tuple[Rule, ...] = tuple(rule for module in MODULES for rule in module.RULES)
NAMES = frozenset(rule.name for rule in RULES)
