"""Rule 9: the mass on the scale, less the tare, is the declared gross mass of the goods."""

from __future__ import annotations

from dataclasses import dataclass

from service.domain.papers.measurement import MassMethod, Weighing
from service.domain.reconcile.case import Case
from service.domain.reconcile.rule import Rule, Source
from service.domain.reconcile.words import say
from service.domain.verdict import Result, RuleOutcome

RULE = Rule(number=9, name="mass_on_scale", source=Source.SCALE, calibrates="times")
RULES = (RULE,)
MEASURED = frozenset({MassMethod.WEIGHED, MassMethod.WEIGHBRIDGE, MassMethod.AXLE_SCALE})
POUNDS_PER_KG = 2.204_622_6
# Least and most tare by first character of the size-type code, kg: from plated dry boxes to reefers
# (ISO 668 rates; manufacturers' tables from 2,050 to 5,200 kg).
TARE_KG = {"2": (1_900.0, 3_200.0), "4": (3_400.0, 5_000.0), "L": (4_300.0, 5_300.0)}
ANY_TARE_KG = (1_900.0, 5_300.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Mass of the goods by a scale, from least to most, and how sure the scale is of it."""

    least_kg: float
    most_kg: float
    uncertainty_kg: float


def judge(case: Case) -> tuple[RuleOutcome, ...]:
    """Silent without a weighing, or without a declared mass.

    `times` the allowance is a mismatch: 1 unless the site's own traffic asks for more.
    The allowance is the larger of `kg` and `share` of the declared mass, and twice the scale's own
    uncertainty on top. Calculated masses (SOLAS method 2) are statements, not measurements.
    """
    outcomes = []
    for weighing in case.papers.weighings:
        declared = declared_mass_kg(case, weighing.container_code)
        if weighing.method not in MEASURED or declared is None:
            continue
        outcomes.append(_outcome(case, weighing, declared))
    return tuple(outcomes)


def declared_mass_kg(case: Case, code: str | None) -> float | None:
    """Gross mass of the goods in a container, or in all; None if any of it is not declared.

    Papers do not agree on whether a container's own gross mass has the box in it, so only the
    goods' masses count, or for all of them the stated total.
    """
    boxes = [box for box in case.declared if code is None or box.code == code]
    goods = [item.gross_mass_kg for box in boxes for item in box.goods]
    if code is None and case.declaration is not None:
        goods += [item.gross_mass_kg for item in case.declaration.goods]
        total = case.declaration.total_gross_mass_kg
        if total is not None:
            return total
    known = [mass for mass in goods if mass is not None]
    return sum(known) if known and len(known) == len(goods) else None


def _outcome(case: Case, weighing: Weighing, declared: float) -> RuleOutcome:
    limits = case.policy.limits[RULE.name]
    load = _load(case, weighing)
    allowed = max(limits["kg"], limits["share"] * declared)
    excess = 0.0
    if load is None:
        result, key = Result.CANNOT_TELL, "no_tare"
    else:
        allowed += 2 * load.uncertainty_kg
        excess = max(load.least_kg - declared, declared - load.most_kg, 0.0)
        if excess <= limits["times"] * allowed:
            result, key = Result.MATCH, "same"
        elif _in_pounds(load, declared, allowed):
            result, key = Result.MISMATCH, "pounds"
        elif load.least_kg > declared:
            result, key = Result.MISMATCH, "heavier"
        else:
            result, key = Result.MISMATCH, "lighter"
    gross = f"{excess / max(declared, 1.0):.0%}"
    weight = "mass_on_scale_gross" if excess > limits["gross_share"] * declared else None
    return case.outcome(
        RULE,
        result,
        subject=weighing.container_code or ", ".join(weighing.plates) or "vehicle",
        expected=f"{declared:.0f} kg of goods",
        observed="no tare" if load is None else _interval(load),
        sentence=say(
            f"mass_on_scale.{key}",
            declared=f"{declared:.0f}",
            measured="" if load is None else _interval(load),
            share=gross,
        ),
        weight=weight if result is Result.MISMATCH else None,
        score=excess / allowed,
        limit=limits["times"],
    )


def _load(case: Case, weighing: Weighing) -> Load | None:
    """A ticket's tare is that of what was weighed: of the box, or of the vehicle.

    Whether a vehicle's tare has its boxes in it is the custom of the site (`tare_with_boxes`).
    """
    uncertainty = weighing.uncertainty_kg or 0.0
    if weighing.container_code is not None:
        if weighing.tare_kg is not None:
            net = weighing.gross_kg - weighing.tare_kg
            return Load(least_kg=net, most_kg=net, uncertainty_kg=uncertainty)
        low, high = _tares(case, weighing.container_code)
    elif weighing.tare_kg is not None:
        net = weighing.gross_kg - weighing.tare_kg
        lows_highs = [_tares(case, box.code) for box in case.declared]
        low, high = sum(t[0] for t in lows_highs), sum(t[1] for t in lows_highs)
        if case.policy.limit(RULE.name, "tare_with_boxes"):
            low = high = 0.0
        return Load(least_kg=net - high, most_kg=net - low, uncertainty_kg=uncertainty)
    else:
        return None
    gross = weighing.gross_kg
    return Load(least_kg=gross - high, most_kg=gross - low, uncertainty_kg=uncertainty)


def _tares(case: Case, code: str) -> tuple[float, float]:
    size = next((box.size_type for box in case.declared if box.code == code), None)
    return TARE_KG.get(size[0], ANY_TARE_KG) if size else ANY_TARE_KG


def _in_pounds(load: Load, declared: float, allowed: float) -> bool:
    """Whether pounds were written where kilograms are asked, or the other way round."""
    return any(
        load.least_kg - allowed <= mistaken <= load.most_kg + allowed
        for mistaken in (declared * POUNDS_PER_KG, declared / POUNDS_PER_KG)
    )


def _interval(load: Load) -> str:
    if round(load.least_kg) == round(load.most_kg):
        return f"{load.least_kg:.0f} kg"
    return f"{load.least_kg:.0f} to {load.most_kg:.0f} kg"
