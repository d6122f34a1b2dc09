"""A visit is put together from all that came apart, and a person has the last word."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from service.domain.access import Caller, Role
from service.domain.papers.corrections import Action
from service.domain.papers.paper import Paper, PaperKind
from service.domain.papers.visit import Standing
from service.domain.verdict import Result
from service.errors import Forbidden, InvalidInput, NotFound
from service.usecases.assemble_visit import search_keys
from service.usecases.paper_ports import Span
from tests.service.papers.desk import OFFICER, Desk
from tests.service.papers.paper_builders import (
    CODE,
    OTHER_CODE,
    PLATE,
    SITE,
    a_bay_plan,
    a_consignment,
    a_movement,
    a_paper,
    a_sent_file,
    a_weighing,
    an_appointment,
    at,
)
from vision.scan import ScanKind

K = PaperKind


def a_ticket(reference: str, clock: str, *plates: str) -> Paper:
    body = a_weighing(plates=plates, when=at(clock))
    return a_paper(body, kind=K.WEIGHBRIDGE_TICKET, reference=reference)


def test_everything_that_names_the_visit_comes_together(desk: Desk) -> None:
    desk.file(
        a_paper(a_consignment(CODE, plates=(PLATE,)), reference="25DE1"),
        a_paper(a_bay_plan(CODE, OTHER_CODE), kind=K.BAY_PLAN, reference="V1"),
        a_paper(a_movement(CODE, when=at("11:50")), kind=K.GATE_MOVE, reference="G1"),
        a_paper(an_appointment(), kind=K.GATE_APPOINTMENT, reference="A1"),
        a_ticket("W1", "12:05", PLATE),
        a_paper(a_consignment(OTHER_CODE), reference="25DE2"),
    )
    visit = desk.see(CODE, plates=(PLATE,))
    assert sorted(desk.joined(visit)) == [
        "bay_plan/V1 certain",
        "gate_appointment/A1 certain",
        "gate_move/G1 certain",
        "import_declaration/25DE1 certain",
        "weighbridge_ticket/W1 certain",
    ]


def test_a_ticket_without_a_plate_goes_to_the_truck_that_has_none(desk: Desk) -> None:
    desk.file(a_ticket("W1", "12:05", "KR11111"), a_ticket("W2", "12:06"))
    one = desk.see(plates=("KR11111",), when=at("12:00"))
    other = desk.see(plates=("KR22222",), when=at("12:02"))
    assert desk.joined(one)[0] == "weighbridge_ticket/W1 certain"
    assert desk.joined(other)[0] == "weighbridge_ticket/W2 doubtful"


def test_photographs_that_were_sent_apart_are_found_by_their_plate(desk: Desk) -> None:
    photo = desk.see(plates=(PLATE,), when=at("12:01"), kinds=(ScanKind.PHOTO,))
    desk.see(plates=("KR22222",), when=at("12:02"), kinds=(ScanKind.PHOTO,))
    xray = desk.see(plates=(PLATE,), when=at("12:00"), kinds=(ScanKind.XRAY,))
    assert desk.joined(xray) == [f"inspection/{photo} certain"]
    assert desk.joined(photo) == [f"inspection/{xray} certain"]


def test_the_number_of_the_sender_gives_way_to_the_mrn(desk: Desk) -> None:
    draft = a_paper(reference="LRN-7", kind=K.TRANSIT_DECLARATION)
    lodged = replace(a_paper(reference="25DE7", kind=K.TRANSIT_DECLARATION), aliases=("LRN-7",))
    desk.file(draft, lodged)
    visit = desk.see(CODE)
    assert desk.joined(visit) == ["transit_declaration/25DE7 certain"]


def test_a_person_joins_a_doubtful_declaration_and_the_verdict_follows(desk: Desk) -> None:
    desk.file(a_paper(a_consignment("MSCU6639871"), reference="25DE1"))
    visit = desk.see(CODE)
    assert desk.result(visit, "number_declared") is Result.CANNOT_TELL
    desk.correct(visit, Action.JOIN, "import_declaration/25DE1", note="a typing error")
    assert desk.result(visit, "number_declared") is Result.MISMATCH
    assert desk.causes(visit)[-1] == "officer: import declaration 25DE1 joined"
    assert desk.history(visit) == ["officer: import declaration 25DE1 joined"]


def test_a_person_takes_a_declaration_away_and_undoes_it(desk: Desk) -> None:
    desk.file(a_paper(reference="25DE1"))
    visit = desk.see(CODE)
    split = desk.correct(visit, Action.SPLIT, "import_declaration/25DE1")
    assert desk.result(visit, "number_declared") is Result.CANNOT_TELL
    assert desk.joined(visit) == ["import_declaration/25DE1 split"]
    undo = desk.correct(visit, Action.UNDO, undoes=split.number)
    assert desk.joined(visit) == ["import_declaration/25DE1 certain"]
    desk.correct(visit, Action.UNDO, undoes=undo.number)
    assert desk.joined(visit) == ["import_declaration/25DE1 split"]
    assert [c.action for c in desk.assembled(visit).corrections] == ["split", "undo", "undo"]


def test_a_ticket_joined_to_one_visit_leaves_the_other_which_is_judged_again(desk: Desk) -> None:
    desk.file(a_ticket("W1", "12:05", PLATE))
    mine = desk.see(plates=(PLATE,), when=at("12:00"))
    other = desk.see(when=at("12:06"))
    assert desk.joined(mine) == ["weighbridge_ticket/W1 certain"]
    desk.correct(other, Action.JOIN, "weighbridge_ticket/W1")
    assert desk.joined(other) == ["weighbridge_ticket/W1 certain"]
    assert desk.joined(mine) == ["weighbridge_ticket/W1 possible"]


def test_a_person_may_join_a_paper_that_nothing_else_would_find(desk: Desk) -> None:
    desk.file(a_paper(a_consignment(OTHER_CODE), reference="25/DE 1"))
    visit = desk.see(CODE)
    assert desk.joined(visit) == []
    desk.correct(visit, Action.JOIN, "import_declaration/25/DE 1")
    assert desk.joined(visit) == ["import_declaration/25/DE 1 certain"]


def test_a_scan_that_was_sent_apart_is_joined_by_hand(desk: Desk) -> None:
    xray = desk.see(kinds=(ScanKind.XRAY,))
    photo = desk.see(kinds=(ScanKind.PHOTO,), when=at("18:00"))
    desk.correct(xray, Action.JOIN, f"inspection/{photo}")
    assert desk.joined(xray) == [f"inspection/{photo} certain"]


@pytest.mark.parametrize("subject", ["", "nonsense", "import_declaration/", "/X", "inspection/"])
def test_a_malformed_subject_is_refused(desk: Desk, subject: str) -> None:
    visit = desk.see(CODE)
    with pytest.raises(InvalidInput):
        desk.correct(visit, Action.JOIN, subject)


@pytest.mark.parametrize(
    "subject", ["import_declaration/NONE", "elephant/E1", "inspection/none", "bay_plan/25DE1"]
)
def test_what_does_not_exist_cannot_be_joined(desk: Desk, subject: str) -> None:
    desk.file(a_paper(reference="25DE1"))
    visit = desk.see(CODE)
    with pytest.raises(NotFound):
        desk.correct(visit, Action.JOIN, subject)


def test_papers_scans_and_corrections_of_another_site_are_not_there(desk: Desk) -> None:
    desk.file(a_paper(reference="25DE1", site="south"))
    visit, elsewhere = desk.see(CODE), desk.see(CODE, site="south")
    with pytest.raises(NotFound):
        desk.correct(visit, Action.JOIN, "import_declaration/25DE1")
    with pytest.raises(NotFound):
        desk.correct(visit, Action.JOIN, f"inspection/{elsewhere}")
    with pytest.raises(NotFound):
        desk.correct(elsewhere, Action.SPLIT, "import_declaration/25DE1")
    boss = Caller(name="boss", role=Role.ADMIN)
    split = desk.correct(elsewhere, Action.SPLIT, "import_declaration/25DE1", caller=boss)
    with pytest.raises(NotFound):
        desk.correct(visit, Action.UNDO, undoes=split.number)


def test_an_inspection_is_not_joined_to_itself(desk: Desk) -> None:
    visit = desk.see(CODE)
    with pytest.raises(InvalidInput):
        desk.correct(visit, Action.JOIN, f"inspection/{visit}")


def test_who_may_not_decide_may_not_correct(desk: Desk) -> None:
    desk.file(a_paper(reference="25DE1"))
    visit = desk.see(CODE)
    port = replace(OFFICER, name="port", role=Role.PORT)
    with pytest.raises(Forbidden):
        desk.correct(visit, Action.SPLIT, "import_declaration/25DE1", caller=port)


def test_a_visit_of_any_year_can_be_assembled(desk: Desk) -> None:
    desk.file(a_paper(reference="25DE1"))
    for when in (datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, tzinfo=UTC)):
        visit = desk.see(CODE, plates=(PLATE,), when=when)
        assert all(j.join.standing is not Standing.CERTAIN for j in desk.assembled(visit).joined)


def test_a_span_reaches_as_far_as_the_calendar() -> None:
    first = datetime(1, 1, 2, tzinfo=UTC)
    assert Span.around(first, timedelta(days=5)).since == datetime(1, 1, 1, tzinfo=UTC)
    assert Span.around(first, timedelta(days=1)).since == datetime(1, 1, 1, tzinfo=UTC)
    assert Span.around(first, timedelta(hours=1)).since == first - timedelta(hours=1)


def test_what_was_read_anew_replaces_what_a_visit_is_found_by(desk: Desk) -> None:
    visit = desk.assembled(desk.see(CODE)).visit
    corrected = replace(visit, containers=frozenset({OTHER_CODE}))
    desk.visits.remember(corrected, site=SITE, keys=search_keys(corrected))
    for reference, code in (("OLD", CODE), ("NEW", OTHER_CODE)):
        paper = a_paper(a_consignment(code), reference=reference)
        desk.archive.file([paper], file=a_sent_file(), now=desk.clock())
    concerned = {item.paper.reference: item.visits for item in desk.visits.news(limit=10)}
    assert concerned == {"OLD": (), "NEW": (visit.id,)}
