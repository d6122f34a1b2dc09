"""Questions to registers under contract, on either database."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import event

from service.domain.register_statement import RegisterKind, Said
from service.errors import Conflict, NotFound
from service.store.register_questions import SqlRegisterQuestions
from service.store.repository import SqlRepository
from service.usecases.register_questions import RegisterQuestion, Reply, Wanted
from service.usecases.registers import ContainerOwner, Hit
from tests.builders import GATE, NOW, PLATE, a_registration, an_analysis, an_inspection
from tests.conftest import Database

LEASE = timedelta(seconds=30)
LATER = NOW + timedelta(hours=1)
JOB = "00000000-0000-4000-8000-000000000001"
HIT = Hit(reference="PL-1", category="stolen", action="seize")
CAR = Wanted(kind=RegisterKind.VEHICLE, register="eucaris", subject=PLATE, country="DE")
SOUGHT = Wanted(kind=RegisterKind.SOUGHT, register="stolen_objects", subject=PLATE)
OWNER = Wanted(kind=RegisterKind.OWNER, register="owner_codes", subject="CSQU3054383")


@pytest.fixture
def questions(database: Database, repository: SqlRepository) -> Iterator[SqlRegisterQuestions]:
    """Of an inspection that is analysed and judged."""
    job = an_inspection(JOB)
    repository.add_inspection(job, idempotency_key=None, request_sha256="", caller=GATE)
    lease = repository.claim(worker="w", now=NOW, lease=LEASE)
    assert lease is not None
    repository.finish(lease, analysis=an_analysis(), elapsed_s=1.0, now=NOW)
    repository.confirm_verdict(JOB, changed_at=repository.judging_file(JOB).changed_at)
    yield SqlRegisterQuestions(database.engine)


def claimed(questions: SqlRegisterQuestions, register: str = "eucaris") -> RegisterQuestion:
    (found,) = questions.claim(register, now=LATER, lease=LEASE, limit=9)
    return found


def a_reply(said: Said, **values: object) -> Reply:
    return Reply(said=said, at=LATER, **values)  # type: ignore[arg-type]


def answered(questions: SqlRegisterQuestions, reply: Reply, register: str = "eucaris") -> bool:
    question = claimed(questions, register)
    return questions.record(question, reply, now=LATER, next_at=None)


def test_a_question_is_written_down_once_however_often_it_follows(
    questions: SqlRegisterQuestions,
) -> None:
    with ThreadPoolExecutor(8) as pool:
        runs = [pool.submit(questions.plan, JOB, [CAR, SOUGHT], now=NOW) for _ in range(16)]
        found = {tuple(q.number for q in run.result()) for run in runs}
    assert found == {(1, 2)}
    (car, sought) = questions.plan(JOB, [SOUGHT, OWNER], now=LATER)[:2]
    assert (car.register, car.subject, car.country, car.said) == (
        "eucaris",
        PLATE,
        "DE",
        Said.PENDING,
    )
    assert (sought.number, sought.planned_at) == (2, NOW)
    assert [q.register for q in questions.of(JOB)] == ["eucaris", "stolen_objects", "owner_codes"]


def test_a_question_that_cannot_be_asked_says_why_and_is_never_handed_out(
    questions: SqlRegisterQuestions,
) -> None:
    hopeless = Wanted(
        kind=RegisterKind.VEHICLE, register="eucaris", subject=PLATE, hopeless="no country"
    )
    (found,) = questions.plan(JOB, [hopeless], now=NOW)
    assert (found.said, found.reason) == (Said.CANNOT_TELL, "no country")
    assert questions.claim("eucaris", now=LATER, lease=LEASE, limit=9) == ()


def test_a_country_that_becomes_known_makes_it_a_question(
    questions: SqlRegisterQuestions,
) -> None:
    hopeless = Wanted(
        kind=RegisterKind.VEHICLE, register="eucaris", subject=PLATE, hopeless="no country"
    )
    questions.plan(JOB, [hopeless], now=NOW)
    (found,) = questions.plan(JOB, [CAR], now=NOW)
    assert (found.number, found.said, found.country) == (1, Said.PENDING, "DE")
    assert claimed(questions).country == "DE"


def test_a_question_is_handed_out_to_one_alone(questions: SqlRegisterQuestions) -> None:
    many = [
        Wanted(kind=RegisterKind.VEHICLE, register="eucaris", subject=f"B{n}", country="DE")
        for n in range(12)
    ]
    questions.plan(JOB, many, now=NOW)

    def take(_: int) -> list[int]:
        return [q.number for q in questions.claim("eucaris", now=NOW, lease=LEASE, limit=3)]

    with ThreadPoolExecutor(6) as pool:
        taken = [number for numbers in pool.map(take, range(12)) for number in numbers]
    assert sorted(taken) == list(range(1, 13))


def test_what_was_asked_and_never_recorded_comes_again_after_the_lease(
    questions: SqlRegisterQuestions,
) -> None:
    questions.plan(JOB, [CAR], now=NOW)
    (first,) = questions.claim("eucaris", now=NOW, lease=LEASE, limit=9)
    assert questions.claim("eucaris", now=NOW + LEASE / 2, lease=LEASE, limit=9) == ()
    (again,) = questions.claim("eucaris", now=NOW + LEASE, lease=LEASE, limit=9)
    assert (first.asked, again.asked, again.attempts) == (1, 2, 2)


def test_a_late_answer_to_an_earlier_asking_has_no_effect(
    questions: SqlRegisterQuestions,
) -> None:
    questions.plan(JOB, [CAR], now=NOW)
    (first,) = questions.claim("eucaris", now=NOW, lease=LEASE, limit=9)
    (again,) = questions.claim("eucaris", now=LATER, lease=LEASE, limit=9)
    assert not questions.record(first, a_reply(Said.NOT_FOUND), now=LATER, next_at=None)
    found = a_reply(Said.FOUND, entry=a_registration())
    assert questions.record(again, found, now=LATER, next_at=None)
    assert not questions.record(again, a_reply(Said.NOT_FOUND), now=LATER, next_at=None)
    (stored,) = questions.of(JOB)
    assert (stored.said, stored.entry, stored.answered_at) == (
        Said.FOUND,
        a_registration(),
        LATER,
    )
    assert stored.next_at is None


def test_an_answer_has_the_inspection_judged_even_if_the_process_dies(
    questions: SqlRegisterQuestions, repository: SqlRepository
) -> None:
    questions.plan(JOB, [OWNER], now=NOW)
    assert repository.awaiting_verdict(changed_before=LATER + LEASE) == ()
    owner = ContainerOwner(code="CSQ", company="CSQ Lines")
    assert answered(questions, a_reply(Said.FOUND, entry=owner), "owner_codes")
    assert repository.awaiting_verdict(changed_before=LATER + LEASE) == (JOB,)
    (last,) = [e for e in repository.judging_file(JOB).events if e.name == "register"]
    assert last.detail == "register of container owners (owner_codes) on CSQU3054383: found"


def test_the_same_answer_again_is_no_news(questions: SqlRegisterQuestions) -> None:
    questions.plan(JOB, [CAR], now=NOW)
    for reason, news in (("no answer within 3 s", True), ("status 500", False)):
        question = claimed(questions)
        reply = a_reply(Said.CANNOT_TELL, reason=reason)
        assert questions.record(question, reply, now=LATER, next_at=LATER) is news
    assert questions.of(JOB)[0].reason == "status 500"


def test_a_register_that_fails_later_does_not_take_back_its_hit(
    questions: SqlRegisterQuestions,
) -> None:
    questions.plan(JOB, [SOUGHT], now=NOW)
    assert answered(questions, a_reply(Said.HIT, entry=HIT), "stolen_objects")
    questions.ask_again(JOB, 1, by="ada", now=LATER)
    reply = a_reply(Said.CANNOT_TELL, reason="no answer within 3 s")
    assert not answered(questions, reply, "stolen_objects")
    (stored,) = questions.of(JOB)
    assert (stored.said, stored.entry, stored.asked_by) == (Said.HIT, HIT, "ada")
    questions.ask_again(JOB, 1, by="ada", now=LATER)
    assert answered(questions, a_reply(Said.NO_HIT), "stolen_objects")
    assert questions.of(JOB)[0].said is Said.NO_HIT


def test_viewers_of_a_hit_are_of_that_answer_alone(questions: SqlRegisterQuestions) -> None:
    questions.plan(JOB, [SOUGHT], now=NOW)
    with pytest.raises(Conflict):
        questions.add_viewer(JOB, 1, by="ada", now=NOW)
    answered(questions, a_reply(Said.HIT, entry=HIT), "stolen_objects")
    for person in ("ada", "bob", "ada"):
        questions.add_viewer(JOB, 1, by=person, now=LATER)
    assert questions.of(JOB)[0].viewers == ("ada", "bob")
    questions.ask_again(JOB, 1, by="ada", now=LATER)
    question = claimed(questions, "stolen_objects")
    anew = Reply(said=Said.HIT, at=LATER + LEASE, entry=HIT)
    questions.record(question, anew, now=LATER, next_at=None)
    assert questions.of(JOB)[0].viewers == ()


def test_a_question_that_is_not_there_is_not_found(questions: SqlRegisterQuestions) -> None:
    for use in (questions.ask_again, questions.add_viewer):
        with pytest.raises(NotFound):
            use(JOB, 1, by="ada", now=NOW)
        with pytest.raises(NotFound):
            use("00000000-0000-4000-8000-00000000dead", 1, by="ada", now=NOW)


def test_what_a_register_says_is_stored_whatever_characters_it_has(
    questions: SqlRegisterQuestions,
) -> None:
    questions.plan(JOB, [CAR], now=NOW)
    answered(questions, a_reply(Said.CANNOT_TELL, reason="odd \x00 \ud800 answer"))
    assert questions.of(JOB)[0].reason == "odd \\x00 \\ud800 answer"


def test_a_claim_reads_no_table_whole(sqlite_database: Database) -> None:
    """SQLite without statistics takes an index wherever there is one that fits."""
    questions = SqlRegisterQuestions(sqlite_database.engine)
    seen: list[tuple[str, object]] = []

    def keep(_c: object, _k: object, statement: str, parameters: object, *_: object) -> None:
        if statement.startswith("SELECT"):
            seen.append((statement, parameters))

    event.listen(sqlite_database.engine, "before_cursor_execute", keep)
    questions.claim("eucaris", now=NOW, lease=LEASE, limit=9)
    questions.of(JOB)
    event.remove(sqlite_database.engine, "before_cursor_execute", keep)
    with sqlite_database.engine.connect().execution_options(read_only=True) as db:
        for statement, parameters in seen:
            plan = db.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)  # type: ignore[arg-type]
            assert all("SCAN" not in row.detail for row in plan), statement
    assert len(seen) == 2
