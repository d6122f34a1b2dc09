"""Rules 21 and 23: the plate is in the register, is the declared one, and is not sought."""

from __future__ import annotations

from service.domain.reconcile.case import Case, indexes
from service.domain.reconcile.register_words import silent
from service.domain.reconcile.rule import Rule, Source
from service.domain.reconcile.words import say, together
from service.domain.register_statement import RegisterKind, RegisterStatement
from service.domain.registration import Registration
from service.domain.verdict import Result, RuleOutcome, Sentence
from vision.findings import Reading, Subject
from vision.grammar.plate import normalise_plate

RULE = Rule(number=21, name="plate_registered", source=Source.REGISTERS)
DECLARED = Rule(number=24, name="plate_declared", source=Source.PHOTO)
RULES = (RULE, DECLARED)


def judge(case: Case) -> tuple[RuleOutcome, ...]:
    """A named entry is the vehicle that the papers announce: its plate counts as declared."""
    read = case.by_text(Subject.PLATE)
    outcomes = [_registered(case, plate, pairs) for plate, pairs in read.items()]
    if not read:
        sentence = say("plate_registered.unread")
        outcomes.append(_not_read(case, RULE, "a plate in the register", sentence))
    named = [r for r in case.registrations if r.reference in case.named]
    outcomes += [_stolen(case, r) for r in named if r.stolen and _plate(r) not in read]
    papers = case.declaration.plates if case.declaration else ()
    declared = {normalise_plate(plate) for plate in papers} | {_plate(r) for r in named}
    if declared and not read:
        expected = ", ".join(sorted(declared))
        outcomes.append(
            _not_read(case, DECLARED, expected, say("plate_declared.unread", declared=expected))
        )
    elif declared:
        outcomes += [_declared(case, plate, pairs, declared) for plate, pairs in read.items()]
    return tuple(outcomes)


def _plate(entry: Registration) -> str:
    return normalise_plate(entry.plate)


def _registered(case: Case, plate: str, pairs: list[tuple[int, Reading]]) -> RuleOutcome:
    entries = [entry for entry in case.registrations if _plate(entry) == plate]
    asked = case.said_of(plate, RegisterKind.VEHICLE)
    entries += [said.registration for said in asked if said.registration is not None]
    expected, observed, weight = "in the register, not stolen", "in the register", None
    if any(entry.stolen for entry in entries):
        result, weight, observed = Result.MISMATCH, "plate_stolen", "stolen"
        sentence = say("plate_registered.stolen", plate=plate)
    elif entries and all(_ran_out(case, entry) for entry in entries):
        result = Result.MISMATCH
        observed = f"valid until {entries[0].valid_until}"
        sentence = say("plate_registered.run_out", plate=plate, until=entries[0].valid_until)
    elif entries:
        result, vehicle = Result.MATCH, _vehicle(entries[0])
        key = "registered_as" if vehicle else "registered"
        sentence = say(f"plate_registered.{key}", plate=plate, vehicle=vehicle)
        if all(entry.stolen is None for entry in entries):
            # No one asked, so no more than the entry can match.
            expected = "in the register"
    elif asked:
        result, observed, sentence = _not_there(plate, asked)
    elif not case.has_register:
        result, observed = Result.CANNOT_TELL, "no register"
        sentence = say("plate_registered.no_entries", plate=plate)
    else:
        result, observed = Result.MISMATCH, "not found"
        sentence = say("plate_registered.absent", plate=plate)
    return case.outcome(
        RULE,
        result,
        subject=plate,
        expected=expected,
        observed=observed,
        sentence=sentence,
        source="papers",
        findings=indexes(pairs),
        weight=weight,
    )


def _not_there(plate: str, asked: list[RegisterStatement]) -> tuple[Result, str, Sentence]:
    """Absent only if all say so: the one that is silent may be the one that knows it."""
    mute = [said for said in asked if not said.answered]
    if mute:
        why = together([silent(said) for said in mute])
        return Result.CANNOT_TELL, mute[0].said.value.replace("_", " "), why
    names = ", ".join(said.register for said in asked)
    sentence = say("plate_registered.absent_asked", plate=plate, registers=names)
    return Result.MISMATCH, "not found", sentence


def _ran_out(case: Case, entry: Registration) -> bool:
    if entry.valid_until is None or case.captured_on is None:
        return False
    return entry.valid_until < case.captured_on


def _stolen(case: Case, entry: Registration) -> RuleOutcome:
    """The papers name a stolen vehicle; that its plate was not read makes it no better."""
    return case.outcome(
        RULE,
        Result.MISMATCH,
        subject=_plate(entry),
        expected="in the register, not stolen",
        observed="stolen",
        sentence=say("plate_registered.named_stolen", plate=_plate(entry)),
        source="papers",
        weight="plate_stolen",
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
        sentence=say(
            "plate_declared.same" if match else "plate_declared.other",
            plate=plate,
            declared=expected,
        ),
        source="photo",
        findings=indexes(pairs),
    )


def _not_read(case: Case, rule: Rule, expected: str, sentence: Sentence) -> RuleOutcome:
    return case.outcome(
        rule,
        Result.CANNOT_TELL,
        subject="plate",
        expected=expected,
        observed="not read",
        sentence=sentence,
        source="photo",
    )


def _vehicle(entry: Registration) -> str:
    words = " ".join(word for word in (entry.colour, entry.make, entry.model) if word)
    return words
