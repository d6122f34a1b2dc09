"""`tallyman papers`: import files, show what is filed, watch a drop folder."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from service.cli.journey_words import journey_lines
from service.cli.terminal import err, out
from service.config import Settings
from service.domain.access import Caller, Role
from service.domain.papers.current import Version, title_of
from service.domain.papers.paper import PaperKind
from service.errors import InvalidInput, NotFound, UnreadablePapers
from service.papers_wiring import Papers, drop_folder, open_papers
from service.usecases.import_papers import FileReport
from service.usecases.paper_desk import PaperDesk, Question
from service.usecases.paper_ports import Outcome, PaperHistory, readable
from service.web.paper_schemas import (
    FileOut,
    ImportOut,
    PaperOut,
    PapersOut,
    file_out,
    paper_out,
)

EXIT_NOTHING_TAKEN = 2
MOST_ROWS = 200
STYLES = {Outcome.TAKEN: "green", Outcome.DOUBLED: "dim", Outcome.REFUSED: "red"}
_ME = Caller(name="command line", role=Role.ADMIN)

app = typer.Typer(no_args_is_help=True, help="Papers: import, show, watch a drop folder.")

JsonOption = Annotated[bool, typer.Option("--json", help="one JSON document on stdout")]
SiteOption = Annotated[
    str | None, typer.Option(help="where papers belong; default: TALLYMAN_PAPERS_SITE")
]


@app.command("import")
def import_files(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False)],
    site: SiteOption = None,
    as_json: JsonOption = False,
) -> None:
    """File papers; the content decides the format. Exit code 2 if nothing could be taken.

    Example: tallyman papers import baplie.edi declarations.csv entry-summary.xml
    """
    settings = Settings()
    with open_papers(settings) as papers:
        found = _import_all(papers.desk, files, site or settings.papers_site)
        _follow(papers)
    if as_json:
        document = ImportOut(files=[shown for shown, _ in found])
        sys.stdout.write(document.model_dump_json(indent=1) + "\n")
    else:
        _print_import(found)
    if not any(report is not None and report.anything_there for _, report in found):
        raise typer.Exit(EXIT_NOTHING_TAKEN)


def _import_all(
    desk: PaperDesk, files: Sequence[Path], site: str
) -> list[tuple[FileOut, FileReport | None]]:
    found: list[tuple[FileOut, FileReport | None]] = []
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    quiet = len(files) == 1 or not err.is_terminal
    with Progress(*columns, console=err, transient=True, disable=quiet) as progress:
        task = progress.add_task("Importing", total=len(files))
        for path in files:
            progress.update(task, description=escape(readable(path.name)))
            try:
                report = desk.take_in(path.name, path.read_bytes(), site=site, caller=_ME)
                found.append((file_out(report), report))
            except UnreadablePapers as problem:
                refused = FileOut(name=problem.file, source=problem.source, problem=problem.reason)
                found.append((refused, None))
            progress.advance(task)
    return found


def _follow(papers: Papers) -> None:
    """Give what was filed its effect here and now: there may be no service that runs."""
    papers.desk.follower.follow()


def _print_import(found: Sequence[tuple[FileOut, FileReport | None]]) -> None:
    table = Table("File", "Format", "Taken", "Filed before", "Refused", box=None)
    for shown, report in found:
        refused = "all of it" if report is None else str(shown.refused)
        style = "red" if shown.refused or report is None else None
        table.add_row(
            escape(shown.name),
            escape(shown.source),
            str(shown.taken),
            str(shown.doubled),
            f"[{style}]{refused}[/]" if style else refused,
        )
    out.print(table)
    problems = Table("File", "Where", "Statement", "Why", box=None)
    rows = [row for shown, report in found for row in _problems(shown, report)]
    for row in rows[:MOST_ROWS]:
        problems.add_row(*(escape(text) for text in row))
    if rows:
        out.print(problems)
    if len(rows) > MOST_ROWS:
        out.print(f"and {len(rows) - MOST_ROWS} more; --json has the first of each file")


def _problems(shown: FileOut, report: FileReport | None) -> list[tuple[str, str, str, str]]:
    if report is None:
        return [(shown.name, "", "the whole file", shown.problem or "")]
    refused = [
        (shown.name, line.where, line.title or "–", line.reason)
        for line in report.lines
        if line.outcome is Outcome.REFUSED
    ]
    return [*refused, *((shown.name, d.where, "taken, but", d.reason) for d in report.doubts)]


@app.command()
def show(
    what: Annotated[
        str, typer.Argument(help="MRN, container, plate, seal or any document's number")
    ],
    as_json: JsonOption = False,
) -> None:
    """What is filed: which revision counts, all revisions, where each field came from."""
    with open_papers(Settings()) as papers:
        found = papers.desk.look_up(Question.by(what), caller=_ME)
        if not found:
            raise NotFound(f"nothing is filed under {what!r}")
        whole = [_whole(papers.desk, history) for history in found]
    if as_json:
        sys.stdout.write(PapersOut(papers=whole).model_dump_json(indent=1) + "\n")
        return
    for history, paper in zip(found, whole, strict=True):
        _print_paper(history, paper)


def _whole(desk: PaperDesk, history: PaperHistory) -> PaperOut:
    """With the place that each field came from; of a bay plan only what was asked for."""
    if history.id.kind is PaperKind.BAY_PLAN:
        return paper_out(history)
    shown = desk.archive.revision(history.state.counts.arrival, caller=_ME)
    return paper_out(history, shown=shown)


def _print_paper(history: PaperHistory, paper: PaperOut) -> None:
    state = history.state
    title = title_of(history.id, state.counts.revision)
    words = ", ".join(
        word
        for word, holds in (
            ("cancelled", state.cancelled),
            ("contradicted by another revision", bool(state.contradicted_by)),
            ("only the order of arrival makes it count", state.by_arrival),
        )
        if holds
    )
    out.print(
        f"[bold]{escape(title)}[/] at {escape(history.id.site)}"
        + (f" [yellow]{words}[/]" if words else "")
    )
    table = Table("", "Revision", "Issued", "Filed", "From", box=None)
    for version in history.versions:
        table.add_row(*_version_row(version, counts=version.arrival == state.counts.arrival))
    out.print(table)
    fields = Table("Field", "Value", "From", box=None)
    default = state.counts.origin.where
    for what, words in () if paper.journey is None else journey_lines(paper.journey):
        fields.add_row(f"[bold]{what}[/]", escape(words), "")
    for path, value in _leaves(paper.body):
        if paper.journey is None or not path.startswith("fixes."):
            origin = paper.field_origins.get(path, default)
            fields.add_row(escape(path), escape(str(value)), escape(origin))
    out.print(fields)
    out.print()


def _version_row(version: Version, *, counts: bool) -> tuple[str, ...]:
    revision, origin = version.revision, version.origin
    number = "" if revision.number is None else f" {revision.number}"
    issued = "–" if revision.issued_at is None else revision.issued_at.isoformat()
    place = f", {origin.where}" if origin.where else ""
    return (
        "[green]counts[/]" if counts else "",
        f"{revision.function.value}{number}",
        issued,
        version.filed_at.isoformat(timespec="seconds"),
        escape(f"{origin.file_name}{place} ({origin.source})"),
    )


def _leaves(value: object, path: str = "") -> list[tuple[str, object]]:
    """Every stated field of a body with its dotted path."""
    if isinstance(value, dict):
        inside = [(str(name), part) for name, part in value.items()]
    elif isinstance(value, list):
        inside = [(str(number), part) for number, part in enumerate(value)]
    else:
        return [] if value in (None, "") else [(path, value)]
    return [
        leaf for name, part in inside for leaf in _leaves(part, f"{path}.{name}" if path else name)
    ]


@app.command()
def watch(
    folder: Annotated[Path, typer.Argument(file_okay=False, show_default=False)],
    site: SiteOption = None,
    once: Annotated[bool, typer.Option("--once", help="take what is complete, then end")] = False,
    poll_s: Annotated[float, typer.Option(min=0.1, help="how often to look")] = 1.0,
) -> None:
    """File what is dropped into a folder; it moves to done/ or refused/, with its problems beside.

    Runs until it is interrupted. A file is taken once it has not changed for a while
    (TALLYMAN_PAPERS_SETTLE_S), so a sender may write it in place.
    """
    settings = Settings()
    with open_papers(settings) as papers:
        inbox = drop_folder(settings, papers.desk, folder, site=site)
        err.print(f"watching {escape(str(folder))}; Ctrl-C ends", highlight=False)
        rounds = 2 if once else None
        while rounds is None or rounds > 0:
            for taken in inbox.scan():
                mark = "[red]refused[/]" if taken.refused else "[green]done[/]"
                err.print(f"{mark} {escape(taken.name)}: {escape(taken.summary)}", highlight=False)
            _follow(papers)
            rounds = None if rounds is None else rounds - 1
            if rounds != 0:
                time.sleep(settings.papers_settle_s if once else poll_s)


@app.command("queries")
def queries(
    verify: Annotated[
        bool, typer.Option("--verify", help="walk the whole chain; exit code 2 if it is broken")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50,
    as_json: JsonOption = False,
) -> None:
    """The audit log of queries to registers: who asked what, why, and what came of it."""
    with open_papers(Settings()) as papers:
        head, broken = papers.audit.head(), papers.audit.verify() if verify else None
        lines = papers.audit.lines(limit=limit)
    if broken is not None:
        raise InvalidInput(f"the log is broken at line {broken.sequence}: {broken.reason}")
    if as_json:
        rows = [
            {
                "sequence": line.sequence,
                "at": line.query.at.isoformat(),
                "stage": line.query.stage.value,
                "register": line.query.register,
                "subject": line.query.subject,
                "user": line.query.purpose.user,
                "purpose": line.query.purpose.reason,
                "case": line.query.purpose.case,
                "outcome": line.query.outcome,
                "reason": line.query.reason,
            }
            for line in lines
        ]
        document = {"head": {"sequence": head.sequence, "seal": head.seal}, "queries": rows}
        sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=1) + "\n")
        return
    table = Table("", "At", "Who", "Register", "Subject", "Purpose", "Outcome", box=None)
    for line in reversed(lines):
        query = line.query
        table.add_row(
            str(line.sequence),
            query.at.isoformat(timespec="seconds"),
            escape(query.purpose.user),
            escape(query.register),
            escape(query.subject),
            escape(query.purpose.reason),
            escape(query.outcome or query.stage.value),
        )
    out.print(table)
    out.print(f"head: line {head.sequence}, seal {head.seal}", highlight=False)
