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
from typer.exceptions import TyperException

EXIT_BAD_INPUT = 2
EXIT_INTERRUPTED = 130

err = Console(stderr=True)
out = Console()

JsonOption = Annotated[bool, typer.Option("--json", help="one JSON document on stdout")]
SitesOption = Annotated[
    list[str] | None, typer.Option("--site", help="repeatable; without it: every site")
]
FolderArgument = Annotated[Path, typer.Argument(exists=True, file_okay=False, show_default=False)]


def one_line(problem: Exception) -> str:
    """A problem as one line of rich markup; "" if it has been explained already."""
    if type(problem).__name__ == "NoArgsIsHelpError":
        return ""  # the help stands there already
    words = problem.format_message() if isinstance(problem, TyperException) else str(problem)
    if isinstance(problem, OSError) and problem.filename:
        words = f"{problem.filename}: {problem.strerror}"
    printable = "".join(char if char.isprintable() else " " for char in words)
    return " ".join(printable.split()).replace("[", "\\[")


@contextmanager
def progress_bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr, gone when it is done; nothing where nobody looks."""
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    quiet = not err.is_terminal
    with Progress(*columns, console=err, transient=True, disable=quiet) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
