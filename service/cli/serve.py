"""`tallyman serve`, `worker` and `demo`."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from service import asgi, demo, worker
from service.bootstrap import build, is_empty
from service.cli.terminal import err
from service.config import Settings


def serve(
    host: Annotated[str | None, typer.Option(help="default: TALLYMAN_HOST or 127.0.0.1")] = None,
    port: Annotated[int | None, typer.Option(help="default: TALLYMAN_PORT or 8000")] = None,
) -> None:
    """Serve API and console. Settings are environment variables that begin with TALLYMAN_.

    Example: TALLYMAN_DATA_DIR=/srv/tallyman tallyman serve --port 8080
    """
    settings = Settings()
    asgi.run(
        build(settings),
        host=host or settings.host,
        port=settings.port if port is None else port,
    )


def work() -> None:
    """Analyse queued inspections of a shared database; run as many as there are machines."""
    worker.run(Settings())


def run_demo(
    serve_too: Annotated[bool, typer.Option("--serve/--no-serve", help="go on serving")] = True,
) -> None:
    """Make sample inspections if there are none, print the first login, and serve.

    Example: TALLYMAN_PORT=9000 tallyman demo
    """
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
        asgi.run(tallyman, host=settings.host, port=settings.port)
