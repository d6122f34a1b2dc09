"""The composition root: settings in, a wired service out."""

from __future__ import annotations

import os
import secrets
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from service.compute.local import LocalAnalyser
from service.config import Settings
from service.domain.access import Caller, Role
from service.domain.inspection import InspectionState
from service.domain.papers.matching import JoinRules
from service.domain.reconcile.policy import Policy
from service.domain.reconcile.policy_file import read_policy
from service.errors import NotConfigured
from service.registers_wiring import registers_of
from service.sources import Limits as PaperLimits
from service.sources.inbox import DropFolder
from service.sources.reading import paper_reader
from service.store.audit import SqlAuditLog
from service.store.blobs import LocalBlobs
from service.store.budgets import SqlBudgetStore
from service.store.engine import migrate, open_engine
from service.store.history import SqlHistoryStore
from service.store.paper_archive import SqlPaperArchive
from service.store.passages import SqlPassages
from service.store.repository import SqlRepository
from service.store.visit_store import SqlVisitStore
from service.usecases.ask_registers import Asker
from service.usecases.assemble_visit import Assembler
from service.usecases.budgets import Budgets
from service.usecases.check_goods import check_between
from service.usecases.follow_papers import Follower
from service.usecases.history import Complete, then, with_history
from service.usecases.issue_keys import authenticate_key
from service.usecases.judge_inspection import judge_inspection
from service.usecases.paper_desk import PaperDesk
from service.usecases.papers_of_case import AskRegisters, complete_case
from service.usecases.ports import Analyser
from service.usecases.replay import Replay
from service.usecases.watch_papers import Chore, PaperWatch
from service.usecases.work import Worker
from service.web.metrics import MeasuredAnalyser, Metrics
from service.web.wiring import LivePassages, Readiness, Services
from vision.errors import ModelUnavailable
from vision.formats import Limits, media_type, read_scan
from vision.inspection import Inspector
from vision.scan import RawScan, ScanKind

SECRET_BYTES = 32
_SERVICE = Caller(name="service", role=Role.ADMIN)
_DROP_FOLDER = Caller(name="drop folder", role=Role.PORT)


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True, kw_only=True)
class Models:
    """Whether the models are open; they are opened beside the start-up, not before it."""

    inspector: Inspector
    warm: threading.Event = field(default_factory=threading.Event)
    problems: tuple[str, ...] = ()

    def warm_up(self) -> None:
        try:
            self.problems = self.inspector.warm_up()
        except ModelUnavailable as problem:
            self.problems = (str(problem),)
        finally:
            self.warm.set()

    def warm_up_in_background(self) -> None:
        threading.Thread(target=self.warm_up, name="warm-up", daemon=True).start()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tallyman:
    """Everything wired; `close` releases it."""

    services: Services
    worker: Worker
    models: Models
    engine: Engine
    paper_watch: PaperWatch
    asker: Asker

    def close(self) -> None:
        self.paper_watch.stop()
        self.worker.stop()
        self.engine.dispose()


def build(settings: Settings, *, analyser: Analyser | None = None) -> Tallyman:
    """Wire the service and bring its database up to date.

    Args:
        settings: where data, models and policy lie, and every limit.
        analyser: what analyses; None for the inspector in this process.

    Raises:
        NotConfigured: what is missing, and how to get it.
    """
    engine = open_engine(settings.effective_database_url)
    migrate(engine)
    repository = SqlRepository(engine, max_attempts=settings.max_attempts)
    blobs = LocalBlobs(settings.blob_dir)
    limits = Limits(max_bytes=settings.max_upload_bytes)
    try:
        inspector = Inspector(settings.weights_dir, threads=settings.ort_threads, limits=limits)
        lineup = inspector.lineup
    except ModelUnavailable as problem:
        raise NotConfigured(f"models: {problem}; set TALLYMAN_WEIGHTS_DIR") from problem
    models = Models(inspector=inspector)
    policy = read_policy(settings.policy_file)
    metrics = Metrics()
    metrics.watch_queue(partial(repository.state_counts, caller=_SERVICE))
    measured = MeasuredAnalyser(analyser or LocalAnalyser(inspector), metrics)
    budgets = Budgets.over(
        SqlBudgetStore(engine), repository=repository, policy=policy, clock=utc_now
    )
    desk = _paper_desk(settings, engine, budgets, repository=repository, blobs=blobs)
    judge = desk.follower.judge
    registers = registers_of(settings, engine, clock=utc_now)
    asker = registers.asker(judge)
    chores = [*_paper_chores(settings, desk), asker.follow, budgets.follow]
    paper_watch = PaperWatch(chores, poll_s=settings.poll_s)
    asker.wake = paper_watch.wake

    def recognise(raw: RawScan) -> tuple[ScanKind, str]:
        scan = read_scan(raw, limits=limits)
        return scan.kind, media_type(scan)

    worker = Worker(
        f"{socket.gethostname()}-{os.getpid()}",
        repository=repository,
        blobs=blobs,
        analyser=measured,
        judge=judge,
        clock=utc_now,
        lease=timedelta(seconds=settings.lease_s),
        poll_s=settings.poll_s,
        threads=settings.worker_threads,
    )
    services = Services(
        settings=settings,
        repository=repository,
        blobs=blobs,
        analyser=measured,
        recognise=recognise,
        read_scan=partial(read_scan, limits=limits),
        clock=utc_now,
        policy=policy.label,
        judge=judge,
        authenticate_key=partial(authenticate_key, repository=repository),
        wake=worker.wake,
        readiness=partial(_readiness, models, engine),
        models=lineup,
        session_secret=_secret(settings.effective_session_secret_file),
        papers=desk,
        wake_papers=paper_watch.wake,
        registers=registers.desk(repository, now_due=paper_watch.wake),
        budgets=budgets,
        metrics=metrics,
        live=LivePassages(store=SqlPassages(engine), analyser=LocalAnalyser(inspector)),
    )
    return Tallyman(
        services=services,
        worker=worker,
        models=models,
        engine=engine,
        paper_watch=paper_watch,
        asker=asker,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """What the commands on papers need: no models, no web."""

    desk: PaperDesk
    audit: SqlAuditLog
    replay: Replay


@contextmanager
def open_papers(settings: Settings) -> Iterator[Papers]:
    """The desk over an up-to-date database, without the rest of the service.

    Raises:
        NotConfigured: what is missing, and how to get it.
    """
    engine = open_engine(settings.effective_database_url)
    try:
        migrate(engine)
        repository = SqlRepository(engine, max_attempts=settings.max_attempts)
        budgets = Budgets.over(
            SqlBudgetStore(engine),
            repository=repository,
            policy=read_policy(settings.policy_file),
            clock=utc_now,
        )
        desk = _paper_desk(
            settings,
            engine,
            budgets,
            repository=repository,
            blobs=LocalBlobs(settings.blob_dir),
        )
        questions = registers_of(settings, engine, clock=utc_now).inquiry().store
        complete = _completion(
            engine,
            budgets.policy,
            assembler=desk.assembler,
            ask=lambda file, _: tuple(
                question.statement() for question in questions.of(file.inspection.id)
            ),
        )
        replay = Replay(repository=repository, complete=complete, in_force=budgets.policy_of)
        yield Papers(desk=desk, audit=SqlAuditLog(engine), replay=replay)
    finally:
        engine.dispose()


def _completion(
    engine: Engine, policy: Policy, *, assembler: Assembler, ask: AskRegisters
) -> Complete:
    """What turns a stored case into what the rules judge."""
    return then(
        partial(complete_case, assembler=assembler, ask=ask, check=check_between),
        partial(with_history, store=SqlHistoryStore(engine), policy=policy),
    )


def _paper_desk(
    settings: Settings,
    engine: Engine,
    budgets: Budgets,
    *,
    repository: SqlRepository,
    blobs: LocalBlobs,
) -> PaperDesk:
    """Papers, and the judge that knows them."""
    rules, zone = JoinRules(), _zone(settings.papers_zone)
    archive, visits = SqlPaperArchive(engine), SqlVisitStore(engine, rules=rules)
    assembler = Assembler(archive=archive, visits=visits, rules=rules)
    inquiry = registers_of(settings, engine, clock=utc_now).inquiry()
    judge = partial(
        judge_inspection,
        repository=repository,
        policy=budgets.policy,
        at_site=budgets.policy_of,
        clock=utc_now,
        complete=_completion(engine, budgets.policy, assembler=assembler, ask=inquiry.statements),
    )
    return PaperDesk(
        archive=archive,
        repository=repository,
        blobs=blobs,
        read=paper_reader(
            limits=PaperLimits(max_bytes=settings.max_upload_bytes), local_zone=lambda site: zone
        ),
        clock=utc_now,
        assembler=assembler,
        follower=Follower(archive=archive, visits=visits, judge=judge, clock=utc_now),
    )


def _zone(name: str) -> tzinfo:
    if name == "UTC":
        return UTC  # also where the system has no table of zones
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as problem:
        raise NotConfigured(f"TALLYMAN_PAPERS_ZONE: no zone {name!r} on this system") from problem


def _paper_chores(settings: Settings, desk: PaperDesk) -> list[Chore]:
    """First what was dropped, then what follows from it."""
    chores: list[Chore] = [desk.follower.follow]
    if settings.papers_inbox is not None:
        chores.insert(0, drop_folder(settings, desk, settings.papers_inbox).take_all)
    return chores


def drop_folder(
    settings: Settings, desk: PaperDesk, folder: Path, *, site: str | None = None
) -> DropFolder:
    """A folder whose files are filed at `site`, by default that of the settings."""
    try:
        return DropFolder(
            folder=folder,
            take_in=partial(desk.take_in, site=site or settings.papers_site, caller=_DROP_FOLDER),
            settle_s=settings.papers_settle_s,
            max_bytes=settings.max_upload_bytes,
        )
    except OSError as problem:
        raise NotConfigured(f"drop folder {folder}: {problem.strerror}") from problem


def _readiness(models: Models, engine: Engine) -> Readiness:
    problems = list(models.problems)
    if not models.warm.is_set():
        problems.append("the models are being opened")
    try:
        with engine.connect().execution_options(read_only=True) as connection:
            connection.execute(text("SELECT 1"))
    except SQLAlchemyError as problem:
        problems.append(f"database: {type(problem).__name__}")
    return Readiness(ready=not problems, problems=tuple(problems))


def _secret(path: Path) -> bytes:
    """The signing secret; made with the first start, readable by its owner alone."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _make_secret(path)
        secret = path.read_bytes()
    except OSError as problem:
        raise NotConfigured(f"{path}: {problem.strerror}") from problem
    if len(secret) < SECRET_BYTES:
        raise NotConfigured(f"{path}: expected {SECRET_BYTES} bytes or more, got {len(secret)}")
    return secret


def _make_secret(path: Path) -> None:
    """Written beside it and then linked: of processes that start at once, all read the first."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")  # mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(SECRET_BYTES))
        with suppress(FileExistsError):
            os.link(name, path)
    finally:
        Path(name).unlink()


def is_empty(tallyman: Tallyman) -> bool:
    """Whether there is no inspection yet."""
    counts = tallyman.services.repository.state_counts(caller=_SERVICE)
    return not any(counts.get(state) for state in InspectionState)
