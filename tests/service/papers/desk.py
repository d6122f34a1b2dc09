"""A service's papers and inspections over one database, without models and without a web."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Engine

from service.domain.access import Caller, Role
from service.domain.inspection import EvidenceFile, Inspection, InspectionState
from service.domain.papers.corrections import Action, Correction
from service.domain.papers.matching import JoinRules
from service.domain.papers.paper import Paper
from service.domain.reconcile.policy_file import read_policy
from service.domain.verdict import Result, RuleOutcome, Verdict
from service.store.paper_archive import SqlPaperArchive
from service.store.repository import SqlRepository
from service.store.visit_store import SqlVisitStore
from service.usecases.assemble_visit import AssembledVisit, Assembler
from service.usecases.correct_visit import correct_visit
from service.usecases.follow_papers import Follower
from service.usecases.judge_inspection import judge_inspection
from service.usecases.paper_ports import Line
from service.usecases.papers_of_case import complete_case
from tests.service.papers.paper_builders import NOON, SITE, a_sent_file
from vision.findings import (
    Analysis,
    CheckDigit,
    CoverageEntry,
    Evidence,
    Orientation,
    Provenance,
    Ran,
    Reading,
    Subject,
)
from vision.scan import ScanKind

OFFICER = Caller(name="officer", role=Role.OPERATOR, sites=frozenset({SITE}))
_METHOD = Provenance(model="test", version="1", sha256="0" * 64, threshold=0.5)
_numbers = itertools.count(1)


class StillClock:
    """Goes on by a second each time that it is asked."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


def a_reading(text: str, subject: Subject, *, accepted: bool = True) -> Reading:
    right = CheckDigit.CORRECT if accepted else CheckDigit.WRONG
    is_code = subject is Subject.CONTAINER_CODE
    return Reading(
        evidence=Evidence(scan_sha256=hashlib.sha256(b"photo").hexdigest()),
        provenance=_METHOD,
        subject=subject,
        text=text,
        accepted=accepted,
        score=0.97,
        weakest=0.9,
        orientation=Orientation.HORIZONTAL,
        check_digit=right if is_code else CheckDigit.NOT_APPLICABLE,
    )


def an_analysis(readings: Iterable[Reading], kinds: Iterable[ScanKind]) -> Analysis:
    coverage = tuple(
        CoverageEntry(
            scan_sha256="0" * 64, scan_name=kind.value, sensor=kind, analysis="test", ran=Ran.RAN
        )
        for kind in kinds
    )
    return Analysis(findings=tuple(readings), coverage=coverage, lineup=(_METHOD,))


@dataclass
class Desk:
    """Everything wired over one engine."""

    engine: Engine
    clock: StillClock = field(default_factory=StillClock)

    def __post_init__(self) -> None:
        rules = JoinRules()
        self.repository = SqlRepository(self.engine)
        self.archive = SqlPaperArchive(self.engine)
        self.visits = SqlVisitStore(self.engine, rules=rules)
        self.assembler = Assembler(archive=self.archive, visits=self.visits, rules=rules)
        self.judge = partial(
            judge_inspection,
            repository=self.repository,
            policy=read_policy(None),
            clock=self.clock,
            complete=partial(complete_case, assembler=self.assembler),
        )
        self.follower = Follower(
            archive=self.archive, visits=self.visits, judge=self.judge, clock=self.clock
        )

    def file(self, *papers: Paper) -> tuple[Line, ...]:
        """File and follow, as an import does."""
        lines = self.archive.file(papers, file=a_sent_file(), now=self.clock())
        self.follower.follow()
        return lines

    def see(
        self,
        *codes: str,
        plates: tuple[str, ...] = (),
        guesses: tuple[str, ...] = (),
        when: datetime = NOON,
        reference: str | None = None,
        kinds: tuple[ScanKind, ...] = (ScanKind.XRAY, ScanKind.PHOTO),
        site: str = SITE,
        country: str | None = None,
    ) -> str:
        """An inspection that is analysed and judged; its id. `country` is that of the plates."""
        inspection = Inspection(
            id=f"00000000-0000-4000-8000-{next(_numbers):012d}",
            site=site,
            lane="1",
            captured_at=when,
            received_at=self.clock(),
            state=InspectionState.RECEIVED,
            files=tuple(_file(kind) for kind in kinds),
            declaration_ref=reference,
            registration_refs=(),
        )
        self.repository.add_inspection(
            inspection, idempotency_key=None, request_sha256="", caller=OFFICER
        )
        lease = self.repository.claim(worker="w", now=self.clock(), lease=timedelta(hours=1))
        assert lease is not None
        readings = [a_reading(code, Subject.CONTAINER_CODE) for code in codes]
        readings += [a_reading(code, Subject.CONTAINER_CODE, accepted=False) for code in guesses]
        readings += [replace(a_reading(p, Subject.PLATE), country=country) for p in plates]
        analysis = an_analysis(readings, kinds)
        self.repository.finish(lease, analysis=analysis, elapsed_s=1.0, now=self.clock())
        self.judge(inspection.id, cause="analysed")
        return inspection.id

    def assembled(self, inspection_id: str) -> AssembledVisit:
        return self.assembler.assemble(self.repository.judging_file(inspection_id))

    def joined(self, inspection_id: str) -> list[str]:
        """ "declared/R1 certain", strongest first."""
        joined = self.assembled(inspection_id).joined
        return [f"{each.join.candidate} {each.join.standing.value}" for each in joined]

    def verdict(self, inspection_id: str) -> Verdict:
        return self.repository.judging_file(inspection_id).verdicts[-1].verdict

    def outcome(self, inspection_id: str, rule: str) -> RuleOutcome:
        return next(o for o in self.verdict(inspection_id).outcomes if o.rule == rule)

    def result(self, inspection_id: str, rule: str) -> Result:
        return self.outcome(inspection_id, rule).result

    def causes(self, inspection_id: str) -> list[str]:
        return [v.cause for v in self.repository.judging_file(inspection_id).verdicts]

    def history(self, inspection_id: str) -> list[str]:
        """What papers and persons did to it, in words."""
        events = self.repository.judging_file(inspection_id).events
        return [event.detail for event in events if event.name == "paper"]

    def correct(
        self,
        inspection_id: str,
        action: Action,
        subject: str = "",
        *,
        undoes: int | None = None,
        caller: Caller = OFFICER,
        note: str = "",
    ) -> Correction:
        return correct_visit(
            inspection_id,
            action=action,
            subject=subject,
            undoes=undoes,
            note=note,
            caller=caller,
            repository=self.repository,
            assembler=self.assembler,
            clock=self.clock,
            judge=self.judge,
        )


def _file(kind: ScanKind) -> EvidenceFile:
    return EvidenceFile(
        sha256=hashlib.sha256(kind.value.encode()).hexdigest(),
        name=f"{kind.value}.png",
        kind=kind,
        media_type="image/png",
        size_bytes=1,
    )
