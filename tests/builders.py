"""Domain objects from plain values: each builder names what a test is about, and no more.

A scan is named by its file ("left.jpg"); `sha_of` turns the name into the sha256 that stands
in findings and coverage.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterable
from datetime import UTC, date, datetime

from service.domain.access import Caller, Role
from service.domain.decision import DecisionOutcome, OperatorDecision
from service.domain.declaration import (
    Declaration,
    DeclaredContainer,
    DeclaredGoods,
    DeclaredLoad,
)
from service.domain.inspection import EvidenceFile, Inspection, InspectionState
from service.domain.reconcile.case import Case
from service.domain.reconcile.policy import Policy
from service.domain.reconcile.policy_file import read_policy
from service.domain.register_statement import RegisterKind, RegisterStatement, Said
from service.domain.registration import Registration
from service.domain.verdict import (
    Advice,
    Result,
    RuleOutcome,
    Severity,
    StoredVerdict,
    Verdict,
)
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
    NuclideCategory,
    NuclideFound,
    Orientation,
    Provenance,
    Ran,
    Reading,
    ScanQuality,
    Subject,
)
from vision.geometry import Box
from vision.grammar import iso6346
from vision.scan import ScanKind

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
TODAY = NOW.date()
SITE = "north"
OFFICER = Caller(name="officer", role=Role.OPERATOR, sites=frozenset({SITE}))
GATE = Caller(name="gate", role=Role.PORT, sites=frozenset({SITE}))
STRANGER = Caller(name="stranger", role=Role.OPERATOR, sites=frozenset({"south"}))
ADMIN = Caller(name="admin", role=Role.ADMIN)

CODE = "MSCU6639870"
OTHER_CODE = "CSQU3054383"
PLATE = "B714RDX"
METHOD = Provenance(model="test", version="1", sha256="0" * 64, threshold=0.5)
SHIPPED = read_policy()
_numbers = itertools.count(1)


def sha_of(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def evidence(scan: str) -> Evidence:
    return Evidence(scan_sha256=sha_of(scan), box=Box(x1=10, y1=10, x2=200, y2=80))


# findings


def a_reading(
    text: str = CODE,
    *,
    subject: Subject = Subject.CONTAINER_CODE,
    scan: str = "left.jpg",
    accepted: bool | None = None,
    check_digit: CheckDigit | None = None,
) -> Reading:
    """A container code has the check digit that it has, and is accepted if that is right."""
    if check_digit is None:
        check_digit = CheckDigit.NOT_APPLICABLE
        if subject is Subject.CONTAINER_CODE:
            right = iso6346.is_valid_code(text)
            check_digit = CheckDigit.CORRECT if right else CheckDigit.WRONG
    return Reading(
        evidence=evidence(scan),
        provenance=METHOD,
        subject=subject,
        text=text,
        accepted=check_digit is not CheckDigit.WRONG if accepted is None else accepted,
        score=0.95,
        weakest=0.9,
        orientation=Orientation.HORIZONTAL,
        check_digit=check_digit,
    )


def a_plate(text: str = PLATE, *, scan: str = "front.jpg", accepted: bool = True) -> Reading:
    return a_reading(text, subject=Subject.PLATE, scan=scan, accepted=accepted)


def a_size_type(text: str = "22G1", *, scan: str = "left.jpg") -> Reading:
    return a_reading(text, subject=Subject.SIZE_TYPE, scan=scan)


def a_container(*, scan: str = "side.png") -> ContainerFound:
    return ContainerFound(evidence=evidence(scan), provenance=METHOD, score=0.97)


def a_load_state(load: Load = Load.LOADED, *, scan: str = "side.png") -> LoadState:
    probability = {Load.LOADED: 0.98, Load.EMPTY: 0.02, Load.CANNOT_TELL: 0.5}[load]
    return LoadState(
        evidence=evidence(scan), provenance=METHOD, load=load, probability_loaded=probability
    )


def a_scan_quality(*, acceptable: bool = True, scan: str = "side.png") -> ScanQuality:
    contrast = 0.6 if acceptable else 0.05
    measure = Measure(name="contrast", value=contrast, limit=0.15, acceptable=acceptable)
    return ScanQuality(
        evidence=evidence(scan), provenance=METHOD, acceptable=acceptable, measures=(measure,)
    )


def a_count(
    channel: Channel = Channel.GAMMA,
    *,
    alarm: bool = False,
    z: float | None = None,
    scan: str = "portal.n42",
) -> GrossCount:
    z = (9.0 if alarm else 0.4) if z is None else z
    return GrossCount(
        evidence=evidence(scan),
        provenance=METHOD,
        channel=channel,
        alarm=alarm,
        z=z,
        peak_rate_cps=900.0 if alarm else 430.0,
        background_rate_cps=420.0,
    )


def a_nuclide(
    nuclide: str = "Cs-137",
    category: NuclideCategory = NuclideCategory.INDUSTRIAL,
    *,
    scan: str = "portal.n42",
) -> NuclideFound:
    return NuclideFound(
        evidence=evidence(scan),
        provenance=METHOD,
        nuclide=nuclide,
        category=category,
        score=40.0,
        lines_kev=(661.7,),
    )


def a_coverage(
    sensor: ScanKind, ran: Ran = Ran.RAN, *, scan: str = "scan", analysis: str = "read"
) -> CoverageEntry:
    return CoverageEntry(
        scan_sha256=sha_of(scan),
        scan_name=scan,
        sensor=sensor,
        analysis=analysis,
        ran=ran,
        reason="" if ran is Ran.RAN else f"{analysis} {ran.value}",
    )


def an_analysis(
    *findings: Finding,
    sensors: Iterable[ScanKind] = tuple(ScanKind),
    failed: Iterable[ScanKind] = (),
) -> Analysis:
    """`sensors` ran, those of `failed` did not; a sensor in neither sent nothing."""
    coverage = [a_coverage(s, Ran.RAN) for s in sensors]
    coverage += [a_coverage(s, Ran.FAILED, analysis="model") for s in failed]
    return Analysis(findings=findings, coverage=tuple(coverage), lineup=(METHOD,))


def what_agrees() -> tuple[Finding, ...]:
    """Findings that agree with `a_declaration()` and `a_registration()` in every rule."""
    return (
        a_reading(CODE, scan="left.jpg"),
        a_reading(CODE, scan="right.jpg"),
        a_size_type("22G1", scan="left.jpg"),
        a_plate(PLATE),
        a_container(),
        a_load_state(Load.LOADED),
        a_scan_quality(),
        a_count(Channel.GAMMA),
        a_count(Channel.NEUTRON),
    )


# papers


def a_box(
    code: str = CODE,
    *,
    load: DeclaredLoad | None = DeclaredLoad.LOADED,
    size_type: str | None = "22G1",
    hs_codes: Iterable[str] = ("843149",),
    un_number: str | None = None,
) -> DeclaredContainer:
    goods = tuple(DeclaredGoods(hs_code=hs, un_number=un_number) for hs in hs_codes)
    return DeclaredContainer(code=code, size_type=size_type, load=load, goods=goods)


def a_declaration(
    *containers: DeclaredContainer,
    reference: str = "D-1",
    site: str = SITE,
    plates: tuple[str, ...] = (PLATE,),
) -> Declaration:
    """One loaded container of the default code unless told otherwise."""
    return Declaration(
        reference=reference, site=site, containers=containers or (a_box(),), plates=plates
    )


def a_registration(
    plate: str = PLATE,
    *,
    reference: str = "R-1",
    site: str = SITE,
    stolen: bool | None = False,
    valid_until: date | None = None,
    colour: str = "",
) -> Registration:
    return Registration(
        reference=reference,
        site=site,
        plate=plate,
        stolen=stolen,
        valid_until=valid_until,
        colour=colour,
    )


def a_statement(
    said: Said,
    *,
    kind: RegisterKind = RegisterKind.VEHICLE,
    register: str = "eucaris",
    subject: str = PLATE,
    reason: str = "no answer within 3 s",
) -> RegisterStatement:
    """An entry only if a vehicle register found it; a reason only if it cannot tell."""
    found = said is Said.FOUND and kind is RegisterKind.VEHICLE
    return RegisterStatement(
        kind=kind,
        register=register,
        subject=subject,
        said=said,
        reason=reason if said is Said.CANNOT_TELL else "",
        registration=a_registration(subject, reference=subject) if found else None,
        words="Mediterranean Shipping Company" if said is Said.FOUND and not found else "",
    )


def a_case(
    *findings: Finding,
    analysis: Analysis | None = None,
    policy: Policy = SHIPPED,
    declaration: Declaration | None = None,
    registrations: tuple[Registration, ...] = (),
    has_register: bool | None = None,
    named: frozenset[str] = frozenset(),
    captured_on: date | None = TODAY,
    statements: tuple[RegisterStatement, ...] = (),
) -> Case:
    """Findings against papers; the register holds `registrations` unless told otherwise."""
    return Case(
        analysis=an_analysis(*findings) if analysis is None else analysis,
        policy=policy,
        declaration=declaration,
        registrations=registrations,
        has_register=bool(registrations) if has_register is None else has_register,
        named=named,
        captured_on=captured_on,
        statements=statements,
    )


# state


def a_file(name: str = "side.png", kind: ScanKind = ScanKind.XRAY) -> EvidenceFile:
    """Stored under the sha256 of its own name, as `FakeBlobs.put(name.encode())` does."""
    return EvidenceFile(
        sha256=sha_of(name), name=name, kind=kind, media_type="image/png", size_bytes=len(name)
    )


def an_inspection(
    inspection_id: str = "",
    *,
    site: str = SITE,
    lane: str = "1",
    received_at: datetime = NOW,
    captured_at: datetime | None = None,
    files: tuple[EvidenceFile, ...] = (),
    declaration_ref: str | None = None,
    registration_refs: tuple[str, ...] = (),
) -> Inspection:
    """Received at noon; without an id it gets one that sorts by creation."""
    return Inspection(
        id=inspection_id or f"i{next(_numbers):06d}",
        site=site,
        lane=lane,
        captured_at=captured_at or received_at,
        received_at=received_at,
        state=InspectionState.RECEIVED,
        files=files or (a_file(),),
        declaration_ref=declaration_ref,
        registration_refs=registration_refs,
    )


def an_outcome(
    result: Result = Result.MATCH,
    *,
    rule: str = "number_declared",
    severity: Severity = Severity.SERIOUS,
    source: str = "photo",
) -> RuleOutcome:
    return RuleOutcome(
        rule=rule,
        version="1",
        result=result,
        severity=severity,
        subject=CODE,
        expected=CODE,
        observed=CODE,
        sentence=f"{rule}: {result.value}.",
        source=source,
    )


def a_verdict(
    number: int = 1,
    advice: Advice = Advice.REVIEW,
    *,
    reasons: tuple[str, ...] = ("because",),
    analysis_number: int = 1,
    cause: str = "analysed",
) -> StoredVerdict:
    return StoredVerdict(
        number=number,
        analysis_number=analysis_number,
        reached_at=NOW,
        cause=cause,
        verdict=Verdict(
            advice=advice, reasons=reasons, outcomes=(an_outcome(),), policy="test@1#0"
        ),
    )


def a_decision(
    number: int = 1,
    outcome: DecisionOutcome = DecisionOutcome.HOLD,
    *,
    by: str = OFFICER.name,
    verdict_number: int = 1,
    note: str = "looked inside",
) -> OperatorDecision:
    return OperatorDecision(
        number=number,
        outcome=outcome,
        by=by,
        at=NOW,
        note=note,
        verdict_number=verdict_number,
    )
