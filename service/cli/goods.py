"""`tallyman goods`, and `tallyman evaluate goods` and `names`: words and names, and how well."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from service.cli.terminal import JsonOption, out
from service.nomenclature.calibrating import fit_calibration
from service.nomenclature.confidence import shipped_calibration
from service.nomenclature.evaluation import (
    cases_of,
    measure,
    read_hard_cases,
    spelt_out,
    split,
)
from service.nomenclature.goods_text import GoodsIndex, shipped_goods_index
from service.nomenclature.trade_words import heading_terms, shipped_terms, word_lists
from service.parties import evaluation as names_evaluation
from service.parties.generated import NameGenerator, Part
from service.parties.match import match_names, shipped_name_calibration
from service.parties.person import tell_person
from service.web.goods_schemas import goods_out

SEED = 6
PAIRS = 6_000
HARD_CASES = Path("tests/service/nomenclature/hard_cases.csv")

SeedOption = Annotated[int, typer.Option(help="of the split and of everything generated")]
CalibrateOption = Annotated[
    Path | None, typer.Option(help="fit the calibration anew and write it here; minutes")
]


def goods(
    text: Annotated[str, typer.Argument(help="a goods description, in any language")],
    limit: Annotated[int, typer.Option(min=1, max=20)] = 5,
    as_json: JsonOption = False,
) -> None:
    """HS headings that a goods description may mean, with their scores; or that it cannot tell.

    Example: tallyman goods "frozen chicken wings"
    """
    document = goods_out(shipped_goods_index().match(text, limit=limit))
    if as_json:
        sys.stdout.write(document.model_dump_json(indent=1) + "\n")
        return
    table = Table("Heading", "Score", "Group", "Read as", "In words", box=None)
    for one in document.candidates:
        table.add_row(
            one.heading,
            f"{one.score:.2f}",
            escape(one.group or ""),
            escape(f"{one.term} ({one.language})"),
            escape(one.description),
        )
    out.print(table)
    answer = document.heading or "cannot tell"
    out.print(
        f"{answer}: {document.reason} Probability {document.probability:.0%}.",
        highlight=False,
        markup=False,
    )


def names(
    one: Annotated[str, typer.Argument(help="a party's name, in any alphabet")],
    other: Annotated[str, typer.Argument(help="another")],
    as_json: JsonOption = False,
) -> None:
    """Whether two names may be one party, and whether each is a person or a company.

    Example: tallyman names "ООО Северный Ветер" "Severny Veter LLC"
    """
    match = match_names(one, other)
    persons = [tell_person(name) for name in (one, other)]
    if as_json:
        document = {
            "verdict": match.verdict.value,
            "probability": round(match.probability, 4),
            "reasons": match.reasons,
            "parties": [
                {"name": name, "kind": told.kind.value, "reason": told.reason}
                for name, told in zip((one, other), persons, strict=True)
            ],
        }
        sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=1) + "\n")
        return
    words = f"{match.verdict.value} ({match.probability:.0%}): {' '.join(match.reasons)}"
    out.print(words, highlight=False, markup=False)
    for name, told in zip((one, other), persons, strict=True):
        out.print(f"{name}: {told.kind.value}. {told.reason}", highlight=False, markup=False)


def evaluate_goods(
    cases: Annotated[
        list[Path] | None, typer.Option(help="written cases, repeatable; default: the hard cases")
    ] = None,
    seed: SeedOption = SEED,
    calibrate: CalibrateOption = None,
    as_json: JsonOption = False,
) -> None:
    """Goods descriptions to HS headings: on words held out of the tables, and on hard cases."""
    terms, words = shipped_terms(), word_lists()
    if calibrate is not None:
        fitted = fit_calibration(terms, words, seed=seed)
        calibrate.write_text(json.dumps(fitted, indent=2) + "\n", encoding="utf-8")
    kept, held = split(terms, seed=seed)
    partial = GoodsIndex((*kept, *heading_terms()), words, shipped_calibration())
    report: dict[str, Any] = {
        "terms": len(terms),
        "languages": len({term.language for term in terms}),
        "seed": seed,
        "held_out": measure(partial, cases_of(held)),
        "written": {
            path.stem: _written(path)
            for path in (cases or [HARD_CASES])
            if cases or path.exists()  # an installed service has no tests beside it
        },
    }
    if as_json:
        sys.stdout.write(json.dumps(report, ensure_ascii=False, indent=1) + "\n")
        return
    _show_goods("Held-out words of the tables", report["held_out"])
    for name, figures in report["written"].items():
        _show_goods(name, figures)
        parts = {"a term is in the tables": figures["term_in_tables"]}
        parts["no term is in the tables"] = figures["term_not_in_tables"]
        _show_goods(f"{name} by kind", {**figures, "groups": {**parts, **figures["kinds"]}})
        _show_goods(f"{name} by alphabet", {**figures, "groups": figures["alphabets"]})


def _written(path: Path) -> dict[str, Any]:
    """Figures of one file of written cases, by language, kind, and what the tables hold of it."""
    written, index = read_hard_cases(path), shipped_goods_index()
    everything = [case for case, _ in written]
    there, elsewhere = spelt_out(everything, (*shipped_terms(), *heading_terms()), word_lists())
    alphabets = {case.text: index.match(case.text).script.value for case in everything}
    return {
        **measure(index, everything),
        "term_in_tables": measure(index, there),
        "term_not_in_tables": measure(index, elsewhere),
        "kinds": {
            kind: measure(index, [case for case, of in written if of == kind])
            for kind in sorted({kind for _, kind in written})
        },
        "alphabets": {
            name: measure(index, [case for case in everything if alphabets[case.text] == name])
            for name in sorted(set(alphabets.values()))
        },
    }


def evaluate_names(
    pairs: Annotated[int, typer.Option(min=100, max=100_000)] = PAIRS,
    seed: SeedOption = SEED,
    register: Annotated[int, typer.Option(help="also seek names among so many; 0: do not")] = 0,
    calibrate: CalibrateOption = None,
    as_json: JsonOption = False,
) -> None:
    """Party names over alphabets, and look-alikes: precision at a recall of 0.95."""
    if calibrate is not None:
        fitted = names_evaluation.fit_names(seed=seed)
        calibrate.write_text(json.dumps(fitted, indent=2) + "\n", encoding="utf-8")
    calibration = shipped_name_calibration()
    made = NameGenerator(Part.MEASURE, seed=seed).pairs(pairs)
    report = names_evaluation.measure_pairs(made, calibration)
    report["persons"] = names_evaluation.measure_persons(seed=seed)
    if register:
        report["search"] = names_evaluation.measure_search(
            calibration, seed=seed, register=register
        )
    if as_json:
        sys.stdout.write(json.dumps(report, ensure_ascii=False, indent=1) + "\n")
        return
    table = Table("Pairs", "Party", "n", "same", "different", "cannot tell", box=None)
    kinds: dict[str, Any] = report.pop("kinds")  # type: ignore[assignment]
    for kind, row in kinds.items():
        party = "one" if row["same_party"] else "two"
        cells = (row[column] for column in ("n", "same", "different", "cannot_tell"))
        table.add_row(kind, party, *map(str, cells))
    out.print(table)
    wrong: list[Any] = report.pop("wrong")  # type: ignore[assignment]
    for name, value in {**report, "wrong": f"{len(wrong)}; --json names them"}.items():
        out.print(f"{name}: {value}", highlight=False, markup=False)


def _show_goods(title: str, figures: dict[str, Any]) -> None:
    table = Table(title=title)
    columns = ("n", "top1", "top5", "abstained", "right_when_answered", "abstained_rightly")
    for column in ("group", *columns):
        table.add_column(column.replace("_", " "), justify="right" if column != "group" else "left")
    for name, row in {**figures["groups"], "all": figures}.items():
        table.add_row(name, *(_cell(row[column]) for column in columns))
    out.print(table)
    out.print(
        f"calibration error {_cell(figures['calibration_error'])}; "
        f"{figures['latency_ms']['p50']} ms (p95 {figures['latency_ms']['p95']} ms) each",
        highlight=False,
    )
    bins = (f"{b['said']:.2f} was {b['was']:.2f} ({b['n']})" for b in figures["reliability"])
    out.print(f"said: {', '.join(bins)}", highlight=False)


def _cell(value: float | int | None) -> str:
    if value is None:
        return "-"
    return str(value) if isinstance(value, int) else f"{value:.3f}"
