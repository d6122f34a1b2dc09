"""What counts of a paper: the same set of revisions gives the same state in every order."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.papers.current import FiledPaper, PaperState, current, is_cancelled, state_of
from tests.service.papers.paper_builders import filed, written

# (what it is about, the revisions, what counts, what contradicts it). A letter is the content.
SCENARIOS = [
    ("one original", "original", "original", ""),
    ("an amendment counts", "original; amendment #1", "amendment #1", ""),
    ("the higher number counts", "amendment #2; amendment #10; original", "amendment #10", ""),
    ("the later time counts", "original @09:00; original @10:30", "original @10:30", ""),
    ("the number is before the time", "amendment #1 @11:00; amendment #2 @10:00",
     "amendment #2 @10:00", ""),
    ("an amendment is after its original, whatever the original's time",
     "original @12:00; amendment", "amendment", ""),
    ("a double of the original changes nothing", "original A; amendment #1 B; original A",
     "amendment #1 B", ""),
    ("a cancelled paper", "original; cancellation", "cancellation", ""),
    ("a cancellation without its original", "cancellation #3", "cancellation #3", ""),
    ("a cancellation is final without number and time",
     "original; amendment #7 @15:00; cancellation", "cancellation", ""),
    ("a cancellation with a number spares higher numbers",
     "original; amendment #1; cancellation #2; amendment #3", "amendment #3", ""),
    ("a cancellation with a number cancels its own number",
     "original; amendment #2; cancellation #2", "cancellation #2", ""),
    ("a cancellation with a number cancels what has none",
     "original @18:00; cancellation #2", "cancellation #2", ""),
    ("a cancellation with a time spares what was issued later",
     "original @09:00; cancellation @10:00; original @11:00", "original @11:00", ""),
    ("a cancellation with a time cancels what has no time",
     "original; amendment #1; cancellation @10:00", "cancellation @10:00", ""),
    ("at one number the time tells",
     "original #1 @09:00; cancellation #1 @10:00; original #1 @11:00", "original #1 @11:00", ""),
    ("the newest of two cancellations is shown",
     "original #1; cancellation #2; cancellation #5", "cancellation #5", ""),
    ("one number with two contents is a contradiction", "original #1 A; original #1 B",
     "original #1 B", "original #1 A"),
    ("a contradiction that was amended is none", "original #1 A; original #1 B; amendment #2 C",
     "amendment #2 C", ""),
    ("a contradiction that was cancelled is none", "original #1 A; original #1 B; cancellation",
     "cancellation", ""),
    ("a number and a time cannot be compared", "original #1; original @10:00", "original #1",
     "original @10:00"),
    ("an amendment without a number contradicts a numbered original",
     "original #1; amendment", "original #1", "amendment"),
]  # fmt: skip


def in_order_of(texts: tuple[str, ...]) -> list[FiledPaper]:
    return [filed(text, arrival=arrival) for arrival, text in enumerate(texts, start=1)]


def state_after(texts: tuple[str, ...]) -> PaperState[FiledPaper]:
    state = state_of(in_order_of(texts))
    assert state is not None
    return state


def seen(state: PaperState[FiledPaper]) -> tuple[str, bool, frozenset[str]]:
    others = frozenset(other.content_sha256 for other in state.contradicted_by)
    return state.counts.content_sha256, state.cancelled, others


@pytest.mark.parametrize(
    ("revisions", "counts", "contradicted_by"),
    [pytest.param(*row, id=name) for name, *row in SCENARIOS],
)
def test_every_order_of_arrival_ends_in_the_state_of_the_table(
    revisions: str, counts: str, contradicted_by: str
) -> None:
    texts = tuple(revisions.split("; "))
    for order in permutations(texts):
        state = state_after(order)
        assert written(state.counts) == counts
        assert "; ".join(written(other) for other in state.contradicted_by) == contradicted_by
        assert state.cancelled == counts.startswith("cancellation")
        assert not state.by_arrival


def test_without_number_and_time_the_last_to_arrive_counts_and_the_state_says_so() -> None:
    for order in permutations(("original A", "original B", "original C")):
        state = state_after(order)
        assert written(state.counts) == order[-1]
        assert state.by_arrival
        assert not state.contradicted_by


def test_a_double_of_an_older_statement_does_not_bring_it_back() -> None:
    state = state_after(("original A", "original B", "original A"))
    assert written(state.counts) == "original B"


def test_nothing_filed_is_no_state() -> None:
    assert state_of([]) is None
    assert current([]) is None
    assert not is_cancelled(None)


def test_a_cancelled_paper_is_known_by_what_counts() -> None:
    assert is_cancelled(current(in_order_of(("original", "cancellation"))))
    assert not is_cancelled(current(in_order_of(("original", "amendment"))))


NUMBERS = st.none() | st.integers(0, 3)
CLOCKS = st.none() | st.sampled_from(["08:00", "09:00", "10:00"])


@st.composite
def revision_texts(draw: st.DrawFn) -> str:
    function = draw(st.sampled_from(["original", "amendment", "cancellation"]))
    number, clock = draw(NUMBERS), draw(CLOCKS)
    content = "" if function == "cancellation" else " " + draw(st.sampled_from("ABC"))
    return (
        function
        + ("" if number is None else f" #{number}")
        + ("" if clock is None else f" @{clock}")
        + content
    )


def has_order(text: str) -> bool:
    return "#" in text or "@" in text


@given(st.lists(revision_texts(), min_size=1, max_size=5))
def test_any_order_and_any_doubles_give_the_same_state(texts: list[str]) -> None:
    ordered = [text for text in texts if has_order(text) or text.startswith("cancellation")]
    loose = [text for text in texts if text not in ordered]
    # Of those that only arrival could order, one: the rest is the business of another test.
    chosen = tuple(ordered + loose[:1])
    expected = seen(state_after(chosen))
    for order in permutations(chosen):
        assert seen(state_after(order)) == expected
        assert seen(state_after((*order, *order[::2]))) == expected
        assert seen(state_after(tuple(x for text in order for x in (text, text)))) == expected


@given(st.lists(revision_texts(), min_size=1, max_size=6))
def test_nothing_that_stands_has_a_higher_number_than_what_counts(texts: list[str]) -> None:
    uncancelled = tuple(text for text in texts if not text.startswith("cancellation"))
    papers = in_order_of(uncancelled)
    state = state_of(papers)
    if state is None:
        assert not uncancelled
        return
    numbers = [p.revision.number for p in papers if p.revision.number is not None]
    assert state.counts.revision.number == max(numbers, default=None)
