"""A site's library of looks: what goes in, what is found, and what it says of a load."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from service.store.goods_library import SqlGoodsLibrary
from service.usecases.goods_library import (
    LookedLoad,
    Shelfmark,
    learn_look,
    looked_load,
    with_look,
)
from service.usecases.ports import CaseFile, StoredAnalysis
from tests.builders import (
    METHOD,
    NOW,
    a_box,
    a_container,
    a_declaration,
    an_analysis,
    an_inspection,
    evidence,
)
from tests.conftest import Database
from vision.findings import CargoEmbedding

MODEL = f"{METHOD.model} {METHOD.version}"


def a_look(*values: float) -> CargoEmbedding:
    vector = np.array(values) / np.linalg.norm(values)
    return CargoEmbedding(
        evidence=evidence("side.png"), provenance=METHOD, vector=tuple(map(float, vector))
    )


def a_case_of(
    number: int, *looks: CargoEmbedding, headings: tuple[str, ...] = ("0803",)
) -> CaseFile:
    inspection = replace(
        an_inspection(), id=f"load-{number:03d}", captured_at=NOW - timedelta(hours=number)
    )
    findings = (a_container(), *looks)
    return CaseFile(
        inspection=inspection,
        analyses=(
            StoredAnalysis(
                number=1, finished_at=NOW, elapsed_s=0.1, analysis=an_analysis(*findings)
            ),
        ),
        verdicts=(),
        decisions=(),
        declaration=a_declaration(a_box(hs_codes=[f"{heading}90" for heading in headings])),
        registrations=(),
        events=(),
    )


def near(rng: np.random.Generator, axis: int) -> CargoEmbedding:
    return a_look(*(np.eye(1, 12, axis)[0] + rng.normal(0, 0.1, 12)))


def test_only_one_box_of_one_heading_is_a_reference() -> None:
    one = looked_load(a_case_of(1, a_look(1, 0)))
    assert one is not None
    assert (one.heading, one.mark.model) == ("0803", MODEL)
    assert looked_load(a_case_of(1)) is None
    assert looked_load(a_case_of(1, a_look(1, 0), a_look(0, 1))) is None
    mixed = looked_load(a_case_of(1, a_look(1, 0), headings=("0803", "2402")))
    assert mixed is not None
    assert mixed.heading == ""


def test_clean_loads_go_in_and_others_come_out(database: Database) -> None:
    library = SqlGoodsLibrary(database.engine)
    file = a_case_of(1, a_look(1, 0))
    mark = Shelfmark(site=file.inspection.site, scanner="", model=MODEL)

    def kept() -> list[str]:
        return list(library.looks(mark, heading="0803", limit=9).inspection_ids)

    learn_look(file, clean=True, library=library)
    learn_look(file, clean=True, library=library)
    assert kept() == ["load-001"]
    other_site = replace(mark, site="elsewhere")
    assert library.newest(other_site, limit=9) == ()
    learn_look(file, clean=False, library=library)
    assert kept() == []
    learn_look(a_case_of(2, a_look(1, 0), headings=("0803", "2402")), clean=True, library=library)
    learn_look(a_case_of(3, a_look(1, 0)), clean=None, library=library)
    assert kept() == []


def test_a_load_is_compared_with_its_declared_heading(database: Database) -> None:
    library, rng = SqlGoodsLibrary(database.engine), np.random.default_rng(7)
    for number in range(60):
        for heading, axis in (("0803", 0), ("2402", 1)):
            file = a_case_of(number + 100 * axis, near(rng, axis), headings=(heading,))
            learn_look(file, clean=True, library=library)
    usual = with_look(a_case_of(901, near(rng, 0)), library=library).history.look
    other = with_look(a_case_of(902, near(rng, 1)), library=library).history.look
    unknown = with_look(
        a_case_of(903, near(rng, 1), headings=("9403",)), library=library
    ).history.look
    assert usual is not None
    assert other is not None
    assert unknown is not None
    assert (usual.references, other.references) == (60, 60)
    assert usual.p_value is not None
    assert usual.p_value > 0.02
    assert (other.p_value, other.others) == (pytest.approx(1 / 61, abs=1e-4), (("2402", 1.0),))
    assert (unknown.references, unknown.p_value) == (0, None)


def test_vectors_of_another_model_are_never_compared(database: Database) -> None:
    library = SqlGoodsLibrary(database.engine)
    file = a_case_of(1, a_look(1, 0))
    own = looked_load(file)
    assert own is not None
    old: LookedLoad = replace(own, mark=replace(own.mark, model="test 0"), inspection_id="old")
    library.put(old)
    found = with_look(file, library=library).history.look
    assert found is not None
    assert found.references == 0
