import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import httpx
import pytest
from register_builders import NOW, PURPOSE, Watch, an_auditor, an_exchange

from service.domain.registration import Registration
from service.sources import Limits, UnreadablePaper
from service.sources.registers.answer_cache import AnswerCache
from service.sources.registers.eucaris import Eucaris
from service.sources.registers.exchange import Exchange, Line
from service.sources.registers.local_vehicle_table import LocalVehicleTable, read_vehicle_table
from service.usecases.registers import Answer, Purpose, QueryStage, RegisterAnswer, RegisterQuery

TABLE = """plate;country;make;model;colour;category;first registration;valid until;stolen;exported
KR 4WA37;PL;Scania;R450;blue;N3;2019-05-02;2026-01-31;no;no
KR-99XY;PL;Schmitz;;;O4;02.05.2020;;;
AB 123 C;SK;DAF;;red;N3;;;ja;
"""


def an_answer(
    request: httpx.Request, *, result: str = "found", vehicle: str | None = None, **changes: str
) -> httpx.Response:
    """What an honest register answers, unless told otherwise."""
    text = request.content.decode()
    said = {name: re.findall(f"<{name}>([^<]*)<", text)[0] for name in ("QueryId", "Plate")}
    values = {**said, "Country": "PL", "Make": "Scania", "FirstRegistration": "2019-05-02",
              "Stolen": "false", "Status": "registered", **changes}  # fmt: skip
    inner = "".join(f"<{k}>{v}</{k}>" for k, v in values.items() if k != "QueryId")
    vehicle = f"<Vehicle>{inner}</Vehicle>" if vehicle is None else vehicle
    return httpx.Response(
        200,
        text=f"<VehicleResponse><QueryId>{values['QueryId']}</QueryId>"
        f"<Result>{result}</Result>{vehicle}</VehicleResponse>",
    )


def a_register(
    answer: Callable[[httpx.Request], httpx.Response],
    *,
    log: list[RegisterQuery] | None = None,
    watch: Watch | None = None,
    exchange: Exchange | None = None,
) -> Eucaris:
    entries: list[RegisterQuery] = [] if log is None else log
    return Eucaris(
        exchange or an_exchange(answer),
        auditor=an_auditor(entries.append, "eucaris"),
        cache=AnswerCache(
            found=timedelta(hours=12), not_found=timedelta(minutes=5), monotonic=watch or Watch()
        ),
        clock=lambda: NOW,
    )


def look_up(
    register: Eucaris | LocalVehicleTable, plate: str = "KR 4WA37", country: str | None = "PL"
) -> RegisterAnswer[Registration]:
    return register.look_up(plate, country=country, site="gate-1", purpose=PURPOSE)


def test_a_vehicle_is_found_with_what_the_register_says() -> None:
    found = look_up(a_register(lambda r: an_answer(r, Colour="blue", Vin="V1", Status="exported")))
    assert found.answer is Answer.FOUND
    assert found.entry == Registration(
        reference="KR4WA37",
        site="gate-1",
        plate="KR4WA37",
        country="PL",
        make="Scania",
        colour="blue",
        vin="V1",
        first_registration=date(2019, 5, 2),
        stolen=False,
        exported=True,
    )


def test_only_the_register_itself_says_not_found() -> None:
    found = look_up(a_register(lambda r: an_answer(r, result="not_found", vehicle="")))
    assert (found.answer, found.entry) == (Answer.NOT_FOUND, None)


def raises(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("slow", request=request)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (raises, "ReadTimeout"),
        (lambda r: httpx.Response(404), "status 404"),
        (lambda r: httpx.Response(500), "status 500"),
        (lambda r: httpx.Response(200), "no element"),
        (lambda r: httpx.Response(200, text="<html>"), "not well-formed"),
        (lambda r: httpx.Response(200, text="<html></html>"), "expected VehicleResponse"),
        (
            lambda r: httpx.Response(200, text='<!DOCTYPE a [<!ENTITY x "y">]><VehicleResponse/>'),
            "document type",
        ),
        (lambda r: an_answer(r, QueryId="other"), "answers another query"),
        (lambda r: an_answer(r, Plate="KR 4WA38"), "about another vehicle"),
        (lambda r: an_answer(r, Country="DE"), "about another vehicle"),
        (lambda r: an_answer(r, result="not_found"), "result 'not_found' with a vehicle"),
        (lambda r: an_answer(r, vehicle=""), "result 'found' with no vehicle"),
        (lambda r: an_answer(r, result="error", vehicle=""), "result 'error'"),
        (lambda r: an_answer(r, FirstRegistration="2030-01-01"), "in the future"),
        (lambda r: an_answer(r, FirstRegistration="soon"), "cannot be used"),
        (lambda r: an_answer(r, Stolen="perhaps"), "expected true, false or unknown"),
        (lambda r: an_answer(r, Make="A</Make><Make>B"), "stated 2 times"),
    ],
)
def test_silence_garbage_and_lies_cannot_tell_and_are_never_not_found(
    answer: Callable[[httpx.Request], httpx.Response], reason: str
) -> None:
    found = look_up(a_register(answer))
    assert (found.answer, found.entry) == (Answer.CANNOT_TELL, None)
    assert reason in found.reason


def test_without_a_country_nothing_is_asked() -> None:
    def never(request: httpx.Request) -> httpx.Response:
        raise AssertionError

    found = look_up(a_register(never), country=None)
    assert found.answer is Answer.CANNOT_TELL
    assert "country" in found.reason


def test_unknown_is_neither_stolen_nor_not() -> None:
    found = look_up(a_register(lambda r: an_answer(r, Stolen="unknown", Status="")))
    assert found.entry is not None
    assert (found.entry.stolen, found.entry.exported) == (None, None)


def test_every_query_is_in_the_audit_log_before_and_after_with_its_purpose() -> None:
    log: list[RegisterQuery] = []
    register = a_register(an_answer, log=log)
    look_up(register)
    look_up(register)
    assert [(q.query_id, q.stage, q.outcome) for q in log] == [
        ("q-1", QueryStage.ASKED, ""),
        ("q-1", QueryStage.ANSWERED, "found"),
        ("q-2", QueryStage.ASKED, ""),
        ("q-2", QueryStage.ANSWERED, "found from cache"),
    ]
    assert {(q.purpose, q.subject, q.register) for q in log} == {
        (PURPOSE, "plate KR4WA37 PL", "eucaris")
    }
    with pytest.raises(ValueError, match="a reason and a user"):
        Purpose(reason=" ", user="officer")


def test_without_the_audit_log_nothing_is_asked() -> None:
    asked: list[int] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(1)
        return an_answer(request)

    def broken(query: RegisterQuery) -> None:
        raise OSError("disk full")

    register = Eucaris(
        an_exchange(answer),
        auditor=an_auditor(broken),
        cache=AnswerCache(found=timedelta(1), not_found=timedelta(1), monotonic=Watch()),
        clock=lambda: NOW,
    )
    with pytest.raises(OSError, match="disk full"):
        look_up(register)
    assert asked == []


def test_answers_are_kept_until_they_expire_and_failures_never() -> None:
    watch, asked, healthy = Watch(), [], True

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(1)
        if not healthy:
            return httpx.Response(400)
        missing = b"AB1" in request.content
        return an_answer(
            request, result="not_found" if missing else "found", vehicle="" if missing else None
        )

    register = a_register(answer, watch=watch)
    assert not look_up(register).from_cache
    assert look_up(register).from_cache
    assert look_up(register, "AB 1").answer is Answer.NOT_FOUND
    assert look_up(register, "AB1").from_cache
    assert len(asked) == 2
    watch.now = 6 * 60.0
    assert not look_up(register, "AB1").from_cache
    assert look_up(register).from_cache
    watch.now, healthy = 13 * 3600.0, False
    assert look_up(register).answer is Answer.CANNOT_TELL
    healthy = True
    assert look_up(register).answer is Answer.FOUND


def test_a_kept_entry_does_not_clear_a_vehicle_but_still_says_stolen() -> None:
    clean, stolen = a_register(an_answer), a_register(lambda r: an_answer(r, Stolen="true"))
    for register, first, second in ((clean, False, None), (stolen, True, True)):
        fresh, kept = look_up(register), look_up(register)
        assert fresh.entry is not None
        assert kept.entry is not None
        assert (fresh.entry.stolen, kept.entry.stolen) == (first, second)


def test_an_open_circuit_cannot_tell() -> None:
    line = Line(url="https://r.example", failures_to_open=1)
    exchange = an_exchange(lambda r: httpx.Response(400), line=line)
    register = a_register(an_answer, exchange=exchange)
    assert "status 400" in look_up(register).reason
    assert "not asked" in look_up(register).reason


def test_the_cache_keeps_the_latest_used() -> None:
    cache: AnswerCache[Registration] = AnswerCache(
        found=timedelta(1), not_found=timedelta(1), monotonic=Watch(), most=2
    )
    answer: RegisterAnswer[Registration] = RegisterAnswer(
        answer=Answer.NOT_FOUND, register="r", at=NOW
    )
    cache.put("a", answer)
    cache.put("b", answer)
    assert cache.get("a") is answer
    cache.put("c", answer)
    assert (cache.get("a"), cache.get("b"), cache.get("c")) == (answer, None, answer)
    cache.put("d", replace(answer, answer=Answer.CANNOT_TELL, reason="x"))
    assert cache.get("d") is None


def a_table(text: str = TABLE, log: list[RegisterQuery] | None = None) -> LocalVehicleTable:
    entries: list[RegisterQuery] = [] if log is None else log
    return read_vehicle_table(
        text.encode(), auditor=an_auditor(entries.append), clock=lambda: NOW, limits=Limits()
    )


def test_a_table_answers_and_is_audited_too() -> None:
    log: list[RegisterQuery] = []
    table = a_table(log=log)
    truck, trailer = look_up(table), look_up(table, "KR 99XY")
    assert truck.entry is not None
    assert trailer.entry is not None
    assert (truck.entry.make, truck.entry.stolen, truck.entry.site) == ("Scania", False, "gate-1")
    assert truck.entry.valid_until == date(2026, 1, 31)
    assert (trailer.entry.first_registration, trailer.entry.stolen) == (date(2020, 5, 2), None)
    assert look_up(table, "AB123C", None).entry is not None
    assert [q.outcome for q in log if q.stage is QueryStage.ANSWERED] == ["found"] * 3


@pytest.mark.parametrize(
    ("text", "plate", "country", "answer", "reason"),
    [
        (TABLE, "XX 1", "PL", Answer.NOT_FOUND, ""),
        (TABLE, "XX 1", "DE", Answer.CANNOT_TELL, "nothing of country DE"),
        (TABLE, "XX 1", None, Answer.CANNOT_TELL, "nothing of country ?"),
        (TABLE + "A 1;PL;x;;;;someday;;;\n", "XX 1", "PL", Answer.CANNOT_TELL, "1 lines"),
        (TABLE + "A 1;PL\n", "XX 1", "PL", Answer.CANNOT_TELL, "1 lines"),
        ("plate\n", "XX 1", "PL", Answer.CANNOT_TELL, "empty"),
        ("plate;country\nA1;PL\nA1;DE\n", "A1", None, Answer.CANNOT_TELL, "2 entries"),
        ("plate;country\nA1;PL\nA1;DE\n", "A1", "DE", Answer.FOUND, ""),
    ],
)
def test_absence_from_a_table_counts_only_if_it_is_whole(
    text: str, plate: str, country: str | None, answer: Answer, reason: str
) -> None:
    found = look_up(a_table(text), plate, country)
    assert found.answer is answer
    assert reason in found.reason


def test_lines_that_cannot_be_read_are_named() -> None:
    table = a_table(TABLE + "A 1;PL;x;;;;;;perhaps;\n;PL;;;;;;;;\n")
    assert [(r.where, r.reason) for r in table.refused] == [
        ("line 5", "expected yes or no, got 'perhaps'"),
        ("line 6", "expected a plate, got ''"),
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no heading line"),
        ("make;model\n", "no column plate"),
        ("plate;plate\n", "plate twice"),
        ('plate\n"A', "no CSV"),
    ],
)
def test_what_is_no_such_table_is_unreadable(text: str, reason: str) -> None:
    with pytest.raises(UnreadablePaper, match=reason):
        a_table(text)
