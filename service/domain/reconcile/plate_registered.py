"""Rules 21 and 23: the plate is in the register, is the declared one, and is not sought."""

from __future__ import annotations

from service.domain.reconcile.case import Case, indexes
from service.domain.registration import Registration
from service.domain.verdict import Result, RuleOutcome
from vision.findings import Reading, Subject
from vision.grammar.plate import normalise_plate

RULE = "plate_registered"
DECLARED = "plate_declared"


def judge(case: Case) -> tuple[RuleOutcome, ...]:
    read = case.by_text(Subject.PLATE)
    if not read:
        return (
            case.outcome(
                RULE,
                Result.CANNOT_TELL,
                subject="plate",
                expected="a plate in the register",
                observed="not read",
                sentence="No plate could be read with certainty.",
                source="photo",
            ),
        )
    outcomes = [_registered(case, plate, pairs) for plate, pairs in read.items()]
    if case.declaration is not None and case.declaration.plates:
        declared = {normalise_plate(plate) for plate in case.declaration.plates}
        outcomes += [_declared(case, plate, pairs, declared) for plate, pairs in read.items()]
    return tuple(outcomes)


def _registered(case: Case, plate: str, pairs: list[tuple[int, Reading]]) -> RuleOutcome:
    entries = [r for r in case.registrations if normalise_plate(r.plate) == plate]
    weight = None
    if any(entry.stolen for entry in entries):
        result, weight = Result.MISMATCH, "plate_stolen"
        sentence = f"{plate} is recorded as stolen. Compare the characters before you act."
    elif entries:
        result, sentence = Result.MATCH, f"{plate} is registered{_vehicle(entries[0])}."
    elif not case.has_register:
        result = Result.CANNOT_TELL
        sentence = f"{plate}: the register has no entries for this site."
    else:
        result, sentence = Result.MISMATCH, f"{plate} is not in the register."
    return case.outcome(
        RULE,
        result,
        subject=plate,
        expected="in the register, not stolen",
        observed="found" if entries else "not found",
        sentence=sentence,
        source="papers",
        findings=indexes(pairs),
        weight=weight,
    )


def _declared(
    case: Case, plate: str, pairs: list[tuple[int, Reading]], declared: set[str]
) -> RuleOutcome:
    match = plate in declared
    expected = ", ".join(sorted(declared))
    return case.outcome(
        DECLARED,
        Result.MATCH if match else Result.MISMATCH,
        subject=plate,
        expected=expected,
        observed=plate,
        sentence=f"{plate} is the declared plate."
        if match
        else f"{plate} is on the vehicle, declared is {expected}.",
        source="photo",
        findings=indexes(pairs),
    )


def _vehicle(entry: Registration) -> str:
    words = " ".join(word for word in (entry.colour, entry.make, entry.model) if word)
    return f" ({words})" if words else ""
