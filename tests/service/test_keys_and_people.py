"""API keys and passwords: only hashes are stored, and a refusal does not say why."""

from __future__ import annotations

import pytest

from service.domain.access import Caller, Role
from service.errors import InvalidInput, NotAuthenticated
from service.store.repository import SqlRepository
from service.usecases.issue_keys import (
    MIN_PASSWORD,
    IssuedKey,
    add_user,
    authenticate_key,
    authenticate_user,
    issue_key,
)
from tests.conftest import Database
from tests.fakes import FakeClock

NORTH = frozenset({"north"})
PASSWORD = "correct horse battery"


@pytest.fixture
def repository(sqlite_database: Database) -> SqlRepository:
    return SqlRepository(sqlite_database.engine)


@pytest.fixture
def issued(repository: SqlRepository) -> IssuedKey:
    return issue_key("gate", role=Role.PORT, sites=NORTH, repository=repository, clock=FakeClock())


@pytest.fixture
def ann(repository: SqlRepository) -> Caller:
    add_user(
        "ann",
        PASSWORD,
        role=Role.OPERATOR,
        sites=NORTH,
        repository=repository,
        clock=FakeClock(),
    )
    return Caller(name="ann", role=Role.OPERATOR, sites=NORTH)


def test_a_key_opens_as_the_caller_it_was_made_for(
    repository: SqlRepository, issued: IssuedKey
) -> None:
    caller = authenticate_key(issued.key, repository=repository)
    assert caller == Caller(name="gate", role=Role.PORT, sites=NORTH)


def test_the_secret_is_not_stored(repository: SqlRepository, issued: IssuedKey) -> None:
    stored = repository.api_key(issued.key_id)
    assert stored is not None
    secret = issued.key.rsplit("_", 1)[1]
    assert secret not in stored[0]
    assert len(secret) == 48


def test_two_keys_differ(repository: SqlRepository, issued: IssuedKey) -> None:
    other = issue_key("gate", role=Role.PORT, sites=NORTH, repository=repository, clock=FakeClock())
    assert other.key != issued.key
    assert other.key_id != issued.key_id


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda key: key[:-1] + ("0" if key[-1] != "0" else "1"), id="wrong-secret"),
        pytest.param(lambda key: key.rsplit("_", 1)[0] + "_", id="no-secret"),
        pytest.param(lambda key: key.replace("tm_", "xx_"), id="wrong-prefix"),
        pytest.param(lambda key: "tm_ffffffff_" + key.rsplit("_", 1)[1], id="unknown-id"),
        pytest.param(lambda key: key.upper(), id="upper-case"),
        pytest.param(lambda _: "", id="empty"),
        pytest.param(lambda _: "tm_", id="prefix-alone"),
        pytest.param(lambda key: key + "\N{SNOWMAN}", id="not-ascii"),
    ],
)
def test_a_wrong_key_is_refused_without_a_reason(
    repository: SqlRepository, issued: IssuedKey, change: object
) -> None:
    assert callable(change)
    with pytest.raises(NotAuthenticated, match=r"^the API key is not in force$"):
        authenticate_key(change(issued.key), repository=repository)


def test_a_revoked_key_is_refused_alike(repository: SqlRepository, issued: IssuedKey) -> None:
    repository.revoke_api_key(issued.key_id, now=FakeClock()())
    with pytest.raises(NotAuthenticated, match=r"^the API key is not in force$"):
        authenticate_key(issued.key, repository=repository)


def test_a_person_signs_in_by_password(repository: SqlRepository, ann: Caller) -> None:
    assert authenticate_user("ann", PASSWORD, repository=repository) == ann
    stored = repository.user("ann")
    assert stored is not None
    assert PASSWORD not in stored[0]


@pytest.mark.parametrize(
    ("name", "password"), [("ann", PASSWORD + "x"), ("ann", ""), ("bob", PASSWORD), ("", "")]
)
def test_a_wrong_name_or_password_is_refused_alike(
    repository: SqlRepository, ann: Caller, name: str, password: str
) -> None:
    with pytest.raises(NotAuthenticated, match=r"^name or password is wrong$"):
        authenticate_user(name, password, repository=repository)


def test_a_short_password_is_refused(repository: SqlRepository) -> None:
    with pytest.raises(InvalidInput) as refused:
        add_user(
            "ann",
            "x" * (MIN_PASSWORD - 1),
            role=Role.OPERATOR,
            sites=NORTH,
            repository=repository,
            clock=FakeClock(),
        )
    assert refused.value.field == "password"
    assert repository.user("ann") is None
