"""Rules 7 and 8: declared empty but loaded, declared loaded but empty; and how many there are."""

from __future__ import annotations

from service.domain.declaration import DeclaredLoad
from service.domain.reconcile.case import Case
from service.domain.verdict import Result, RuleOutcome
from vision.findings import ContainerFound, Load, LoadState

RULE = "load_declared"
COUNT = "container_count"


def judge(case: Case) -> tuple[RuleOutcome, ...]:
    """A side view does not say which of several containers is which, so they are compared as a
    set: all of one state, each by itself; of both states, by their numbers.
    """
    loads = case.findings(LoadState)
    if case.declaration is None:
        return (_plain(case, "no declaration", "There is no declaration to compare with."),)
    declared = [box.load for box in case.declared]
    if not loads:
        return (_plain(case, _words(declared), "No container was found in an X-ray view."),)
    outcomes = list(_count(case))
    known = [load for load in declared if load is not None]
    if len(known) < len(declared) or not known:
        sentence = "The declaration does not say whether the containers are empty."
        return (*outcomes, _plain(case, "not stated", sentence))
    if len(set(known)) == 1:
        return (*outcomes, *(_one(case, known[0], index, state) for index, state in loads))
    return (*outcomes, _mixed(case, known, loads))


def _one(case: Case, declared: DeclaredLoad, index: int, state: LoadState) -> RuleOutcome:
    percent = f"{100 * state.probability_loaded:.0f} %"
    if state.load is Load.CANNOT_TELL:
        result = Result.CANNOT_TELL
        sentence = f"The scan does not show clearly whether it is loaded (probability {percent})."
    elif state.load.value == declared.value:
        result, sentence = Result.MATCH, f"Declared {declared}, and the scan shows it {state.load}."
    else:
        result = Result.MISMATCH
        sentence = f"Declared {declared}, but the scan shows it {state.load}."
    weight = (
        "declared_empty_is_loaded" if declared is DeclaredLoad.EMPTY else "declared_loaded_is_empty"
    )
    return case.outcome(
        RULE,
        result,
        subject=f"container f{index}",
        expected=declared.value,
        observed=f"{state.load.value} (probability loaded {percent})",
        sentence=sentence,
        source="xray",
        findings=(index,),
        weight=weight,
    )


def _mixed(
    case: Case, known: list[DeclaredLoad], loads: list[tuple[int, LoadState]]
) -> RuleOutcome:
    expected = sum(load is DeclaredLoad.LOADED for load in known)
    found = sum(state.load is Load.LOADED for _, state in loads)
    unclear = any(state.load is Load.CANNOT_TELL for _, state in loads)
    if unclear or len(loads) != len(known):
        result, sentence = Result.CANNOT_TELL, "Not every declared container was judged clearly."
    elif found == expected:
        result, sentence = Result.MATCH, f"{found} of {len(loads)} are loaded, as declared."
    else:
        result = Result.MISMATCH
        sentence = f"{found} of {len(loads)} are loaded, but {expected} are declared so."
    more = found > expected
    return case.outcome(
        RULE,
        result,
        subject="containers",
        expected=f"{expected} loaded",
        observed=f"{found} loaded",
        sentence=sentence,
        source="xray",
        findings=tuple(index for index, _ in loads),
        weight="declared_empty_is_loaded" if more else "declared_loaded_is_empty",
    )


def _count(case: Case) -> tuple[RuleOutcome, ...]:
    found: dict[str, list[int]] = {}
    for index, container in case.findings(ContainerFound):
        found.setdefault(container.evidence.scan_sha256, []).append(index)
    expected = len(case.declared)
    if not expected:
        return ()
    most = max(found.values(), key=len)
    same = len(most) == expected
    return (
        case.outcome(
            COUNT,
            Result.MATCH if same else Result.MISMATCH,
            subject="containers",
            expected=str(expected),
            observed=str(len(most)),
            sentence=f"{len(most)} container(s) in the scan, {expected} declared.",
            source="xray",
            findings=tuple(most),
        ),
    )


def _plain(case: Case, expected: str, sentence: str) -> RuleOutcome:
    return case.outcome(
        RULE,
        Result.CANNOT_TELL,
        subject="load",
        expected=expected,
        observed="not judged",
        sentence=sentence,
        source="xray",
        weight="declared_empty_is_loaded",
    )


def _words(declared: list[DeclaredLoad | None]) -> str:
    return ", ".join(load.value if load else "not stated" for load in declared) or "none"
