"""What one unit of a heading weighs, learnt from released inspections and held beside papers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from service.domain.decision import DecisionOutcome
from service.domain.papers.consignment import Consignment, GoodsItem
from service.domain.papers.paper import Paper
from service.domain.verdict import Result
from service.errors import InvalidInput
from service.nomenclature.mass_file import FILE_NAME, read_priors, unit_of, write_learnt
from service.nomenclature.unit_mass import GoodsMass, MassPriors, Origin, starting_values
from service.usecases.check_masses import check_masses
from service.usecases.decide import decide
from service.usecases.learn_masses import learn_masses
from tests.service.papers.desk import OFFICER, Desk
from tests.service.papers.paper_builders import CODE, a_consignment, a_paper

TYRES = "401110"


def tyres(count: int, kilograms_each: float, *, lines: int = 1, unit: str = "C62") -> Consignment:
    """Lines of tyres of slightly different mass in one container."""
    goods = tuple(
        GoodsItem(
            number=at + 1,
            hs_code=TYRES,
            quantity=float(count),
            quantity_unit=unit,
            net_mass_kg=count * kilograms_each * (1 + at / 1000),
        )
        for at in range(lines)
    )
    return replace(a_consignment(CODE), goods=goods)


def released(desk: Desk, outcome: DecisionOutcome = DecisionOutcome.RELEASE) -> None:
    decide(
        desk.see(CODE),
        outcome=outcome,
        note="seen",
        verdict_number=None,
        caller=OFFICER,
        repository=desk.repository,
        clock=desk.clock,
    )


def learnt_by(desk: Desk) -> dict[str, GoodsMass]:
    return learn_masses(repository=desk.repository, assembler=desk.assembler, caller=OFFICER)


def result_of(paper: Paper, priors: MassPriors) -> list[Result]:
    return [finding.result for finding in check_masses(paper, priors=priors)]


def test_released_inspections_teach_and_what_they_taught_is_kept(
    desk: Desk, tmp_path: Path
) -> None:
    desk.file(a_paper(tyres(100, 9.0, lines=120)))
    released(desk)
    write_learnt(tmp_path / FILE_NAME, learnt_by(desk))
    priors = read_priors(tmp_path)
    known = priors.find(TYRES).unit_kg
    assert known is not None
    assert (known.origin, known.count) == (Origin.HISTORY, 120)
    assert known.p50 == pytest.approx(9.0 * 1.0595)
    assert result_of(a_paper(tyres(10, 9.5)), priors) == [Result.MATCH]
    assert result_of(a_paper(tyres(10, 95.0)), priors) == [Result.MISMATCH]


@pytest.mark.parametrize("outcome", [DecisionOutcome.HOLD, DecisionOutcome.EXAMINE])
def test_what_was_not_released_teaches_nothing(desk: Desk, outcome: DecisionOutcome) -> None:
    desk.file(a_paper(tyres(100, 9.0, lines=120)))
    released(desk, outcome)
    assert learnt_by(desk) == {}


def test_what_nobody_has_decided_on_teaches_nothing(desk: Desk) -> None:
    desk.file(a_paper(tyres(100, 9.0, lines=120)))
    desk.see(CODE)
    assert learnt_by(desk) == {}


def test_a_declaration_that_two_visits_share_counts_once(desk: Desk) -> None:
    desk.file(a_paper(tyres(100, 9.0, lines=40)))
    released(desk)
    released(desk)
    known = learnt_by(desk)["4011"].unit_kg
    assert known is not None
    assert known.count == 40


def test_starting_values_and_short_histories_accuse_no_one(desk: Desk, tmp_path: Path) -> None:
    heavy = a_paper(tyres(10, 9000.0))
    assert result_of(heavy, read_priors(tmp_path)) == [Result.CANNOT_TELL]
    desk.file(a_paper(tyres(100, 9.0, lines=40)))
    released(desk)
    assert result_of(heavy, MassPriors(starting_values(), learnt_by(desk))) == [Result.CANNOT_TELL]


def test_other_units_and_missing_masses_are_not_judged(tmp_path: Path) -> None:
    priors = read_priors(tmp_path)
    assert result_of(a_paper(tyres(10, 9.0, unit="KGM")), priors) == []
    assert result_of(a_paper(tyres(0, 9.0)), priors) == []
    assert result_of(a_paper(a_consignment(CODE, hs_code=None)), priors) == []
    assert result_of(a_paper(is_a="cancellation"), priors) == []


def test_a_file_of_another_make_is_refused(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text('{"4011": {"unit": 7}}', encoding="utf-8")
    with pytest.raises(InvalidInput, match="learn it anew"):
        read_priors(tmp_path)


@pytest.mark.parametrize(
    ("written", "unit"), [("H87", "piece"), ("p/st", "piece"), ("NPR", "pair"), (" KGM ", "kgm")]
)
def test_codes_of_one_unit_are_one_word(written: str, unit: str) -> None:
    assert unit_of(written) == unit
