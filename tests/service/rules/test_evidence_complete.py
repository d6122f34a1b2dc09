"""Every sensor that the policy asks for was there, and everything of every sensor ran."""

from __future__ import annotations

from dataclasses import replace

import pytest

from service.domain.reconcile.rules.evidence_complete import judge
from service.domain.verdict import Result
from tests.builders import METHOD, SHIPPED, a_case, a_coverage, an_analysis
from vision.findings import Analysis, CoverageEntry, Ran
from vision.scan import ScanKind

M, Q = Result.MATCH, Result.CANNOT_TELL
XRAY, PHOTO, RADIATION = ScanKind.XRAY, ScanKind.PHOTO, ScanKind.RADIATION
XRAY_ONLY = replace(SHIPPED, required_sensors=(XRAY,))


def covered(*entries: CoverageEntry) -> Analysis:
    return Analysis(findings=(), coverage=entries, lineup=(METHOD,))


@pytest.mark.parametrize(
    ("analysis", "expected"),
    [
        pytest.param(an_analysis(), {"xray": M, "photo": M, "radiation": M}, id="everything-ran"),
        pytest.param(
            an_analysis(sensors=(XRAY, PHOTO)),
            {"xray": M, "photo": M, "radiation": Q},
            id="one-is-missing",
        ),
        pytest.param(
            an_analysis(failed=(PHOTO,)),
            {"xray": M, "photo": Q, "radiation": M},
            id="one-of-two-analyses-failed",
        ),
        pytest.param(
            covered(
                a_coverage(XRAY),
                a_coverage(PHOTO),
                a_coverage(RADIATION, Ran.NOT_POSSIBLE),
            ),
            {"xray": M, "photo": M, "radiation": Q},
            id="nothing-was-possible",
        ),
        pytest.param(
            covered(
                a_coverage(XRAY),
                a_coverage(PHOTO),
                a_coverage(RADIATION),
                a_coverage(RADIATION, Ran.NOT_POSSIBLE, analysis="neutron"),
            ),
            {"xray": M, "photo": M, "radiation": M},
            id="something-was-not-possible",
        ),
        pytest.param(covered(), {"xray": Q, "photo": Q, "radiation": Q}, id="nothing-at-all"),
    ],
)
def test_coverage(analysis: Analysis, expected: dict[str, Result]) -> None:
    assert {o.subject: o.result for o in judge(a_case(analysis=analysis))} == expected


def test_a_failure_of_a_sensor_that_is_not_required_is_told_too() -> None:
    quiet = judge(a_case(analysis=an_analysis(sensors=(XRAY,)), policy=XRAY_ONLY))
    failed = judge(a_case(analysis=an_analysis(sensors=(XRAY,), failed=(PHOTO,)), policy=XRAY_ONLY))
    assert {o.subject: o.result for o in quiet} == {"xray": M}
    assert {o.subject: o.result for o in failed} == {"xray": M, "photo": Q}


def test_a_failure_says_what_failed_and_why() -> None:
    outcome = judge(a_case(analysis=an_analysis(failed=(XRAY,))))[0]
    assert outcome.observed == "model: model failed"
    assert outcome.sentence == "X-ray: model: model failed. That is not clear, it is unknown."
