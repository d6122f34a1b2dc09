"""Prefix beam search against sums over all alignments, and grammars that hold."""

import itertools

import numpy as np
import pytest

from vision.grammar import iso6346
from vision.reading import ctc
from vision.reading.ctc import CHARACTERS, Posteriors


def steps(*rows: dict[str, float]) -> Posteriors:
    """One row per step; what is left of 1 goes to the blank."""
    out = np.zeros((len(rows), 1 + len(CHARACTERS)), np.float32)
    for index, row in enumerate(rows):
        for char, probability in row.items():
            out[index, CHARACTERS.index(char) + 1] = probability
        out[index, 0] = 1 - sum(row.values())
    return out


def spelled(text: str, *, sure: float = 0.98) -> Posteriors:
    return steps(*itertools.chain.from_iterable(({char: sure}, {}) for char in text))


def summed(posteriors: Posteriors, text: str) -> float:
    """Probability by adding up every alignment; for short lines only."""
    used = sorted({0, *(CHARACTERS.index(c) + 1 for c in text)})
    total = 0.0
    for path in itertools.product(used, repeat=len(posteriors)):
        collapsed = [code for code, _ in itertools.groupby(path) if code != 0]
        if "".join(CHARACTERS[code - 1] for code in collapsed) == text:
            total += float(np.prod([posteriors[i, code] for i, code in enumerate(path)]))
    return total


@pytest.mark.parametrize("text", ["A", "AB", "AA", "BA"])
def test_a_probability_is_the_sum_over_all_alignments(text: str) -> None:
    line = steps({"A": 0.5, "B": 0.2}, {"A": 0.4, "B": 0.3}, {"A": 0.1, "B": 0.6}, {"A": 0.3})
    found = {h.text: np.exp(h.log_probability) for h in ctc.search(line, beam=200)}
    assert found[text] == pytest.approx(summed(line, text), rel=1e-4)


def test_the_grammar_finds_the_best_valid_code() -> None:
    # The picture says 8 for the check digit a little more than the right 3.
    line = spelled("CSQU305438", sure=1.0)
    last = steps({"8": 0.55, "3": 0.43})
    best = ctc.search(np.concatenate([line, last]), ctc.container_code, length=11)[0]
    assert best.text == "CSQU3054383"
    free = ctc.search(np.concatenate([line, last]))
    assert free[0].text == "CSQU3054388"
    assert ctc.posterior_of(best, free) == pytest.approx(0.43 / 0.98, abs=0.03)


def test_every_text_that_the_code_grammar_gives_is_valid() -> None:
    rng = np.random.default_rng(4)
    noise = rng.dirichlet(np.full(1 + len(CHARACTERS), 0.05), 30).astype(np.float32)
    found = ctc.search(noise, ctc.container_code, length=11, beam=64)
    assert found
    assert all(iso6346.is_valid_code(h.text) for h in found)


def test_pieces_read_on() -> None:
    both = ctc.joined([spelled("CSQU"), spelled("3054383")])
    assert ctc.search(both, ctc.container_code, length=11)[0].text == "CSQU3054383"
    # A letter at the end of one piece and the same at the start of the next are two.
    assert ctc.search(ctc.joined([steps({"A": 0.9}), steps({"A": 0.9})]))[0].text == "AA"


def test_the_weakest_character_is_found() -> None:
    line = np.concatenate([spelled("AB"), steps({"C": 0.6}, {})])
    assert ctc.weakest_character(line, "ABC") == pytest.approx(0.6, abs=1e-3)


@pytest.mark.parametrize("text", ["A", "AB", "AA", "BA", "BB"])
def test_the_forward_pass_agrees_with_the_sum_over_all_alignments(text: str) -> None:
    line = steps({"A": 0.5, "B": 0.2}, {"A": 0.4, "B": 0.3}, {"A": 0.1, "B": 0.6}, {"A": 0.3})
    assert np.exp(ctc.log_probability(line, text)) == pytest.approx(summed(line, text), rel=1e-4)
