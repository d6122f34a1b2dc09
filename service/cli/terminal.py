"""What every command shares: where it prints, how it shows progress, common options."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)

EXIT_BAD_INPUT = 2

err = Console(stderr=True)
out = Console()

JsonOption = Annotated[bool, typer.Option("--json", help="one JSON document on stdout")]
SitesOption = Annotated[
    list[str] | None, typer.Option("--site", help="repeatable; without it: every site")
]
FolderArgument = Annotated[Path, typer.Argument(exists=True, file_okay=False, show_default=False)]


def one_line(problem: Exception) -> str:
    """A problem as one line of rich markup."""
    return " ".join(str(problem).split()).replace("[", "\\[")


@contextmanager
def progress_bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr, gone when it is done."""
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
