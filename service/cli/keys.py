"""`tallyman keys`: API keys."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer
from rich.table import Table

from service.cli.database import open_repository
from service.cli.terminal import JsonOption, SitesOption, out
from service.domain.access import Role
from service.registers_wiring import utc_now
from service.usecases.issue_keys import issue_key

app = typer.Typer(no_args_is_help=True, help="API keys of port systems.")


@app.command("create")
def create_key(
    name: str,
    role: Annotated[Role, typer.Option(help="what it may do")] = Role.PORT,
    site: SitesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a key. It is shown once; only its hash is stored.

    Example: tallyman keys create gate-3 --role port --site north
    """
    issued = issue_key(
        name,
        role=role,
        sites=frozenset(site or ()),
        repository=open_repository(),
        clock=utc_now,
    )
    if as_json:
        sys.stdout.write(json.dumps({"id": issued.key_id, "key": issued.key}) + "\n")
    else:
        out.print(issued.key, highlight=False)


@app.command("list")
def list_keys() -> None:
    """Every key, without its secret."""
    table = Table("Id", "Name", "Role", "Sites", "", box=None)
    for key_id, name, role, sites, revoked in open_repository().api_keys():
        table.add_row(
            key_id,
            name,
            role.value,
            ", ".join(sorted(sites)) or "every site",
            "revoked" if revoked else "",
        )
    out.print(table)


@app.command("revoke")
def revoke_key(key_id: str) -> None:
    """The key stops working at once."""
    open_repository().revoke_api_key(key_id, now=utc_now())
    out.print(f"{key_id} is revoked")
