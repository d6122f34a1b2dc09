"""Rule 38: each X-ray view is good enough to conclude anything from it."""

from __future__ import annotations

import pytest

from service.domain.reconcile.rules.scan_quality import judge
from service.domain.verdict import Result
from tests.builders import a_case, a_container, a_scan_quality
from vision.findings import Finding

GOOD, POOR = a_scan_quality(), a_scan_quality(acceptable=False, scan="top.png")


@pytest.mark.parametrize(
    ("findings", "expected"),
    [
        pytest.param((GOOD,), [Result.MATCH], id="good"),
        pytest.param((POOR,), [Result.MISMATCH], id="poor"),
        pytest.param((GOOD, POOR), [Result.MATCH, Result.MISMATCH], id="one-of-two-is-poor"),
        pytest.param((a_container(),), [Result.CANNOT_TELL], id="not-measured"),
    ],
)
def test_quality(findings: tuple[Finding, ...], expected: list[Result]) -> None:
    assert [o.result for o in judge(a_case(*findings))] == expected


def test_a_poor_scan_names_what_is_poor_about_it() -> None:
    (outcome,) = judge(a_case(a_container(), POOR))
    assert outcome.observed == "contrast 0.05 (limit 0.15)"
    assert (outcome.expected, outcome.findings) == ("within limits", (1,))
