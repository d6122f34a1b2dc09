"""Rule 5: length and height in the X-ray view are those of the declared size."""

from __future__ import annotations

from service.domain.reconcile.case import Case
from service.domain.reconcile.rule import Rule, Source
from service.domain.reconcile.words import say
from service.domain.verdict import Result, RuleOutcome
from vision.findings import ContainerSize

RULE = Rule(number=5, name="size_measured", source=Source.XRAY)
RULES = (RULE,)
# ISO 6346:2022, first and second character of the size-type code.
LENGTH_FT = {"2": 20, "4": 40, "L": 45, "9": 45}
HIGH_CUBE = frozenset("56EF")
LOWER = frozenset("0248CDLM")


def judge(case: Case) -> tuple[RuleOutcome, ...]:
    """A side view does not say which container is which, so lengths are compared as a set.

    Height is compared only if all declared containers have the same.
    """
    declared = [box.size_type for box in case.declared]
    measured = [(i, size) for i, size in case.findings(ContainerSize) if size.length_ft]
    if not measured or not declared or None in declared:
        return ()
    lengths = sorted(LENGTH_FT.get(code[0], 0) for code in declared if code)
    expected = ", ".join(f"{length} ft" for length in lengths)
    outcomes = []
    views: dict[str, list[tuple[int, ContainerSize]]] = {}
    for index, size in measured:
        views.setdefault(size.evidence.scan_sha256, []).append((index, size))
    for sha256, pairs in views.items():
        seen = sorted(size.length_ft or 0 for _, size in pairs)
        observed = ", ".join(f"{length} ft" for length in seen)
        if case.too_poor(sha256) or 0 in lengths or len(seen) != len(lengths):
            result, key = Result.CANNOT_TELL, "unclear"
        elif seen == lengths and not _other_height(declared, pairs):
            result, key = Result.MATCH, "same"
        elif seen == lengths:
            result, key = Result.MISMATCH, "other_height"
        else:
            result, key = Result.MISMATCH, "other_length"
        outcomes.append(
            case.outcome(
                RULE,
                result,
                subject="container size",
                expected=expected,
                observed=observed,
                sentence=say(f"size_measured.{key}", measured=observed, declared=expected),
                findings=tuple(index for index, _ in pairs),
            )
        )
    return tuple(outcomes)


def _other_height(declared: list[str | None], pairs: list[tuple[int, ContainerSize]]) -> bool:
    heights = {code[1] in HIGH_CUBE for code in declared if code and code[1] in HIGH_CUBE | LOWER}
    seen = {size.high_cube for _, size in pairs}
    return len(heights) == 1 and len(seen) == 1 and None not in seen and seen != heights
