"""`tallyman reconcile`: a finished analysis against a folder of papers, without a server."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.markup import escape

from service.cli.inspect import print_verdict
from service.cli.rules import LanguageOption, PolicyOption
from service.cli.terminal import JsonOption, err
from service.config import Settings
from service.domain.reconcile.policy_file import read_policy
from service.domain.reconcile.words import Language, in_language
from service.errors import InvalidInput
from service.reconciler import reconcile as run
from service.usecases.reconcile import NamedFile, SensedVisit
from service.web.reconcile_schemas import SensedIn, read_analysis, reconciled_out

FolderOption = Annotated[Path | None, typer.Option(exists=True, file_okay=False)]


def reconcile(  # noqa: PLR0917 - one parameter per option
    analysis: Annotated[
        Path, typer.Option(exists=True, dir_okay=False, help="as `tallyman inspect --json`")
    ],
    papers: FolderOption = None,
    registers: FolderOption = None,
    history: FolderOption = None,
    captured_at: Annotated[
        datetime | None, typer.Option(help="UTC, when the sensors saw it; default: now")
    ] = None,
    policy: PolicyOption = None,
    language: LanguageOption = Language.ENGLISH,
    as_json: JsonOption = False,
) -> None:
    """Reconcile one visit with papers and registers by the rules of the service; keeps nothing.

    --papers: files in any format that the service takes. --registers: vehicles.csv,
    owner_codes.csv, aeo.csv. --history: earlier visits, each a JSON file with `analysis` and
    `captured_at`.

    Example: tallyman inspect scan.png left.jpg portal.n42 --json > a.json

    Example: tallyman reconcile --analysis a.json --papers papers/ --registers registers/ --json
    """
    at = captured_at or datetime.now(UTC)
    visit = SensedVisit(
        analysis=read_analysis(analysis.read_bytes(), name=analysis.name),
        captured_at=at if at.tzinfo else at.replace(tzinfo=UTC),
    )
    found = run(
        visit,
        papers=_files(papers),
        registers=_files(registers),
        history=[_earlier(file) for file in _files(history)],
        policy=read_policy(policy or Settings().policy_file),
    )
    for name, reason in found.refused:
        err.print(f"{escape(name)}: {escape(reason)}", style="yellow")
    for one in found.unjoined:
        words = f"{one.name}: {one.paper} was taken, but is not of this visit: {one.reason}"
        err.print(escape(words), style="yellow", highlight=False, soft_wrap=True)
    if as_json:
        document = reconciled_out(found, language)
        sys.stdout.write(document.model_dump_json(indent=1) + "\n")
    else:
        print_verdict(in_language(found.verdict, language))


def _files(folder: Path | None) -> Sequence[NamedFile]:
    if folder is None:
        return ()
    return [
        NamedFile(name=path.name, data=path.read_bytes())
        for path in sorted(folder.iterdir())
        if path.is_file() and not path.name.startswith(".")
    ]


def _earlier(file: NamedFile) -> SensedVisit:
    try:
        return SensedIn.model_validate(json.loads(file.data)).to_visit()
    except (ValueError, ValidationError) as problem:
        reason = "an earlier visit is JSON with `analysis` and `captured_at`"
        raise InvalidInput(reason, field=file.name) from problem
