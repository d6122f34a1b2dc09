"""Papers that come before, with or after the scan: the same verdict, and the reason shown."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import permutations

import pytest

from service.domain.decision import DecisionOutcome
from service.domain.inspection import InspectionState
from service.domain.papers.consignment import Consignment, Equipment, GoodsItem
from service.domain.papers.paper import Paper, PaperKind
from service.domain.registration import Registration
from service.domain.verdict import Result
from service.usecases.decide import decide
from service.usecases.follow_papers import LEASE
from tests.service.papers.desk import OFFICER, Desk
from tests.service.papers.paper_builders import (
    CODE,
    OTHER_CODE,
    PLATE,
    THIRD_CODE,
    a_bay_plan,
    a_consignment,
    a_movement,
    a_paper,
    a_sent_file,
    a_weighing,
)
from vision.grammar import iso6346

K = PaperKind
DECLARED, NOT_DECLARED = Result.MATCH, Result.MISMATCH


def ens(*codes: str, is_a: str = "original", reference: str = "25DE1") -> Paper:
    body = None if "cancellation" in is_a else a_consignment(*codes)
    return a_paper(body, kind=K.ENTRY_SUMMARY, reference=reference, is_a=is_a)


def test_a_declaration_before_the_scan_is_used_without_being_named(desk: Desk) -> None:
    desk.file(ens(CODE))
    visit = desk.see(CODE)
    assert desk.result(visit, "number_declared") is DECLARED
    assert desk.verdict(visit).declaration_version == 1


def test_a_late_declaration_reopens_the_verdict_and_the_history_says_why(desk: Desk) -> None:
    visit = desk.see(CODE)
    assert desk.result(visit, "number_declared") is Result.CANNOT_TELL
    desk.file(ens(CODE))
    assert desk.result(visit, "number_declared") is DECLARED
    assert desk.causes(visit) == ["analysed", "entry summary 25DE1 arrived"]
    assert desk.history(visit) == ["entry summary 25DE1 arrived"]


def test_an_amendment_that_takes_the_container_away_reopens_too(desk: Desk) -> None:
    desk.file(ens(CODE, is_a="original #1"))
    visit = desk.see(CODE)
    desk.file(ens(OTHER_CODE, is_a="amendment #2"))
    assert desk.result(visit, "number_declared") is Result.CANNOT_TELL
    assert desk.causes(visit)[-1] == "entry summary 25DE1 amendment 2 arrived"


def test_a_cancellation_reopens_and_its_declaration_is_used_no_more(desk: Desk) -> None:
    desk.file(ens(CODE))
    visit = desk.see(CODE)
    desk.file(ens(is_a="cancellation"))
    assert desk.result(visit, "number_declared") is Result.CANNOT_TELL
    assert desk.causes(visit)[-1] == "entry summary 25DE1 cancellation arrived"
    (joined,) = desk.assembled(visit).joined
    assert joined.history is not None
    assert joined.history.state.cancelled


def test_an_older_revision_that_comes_late_is_noted_and_changes_nothing(desk: Desk) -> None:
    desk.file(ens(CODE, is_a="amendment #2"))
    visit = desk.see(CODE)
    before = desk.verdict(visit)
    desk.file(ens(OTHER_CODE, is_a="amendment #1"))
    desk.file(ens(OTHER_CODE))
    assert desk.verdict(visit) == before
    assert desk.causes(visit) == ["analysed"]
    assert desk.history(visit) == [
        "entry summary 25DE1 amendment 1 arrived late; amendment 2 still counts",
        "entry summary 25DE1 arrived late; amendment 2 still counts",
    ]


def test_a_double_is_not_even_noted(desk: Desk) -> None:
    desk.file(ens(CODE))
    visit = desk.see(CODE)
    desk.file(ens(CODE))
    assert desk.history(visit) == []


def test_a_contradiction_is_noted_as_one(desk: Desk) -> None:
    visit = desk.see(CODE)
    desk.file(ens(CODE, is_a="original #1"))
    desk.file(ens(OTHER_CODE, is_a="original #1"))
    notes = desk.history(visit)
    assert notes[0] == "entry summary 25DE1 revision 1 arrived"
    assert notes[1].startswith("entry summary 25DE1 revision 1 arrived")


def a_code(number: int) -> str:
    first_ten = f"TSTU{number:06d}"
    return f"{first_ten}{iso6346.check_digit(first_ten)}"


def test_every_order_of_scan_and_papers_ends_in_the_same_verdict(desk: Desk) -> None:
    steps = ["scan", "original #1", "amendment #2", "amendment #3"]
    ends = set()
    for number, order in enumerate(permutations(steps)):
        own, other = a_code(2 * number), a_code(2 * number + 1)
        visit = ""
        for step in order:
            if step == "scan":
                visit = desk.see(own)
            else:
                code = own if step == "amendment #3" else other
                desk.file(ens(code, is_a=step, reference=f"R{number}"))
        verdict = desk.verdict(visit)
        ends.add((verdict.advice, verdict.reasons, desk.result(visit, "number_declared")))
        assert desk.joined(visit) == [f"entry_summary/R{number} certain"]
    ((_, _, result),) = ends
    assert result is DECLARED


def test_many_papers_of_one_file_are_one_new_verdict(desk: Desk) -> None:
    visit = desk.see(CODE, plates=(PLATE,))
    desk.file(
        ens(CODE),
        a_paper(a_movement(), kind=K.GATE_MOVE, reference="G1"),
        a_paper(a_bay_plan(CODE), kind=K.BAY_PLAN, reference="V1"),
        a_paper(a_weighing(), kind=K.WEIGHBRIDGE_TICKET, reference="W1"),
        a_paper(a_consignment(CODE), kind=K.BILL_OF_LADING, reference="B1"),
    )
    assert len(desk.history(visit)) == 5
    assert desk.causes(visit)[1:] == [
        "entry summary 25DE1 arrived; gate move G1 arrived; bay plan V1 arrived; and 2 more"
    ]


def test_papers_of_another_container_or_site_leave_the_visit_alone(desk: Desk) -> None:
    visit = desk.see(CODE)
    elsewhere = a_paper(kind=K.ENTRY_SUMMARY, reference="25DE2", site="south")
    desk.file(ens(OTHER_CODE), elsewhere)
    assert desk.history(visit) == []
    assert desk.causes(visit) == ["analysed"]


def test_a_paper_with_one_wrong_digit_reaches_the_visit_but_is_not_used(desk: Desk) -> None:
    visit = desk.see(CODE)
    desk.file(ens("MSCU6639871"))
    assert desk.joined(visit) == ["entry_summary/25DE1 doubtful"]
    assert desk.result(visit, "number_declared") is Result.CANNOT_TELL
    assert desk.history(visit) == ["entry summary 25DE1 arrived"]


def test_a_late_paper_finds_a_visit_whose_reading_was_not_accepted(desk: Desk) -> None:
    visit = desk.see(guesses=("MSCU6639871",))
    desk.file(ens(CODE))
    assert desk.joined(visit) == ["entry_summary/25DE1 doubtful"]
    assert desk.history(visit) == ["entry summary 25DE1 arrived"]


def test_a_paper_that_the_sender_named_counts_whatever_it_declares(desk: Desk) -> None:
    visit = desk.see(CODE, reference="25DE1")
    desk.file(ens(OTHER_CODE))
    assert desk.result(visit, "number_declared") is NOT_DECLARED
    desk.file(ens(CODE, is_a="amendment #2"))
    assert desk.result(visit, "number_declared") is DECLARED


def test_of_a_declaration_of_many_containers_those_of_the_visit_count(desk: Desk) -> None:
    desk.file(ens(CODE, OTHER_CODE, THIRD_CODE))
    visit = desk.see(CODE)
    assert desk.result(visit, "number_declared") is DECLARED
    assert all(o.result is not Result.MISMATCH for o in desk.verdict(visit).outcomes)


def test_two_containers_on_one_truck_are_declared_by_two_papers(desk: Desk) -> None:
    desk.file(ens(CODE, reference="25DE1"), ens(OTHER_CODE, reference="25DE2"))
    visit = desk.see(CODE, OTHER_CODE)
    results = [o.result for o in desk.verdict(visit).outcomes if o.rule == "number_declared"]
    assert results == [DECLARED, DECLARED]


def test_the_import_declaration_goes_before_the_entry_summary(desk: Desk) -> None:
    boxes = (Equipment(code=CODE, size_type="45G1"),)
    wrong = Consignment(goods=(GoodsItem(number=1, hs_code="240220"),), equipment=boxes)
    desk.file(a_paper(wrong, reference="25DE9"), ens(CODE))
    visit = desk.see(CODE)
    assert desk.verdict(visit).declaration_version == 1
    subjects = {text.split()[0] for text in desk.joined(visit)}
    assert subjects == {"import_declaration/25DE9", "entry_summary/25DE1"}


@pytest.mark.parametrize("first", ["record", "scan"])
def test_a_vehicle_record_counts_whether_it_comes_before_or_after(desk: Desk, first: str) -> None:
    record = a_paper(
        Registration(reference="V1", site="north", plate=PLATE, stolen=True),
        kind=K.VEHICLE_RECORD,
        reference="V1",
    )
    if first == "record":
        desk.file(record)
    visit = desk.see(plates=(PLATE,))
    if first == "scan":
        desk.file(record)
    assert desk.result(visit, "plate_registered") is Result.MISMATCH


def test_what_was_filed_before_a_crash_is_followed_after_it(desk: Desk) -> None:
    visit = desk.see(CODE)
    desk.archive.file([ens(CODE)], file=a_sent_file(), now=desk.clock())
    assert desk.causes(visit) == ["analysed"]
    assert Desk(desk.engine).follower.follow()
    assert desk.causes(visit)[-1] == "entry summary 25DE1 arrived"
    assert Desk(desk.engine).follower.follow()
    assert desk.history(visit) == ["entry summary 25DE1 arrived"]


def test_one_visit_that_cannot_be_judged_does_not_stop_the_others(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = desk.see(CODE), desk.see(CODE)
    judge = desk.judge

    def stumble(inspection_id: str, *, cause: str) -> None:
        if inspection_id == first:
            raise RuntimeError("a defect")
        judge(inspection_id, cause=cause)

    object.__setattr__(desk.follower, "judge", stumble)
    desk.file(ens(CODE))
    assert desk.causes(second)[-1] == "entry summary 25DE1 arrived"
    assert "a defect" in caplog.text


def test_following_stops_when_its_time_is_up(desk: Desk) -> None:
    desk.archive.file([ens(CODE)], file=a_sent_file(), now=desk.clock())
    assert not desk.follower.follow(budget=timedelta(0))
    assert desk.follower.follow(budget=timedelta(seconds=30))


def test_while_one_follows_others_wait_and_a_dead_one_gives_way_after_its_lease(
    desk: Desk,
) -> None:
    visit = desk.see(CODE)
    desk.archive.file([ens(CODE)], file=a_sent_file(), now=desk.clock())
    dead = desk.visits.begin_following(now=desk.clock(), lease=LEASE)
    assert dead is not None
    assert not desk.follower.follow(budget=timedelta(milliseconds=200))
    assert desk.history(visit) == []
    desk.clock.now += LEASE
    assert desk.follower.follow()
    desk.visits.end_following(dead)
    assert desk.history(visit) == ["entry summary 25DE1 arrived"]


def test_many_followers_at_once_tell_each_paper_once(desk: Desk) -> None:
    visit = desk.see(CODE)
    for number in range(20):
        paper = ens(CODE, reference=f"R{number:02d}")
        desk.archive.file([paper], file=a_sent_file(), now=desk.clock())
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: desk.follower.follow(), range(4)))
    assert done == [True] * 4
    assert len(desk.history(visit)) == 20


def test_a_decided_inspection_is_reopened_by_a_late_declaration(desk: Desk) -> None:
    visit = desk.see(CODE)
    decide(
        visit,
        outcome=DecisionOutcome.RELEASE,
        note="nothing declared, seen empty",
        verdict_number=None,
        caller=OFFICER,
        repository=desk.repository,
        clock=desk.clock,
    )
    desk.file(ens(CODE))
    file = desk.repository.judging_file(visit)
    assert file.inspection.state is InspectionState.JUDGED
    reopened = [event.detail for event in file.events if event.name == "reopened"]
    assert reopened == ["review: entry summary 25DE1 arrived"]
