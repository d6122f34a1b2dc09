"""The archive of papers, the same on SQLite and PostgreSQL."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from service.domain.papers.consignment import (
    Consignment,
    DangerousGoods,
    Equipment,
    GoodsItem,
    Money,
    Party,
    PartyRole,
    Transport,
)
from service.domain.papers.keys import Key, KeyKind
from service.domain.papers.movement import BayPlan
from service.domain.papers.paper import Body, Paper, PaperKind
from service.domain.papers.track import Fix, Track, TrackedKind
from service.domain.registration import Registration
from service.errors import NotFound
from service.store import paper_tables as t
from service.store.paper_archive import SqlPaperArchive
from service.usecases.paper_ports import Line, Outcome, PaperHistory, Span
from tests.service.papers.paper_builders import (
    CODE,
    EVERYWHERE,
    MRN,
    NOON,
    NORTH,
    OTHER_CODE,
    PLATE,
    SITE,
    SOUTH,
    THIRD_CODE,
    a_bay_plan,
    a_consignment,
    a_movement,
    a_paper,
    a_sent_file,
    a_weighing,
    an_appointment,
    at,
    spans,
)

K = PaperKind


def file(archive: SqlPaperArchive, *papers: Paper, now: datetime = NOON) -> tuple[Line, ...]:
    return archive.file(papers, file=a_sent_file(), now=now)


def outcomes(lines: tuple[Line, ...]) -> list[str]:
    return [line.outcome.value for line in lines]


def found(archive: SqlPaperArchive, site: str = SITE, **keys: str) -> tuple[PaperHistory, ...]:
    wanted = {KeyKind(kind): frozenset({value}) for kind, value in keys.items()}
    return archive.find(wanted, site=site, spans=spans())


FULL = Consignment(
    goods=(
        GoodsItem(
            number=1,
            description="Zitronensäure / 柠檬酸",
            hs_code="2918140000",
            packages=40,
            gross_mass_kg=0.1 + 0.2,
            value=Money(amount=Decimal("1234.50"), currency="EUR"),
            dangerous=(DangerousGoods(un_number="1845", imdg_class="9"),),
            container_codes=(CODE,),
        ),
    ),
    equipment=(Equipment(code=CODE, size_type="22G1", seals=("ML-1",), gross_mass_kg=21_500.0),),
    parties=(Party(role=PartyRole.IMPORTER, name="Ναυτιλία Α.Ε.", identifier="GR1", country="GR"),),
    transport=Transport(plates=(PLATE,), countries_of_routing=("CN", "DE")),
    documents=("705 MAEU1",),
    total_gross_mass_kg=21_500.0,
)
BODIES: list[tuple[str, PaperKind, Body]] = [
    ("declaration", K.IMPORT_DECLARATION, FULL),
    ("gate move", K.GATE_MOVE, a_movement(plates=(PLATE,), when=at("09:00"))),
    ("bay plan", K.BAY_PLAN, a_bay_plan(CODE, OTHER_CODE)),
    ("empty bay plan", K.BAY_PLAN, a_bay_plan()),
    ("appointment", K.GATE_APPOINTMENT, an_appointment()),
    ("ticket", K.WEIGHBRIDGE_TICKET, a_weighing()),
    ("vehicle", K.VEHICLE_RECORD, Registration(reference="R", site=SITE, plate=PLATE)),
    ("track", K.POSITION_TRACK, Track(
        kind=TrackedKind.VEHICLE, subject=PLATE,
        fixes=(Fix(at=NOON, latitude_deg=53.5, longitude_deg=9.9, speed_kn=3.0),))),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "body"), [pytest.param(k, b, id=name) for name, k, b in BODIES])
def test_what_is_filed_comes_back_whole(
    archive: SqlPaperArchive, kind: PaperKind, body: Body
) -> None:
    paper = replace(
        a_paper(body, kind=kind, is_a="amendment #3 @10:00"),
        field_origins={"goods.0.hs_code": "line 7"},
        aliases=("LRN-1",),
    )
    (line,) = file(archive, paper)
    assert line.outcome is Outcome.TAKEN
    assert line.arrival is not None
    assert archive.revision(line.arrival, caller=NORTH) == paper


def test_doubles_change_nothing_within_a_file_and_after_it(
    archive: SqlPaperArchive, paper_engine: Engine
) -> None:
    one, other = a_paper(), a_paper(reference="OTHER")
    assert outcomes(file(archive, one, other, one)) == ["taken", "taken", "doubled"]
    elsewhere = replace(one, origin=replace(one.origin, file_name="again.txt", where="line 9"))
    lines = file(archive, elsewhere)
    assert outcomes(lines) == ["doubled"]
    assert lines[0].arrival == 1
    with paper_engine.connect().execution_options(read_only=True) as db:
        assert db.scalar(select(func.count()).select_from(t.papers)) == 2


STATES = [
    ("amended late", ["original", "amendment #1", "amendment #2"], "amendment #2"),
    ("cancelled", ["original @08:00", "amendment @09:00", "cancellation @10:00"], "cancellation"),
    ("revived", ["original #1", "cancellation #2", "amendment #3", "original #1"], "amendment #3"),
    ("cancelled for good", ["original #1", "cancellation", "amendment #9"], "cancellation"),
]


@pytest.mark.parametrize(("revisions", "counts"), [pytest.param(*r, id=n) for n, *r in STATES])
def test_papers_filed_in_any_order_end_in_the_same_state(
    archive: SqlPaperArchive, revisions: list[str], counts: str
) -> None:
    states = set()
    for number, order in enumerate(permutations(revisions)):
        for text in order:
            body = None if "cancel" in text else a_consignment(CODE, description=text)
            file(archive, a_paper(body, reference=f"R{number}", is_a=text))
        history = archive.history(K.IMPORT_DECLARATION, f"R{number}", caller=NORTH)
        state, body = history.state, history.paper.body
        assert isinstance(body, Consignment) or state.cancelled
        said = body.goods[0].description if isinstance(body, Consignment) else ""
        states.add((state.counts.revision, state.cancelled, said, len(history.versions)))
    assert len(states) == 1
    ((revision, cancelled, _, _),) = states
    assert counts.startswith(revision.function.value)
    assert cancelled == (counts == "cancellation")


def test_a_paper_is_found_by_each_thing_that_it_names(archive: SqlPaperArchive) -> None:
    file(archive, a_paper(FULL), a_paper(a_movement(OTHER_CODE), kind=K.GATE_MOVE, reference="G"))
    for keys in (
        {"container": CODE},
        {"plate": PLATE},
        {"document": MRN},
        {"document": "MAEU1"},
        {"seal": "ML1"},
    ):
        assert [history.id.reference for history in found(archive, **keys)] == [MRN], keys
    assert found(archive, container=THIRD_CODE) == ()
    assert archive.find({}, site=SITE, spans=spans()) == ()


def test_another_site_finds_nothing(archive: SqlPaperArchive) -> None:
    (line,) = file(archive, a_paper())
    assert found(archive, "south", container=CODE) == ()
    key = frozenset({Key(kind=KeyKind.CONTAINER, value=CODE)})
    assert archive.search(key, caller=SOUTH) == ()
    assert archive.titled(MRN, caller=SOUTH) == ()
    with pytest.raises(NotFound):
        archive.history(K.IMPORT_DECLARATION, MRN, caller=SOUTH)
    assert line.arrival is not None
    with pytest.raises(NotFound):
        archive.revision(line.arrival, caller=SOUTH)
    for caller in (NORTH, EVERYWHERE):
        assert len(archive.search(key, caller=caller)) == 1
        assert len(archive.titled(MRN, caller=caller)) == 1


def test_the_same_reference_at_two_sites_is_two_papers(archive: SqlPaperArchive) -> None:
    file(archive, a_paper(), a_paper(site="south"), a_paper(site="south", is_a="cancellation"))
    north, south = sorted(archive.titled(MRN, caller=EVERYWHERE), key=lambda h: h.id.site)
    assert (north.id.site, north.state.cancelled) == ("north", False)
    assert (south.id.site, south.state.cancelled) == ("south", True)


def test_a_paper_that_was_amended_away_from_a_container_is_found_with_what_counts_now(
    archive: SqlPaperArchive,
) -> None:
    file(archive, a_paper(is_a="original #1"))
    file(archive, a_paper(a_consignment(OTHER_CODE), is_a="amendment #2"))
    (history,) = found(archive, container=CODE)
    assert history.paper.body == a_consignment(OTHER_CODE)
    assert [v.revision.number for v in history.versions] == [1, 2]


def test_of_a_bay_plan_only_the_containers_asked_for_are_read(archive: SqlPaperArchive) -> None:
    plan = a_bay_plan(CODE, OTHER_CODE, THIRD_CODE)
    (line,) = file(archive, a_paper(plan, kind=K.BAY_PLAN, reference="V1"))
    (history,) = found(archive, container=OTHER_CODE)
    body = history.paper.body
    assert isinstance(body, BayPlan)
    assert body.containers == (plan.containers[1],)
    assert body.transport == plan.transport
    assert line.arrival is not None
    assert archive.revision(line.arrival, caller=NORTH).body == plan


def test_only_papers_about_the_time_asked_for_are_found(archive: SqlPaperArchive) -> None:
    for day in range(5):
        when = NOON + timedelta(days=day)
        file(archive, a_paper(a_movement(when=when), kind=K.GATE_MOVE, reference=f"G{day}"))
    wanted = {KeyKind.CONTAINER: frozenset({CODE})}
    two = archive.find(wanted, site=SITE, spans=spans(NOON + timedelta(days=1), days=2))
    assert sorted(history.id.reference for history in two) == ["G1", "G2"]


def test_a_ticket_that_names_nothing_is_found_by_its_time(archive: SqlPaperArchive) -> None:
    for minute in (0, 10, 59):
        ticket = a_weighing(plates=(), when=NOON + timedelta(minutes=minute))
        file(archive, a_paper(ticket, kind=K.WEIGHBRIDGE_TICKET, reference=f"W{minute}"))
    file(archive, a_paper(a_weighing(), kind=K.WEIGHBRIDGE_TICKET, reference="NAMED"))
    wanted = {KeyKind.NAMELESS: frozenset({"weighbridge_ticket"})}
    near = {KeyKind.NAMELESS: Span.around(NOON, timedelta(minutes=20))}
    found = archive.find(wanted, site=SITE, spans=near)
    assert [history.id.reference for history in found] == ["W10", "W0"]
    assert archive.find(wanted, site="south", spans=near) == ()


UNSTORABLE: list[tuple[str, dict[str, Any], str]] = [
    ("a mass that is no number",
     {"body": Consignment(equipment=(Equipment(code=CODE, gross_mass_kg=float("nan")),))},
     "loss"),
    ("half a surrogate pair", {"body": a_consignment(CODE, description="\ud800")}, "surrogates"),
    ("half a surrogate pair in the reference", {"reference": "A\udc00"}, "controls"),
    ("a NUL in the reference", {"reference": "A\x00B"}, "controls"),
    ("a reference beyond its column", {"reference": "R" * 201}, "201 characters"),
    ("a site beyond its column", {"site": "s" * 101}, "101 characters"),
    ("a time without offset", {"body": a_weighing(when=datetime(2026, 1, 1))}, "offset"),  # noqa: DTZ001
    ("an amendment number beyond every database", {"is_a": f"amendment #{2**63}"}, "range"),
    ("a list where a tuple belongs", {"body": Consignment(documents=["A"])}, "list"),  # type: ignore[arg-type]
    ("a text where a number belongs",
     {"body": a_weighing("heavy")}, "str"),  # type: ignore[arg-type]
]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "reason"), [pytest.param(*row, id=name) for name, *row in UNSTORABLE]
)
def test_what_would_not_come_back_is_refused_and_the_rest_is_taken(
    archive: SqlPaperArchive, changes: dict[str, Any], reason: str
) -> None:
    lines = file(archive, a_paper(reference="BEFORE"), a_paper(**changes), a_paper(reference="Z"))
    assert outcomes(lines) == ["taken", "refused", "taken"]
    assert reason in lines[1].reason


def test_a_nul_inside_a_text_of_the_body_is_kept(archive: SqlPaperArchive) -> None:
    (line,) = file(archive, a_paper(a_consignment(CODE, description="a\x00b")))
    assert line.arrival is not None
    body = archive.revision(line.arrival, caller=NORTH).body
    assert isinstance(body, Consignment)
    assert body.goods[0].description == "a\x00b"


def test_a_file_that_fails_half_way_leaves_nothing(
    archive: SqlPaperArchive, paper_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> list[dict[str, object]]:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("service.store.paper_filing._keys", fail)
    with pytest.raises(RuntimeError):
        file(archive, a_paper())
    with paper_engine.connect().execution_options(read_only=True) as db:
        for table in (t.papers, t.paper_keys, t.paper_files):
            assert db.scalar(select(func.count()).select_from(table)) == 0
    monkeypatch.undo()
    assert outcomes(file(archive, a_paper())) == ["taken"]


def test_titles_are_what_people_call_a_paper(archive: SqlPaperArchive) -> None:
    lines = file(
        archive,
        a_paper(kind=K.ENTRY_SUMMARY, reference="25DE1", is_a="amendment #2"),
        a_paper(kind=K.ENTRY_SUMMARY, reference="25DE1", is_a="original #1"),
        a_paper(kind=K.ENTRY_SUMMARY, reference="25DE1", is_a="cancellation"),
        a_paper(kind=K.ENTRY_SUMMARY, reference="25DE1"),
    )
    assert [line.title for line in lines] == [
        "entry summary 25DE1 amendment 2",
        "entry summary 25DE1 revision 1",
        "entry summary 25DE1 cancellation",
        "entry summary 25DE1",
    ]
