"""One inspection: its scans, what was declared beside what was found, and the decision."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse

from service.domain.access import Caller, Permission
from service.domain.decision import DecisionOutcome
from service.domain.inspection import EvidenceFile
from service.domain.reconcile.words import Language, in_language, title_of
from service.domain.verdict import Result, RuleOutcome
from service.errors import Conflict, InvalidInput
from service.usecases.decide import decide
from service.usecases.goods_library import alike
from service.usecases.ports import CaseFile
from service.web import api_inspections, sessions
from service.web.addresses import InspectionId
from service.web.api_alike import alike_out
from service.web.console.pages import just_decided, show, with_person
from service.web.console.queue import next_to_decide
from service.web.finding_words import tone_of, words_of
from service.web.forms import small_form
from service.web.language import of_page
from service.web.overlay import labels
from service.web.paper_schemas import JoinedOut, visit_out
from service.web.register_schemas import question_out
from service.web.wiring import Services
from vision.findings import (
    Finding,
    GrossCount,
    NaturalExcess,
    NuclideFound,
    Reading,
    SourceLocated,
)

router = APIRouter(prefix="/inspections/{inspection_id}")
# Rules with several outcomes that their names alone would not tell apart.
# Told by the box itself, or of no use to a person.
UNSHOWN = frozenset({"container", "fingerprint", "cargo_embedding"})
PER_SUBJECT = frozenset({"radiation_explained", "evidence_complete", "registers_answered"})
ALIKE_SHOWN = 6
KIND_NAMES = {"xray": "X-ray", "photo": "Photograph", "radiation": "Radiation"}
MOST_PAPERS = 40
_ORDER = {Result.MISMATCH: 0, Result.CANNOT_TELL: 1, Result.MATCH: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What was measured in a picture, as a mark below it."""

    number: int
    name: str
    words: str
    tone: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanView:
    """One file as the page shows it, with the findings that are its own, by number."""

    file: EvidenceFile
    boxes: str
    numbers: str
    readings: tuple[tuple[int, Reading], ...]
    counts: tuple[tuple[int, GrossCount], ...]
    nuclides: tuple[tuple[int, NuclideFound], ...]
    places: tuple[tuple[int, SourceLocated], ...]
    excesses: tuple[tuple[int, NaturalExcess], ...]
    measures: tuple[Measured, ...]


@router.get("")
def inspection_page(inspection_id: InspectionId, request: Request) -> Response:
    def then(caller: Caller, services: Services) -> Response:
        file = services.repository.case_file(inspection_id, caller=caller)
        done = just_decided(request, caller, services)
        return _show(request, caller, services, file, done=done)

    return with_person(request, Permission.READ, then)


@router.get("/alike")
def alike_part(inspection_id: InspectionId, request: Request) -> Response:
    """Decided loads that look like this one, as a part of the page."""

    def then(caller: Caller, services: Services) -> Response:
        found = alike(
            inspection_id,
            limit=ALIKE_SHOWN,
            caller=caller,
            repository=services.repository,
            library=services.library,
        )
        return show(request, "_alike.html", caller, alike=[alike_out(each) for each in found])

    return with_person(request, Permission.READ, then)


@router.get("/news")
def news(inspection_id: InspectionId, request: Request) -> Response:
    """What the open page polls: nothing new, a notice, or "load again" when analysis has ended."""

    def then(caller: Caller, services: Services) -> Response:
        file = services.repository.case_file(inspection_id, caller=caller)
        if request.query_params.get("events") == str(len(file.events)):
            return Response(status_code=204)
        if request.query_params.get("settled") == "no":
            return Response(status_code=204, headers={"HX-Refresh": "true"})
        return show(request, "_news.html", caller, file=file)

    return with_person(request, Permission.READ, then)


def _show(
    request: Request,
    caller: Caller,
    services: Services,
    file: CaseFile,
    *,
    done: CaseFile | None = None,
    message: str = "",
    form: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    analysis = file.analyses[-1] if file.analyses else None
    findings = analysis.analysis.findings if analysis else ()
    language = of_page(request)
    stored = file.verdicts[-1] if file.verdicts else None
    if stored is not None:
        stored = replace(stored, verdict=in_language(stored.verdict, language))
    outcomes = sorted(
        stored.verdict.outcomes if stored else (), key=lambda o: (_ORDER[o.result], -o.severity)
    )
    return show(
        request,
        "inspection.html",
        caller,
        status=status,
        file=file,
        inspection=file.inspection,
        analysis=analysis,
        stored=stored,
        open_outcomes=[o for o in outcomes if o.result is not Result.MATCH],
        agreeing=[o for o in outcomes if o.result is Result.MATCH],
        views=[view_of(each, findings) for each in file.inspection.files],
        questions=[
            question_out(question, caller=caller)
            for question in services.registers.store.of(file.inspection.id)
        ],
        joined=_joined(services, file, caller),
        controls=services.budgets.store.control_results(file.inspection.id),
        settled=file.inspection.state in api_inspections.SETTLED,
        next_id=next_to_decide(services, caller, after=file.inspection.id),
        outcome_options=list(DecisionOutcome),
        rule_name=lambda outcome: _rule_name(outcome, language),
        kind_names=KIND_NAMES,
        now=services.clock(),
        done=done,
        message=message,
        form=form or {},
    )


def _joined(services: Services, file: CaseFile, caller: Caller) -> list[JoinedOut]:
    """What belongs to the visit, strongest first; nothing before there is something to join by."""
    if not file.analyses:
        return []
    assembled = services.papers.visit(file.inspection.id, caller=caller)
    return visit_out(assembled).joined[:MOST_PAPERS]


def view_of(file: EvidenceFile, findings: tuple[Finding, ...]) -> ScanView:
    """One file with its own findings; `boxes` is JSON for the viewer."""
    own = [(i, f) for i, f in enumerate(findings) if f.evidence.scan_sha256 == file.sha256]
    boxes: list[dict[str, Any]] = [
        {
            "findings": label.findings,
            "at": [label.box.x1, label.box.y1, label.box.x2, label.box.y2],
            "text": label.text,
            "colour": label.colour,
        }
        for label in labels(findings, scan_sha256=file.sha256)
    ]
    return ScanView(
        file=file,
        boxes=json.dumps(boxes),
        numbers=",".join(str(i) for i, _ in own),
        readings=tuple((i, f) for i, f in own if isinstance(f, Reading)),
        counts=tuple((i, f) for i, f in own if isinstance(f, GrossCount)),
        nuclides=tuple((i, f) for i, f in own if isinstance(f, NuclideFound)),
        places=tuple((i, f) for i, f in own if isinstance(f, SourceLocated)),
        excesses=tuple((i, f) for i, f in own if isinstance(f, NaturalExcess)),
        measures=tuple(_measured(i, f) for i, f in own if words_of(f) and f.kind not in UNSHOWN),
    )


def _measured(number: int, finding: Finding) -> Measured:
    by = finding.provenance
    limit = "" if by.threshold is None else f", threshold {by.threshold:g}"
    return Measured(
        number=number,
        name=finding.kind.replace("_", " "),
        words=words_of(finding),
        tone=tone_of(finding),
        by=f"{by.model} {by.version}{limit}",
    )


def _rule_name(outcome: RuleOutcome, language: Language) -> str:
    name = title_of(outcome.rule, language)
    if outcome.rule in PER_SUBJECT:
        return f"{name}: {KIND_NAMES.get(outcome.subject, outcome.subject)}"
    return name


@router.post("/decide")
async def decide_form(inspection_id: InspectionId, request: Request) -> Response:
    form = await small_form(request)
    sessions.check_csrf(request, form.get("csrf"))
    return await run_in_threadpool(_decide, inspection_id, request, form)


def _decide(inspection_id: str, request: Request, form: dict[str, str]) -> Response:
    def then(caller: Caller, services: Services) -> Response:
        file = services.repository.case_file(inspection_id, caller=caller)

        def refused(words: str, status: int) -> Response:
            return _show(request, caller, services, file, message=words, form=form, status=status)

        outcome, number = form.get("outcome", ""), form.get("verdict_number", "")
        if outcome not in set(DecisionOutcome) or not number.isdecimal():
            return refused("Choose release, hold or examine.", 422)
        following = next_to_decide(services, caller, after=inspection_id)
        try:
            decide(
                inspection_id,
                outcome=DecisionOutcome(outcome),
                note=form.get("note", ""),
                verdict_number=int(number),
                caller=caller,
                repository=services.repository,
                clock=services.clock,
            )
            services.budgets.learn(services.repository.case_file(inspection_id, caller=caller))
        except InvalidInput as problem:
            return refused(_sentence(problem.reason), 422)
        except Conflict as problem:
            file = services.repository.case_file(inspection_id, caller=caller)
            return refused(_sentence(str(problem)), 409)
        place = f"/inspections/{following}" if following else "/"
        return RedirectResponse(f"{place}?decided={inspection_id}", status_code=303)

    return with_person(request, Permission.DECIDE, then)


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


@router.post("/retry")
async def retry_form(inspection_id: InspectionId, request: Request) -> Response:
    form = await small_form(request)
    sessions.check_csrf(request, form.get("csrf"))

    def then(caller: Caller, services: Services) -> Response:
        services.repository.retry_failed(inspection_id, now=services.clock(), caller=caller)
        services.wake()
        return RedirectResponse(f"/inspections/{inspection_id}", status_code=303)

    return await run_in_threadpool(with_person, request, Permission.SUBMIT, then)
