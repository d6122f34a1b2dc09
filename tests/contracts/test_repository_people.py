"""Contract of the repository: API keys and the people who sign in."""

from __future__ import annotations

import pytest

from service.domain.access import Caller, Role
from service.errors import Conflict, NotFound
from service.store.repository import SqlRepository
from tests.builders import NOW


def add_key(repository: SqlRepository, key_id: str = "k1", *, sites: frozenset[str]) -> None:
    repository.add_api_key(
        key_id=key_id, name="gate", secret_hash="h", role=Role.PORT, sites=sites, now=NOW
    )


def test_an_api_key_answers_with_its_hash_and_caller(repository: SqlRepository) -> None:
    add_key(repository, sites=frozenset({"north", "south"}))
    caller = Caller(name="gate", role=Role.PORT, sites=frozenset({"north", "south"}))
    assert repository.api_key("k1") == ("h", caller)
    assert repository.api_key("k2") is None


def test_a_revoked_key_no_longer_answers_but_stays_listed(repository: SqlRepository) -> None:
    add_key(repository, sites=frozenset())
    repository.revoke_api_key("k1", now=NOW)
    assert repository.api_key("k1") is None
    assert list(repository.api_keys()) == [("k1", "gate", Role.PORT, frozenset(), True)]
    with pytest.raises(NotFound):
        repository.revoke_api_key("k2", now=NOW)


def test_a_name_is_given_to_one_person(repository: SqlRepository) -> None:
    repository.add_user(
        name="ann", password_hash="p", role=Role.OPERATOR, sites=frozenset({"north"}), now=NOW
    )
    with pytest.raises(Conflict):
        repository.add_user(
            name="ann", password_hash="q", role=Role.ADMIN, sites=frozenset(), now=NOW
        )
    ann = Caller(name="ann", role=Role.OPERATOR, sites=frozenset({"north"}))
    assert repository.user("ann") == ("p", ann)
    assert repository.user("bob") is None


def test_a_password_is_replaced(repository: SqlRepository) -> None:
    repository.add_user(
        name="ann", password_hash="p", role=Role.OPERATOR, sites=frozenset(), now=NOW
    )
    repository.set_password("ann", password_hash="q")
    stored = repository.user("ann")
    assert stored is not None
    assert stored[0] == "q"
    with pytest.raises(NotFound):
        repository.set_password("bob", password_hash="q")
