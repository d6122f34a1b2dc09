"""`tallyman replay`: what another policy would have advised."""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from service.cli.terminal import JsonOption, SitesOption, out, progress_bar
from service.config import Settings
from service.domain.access import Caller, Role
from service.domain.reconcile.policy_file import read_policy
from service.domain.verdict import Advice
from service.papers_wiring import open_papers
from service.usecases.ports import InspectionFilter
from service.usecases.replay import JUDGED, Change, Replayed

_ME = Caller(name="command line", role=Role.ADMIN)
MOST_ROWS = 100


def replay(
    policy: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="the new policy, TOML")],
    since: Annotated[datetime | None, typer.Option("--from", help="UTC, time of the scan")] = None,
    until: Annotated[datetime | None, typer.Option("--to", help="UTC, up to this time")] = None,
    site: SitesOption = None,
    as_json: JsonOption = False,
) -> None:
    """History under a new policy: which verdicts would change, and which rules make them.

    Nothing is stored: not a verdict, not a question to a register. The same history and policy
    give the same output, byte for byte.

    Example: tallyman replay --policy stricter.toml --from 2026-11-01 --to 2026-11-25
    """
    new = read_policy(policy)
    filters = InspectionFilter(
        states=JUDGED,
        sites=frozenset(site or ()),
        captured_from=_utc(since),
        captured_to=_utc(until),
    )
    with open_papers(Settings()) as papers, progress_bar("inspections") as progress:
        total = papers.replay.count(filters, caller=_ME)
        found = Counted()
        for done, one in enumerate(papers.replay.run(new, filters, caller=_ME), start=1):
            found.add(one)
            progress(done, total)
    if as_json:
        sys.stdout.write(json.dumps(_report(found, new.label), indent=1, ensure_ascii=False) + "\n")
    else:
        _show(found, new.label)


@dataclass(slots=True)
class Counted:
    """What is kept of a replay while it runs: all counts, and of what changed a row."""

    inspections: int = 0
    moved: Counter[tuple[Advice, Advice]] = field(default_factory=Counter)
    changed: list[dict[str, Any]] = field(default_factory=list)

    def add(self, one: Replayed) -> None:
        self.inspections += 1
        if one.advice_changes:
            self.moved[one.before.advice, one.after.advice] += 1
        if one.advice_changes or one.changes:
            self.changed.append(_row(one))


def _utc(at: datetime | None) -> datetime | None:
    return at if at is None or at.tzinfo is not None else at.replace(tzinfo=UTC)


def _report(found: Counted, label: str) -> dict[str, Any]:
    return {
        "policy": label,
        "inspections": found.inspections,
        "advice_changes": found.moved.total(),
        "changed": found.changed,
    }


def _row(one: Replayed) -> dict[str, Any]:
    return {
        "inspection": one.inspection_id,
        "site": one.site,
        "captured_at": one.captured_at.isoformat(),
        "stored": one.stored.value if one.stored else None,
        "before": one.before.advice.value,
        "after": one.after.advice.value,
        "rules": [_words(change) for change in one.changes],
        "reasons": list(one.after.reasons),
    }


def _words(change: Change) -> dict[str, str | None]:
    return {
        "rule": change.rule,
        "subject": change.subject,
        "before": change.before.value if change.before else None,
        "after": change.after.value if change.after else None,
    }


def _show(found: Counted, label: str) -> None:
    out.print(f"{found.inspections} inspections under {escape(label)}")
    for (before, after), count in sorted(found.moved.items()):
        out.print(f"  {count} from {before.value} to {after.value}")
    changed = [row for row in found.changed if row["before"] != row["after"]]
    if not changed:
        out.print("No advice would change.")
        return
    table = Table("Inspection", "Site", "Scanned", "Before", "After", "Because", box=None)
    for row in changed[:MOST_ROWS]:
        table.add_row(
            row["inspection"][:8],
            escape(row["site"]),
            row["captured_at"][:16].replace("T", " "),
            row["before"],
            row["after"],
            escape(_because(row)),
        )
    out.print(table)
    if len(changed) > MOST_ROWS:
        out.print(f"and {len(changed) - MOST_ROWS} more; --json has all", style="dim")


def _because(row: dict[str, Any]) -> str:
    if row["rules"]:
        return ", ".join(dict.fromkeys(change["rule"] for change in row["rules"]))
    return "the same outcomes weigh differently"
