"""`tallyman registers`: whether those that the settings name load and answer."""

from __future__ import annotations

import getpass
import json
import sys
import time
from dataclasses import asdict, dataclass
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from service.cli.terminal import EXIT_BAD_INPUT, JsonOption, out
from service.config import Settings
from service.domain.register_statement import ANSWERS, RegisterKind, Said
from service.errors import NotConfigured
from service.registers_wiring import registers_of, utc_now
from service.sources.registers.configured import RegisterLoader, named_registers
from service.store.engine import migrate, open_engine
from service.usecases.ask_registers import AskedRegister
from service.usecases.register_questions import NamedRegister, RegisterQuestion, Reply
from service.usecases.registers import Purpose

app = typer.Typer(no_args_is_help=True, help="Registers: check those that the settings name.")
REASON = "check of the connection"
# Formed as it must be, and no one's: what counts is that the register answers at all.
_EORI = "DE0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What became of one register; `milliseconds` None if it was not asked."""

    register: str
    works: bool
    words: str
    about: str = ""
    milliseconds: int | None = None


@app.callback()
def _registers() -> None:
    """Keeps `check` a command of its own."""


@app.command()
def check(
    plate: Annotated[str, typer.Option(help="asked about at registers of vehicles")] = "TEST000",
    country: Annotated[str, typer.Option(help="of that plate, ISO 3166 alpha-2")] = "DE",
    as_json: JsonOption = False,
) -> None:
    """Load each table, put one question to each gateway; exit code 2 if one fails.

    Each question is in the audit log with its purpose, as all are (tallyman papers queries).
    """
    settings = Settings()
    named = named_registers(settings)
    if not named:
        raise NotConfigured(
            "no register is configured; set TALLYMAN_VEHICLE_REGISTER_URL, _VEHICLE_TABLE, "
            "_STOLEN_OBJECTS_URL, _OWNER_CODES_TABLE, _EORI_URL or _AEO_TABLE"
        )
    engine = open_engine(settings.effective_database_url)
    try:
        migrate(engine)
        loader = registers_of(settings, engine, clock=utc_now).loader
        found = [_check(loader, each, plate=plate, country=country) for each in named]
    finally:
        engine.dispose()
    if as_json:
        rows = [asdict(each) for each in found]
        sys.stdout.write(json.dumps({"registers": rows}, ensure_ascii=False, indent=1) + "\n")
    else:
        _print(found)
    if not all(each.works for each in found):
        raise typer.Exit(EXIT_BAD_INPUT)


def _check(loader: RegisterLoader, named: NamedRegister, *, plate: str, country: str) -> Checked:
    try:
        register = loader.load(named)
    except NotConfigured as problem:
        return Checked(register=named.name, works=False, words=f"cannot be loaded: {problem}")
    if not named.remote:
        return Checked(register=named.name, works=True, words="loaded", about=register.about)
    began = time.perf_counter()
    reply = _ask(register, plate=plate, country=country)
    elapsed_ms = round(1000 * (time.perf_counter() - began))
    works = reply.said in ANSWERS
    answer = reply.said.value.replace("_", " ")
    return Checked(
        register=named.name,
        works=works,
        words=f"answers ({answer})" if works else f"does not answer: {reply.reason}",
        about=register.about,
        milliseconds=elapsed_ms,
    )


def _ask(register: AskedRegister, *, plate: str, country: str) -> Reply:
    named = register.named
    question = RegisterQuestion(
        inspection_id="",
        number=0,
        site="",
        kind=named.kind,
        register=named.name,
        subject=_EORI if named.kind is RegisterKind.OPERATOR else plate,
        country=country,
        name="",
        said=Said.PENDING,
        reason="",
        entry=None,
        planned_at=utc_now(),
        answered_at=None,
        asked_by="",
        asked=1,
        attempts=1,
        next_at=None,
    )
    user = f"{getpass.getuser()} on the command line"
    return register.ask(question, Purpose(reason=REASON, user=user))


def _print(found: list[Checked]) -> None:
    table = Table("Register", "", "Time", "Where", box=None)
    for each in found:
        table.add_row(
            each.register,
            f"[{'green' if each.works else 'red'}]{escape(each.words)}[/]",
            "" if each.milliseconds is None else f"{each.milliseconds} ms",
            escape(each.about),
        )
    out.print(table)
