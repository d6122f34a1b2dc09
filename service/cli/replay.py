"""`tallyman replay`: what another policy would have advised."""

from __future__ import annotations

import json
import sys
from collections import Counter
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
        found: list[Replayed] = []
        for done, one in enumerate(papers.replay.run(new, filters, caller=_ME), start=1):
            found.append(one)
            progress(done, total)
    if as_json:
        sys.stdout.write(json.dumps(_report(found, new.label), indent=1, ensure_ascii=False) + "\n")
    else:
        _show(found, new.label)


def _utc(at: datetime | None) -> datetime | None:
    return at if at is None or at.tzinfo is not None else at.replace(tzinfo=UTC)


def _report(found: list[Replayed], label: str) -> dict[str, Any]:
    return {
        "policy": label,
        "inspections": len(found),
        "advice_changes": sum(one.advice_changes for one in found),
        "changed": [
            {
                "inspection": one.inspection_id,
                "site": one.site,
                "captured_at": one.captured_at.isoformat(),
                "stored": one.stored.value if one.stored else None,
                "before": one.before.advice.value,
                "after": one.after.advice.value,
                "rules": [_words(change) for change in one.changes],
                "reasons": list(one.after.reasons),
            }
            for one in found
            if one.advice_changes or one.changes
        ],
    }


def _words(change: Change) -> dict[str, str | None]:
    return {
        "rule": change.rule,
        "subject": change.subject,
        "before": change.before.value if change.before else None,
        "after": change.after.value if change.after else None,
    }


def _show(found: list[Replayed], label: str) -> None:
    moved = Counter((one.before.advice, one.after.advice) for one in found if one.advice_changes)
    out.print(f"{len(found)} inspections under {escape(label)}")
    for (before, after), count in sorted(moved.items()):
        out.print(f"  {count} from {before.value} to {after.value}")
    changed = [one for one in found if one.advice_changes]
    if not changed:
        out.print("No advice would change.")
        return
    table = Table("Inspection", "Site", "Scanned", "Before", "After", "Because", box=None)
    for one in changed[:MOST_ROWS]:
        table.add_row(
            one.inspection_id[:8],
            escape(one.site),
            f"{one.captured_at:%Y-%m-%d %H:%M}",
            one.before.advice.value,
            one.after.advice.value,
            escape(_because(one)),
        )
    out.print(table)
    if len(changed) > MOST_ROWS:
        out.print(f"and {len(changed) - MOST_ROWS} more; --json has all", style="dim")


def _because(one: Replayed) -> str:
    if one.changes:
        return ", ".join(dict.fromkeys(change.rule for change in one.changes))
    return "the same outcomes weigh differently"
