"""The queue: what needs a decision first, the rest behind chips."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from service.domain.access import Caller, Permission
from service.domain.inspection import InspectionState
from service.domain.verdict import Advice
from service.usecases.ports import InspectionFilter, InspectionSummary, Order
from service.web.console.pages import just_decided, show, with_person
from service.web.wiring import Services

router = APIRouter()
PAGE = 50
MAX_TEXT = 200
URGENT_FIRST = (Advice.HOLD, Advice.REVIEW, Advice.RELEASE)


class View(StrEnum):
    """What the queue shows. TODO is everything that awaits a decision, by advice."""

    TODO = "todo"
    HOLD = "hold"
    REVIEW = "review"
    RELEASE = "release"
    WORKING = "working"
    FAILED = "failed"
    DECIDED = "decided"
    ALL = "all"


_S = InspectionState
STATES: dict[View, frozenset[InspectionState]] = {
    View.TODO: frozenset({_S.JUDGED}),
    View.HOLD: frozenset({_S.JUDGED}),
    View.REVIEW: frozenset({_S.JUDGED}),
    View.RELEASE: frozenset({_S.JUDGED}),
    View.WORKING: frozenset({_S.RECEIVED, _S.ANALYSING, _S.ANALYSED}),
    View.FAILED: frozenset({_S.FAILED}),
    View.DECIDED: frozenset({_S.DECIDED}),
    View.ALL: frozenset(),
}
ADVICE_OF = {View.HOLD: Advice.HOLD, View.REVIEW: Advice.REVIEW, View.RELEASE: Advice.RELEASE}
TITLES = {
    View.TODO: "To decide",
    View.HOLD: "Hold",
    View.REVIEW: "Review",
    View.RELEASE: "Release",
    View.WORKING: "Being analysed",
    View.FAILED: "Failed",
    View.DECIDED: "Decided",
    View.ALL: "All",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """A view that one can go to, with how many inspections it holds."""

    view: View
    title: str
    count: int
    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Rows under a heading ("" for none), and where the older ones are."""

    title: str
    rows: tuple[InspectionSummary, ...]
    older: str | None


@router.get("/")
def queue(request: Request) -> Response:
    def then(caller: Caller, services: Services) -> Response:
        done = just_decided(request, caller, services)
        values = _queue(request, caller, services)
        return show(request, "queue.html", caller, done=done, **values)

    return with_person(request, Permission.READ, then)


@router.get("/queue/rows")
def queue_rows(request: Request) -> Response:
    def then(caller: Caller, services: Services) -> Response:
        return show(request, "_rows.html", caller, **_queue(request, caller, services))

    return with_person(request, Permission.READ, then)


def next_to_decide(services: Services, caller: Caller, *, after: str) -> str | None:
    """What comes after that inspection in the order of the queue, round again at the end."""
    ids = [
        row.inspection.id
        for advice in URGENT_FIRST
        for row in _rows(services, caller, View(advice.value))[0]
    ]
    if after in ids:
        at = ids.index(after)
        ids = ids[at + 1 :] + ids[:at]
    return ids[0] if ids else None


def _queue(request: Request, caller: Caller, services: Services) -> dict[str, Any]:
    query = request.query_params
    asked = query.get("view", "")
    view = View(asked) if asked in set(View) else View.TODO
    text = "".join(c for c in query.get("text", "") if c.isprintable())[:MAX_TEXT].strip()
    if text and not asked:
        view = View.ALL
    cursor = query.get("cursor") or None
    return {
        "view": view,
        "text": text,
        "chips": _chips(services, caller, view=view),
        "sections": _sections(services, caller, view=view, text=text, cursor=cursor),
        "now": services.clock(),
        "address": _address(view, text, cursor),
    }


def _chips(services: Services, caller: Caller, *, view: View) -> list[Chip]:
    states = services.repository.state_counts(caller=caller)
    advices = services.repository.advice_counts(caller=caller)

    def count(of: View) -> int:
        if of in ADVICE_OF:
            return advices.get(ADVICE_OF[of], 0)
        return sum(states.get(state, 0) for state in STATES[of] or _S)

    return [Chip(view=v, title=TITLES[v], count=count(v), on=v is view) for v in View]


def _sections(
    services: Services, caller: Caller, *, view: View, text: str, cursor: str | None
) -> list[Section]:
    if view is not View.TODO:
        rows, older = _rows(services, caller, view, text=text, cursor=cursor)
        return [
            Section(
                title="", rows=rows, older=f"/?{_address(view, text, older)}" if older else None
            )
        ]
    sections = []
    for advice in URGENT_FIRST:
        own = View(advice.value)
        rows, older = _rows(services, caller, own, text=text)
        if rows:
            more = f"/?{_address(own, text, older)}" if older else None
            sections.append(Section(title=TITLES[own], rows=rows, older=more))
    return sections


def _rows(
    services: Services, caller: Caller, view: View, *, text: str = "", cursor: str | None = None
) -> tuple[tuple[InspectionSummary, ...], str | None]:
    page = services.repository.list_inspections(
        InspectionFilter(
            states=STATES[view],
            advices=frozenset({ADVICE_OF[view]}) if view in ADVICE_OF else frozenset(),
            text=text,
            order=Order.EXPECTED_LOSS if view in ADVICE_OF else Order.NEWEST,
        ),
        cursor=cursor,
        limit=PAGE,
        caller=caller,
    )
    return page.items, page.next_cursor


def _address(view: View, text: str, cursor: str | None) -> str:
    values = {"view": view.value, "text": text, "cursor": cursor}
    return urlencode({name: value for name, value in values.items() if value})
