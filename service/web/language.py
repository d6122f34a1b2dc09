"""The language in which a request wants to read what the rules say."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Header, Query, Request

from service.domain.reconcile.words import Language

COOKIE = "language"


def accepted(header: str | None) -> Language | None:
    """The best of our languages in an `Accept-Language` header; None if it names none of them."""
    weighed: list[tuple[float, int, Language]] = []
    for place, part in enumerate((header or "").split(",")):
        tag, _, parameters = part.strip().partition(";")
        primary = tag.strip().lower().partition("-")[0]
        try:
            weight = float(parameters.partition("q=")[2] or 1)
        except ValueError:
            continue
        if primary in set(Language) and weight > 0:
            weighed.append((-weight, place, Language(primary)))
    return min(weighed)[2] if weighed else None


def _of_api(
    language: Annotated[Language | None, Query(description="Before Accept-Language.")] = None,
    accept_language: Annotated[str | None, Header(max_length=500)] = None,
) -> Language:
    return language or accepted(accept_language) or Language.ENGLISH


ReadIn = Annotated[Language, Depends(_of_api)]


def of_page(request: Request) -> Language:
    """The person's choice, else the browser's, else English."""
    chosen = request.cookies.get(COOKIE, "")
    if chosen in set(Language):
        return Language(chosen)
    return accepted(request.headers.get("accept-language")) or Language.ENGLISH
