"""Rule 31: declared radioactive material is what its UN number says."""

from __future__ import annotations

from service.domain.reconcile.case import Case
from service.domain.reconcile.radiation_case import class_7_numbers, outcome, passings
from service.domain.reconcile.rule import Rule, Source
from service.domain.reconcile.words import say
from service.domain.verdict import Result, RuleOutcome, Sentence
from vision.findings import NuclideCategory

RULE = Rule(number=26, name="radiation_class7", source=Source.RADIATION)
RULES = (RULE,)
# ADR 2023 table A: names of the entries decide what may be inside.
URANIUM_HEXAFLUORIDE = frozenset({"2977", "2978", "3507"})
NATURAL_ARTICLES = frozenset({"2909"})
EMPTY_PACKAGE = frozenset({"2908"})
FISSILE = frozenset({"2977", *(str(number) for number in range(3324, 3332)), "3333"})
URANIUM = frozenset({"U-235", "U-238"})
NATURAL_OR_DEPLETED = frozenset({"U-238", "U-235", "Th-232", "Ra-226"})
FISSILE_NUCLIDES = frozenset({"U-235", "Pu-239", "U-233", "Pu-241"})


def judge(case: Case) -> tuple[RuleOutcome, ...]:
    """Only where class 7 is declared."""
    numbers = class_7_numbers(case)
    if not numbers:
        return ()
    own = passings(case)
    found = {n.nuclide: i for passing in own for i, n in passing.nuclides}
    # What natural goods explain is not the package's.
    natural = {
        n.nuclide
        for passing in own
        for _, n in passing.nuclides
        if n.category is NuclideCategory.NORM
        and any(case.policy.explains(n.nuclide, hs) for hs in case.hs_codes)
    }
    names = sorted(set(found) - natural)
    neutrons = any(count.alarm for passing in own for _, count in passing.neutron)
    alarm = any(passing.gamma_alarm for passing in own)
    result, sentence = _compare(frozenset(numbers), names, neutrons=neutrons, alarm=alarm)
    return (
        outcome(
            case,
            RULE,
            result,
            subject=f"UN {', '.join(numbers)}",
            expected=f"class 7, UN {', '.join(numbers)}",
            observed=", ".join([*names, *(["neutrons"] if neutrons else [])]) or "no nuclide",
            sentence=sentence,
            findings=tuple(found[name] for name in names),
        ),
    )


def _compare(
    numbers: frozenset[str], names: list[str], *, neutrons: bool, alarm: bool
) -> tuple[Result, Sentence]:
    if not names:
        return Result.CANNOT_TELL, say(f"radiation_class7.{'alarm' if alarm else 'silent'}")
    found = ", ".join(names)
    fissile = sorted(FISSILE_NUCLIDES & set(names))
    wrong = None
    if numbers <= EMPTY_PACKAGE:
        wrong = say("radiation_class7.empty_package", found=found)
    elif numbers <= URANIUM_HEXAFLUORIDE and not set(names) <= URANIUM:
        wrong = say("radiation_class7.hexafluoride", found=found)
    elif numbers <= NATURAL_ARTICLES and not set(names) <= NATURAL_OR_DEPLETED:
        wrong = say("radiation_class7.natural", found=found)
    elif fissile and not numbers & (FISSILE | URANIUM_HEXAFLUORIDE | NATURAL_ARTICLES):
        wrong = say("radiation_class7.fissile", found=fissile[0])
    if wrong:
        return Result.MISMATCH, wrong
    if neutrons and not numbers & FISSILE:
        return Result.CANNOT_TELL, say("radiation_class7.neutrons")
    numbers_said = ", ".join(sorted(numbers))
    return Result.MATCH, say("radiation_class7.fits", found=found, numbers=numbers_said)
