"""Reading one statement: each value with the place that it came from, and refusal of the whole.

A statement is taken or refused as a whole. One unreadable mass makes a declaration that would be
judged as if it were not there, so nothing is dropped from a statement in silence.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from functools import partial
from typing import TypeVar

from service.domain.papers.consignment import Money
from service.domain.papers.paper import Body, Function, Origin, Paper, PaperKind, Revision
from service.sources import Batch, Limits, PaperFile, Refusal, UnreadablePaper, lexical
from service.sources.xml_document import Element

_T = TypeVar("_T")


class RefusedStatement(Exception):
    """One statement cannot be taken; the others of its file may."""

    def __init__(self, reason: str, *, where: str) -> None:
        super().__init__(f"{where}: {reason}")
        self.reason = reason
        self.where = where


class Fields:
    """Reads values from elements and notes where each field of the body came from.

    `to` is the dotted path of the field in the body ("goods.0.gross_mass_kg"). A value that is
    stated twice, differently, is refused: one of the two is a lie and we cannot know which.
    `zone` is meant by times without one.
    """

    def __init__(self, zone: tzinfo = UTC) -> None:
        self.origins: dict[str, str] = {}
        self.zone = zone

    def read(
        self, element: Element, path: str, convert: Callable[[str], _T], *, to: str = ""
    ) -> _T | None:
        """The value at `path`, None if it is not there or empty."""
        found = [e for e in element.all(path) if e.text]
        if not found:
            return None
        if any(other.text != found[0].text for other in found[1:]):
            raise RefusedStatement(
                f"{path} is stated {len(found)} times, differently", where=found[1].where
            )
        return self.convert(found[0], convert, to=to)

    def convert(self, element: Element, convert: Callable[[str], _T], *, to: str = "") -> _T:
        try:
            value = convert(element.text)
        except ValueError as problem:
            raise RefusedStatement(str(problem), where=element.where) from problem
        if to:
            self.origins[to] = element.where
        return value

    def text(self, element: Element, path: str, *, to: str = "") -> str:
        return self.read(element, path, lexical.plain, to=to) or ""

    def texts(self, element: Element, path: str, *, to: str = "") -> str:
        """Texts that may be repeated, joined by "; "."""
        found = [self.convert(e, lexical.plain, to=to) for e in element.all(path) if e.text]
        return "; ".join(dict.fromkeys(found))

    def count(self, element: Element, path: str, *, to: str = "") -> int | None:
        return self.read(element, path, lexical.count, to=to)

    def amount(self, element: Element, path: str, *, to: str = "") -> float | None:
        return self.read(element, path, lexical.amount, to=to)

    def number(self, element: Element, path: str, *, to: str = "") -> Decimal | None:
        return self.read(element, path, lexical.number, to=to)

    def mass_kg(self, element: Element, path: str, *, to: str = "") -> float | None:
        """Kilograms; an attribute `unitCode` says otherwise."""
        stated = element.first(path)
        unit = (stated.attributes.get("unitCode", "") if stated else "").partition("#")[0]
        return self.read(element, path, lambda text: lexical.mass_kg(text, unit), to=to)

    def instant(self, element: Element, path: str, *, to: str = "") -> datetime | None:
        return self.read(element, path, partial(lexical.instant, zone=self.zone), to=to)

    def money(
        self, element: Element, path: str, *, currency: str = "", to: str = ""
    ) -> Money | None:
        """An amount with its attribute `currencyID`, or `currency` where it has none."""
        stated = element.first(path)
        if stated is None or not stated.text:
            return None
        code = stated.attributes.get("currencyID") or currency
        return self.read(
            element,
            path,
            lambda text: Money(amount=lexical.number(text), currency=lexical.currency(code)),
            to=to,
        )

    def required(self, value: _T | None, what: str, *, where: str) -> _T:
        """Raises: RefusedStatement if there is none."""
        if value is None or value == "":
            raise RefusedStatement(f"expected {what}, found none", where=where)
        return value


def sha256_of(file: PaperFile) -> str:
    return hashlib.sha256(file.data).hexdigest()


def a_paper(
    file: PaperFile,
    *,
    source: str,
    kind: PaperKind,
    reference: str,
    body: Body | None,
    where: str,
    origins: dict[str, str],
    function: Function = Function.ORIGINAL,
    number: int | None = None,
    issued_at: datetime | None = None,
    aliases: Iterable[str] = (),
    site: str = "",
    sha256: str = "",
) -> Paper:
    """A paper of `file`; `where` is the statement in it, `sha256` saves hashing it again."""
    return Paper(
        kind=kind,
        reference=reference,
        site=site or file.site,
        revision=Revision(function=function, number=number, issued_at=issued_at),
        origin=Origin(
            file_sha256=sha256 or sha256_of(file), file_name=file.name, source=source, where=where
        ),
        body=body,
        field_origins=origins,
        aliases=tuple(dict.fromkeys(a for a in aliases if a and a != reference)),
    )


def read_each(
    source: str,
    items: Iterable[_T],
    read: Callable[[_T], Paper],
    *,
    limits: Limits,
    doubts: tuple[Refusal, ...] = (),
) -> Batch:
    """All statements of a file: taken, or refused with the reason.

    Raises:
        UnreadablePaper: there is none, or there are more than the limit.
    """
    papers: list[Paper] = []
    refused: list[Refusal] = []
    for item in items:
        if len(papers) + len(refused) >= limits.max_papers:
            raise UnreadablePaper(source, f"more than {limits.max_papers} statements")
        try:
            papers.append(read(item))
        except RefusedStatement as problem:
            refused.append(Refusal(where=problem.where, reason=problem.reason))
    if not papers and not refused:
        raise UnreadablePaper(source, "no statement in it")
    return Batch(source=source, papers=tuple(papers), refused=tuple(refused), doubts=doubts)
