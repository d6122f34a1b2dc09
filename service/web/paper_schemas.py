"""Papers over the wire: what became of a file, what counts of a paper, what belongs to a visit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_jsonable_python

from service.domain.papers.corrections import Action, Correction
from service.domain.papers.current import Version
from service.domain.papers.journey import Journey, journey_of
from service.domain.papers.matching import Because, Slot
from service.domain.papers.paper import Body, Function, Origin, Paper, PaperKind
from service.domain.papers.paper_finding import PaperFinding
from service.domain.papers.track import Track
from service.domain.papers.visit import Standing
from service.usecases.assemble_visit import AssembledVisit, JoinedPaper
from service.usecases.import_papers import FileReport
from service.usecases.paper_desk import Question
from service.usecases.paper_ports import Line, Outcome, PaperHistory

MOST_LINES = 500
MAX_TEXT = 200


class LineOut(BaseModel):
    """One statement of a file and what became of it; `where` is line, segment or path."""

    outcome: Outcome
    title: str
    where: str
    reason: str = ""
    kind: PaperKind | None = None
    reference: str | None = None
    arrival: int | None = Field(None, description="number of the revision, for `?arrival=`")


class DoubtOut(BaseModel):
    """What a person should know of a statement that was taken all the same."""

    where: str
    reason: str


class FileOut(BaseModel):
    """What became of one file. The lines are refused ones first, the first 500 of them; the
    counts are of all. `problem` says why a file could not be read as a whole.
    """

    name: str
    sha256: str | None = None
    source: str
    taken: int = 0
    doubled: int = 0
    refused: int = 0
    lines: list[LineOut] = []
    lines_left_out: int = 0
    doubts: list[DoubtOut] = []
    problem: str | None = None


class ImportOut(BaseModel):
    """What became of all files of a request."""

    files: list[FileOut]


class RevisionOut(BaseModel):
    """One revision: which, when it was issued and filed, and where it was read."""

    arrival: int
    function: Function
    number: int | None
    issued_at: datetime | None
    filed_at: datetime
    origin: Origin


class PaperOut(BaseModel):
    """What counts of a paper, and its revisions in order of arrival.

    `by_arrival`: sender's numbers and times do not tell, so the last to arrive counts.
    `contradicted_by`: revisions that they do not put before the one that counts either.
    `findings`: what each description suggests beside the code declared, where one paper is shown.
    `journey`: of a track, where it began and ended, stood and jumped.
    """

    kind: PaperKind
    reference: str
    site: str
    cancelled: bool
    by_arrival: bool
    contradicted_by: list[int]
    counts: int
    body_type: str | None
    body: dict[str, Any] | None
    field_origins: dict[str, str] = {}
    aliases: list[str] = []
    findings: list[PaperFinding] = []
    journey: Journey | None = None
    versions: list[RevisionOut]
    url: str


class PapersOut(BaseModel):
    papers: list[PaperOut]


class ReasonOut(BaseModel):
    """Evidence for (or against, where the weight is negative) a join."""

    because: Because
    detail: str
    weight: float


class JoinedOut(BaseModel):
    """Something that belongs, may belong, or was said not to belong to the visit."""

    subject: str = Field(description="kind and reference, or inspection and id: for corrections")
    slot: Slot
    standing: Standing
    score: float
    margin: float | None
    reasons: list[ReasonOut]
    rival_visits: list[str]
    rival_subjects: list[str]
    correction: int | None
    paper: PaperOut | None


class CorrectionOut(BaseModel):
    number: int
    action: Action
    subject: str
    by: str
    at: datetime
    note: str
    undoes: int | None


class VisitOut(BaseModel):
    """All that belongs to the visit of an inspection, strongest joins first.

    `findings`: the certain papers against each other, and descriptions against declared codes.
    """

    inspection_id: str
    joined: list[JoinedOut]
    corrections: list[CorrectionOut]
    findings: list[PaperFinding] = []


class CorrectionIn(BaseModel):
    """A person's word. JOIN and SPLIT name a `subject`, UNDO the number of a correction."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"action": "join", "subject": "weighbridge_ticket/W-1", "note": "seen"}]
        },
    )

    action: Action
    subject: Annotated[str, Field(max_length=300)] = ""
    undoes: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    note: Annotated[str, Field(max_length=4000)] = ""


class QuestionIn(BaseModel):
    """By what to look papers up; at least one field."""

    model_config = ConfigDict(extra="forbid")

    container: Annotated[str, Field(max_length=MAX_TEXT)] = ""
    plate: Annotated[str, Field(max_length=MAX_TEXT)] = ""
    reference: Annotated[str, Field(max_length=MAX_TEXT)] = ""
    document: Annotated[str, Field(max_length=MAX_TEXT, description="as papers cite it")] = ""
    tracked: Annotated[str, Field(max_length=MAX_TEXT, description="a seal, or an MMSI")] = ""

    def to_question(self) -> Question:
        return Question(**self.model_dump())


def file_out(report: FileReport) -> FileOut:
    worst_first = sorted(report.lines, key=lambda line: line.outcome is not Outcome.REFUSED)
    return FileOut(
        name=report.name,
        sha256=report.sha256,
        source=report.source,
        taken=report.count(Outcome.TAKEN),
        doubled=report.count(Outcome.DOUBLED),
        refused=report.count(Outcome.REFUSED),
        lines=[_line_out(line) for line in worst_first[:MOST_LINES]],
        lines_left_out=max(0, len(report.lines) - MOST_LINES),
        doubts=[DoubtOut(where=d.where, reason=d.reason) for d in report.doubts[:MOST_LINES]],
    )


def _line_out(line: Line) -> LineOut:
    return LineOut(
        outcome=line.outcome,
        title=line.title,
        where=line.where,
        reason=line.reason,
        kind=None if line.paper is None else line.paper.kind,
        reference=None if line.paper is None else line.paper.reference,
        arrival=line.arrival,
    )


def paper_out(
    history: PaperHistory, *, shown: Paper | None = None, findings: Sequence[PaperFinding] = ()
) -> PaperOut:
    """`shown` is the revision whose body is given, with its field origins; None: what counts."""
    paper, state = shown or history.paper, history.state
    return PaperOut(
        kind=history.id.kind,
        reference=history.id.reference,
        site=history.id.site,
        cancelled=state.cancelled,
        by_arrival=state.by_arrival,
        contradicted_by=[other.arrival for other in state.contradicted_by],
        counts=state.counts.arrival,
        body_type=None if paper.body is None else type(paper.body).__name__,
        body=_body_out(paper.body),
        field_origins=dict(paper.field_origins),
        aliases=list(paper.aliases),
        findings=list(findings),
        journey=journey_of(paper.body) if isinstance(paper.body, Track) else None,
        versions=[_revision_out(version) for version in history.versions],
        url=f"/v1/papers/{history.id.kind.value}/{quote(history.id.reference)}",
    )


def _body_out(body: Body | None) -> dict[str, Any] | None:
    found: dict[str, Any] | None = None if body is None else to_jsonable_python(body)
    return found


def _revision_out(version: Version) -> RevisionOut:
    return RevisionOut(
        arrival=version.arrival,
        function=version.revision.function,
        number=version.revision.number,
        issued_at=version.revision.issued_at,
        filed_at=version.filed_at,
        origin=version.origin,
    )


def visit_out(assembled: AssembledVisit, *, findings: Sequence[PaperFinding] = ()) -> VisitOut:
    return VisitOut(
        inspection_id=assembled.visit.id,
        joined=[_joined_out(joined) for joined in assembled.joined],
        corrections=[_correction_out(c) for c in assembled.corrections],
        findings=list(findings),
    )


def _joined_out(joined: JoinedPaper) -> JoinedOut:
    join = joined.join
    return JoinedOut(
        subject=join.candidate,
        slot=join.slot,
        standing=join.standing,
        score=round(join.match.score, 2),
        margin=None if join.margin is None else round(join.margin, 2),
        reasons=[
            ReasonOut(because=r.because, detail=r.detail, weight=round(r.weight, 2))
            for r in join.match.reasons
        ],
        rival_visits=list(join.rival_visits),
        rival_subjects=list(join.rival_candidates),
        correction=join.correction,
        paper=None if joined.history is None else paper_out(joined.history),
    )


def _correction_out(correction: Correction) -> CorrectionOut:
    return CorrectionOut(
        number=correction.number,
        action=correction.action,
        subject=correction.subject,
        by=correction.by,
        at=correction.at,
        note=correction.note,
        undoes=correction.undoes,
    )
