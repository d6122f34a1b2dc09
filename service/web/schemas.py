"""What goes over the wire: papers in, inspections and findings out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, Strict, TypeAdapter

from service.domain.decision import DecisionOutcome, OperatorDecision
from service.domain.declaration import (
    Declaration,
    DeclaredContainer,
    DeclaredGoods,
    DeclaredLoad,
)
from service.domain.inspection import InspectionState
from service.domain.reconcile.words import Language, in_language
from service.domain.registration import Registration
from service.domain.verdict import Advice, RuleOutcome, StoredVerdict
from service.usecases.ports import CaseFile, Event, InspectionSummary
from vision.findings import Analysis, CoverageEntry, Finding, Provenance
from vision.grammar.iso6346 import normalise_code

Reference = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]+$")]
Site = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]+$")]
Mass = Annotated[float, Strict(), Field(ge=0, le=1e6, allow_inf_nan=False)]
Code = Annotated[
    str,
    BeforeValidator(lambda v: normalise_code(v) if isinstance(v, str) else v),
    Field(min_length=4, max_length=15),
]
_FINDING: TypeAdapter[Finding] = TypeAdapter(Finding)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class GoodsIn(_Strict):
    """One goods item."""

    hs_code: Annotated[str, Field(pattern=r"^[0-9]{2,10}$", examples=["310420"])]
    description: Annotated[str, Field(max_length=1000)] = ""
    gross_mass_kg: Mass | None = None
    un_number: Annotated[str, Field(pattern=r"^[0-9]{4}$")] | None = None


class ContainerIn(_Strict):
    """One container; `code` may have blanks and dashes."""

    code: Code = Field(examples=["CSQU3054383"])
    size_type: Annotated[str, Field(pattern=r"^[0-9A-Z]{4}$", examples=["22G1"])] | None = None
    load: DeclaredLoad | None = None
    goods: Annotated[list[GoodsIn], Field(max_length=1000)] = []


class DeclarationIn(_Strict):
    """A declaration; sending it again with changes makes a new version."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "reference": "25DE000000000001J1",
                    "site": "gate-1",
                    "plates": ["B 123 ABC"],
                    "containers": [
                        {
                            "code": "CSQU3054383",
                            "size_type": "22G1",
                            "load": "loaded",
                            "goods": [{"hs_code": "310420", "gross_mass_kg": 21500}],
                        }
                    ],
                }
            ]
        },
    )

    reference: Reference
    site: Site = "main"
    containers: Annotated[list[ContainerIn], Field(max_length=200)]
    plates: Annotated[
        list[Annotated[str, Field(min_length=2, max_length=20)]], Field(max_length=20)
    ] = []

    def to_domain(self) -> Declaration:
        return Declaration(
            reference=self.reference,
            site=self.site,
            containers=tuple(
                DeclaredContainer(
                    code=box.code,
                    size_type=box.size_type,
                    load=box.load,
                    goods=tuple(DeclaredGoods(**goods.model_dump()) for goods in box.goods),
                )
                for box in self.containers
            ),
            plates=tuple(self.plates),
        )


class RegistrationIn(_Strict):
    """One register entry; `reference` defaults to the plate."""

    reference: Reference | None = None
    site: Site = "main"
    plate: Annotated[str, Field(min_length=2, max_length=20, examples=["B 123 ABC"])]
    country: Annotated[str, Field(max_length=3)] | None = None
    make: Annotated[str, Field(max_length=100)] = ""
    model: Annotated[str, Field(max_length=100)] = ""
    colour: Annotated[str, Field(max_length=50)] = ""
    category: Annotated[str, Field(max_length=10)] = ""
    valid_until: date | None = None
    stolen: Annotated[bool, Strict()] | None = None

    def to_domain(self) -> Registration:
        values = self.model_dump()
        return Registration(**{**values, "reference": self.reference or self.plate})


class DecisionIn(_Strict):
    """`verdict_number`: the verdict that the person saw; a newer one is a conflict."""

    outcome: DecisionOutcome
    note: Annotated[str, Field(max_length=4000)] = ""
    verdict_number: int | None = None


class FileOut(BaseModel):
    sha256: str
    name: str
    kind: str
    media_type: str
    size_bytes: int
    url: str
    picture_url: str
    overlay_url: str


class InspectionOut(BaseModel):
    """An inspection with its newest verdict and all decisions."""

    id: str
    site: str
    lane: str
    state: InspectionState
    captured_at: datetime
    received_at: datetime
    declaration_ref: str | None
    registration_refs: list[str]
    attempts: int
    failure: str
    files: list[FileOut]
    verdict: StoredVerdict | None
    decisions: list[OperatorDecision]
    coverage: list[CoverageEntry]
    url: str


class SummaryOut(BaseModel):
    id: str
    site: str
    lane: str
    state: InspectionState
    captured_at: datetime
    advice: Advice | None
    expected_loss: float
    reasons: list[str]
    container_codes: list[str]
    plates: list[str]
    url: str


class PageOut(BaseModel):
    """`next` is the cursor of the next page; null at the end."""

    items: list[SummaryOut]
    next: str | None


class FindingsOut(BaseModel):
    """All findings of one analysis. Each has an `id` that rule outcomes refer to by number."""

    analysis_number: int | None
    findings: list[dict[str, Any]]
    coverage: list[CoverageEntry]
    lineup: list[Provenance]


class EventOut(BaseModel):
    sequence: int
    inspection_id: str
    at: datetime
    name: str
    detail: str


class ReportOut(BaseModel):
    """What `tallyman inspect --json` prints."""

    advice: Advice
    reasons: list[str]
    outcomes: list[RuleOutcome]
    policy: str
    findings: list[dict[str, Any]]
    coverage: list[CoverageEntry]
    lineup: list[Provenance]


def inspection_out(file: CaseFile, language: Language = Language.ENGLISH) -> InspectionOut:
    found = file.inspection
    base = f"/v1/inspections/{found.id}"
    return InspectionOut(
        id=found.id,
        site=found.site,
        lane=found.lane,
        state=found.state,
        captured_at=found.captured_at,
        received_at=found.received_at,
        declaration_ref=found.declaration_ref,
        registration_refs=list(found.registration_refs),
        attempts=found.attempts,
        failure=found.failure,
        files=[
            FileOut(
                sha256=f.sha256,
                name=f.name,
                kind=f.kind.value,
                media_type=f.media_type,
                size_bytes=f.size_bytes,
                url=f"{base}/files/{f.sha256}",
                picture_url=f"{base}/files/{f.sha256}/picture",
                overlay_url=f"{base}/files/{f.sha256}/overlay",
            )
            for f in found.files
        ],
        verdict=_in_language(file.verdicts[-1], language) if file.verdicts else None,
        decisions=list(file.decisions),
        coverage=list(file.analyses[-1].analysis.coverage) if file.analyses else [],
        url=base,
    )


def _in_language(stored: StoredVerdict, language: Language) -> StoredVerdict:
    return replace(stored, verdict=in_language(stored.verdict, language))


def summary_out(row: InspectionSummary) -> SummaryOut:
    found = row.inspection
    return SummaryOut(
        id=found.id,
        site=found.site,
        lane=found.lane,
        state=found.state,
        captured_at=found.captured_at,
        advice=row.advice,
        expected_loss=row.expected_loss,
        reasons=list(row.reasons),
        container_codes=list(row.container_codes),
        plates=list(row.plates),
        url=f"/v1/inspections/{found.id}",
    )


def findings_out(analysis: Analysis, *, number: int | None = None) -> FindingsOut:
    return FindingsOut(
        analysis_number=number,
        findings=finding_dicts(analysis),
        coverage=list(analysis.coverage),
        lineup=list(analysis.lineup),
    )


def finding_dicts(analysis: Analysis) -> list[dict[str, Any]]:
    return [
        {"id": f"f{i}", **_FINDING.dump_python(finding, mode="json")}
        for i, finding in enumerate(analysis.findings)
    ]


def event_out(event: Event) -> EventOut:
    return EventOut(
        sequence=event.sequence,
        inspection_id=event.inspection_id,
        at=event.at,
        name=event.name,
        detail=event.detail,
    )
