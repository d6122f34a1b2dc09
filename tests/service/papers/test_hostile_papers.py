"""Whatever a file or a reader brings: a line for each statement, never a crash, nothing by half."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from service.domain.access import Caller, Role
from service.domain.papers.consignment import Consignment, Equipment, GoodsItem, Transport
from service.domain.papers.measurement import MassMethod, Weighing
from service.domain.papers.movement import Movement, MovementEvent
from service.domain.papers.paper import Function, Origin, Paper, PaperKind, Revision
from service.errors import UnreadablePapers
from service.sources import Limits
from service.sources.reading import paper_reader
from service.store.engine import migrate, open_engine
from service.usecases.import_papers import FileReport, import_papers
from service.usecases.paper_ports import Line, Outcome
from service.web.paper_schemas import file_out
from tests.service.papers.desk import Desk
from tests.service.papers.paper_builders import CODE, EVERYWHERE, SITE, a_paper, a_sent_file
from tests.service.papers.test_paper_speed import MemoryBlobs

MUTATIONS = 1_000
GATE = Caller(name="gate", role=Role.PORT)
TEXTS = st.text(
    st.characters(exclude_categories=()), max_size=12
)  # half surrogate pairs and controls among them
NUMBERS = st.none() | st.floats() | st.integers(-(2**70), 2**70)
TIMES = st.none() | st.datetimes() | st.datetimes(timezones=st.just(UTC))


@contextmanager
def a_desk() -> Iterator[Desk]:
    """One database for all examples of a test: what each leaves behind is the others' business."""
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{Path(folder) / 'hostile.sqlite'}")
        migrate(engine)
        yield Desk(engine)
        engine.dispose()


@st.composite
def bodies(draw: st.DrawFn) -> Any:
    box = Equipment(
        code=draw(TEXTS),
        seals=tuple(draw(st.lists(TEXTS, max_size=2))),
        gross_mass_kg=draw(NUMBERS),
    )
    transport = Transport(plates=(draw(TEXTS),), vessel=draw(TEXTS), voyage=draw(TEXTS))
    which = draw(st.integers(0, 2))
    if which == 0:
        goods = GoodsItem(number=draw(st.integers(-9, 2**70)), description=draw(TEXTS))
        return Consignment(
            goods=(goods,), equipment=(box,), transport=transport, documents=(draw(TEXTS),)
        )
    if which == 1:
        event = draw(st.sampled_from(MovementEvent))
        return Movement(event=event, equipment=box, at=draw(TIMES), transport=transport)
    return Weighing(
        gross_kg=draw(st.floats()),
        method=MassMethod.WEIGHED,
        at=draw(TIMES),
        plates=(draw(TEXTS),),
        container_code=draw(st.none() | TEXTS),
    )


@st.composite
def papers(draw: st.DrawFn) -> Paper:
    function = draw(st.sampled_from(Function))
    return Paper(
        kind=draw(st.sampled_from(PaperKind)),
        reference=draw(TEXTS.filter(str.strip)),
        site=draw(st.just(SITE) | TEXTS),
        revision=Revision(
            function=function,
            number=draw(st.none() | st.integers(-(2**70), 2**70)),
            issued_at=draw(TIMES),
        ),
        origin=Origin(
            file_sha256="0" * 64, file_name=draw(TEXTS), source="test", where=draw(TEXTS)
        ),
        body=None if function is Function.CANCELLATION else draw(bodies()),
        field_origins={draw(TEXTS): draw(TEXTS)},
        aliases=(draw(TEXTS),),
    )


def test_any_paper_is_stored_whole_or_refused_and_can_always_be_looked_up() -> None:
    with a_desk() as desk:

        @settings(max_examples=300, deadline=None)
        @given(st.lists(papers(), min_size=1, max_size=3))
        @example([a_paper(reference="A\udc00")])
        @example([a_paper(reference="A\x00", site="\x1b[31m")])
        def check(several: list[Paper]) -> None:
            lines = desk.archive.file(several, file=a_sent_file(), now=desk.clock())
            for paper, line in zip(several, lines, strict=True):
                assert file_out_of(line).encode()
                if line.outcome is Outcome.REFUSED:
                    assert line.reason
                    continue
                assert line.arrival is not None
                stored = desk.archive.revision(line.arrival, caller=EVERYWHERE)
                if line.outcome is Outcome.TAKEN:
                    assert stored == paper
                assert desk.archive.titled(paper.reference, caller=EVERYWHERE)
            assert desk.follower.follow()

        check()


def file_out_of(line: Line) -> str:
    """The line as the API answers it: every text must be one that JSON can carry."""
    report = FileReport(name="f", sha256="0" * 64, source="test", lines=(line,))
    return file_out(report).model_dump_json()


def mutated(rng: np.random.Generator, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(int(rng.integers(1, 5))):
        start = int(rng.integers(0, len(changed)))
        end = min(len(changed), start + int(rng.integers(1, 12)))
        match int(rng.integers(0, 4)):
            case 0:
                del changed[start:end]
            case 1:
                changed[start:start] = changed[start:end]
            case 2:
                changed[start] = int(rng.integers(32, 127))
            case _:
                tokens = [
                    b"1e400",
                    b"NaN",
                    b"-1",
                    b'"',
                    b"{",
                    b"[[",
                    b"\\ud800",
                    b"\\u0000",
                    b"null",
                ]
                changed[start:end] = tokens[int(rng.integers(0, len(tokens)))]
    return bytes(changed)


def test_a_thousand_mutations_of_a_file_leave_only_what_can_be_read_again() -> None:
    document = {
        "reference": "25DE000000000001J1",
        "site": SITE,
        "revision": {"function": "amendment", "number": 2, "issued_at": "2026-11-24T10:00:00Z"},
        "plates": ["B 714 RDX"],
        "containers": [
            {
                "code": CODE,
                "load": "loaded",
                "seals": ["ML-1"],
                "goods": [{"hs_code": "843149", "gross_mass_kg": 1200.5, "description": "parts"}],
            }
        ],
    }
    data = json.dumps(document).encode()
    rng = np.random.default_rng(20261124)
    read = paper_reader(limits=Limits())
    outcomes = dict.fromkeys(Outcome, 0)
    unreadable = 0
    with a_desk() as desk:
        visit = desk.see(CODE, plates=("B714RDX",))
        for _ in range(MUTATIONS):
            try:
                report = import_papers(
                    "m.json",
                    mutated(rng, data),
                    site=SITE,
                    caller=GATE,
                    read=read,
                    archive=desk.archive,
                    blobs=MemoryBlobs(),
                    clock=desk.clock,
                )
            except UnreadablePapers as problem:
                unreadable += bool(problem.reason)
                continue
            for line in report.lines:
                outcomes[line.outcome] += 1
                assert line.outcome is not Outcome.REFUSED or line.reason
        stored = desk.visits.news(limit=MUTATIONS)
        assert len(stored) == outcomes[Outcome.TAKEN]
        for news in stored:
            assert desk.archive.revision(news.arrival, caller=EVERYWHERE).body is not None
        desk.follower.follow()
        assert desk.assembled(visit).joined
    assert min(unreadable, outcomes[Outcome.TAKEN], outcomes[Outcome.REFUSED]) > MUTATIONS // 50
    assert unreadable + sum(outcomes.values()) >= MUTATIONS


def test_a_bay_plan_of_wrong_check_digits_does_not_take_forever() -> None:
    codes = [f"MSCU{number:07d}" for number in range(2_000)]
    boxes = tuple(Equipment(code=code) for code in codes)
    paper = Paper(
        kind=PaperKind.EXPORT_DECLARATION,
        reference="E",
        site=SITE,
        revision=Revision(issued_at=datetime(2026, 11, 24, tzinfo=UTC)),
        origin=Origin(file_sha256="0" * 64, file_name="x", source="test"),
        body=Consignment(equipment=boxes),
    )
    with a_desk() as desk:
        (line,) = desk.archive.file([paper], file=a_sent_file(), now=desk.clock())
        assert line.outcome is Outcome.TAKEN
