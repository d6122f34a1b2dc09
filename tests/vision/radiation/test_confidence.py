import csv
from importlib import resources

import numpy as np
import pytest

from vision.radiation.confidence import CONFIDENCE_FILE, probability
from vision.training.nuclide_confidence import answers, table


@pytest.mark.parametrize("sharp", [True, False])
def test_a_higher_score_is_never_less_likely_right(*, sharp: bool) -> None:
    parts = [probability(score, sharp=sharp) for score in np.geomspace(0.5, 1e5, 60)]
    assert parts == sorted(parts)
    assert 0.0 < parts[0] <= parts[-1] < 1.0


def test_the_table_counts_both_methods_and_nothing_impossible() -> None:
    text = (resources.files("vision.radiation") / CONFIDENCE_FILE).read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    assert {row["method"] for row in rows} == {"fit", "lines"}
    assert all(0 <= int(row["right"]) <= int(row["total"]) for row in rows)


def test_bins_hold_every_answer_once() -> None:
    every = [("fit", float(score), score > 3) for score in range(20)]
    rows = list(table(every))
    assert sum(total for *_, total in rows) == 20
    assert sum(right for _, _, right, _ in rows) == 16


def test_simulated_answers_are_mostly_right(rng: np.random.Generator) -> None:
    every = list(answers(40, rng))
    assert len(every) >= 15
    assert sum(right for *_, right in every) / len(every) > 0.8
