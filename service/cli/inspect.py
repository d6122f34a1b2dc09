"""`tallyman inspect`: files and papers to a verdict, without a server."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from pydantic import TypeAdapter, ValidationError
from rich.table import Table

from service.cli.read import owner_codes_of
from service.cli.terminal import JsonOption, out
from service.config import Settings
from service.domain.access import Caller, Role
from service.domain.declaration import Declaration
from service.domain.reconcile.case import Case
from service.domain.reconcile.judge import reach_verdict
from service.domain.reconcile.policy_file import read_policy
from service.domain.registration import Registration
from service.domain.verdict import Advice, Result, Verdict
from service.errors import InvalidInput
from service.usecases.file_papers import check_declaration
from service.web.problems import invalid_input_from
from service.web.schemas import DeclarationIn, RegistrationIn, ReportOut, finding_dicts
from vision.errors import VisionError
from vision.findings import Analysis, Ran
from vision.formats import Limits, read_scan
from vision.inspection import Inspector
from vision.scan import RawScan
from vision.xray.calibration import read_scanners

_T = TypeVar("_T")
_DECLARATION: TypeAdapter[DeclarationIn] = TypeAdapter(DeclarationIn)
_REGISTRATIONS: TypeAdapter[list[RegistrationIn]] = TypeAdapter(list[RegistrationIn])
STYLES = {Advice.RELEASE: "bold green", Advice.REVIEW: "bold yellow", Advice.HOLD: "bold red"}
MARKS = {Result.MATCH: "[green]✓", Result.MISMATCH: "[red]✗", Result.CANNOT_TELL: "[yellow]?"}


def inspect(
    files: Annotated[list[Path], typer.Argument(help="scans, photographs, radiation files")],
    declaration: Annotated[Path | None, typer.Option(help="JSON as POST /v1/declarations")] = None,
    registrations: Annotated[
        Path | None, typer.Option(help="JSON list as POST /v1/registrations")
    ] = None,
    as_json: JsonOption = False,
    policy: Annotated[Path | None, typer.Option(help="policy TOML; default: the shipped")] = None,
) -> None:
    """Analyse files and judge them against papers; needs no server and stores nothing.

    Example: tallyman inspect scan.png left.jpg portal.n42 --declaration d.json

    Example: tallyman inspect scan.png --json | jq .advice
    """
    settings = Settings()
    limits = Limits(max_bytes=settings.max_upload_bytes)
    papers = _declaration(declaration) if declaration else None
    entries = _registrations(registrations) if registrations else ()
    raw = [_raw(path, limits) for path in files]
    for scan in raw:
        try:
            read_scan(scan, limits=limits)
        except VisionError as problem:
            raise InvalidInput(str(problem), field=scan.name) from problem
    inspector = Inspector(
        settings.weights_dir,
        threads=settings.ort_threads,
        limits=limits,
        scanners=read_scanners(
            settings.effective_scanners_dir, learnt=settings.scanner_masses_file
        ),
        owners=owner_codes_of(settings.owner_codes_file),
    )
    analysis = inspector.inspect(raw)
    verdict = reach_verdict(
        Case(
            analysis=analysis,
            policy=read_policy(policy or settings.policy_file),
            declaration=papers,
            registrations=entries,
            has_register=bool(entries),
        )
    )
    if as_json:
        report = ReportOut(
            advice=verdict.advice,
            reasons=list(verdict.reasons),
            outcomes=list(verdict.outcomes),
            policy=verdict.policy,
            findings=finding_dicts(analysis),
            coverage=list(analysis.coverage),
            lineup=list(analysis.lineup),
        )
        sys.stdout.write(report.model_dump_json(indent=2) + "\n")
    else:
        _print_report(verdict, analysis)


def _raw(path: Path, limits: Limits) -> RawScan:
    """The file; one beyond the limit is not read into memory to find out."""
    size = path.stat().st_size
    if size > limits.max_bytes:
        reason = f"{size} bytes, at most {limits.max_bytes} are read (TALLYMAN_MAX_UPLOAD_MB)"
        raise InvalidInput(reason, field=path.name)
    return RawScan(name=path.name, data=path.read_bytes())


def _declaration(path: Path) -> Declaration:
    declaration = _parsed(_DECLARATION, path).to_domain()
    try:
        check_declaration(declaration, caller=Caller(name="cli", role=Role.ADMIN))
    except InvalidInput as problem:
        raise InvalidInput(str(problem), field=path.name) from problem
    return declaration


def _registrations(path: Path) -> tuple[Registration, ...]:
    return tuple(entry.to_domain() for entry in _parsed(_REGISTRATIONS, path))


def _parsed(adapter: TypeAdapter[_T], path: Path) -> _T:
    try:
        return adapter.validate_json(path.read_bytes())
    except ValidationError as problem:
        wrong = invalid_input_from(problem)
        raise InvalidInput(str(wrong), field=path.name) from problem


def print_verdict(verdict: Verdict) -> None:
    """Advice, reasons and a table of outcomes."""
    style = STYLES[verdict.advice]
    out.print(f"[{style}]{verdict.advice.value.upper()}[/]  (policy {verdict.policy})")
    for reason in verdict.reasons:
        out.print(f"  • {reason}", highlight=False, markup=False)
    table = Table("", "Rule", "Declared", "Detected", "", title_justify="left", box=None)
    for outcome in sorted(verdict.outcomes, key=lambda o: o.result is Result.MATCH):
        table.add_row(
            MARKS[outcome.result],
            outcome.rule,
            outcome.expected,
            outcome.observed,
            outcome.sentence,
        )
    out.print(table)


def _print_report(verdict: Verdict, analysis: Analysis) -> None:
    print_verdict(verdict)
    for entry in analysis.coverage:
        if entry.ran is not Ran.RAN:
            words = f"{entry.scan_name}: {entry.analysis} {entry.ran.value}: {entry.reason}"
            out.print(words, style="yellow", highlight=False, markup=False)
