"""The composition root: settings in, a wired service out."""

from __future__ import annotations

import os
import secrets
import socket
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from service.compute.local import LocalAnalyser
from service.config import Settings
from service.domain.access import Caller, Role
from service.domain.inspection import InspectionState
from service.domain.reconcile.policy import read_policy
from service.errors import NotConfigured
from service.store.blobs import LocalBlobs
from service.store.engine import migrate, open_engine
from service.store.passages import SqlPassages
from service.store.repository import SqlRepository
from service.usecases.issue_keys import authenticate_key
from service.usecases.judge_inspection import judge_inspection
from service.usecases.work import Worker
from service.web.metrics import MeasuredAnalyser, Metrics
from service.web.wiring import LivePassages, Readiness, Services
from vision.errors import ModelUnavailable
from vision.formats import Limits, media_type, read_scan
from vision.inspection import Inspector
from vision.scan import RawScan, ScanKind

SECRET_BYTES = 32
_SERVICE = Caller(name="service", role=Role.ADMIN)


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

    def close(self) -> None:
        self.worker.stop()
        self.engine.dispose()


def build(settings: Settings) -> Tallyman:
    """Wire the service and bring its database up to date.

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
    analyser = MeasuredAnalyser(LocalAnalyser(inspector), metrics)
    judge = partial(judge_inspection, repository=repository, policy=policy, clock=utc_now)

    def recognise(raw: RawScan) -> tuple[ScanKind, str]:
        scan = read_scan(raw, limits=limits)
        return scan.kind, media_type(scan)

    worker = Worker(
        f"{socket.gethostname()}-{os.getpid()}",
        repository=repository,
        blobs=blobs,
        analyser=analyser,
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
        analyser=analyser,
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
        metrics=metrics,
        live=LivePassages(store=SqlPassages(engine), analyser=LocalAnalyser(inspector)),
    )
    return Tallyman(services=services, worker=worker, models=models, engine=engine)


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
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        secret = path.read_bytes()
        if len(secret) < SECRET_BYTES:
            raise NotConfigured(f"{path}: expected {SECRET_BYTES} bytes or more") from None
        return secret
    except OSError as problem:
        raise NotConfigured(f"{path}: {problem.strerror}") from problem
    with os.fdopen(descriptor, "wb") as file:
        secret = secrets.token_bytes(SECRET_BYTES)
        file.write(secret)
    return secret


def is_empty(tallyman: Tallyman) -> bool:
    """Whether there is no inspection yet."""
    counts = tallyman.services.repository.state_counts(caller=_SERVICE)
    return not any(counts.get(state) for state in InspectionState)
