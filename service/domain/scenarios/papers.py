"""Papers, registers and history from the short tables of a scenario."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from service.domain.declaration import (
    Declaration,
    DeclaredContainer,
    DeclaredGoods,
    DeclaredLoad,
)
from service.domain.papers.consignment import Equipment, Transport
from service.domain.papers.measurement import MassMethod, Weighing
from service.domain.papers.movement import Appointment, Movement, MovementEvent, StowedContainer
from service.domain.papers.paper_finding import FieldPlace, PaperFinding
from service.domain.papers.route import KMH_PER_KN
from service.domain.papers.track import Fix, Track, TrackedKind
from service.domain.reconcile.history import (
    Dwell,
    GoodsLook,
    History,
    LotMember,
    PastScan,
    Selection,
    Sighting,
)
from service.domain.reconcile.visit_papers import VisitPapers
from service.domain.register_statement import RegisterKind, RegisterStatement, Said
from service.domain.registration import Registration
from service.domain.scenarios.seen import hash_of
from service.domain.verdict import Result, Severity
from vision.scan import ScanKind

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SITE = "scenario"
Table = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All that is not seen."""

    declaration: Declaration | None
    registrations: tuple[Registration, ...]
    statements: tuple[RegisterStatement, ...]
    papers: VisitPapers
    history: History


def known_of(tables: Table) -> Known:
    """Raises: ValueError, KeyError, TypeError: a table that is not understood."""
    unknown = set(tables) - TABLES
    if unknown:
        raise ValueError(f"no such table: {', '.join(sorted(unknown))}")
    return Known(
        declaration=_declaration(tables),
        registrations=tuple(_registration(entry) for entry in tables.get("register", ())),
        statements=tuple(_statement(entry) for entry in tables.get("asked", ())),
        papers=VisitPapers(
            movements=tuple(_movement(entry) for entry in tables.get("moves", ())),
            weighings=tuple(_weighing(entry) for entry in tables.get("weighed", ())),
            stowed=tuple(_stowed(entry) for entry in tables.get("stowed", ())),
            appointments=tuple(_appointment(entry) for entry in tables.get("appointed", ())),
            tracks=tuple(_track(entry) for entry in tables.get("tracks", ())),
            findings=tuple(_difference(entry) for entry in tables.get("compared", ())),
            origins=frozenset(tables.get("origins", ())),
            routing=frozenset(tables.get("routing", ())),
        ),
        history=History(
            sightings=tuple(_sighting(entry) for entry in tables.get("sightings", ())),
            scans=tuple(_scan(entry) for entry in tables.get("scans", ())),
            dwell=Dwell(**tables["dwell"]) if "dwell" in tables else None,
            lot=tuple(_member(i, v) for i, v in enumerate(tables.get("lot", ()))),
            selections=tuple(_selection(entry) for entry in tables.get("ordered", ())),
            look=_look(tables["look"]) if "look" in tables else None,
        ),
    )


TABLES = frozenset(
    {
        "boxes", "goods", "plates", "seals", "kg", "packages", "undeclared", "register", "asked",
        "moves", "weighed", "stowed", "appointed", "compared", "origins", "routing", "sightings",
        "scans", "dwell", "lot", "ordered", "tracks", "look",
    }
)  # fmt: skip


def _declaration(tables: Table) -> Declaration | None:
    """`boxes` are containers with their goods in `goods` if there is one box alone."""
    if tables.get("undeclared"):
        return None
    boxes = tables.get("boxes", ())
    goods = tuple(_goods(entry) for entry in tables.get("goods", ()))
    return Declaration(
        reference="26DE000000000000S1",
        site=SITE,
        containers=tuple(
            DeclaredContainer(
                code=box["code"],
                size_type=box.get("size"),
                load=DeclaredLoad(box["load"]) if "load" in box else None,
                seals=tuple(box.get("seals", ())),
                goods=goods if len(boxes) == 1 else (),
            )
            for box in boxes
        ),
        goods=() if len(boxes) == 1 else goods,
        plates=tuple(tables.get("plates", ())),
        seals=tuple(tables.get("seals", ())),
        total_gross_mass_kg=tables.get("kg"),
        total_packages=tables.get("packages"),
    )


def _goods(entry: Table) -> DeclaredGoods:
    return DeclaredGoods(
        hs_code=entry["hs"],
        description=entry.get("words", ""),
        gross_mass_kg=entry.get("kg"),
        un_number=entry.get("un"),
        packages=entry.get("packages"),
    )


def _registration(entry: Table) -> Registration:
    until = entry.get("until")
    return Registration(
        reference=f"R-{entry['plate']}",
        site=SITE,
        plate=entry["plate"],
        country=entry.get("country", "D"),
        colour=entry.get("colour", ""),
        stolen=entry.get("stolen", False),
        exported=entry.get("exported"),
        valid_until=until if isinstance(until, date) else None,
    )


def _statement(entry: Table) -> RegisterStatement:
    kind = RegisterKind(entry["kind"])
    return RegisterStatement(
        kind=kind,
        register=entry.get("register", "stolen_objects"),
        subject=entry["subject"],
        said=Said(entry["said"]),
        reason=entry.get("reason", ""),
        words=entry.get("words", ""),
    )


def _minutes(entry: Table) -> datetime:
    return NOW - timedelta(minutes=float(entry.get("minutes_before", 0)))


def _movement(entry: Table) -> Movement:
    return Movement(
        event=MovementEvent(entry["event"]),
        equipment=Equipment(code=entry["code"], seals=tuple(entry.get("seals", ()))),
        at=None if entry.get("timeless") else _minutes(entry),
        place=entry.get("place", ""),
        transport=Transport(),
    )


def _weighing(entry: Table) -> Weighing:
    return Weighing(
        gross_kg=entry["gross"],
        tare_kg=entry.get("tare"),
        method=MassMethod(entry.get("method", "weighbridge")),
        at=_minutes(entry),
        container_code=entry.get("code"),
        plates=tuple(entry.get("plates", ())),
        uncertainty_kg=entry.get("uncertainty"),
    )


def _stowed(entry: Table) -> StowedContainer:
    return StowedContainer(
        equipment=Equipment(code=entry["code"]),
        slot=entry.get("slot", "0120284"),
        place_of_discharge=entry["port"],
    )


def _appointment(entry: Table) -> Appointment:
    return Appointment(
        window_from=NOW - timedelta(hours=1),
        window_to=NOW + timedelta(hours=1),
        direction=MovementEvent.GATE_IN,
        plates=tuple(entry["plates"]),
    )


def _track(entry: Table) -> Track:
    """`fixes` are [minutes before, latitude, longitude, km/h], the speed left out if not sent."""
    return Track(
        kind=TrackedKind(entry.get("kind", "vehicle")),
        subject=entry["subject"],
        fixes=tuple(
            Fix(
                at=NOW - timedelta(minutes=float(minutes)),
                latitude_deg=latitude,
                longitude_deg=longitude,
                speed_kn=speed[0] / KMH_PER_KN if speed else None,
                received_at=NOW if entry.get("received") == "now" else None,
            )
            for minutes, latitude, longitude, *speed in entry["fixes"]
        ),
    )


def _difference(entry: Table) -> PaperFinding:
    return PaperFinding(
        check=entry["check"],
        result=Result(entry["result"]),
        severity=Severity.REVIEW,
        subject=entry["subject"],
        expected=entry["one"],
        observed=entry["other"],
        expected_at=FieldPlace(reference="declaration", path=""),
        observed_at=FieldPlace(reference=entry.get("paper", "invoice"), path=""),
        sentence="",
    )


def _sighting(entry: Table) -> Sighting:
    return Sighting(
        subject=entry["subject"],
        at=NOW - timedelta(hours=float(entry["hours_before"])),
        place=entry["place"],
        reference=entry.get("reference", "gate message"),
        latitude_deg=entry.get("latitude"),
        longitude_deg=entry.get("longitude"),
        mode=entry.get("mode", "road"),
        certain=entry.get("certain", True),
    )


def _scan(entry: Table) -> PastScan:
    """`bits` of the noise differ from the noise of that name."""
    noise = int(hash_of(entry["noise"]), 16) ^ ((1 << int(entry.get("bits", 0))) - 1)
    return PastScan(
        inspection_id=entry.get("inspection", "an earlier one"),
        at=NOW - timedelta(days=float(entry.get("days_before", 3))),
        scanner="scanner-1",
        look=hash_of(entry["look"])[:16],
        noise=f"{noise:064x}",
    )


def _member(number: int, values: list[float]) -> LotMember:
    length = sum(value * value for value in values) ** 0.5
    vector = tuple(value / length for value in values)
    return LotMember(reference=f"lot {number}", scanner="scanner-1", vector=vector)


def _look(entry: Table) -> GoodsLook:
    """`others` are headings with their shares among the loads that look most alike."""
    return GoodsLook(
        heading=entry["heading"],
        references=entry["references"],
        p_value=entry["p"],
        others=tuple(entry.get("others", {}).items()),
    )


def _selection(entry: Table) -> Selection:
    return Selection(
        subject=entry["subject"],
        sensor=ScanKind(entry["sensor"]),
        due=NOW - timedelta(minutes=float(entry["minutes_before"])),
    )
