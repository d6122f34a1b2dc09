"""Contract of the repository: versions of papers, and which inspections they concern."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from service.domain.declaration import DeclaredLoad
from service.domain.registration import Registration
from service.errors import NotFound
from service.store.repository import SqlRepository
from tests.builders import (
    ADMIN,
    GATE,
    NOW,
    OFFICER,
    PLATE,
    SITE,
    STRANGER,
    a_box,
    a_declaration,
    a_plate,
    a_registration,
    an_analysis,
    an_inspection,
)


def analysed(
    repository: SqlRepository,
    name: str,
    *plates: str,
    site: str = SITE,
    declaration_ref: str | None = None,
    registration_refs: tuple[str, ...] = (),
) -> None:
    """Queue an inspection and finish it with the plates read."""
    repository.add_inspection(
        an_inspection(
            name,
            site=site,
            declaration_ref=declaration_ref,
            registration_refs=registration_refs,
        ),
        idempotency_key=None,
        request_sha256="",
        caller=ADMIN,
    )
    lease = repository.claim(worker="w", now=NOW, lease=timedelta(seconds=60))
    assert lease is not None
    assert lease.inspection_id == name
    analysis = an_analysis(*(a_plate(plate) for plate in plates))
    repository.finish(lease, analysis=analysis, elapsed_s=0.1, now=NOW)


def test_a_declaration_comes_back_and_repeating_it_makes_no_version(
    repository: SqlRepository,
) -> None:
    first, new = repository.file_declaration(a_declaration(), now=NOW)
    assert (first, new) == (a_declaration(), True)
    assert repository.file_declaration(a_declaration(), now=NOW) == (first, False)
    assert repository.declaration("D-1", caller=OFFICER) == first


def test_a_changed_declaration_is_a_new_version_and_the_one_that_counts(
    repository: SqlRepository,
) -> None:
    repository.file_declaration(a_declaration(), now=NOW)
    empty = a_declaration(a_box(load=DeclaredLoad.EMPTY))
    second, new = repository.file_declaration(empty, now=NOW)
    assert (second, new) == (replace(empty, version=2), True)
    assert repository.declaration("D-1", caller=OFFICER).version == 2
    analysed(repository, "job", declaration_ref="D-1")
    assert repository.case_file("job", caller=OFFICER).declaration == second


def test_papers_of_another_site_are_not_found(repository: SqlRepository) -> None:
    repository.file_declaration(a_declaration(), now=NOW)
    repository.file_registration(a_registration(), now=NOW)
    with pytest.raises(NotFound):
        repository.declaration("D-1", caller=STRANGER)
    with pytest.raises(NotFound):
        repository.registration("R-1", caller=STRANGER)


def test_one_reference_at_two_sites_is_two_declarations(repository: SqlRepository) -> None:
    repository.file_declaration(a_declaration(), now=NOW)
    south, new = repository.file_declaration(a_declaration(site="south"), now=NOW)
    assert (south.version, new) == (1, True)
    analysed(repository, "job", site="south", declaration_ref="D-1")
    assert repository.case_file("job", caller=ADMIN).declaration == south


def test_versions_filed_at_once_get_numbers_one_after_the_other(
    repository: SqlRepository,
) -> None:
    codes = ["MSCU6639870", "CSQU3054383", "TGHU7584938", "MSKU2031120"]
    with ThreadPoolExecutor(4) as pool:
        filed = list(
            pool.map(
                lambda code: repository.file_declaration(a_declaration(a_box(code)), now=NOW), codes
            )
        )
        entries = list(
            pool.map(
                lambda colour: repository.file_registration(a_registration(colour=colour), now=NOW),
                ["red", "blue", "white", "grey"],
            )
        )
    assert sorted(paper.version for paper, _ in filed) == [1, 2, 3, 4]
    assert sorted(entry.version for entry, _ in entries) == [1, 2, 3, 4]


def test_the_register_is_searched_by_any_way_to_write_a_plate(repository: SqlRepository) -> None:
    entry, _ = repository.file_registration(a_registration("b-714 rdx"), now=NOW)
    assert repository.registrations_of_plate("B 714 RDX", site=SITE) == (entry,)
    assert repository.registrations_of_plate("B 714 RDX", site="south") == ()


def test_only_the_newest_version_of_an_entry_counts(repository: SqlRepository) -> None:
    repository.file_registration(a_registration(PLATE), now=NOW)
    moved, _ = repository.file_registration(a_registration("XY99ZZ"), now=NOW)
    assert repository.registrations_of_plate(PLATE, site=SITE) == ()
    assert repository.registrations_of_plate("XY99ZZ", site=SITE) == (moved,)
    assert repository.registration("R-1", caller=OFFICER) == moved


@pytest.mark.parametrize(
    ("entry", "plates", "refs", "found"),
    [
        pytest.param(a_registration(), (PLATE,), (), True, id="plate-read"),
        pytest.param(a_registration(), (), ("R-1",), True, id="named"),
        pytest.param(a_registration("OTHER1"), (PLATE,), ("R-1",), True, id="named-other-plate"),
        pytest.param(a_registration("OTHER1"), (PLATE,), (), False, id="neither"),
        pytest.param(a_registration(site="south"), (PLATE,), ("R-1",), False, id="other-site"),
    ],
)
def test_a_case_has_the_entries_that_it_names_or_whose_plate_was_read(
    repository: SqlRepository,
    entry: Registration,
    plates: tuple[str, ...],
    refs: tuple[str, ...],
    found: bool,
) -> None:
    repository.file_registration(entry, now=NOW)
    repository.file_registration(a_registration("NOISE1", reference="R-9"), now=NOW)
    analysed(repository, "job", *plates, registration_refs=refs)
    expected = (entry,) if found else ()
    assert repository.case_file("job", caller=OFFICER).registrations == expected


def test_the_register_of_a_site_is_empty_until_something_is_filed(
    repository: SqlRepository,
) -> None:
    assert not repository.has_register(site=SITE)
    repository.file_registration(a_registration(), now=NOW)
    assert repository.has_register(site=SITE)
    assert not repository.has_register(site="south")


def test_papers_concern_analysed_inspections_of_their_site_alone(
    repository: SqlRepository,
) -> None:
    analysed(repository, "naming", declaration_ref="D-1", registration_refs=("R-1",))
    analysed(repository, "reading", PLATE)
    analysed(repository, "neither", "OTHER1", declaration_ref="D-2")
    analysed(repository, "south", PLATE, site="south", declaration_ref="D-1")
    repository.add_inspection(
        an_inspection("queued", declaration_ref="D-1"),
        idempotency_key=None,
        request_sha256="",
        caller=GATE,
    )

    assert repository.concerned_by_declaration("D-1", site=SITE) == ("naming",)
    assert repository.concerned_by_declaration("D-9", site=SITE) == ()
    assert repository.concerned_by_registration("R-1", site=SITE) == ("naming",)
    repository.file_registration(a_registration("B 714-RDX"), now=NOW)
    assert repository.concerned_by_registration("R-1", site=SITE) == ("naming", "reading")


def test_an_entry_that_changes_its_plate_concerns_those_who_read_the_old_one(
    repository: SqlRepository,
) -> None:
    analysed(repository, "old", PLATE)
    analysed(repository, "new", "XY99ZZ")
    repository.file_registration(a_registration(PLATE), now=NOW)
    repository.file_registration(a_registration("XY99ZZ"), now=NOW)
    assert repository.concerned_by_registration("R-1", site=SITE) == ("new", "old")


def test_an_abstained_plate_concerns_nothing(repository: SqlRepository) -> None:
    repository.add_inspection(
        an_inspection("job"), idempotency_key=None, request_sha256="", caller=GATE
    )
    lease = repository.claim(worker="w", now=NOW, lease=timedelta(seconds=60))
    assert lease is not None
    unsure = an_analysis(a_plate(PLATE, accepted=False))
    repository.finish(lease, analysis=unsure, elapsed_s=0.1, now=NOW)
    repository.file_registration(a_registration(PLATE), now=NOW)
    assert repository.concerned_by_registration("R-1", site=SITE) == ()
