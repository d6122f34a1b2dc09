"""The messages are self-made after the public SMDG manuals; vessels and numbers are invented."""

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.declaration import DeclaredLoad
from service.domain.papers.consignment import DangerousGoods, Equipment, Transport
from service.domain.papers.movement import BayPlan, StowedContainer
from service.domain.papers.paper import Function, Paper, PaperKind
from service.sources import Batch, Limits, PaperFile
from service.sources.baplie import BAPLIE
from service.sources.edifact.writing import Sending, write_bay_plan

D95B = """UNB+UNOA:2+LINE+TERMINAL+240501:1015+77'
UNH+1+BAPLIE:D:95B:UN:SMDG22'
BGM++PLAN55+9'
DTM+137:2405011010:201'
TDT+20+118E+++MSK:172:20+++9321483:146:11:EXAMPLE STAR'
LOC+5+NLRTM:139:6'
LOC+61+USNYC:139:6'
DTM+133:2405012200:201'
DTM+132:2405091200:201'
RFF+VON:118E'
LOC+147+0180284::5'
GDS+GC'
FTX+HAN+++KEEP AWAY FROM HEAT'
MEA+WT++KGM:21500'
MEA+VGM++KGM:21740'
TMP+2+-18:CEL'
LOC+9+NLRTM:139:6'
LOC+11+USNYC:139:6'
LOC+83+USCHI:139:6'
RFF+BM:EXLU0001'
EQD+CN+CSQU3054383+45R1+++5'
NAD+CA+EXL:172:20'
DGS+IMD+3+1263+023:CEL+3+F-ES-E'
LOC+147+0180286::5'
MEA+WT++LBR:5000'
LOC+9+NLRTM:139:6'
LOC+11+USSAV:139:6'
RFF+BM:1'
EQD+CN+MSKU 735177-0+2200+++4'
NAD+CA+EXL:172:20'
LOC+147+0180288::5'
RFF+BM:1'
UNT+32+1'
UNZ+1+77'
"""

D13B = """UNA:+.? '
UNB+UNOA:2+LINE+TERMINAL+240501:1015+78'
UNH+1+BAPLIE:D:13B:UN:SMDG31'
BGM+659+PLAN56+9'
DTM+137:202405011010?+0200:205'
NAD+MS+EXL:LINES:306'
TDT+20+118E+++EXL:LINES:306+++9321483:IMO:11:EXAMPLE STAR'
LOC+5+NLRTM:139:6'
LOC+61+USNYC:139:6'
LOC+147+0180284:9711:5'
EQD+CN+CSQU3054383:6346:5+45R1:6346:5+++5'
NAD+CF+EXL:LINES:306'
MEA+AAE+VGM+KGM:21740'
LOC+9+NLRTM:139:6'
LOC+11+USNYC:139:6'
TMP+2+-18:CEL'
DGS+IMD+3+1263'
LOC+147+0200282:9711:5'
EQD+CN+EXLU0000012:6346:5+22P1:6346:5+++4'
LOC+11+USNYC:139:6'
EQD+CN+EXLU0000033:6346:5+22P1:6346:5+++4'
LOC+11+USSAV:139:6'
UNT+21+1'
UNZ+1+78'
"""


def read(text: str | bytes) -> Batch:
    data = text.encode() if isinstance(text, str) else text
    assert BAPLIE.recognises(data[:4096])
    return BAPLIE.read(PaperFile(name="plan.edi", data=data, site="north"), limits=Limits())


def plan(paper: Paper) -> BayPlan:
    assert isinstance(paper.body, BayPlan)
    return paper.body


def test_a_plan_of_d95b_says_what_stands_in_each_cell() -> None:
    batch = read(D95B)
    (paper,) = batch.papers
    assert (paper.kind, paper.reference) == (PaperKind.BAY_PLAN, "9321483/118E/NLRTM/LINE")
    assert paper.revision.issued_at == datetime(2024, 5, 1, 10, 10, tzinfo=UTC)
    body = plan(paper)
    assert body.transport == Transport(
        vessel="EXAMPLE STAR",
        vessel_imo="9321483",
        voyage="118E",
        carrier="MSK",
        place_of_loading="NLRTM",
        place_of_discharge="USNYC",
    )
    assert body.containers == (
        StowedContainer(
            equipment=Equipment(
                code="CSQU3054383",
                size_type="45R1",
                load=DeclaredLoad.LOADED,
                gross_mass_kg=21500.0,
                verified_gross_mass_kg=21740.0,
                temperature_c=-18.0,
                dangerous=(DangerousGoods(un_number="1263", imdg_class="3", packing_group="III"),),
            ),
            slot="0180284",
            place_of_loading="NLRTM",
            place_of_discharge="USNYC",
            place_of_destination="USCHI",
            operator="EXL",
            transport_document="EXLU0001",
            remarks=("nature of cargo GC", "KEEP AWAY FROM HEAT"),
        ),
        StowedContainer(
            equipment=Equipment(
                code="MSKU7351770",
                size_type="2200",
                load=DeclaredLoad.EMPTY,
                gross_mass_kg=2267.962,
            ),
            slot="0180286",
            place_of_loading="NLRTM",
            place_of_discharge="USSAV",
            operator="EXL",
        ),
    )
    assert paper.field_origins["containers.1"] == "segment 28 EQD"


def test_a_cell_without_a_container_is_refused_by_name() -> None:
    (refusal,) = read(D95B).refused
    assert refusal.where == "segment 30 LOC"
    assert refusal.reason == "cell 0180288 names no container"


def test_a_plan_of_d13b_says_the_same_behind_the_container() -> None:
    (paper,) = read(D13B).papers
    first, second, third = plan(paper).containers
    assert first.equipment.verified_gross_mass_kg == 21740.0
    assert (first.equipment.temperature_c, first.operator) == (-18.0, "EXL")
    assert first.equipment.dangerous[0].un_number == "1263"
    assert (second.slot, third.slot) == ("0200282", "0200282")
    assert (second.place_of_discharge, third.place_of_discharge) == ("USNYC", "USSAV")
    assert paper.revision.issued_at == datetime(2024, 5, 1, 8, 10, tzinfo=UTC)


def test_a_later_plan_of_the_call_is_the_same_paper() -> None:
    later = D95B.replace("PLAN55+9", "PLAN56+5").replace("137:2405011010", "137:2405011410")
    (first,), (second,) = read(D95B).papers, read(later).papers
    assert first.reference == second.reference
    assert second.revision.function is Function.AMENDMENT
    assert second.revision.issued_at == datetime(2024, 5, 1, 14, 10, tzinfo=UTC)


def test_a_cancelled_plan_is_empty() -> None:
    (paper,) = read(D95B.replace("PLAN55+9", "PLAN55+1")).papers
    assert (paper.body, paper.revision.function) == (None, Function.CANCELLATION)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (D95B.replace("PLAN55+9", "PLAN55+4"), "a part of a plan (function 4)"),
        (D95B.replace("PLAN55+9", "PLAN55+77"), "message function '77'"),
        (D95B.replace("TDT+20", "TDT+30"), "expected the vessel"),
        (D95B.replace("LOC+147", "LOC+148"), "a container before any cell"),
        (D95B.replace("BGM++PLAN55+9'", "FTX+AAA'"), "expected BGM"),
        (D95B.replace("EQD+CN", "EQD+BB"), "names no container"),
    ],
)
def test_a_plan_that_cannot_be_trusted_is_refused(text: str, reason: str) -> None:
    batch = read(text)
    assert batch.papers == ()
    assert reason in batch.refused[-1].reason


@pytest.mark.parametrize(
    ("old", "new", "doubt"),
    [
        ("KGM:21500", "KGM:heavy", "expected a number"),
        ("KGM:21500", "XXX:21500", "unit of mass 'XXX'"),
        ("KGM:21500", "KGM:-4", "a mass above 0"),
        ("-18:CEL", "-18:XYZ", "unit of temperature"),
        ("+1263+", "+12X3+", "expected a UN number"),
        ("MSKU 735177-0", "CSQU3054383", "stands in two cells, 0180284 and 0180286"),
    ],
)
def test_what_is_left_out_is_named(old: str, new: str, doubt: str) -> None:
    batch = read(D95B.replace(old, new))
    assert len(plan(batch.papers[0]).containers) == 2
    assert doubt in batch.doubts[0].reason


def test_no_container_number_refuses_that_container_alone() -> None:
    batch = read(D95B.replace("MSKU 735177-0", ""))
    assert len(plan(batch.papers[0]).containers) == 1
    assert "cell 0180286: no container number" in batch.refused[0].reason


texts = st.text(st.characters(codec="utf-8", categories=("L", "N", "P")), min_size=1, max_size=20)
masses = st.none() | st.integers(1, 400_000).map(lambda n: n / 10)
equipment = st.builds(
    Equipment,
    code=st.from_regex(r"[A-Z]{3}U[0-9]{7}", fullmatch=True),
    size_type=st.sampled_from(["22G1", "45R1", None]),
    load=st.sampled_from([DeclaredLoad.EMPTY, DeclaredLoad.LOADED, None]),
    seals=st.lists(texts, max_size=3).map(tuple),
    gross_mass_kg=masses,
    tare_kg=masses,
    verified_gross_mass_kg=masses,
    temperature_c=st.none() | st.integers(-300, 300).map(lambda n: n / 10),
    dangerous=st.lists(
        st.builds(
            DangerousGoods,
            un_number=st.from_regex(r"[0-9]{4}", fullmatch=True),
            imdg_class=st.sampled_from(["3", "5.1", "2.1"]),
            packing_group=st.sampled_from(["", "I", "II", "III"]),
        ),
        max_size=2,
    ).map(tuple),
)
places = st.sampled_from(["", "NLRTM", "USNYC", "CNSHA"])
cells = st.builds(
    StowedContainer,
    equipment=equipment,
    slot=st.from_regex(r"[0-9]{7}", fullmatch=True),
    place_of_loading=places,
    place_of_discharge=places,
    place_of_destination=places,
    operator=st.sampled_from(["", "EXL"]),
    transport_document=texts.filter(lambda text: text not in ("0", "1")),
    remarks=st.lists(texts, max_size=2).map(tuple),
)
vessels = st.builds(
    Transport,
    vessel=texts,
    vessel_imo=st.just("9321483"),
    voyage=texts,
    carrier=st.just("EXL"),
    place_of_loading=places,
    place_of_discharge=places,
)


@settings(max_examples=60)
@given(vessels, st.lists(cells, min_size=1, max_size=5))
def test_a_written_plan_is_read_back(vessel: Transport, containers: list[StowedContainer]) -> None:
    written = BayPlan(transport=vessel, containers=tuple(containers))
    batch = read(write_bay_plan(written, Sending(prepared_at=datetime(2024, 5, 1, tzinfo=UTC))))
    assert plan(batch.papers[0]) == written
    assert batch.refused == ()


def test_twenty_thousand_containers_are_read_in_seconds() -> None:
    containers = tuple(
        StowedContainer(
            equipment=Equipment(
                code=f"EXLU{number:07}",
                size_type="45G1",
                load=DeclaredLoad.LOADED,
                gross_mass_kg=20_000.0 + number,
            ),
            slot=f"{number:07}",
            place_of_loading="NLRTM",
            place_of_discharge="USNYC",
            place_of_destination="USCHI",
            operator="EXL",
        )
        for number in range(20_000)
    )
    vessel = Transport(vessel="EXAMPLE STAR", vessel_imo="9321483", voyage="118E")
    data = write_bay_plan(
        BayPlan(transport=vessel, containers=containers),
        Sending(prepared_at=datetime(2024, 5, 1, tzinfo=UTC)),
    )
    begun = time.process_time()
    batch = read(data)
    assert plan(batch.papers[0]).containers == containers
    # Measured at 2 to 3 s; the issue allows 20 s for the import, of which this is a part.
    assert time.process_time() - begun < 10


BEFORE_D = """UNB+UNOA:1+LINE+TERMINAL+130409:1118+77'
UNH+1+BAPLIE:1:911:UN:SMDG15'
BGM++PLAN55+9'
TDT+20+118E++A8BX1:103::EXAMPLE STAR++EXL:172:20'
LOC+5+NLRTM'
LOC+61+USNYC'
LOC+147+0381184::5'
MEA+WT++KGM:16100'
LOC+6+NLRTM'
LOC+12+USNYC'
RFF+BM:1'
EQD+CN+CSQU 3054383+0000+++5'
UNT+12+1'
UNZ+1+77'
"""


def test_a_plan_of_smdg_15_has_its_ship_and_its_ports() -> None:
    data = BEFORE_D.encode()
    (paper,) = BAPLIE.read(PaperFile(name="b", data=data, site="north"), limits=Limits()).papers
    plan = paper.body
    assert isinstance(plan, BayPlan)
    assert paper.reference == "A8BX1/118E/NLRTM/LINE"
    assert (plan.transport.vessel, plan.transport.carrier) == ("EXAMPLE STAR", "EXL")
    (box,) = plan.containers
    assert (box.place_of_loading, box.place_of_discharge) == ("NLRTM", "USNYC")
    assert (box.equipment.code, box.equipment.size_type) == ("CSQU3054383", None)


@pytest.mark.parametrize(
    ("segment", "dangerous", "doubt"),
    [
        ("DGS+IMD+3+UN1263", DangerousGoods(un_number="1263", imdg_class="3"), ""),
        ("DGS+IMD+1.4S", DangerousGoods(un_number="", imdg_class="1.4S"), ""),
        ("DGS+IMD+0004A", None, "dangerous goods without UN number, class '0004A'"),
    ],
)
def test_a_class_that_is_none_is_left_out(
    segment: str, dangerous: DangerousGoods | None, doubt: str
) -> None:
    data = BEFORE_D.replace("UNT+12", f"{segment}'\nUNT+13").encode()
    batch = BAPLIE.read(PaperFile(name="b", data=data, site="north"), limits=Limits())
    plan = batch.papers[0].body
    assert isinstance(plan, BayPlan)
    assert plan.containers[0].equipment.dangerous == ((dangerous,) if dangerous else ())
    assert [d.reason for d in batch.doubts] == ([f"left out: {doubt}"] if doubt else [])
