"""The composition root: settings in, a wired service out."""

from __future__ import annotations

import os
import secrets
import socket
import tempfile
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from service.compute.local import LocalAnalyser
from service.compute.vehicle_models import load_vehicle_models
from service.config import Settings
from service.domain.access import Caller, Role
from service.domain.inspection import InspectionState
from service.domain.reconcile.policy_file import read_policy
from service.errors import NotConfigured
from service.papers_wiring import paper_chores, paper_desk
from service.reconciler import reconcile
from service.registers_wiring import registers_of, utc_now
from service.store.blobs import LocalBlobs
from service.store.budgets import SqlBudgetStore
from service.store.engine import migrate, open_engine
from service.store.goods_library import SqlGoodsLibrary
from service.store.history import SqlHistoryStore
from service.store.passages import SqlPassages
from service.store.repository import SqlRepository
from service.store.scan_orders import SqlScanOrders
from service.usecases.ask_registers import Asker
from service.usecases.budgets import Budgets
from service.usecases.compare_scans import EarlierScans
from service.usecases.issue_keys import authenticate_key
from service.usecases.ports import Analyser
from service.usecases.scan_orders import ScanOrders
from service.usecases.watch_papers import PaperWatch
from service.usecases.work import Worker
from service.web.metrics import MeasuredAnalyser, Metrics
from service.web.wiring import LivePassages, Readiness, Services
from vision.errors import ModelUnavailable
from vision.formats import Limits, media_type, read_scan
from vision.grammar.iso6346 import owner_codes
from vision.inspection import Inspector
from vision.scan import RawScan, ScanKind
from vision.xray.calibration import read_scanners

SECRET_BYTES = 32
_SERVICE = Caller(name="service", role=Role.ADMIN)


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
        inspector = Inspector(
            settings.weights_dir,
            threads=settings.ort_threads,
            limits=limits,
            scanners=read_scanners(
                settings.effective_scanners_dir, learnt=settings.scanner_masses_file
            ),
            owners=_owner_codes(settings.owner_codes_file),
            vehicle_models=load_vehicle_models(settings.vehicle_models),
        )
        lineup = inspector.lineup
    except ModelUnavailable as problem:
        raise NotConfigured(f"models: {problem}; set TALLYMAN_WEIGHTS_DIR") from problem
    models = Models(inspector=inspector)
    policy = read_policy(settings.policy_file)
    metrics = Metrics()
    metrics.watch_queue(partial(repository.state_counts, caller=_SERVICE))
    measured = MeasuredAnalyser(analyser or LocalAnalyser(inspector), metrics)
    budgets = Budgets.over(
        SqlBudgetStore(engine),
        repository=repository,
        policy=policy,
        clock=utc_now,
        library=SqlGoodsLibrary(engine),
    )
    desk = paper_desk(settings, engine, budgets, repository=repository, blobs=blobs)
    judge = desk.follower.judge
    registers = registers_of(settings, engine, clock=utc_now)
    asker = registers.asker(judge)
    chores = [*paper_chores(settings, desk), asker.follow, budgets.follow]
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
        complete=EarlierScans(
            history=SqlHistoryStore(engine),
            repository=repository,
            blobs=blobs,
            comparer=inspector,
        ),
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
        reconcile=partial(reconcile, policy=policy),
        library=SqlGoodsLibrary(engine),
        scan_orders=ScanOrders(store=SqlScanOrders(engine), clock=utc_now),
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


def _owner_codes(path: Path | None) -> frozenset[str]:
    if path is None:
        return frozenset()
    try:
        return owner_codes(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as problem:
        raise NotConfigured(f"TALLYMAN_OWNER_CODES_FILE: {path.name}: {problem}") from problem


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
