"""Sample inspections, generated: each tells a story that a new user will meet."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from service.bootstrap import Tallyman
from service.domain.access import Caller, Role
from service.domain.declaration import Declaration, DeclaredContainer, DeclaredGoods, DeclaredLoad
from service.domain.registration import Registration
from service.errors import Conflict
from service.usecases.file_papers import file_declaration, file_registration
from service.usecases.issue_keys import add_user
from service.usecases.receive import Upload, receive
from vision.grammar import iso6346
from vision.scan import RawScan
from vision.synthesis import photo, radiation, xray

SITE = "main"
OPERATOR = "operator"
LOGIN_FILE = "first-login.txt"
_DEMO = Caller(name="demo", role=Role.ADMIN)
POTASH, MACHINES, TOYS = "310420", "843149", "950300"
APART = timedelta(minutes=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One vehicle: what is on it, and what its papers say where they differ."""

    title: str
    code: str
    plate: str
    loaded: bool = True
    declared_load: DeclaredLoad = DeclaredLoad.LOADED
    declared_code: str | None = None
    declared_size_type: str = "22G1"
    hs_code: str = MACHINES
    sources: tuple[tuple[str, float], ...] = ()
    neutron_cps: float = 0.0
    has_radiation: bool = True
    has_declaration: bool = True
    registered: bool = True
    stolen: bool = False


def _code(ten: str) -> str:
    return ten + str(iso6346.check_digit(ten))


SAMPLES = (
    Sample(title="everything agrees", code=_code("TGHU758493"), plate="CJ 42 TLY"),
    Sample(
        title="declared empty, but loaded",
        code=_code("MSKU203112"),
        plate="BA 527 KL",
        declared_load=DeclaredLoad.EMPTY,
    ),
    Sample(
        title="empty, as declared",
        code=_code("HLXU316784"),
        plate="WA 56660",
        loaded=False,
        declared_load=DeclaredLoad.EMPTY,
    ),
    Sample(
        title="another container than declared",
        code=_code("CAXU674512"),
        plate="B 714 RDX",
        declared_code=_code("CAXU981120"),
    ),
    Sample(
        title="caesium among machine parts",
        code=_code("TCLU420977"),
        plate="TM 19 WRK",
        sources=(("Cs-137", 420.0),),
    ),
    Sample(
        title="potash: natural potassium, explained",
        code=_code("FCIU573310"),
        plate="KE 331 DP",
        hs_code=POTASH,
        sources=(("K-40", 320.0),),
    ),
    Sample(
        title="neutrons",
        code=_code("GESU384256"),
        plate="AR 08 NTR",
        neutron_cps=9.0,
    ),
    Sample(
        title="no radiation measurement",
        code=_code("TRLU729154"),
        plate="NR 472 AB",
        has_radiation=False,
    ),
    Sample(
        title="plate not in the register",
        code=_code("OOLU160923"),
        plate="IS 77 ZPL",
        registered=False,
    ),
    Sample(
        title="no declaration yet",
        code=_code("CSQU305438"),
        plate="MM 55 LAT",
        has_declaration=False,
        hs_code=TOYS,
    ),
)


def files_of(sample: Sample, *, seed: int) -> tuple[RawScan, ...]:
    """The scans of one sample, generated."""
    view = xray.side_view([sample.loaded], seed=seed)
    files = [
        RawScan(name="side-view.png", data=view.png),
        RawScan(name="left.jpg", data=photo.container_side(sample.code, "22G1", seed=seed)),
        RawScan(name="right.jpg", data=photo.container_side(sample.code, "22G1", seed=seed + 50)),
        RawScan(name="front.jpg", data=photo.truck_front(sample.plate, seed=seed)),
    ]
    if sample.has_radiation:
        data = radiation.passage(
            dict(sample.sources),
            seed=seed,
            neutron_cps=sample.neutron_cps,
            wide=sample.hs_code == POTASH,
        )
        files.append(RawScan(name="portal.n42", data=data))
    return tuple(files)


def declaration_of(sample: Sample) -> Declaration | None:
    """What was declared for one sample."""
    if not sample.has_declaration:
        return None
    goods: tuple[DeclaredGoods, ...] = ()
    if sample.declared_load is DeclaredLoad.LOADED:
        goods = (DeclaredGoods(hs_code=sample.hs_code, gross_mass_kg=18_400.0),)
    return Declaration(
        reference=_reference(sample),
        site=SITE,
        containers=(
            DeclaredContainer(
                code=sample.declared_code or sample.code,
                size_type=sample.declared_size_type,
                load=sample.declared_load,
                goods=goods,
            ),
        ),
        plates=(sample.plate,),
    )


def _reference(sample: Sample) -> str:
    return f"SAMPLE-{sample.code}"


def send_samples(tallyman: Tallyman, progress: Callable[[str], None]) -> int:
    """File the papers of every sample and queue its scans. Repeating it changes nothing."""
    services = tallyman.services
    now = services.clock()
    for number, sample in enumerate(SAMPLES):
        progress(sample.title)
        declaration = declaration_of(sample)
        if declaration is not None:
            file_declaration(
                declaration,
                caller=_DEMO,
                repository=services.repository,
                clock=services.clock,
                judge=services.judge,
            )
        if sample.registered:
            file_registration(
                Registration(
                    reference=sample.plate, site=SITE, plate=sample.plate, stolen=sample.stolen
                ),
                caller=_DEMO,
                repository=services.repository,
                clock=services.clock,
                judge=services.judge,
            )
        receive(
            Upload(
                files=files_of(sample, seed=number + 1),
                site=SITE,
                lane=str(1 + number % 3),
                captured_at=now - APART * (len(SAMPLES) - number),
                declaration_ref=_reference(sample),
            ),
            idempotency_key=None,
            caller=_DEMO,
            repository=services.repository,
            blobs=services.blobs,
            recognise=services.recognise,
            clock=services.clock,
        )
    return len(SAMPLES)


def work_off(tallyman: Tallyman) -> Iterator[None]:
    """Analyse what is queued, one by one."""
    while tallyman.worker.work_once():
        yield


def first_operator(tallyman: Tallyman) -> tuple[str, Path]:
    """Make the first operator if there is none; (name, file that holds the password)."""
    services = tallyman.services
    path = services.settings.data_dir / LOGIN_FILE
    if services.repository.user(OPERATOR) is None:
        password = secrets.token_urlsafe(9)
        try:
            add_user(
                OPERATOR,
                password,
                role=Role.OPERATOR,
                sites=frozenset(),
                repository=services.repository,
                clock=services.clock,
            )
        except Conflict:
            return OPERATOR, path
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump({"name": OPERATOR, "password": password}, file)
    return OPERATOR, path
