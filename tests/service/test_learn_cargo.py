"""Which decided inspections teach what goods look like."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from service.domain.access import Caller
from service.domain.decision import DecisionOutcome
from service.domain.declaration import DeclaredContainer, DeclaredGoods
from service.domain.verdict import Result
from service.usecases.learn_cargo import learn_cargo
from service.usecases.ports import (
    CaseFile,
    InspectionFilter,
    InspectionSummary,
    Page,
    StoredAnalysis,
)
from tests.builders import (
    ADMIN,
    CODE,
    METHOD,
    NOW,
    a_decision,
    a_declaration,
    a_verdict,
    an_analysis,
    an_inspection,
    evidence,
)
from vision.findings import CargoEmbedding

LOOK = CargoEmbedding(evidence=evidence("side.png"), provenance=METHOD, vector=(0.6, 0.8))


def goods(*codes: str) -> DeclaredContainer:
    return DeclaredContainer(
        code=CODE, size_type="22G1", load=None, goods=tuple(DeclaredGoods(hs_code=c) for c in codes)
    )


def a_case() -> CaseFile:
    verdict = a_verdict()
    outcomes = tuple(replace(o, result=Result.MATCH) for o in verdict.verdict.outcomes)
    return CaseFile(
        inspection=an_inspection("i1"),
        analyses=(
            StoredAnalysis(number=1, finished_at=NOW, elapsed_s=1.0, analysis=an_analysis(LOOK)),
        ),
        verdicts=(replace(verdict, verdict=replace(verdict.verdict, outcomes=outcomes)),),
        decisions=(a_decision(outcome=DecisionOutcome.RELEASE),),
        declaration=a_declaration(goods("080510", "080520")),
        registrations=(),
        events=(),
    )


@dataclass
class Decided:
    file: CaseFile

    def list_inspections(
        self, filters: InspectionFilter, *, cursor: str | None, limit: int, caller: Caller
    ) -> Page:
        summary = InspectionSummary(
            inspection=self.file.inspection, advice=None, reasons=(), container_codes=(), plates=()
        )
        return Page(items=(summary,), next_cursor=None)

    def case_file(self, inspection_id: str, *, caller: Caller) -> CaseFile:
        return self.file


def learnt(file: CaseFile):  # noqa: ANN201
    return learn_cargo(repository=Decided(file), caller=ADMIN).references  # type: ignore[arg-type]


def test_a_released_load_of_one_heading_is_a_reference() -> None:
    (reference,) = learnt(a_case())
    assert (reference.heading, reference.container) == ("0805", CODE)
    assert reference.vector == LOOK.vector


CASE = a_case()
HELD = replace(CASE, decisions=(a_decision(outcome=DecisionOutcome.HOLD),))
DOUBTED = replace(
    CASE,
    verdicts=tuple(
        replace(
            v,
            verdict=replace(
                v.verdict,
                outcomes=tuple(replace(o, result=Result.MISMATCH) for o in v.verdict.outcomes),
            ),
        )
        for v in CASE.verdicts
    ),
)
MIXED = replace(CASE, declaration=a_declaration(goods("080510", "870323")))
VAGUE = replace(CASE, declaration=a_declaration(goods("08")))
TWO = replace(
    CASE,
    analyses=tuple(replace(a, analysis=an_analysis(LOOK, LOOK)) for a in CASE.analyses),
)


@pytest.mark.parametrize(
    "file", [HELD, DOUBTED, MIXED, VAGUE, TWO], ids=["held", "doubted", "mixed", "vague", "two"]
)
def test_what_is_not_sure_teaches_nothing(file: CaseFile) -> None:
    assert learnt(file) == ()
