"""`tallyman`: serve, work, inspect files, evaluate, look after models, keys and database.

One JSON document goes to stdout where `--json` is given; everything else to stderr.
"""

from __future__ import annotations

import json
import logging
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
import uvicorn
from pydantic import TypeAdapter, ValidationError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from service import asgi, cli_radiation, demo, worker
from service.bootstrap import build, is_empty, utc_now
from service.config import Settings
from service.domain.access import Caller, Role
from service.domain.declaration import Declaration
from service.domain.reconcile.case import Case
from service.domain.reconcile.judge import reach_verdict
from service.domain.reconcile.policy import read_policy
from service.domain.registration import Registration
from service.domain.verdict import Advice, Result, Verdict
from service.errors import InvalidInput, NotConfigured, ServiceError
from service.store.engine import migrate, open_engine, revisions
from service.store.repository import SqlRepository
from service.usecases.file_papers import check_declaration
from service.usecases.issue_keys import add_user, issue_key
from service.web.schemas import DeclarationIn, RegistrationIn, ReportOut, finding_dicts
from vision.errors import VisionError
from vision.evaluation import radiation as radiation_evaluation
from vision.evaluation import reading as reading_evaluation
from vision.evaluation import xray as xray_evaluation
from vision.findings import Analysis, Ran, Subject
from vision.formats import read_scan
from vision.inspection import Inspector
from vision.models.shelf import Shelf
from vision.reading.engines.rapidocr import RapidOcrEngine
from vision.scan import RawScan

EXIT_BAD_INPUT = 2
STYLES = {Advice.RELEASE: "bold green", Advice.REVIEW: "bold yellow", Advice.HOLD: "bold red"}
MARKS = {Result.MATCH: "[green]✓", Result.MISMATCH: "[red]✗", Result.CANNOT_TELL: "[yellow]?"}

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help=__doc__, pretty_exceptions_enable=False
)
evaluate = typer.Typer(no_args_is_help=True, help="Measure the shipped models on labelled folders.")
keys = typer.Typer(no_args_is_help=True, help="API keys of port systems.")
users = typer.Typer(no_args_is_help=True, help="People who sign in to the console.")
database = typer.Typer(no_args_is_help=True, help="The database's schema.")
models = typer.Typer(no_args_is_help=True, help="The models of the line-up.")
app.add_typer(evaluate, name="evaluate")
cli_radiation.mount(app, evaluate)
app.add_typer(keys, name="keys")
app.add_typer(users, name="users")
app.add_typer(database, name="db")
app.add_typer(models, name="models")

err = Console(stderr=True)
out = Console()

JsonOption = Annotated[bool, typer.Option("--json", help="one JSON document on stdout")]
SitesOption = Annotated[
    list[str] | None, typer.Option("--site", help="repeatable; without it: every site")
]


class Split(StrEnum):
    TRAIN = "train"
    VAL = "val"
    TEST = "test"


SplitOption = Annotated[Split | None, typer.Option(help="without it: everything")]
FolderArgument = Annotated[Path, typer.Argument(exists=True, file_okay=False, show_default=False)]


def main() -> None:
    """The entry point: a mistake of the caller is one line and exit code 2."""
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(levelname)s %(name)s: %(message)s"
    )
    try:
        app()
    except (ServiceError, VisionError, OSError, ValueError) as problem:
        err.print(f"[red]tallyman:[/] {_one_line(problem)}", highlight=False, soft_wrap=True)
        sys.exit(EXIT_BAD_INPUT)


def _one_line(problem: Exception) -> str:
    return " ".join(str(problem).split()).replace("[", "\\[")


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="default: TALLYMAN_HOST or 127.0.0.1")] = None,
    port: Annotated[int | None, typer.Option(help="default: TALLYMAN_PORT or 8000")] = None,
) -> None:
    """Serve API and console. Settings are environment variables that begin with TALLYMAN_."""
    settings = Settings()
    uvicorn.run(
        asgi.application(build(settings)),
        host=host or settings.host,
        port=settings.port if port is None else port,
        log_level="warning",
        timeout_graceful_shutdown=5,
    )


@app.command("worker")
def work() -> None:
    """Analyse queued inspections of a shared database; run as many as there are machines."""
    worker.run(Settings())


@app.command("demo")
def run_demo(
    serve_too: Annotated[bool, typer.Option("--serve/--no-serve", help="go on serving")] = True,
) -> None:
    """Make sample inspections if there are none, print the first login, and serve."""
    settings = Settings()
    tallyman = build(settings)
    if is_empty(tallyman):
        columns = (TextColumn("{task.description:42}"), BarColumn(), MofNCompleteColumn())
        with Progress(*columns, console=err) as progress:
            made = progress.add_task("Generating samples", total=len(demo.SAMPLES))

            def step(title: str) -> None:
                progress.update(made, description=f"Generating: {title}", advance=1)

            count = demo.send_samples(tallyman, step)
            analysed = progress.add_task("Analysing", total=count)
            for _ in demo.work_off(tallyman):
                progress.advance(analysed)
    name, path = demo.first_operator(tallyman)
    address = f"http://{settings.host}:{settings.port}"
    err.print(f"\n[bold]Tallyman[/] is at [bold]{address}[/]", highlight=False)
    if path.exists():
        password = json.loads(path.read_text(encoding="utf-8"))["password"]
        err.print(f"Sign in as [bold]{name}[/], password [bold]{password}[/]", highlight=False)
        err.print(f"(kept in {path}; delete it when you have changed the password)\n")
    if serve_too:
        uvicorn.run(
            asgi.application(tallyman),
            host=settings.host,
            port=settings.port,
            log_level="warning",
            timeout_graceful_shutdown=5,
        )


@app.command()
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
    """
    settings = Settings()
    papers = _declaration(declaration) if declaration else None
    entries = _registrations(registrations) if registrations else ()
    raw = [RawScan(name=path.name, data=path.read_bytes()) for path in files]
    for scan in raw:
        try:
            read_scan(scan)
        except VisionError as problem:
            raise InvalidInput(str(problem), field=scan.name) from problem
    analysis = Inspector(settings.weights_dir, threads=settings.ort_threads).inspect(raw)
    verdict = reach_verdict(
        Case(
            analysis=analysis,
            policy=read_policy(policy or settings.policy_file),
            declaration=papers,
            registrations=entries,
            register_size=len(entries),
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


def _declaration(path: Path) -> Declaration:
    parsed = _parsed(TypeAdapter(DeclarationIn), path).to_domain()
    check_declaration(parsed, caller=Caller(name="cli", role=Role.ADMIN))
    declaration: Declaration = parsed
    return declaration


def _registrations(path: Path) -> tuple[Registration, ...]:
    return tuple(r.to_domain() for r in _parsed(TypeAdapter(list[RegistrationIn]), path))


def _parsed(adapter: TypeAdapter[Any], path: Path) -> Any:
    try:
        return adapter.validate_json(path.read_bytes())
    except ValidationError as problem:
        first = problem.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InvalidInput(f"{where}: {first['msg']}", field=path.name) from problem


def _print_report(verdict: Verdict, analysis: Analysis) -> None:
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
    for entry in analysis.coverage:
        if entry.ran is not Ran.RAN:
            words = f"{entry.scan_name}: {entry.analysis} {entry.ran.value}: {entry.reason}"
            out.print(words, style="yellow", highlight=False, markup=False)


@evaluate.command("containers")
def evaluate_containers(
    folder: FolderArgument,
    split: SplitOption = None,
    crops: Annotated[bool, typer.Option(help="read from the labelled boxes")] = False,
    as_json: JsonOption = False,
) -> None:
    """Container codes against labels.csv, beside the OCR engine alone."""
    _show(
        reading_evaluation.evaluate(
            folder,
            subject=Subject.CONTAINER_CODE,
            split=split,
            engine=RapidOcrEngine(threads=1),
            crops=crops,
        ),
        as_json=as_json,
    )


@evaluate.command("plates")
def evaluate_plates(
    folder: FolderArgument,
    split: SplitOption = None,
    crops: Annotated[bool, typer.Option(help="read from the labelled boxes")] = False,
    as_json: JsonOption = False,
) -> None:
    """Licence plates against labels.csv, beside the OCR engine alone."""
    _show(
        reading_evaluation.evaluate(
            folder,
            subject=Subject.PLATE,
            split=split,
            engine=RapidOcrEngine(threads=1),
            crops=crops,
        ),
        as_json=as_json,
    )


@evaluate.command("xray")
def evaluate_xray(
    folder: FolderArgument, split: SplitOption = None, as_json: JsonOption = False
) -> None:
    """Container outlines and load states against SPLIT/{images,labels,labels.csv}."""
    shelf = Shelf(Settings().weights_dir, threads=1)
    _show(xray_evaluation.evaluate(folder, split=split, shelf=shelf), as_json=as_json)


@evaluate.command("radiation")
def evaluate_radiation(
    folder: FolderArgument, split: SplitOption = None, as_json: JsonOption = False
) -> None:
    """Nuclides against manifest.json; simulated spectra are groups of their own."""
    _show(radiation_evaluation.evaluate(folder, split=split), as_json=as_json)


def _show(figures: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(figures, indent=1, ensure_ascii=False) + "\n")
        return
    for name, value in figures.items():
        if name == "misses":
            out.print(f"misses: {len(value)}")
            for miss in value:
                words = f"  {miss['file']}: {miss['expected']} read as {miss['read']}"
                out.print(words, highlight=False, markup=False)
        elif name == "groups":
            for group, own in value.items():
                out.print(f"  {group}: {own}", highlight=False, markup=False)
        else:
            out.print(f"{name}: {value}", highlight=False, markup=False)


@models.command("list")
def list_models(as_json: JsonOption = False) -> None:
    """Name, version, training data and thresholds of each model of the line-up."""
    shelf = Shelf(Settings().weights_dir)
    manifests = [shelf.manifest(name) for name in shelf.lineup]
    if as_json:
        sys.stdout.write(json.dumps([m.model_dump(mode="json") for m in manifests]) + "\n")
        return
    table = Table("Model", "Version", "sha256", "Thresholds", "Training data", box=None)
    for m in manifests:
        thresholds = ", ".join(f"{k} {v.value}" for k, v in m.thresholds.items())
        table.add_row(m.name, m.version, m.sha256[:12], thresholds, m.training.data)
    out.print(table)


@models.command("verify")
def verify_models() -> None:
    """Check every weight file against the sha256 of its manifest."""
    shelf = Shelf(Settings().weights_dir)
    for name in shelf.lineup:
        shelf.read(name)
        out.print(f"{name} {shelf.lineup[name]}: as its manifest says")


def _repository() -> SqlRepository:
    engine = open_engine(Settings().effective_database_url)
    migrate(engine)
    return SqlRepository(engine)


@keys.command("create")
def create_key(
    name: str,
    role: Annotated[Role, typer.Option(help="what it may do")] = Role.PORT,
    site: SitesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a key. It is shown once; only its hash is stored."""
    issued = issue_key(
        name,
        role=role,
        sites=frozenset(site or ()),
        repository=_repository(),
        clock=utc_now,
    )
    if as_json:
        sys.stdout.write(json.dumps({"id": issued.key_id, "key": issued.key}) + "\n")
    else:
        out.print(issued.key, highlight=False)


@keys.command("list")
def list_keys() -> None:
    """Every key, without its secret."""
    table = Table("Id", "Name", "Role", "Sites", "", box=None)
    for key_id, name, role, sites, revoked in _repository().api_keys():
        table.add_row(
            key_id,
            name,
            role.value,
            ", ".join(sorted(sites)) or "every site",
            "revoked" if revoked else "",
        )
    out.print(table)


@keys.command("revoke")
def revoke_key(key_id: str) -> None:
    """The key stops working at once."""
    _repository().revoke_api_key(key_id, now=utc_now())
    out.print(f"{key_id} is revoked")


@users.command("add")
def add_person(
    name: str,
    role: Annotated[Role, typer.Option()] = Role.OPERATOR,
    site: SitesOption = None,
    password: Annotated[
        str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)
    ] = "",
) -> None:
    """Someone who signs in to the console; asks for the password."""
    add_user(
        name,
        password,
        role=role,
        sites=frozenset(site or ()),
        repository=_repository(),
        clock=utc_now,
    )
    out.print(f"{name} may sign in")


@database.command("upgrade")
def upgrade() -> None:
    """Bring the schema to the newest revision."""
    migrate(open_engine(Settings().effective_database_url))
    out.print("the schema is up to date")


@database.command("status")
def status() -> None:
    """Revision of the database and of this version."""
    current, newest = revisions(open_engine(Settings().effective_database_url))
    out.print(f"database: {current or 'empty'}, this version: {newest}")
    if current != newest:
        raise NotConfigured("run `tallyman db upgrade`")


if __name__ == "__main__":
    main()
