"""`tallyman users`: people who sign in."""

from __future__ import annotations

from typing import Annotated

import typer

from service.cli.database import open_repository
from service.cli.terminal import SitesOption, out
from service.domain.access import Role
from service.registers_wiring import utc_now
from service.usecases.issue_keys import add_user

app = typer.Typer(no_args_is_help=True, help="People who sign in to the console.")


@app.command("add")
def add_person(
    name: str,
    role: Annotated[Role, typer.Option()] = Role.OPERATOR,
    site: SitesOption = None,
    password: Annotated[
        str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)
    ] = "",
) -> None:
    """Someone who signs in to the console; asks for the password.

    Example: tallyman users add ada --role operator --site north
    """
    add_user(
        name,
        password,
        role=role,
        sites=frozenset(site or ()),
        repository=open_repository(),
        clock=utc_now,
    )
    out.print(f"{name} may sign in")
