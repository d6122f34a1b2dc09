"""Papers and the judge that knows them, for the service and for commands without models."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, tzinfo
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Engine

from service.config import Settings
from service.domain.access import Caller, Role
from service.domain.papers.matching import JoinRules
from service.domain.reconcile.policy import Policy
from service.domain.reconcile.policy_file import read_policy
from service.errors import NotConfigured
from service.registers_wiring import registers_of, utc_now
from service.sources import Limits as PaperLimits
from service.sources.inbox import DropFolder
from service.sources.plugins import sources_in_use
from service.sources.reading import paper_reader
from service.store.audit import SqlAuditLog
from service.store.blobs import LocalBlobs
from service.store.budgets import SqlBudgetStore
from service.store.engine import migrate, open_engine
from service.store.goods_library import SqlGoodsLibrary
from service.store.history import SqlHistoryStore
from service.store.paper_archive import SqlPaperArchive
from service.store.repository import SqlRepository
from service.store.scan_orders import SqlScanOrders
from service.store.visit_store import SqlVisitStore
from service.usecases.assemble_visit import Assembler
from service.usecases.budgets import Budgets
from service.usecases.check_goods import check_between
from service.usecases.follow_papers import Follower
from service.usecases.goods_library import with_look
from service.usecases.history import Complete, then, with_history
from service.usecases.judge_inspection import judge_inspection
from service.usecases.paper_desk import PaperDesk
from service.usecases.papers_of_case import AskRegisters, complete_case
from service.usecases.replay import Replay
from service.usecases.scan_orders import with_orders
from service.usecases.watch_papers import Chore

_DROP_FOLDER = Caller(name="drop folder", role=Role.PORT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """What the commands on papers need: no models, no web."""

    desk: PaperDesk
    audit: SqlAuditLog
    replay: Replay
    budgets: Budgets


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
            library=SqlGoodsLibrary(engine),
        )
        desk = paper_desk(
            settings,
            engine,
            budgets,
            repository=repository,
            blobs=LocalBlobs(settings.blob_dir),
        )
        questions = registers_of(settings, engine, clock=utc_now).inquiry().store
        complete = completion(
            engine,
            budgets.policy,
            assembler=desk.assembler,
            ask=lambda file, _: tuple(
                question.statement() for question in questions.of(file.inspection.id)
            ),
        )
        replay = Replay(
            repository=repository,
            complete=complete,
            in_force=budgets.policy_of,
            at_site=budgets.as_kept_at,
        )
        yield Papers(desk=desk, audit=SqlAuditLog(engine), replay=replay, budgets=budgets)
    finally:
        engine.dispose()


def completion(
    engine: Engine, policy: Policy, *, assembler: Assembler, ask: AskRegisters
) -> Complete:
    """What turns a stored case into what the rules judge."""
    return then(
        partial(complete_case, assembler=assembler, ask=ask, check=check_between),
        then(
            partial(with_history, store=SqlHistoryStore(engine), policy=policy),
            then(
                partial(with_orders, store=SqlScanOrders(engine)),
                partial(with_look, library=SqlGoodsLibrary(engine)),
            ),
        ),
    )


def paper_desk(
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
        complete=completion(engine, budgets.policy, assembler=assembler, ask=inquiry.statements),
    )
    return PaperDesk(
        archive=archive,
        repository=repository,
        blobs=blobs,
        read=paper_reader(
            limits=PaperLimits(max_bytes=settings.max_upload_bytes),
            sources=sources_in_use(settings.papers_plugin_names),
            local_zone=lambda site: zone,
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


def paper_chores(settings: Settings, desk: PaperDesk) -> list[Chore]:
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
