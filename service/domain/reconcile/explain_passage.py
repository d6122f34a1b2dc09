"""The radiation rules alone, on one passage: is it clear, a person, or to be looked at?"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from service.domain.declaration import Declaration, DeclaredContainer, DeclaredGoods
from service.domain.reconcile.case import Case
from service.domain.reconcile.policy import Policy
from service.domain.reconcile.policy_file import read_policy
from service.domain.reconcile.rules import (
    radiation_class7,
    radiation_explained,
    radiation_intensity,
    radiation_missing,
    radiation_neutron,
    radiation_residual,
    radiation_spread,
)
from service.domain.verdict import Result, Severity
from vision.findings import Analysis, Finding, NuclideCategory, NuclideFound

RULES = (
    radiation_neutron,
    radiation_explained,
    radiation_residual,
    radiation_spread,
    radiation_intensity,
    radiation_missing,
    radiation_class7,
)
CLEAR, PERSON, LOOK = "clear", "person", "look"


@cache
def _policy() -> Policy:
    return read_policy()


def explain(findings: Sequence[Finding], *, heading: str | None, mass_kg: float | None) -> str:
    """What is left after the declared goods (a heading, or none) had their say.

    "person": nothing worse than a medical nuclide, which a treated driver would explain.
    """
    goods = (DeclaredGoods(hs_code=heading, gross_mass_kg=mass_kg),) if heading else ()
    box = DeclaredContainer(code="CSQU3054383", goods=goods)
    case = Case(
        analysis=Analysis(findings=tuple(findings), coverage=(), lineup=()),
        policy=_policy(),
        declaration=Declaration(reference="passage", site="", containers=(box,)),
    )
    left = [
        outcome
        for rule in RULES
        for outcome in rule.judge(case)
        if outcome.result is not Result.MATCH
    ]
    if not left:
        return CLEAR
    medical = any(
        isinstance(f, NuclideFound) and f.category is NuclideCategory.MEDICAL for f in findings
    )
    mild = all(outcome.severity <= Severity.REVIEW for outcome in left)
    return PERSON if medical and mild else LOOK
