"""Rules 7 and 8: declared empty but loaded, declared loaded but empty; and how many there are."""

from __future__ import annotations

import pytest

from service.domain.declaration import Declaration, DeclaredLoad
from service.domain.reconcile.load_declared import COUNT, RULE, judge
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
        pytest.param(declared(LOADED), seen(Load.LOADED), [(COUNT, M), (RULE, M)], id="loaded"),
        pytest.param(declared(EMPTY), seen(Load.EMPTY), [(COUNT, M), (RULE, M)], id="empty"),
        pytest.param(
            declared(EMPTY), seen(Load.LOADED), [(COUNT, M), (RULE, X)], id="empty-but-loaded"
        ),
        pytest.param(
            declared(LOADED), seen(Load.EMPTY), [(COUNT, M), (RULE, X)], id="loaded-but-empty"
        ),
        pytest.param(
            declared(EMPTY), seen(Load.CANNOT_TELL), [(COUNT, M), (RULE, Q)], id="unclear-scan"
        ),
        pytest.param(
            declared(EMPTY),
            (*seen(Load.LOADED), a_scan_quality(acceptable=False)),
            [(COUNT, Q), (RULE, Q)],
            id="poor-scan-proves-nothing",
        ),
        pytest.param(
            declared(EMPTY),
            (*seen(Load.LOADED), a_scan_quality(acceptable=False, scan="other.png")),
            [(COUNT, M), (RULE, X)],
            id="another-view-is-poor",
        ),
        pytest.param(declared(EMPTY), (), [(RULE, Q)], id="no-container-found"),
        pytest.param(None, seen(Load.LOADED), [(RULE, Q)], id="no-papers"),
        pytest.param(
            declared(None), seen(Load.LOADED), [(COUNT, M), (RULE, Q)], id="load-not-stated"
        ),
        pytest.param(
            declared(EMPTY, None),
            seen(Load.LOADED, Load.LOADED),
            [(COUNT, M), (RULE, Q)],
            id="one-not-stated",
        ),
        pytest.param(
            declared(EMPTY, EMPTY),
            seen(Load.EMPTY, Load.LOADED),
            [(COUNT, M), (RULE, M), (RULE, X)],
            id="one-of-two-empties-is-loaded",
        ),
        pytest.param(
            declared(EMPTY, LOADED),
            seen(Load.LOADED, Load.EMPTY),
            [(COUNT, M), (RULE, M)],
            id="mixed-in-any-order",
        ),
        pytest.param(
            declared(EMPTY, LOADED),
            seen(Load.LOADED, Load.LOADED),
            [(COUNT, M), (RULE, X)],
            id="mixed-but-both-loaded",
        ),
        pytest.param(
            declared(EMPTY, LOADED),
            seen(Load.LOADED, Load.CANNOT_TELL),
            [(COUNT, M), (RULE, Q)],
            id="mixed-and-one-unclear",
        ),
        pytest.param(
            declared(EMPTY, LOADED),
            (*seen(Load.EMPTY, Load.LOADED), *seen(Load.LOADED, Load.LOADED, scan="top.png")),
            [(COUNT, M), (RULE, M), (RULE, X)],
            id="mixed-each-view-by-itself",
        ),
        pytest.param(
            declared(LOADED),
            seen(Load.LOADED, Load.LOADED),
            [(COUNT, X), (RULE, M), (RULE, M)],
            id="one-container-too-many",
        ),
        pytest.param(
            declared(LOADED, LOADED),
            seen(Load.LOADED),
            [(COUNT, X), (RULE, M), (RULE, Q)],
            id="one-container-too-few",
        ),
        pytest.param(
            declared(LOADED),
            (*seen(Load.LOADED), *seen(Load.LOADED, scan="top.png")),
            [(COUNT, M), (RULE, M), (RULE, M)],
            id="two-views-of-one-container",
        ),
        pytest.param(
            declared(LOADED), (a_load_state(Load.LOADED),), [(RULE, M)], id="load-without-outline"
        ),
        pytest.param(
            Declaration(reference="D-1", site="north", containers=()),
            seen(Load.LOADED),
            [(COUNT, X), (RULE, Q)],
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
