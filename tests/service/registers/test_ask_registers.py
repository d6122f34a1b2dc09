"""Registers are asked beside all other work, a bounded number of times, all of it on record."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import Engine

from service.domain.access import Caller, Role
from service.domain.papers.consignment import Party, PartyRole
from service.domain.papers.paper import PaperKind
from service.domain.register_statement import Said
from service.domain.verdict import Advice, Result
from service.errors import Conflict, Forbidden, NotFound
from service.usecases.ask_registers import LEASE, LONGEST_PAUSE, pause_after
from service.usecases.register_questions import RegisterQuestion, Reply
from service.usecases.registers import ContainerOwner, EconomicOperator, Hit, Purpose
from tests.builders import SHIPPED, a_registration
from tests.service.papers.desk import OFFICER
from tests.service.papers.paper_builders import CODE, NOON, PLATE, SITE, a_consignment, a_paper
from tests.service.registers.station import Station, a_register

CAR = a_registration(PLATE, reference=PLATE)
HIT = Hit(reference="SIS-77", category="stolen vehicle", action="seize")
EORI = "DE1234567890123"
DAY = timedelta(days=1)


class Told:
    """A register that says what it is told, and keeps what it was asked."""

    def __init__(self, *replies: Reply) -> None:
        self.replies = list(replies)
        self.asked: list[tuple[RegisterQuestion, Purpose]] = []

    def __call__(self, question: RegisterQuestion, purpose: Purpose) -> Reply:
        self.asked.append((question, purpose))
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


def said(said: Said, **values: object) -> Reply:
    return Reply(said=said, at=NOON, **values)  # type: ignore[arg-type]


FOUND = said(Said.FOUND, entry=CAR)
SILENT = said(Said.CANNOT_TELL, reason="no answer within 3 s")


def a_station(engine: Engine, **registers: Callable[..., Reply]) -> Station:
    asked = [a_register(name, ask) for name, ask in registers.items()]
    return Station(engine, registers=asked)


def test_an_inspection_is_judged_at_once_and_again_when_the_register_answers(
    engine: Engine,
) -> None:
    station = a_station(engine, eucaris=Told(FOUND))
    visit = station.see(plates=(PLATE,), country="DE")
    assert station.result(visit, "plate_registered") is Result.CANNOT_TELL
    assert "has not answered yet" in station.outcome(visit, "plate_registered").sentence
    station.ask()
    assert station.result(visit, "plate_registered") is Result.MATCH
    assert station.causes(visit) == ["analysed", "the vehicle register answered"]
    question = station.asked(visit)["eucaris"]
    assert (question.said, question.entry, question.answered_at) == (Said.FOUND, CAR, NOON)
    assert question.next_at is None


def test_only_what_the_register_really_said_is_a_mismatch(engine: Engine) -> None:
    station = a_station(engine, eucaris=Told(SILENT, said(Said.NOT_FOUND)))
    visit = station.see(plates=(PLATE,), country="DE")
    station.ask()
    outcome = station.outcome(visit, "plate_registered")
    assert outcome.result is Result.CANNOT_TELL
    assert "no answer within 3 s" in outcome.sentence
    station.later(DAY)
    station.ask()
    assert station.result(visit, "plate_registered") is Result.MISMATCH
    assert station.causes(visit)[1:] == [
        "the vehicle register cannot tell",
        "the vehicle register answered",
    ]


def test_answers_that_come_together_are_one_judgement(engine: Engine) -> None:
    gate = threading.Event()

    def behind_the_gate(reply: Reply) -> Callable[..., Reply]:
        return lambda question, purpose: reply if gate.wait(10) else SILENT

    station = a_station(
        engine,
        eucaris=behind_the_gate(FOUND),
        stolen_objects=behind_the_gate(said(Said.NO_HIT)),
    )
    visit = station.see(plates=(PLATE,), country="DE")
    station.asker.follow()
    gate.set()
    assert station.asker.settle(timeout_s=10)
    (_, cause) = station.causes(visit)
    assert sorted(cause.split("; ")) == [
        "the register of stolen objects answered",
        "the vehicle register answered",
    ]


def test_a_register_without_an_answer_is_asked_again_ever_later_and_not_for_ever(
    engine: Engine,
) -> None:
    silent = Told(SILENT)
    station = a_station(engine, eucaris=silent)
    visit = station.see(plates=(PLATE,), country="DE")
    pauses = []
    for _ in range(10):
        station.ask()
        question = station.asked(visit)["eucaris"]
        if question.next_at is None:
            break
        station.asker.follow()
        assert len(silent.asked) == question.attempts, "asked before its time"
        pauses.append(question.next_at - station.clock.now)
        station.clock.now = question.next_at
    assert len(silent.asked) == 3
    assert pauses == sorted(pauses)
    assert station.asked(visit)["eucaris"].said is Said.CANNOT_TELL
    assert station.causes(visit) == ["analysed", "the vehicle register cannot tell"]
    station.later(DAY)
    station.ask()
    assert len(silent.asked) == 3


def test_pauses_grow_and_end_at_an_hour() -> None:
    pauses = [pause_after(n) for n in range(1, 60)]
    assert [p.total_seconds() for p in pauses[:4]] == [5, 15, 45, 135]
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE


def test_a_register_that_does_not_answer_holds_up_no_one(engine: Engine) -> None:
    release, under_way, most, lock = threading.Event(), count(), [0], threading.Lock()
    running = 0

    def hangs(question: RegisterQuestion, purpose: Purpose) -> Reply:
        nonlocal running
        del question, purpose
        with lock:
            running += 1
            most[0] = max(most[0], running)
        next(under_way)
        release.wait(30)
        with lock:
            running -= 1
        return SILENT

    station = a_station(engine, eucaris=hangs, stolen_objects=Told(said(Said.NO_HIT)))
    try:
        visits = [station.see(plates=(PLATE,), country="DE") for _ in range(5)]
        station.follow_until(
            lambda: all(
                station.asked(visit)["stolen_objects"].said is Said.NO_HIT for visit in visits
            )
        )
        assert most[0] == 2
        assert {station.asked(v)["eucaris"].said for v in visits} == {Said.PENDING}
        late = station.see(plates=(PLATE,), country="DE")
        assert station.causes(late) == ["analysed"]
    finally:
        release.set()
        assert station.asker.settle(timeout_s=10)


def test_a_hit_holds_and_says_no_more_than_that(engine: Engine) -> None:
    station = a_station(engine, stolen_objects=Told(said(Said.HIT, entry=HIT)))
    visit = station.see(plates=(PLATE,), country="DE")
    station.ask()
    verdict = station.verdict(visit)
    assert verdict.advice is Advice.HOLD
    assert any("Compare the characters before you act." in reason for reason in verdict.reasons)
    events = [event.detail for event in station.repository.judging_file(visit).events]
    shown = f"{verdict} {events} {station.asked(visit)['stolen_objects'].statement()}"
    assert "SIS-77" not in shown
    assert "seize" not in shown
    assert any("stolen_objects" in detail and "hit" in detail for detail in events)


def test_without_the_country_a_register_that_needs_it_is_not_asked(engine: Engine) -> None:
    eucaris, table = Told(FOUND), Told(said(Said.NOT_FOUND))
    station = a_station(engine, eucaris=eucaris, local_vehicle_table=table)
    visit = station.see(plates=(PLATE,))
    station.ask()
    assert (eucaris.asked, len(table.asked)) == ([], 1)
    outcome = station.outcome(visit, "plate_registered")
    assert outcome.result is Result.CANNOT_TELL
    assert "country of the plate is not known" in outcome.sentence


def test_a_purpose_goes_with_every_question(engine: Engine) -> None:
    eucaris = Told(FOUND)
    station = a_station(engine, eucaris=eucaris)
    visit = station.see(plates=(PLATE,), country="DE")
    station.ask()
    ((question, purpose),) = eucaris.asked
    assert (question.site, question.country, purpose.case, purpose.user) == (
        SITE,
        "DE",
        visit,
        "service",
    )
    assert purpose.reason


def test_parties_of_late_papers_are_asked_about_too(engine: Engine) -> None:
    operator = said(Said.FOUND, entry=EconomicOperator(eori=EORI, name="Muster GmbH"))
    eori, aeo = Told(operator), Told(said(Said.NOT_FOUND))
    station = a_station(engine, eori=eori, aeo=aeo)
    visit = station.see(CODE)
    assert station.asked(visit) == {}
    party = Party(
        role=PartyRole.IMPORTER, identifier="DE 123 4567890123", name="Muster GmbH", country="DE"
    )
    other = Party(role=PartyRole.CARRIER, identifier="4711")
    body = replace(a_consignment(CODE), parties=(party, other))
    station.file(a_paper(body, kind=PaperKind.IMPORT_DECLARATION, reference="25DE1"))
    station.ask()
    asked = station.asked(visit)
    assert (asked["eori"].subject, asked["eori"].said) == (EORI, Said.FOUND)
    assert asked["eori"].statement().words == "Muster GmbH"
    ((question, _),) = aeo.asked
    assert (question.subject, question.name, question.country) == (EORI, "Muster GmbH", "DE")


def test_of_very_many_parties_a_register_is_asked_about_some_and_says_so(engine: Engine) -> None:
    eori = Told(said(Said.NOT_FOUND))
    registers = [a_register("eori", eori, threads=50)]
    policy = replace(SHIPPED, required_registers=("eori",))
    station = Station(engine, registers=registers, policy=policy)
    parties = tuple(
        Party(role=PartyRole.CONSIGNEE, identifier=f"DE{n:013d}", country="Germany and more \x00")
        for n in range(300)
    )
    body = replace(a_consignment(CODE), parties=parties)
    station.file(a_paper(body, kind=PaperKind.IMPORT_DECLARATION, reference="25DE1"))
    visit = station.see(CODE)
    station.ask()
    assert len(eori.asked) == 20
    assert {question.country for question, _ in eori.asked} == {"DE"}
    last = station.store.of(visit)[-1]
    assert (last.said, last.next_at) == (Said.CANNOT_TELL, None)
    assert "one of 280 more" in last.reason
    assert station.result(visit, "registers_answered") is Result.CANNOT_TELL


def test_the_owner_of_a_container_is_asked_for(engine: Engine) -> None:
    owner = said(Said.FOUND, entry=ContainerOwner(code="MSC", company="MSC Lines"))
    station = a_station(engine, owner_codes=Told(owner))
    visit = station.see(CODE)
    assert station.result(visit, "owner_registered") is Result.CANNOT_TELL
    station.ask()
    assert station.result(visit, "owner_registered") is Result.MATCH
    assert "MSC Lines" in station.outcome(visit, "owner_registered").sentence


def test_stolen_objects_are_asked_for_every_inspection(engine: Engine) -> None:
    police = Told(said(Said.NO_HIT))
    station = a_station(engine, stolen_objects=police)
    for _ in range(3):
        station.see(plates=(PLATE,))
        station.ask()
    assert len(police.asked) == 3
    assert len({purpose.case for _, purpose in police.asked}) == 3


def test_what_breaks_while_asking_is_no_answer(engine: Engine) -> None:
    def breaks(question: RegisterQuestion, purpose: Purpose) -> Reply:
        raise RuntimeError("the audit log cannot be written")

    station = a_station(engine, stolen_objects=breaks)
    visit = station.see(plates=(PLATE,))
    station.ask()
    question = station.asked(visit)["stolen_objects"]
    assert question.said is Said.CANNOT_TELL
    assert "RuntimeError" in question.reason
    assert question.next_at is not None
    assert station.result(visit, "plate_sought") is Result.CANNOT_TELL


def test_a_question_whose_asker_always_died_is_given_up(engine: Engine) -> None:
    police = Told(said(Said.NO_HIT))
    station = a_station(engine, stolen_objects=police)
    visit = station.see(plates=(PLATE,))
    for _ in range(3):
        assert station.store.claim("stolen_objects", now=station.clock(), lease=LEASE, limit=9)
        station.later(LEASE)
    station.ask()
    question = station.asked(visit)["stolen_objects"]
    assert (question.said, question.next_at, police.asked) == (Said.CANNOT_TELL, None, [])
    assert "each time the answer was lost" in question.reason


def test_a_required_register_keeps_a_vehicle_until_it_has_answered(engine: Engine) -> None:
    policy = replace(SHIPPED, required_registers=("stolen_objects",))
    registers = [a_register("stolen_objects", Told(said(Said.NO_HIT)))]
    station = Station(engine, registers=registers, policy=policy)
    visit = station.see(plates=(PLATE,))
    assert station.result(visit, "registers_answered") is Result.CANNOT_TELL
    station.ask()
    assert station.result(visit, "registers_answered") is Result.MATCH


def test_a_person_can_have_it_asked_again_in_their_own_name(engine: Engine) -> None:
    police = Told(SILENT)
    station = a_station(engine, stolen_objects=police)
    station.desk = replace(station.desk, configured=[r.named for r in station.registers])
    visit = station.see(plates=(PLATE,))
    while station.store.of(visit)[0].next_at is not None:
        station.ask()
        station.later(DAY)
    police.replies = [said(Said.NO_HIT)]
    port = Caller(name="gate", role=Role.PORT)
    with pytest.raises(Forbidden):
        station.desk.ask_again(visit, 1, caller=port)
    with pytest.raises(NotFound):
        station.desk.ask_again(visit, 2, caller=OFFICER)
    station.desk.ask_again(visit, 1, caller=OFFICER)
    station.ask()
    assert police.asked[-1][1].user == OFFICER.name
    assert station.result(visit, "plate_sought") is Result.MATCH
    gone = replace(station.desk, configured=())
    with pytest.raises(Conflict, match="no register stolen_objects is configured"):
        gone.ask_again(visit, 1, caller=OFFICER)
