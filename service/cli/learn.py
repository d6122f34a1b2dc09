"""`tallyman learn`: what control results teach, as a policy that a person may promote."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from service.cli.terminal import JsonOption, SitesOption, err, out
from service.config import Settings
from service.domain.learning.sampling import BaseRate, base_rate
from service.domain.reconcile.policy_file import DEFAULT, read_policy
from service.errors import InvalidInput
from service.papers_wiring import open_papers
from service.usecases.budgets import Lesson, lessons

_NAME, _RULES = re.compile(r'^name = "(.*)"$', re.M), re.compile(r"^#? ?rules = \{.*$", re.M)


def learn(
    site: SitesOption = None,
    target: Annotated[
        Path | None, typer.Option("--out", dir_okay=False, help="a proposed policy, TOML")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """What each rule's word is worth by control results, and how much is wrong at all.

    Only loads that were opened count, each for as many as it was chosen from: one that was drawn
    at random for all that no rule raised, one that a rule raised for those released unopened.
    Few results change little: the policy's own word counts as 20 loads of either kind. Nothing
    takes effect by itself: look at the proposal with `tallyman replay --policy`, then name it in
    TALLYMAN_POLICY_FILE.

    Example: tallyman learn --out learned.toml
    """
    settings = Settings()
    with open_papers(settings) as papers:
        budgets = papers.budgets
        sites = site or budgets.store.sites()
        found = lessons(budgets.store, budgets.policy, sites=sites)
        rate = base_rate(budgets.store.controlled(sites))
    if target is not None:
        if not found:
            raise InvalidInput("no control result yet: nothing to learn from")
        target.write_text(_proposal(settings.policy_file, found), encoding="utf-8")
        read_policy(target)
        err.print(f"proposed: {target}; see: tallyman replay --policy {target}", style="dim")
    if as_json:
        sys.stdout.write(json.dumps(_report(found, rate), indent=1) + "\n")
    else:
        _show(found, rate)


def _report(found: Sequence[Lesson], rate: BaseRate | None) -> dict[str, Any]:
    return {
        "controlled": rate.controlled if rate else 0,
        "base_rate": rate.rate if rate else None,
        "base_rate_interval": [rate.low, rate.high] if rate else None,
        "rules": [
            {
                "rule": lesson.rule,
                "found": round(lesson.counts.found, 3),
                "found_mismatch": round(lesson.counts.found_mismatch, 3),
                "clean": round(lesson.counts.clean, 3),
                "clean_mismatch": round(lesson.counts.clean_mismatch, 3),
                "stated": lesson.stated,
                "mismatch": round(lesson.learned.mismatch, 3),
                "mismatch_interval": [
                    round(lesson.learned.mismatch_low, 3),
                    round(lesson.learned.mismatch_high, 3),
                ],
                "match": round(lesson.learned.match, 3),
            }
            for lesson in found
        ],
    }


def _show(found: Sequence[Lesson], rate: BaseRate | None) -> None:
    if rate is not None:
        out.print(
            f"Wrong in {rate.rate:.2%} of all loads ({rate.low:.2%} to {rate.high:.2%}), by "
            f"{rate.controlled} controls."
        )
    table = Table(
        "Rule", "Bad loads", "Clean loads", "Stated", "Learned", "90 %", "Match", box=None
    )
    for lesson in found:
        counts, learned = lesson.counts, lesson.learned
        table.add_row(
            lesson.rule,
            f"{counts.found_mismatch:.0f} of {counts.found:.0f}",
            f"{counts.clean_mismatch:.0f} of {counts.clean:.0f}",
            f"{lesson.stated:.1f}",
            f"{learned.mismatch:.1f}",
            f"{learned.mismatch_low:.1f} to {learned.mismatch_high:.1f}",
            f"{learned.match:.2f}",
        )
    out.print(table)


def _proposal(policy: Path | None, found: Sequence[Lesson]) -> str:
    """The policy in force with learned ratios, under a name of its own; comments stay."""
    shipped = resources.files("service.domain.reconcile") / DEFAULT
    text = policy.read_text("utf-8") if policy else shipped.read_text("utf-8")
    pairs = ", ".join(
        f"{lesson.rule} = [{lesson.learned.mismatch:.3f}, {lesson.learned.match:.3f}]"
        for lesson in found
    )
    line = f"rules = {{ {pairs} }}"
    text = _NAME.sub(lambda match: f'name = "{match[1]}-learned"', text, count=1)
    if _RULES.search(text):
        return _RULES.sub(lambda _: line, text, count=1)
    return f"{text.rstrip()}\n\n[evidence]\n{line}\n"
