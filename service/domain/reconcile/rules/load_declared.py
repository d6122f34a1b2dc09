"""Rules 7 and 8: declared empty but loaded, declared loaded but empty; and how many there are."""

from __future__ import annotations

from service.domain.declaration import DeclaredLoad
from service.domain.reconcile.case import Case
from service.domain.reconcile.rule import Rule, Source
from service.domain.reconcile.words import say
from service.domain.verdict import Result, RuleOutcome, Sentence
from vision.findings import Load, LoadState

RULE = Rule(number=7, name="load_declared", source=Source.XRAY)
COUNT = Rule(number=7, name="container_count", source=Source.XRAY)
RULES = (RULE, COUNT)


def judge(case: Case) -> tuple[RuleOutcome, ...]:
    """A side view does not say which of several containers is which, so they are compared as a
    set: all of one state, each by itself; of both states, by their numbers in each view.
    """
    if case.declaration is None:
        return (_plain(case, "no declaration", say("papers.none")),)
    return (*_count(case), *_loads(case))


def _loads(case: Case) -> tuple[RuleOutcome, ...]:
    declared = [box.load for box in case.declared]
    views = _views(case)
    if not views:
        return (_plain(case, _words(declared), say("load_declared.none_found")),)
    if not declared or None in declared:
        sentence = say("load_declared.not_stated")
        return (_plain(case, "not stated", sentence),)
    known = [load for load in declared if load is not None]
    if len(set(known)) > 1:
        return tuple(_mixed(case, known, loads) for loads in views)
    outcomes = [_one(case, known[0], *pair) for loads in views for pair in loads]
    if max(map(len, views)) < len(known):
        sentence = say("load_declared.unseen")
        outcomes.append(_plain(case, _words(declared), sentence))
    return tuple(outcomes)


def _views(case: Case) -> list[list[tuple[int, LoadState]]]:
    views: dict[str, list[tuple[int, LoadState]]] = {}
    for index, state in case.findings(LoadState):
        views.setdefault(state.evidence.scan_sha256, []).append((index, state))
    return list(views.values())


def _one(case: Case, declared: DeclaredLoad, index: int, state: LoadState) -> RuleOutcome:
    percent = f"{100 * state.probability_loaded:.0f} %"
    if case.too_poor(state.evidence.scan_sha256):
        result, sentence = Result.CANNOT_TELL, say("load_declared.poor")
    elif state.load is Load.CANNOT_TELL:
        result = Result.CANNOT_TELL
        sentence = say("load_declared.unclear", percent=percent)
    elif state.load.value == declared.value:
        result = Result.MATCH
        sentence = say(f"load_declared.{declared.value}_is_{state.load.value}")
    else:
        result = Result.MISMATCH
        sentence = say(f"load_declared.{declared.value}_is_{state.load.value}")
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
    unclear = any(
        state.load is Load.CANNOT_TELL or case.too_poor(state.evidence.scan_sha256)
        for _, state in loads
    )
    if unclear or len(loads) != len(known):
        result, sentence = Result.CANNOT_TELL, say("load_declared.mixed_unclear")
    elif found == expected:
        result = Result.MATCH
        sentence = say("load_declared.mixed_same", found=found, all=len(loads))
    else:
        result = Result.MISMATCH
        sentence = say("load_declared.mixed_other", found=found, all=len(loads), declared=expected)
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
    """No container found at all is left to the rule itself: the finder may have missed it."""
    found = case.containers_in_view()
    if not found:
        return ()
    expected = len(case.declared)
    if case.too_poor(found[0][1].evidence.scan_sha256):
        result, sentence = Result.CANNOT_TELL, say("container_count.poor")
    else:
        result = Result.MATCH if len(found) == expected else Result.MISMATCH
        sentence = say("container_count.count", found=len(found), declared=expected)
    return (
        case.outcome(
            COUNT,
            result,
            subject="containers",
            expected=str(expected),
            observed=str(len(found)),
            sentence=sentence,
            source="xray",
            findings=tuple(index for index, _ in found),
        ),
    )


def _plain(case: Case, expected: str, sentence: Sentence) -> RuleOutcome:
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
