"""One visit reconciled by itself: an analysis and files in, a verdict out, nothing kept.

It runs through the very same intake, assembly, registers, history and rules as the service does,
over a database that is thrown away.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from service.config import Settings
from service.domain.access import Caller, Role
from service.domain.inspection import EvidenceFile, Inspection, InspectionState
from service.domain.papers.current import PaperId
from service.domain.reconcile.policy import Policy
from service.domain.verdict import Verdict
from service.errors import InvalidInput, NotConfigured, UnreadablePapers
from service.papers_wiring import paper_desk
from service.registers_wiring import registers_of, utc_now
from service.store.blobs import LocalBlobs
from service.store.budgets import SqlBudgetStore
from service.store.engine import migrate, open_engine
from service.store.goods_library import SqlGoodsLibrary
from service.store.repository import SqlRepository
from service.usecases.ask_registers import Asker
from service.usecases.budgets import Budgets
from service.usecases.not_joined import why_not_joined
from service.usecases.paper_desk import PaperDesk
from service.usecases.paper_ports import Outcome
from service.usecases.ports import Repository
from service.usecases.reconcile import NamedFile, Reconciled, SensedVisit, Unjoined
from vision.findings import Analysis

SITE = "main"
_ME = Caller(name="reconcile", role=Role.ADMIN)
_LEASE = timedelta(minutes=5)
SETTLE_S = 10.0
# Register tables by the name of their file.
TABLES = {
    "vehicles.csv": "vehicle_table",
    "owner_codes.csv": "owner_codes_table",
    "aeo.csv": "aeo_table",
}


def reconcile(
    visit: SensedVisit,
    *,
    papers: Sequence[NamedFile] = (),
    registers: Sequence[NamedFile] = (),
    history: Sequence[SensedVisit] = (),
    policy: Policy,
) -> Reconciled:
    """See `service.usecases.reconcile.Reconcile`."""
    with tempfile.TemporaryDirectory(prefix="tallyman-") as folder:
        settings = _settings(Path(folder), registers)
        try:
            with _bench(settings, policy) as bench:
                for number, earlier in enumerate(history):
                    bench.judge(earlier, f"earlier-{number}")
                filed = bench.file(papers)
                verdict = bench.judge(visit, "visit")
                unjoined = tuple(bench.unjoined(filed.papers, "visit"))
        except NotConfigured as problem:
            raise InvalidInput(str(problem).replace(folder, "registers")) from problem
    return Reconciled(verdict=verdict, taken=filed.taken, refused=filed.refused, unjoined=unjoined)


def _settings(folder: Path, registers: Sequence[NamedFile]) -> Settings:
    tables: dict[str, Any] = {}
    for file in registers:
        if file.name not in TABLES:
            known = ", ".join(TABLES)
            raise InvalidInput(f"no register is read from {file.name}; there are {known}")
        path = folder / file.name
        path.write_bytes(file.data)
        tables[TABLES[file.name]] = path
    # Nothing of the service's own surroundings: no gateway is asked, no drop folder is read.
    return Settings(
        data_dir=folder,
        database_url=f"sqlite:///{folder / 'visit.db'}",
        vehicle_register_url="",
        stolen_objects_url="",
        eori_url="",
        papers_inbox=None,
        **{name: tables.get(name) for name in TABLES.values()},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Filed:
    """`papers` by the names of their files; one may come in several."""

    taken: tuple[str, ...]
    refused: tuple[tuple[str, str], ...]
    papers: dict[PaperId, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bench:
    """The wired parts over the passing database."""

    repository: Repository
    desk: PaperDesk
    asker: Asker

    def file(self, papers: Sequence[NamedFile]) -> _Filed:
        taken, refused, found = [], [], dict[PaperId, str]()
        for paper in papers:
            try:
                report = self.desk.take_in(paper.name, paper.data, site=SITE, caller=_ME)
            except UnreadablePapers as problem:
                refused.append((paper.name, str(problem)))
                continue
            if report.anything_there:
                taken.append(paper.name)
            for line in report.lines:
                if line.outcome is Outcome.REFUSED:
                    refused.append((paper.name, f"{line.where}: {line.reason}"))
                elif line.paper is not None:
                    found.setdefault(line.paper, paper.name)
        return _Filed(taken=tuple(taken), refused=tuple(refused), papers=found)

    def unjoined(self, papers: dict[PaperId, str], inspection_id: str) -> Iterator[Unjoined]:
        """Papers that were taken and that the visit is not judged by."""
        assembled = self.desk.visit(inspection_id, caller=_ME)
        rules = self.desk.assembler.rules
        for paper, name in papers.items():
            history = self.desk.archive.history(paper.kind, paper.reference, caller=_ME)
            reason = why_not_joined(assembled, history, rules=rules)
            if reason is not None:
                yield Unjoined(name=name, paper=str(paper), reason=reason)

    def judge(self, visit: SensedVisit, inspection_id: str) -> Verdict:
        now = utc_now()
        self.repository.add_inspection(
            Inspection(
                id=inspection_id,
                site=SITE,
                lane=visit.lane,
                captured_at=visit.captured_at,
                received_at=now,
                state=InspectionState.RECEIVED,
                files=_files(visit.analysis),
                declaration_ref=None,
                registration_refs=(),
            ),
            idempotency_key=None,
            request_sha256="",
            caller=_ME,
        )
        lease = self.repository.claim(worker="reconcile", now=now, lease=_LEASE)
        if lease is None:
            raise InvalidInput("the visit could not be judged")
        self.repository.finish(lease, analysis=visit.analysis, elapsed_s=0.0, now=now)
        self.desk.follower.judge(inspection_id, cause="analysed")
        self.asker.follow()
        self.asker.settle(timeout_s=SETTLE_S)
        self.desk.follower.judge(inspection_id, cause="registers")
        return self.repository.judging_file(inspection_id).verdicts[-1].verdict


def _files(analysis: Analysis) -> tuple[EvidenceFile, ...]:
    seen = {entry.scan_sha256: entry for entry in analysis.coverage}
    return tuple(
        EvidenceFile(
            sha256=sha256,
            name=entry.scan_name,
            kind=entry.sensor,
            media_type="application/octet-stream",
            size_bytes=0,
        )
        for sha256, entry in seen.items()
    )


@contextmanager
def _bench(settings: Settings, policy: Policy) -> Iterator[_Bench]:
    engine = open_engine(settings.effective_database_url)
    try:
        migrate(engine)
        repository = SqlRepository(engine)
        budgets = Budgets.over(
            SqlBudgetStore(engine),
            repository=repository,
            policy=policy,
            clock=utc_now,
            library=SqlGoodsLibrary(engine),
        )
        desk = paper_desk(
            settings, engine, budgets, repository=repository, blobs=LocalBlobs(settings.blob_dir)
        )
        asker = registers_of(settings, engine, clock=utc_now).asker(desk.follower.judge)
        yield _Bench(repository=repository, desk=desk, asker=asker)
    finally:
        engine.dispose()
