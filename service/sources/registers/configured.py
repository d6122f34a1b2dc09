"""The registers that the settings name, loaded and ready to be asked.

One that is named and cannot be loaded stops the start: a service that silently asks no one would
look like one whose registers never have a hit.
"""

from __future__ import annotations

import logging
import ssl
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

import httpx

from service.config import Settings
from service.domain.register_statement import REGISTERS, Said
from service.errors import NotConfigured
from service.sources import Limits, UnreadablePaper
from service.sources.registers import (
    aeo,
    eori_register,
    eucaris,
    local_vehicle_table,
    owner_codes,
    stolen_objects,
)
from service.sources.registers.answer_cache import AnswerCache
from service.sources.registers.audited import Auditor
from service.sources.registers.exchange import Exchange, Line
from service.sources.registers.register_table import Entries
from service.usecases.ask_registers import AskedRegister, AskOnce
from service.usecases.register_questions import Entry, NamedRegister, RegisterQuestion, Reply
from service.usecases.registers import (
    AeoRegister,
    AuditLog,
    OperatorRegister,
    OwnerRegister,
    Purpose,
    RegisterAnswer,
    StolenObjects,
    VehicleRegister,
)

log = logging.getLogger(__name__)
TABLE_LIMITS = Limits(max_bytes=512 * 1024 * 1024, max_papers=5_000_000)
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
FOUND_KEPT, NOT_FOUND_KEPT = timedelta(hours=12), timedelta(minutes=10)
_T = TypeVar("_T")
_E = TypeVar("_E", bound=Entry)

_SETTINGS = {
    "eucaris": "vehicle_register_url",
    "local_vehicle_table": "vehicle_table",
    "stolen_objects": "stolen_objects_url",
    "owner_codes": "owner_codes_table",
    "eori": "eori_url",
    "aeo": "aeo_table",
}


def named_registers(settings: Settings) -> tuple[NamedRegister, ...]:
    """Those that the settings name, without opening any."""
    return tuple(
        NamedRegister(
            name=name,
            kind=REGISTERS[name],
            needs_country=name == eucaris.NAME,
            remote=setting.endswith("_url"),
        )
        for name, setting in _SETTINGS.items()
        if getattr(settings, setting)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterLoader:
    """Opens registers one by one.

    Args:
        settings: where they are.
        log: the audit log of all queries.
        clock: now.
    """

    settings: Settings
    log: AuditLog
    clock: Callable[[], datetime]

    def load_all(self) -> tuple[AskedRegister, ...]:
        """Raises: NotConfigured: one that is named cannot be loaded."""
        return tuple(self.load(named) for named in named_registers(self.settings))

    def load(self, named: NamedRegister) -> AskedRegister:
        """Raises: NotConfigured."""
        openers: dict[str, Callable[[NamedRegister], AskedRegister]] = {
            "eucaris": self._eucaris,
            "local_vehicle_table": self._vehicle_table,
            "stolen_objects": self._stolen_objects,
            "owner_codes": self._owner_codes,
            "eori": self._eori,
            "aeo": self._aeo,
        }
        return openers[named.name](named)

    def _eucaris(self, named: NamedRegister) -> AskedRegister:
        url = self._url(named)
        register = eucaris.Eucaris(
            self._exchange(url), auditor=self._auditor(named), cache=_cache(), clock=self.clock
        )
        return AskedRegister(named=named, ask=partial(_ask_vehicle, register), about=url)

    def _vehicle_table(self, named: NamedRegister) -> AskedRegister:
        read = partial(local_vehicle_table.read_vehicle_table, auditor=self._auditor(named))
        table = self._table(named, read)
        about = self._about(named, table.entries)
        return AskedRegister(named=named, ask=partial(_ask_vehicle, table), about=about)

    def _stolen_objects(self, named: NamedRegister) -> AskedRegister:
        url = self._url(named)
        register = stolen_objects.StolenObjectsRegister(
            self._exchange(url), auditor=self._auditor(named), clock=self.clock
        )
        return AskedRegister(named=named, ask=partial(_ask_sought, register), about=url)

    def _owner_codes(self, named: NamedRegister) -> AskedRegister:
        table = self._table(named, owner_codes.read_owner_codes)
        ask = _audited(self._auditor(named), partial(_ask_owner, table))
        return AskedRegister(named=named, ask=ask, about=self._about(named, table.entries))

    def _eori(self, named: NamedRegister) -> AskedRegister:
        url = self._url(named)
        register = eori_register.EoriRegister(self._exchange(url), cache=_cache(), clock=self.clock)
        ask = _audited(self._auditor(named), partial(_ask_operator, register))
        return AskedRegister(named=named, ask=ask, about=url)

    def _aeo(self, named: NamedRegister) -> AskedRegister:
        table = self._table(named, aeo.read_aeo_list)
        ask = _audited(self._auditor(named), partial(_ask_aeo, table))
        return AskedRegister(named=named, ask=ask, about=self._about(named, table.entries))

    def _auditor(self, named: NamedRegister) -> Auditor:
        return Auditor(
            register=named.name, log=self.log, clock=self.clock, new_id=lambda: uuid.uuid4().hex
        )

    def _url(self, named: NamedRegister) -> str:
        text = str(getattr(self.settings, _SETTINGS[named.name]))
        variable = _variable(named)
        try:
            url = httpx.URL(text)
        except httpx.InvalidURL as problem:
            raise NotConfigured(f"{variable}: {problem}; give an address (https://…)") from problem
        if url.scheme not in {"http", "https"} or not url.host:
            raise NotConfigured(f"{variable}: expected an address (https://…), got {text[:100]!r}")
        if url.scheme == "http" and url.host not in LOOPBACK:
            raise NotConfigured(f"{variable}: {url.host} is asked over https alone; use https://…")
        return text

    def _exchange(self, url: str) -> Exchange:
        try:
            context = ssl.create_default_context(cafile=self.settings.registers_ca)
            if self.settings.registers_certificate is not None:
                context.load_cert_chain(self.settings.registers_certificate)
        except (OSError, ValueError) as problem:
            raise NotConfigured(
                f"TALLYMAN_REGISTERS_CA or TALLYMAN_REGISTERS_CERTIFICATE: {problem}; give PEM "
                "files, the second with certificate and key"
            ) from problem
        line = Line(url=url, deadline_s=self.settings.registers_timeout_s)
        return Exchange(httpx.Client(verify=context), line, monotonic=time.monotonic)

    def _table(self, named: NamedRegister, read: Callable[..., _T]) -> _T:
        path: Path = getattr(self.settings, _SETTINGS[named.name])
        hint = "give a CSV file in UTF-8 with a heading line"
        try:
            return read(path.read_bytes(), clock=self.clock, limits=TABLE_LIMITS)
        except OSError as problem:
            reason = f"{_variable(named)}: {path}: {problem.strerror}; {hint}, or unset it"
            raise NotConfigured(reason) from problem
        except UnreadablePaper as problem:
            reason = f"{_variable(named)}: {path}: {problem.reason}; {hint}, or unset it"
            raise NotConfigured(reason) from problem

    def _about(self, named: NamedRegister, entries: Entries[_E]) -> str:
        """Raises: NotConfigured: there is not one entry in the table."""
        path: Path = getattr(self.settings, _SETTINGS[named.name])
        first = entries.refused[0] if entries.refused else None
        if not entries.taken:
            why = f"{first.where}: {first.reason}" if first else "no lines below the heading"
            raise NotConfigured(f"{_variable(named)}: {path} has no entry ({why})")
        if first is not None:
            log.warning(
                "%s: %d lines cannot be read (%s: %s); what is not in it cannot be told",
                path,
                len(entries.refused),
                first.where,
                first.reason,
            )
        return f"{path}: {len(entries.taken)} entries, {len(entries.refused)} lines refused"


def _variable(named: NamedRegister) -> str:
    return f"TALLYMAN_{_SETTINGS[named.name].upper()}"


def _cache() -> AnswerCache[_T]:
    return AnswerCache(found=FOUND_KEPT, not_found=NOT_FOUND_KEPT, monotonic=time.monotonic)


def _ask_vehicle(register: VehicleRegister, question: RegisterQuestion, purpose: Purpose) -> Reply:
    answer = register.look_up(
        question.subject, country=question.country, site=question.site, purpose=purpose
    )
    return _reply(answer)


def _ask_sought(register: StolenObjects, question: RegisterQuestion, purpose: Purpose) -> Reply:
    answer = register.vehicle(question.subject, country=question.country, purpose=purpose)
    said = Said(answer.outcome.value)
    return Reply(said=said, at=answer.at, reason=answer.reason, entry=answer.hit)


def _ask_owner(register: OwnerRegister, question: RegisterQuestion, purpose: Purpose) -> Reply:
    del purpose
    return _reply(register.look_up(question.subject))


def _ask_operator(
    register: OperatorRegister, question: RegisterQuestion, purpose: Purpose
) -> Reply:
    del purpose
    return _reply(register.look_up(question.subject))


def _ask_aeo(register: AeoRegister, question: RegisterQuestion, purpose: Purpose) -> Reply:
    del purpose
    answer = register.look_up(
        eori=question.subject, name=question.name, country=question.country or ""
    )
    return _reply(answer)


def _reply(answer: RegisterAnswer[_E]) -> Reply:
    return Reply(
        said=Said(answer.answer.value), at=answer.at, reason=answer.reason, entry=answer.entry
    )


def _audited(auditor: Auditor, ask: AskOnce) -> AskOnce:
    """For registers that write no log of their own."""

    def audited(question: RegisterQuestion, purpose: Purpose) -> Reply:
        query = auditor.asked(question.subject, purpose)
        reply = ask(question, purpose)
        auditor.answered(query, outcome=reply.said.value, reason=reply.reason)
        return reply

    return audited
