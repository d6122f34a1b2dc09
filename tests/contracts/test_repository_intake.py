"""Contract of the repository: intake, idempotency, sites, the queue and its pages."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from service.domain.access import Caller, Role
from service.domain.inspection import Inspection, InspectionState
from service.domain.verdict import Advice
from service.errors import IdempotencyMismatch, InvalidInput, NotFound
from service.store.repository import SqlRepository
from service.usecases.ports import InspectionFilter, Page
from tests.builders import (
    ADMIN,
    CODE,
    GATE,
    NOW,
    OFFICER,
    PLATE,
    SITE,
    STRANGER,
    a_plate,
    a_reading,
    a_verdict,
    an_analysis,
    an_inspection,
)
from vision.findings import Analysis

EVERYTHING = InspectionFilter()


def add(
    repository: SqlRepository,
    inspection: Inspection,
    *,
    key: str | None = None,
    request: str = "a" * 64,
    caller: Caller = GATE,
) -> Inspection:
    return repository.add_inspection(
        inspection, idempotency_key=key, request_sha256=request, caller=caller
    )


def page(
    repository: SqlRepository,
    filters: InspectionFilter = EVERYTHING,
    *,
    cursor: str | None = None,
    limit: int = 50,
    caller: Caller = ADMIN,
) -> Page:
    return repository.list_inspections(filters, cursor=cursor, limit=limit, caller=caller)


def ids(found: Page) -> list[str]:
    return [item.inspection.id for item in found.items]


def analyse(repository: SqlRepository, analysis: Analysis) -> str:
    """Claim the oldest inspection and finish it."""
    lease = repository.claim(worker="w", now=NOW, lease=timedelta(seconds=60))
    assert lease is not None
    repository.finish(lease, analysis=analysis, elapsed_s=0.1, now=NOW)
    return lease.inspection_id


def test_what_was_stored_comes_back_word_for_word(repository: SqlRepository) -> None:
    sent = an_inspection(declaration_ref="D-1", registration_refs=("R-1", "R-2"))
    add(repository, sent)
    file = repository.case_file(sent.id, caller=OFFICER)
    assert file.inspection == sent
    assert (file.analyses, file.verdicts, file.decisions, file.declaration) == ((), (), (), None)
    assert [event.name for event in file.events] == ["received"]


def test_the_same_key_and_request_return_the_first_inspection(repository: SqlRepository) -> None:
    first = add(repository, an_inspection("first"), key="k")
    again = add(repository, an_inspection("second"), key="k")
    assert again == first
    assert ids(page(repository)) == ["first"]
    assert len(repository.events_after(0, inspection_id=None, caller=ADMIN, limit=10)) == 1


def test_the_same_key_with_another_request_is_refused(repository: SqlRepository) -> None:
    add(repository, an_inspection("first"), key="k")
    with pytest.raises(IdempotencyMismatch):
        add(repository, an_inspection("second"), key="k", request="b" * 64)
    assert ids(page(repository)) == ["first"]


def test_a_key_is_asked_for_before_anything_is_stored(repository: SqlRepository) -> None:
    def asked(caller: Caller = GATE, request: str = "a" * 64) -> Inspection | None:
        return repository.inspection_of_key("k", request_sha256=request, caller=caller)

    assert asked() is None
    first = add(repository, an_inspection("first"), key="k")
    assert asked() == first
    assert asked(OFFICER) is None
    with pytest.raises(IdempotencyMismatch):
        asked(request="b" * 64)


def test_keys_of_different_callers_do_not_meet(repository: SqlRepository) -> None:
    add(repository, an_inspection("one"), key="k", caller=GATE)
    add(repository, an_inspection("two"), key="k", caller=OFFICER)
    assert sorted(ids(page(repository))) == ["one", "two"]


def test_one_key_from_many_threads_at_once_makes_one_inspection(
    repository: SqlRepository,
) -> None:
    with ThreadPoolExecutor(8) as pool:
        sent = [an_inspection() for _ in range(8)]
        stored = list(pool.map(lambda each: add(repository, each, key="k"), sent))
    assert len({inspection.id for inspection in stored}) == 1
    assert len(page(repository).items) == 1


def test_another_site_cannot_tell_that_an_inspection_exists(repository: SqlRepository) -> None:
    add(repository, an_inspection("here"))
    with pytest.raises(NotFound) as hidden:
        repository.case_file("here", caller=STRANGER)
    with pytest.raises(NotFound) as absent:
        repository.case_file("nowhere", caller=STRANGER)
    assert str(hidden.value).replace("here", "X") == str(absent.value).replace("nowhere", "X")
    assert page(repository, caller=STRANGER).items == ()
    assert repository.state_counts(caller=STRANGER) == {}
    assert not repository.events_after(0, inspection_id=None, caller=STRANGER, limit=10)
    assert not repository.events_after(0, inspection_id="here", caller=STRANGER, limit=10)


@pytest.mark.parametrize("odd", ["", "x" * 5000, "a\0b", "' OR 1=1 --", "\N{SNOWMAN}"])
def test_an_odd_id_or_search_is_not_found_and_no_defect(
    repository: SqlRepository, odd: str
) -> None:
    """SQLite stores what PostgreSQL refuses, such as a NUL; neither is our incident."""
    add(repository, an_inspection("here"))
    with pytest.raises((NotFound, InvalidInput)):
        repository.case_file(odd, caller=ADMIN)
    if odd:
        try:
            found = ids(page(repository, InspectionFilter(text=odd)))
        except InvalidInput:
            found = []
        assert found == []


def test_what_cannot_be_stored_is_invalid_and_nothing_is_stored(
    repository: SqlRepository,
) -> None:
    try:
        add(repository, an_inspection("odd", lane="a\0b"))
    except InvalidInput:
        assert page(repository).items == ()
    else:
        assert repository.case_file("odd", caller=ADMIN).inspection.lane == "a\0b"


def test_states_are_counted_per_site(repository: SqlRepository) -> None:
    for site in (SITE, SITE, "south"):
        add(repository, an_inspection(site=site), caller=ADMIN)
    repository.claim(worker="w", now=NOW, lease=timedelta(seconds=60))
    assert repository.state_counts(caller=OFFICER) == {
        InspectionState.RECEIVED: 1,
        InspectionState.ANALYSING: 1,
    }
    assert repository.state_counts(caller=STRANGER) == {InspectionState.RECEIVED: 1}


def test_the_queue_is_newest_first_and_equal_times_keep_one_order(
    repository: SqlRepository,
) -> None:
    for name in ("b", "a", "c"):
        add(repository, an_inspection(name))
    add(repository, an_inspection("newest", received_at=NOW + timedelta(microseconds=1)))
    assert ids(page(repository)) == ["newest", "c", "b", "a"]


def test_pages_neither_repeat_nor_skip_while_inspections_arrive(
    repository: SqlRepository,
) -> None:
    for number in range(7):
        add(repository, an_inspection(f"old-{number}", received_at=NOW + timedelta(seconds=number)))
    seen, cursor = [], None
    for turn in range(10):
        found = page(repository, cursor=cursor, limit=3)
        seen += ids(found)
        cursor = found.next_cursor
        if cursor is None:
            break
        late = NOW + timedelta(hours=1, seconds=turn)
        add(repository, an_inspection(f"late-{turn}", received_at=late))
    assert seen == [f"old-{number}" for number in (6, 5, 4, 3, 2, 1, 0)]


def test_a_page_that_ends_with_the_list_has_no_next(repository: SqlRepository) -> None:
    for _ in range(4):
        add(repository, an_inspection())
    first = page(repository, limit=2)
    second = page(repository, cursor=first.next_cursor, limit=2)
    assert (len(first.items), len(second.items), second.next_cursor) == (2, 2, None)


@pytest.mark.parametrize("cursor", ["", "junk", "4pyT", "MTIz", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTph"])
def test_a_made_up_cursor_is_refused(repository: SqlRepository, cursor: str) -> None:
    with pytest.raises(InvalidInput):
        page(repository, cursor=cursor)


@pytest.fixture
def mixed(repository: SqlRepository) -> SqlRepository:
    """judged (held), analysed, received in the south; each an hour after the other."""
    add(repository, an_inspection("judged", lane="9", declaration_ref="DE_42"))
    analyse(repository, an_analysis(a_reading(CODE), a_plate(PLATE)))
    verdict = a_verdict(1, Advice.HOLD)
    repository.add_verdict("judged", verdict=verdict, now=NOW, reopens=True, changed_at=NOW)
    add(repository, an_inspection("analysed", received_at=NOW + timedelta(hours=1)))
    analyse(repository, an_analysis(a_plate("XX1234", accepted=False)))
    south = an_inspection("south", site="south", received_at=NOW + timedelta(hours=2))
    add(repository, south, caller=ADMIN)
    return repository


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        pytest.param(InspectionFilter(), ["south", "analysed", "judged"], id="nothing"),
        pytest.param(
            InspectionFilter(states=frozenset({InspectionState.JUDGED})), ["judged"], id="state"
        ),
        pytest.param(
            InspectionFilter(
                states=frozenset({InspectionState.ANALYSED, InspectionState.RECEIVED})
            ),
            ["south", "analysed"],
            id="states",
        ),
        pytest.param(InspectionFilter(advices=frozenset({Advice.HOLD})), ["judged"], id="advice"),
        pytest.param(InspectionFilter(advices=frozenset({Advice.RELEASE})), [], id="no-advice"),
        pytest.param(InspectionFilter(sites=frozenset({"south"})), ["south"], id="site"),
        pytest.param(
            InspectionFilter(captured_from=NOW + timedelta(hours=1)),
            ["south", "analysed"],
            id="from-is-inclusive",
        ),
        pytest.param(
            InspectionFilter(captured_to=NOW + timedelta(hours=1)), ["judged"], id="to-is-exclusive"
        ),
        pytest.param(InspectionFilter(text=CODE[:7].lower()), ["judged"], id="code-read"),
        pytest.param(InspectionFilter(text=f" {PLATE} "), ["judged"], id="plate-read"),
        pytest.param(InspectionFilter(text="XX1234"), [], id="abstained-plate-is-not-searched"),
        pytest.param(InspectionFilter(text="DE_42"), ["judged"], id="reference"),
        pytest.param(InspectionFilter(text="DE%2"), [], id="percent-is-no-wildcard"),
        pytest.param(InspectionFilter(text="D__42"), [], id="underscore-is-no-wildcard"),
        pytest.param(InspectionFilter(text="' OR 1=1 --"), [], id="quotes"),
    ],
)
def test_the_queue_is_filtered_by(
    mixed: SqlRepository, filters: InspectionFilter, expected: list[str]
) -> None:
    assert ids(page(mixed, filters)) == expected


def test_a_filter_for_another_site_shows_nothing(mixed: SqlRepository) -> None:
    assert page(mixed, InspectionFilter(sites=frozenset({"south"})), caller=OFFICER).items == ()


def test_a_row_of_the_queue_carries_advice_reasons_and_what_was_read(
    mixed: SqlRepository,
) -> None:
    row = page(mixed).items[-1]
    assert (row.advice, row.reasons) == (Advice.HOLD, ("because",))
    assert (row.container_codes, row.plates) == ((CODE,), (PLATE,))


def test_what_awaits_a_decision_is_counted_by_advice(mixed: SqlRepository) -> None:
    assert mixed.advice_counts(caller=OFFICER) == {Advice.HOLD: 1}
    assert mixed.advice_counts(caller=STRANGER) == {}


def test_a_caller_of_the_same_name_at_another_site_gets_nothing_by_the_key(
    repository: SqlRepository,
) -> None:
    south = Caller(name=GATE.name, role=Role.PORT, sites=frozenset({"south"}))
    add(repository, an_inspection("north"), key="k", caller=GATE)
    with pytest.raises((NotFound, IdempotencyMismatch)):
        add(repository, an_inspection("south", site="south"), key="k", caller=south)
