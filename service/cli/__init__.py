"""Checks what the sensors saw against what was declared.

Try it: tallyman demo; or, without a server: tallyman inspect scan.png left.jpg portal.n42

One JSON document goes to stdout where `--json` is given; everything else to stderr.
"""

from __future__ import annotations

import logging
import sys

import typer
from typer.exceptions import TyperException

from service.cli import (
    bench,
    bench_baggage,
    bench_objects,
    bench_papers,
    bench_reading,
    bench_reconcile,
    bench_scan,
    database,
    evaluate,
    evaluate_joins,
    evaluate_look,
    evaluate_objects,
    evaluate_placards,
    evaluate_year,
    goods,
    inspect,
    keys,
    learn,
    masses,
    models,
    paper_contract,
    papers,
    radiation,
    read,
    reconcile,
    registers,
    replay,
    rules,
    scan,
    scanners,
    serve,
    simulate,
    users,
)
from service.cli.terminal import EXIT_BAD_INPUT, EXIT_INTERRUPTED, err, one_line
from service.errors import ServiceError
from vision.errors import VisionError

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help=__doc__, pretty_exceptions_enable=False
)
app.command()(serve.serve)
app.command("worker")(serve.work)
app.command("demo")(serve.run_demo)
app.command()(inspect.inspect)
app.command()(goods.goods)
app.command()(goods.names)
evaluate.app.command("goods")(goods.evaluate_goods)
evaluate.app.command("names")(goods.evaluate_names)
app.command("read")(read.read)
app.command("radiation")(radiation.show_radiation)
app.command("scan")(scan.scan)
evaluate.app.command("portal")(radiation.evaluate_portal)
evaluate.app.command("xray-simulated")(evaluate_objects.evaluate_simulated)
evaluate.app.command("xray-projected")(evaluate_objects.evaluate_projected)
evaluate.app.command("look")(evaluate_look.evaluate_look)
evaluate.app.command("joins")(evaluate_joins.evaluate_joins)
evaluate.app.command("year")(evaluate_year.evaluate_year)
evaluate.app.command("placards")(evaluate_placards.evaluate_placards)
simulate.app.command("placards")(evaluate_placards.simulate_placards)
evaluate.app.command("scenarios")(rules.evaluate_scenarios)
app.command("reconcile")(reconcile.reconcile)
app.command("learn")(learn.learn)
app.command("replay")(replay.replay)
app.command("rules")(rules.rules)
app.add_typer(evaluate.app, name="evaluate")
papers.app.command("learn-masses")(masses.learn)
papers.app.command("contract")(paper_contract.contract)
papers.app.command("learn-scanners")(scanners.learn)
app.add_typer(papers.app, name="papers")
app.add_typer(registers.app, name="registers")
bench.app.command("xray-objects")(bench_objects.bench_objects)
bench.app.command("baggage")(bench_baggage.bench_baggage)
bench.app.command("papers")(bench_papers.bench_papers)
bench.app.command("reading")(bench_reading.bench_reading)
bench.app.command("reconcile")(bench_reconcile.bench_reconcile)
bench.app.command("scan")(bench_scan.bench_scan)
app.add_typer(bench.app, name="bench")
app.add_typer(simulate.app, name="simulate")
app.add_typer(models.app, name="models")
app.add_typer(keys.app, name="keys")
app.add_typer(users.app, name="users")
app.add_typer(database.app, name="db")


def main() -> None:
    """The entry point: a mistake of the caller is one line on stderr and exit code 2."""
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("alembic").setLevel(logging.WARNING)
    try:
        code = app(prog_name="tallyman", standalone_mode=False)
    except (TyperException, ServiceError, VisionError, OSError, ValueError) as problem:
        words = one_line(problem)
        if words:
            err.print(f"[red]tallyman:[/] {words}", highlight=False, soft_wrap=True)
        sys.exit(EXIT_BAD_INPUT)
    except typer.Abort:
        sys.exit(EXIT_INTERRUPTED)
    sys.exit(code if isinstance(code, int) else 0)
