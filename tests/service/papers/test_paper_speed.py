"""How quickly papers are taken in: the targets of the product, on both databases."""

from __future__ import annotations

import hashlib
import json
import time

import pytest
from sqlalchemy import Engine

from service.domain.access import Caller, Role
from service.domain.papers.paper import PaperKind
from service.sources import Limits
from service.sources.reading import paper_reader
from service.usecases.import_papers import import_papers
from tests.service.papers.desk import Desk
from tests.service.papers.paper_builders import PLATE, SITE, a_bay_plan, a_paper, a_sent_file
from vision.grammar import iso6346

BAY_PLAN_S = 10.0
A_MINUTE_S = 60.0
GATE = Caller(name="gate", role=Role.PORT)


class MemoryBlobs:
    def put(self, data: bytes) -> str:
        return hashlib.sha256(data).hexdigest()

    def get(self, sha256: str) -> bytes:
        raise NotImplementedError(sha256)

    def has(self, sha256: str) -> bool:
        raise NotImplementedError(sha256)


def a_code(number: int) -> str:
    first_ten = f"TSTU{number:06d}"
    return f"{first_ten}{iso6346.check_digit(first_ten)}"


@pytest.mark.slow
def test_a_bay_plan_of_20000_containers_is_filed_and_followed_in_half_its_time(
    paper_engine: Engine,
) -> None:
    desk = Desk(paper_engine)
    visits = [desk.see(a_code(number)) for number in range(0, 20_000, 1_000)]
    plan = a_paper(
        a_bay_plan(*(a_code(number) for number in range(20_000))), kind=PaperKind.BAY_PLAN
    )
    began = time.perf_counter()
    desk.archive.file([plan], file=a_sent_file(), now=desk.clock())
    filed_s = time.perf_counter() - began
    desk.follower.follow()
    followed_s = time.perf_counter() - began - filed_s
    assert all(desk.joined(visit) == [f"bay_plan/{plan.reference} certain"] for visit in visits)
    print(  # noqa: T201 - the figure of a benchmark
        f"\n{paper_engine.dialect.name}: filed in {filed_s:.1f} s, "
        f"{len(visits)} visits followed in {followed_s:.1f} s"
    )
    assert filed_s + followed_s < BAY_PLAN_S


@pytest.mark.slow
def test_1000_declarations_one_by_one_take_less_than_a_minute(paper_engine: Engine) -> None:
    desk = Desk(paper_engine)
    for number in range(0, 1_000, 10):
        desk.see(a_code(number), plates=(PLATE,))
    read = paper_reader(limits=Limits())
    began = time.perf_counter()
    for number in range(1_000):
        document = {
            "reference": f"25DE{number:012d}J1",
            "site": SITE,
            "containers": [
                {"code": a_code(number), "load": "loaded", "goods": [{"hs_code": "843149"}]}
            ],
        }
        import_papers(
            "d.json",
            json.dumps(document).encode(),
            site=SITE,
            caller=GATE,
            read=read,
            archive=desk.archive,
            blobs=MemoryBlobs(),
            clock=desk.clock,
        )
        desk.follower.follow()
    taken_s = time.perf_counter() - began
    print(f"\n{paper_engine.dialect.name}: 1000 declarations in {taken_s:.1f} s")  # noqa: T201
    assert taken_s < A_MINUTE_S
