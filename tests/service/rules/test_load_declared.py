"""Rules 7 and 8: declared empty but loaded, declared loaded but empty; and how many there are."""

from __future__ import annotations

import pytest

from service.domain.declaration import Declaration, DeclaredLoad
from service.domain.reconcile.rules.load_declared import COUNT, RULE, judge
from service.domain.verdict import Result, Severity
from tests.builders import (
    CODE,
    OTHER_CODE,
    a_box,
    a_case,
    a_container,
    a_declaration,
    a_load_state,
    a_scan_quality,
)
from vision.findings import Finding, Load

M, X, Q = Result.MATCH, Result.MISMATCH, Result.CANNOT_TELL
EMPTY, LOADED = DeclaredLoad.EMPTY, DeclaredLoad.LOADED


def seen(*loads: Load, scan: str = "side.png") -> tuple[Finding, ...]:
    """Each a container with its load state."""
    found = (a_container(scan=scan) for _ in loads)
    return (*found, *(a_load_state(load, scan=scan) for load in loads))


def declared(*loads: DeclaredLoad | None) -> Declaration:
    codes = (CODE, OTHER_CODE)
    boxes = (a_box(code, load=load) for code, load in zip(codes, loads, strict=False))
    return a_declaration(*boxes)


@pytest.mark.parametrize(
    ("declaration", "findings", "expected"),
    [
        pytest.param(
            declared(LOADED), seen(Load.LOADED), [(COUNT.name, M), (RULE.name, M)], id="loaded"
        ),
        pytest.param(
            declared(EMPTY), seen(Load.EMPTY), [(COUNT.name, M), (RULE.name, M)], id="empty"
        ),
        pytest.param(
            declared(EMPTY),
            seen(Load.LOADED),
            [(COUNT.name, M), (RULE.name, X)],
            id="empty-but-loaded",
        ),
        pytest.param(
            declared(LOADED),
            seen(Load.EMPTY),
            [(COUNT.name, M), (RULE.name, X)],
            id="loaded-but-empty",
        ),
        pytest.param(
            declared(EMPTY),
            seen(Load.CANNOT_TELL),
            [(COUNT.name, M), (RULE.name, Q)],
            id="unclear-scan",
        ),
        pytest.param(
            declared(EMPTY),
            (*seen(Load.LOADED), a_scan_quality(acceptable=False)),
            [(COUNT.name, Q), (RULE.name, Q)],
            id="poor-scan-proves-nothing",
        ),
        pytest.param(
            declared(EMPTY),
            (*seen(Load.LOADED), a_scan_quality(acceptable=False, scan="other.png")),
            [(COUNT.name, M), (RULE.name, X)],
            id="another-view-is-poor",
        ),
        pytest.param(declared(EMPTY), (), [(RULE.name, Q)], id="no-container-found"),
        pytest.param(None, seen(Load.LOADED), [(RULE.name, Q)], id="no-papers"),
        pytest.param(
            declared(None),
            seen(Load.LOADED),
            [(COUNT.name, M), (RULE.name, Q)],
            id="load-not-stated",
        ),
        pytest.param(
            declared(EMPTY, None),
            seen(Load.LOADED, Load.LOADED),
            [(COUNT.name, M), (RULE.name, Q)],
            id="one-not-stated",
        ),
        pytest.param(
            declared(EMPTY, EMPTY),
            seen(Load.EMPTY, Load.LOADED),
            [(COUNT.name, M), (RULE.name, M), (RULE.name, X)],
            id="one-of-two-empties-is-loaded",
        ),
        pytest.param(
            declared(EMPTY, LOADED),
            seen(Load.LOADED, Load.EMPTY),
            [(COUNT.name, M), (RULE.name, M)],
            id="mixed-in-any-order",
        ),
        pytest.param(
            declared(EMPTY, LOADED),
            seen(Load.LOADED, Load.LOADED),
            [(COUNT.name, M), (RULE.name, X)],
            id="mixed-but-both-loaded",
        ),
        pytest.param(
            declared(EMPTY, LOADED),
            seen(Load.LOADED, Load.CANNOT_TELL),
            [(COUNT.name, M), (RULE.name, Q)],
            id="mixed-and-one-unclear",
        ),
        pytest.param(
            declared(EMPTY, LOADED),
            (*seen(Load.EMPTY, Load.LOADED), *seen(Load.LOADED, Load.LOADED, scan="top.png")),
            [(COUNT.name, M), (RULE.name, M), (RULE.name, X)],
            id="mixed-each-view-by-itself",
        ),
        pytest.param(
            declared(LOADED),
            seen(Load.LOADED, Load.LOADED),
            [(COUNT.name, X), (RULE.name, M), (RULE.name, M)],
            id="one-container-too-many",
        ),
        pytest.param(
            declared(LOADED, LOADED),
            seen(Load.LOADED),
            [(COUNT.name, X), (RULE.name, M), (RULE.name, Q)],
            id="one-container-too-few",
        ),
        pytest.param(
            declared(LOADED),
            (*seen(Load.LOADED), *seen(Load.LOADED, scan="top.png")),
            [(COUNT.name, M), (RULE.name, M), (RULE.name, M)],
            id="two-views-of-one-container",
        ),
        pytest.param(
            declared(LOADED),
            (a_load_state(Load.LOADED),),
            [(RULE.name, M)],
            id="load-without-outline",
        ),
        pytest.param(
            Declaration(reference="D-1", site="north", containers=()),
            seen(Load.LOADED),
            [(COUNT.name, X), (RULE.name, Q)],
            id="no-container-declared",
        ),
    ],
)
def test_load_and_number(
    declaration: Declaration | None,
    findings: tuple[Finding, ...],
    expected: list[tuple[str, Result]],
) -> None:
    outcomes = judge(a_case(*findings, declaration=declaration))
    assert [(o.rule, o.result) for o in outcomes] == expected


@pytest.mark.parametrize(
    ("declaration", "load", "severity"),
    [
        pytest.param(declared(EMPTY), Load.LOADED, Severity.HOLD_NOW, id="empty-but-loaded"),
        pytest.param(declared(LOADED), Load.EMPTY, Severity.SERIOUS, id="loaded-but-empty"),
    ],
)
def test_a_load_that_was_not_declared_weighs_and_names_the_container(
    declaration: Declaration, load: Load, severity: Severity
) -> None:
    outcome = judge(a_case(*seen(load), declaration=declaration))[-1]
    assert outcome.severity is severity
    assert outcome.expected == declaration.containers[0].load
    assert outcome.observed.startswith(f"{load} (probability loaded ")
    assert outcome.findings == (1,)


def test_more_loaded_than_declared_weighs_as_declared_empty() -> None:
    both = judge(a_case(*seen(Load.LOADED, Load.LOADED), declaration=declared(EMPTY, LOADED)))[-1]
    none = judge(a_case(*seen(Load.EMPTY, Load.EMPTY), declaration=declared(EMPTY, LOADED)))[-1]
    assert (both.severity, none.severity) == (Severity.HOLD_NOW, Severity.SERIOUS)
    assert (both.expected, both.observed) == ("1 loaded", "2 loaded")
