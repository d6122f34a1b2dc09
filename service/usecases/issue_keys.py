"""API keys and people: make, check, revoke."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from service.domain.access import Caller, Role
from service.errors import InvalidInput, NotAuthenticated
from service.usecases.ports import Clock, Repository

PREFIX = "tm"
MIN_PASSWORD = 10
_hasher = PasswordHasher()
# Verified for names that do not exist, so that they take as long as those that do.
_NOBODY = _hasher.hash(secrets.token_urlsafe(16))


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedKey:
    """`key` is shown once; only its hash is stored."""

    key_id: str
    key: str


def issue_key(
    name: str, *, role: Role, sites: frozenset[str], repository: Repository, clock: Clock
) -> IssuedKey:
    """Make an API key, `tm_<id>_<secret>`."""
    key_id, secret = secrets.token_hex(4), secrets.token_hex(24)
    repository.add_api_key(
        key_id=key_id,
        name=name,
        secret_hash=_hash(secret),
        role=role,
        sites=sites,
        now=clock(),
    )
    return IssuedKey(key_id=key_id, key=f"{PREFIX}_{key_id}_{secret}")


def authenticate_key(key: str, *, repository: Repository) -> Caller:
    """Raises: NotAuthenticated: malformed, unknown or revoked, without saying which."""
    prefix, _, rest = key.partition("_")
    key_id, _, secret = rest.partition("_")
    stored = repository.api_key(key_id) if prefix == PREFIX and secret else None
    if stored is None or not hmac.compare_digest(stored[0], _hash(secret)):
        raise NotAuthenticated("the API key is not in force")
    return stored[1]


def add_user(
    name: str,
    password: str,
    *,
    role: Role,
    sites: frozenset[str],
    repository: Repository,
    clock: Clock,
) -> None:
    """Raises: InvalidInput: the password is too short."""
    if len(password) < MIN_PASSWORD:
        raise InvalidInput(f"at least {MIN_PASSWORD} characters", field="password")
    repository.add_user(
        name=name, password_hash=_hasher.hash(password), role=role, sites=sites, now=clock()
    )


def authenticate_user(name: str, password: str, *, repository: Repository) -> Caller:
    """Raises: NotAuthenticated: unknown name or wrong password, without saying which."""
    stored = repository.user(name)
    try:
        _hasher.verify(stored[0] if stored else _NOBODY, password)
    except (VerifyMismatchError, InvalidHashError):
        raise NotAuthenticated("name or password is wrong") from None
    if stored is None:
        raise NotAuthenticated("name or password is wrong")
    return stored[1]


def _hash(secret: str) -> str:
    # 192 random bits need no slow hash.
    return hashlib.sha256(secret.encode()).hexdigest()
