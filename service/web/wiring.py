"""What the web layer is given at start-up, and how a route gets at it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Protocol, cast

from fastapi import Depends
from starlette.requests import HTTPConnection

from service.config import Settings
from service.domain.access import Caller
from service.usecases.ask_registers import RegisterDesk
from service.usecases.budgets import Budgets
from service.usecases.goods_library import GoodsLibrary
from service.usecases.paper_desk import PaperDesk
from service.usecases.passage import PassageStore
from service.usecases.ports import Analyser, BlobStore, Clock, Repository
from service.usecases.receive import Recogniser
from service.usecases.reconcile import Reconcile
from service.usecases.rejudge import Judge
from service.usecases.scan_orders import ScanOrders
from service.web.metrics import Metrics
from vision.findings import Provenance
from vision.scan import RawScan, Scan

ScanReader = Callable[[RawScan], Scan]
"""Reads a file into a scan for pictures and plots. Raises: UnreadableScan."""


class KeyCheck(Protocol):
    """Whose API key this is. Raises: NotAuthenticated."""

    def __call__(self, key: str) -> Caller: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """Whether the service can do its work; `problems` has a sentence for each thing missing."""

    ready: bool
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LivePassages:
    """Where passages are kept while they last, and what judges them meanwhile (not measured, as
    the same passage is judged again with every request).
    """

    store: PassageStore
    analyser: Analyser


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything that a route may use; built once by the composition root.

    `wake` tells an idle worker in this process that a job has come; it must be cheap and must
    not raise. `readiness` is asked on every /readyz, so it must not load anything.
    `session_secret` signs cookies. `models` is the line-up that serves. `policy` names the
    policy in force, as verdicts do. Wrap the analyser that worker and API share in
    `MeasuredAnalyser(analyser, metrics)` and pass the same `metrics` here. `wake_papers` tells
    that papers have come whose effect is still to follow.
    """

    settings: Settings
    repository: Repository
    blobs: BlobStore
    analyser: Analyser
    recognise: Recogniser
    read_scan: ScanReader
    clock: Clock
    policy: str
    judge: Judge
    authenticate_key: KeyCheck
    wake: Callable[[], None]
    readiness: Callable[[], Readiness]
    models: tuple[Provenance, ...]
    session_secret: bytes
    papers: PaperDesk
    wake_papers: Callable[[], None]
    registers: RegisterDesk
    budgets: Budgets
    reconcile: Reconcile
    scan_orders: ScanOrders
    library: GoodsLibrary
    metrics: Metrics = field(default_factory=Metrics)
    live: LivePassages | None = None


def services_of(connection: HTTPConnection) -> Services:
    """The services of the application that this request came to."""
    return cast(Services, connection.app.state.services)


UsesServices = Annotated[Services, Depends(services_of)]
