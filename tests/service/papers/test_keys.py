"""By what papers are found, and what looks alike."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.papers.consignment import Consignment, Equipment, GoodsItem, Transport
from service.domain.papers.keys import (
    MAX_LENGTH,
    Key,
    KeyKind,
    about,
    are_alike,
    code_look_alikes,
    document_keys,
    keys_of,
    plate_key,
    plate_look_alikes,
)
from service.domain.papers.movement import MovementEvent
from service.domain.papers.paper import Body, PaperKind
from service.domain.papers.track import Fix, Track, TrackedKind
from service.domain.registration import Registration
from tests.service.papers.paper_builders import (
    CODE,
    OTHER_CODE,
    PLATE,
    a_bay_plan,
    a_movement,
    a_paper,
    a_weighing,
    an_appointment,
    at,
)
from vision.grammar import iso6346

BODIES: list[tuple[str, Body, set[str]]] = [
    (
        "a consignment",
        Consignment(
            goods=(GoodsItem(number=1, container_codes=(OTHER_CODE,)),),
            equipment=(Equipment(code="msc u 663987-0", seals=("ml-de 1234",)),),
            transport=Transport(
                plates=("B-714 RDX",), vessel="Ever Test", voyage="021 E", seals=("T1",)
            ),
            documents=("705 MAEU1234567", "INV/77"),
        ),
        {
            f"container {CODE}", f"container {OTHER_CODE}", f"plate {PLATE}", "seal MLDE1234",
            "seal T1", "document 705MAEU1234567", "document MAEU1234567", "document INV77",
            "voyage EVERTEST/021E",
        },
    ),
    ("a gate move", a_movement(CODE, plates=(PLATE,), transport_document="BL 1"),
     {f"container {CODE}", f"plate {PLATE}", "document BL1"}),
    ("a bay plan", a_bay_plan(CODE, OTHER_CODE),
     {f"container {CODE}", f"container {OTHER_CODE}", "voyage EVERTEST/021E"}),
    ("an appointment", an_appointment(container_codes=(CODE,)),
     {f"container {CODE}", f"plate {PLATE}"}),
    ("a weighbridge ticket", a_weighing(), {f"plate {PLATE}"}),
    ("a verified gross mass", a_weighing(plates=(), container_code=CODE), {f"container {CODE}"}),
    ("a ticket that names nothing", a_weighing(plates=()), {"nameless import_declaration"}),
    ("a vehicle record", Registration(reference="R", site="north", plate="b 714 rdx"),
     {f"vehicle {PLATE}"}),
    ("a seal's track", Track(kind=TrackedKind.SEAL, subject="E-55", fixes=()), {"seal E55"}),
    ("a vessel's track", Track(kind=TrackedKind.VESSEL, subject="211331640", fixes=()),
     {"vessel 211331640"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "expected"), [pytest.param(*row, id=name) for name, *row in BODIES]
)
def test_a_paper_is_found_by_all_that_it_names(body: Body, expected: set[str]) -> None:
    found = {f"{key.kind} {key.value}" for key in keys_of(a_paper(body, reference="REF"))}
    assert found == expected | {"document REF"}


def test_a_paper_is_found_by_its_other_references_too() -> None:
    paper = a_paper(is_a="cancellation", reference="25DE-1")
    assert keys_of(paper) == {Key(kind=KeyKind.DOCUMENT, value="25DE1")}


def test_a_text_too_long_for_a_reference_is_no_key() -> None:
    keys = keys_of(a_paper(a_movement(transport_document="X" * (MAX_LENGTH + 1)), reference="R"))
    assert {key.value for key in keys if key.kind is KeyKind.DOCUMENT} == {"R"}


def test_a_wrong_check_digit_is_found_by_the_codes_that_may_be_meant() -> None:
    keys = keys_of(a_paper(a_movement("MSCU6639871")))
    assert Key(kind=KeyKind.CONTAINER, value="MSCU6639871") in keys
    assert Key(kind=KeyKind.CONTAINER, value=CODE, doubtful=True) in keys


@pytest.mark.parametrize("wrong", ["MSCU6639871", "MSCU6639860", "NSCU6639870", "MSCU6693870"])
def test_one_wrong_character_or_one_exchanged_pair_leads_to_the_right_code(wrong: str) -> None:
    found = code_look_alikes(wrong)
    assert CODE in found
    assert all(iso6346.is_valid_code(code) and are_alike(code, wrong) for code in found)


@given(st.from_regex(r"[A-Z]{3}[UJZ][0-9]{7}", fullmatch=True))
def test_the_look_alikes_are_all_valid_codes_one_character_or_one_exchange_away(code: str) -> None:
    alphabets = [*["ABCDEFGHIJKLMNOPQRSTUVWXYZ"] * 3, "UJZ", *["0123456789"] * 7]
    near = {code[:p] + c + code[p + 1 :] for p, letters in enumerate(alphabets) for c in letters}
    near |= {code[:p] + code[p + 1] + code[p] + code[p + 2 :] for p in range(10)}
    expected = (
        set() if iso6346.is_valid_code(code) else {c for c in near if iso6346.is_valid_code(c)}
    )
    assert code_look_alikes(code) == expected


@pytest.mark.parametrize("text", [CODE, "", "MSCU663987", "MSCX6639870", "ΑΒΓU6639870"])
def test_a_valid_code_and_a_text_of_another_shape_have_no_look_alikes(text: str) -> None:
    assert code_look_alikes(text) == frozenset()


def test_plates_that_cameras_mix_up_are_alike() -> None:
    assert {"8714RDX", "BT14RDX", "B7I4RDX", "B71ARDX", "B714R0X"} <= plate_look_alikes("B714RDX")
    assert "B714RDX" not in plate_look_alikes("B714RDX")


def test_letters_of_cyrillic_and_greek_plates_are_read_as_the_latin_ones() -> None:
    assert plate_key("а 123 вс 77") == "A123BC77"
    assert plate_key("ΖΚΜ-1234") == "ZKM1234"


def test_a_cited_document_is_found_with_and_without_its_type() -> None:
    assert document_keys("N705 MAEU 123") == {"N705MAEU123", "MAEU123"}
    assert document_keys("BM:MAEU123") == {"BMMAEU123", "MAEU123"}
    assert document_keys("MAEU123") == {"MAEU123"}
    assert document_keys("BL 1") == {"BL1"}
    assert document_keys("счёт № 15") == {"СЧЁТ15"}


def test_a_paper_is_about_the_time_of_its_event() -> None:
    assert about(a_paper(a_movement(when=at("09:30")), is_a="original @11:00")) == at("09:30")
    assert about(a_paper(an_appointment(("10:00", "11:00")))) == at("10:30")
    assert about(a_paper(a_weighing(when=None), is_a="original @11:00")) == at("11:00")
    track = Track(
        kind=TrackedKind.VEHICLE,
        subject=PLATE,
        fixes=(Fix(at=at("08:00"), latitude_deg=0, longitude_deg=0),),
    )
    assert about(a_paper(track, kind=PaperKind.POSITION_TRACK)) == at("08:00")
    assert about(a_paper(a_movement(event=MovementEvent.LOADED, when=None))) is None


@given(st.text(max_size=80), st.text(max_size=80))
def test_no_text_makes_a_key_that_cannot_be_stored(reference: str, code: str) -> None:
    if not reference.strip():
        return
    for key in keys_of(a_paper(a_movement(code), reference=reference)):
        assert 0 < len(key.value) <= MAX_LENGTH
