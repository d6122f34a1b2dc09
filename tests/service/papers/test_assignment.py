"""The best one-to-one pairs, against trying every possibility."""

from itertools import combinations, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.papers.assignment import best_pairs


def total(scores: dict[tuple[int, int], float], pairs: frozenset[tuple[int, int]]) -> float:
    return sum(scores[pair] for pair in pairs)


def best_by_trying_all(scores: dict[tuple[int, int], float], rows: int, columns: int) -> float:
    best = 0.0
    for size in range(1, min(rows, columns) + 1):
        for chosen in combinations(range(rows), size):
            for order in permutations(range(columns), size):
                pairs = list(zip(chosen, order, strict=True))
                if all(pair in scores for pair in pairs):
                    best = max(best, sum(scores[pair] for pair in pairs))
    return best


@st.composite
def problems(draw: st.DrawFn) -> tuple[dict[tuple[int, int], float], int, int]:
    rows, columns = draw(st.integers(0, 4)), draw(st.integers(0, 4))
    pairs = [(row, column) for row in range(rows) for column in range(columns)]
    score = st.integers(-20, 20).map(lambda n: n / 2)
    return {pair: draw(score) for pair in pairs if draw(st.booleans())}, rows, columns


@given(problems())
def test_no_other_choice_adds_up_to_more(
    problem: tuple[dict[tuple[int, int], float], int, int],
) -> None:
    scores, rows, columns = problem
    pairs = best_pairs(scores, rows=rows, columns=columns)
    assert len({row for row, _ in pairs}) == len({column for _, column in pairs}) == len(pairs)
    assert all(scores[pair] > 0 for pair in pairs)
    assert total(scores, pairs) == pytest.approx(best_by_trying_all(scores, rows, columns))


def test_the_whole_counts_and_not_the_best_single_pair() -> None:
    scores = {(0, 0): 10.0, (0, 1): 9.0, (1, 0): 9.0}
    assert best_pairs(scores, rows=2, columns=2) == {(0, 1), (1, 0)}


def test_what_is_only_against_a_pair_leaves_both_alone() -> None:
    assert best_pairs({(0, 0): -1.0}, rows=1, columns=1) == frozenset()
    assert best_pairs({}, rows=3, columns=0) == frozenset()
