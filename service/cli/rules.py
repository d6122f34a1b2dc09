"""`tallyman rules`: what is checked, and how; `tallyman evaluate scenarios`: that it works."""

from __future__ import annotations

import inspect
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from service.cli.terminal import JsonOption, out, progress_bar
from service.config import Settings
from service.domain.reconcile.policy import Policy
from service.domain.reconcile.policy_file import read_policy
from service.domain.reconcile.rule import Rule
from service.domain.reconcile.rules import MODULES, RULES, RuleModule
from service.domain.reconcile.words import Language, title_of
from service.domain.scenarios.run import Outcome, run
from service.domain.scenarios.scenario import scenarios
from service.errors import InvalidInput

PolicyOption = Annotated[
    Path | None, typer.Option(exists=True, dir_okay=False, help="policy TOML; default: the site's")
]
LanguageOption = Annotated[Language, typer.Option(help="of the titles")]
FAILED = 1


def rules(
    name: Annotated[str | None, typer.Argument(help="one rule, explained in full")] = None,
    policy: PolicyOption = None,
    language: LanguageOption = Language.ENGLISH,
    as_json: JsonOption = False,
) -> None:
    """Every rule of the catalogue with its severity and limits; with a name, how it works.

    Example: tallyman rules mass_on_scale

    Example: tallyman rules --language fr --policy site.toml
    """
    chosen = read_policy(policy or Settings().policy_file)
    if name is not None and name not in {rule.name for rule in RULES}:
        near = ", ".join(sorted(r.name for r in RULES if name[:4] in r.name)) or "tallyman rules"
        raise InvalidInput(f"there is no rule {name!r}; see {near}")
    listed = sorted(
        (rule for rule in RULES if name in {None, rule.name}), key=lambda r: (r.number, r.name)
    )
    if as_json:
        entries = [_entry(rule, chosen, language) for rule in listed]
        sys.stdout.write(json.dumps(entries, indent=2, ensure_ascii=False) + "\n")
    elif name is None:
        _list(listed, chosen, language)
    else:
        _explain(listed[0], chosen, language)


def _entry(rule: Rule, policy: Policy, language: Language) -> dict[str, Any]:
    module = _module_of(rule)
    return {
        "number": rule.number,
        "name": rule.name,
        "title": title_of(rule.name, language),
        "source": rule.source.value,
        "version": rule.version,
        "severity": policy.severities.get(rule.name),
        "standing": _standing(rule, policy),
        "limits": dict(policy.limits.get(rule.name, {})),
        "asks": _first(inspect.getdoc(module)),
        "how": inspect.getdoc(module.judge) or "",
    }


def _module_of(rule: Rule) -> RuleModule:
    return next(module for module in MODULES if rule in module.RULES)


def _first(text: str | None) -> str:
    return (text or "").split("\n\n", 1)[0].replace("\n", " ")


def _standing(rule: Rule, policy: Policy) -> str:
    if rule.name in policy.off:
        return "off"
    if rule.name in policy.advisory:
        return "advisory"
    return "needed for release" if rule.name in policy.release_needs else "on"


def _list(listed: list[Rule], policy: Policy, language: Language) -> None:
    table = Table("No.", "Rule", "", "Rests on", "Severity", "", "Limits", box=None)
    for rule in listed:
        entry = _entry(rule, policy, language)
        table.add_row(
            str(rule.number),
            rule.name,
            escape(entry["title"]),
            entry["source"],
            str(int(entry["severity"])) if entry["severity"] is not None else "by case",
            entry["standing"],
            escape(", ".join(f"{name} {value:g}" for name, value in entry["limits"].items())),
        )
    out.print(table)
    out.print(f"policy {escape(policy.label)}; tallyman rules NAME explains one", style="dim")


def _explain(rule: Rule, policy: Policy, language: Language) -> None:
    entry = _entry(rule, policy, language)
    out.print(f"[bold]{escape(entry['title'])}[/] ({rule.name}, version {rule.version})")
    for text in (entry["asks"], *entry["how"].split("\n\n")):
        out.print(escape(text.replace("\n", " ")))
    severity = entry["severity"]
    out.print(
        f"Rests on {entry['source']}; severity "
        f"{'by case' if severity is None else int(severity)}; {entry['standing']}."
    )
    for name, value in entry["limits"].items():
        out.print(f"  {escape(name)} = {value:g}")


def evaluate_scenarios(
    risk: Annotated[str | None, typer.Option(help="one risk alone, e.g. cigarettes")] = None,
    policy: PolicyOption = None,
    every: Annotated[
        bool, typer.Option("--all", help="show those that went as stated too")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """The scenario pack: what each must raise, and a clean twin of each that must raise nothing.

    Exit code 1 if one did not go as stated. With --policy, what another policy would miss.

    Example: tallyman evaluate scenarios --risk rip-off --all
    """
    chosen = read_policy(policy or Settings().policy_file)
    pack = [s for s in scenarios() if risk is None or s.risk == risk]
    if not pack:
        raise InvalidInput(f"no risk {risk!r}; there are {', '.join(_risks())}")
    outcomes: list[Outcome] = []
    with progress_bar("scenarios") as progress:
        for done, scenario in enumerate(pack, start=1):
            outcomes.append(run(scenario, chosen))
            progress(done, len(pack))
    wrong = [outcome for outcome in outcomes if not outcome.as_stated]
    if as_json:
        sys.stdout.write(json.dumps(_report(outcomes, chosen), indent=2, ensure_ascii=False) + "\n")
    else:
        _show(outcomes if every else wrong)
        _sum_up(outcomes)
    if wrong:
        raise typer.Exit(FAILED)


def _risks() -> list[str]:
    return list(dict.fromkeys(scenario.risk for scenario in scenarios()))


def _show(outcomes: list[Outcome]) -> None:
    table = Table("", "Risk", "Scenario", "Raised", "Advice", "Twin", box=None)
    for outcome in outcomes:
        scenario = outcome.scenario
        missing = scenario.fires - outcome.fired
        more = outcome.fired - scenario.fires
        raised = [*sorted(outcome.fired), *(f"[red]not {name}[/]" for name in sorted(missing))]
        table.add_row(
            "[green]✓" if outcome.as_stated else "[red]✗",
            scenario.risk,
            escape(scenario.title),
            ", ".join(f"[red]{name}[/]" if name in more else name for name in raised),
            outcome.bad.advice.value,
            ", ".join(sorted(outcome.twin_fired)) or outcome.twin.advice.value,
        )
    if outcomes:
        out.print(table)


def _sum_up(outcomes: list[Outcome]) -> None:
    stated = sum(outcome.as_stated for outcome in outcomes)
    rules_fired = Counter(name for outcome in outcomes for name in outcome.fired)
    out.print(
        f"{stated} of {len(outcomes)} scenarios and their twins went as stated; "
        f"{len(rules_fired)} of {len(RULES)} rules fired."
    )
    silent = sorted({rule.name for rule in RULES} - set(rules_fired))
    if silent:
        out.print(f"Never fired: {', '.join(silent)}.", style="dim")


def _report(outcomes: list[Outcome], policy: Policy) -> dict[str, Any]:
    return {
        "policy": policy.label,
        "scenarios": [
            {
                "risk": outcome.scenario.risk,
                "title": outcome.scenario.title,
                "expected": sorted(outcome.scenario.fires),
                "raised": sorted(outcome.fired),
                "advice": outcome.bad.advice.value,
                "twin_differs": outcome.scenario.twin_says,
                "twin_raised": sorted(outcome.twin_fired),
                "twin_advice": outcome.twin.advice.value,
                "as_stated": outcome.as_stated,
            }
            for outcome in outcomes
        ],
    }
