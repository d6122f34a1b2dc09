"""Rule 22: the vehicle looks like the one that the register knows under its plate."""

from __future__ import annotations

from service.domain.reconcile.case import Case, indexes
from service.domain.reconcile.rule import Rule, Source
from service.domain.reconcile.words import say
from service.domain.register_statement import RegisterKind
from service.domain.verdict import Result, RuleOutcome
from vision.findings import Reading, Subject, VehicleColour
from vision.grammar.plate import normalise_plate

RULE = Rule(number=22, name="clone_plate", source=Source.REGISTERS)
RULES = (RULE,)
# Colours as registers write them (EUCARIS code R is a word of the country's language).
COLOURS = {
    "white": {"white", "weiss", "weiß", "blanc", "blanco", "branco", "wit", "biały", "bianco"},
    "black": {"black", "schwarz", "noir", "negro", "preto", "zwart", "czarny", "nero"},
    "grey": {"grey", "gray", "grau", "gris", "cinzento", "cinza", "grijs", "szary", "grigio"},
    "silver": {"silver", "silber", "argent", "plata", "prata", "zilver", "srebrny", "argento"},
    "red": {"red", "rot", "rouge", "rojo", "vermelho", "rood", "czerwony", "rosso"},
    "blue": {"blue", "blau", "bleu", "azul", "blauw", "niebieski", "blu"},
    "green": {"green", "grün", "gruen", "vert", "verde", "groen", "zielony"},
    "yellow": {"yellow", "gelb", "jaune", "amarillo", "amarelo", "geel", "żółty", "giallo"},
    "orange": {"orange", "naranja", "laranja", "oranje", "pomarańczowy", "arancione"},
    "brown": {"brown", "braun", "brun", "marrón", "castanho", "bruin", "brązowy", "marrone"},
}
# A camera does not tell these apart in all light.
ALIKE = (frozenset({"grey", "silver", "white"}), frozenset({"grey", "silver", "black"}))


def judge(case: Case) -> tuple[RuleOutcome, ...]:
    """Colour in daylight, as the only attribute that our photographs give.

    One attribute alone may be a respray that no one reported, so a different colour asks for a
    look; only with a second sign against the plate (its registration has run out, or the vehicle
    was exported) is it a mismatch. Silent where either side does not know the colour.
    """
    seen = [(i, c) for i, c in case.findings(VehicleColour) if c.accepted]
    outcomes = []
    for plate, pairs in case.by_text(Subject.PLATE).items():
        own = [(i, c) for i, c in seen if c.evidence.scan_sha256 in _scans(pairs)]
        entries = [r for r in case.registrations if normalise_plate(r.plate) == plate]
        entries += [
            said.registration
            for said in case.said_of(plate, RegisterKind.VEHICLE)
            if said.registration is not None
        ]
        known = [(entry, colour_of(entry.colour)) for entry in entries]
        known = [(entry, colour) for entry, colour in known if colour]
        if not own or not known:
            continue
        index, found = max(own, key=lambda pair: pair[1].probability)
        registered = ", ".join(sorted({colour for _, colour in known}))
        also = any(
            entry.exported
            or (entry.valid_until and case.captured_on and entry.valid_until < case.captured_on)
            for entry, _ in known
        )
        if any(_alike(found.colour, colour) for _, colour in known):
            result, key = Result.MATCH, "same"
        elif also:
            result, key = Result.MISMATCH, "two_signs"
        else:
            result, key = Result.CANNOT_TELL, "colour"
        outcomes.append(
            case.outcome(
                RULE,
                result,
                subject=plate,
                expected=registered,
                observed=f"{found.colour} ({100 * found.probability:.0f} %)",
                sentence=say(
                    f"clone_plate.{key}",
                    plate=plate,
                    seen=say(f"term.colour.{found.colour}") if found.colour in COLOURS else "",
                    registered=registered,
                ),
                findings=(index, *indexes(pairs)),
            )
        )
    return tuple(outcomes)


def colour_of(word: str) -> str:
    """The colour that a register's word names, "" if none of ours."""
    words = word.strip().lower().split()
    return next((name for name, known in COLOURS.items() if known & set(words)), "")


def _alike(one: str, other: str) -> bool:
    return one == other or any({one, other} <= group for group in ALIKE)


def _scans(pairs: list[tuple[int, Reading]]) -> set[str]:
    return {reading.evidence.scan_sha256 for _, reading in pairs}
