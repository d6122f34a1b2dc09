import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from register_builders import NOW, PURPOSE, Watch, an_auditor, an_exchange

from service.sources import Limits, UnreadablePaper
from service.sources.registers.aeo import AeoList, read_aeo_list
from service.sources.registers.answer_cache import AnswerCache
from service.sources.registers.eori_register import EoriRegister
from service.sources.registers.owner_codes import OwnerCodes, read_owner_codes
from service.sources.registers.stolen_objects import StolenObjectsRegister
from service.usecases.registers import (
    Answer,
    DocumentKind,
    Hit,
    HitAnswer,
    Outcome,
    QueryStage,
    RegisterAnswer,
    RegisterQuery,
)

Respond = Callable[[httpx.Request], httpx.Response]


def says(request: httpx.Request, **changes: Any) -> httpx.Response:
    asked = json.loads(request.content)
    answer = {"query_id": asked["query_id"], "object": asked["object"], "result": "no_hit"}
    return httpx.Response(200, json={**answer, **changes})


HIT = {"result": "hit", "hit": {"reference": "PL-1", "category": "stolen", "action": "seize"}}


def sought(respond: Respond, log: list[RegisterQuery] | None = None) -> StolenObjectsRegister:
    entries: list[RegisterQuery] = [] if log is None else log
    return StolenObjectsRegister(
        an_exchange(respond), auditor=an_auditor(entries.append, "sis"), clock=lambda: NOW
    )


def ask(register: StolenObjectsRegister, plate: str = "KR 4WA37") -> HitAnswer:
    return register.vehicle(plate, country="PL", purpose=PURPOSE)


def test_a_hit_is_for_two_persons_and_so_is_no_hit() -> None:
    hit, none = ask(sought(lambda r: says(r, **HIT))), ask(sought(says))
    assert hit.outcome is Outcome.HIT
    assert hit.hit == Hit(reference="PL-1", category="stolen", action="seize")
    assert (none.outcome, none.hit) == (Outcome.NO_HIT, None)
    assert hit.two_person_view
    assert none.two_person_view


def test_every_question_goes_out_anew_with_purpose_and_user() -> None:
    asked: list[dict[str, Any]] = []

    def respond(request: httpx.Request) -> httpx.Response:
        asked.append(json.loads(request.content))
        return says(request)

    register = sought(respond)
    ask(register)
    ask(register)
    register.document("AB 123", kind=DocumentKind.PASSPORT, country="DE", purpose=PURPOSE)
    assert len(asked) == 3
    assert {(a["purpose"], a["user"], a["case"]) for a in asked} == {
        ("gate control", "officer", "visit-1")
    }
    assert asked[2]["object"] == {"kind": "passport", "number": "AB123", "country": "DE"}


def times_out(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("slow", request=request)


@pytest.mark.parametrize(
    ("respond", "reason"),
    [
        (times_out, "ReadTimeout"),
        (lambda r: httpx.Response(404), "status 404"),
        (lambda r: httpx.Response(200, text="no hit"), "no JSON"),
        (lambda r: httpx.Response(200, json=[]), "another query"),
        (lambda r: says(r, query_id="q-9"), "another query"),
        (lambda r: says(r, object={"kind": "vehicle", "plate": "OTHER"}), "another object"),
        (lambda r: says(r, result="hit"), "result 'hit' with no hit"),
        (lambda r: says(r, hit=HIT["hit"]), "result 'no_hit' with a hit"),
        (lambda r: says(r, result="maybe"), "result 'maybe'"),
        (lambda r: says(r, result="hit", hit={}), "without a reference"),
        (lambda r: says(r, result="hit", hit={"reference": 7}), "expected text"),
        (lambda r: says(r, result="hit", hit={"category": "x"}), "without a reference"),
        (lambda r: httpx.Response(200, text="[" * 100_000), "deeper"),
    ],
)
def test_what_is_no_clear_answer_is_never_no_hit(respond: Respond, reason: str) -> None:
    answer = ask(sought(respond))
    assert answer.outcome is Outcome.CANNOT_TELL
    assert reason in answer.reason


def test_what_cannot_be_asked_is_audited_and_cannot_be_told() -> None:
    log: list[RegisterQuery] = []
    answer = ask(sought(says, log), plate="--")
    assert (answer.outcome, answer.reason) == (
        Outcome.CANNOT_TELL,
        "neither plate nor VIN is known",
    )
    assert [(q.stage, q.outcome) for q in log] == [
        (QueryStage.ASKED, ""),
        (QueryStage.ANSWERED, "cannot_tell"),
    ]


def test_an_answer_cannot_contradict_itself() -> None:
    with pytest.raises(ValueError, match="no_hit with hit"):
        HitAnswer(outcome=Outcome.NO_HIT, register="r", at=NOW, hit=Hit(reference="x"))
    with pytest.raises(ValueError, match="says why"):
        HitAnswer(outcome=Outcome.CANNOT_TELL, register="r", at=NOW)
    with pytest.raises(ValueError, match="found with entry None"):
        RegisterAnswer(answer=Answer.FOUND, register="r", at=NOW)
    with pytest.raises(ValueError, match="says why"):
        RegisterAnswer(answer=Answer.CANNOT_TELL, register="r", at=NOW)


def soap(*results: str) -> Respond:
    body = "".join(f"<result>{result}</result>" for result in results)
    text = (
        '<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body>'
        '<n:validateEORIResponse xmlns:n="http://eori.ws.eos.dds.s/"><return>'
        f"<requestDate>04/03/2025</requestDate>{body}</return></n:validateEORIResponse>"
        "</S:Body></S:Envelope>"
    )
    return lambda request: httpx.Response(200, text=text)


def an_eori(respond: Respond) -> EoriRegister:
    return EoriRegister(
        an_exchange(respond),
        cache=AnswerCache(found=timedelta(1), not_found=timedelta(1), monotonic=Watch()),
        clock=lambda: NOW,
    )


VALID = "<eori>DE123</eori><status>0</status><name>Kühl</name><city>Köln</city>"


def test_a_valid_eori_is_found_and_kept() -> None:
    register = an_eori(soap(VALID))
    first, second = register.look_up("de 123"), register.look_up("DE123")
    assert first.entry is not None
    assert (first.entry.name, first.entry.address) == ("Kühl", "Köln")
    assert (first.from_cache, second.from_cache) == (False, True)


@pytest.mark.parametrize(
    ("respond", "eori", "answer", "reason"),
    [
        (soap("<eori>DE123</eori><status>1</status>"), "DE123", Answer.NOT_FOUND, ""),
        (soap(VALID), "X", Answer.NOT_FOUND, "no EORI has this form"),
        (soap(VALID), "GB123", Answer.CANNOT_TELL, "GB is not asked here"),
        (soap(VALID), "DE999", Answer.CANNOT_TELL, "not about this number"),
        (soap(VALID, VALID), "DE123", Answer.CANNOT_TELL, "not about this number"),
        (soap("<eori>DE123</eori><status>2</status>"), "DE123", Answer.CANNOT_TELL, "status '2'"),
        (soap("<eori>DE123</eori>"), "DE123", Answer.CANNOT_TELL, "status ''"),
        (lambda r: httpx.Response(500), "DE123", Answer.CANNOT_TELL, "status 500"),
        (times_out, "DE123", Answer.CANNOT_TELL, "ReadTimeout"),
        (lambda r: httpx.Response(200, text="<fault/>"), "DE123", Answer.CANNOT_TELL, "this"),
    ],
)
def test_an_eori_is_not_valid_only_if_the_register_says_so(
    respond: Respond, eori: str, answer: Answer, reason: str
) -> None:
    found = an_eori(respond).look_up(eori)
    assert found.answer is answer
    assert reason in found.reason


def owners(text: str) -> OwnerCodes:
    return read_owner_codes(text.encode(), clock=lambda: NOW, limits=Limits())


def test_an_owner_is_found_by_the_letters_of_the_container() -> None:
    table = owners("Code,Company,City,Country\nCSQU,Seaco,London,GB\nMSC,MSC,Geneva,CH\n")
    found = table.look_up("csqu 305438-3")
    assert found.entry is not None
    assert (found.entry.code, found.entry.company) == ("CSQ", "Seaco")
    assert table.look_up("MSCU6639870").answer is Answer.FOUND
    assert table.look_up("XYZU0000000").answer is Answer.NOT_FOUND
    gappy = owners("code,company\nCSQU,Seaco\n1,x\n")
    assert gappy.look_up("XYZU0000000").answer is Answer.CANNOT_TELL
    assert gappy.entries.refused[0].where == "line 3"


def aeos(text: str) -> AeoList:
    return read_aeo_list(text.encode(), clock=lambda: NOW, limits=Limits())


BY_NAME = """Holder,Issuing country,Authorisation type,Effective date
"Kühl GmbH, Köln",DE,AEOF,02/05/2019
Later AG,DE,AEOC,2030-01-01
"""
BY_EORI = "holder;country;kind;eori\nKühl GmbH;DE;AEOS;DE123\n"


@pytest.mark.parametrize(
    ("text", "asked", "answer", "reason"),
    [
        (BY_NAME, {"name": "KÜHL GmbH Köln", "country": "DE"}, Answer.FOUND, ""),
        (BY_NAME, {"name": "Kühl", "country": "DE"}, Answer.CANNOT_TELL, "by name"),
        (BY_NAME, {"eori": "DE123"}, Answer.CANNOT_TELL, "by name"),
        (BY_NAME, {"name": "Later AG", "country": "DE"}, Answer.NOT_FOUND, "from 2030"),
        (BY_EORI, {"eori": "de 123"}, Answer.FOUND, ""),
        (BY_EORI, {"eori": "DE999"}, Answer.NOT_FOUND, ""),
        (BY_EORI + "x;DE;AEOX;DE9\n", {"eori": "DE999"}, Answer.CANNOT_TELL, "1 lines"),
    ],
)
def test_an_aeo_is_found_by_number_or_by_exactly_its_name(
    text: str, asked: dict[str, str], answer: Answer, reason: str
) -> None:
    found = aeos(text).look_up(**asked)
    assert found.answer is answer
    assert reason in found.reason


def test_other_tables_are_unreadable() -> None:
    with pytest.raises(UnreadablePaper, match="no column code"):
        owners("company\n")
    with pytest.raises(UnreadablePaper, match="no column country, kind"):
        aeos("holder\n")
