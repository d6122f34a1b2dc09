"""An analyser that finds what it is told to, and a service wired around it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from sqlalchemy import MetaData, select
from starlette.testclient import TestClient

from service.bootstrap import Tallyman, build
from service.config import Settings
from service.domain.access import Role
from service.usecases.issue_keys import add_user, issue_key
from service.web.app import create_app
from tests.service.web import scans
from vision.findings import (
    Analysis,
    Channel,
    CheckDigit,
    ContainerFound,
    CoverageEntry,
    Evidence,
    Finding,
    GrossCount,
    Load,
    LoadState,
    Measure,
    Orientation,
    Provenance,
    Ran,
    Reading,
    ScanQuality,
    Subject,
)
from vision.formats import read_scan
from vision.geometry import Box
from vision.scan import RawScan, Scan, ScanKind

WEIGHTS = Path(__file__).parents[3] / "weights"
CODE = "CSQU3054383"
PLATE = "B714RDX"
PASSWORD = "correct horse battery"
METHOD = Provenance(model="stub", version="1", sha256="0" * 64, threshold=0.5)
OUTLINE = Box(x1=40, y1=30, x2=280, y2=200)


@dataclass(kw_only=True)
class StubAnalyser:
    """Finds the same in every scan of a kind; `failure` is raised instead, if set."""

    code: str = CODE
    plate: str = PLATE
    load: Load = Load.LOADED
    failure: Exception | None = None
    seen: list[tuple[RawScan, ...]] = field(default_factory=list)

    def analyse(self, files: Sequence[RawScan]) -> Analysis:
        self.seen.append(tuple(files))
        if self.failure is not None:
            raise self.failure
        pairs = [(raw.name, read_scan(raw)) for raw in files]
        return Analysis(
            findings=tuple(f for _, scan in pairs for f in self._findings(scan)),
            coverage=tuple(
                CoverageEntry(
                    scan_sha256=scan.sha256,
                    scan_name=name,
                    sensor=scan.kind,
                    analysis="stub",
                    ran=Ran.RAN,
                )
                for name, scan in pairs
            ),
            lineup=(METHOD,),
        )

    def _findings(self, scan: Scan) -> list[Finding]:
        if scan.kind is ScanKind.XRAY:
            at = Evidence(scan_sha256=scan.sha256, box=OUTLINE)
            return [
                ScanQuality(
                    evidence=Evidence(scan_sha256=scan.sha256),
                    provenance=METHOD,
                    acceptable=True,
                    measures=(Measure(name="height", value=240, limit=200, acceptable=True),),
                ),
                ContainerFound(evidence=at, provenance=METHOD, score=0.98),
                LoadState(evidence=at, provenance=METHOD, load=self.load, probability_loaded=0.99),
            ]
        if scan.kind is ScanKind.PHOTO:
            return [
                self._reading(scan, Subject.CONTAINER_CODE, self.code, y=10),
                self._reading(scan, Subject.PLATE, self.plate, y=70),
            ]
        return [
            GrossCount(
                evidence=Evidence(scan_sha256=scan.sha256, interval_s=(10.0, 12.0)),
                provenance=METHOD,
                channel=channel,
                alarm=False,
                z=0.3,
                peak_rate_cps=410.0,
                background_rate_cps=400.0,
            )
            for channel in Channel
        ]

    def _reading(self, scan: Scan, subject: Subject, text: str, *, y: float) -> Reading:
        return Reading(
            evidence=Evidence(scan_sha256=scan.sha256, box=Box(x1=10, y1=y, x2=120, y2=y + 30)),
            provenance=METHOD,
            subject=subject,
            text=text,
            accepted=True,
            score=0.97,
            weakest=0.93,
            orientation=Orientation.HORIZONTAL,
            check_digit=CheckDigit.CORRECT
            if subject is Subject.CONTAINER_CODE
            else CheckDigit.NOT_APPLICABLE,
        )


@dataclass(kw_only=True)
class Site:
    """A service over its own SQLite file and blob folder, and its web application."""

    tallyman: Tallyman
    app: FastAPI
    analyser: StubAnalyser

    def key(self, role: Role = Role.OPERATOR, *sites: str, name: str = "") -> dict[str, str]:
        """Headers of a new API key."""
        services = self.tallyman.services
        issued = issue_key(
            name or f"{role.value} of {'-'.join(sites) or 'all'}",
            role=role,
            sites=frozenset(sites),
            repository=services.repository,
            clock=services.clock,
        )
        return {"Authorization": f"Bearer {issued.key}"}

    def person(self, name: str, role: Role = Role.OPERATOR, *sites: str) -> None:
        services = self.tallyman.services
        add_user(
            name,
            PASSWORD,
            role=role,
            sites=frozenset(sites),
            repository=services.repository,
            clock=services.clock,
        )

    def work_off(self) -> None:
        """Analyse everything that is queued."""
        while self.tallyman.worker.work_once():
            pass

    def stored(self) -> tuple[dict[str, list[tuple[Any, ...]]], list[str]]:
        """All rows of all tables and all blobs, to show that nothing has changed."""
        metadata = MetaData()
        with self.tallyman.engine.connect().execution_options(read_only=True) as db:
            metadata.reflect(db)
            rows = {
                name: [tuple(row) for row in db.execute(select(table))]
                for name, table in metadata.tables.items()
            }
        folder = self.tallyman.services.settings.blob_dir
        return rows, sorted(str(path) for path in folder.rglob("*"))


def a_site(folder: Path, **settings: Any) -> Site:
    """Wire one through the composition root; the worker is not started."""
    analyser = StubAnalyser()
    chosen = {"max_upload_mb": 8, "requests_per_minute": 0, "ort_threads": 1, **settings}
    tallyman = build(
        Settings(data_dir=folder, weights_dir=WEIGHTS, _env_file=None, **chosen),
        analyser=analyser,
    )
    return Site(tallyman=tallyman, app=create_app(tallyman.services), analyser=analyser)


Parts = list[tuple[str, tuple[str, bytes, str]]]


def all_sensors(*, seed: int = 1) -> Parts:
    """The files of one vehicle, each under its own kind."""
    return [
        ("xray", ("side.png", scans.a_grey_png(seed=seed), "image/png")),
        ("photo", ("left.jpg", scans.a_photo_jpeg(seed=seed), "image/jpeg")),
        ("radiation", ("portal.csv", scans.a_passage_csv(), "text/csv")),
    ]


def a_declaration(**changes: Any) -> dict[str, Any]:
    """What the stub's truck should be declared as."""
    return {
        "reference": "D-1",
        "site": "main",
        "containers": [{"code": CODE, "load": "loaded", "goods": [{"hs_code": "843149"}]}],
        "plates": [PLATE],
        **changes,
    }


def a_registration(**changes: Any) -> dict[str, Any]:
    return {"site": "main", "plate": PLATE, "stolen": False, **changes}


def as_json(value: Mapping[str, Any] | Sequence[Any]) -> str:
    return json.dumps(value)


HTML = {"Accept": "text/html,*/*;q=0.8"}


def sign_in(client: TestClient, name: str = "ada", password: str = PASSWORD) -> int:
    answer = client.post("/login", data={"name": name, "password": password})
    return answer.status_code
