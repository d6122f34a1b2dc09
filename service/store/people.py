"""API keys and the people who sign in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from service.domain.access import Caller, Role
from service.errors import Conflict, NotFound
from service.store import stored_json as codec
from service.store import tables as t
from service.store.connections import Connections
from service.store.rows import to_caller


class People(Connections):
    """See the part "people and keys" of `service.usecases.ports.Repository`."""

    def add_api_key(
        self,
        *,
        key_id: str,
        name: str,
        secret_hash: str,
        role: Role,
        sites: frozenset[str],
        now: datetime,
    ) -> None:
        with self._writing() as db:
            db.execute(
                insert(t.api_keys).values(
                    id=key_id,
                    name=name,
                    secret_hash=secret_hash,
                    role=role.value,
                    sites=codec.STRINGS.dump(tuple(sorted(sites))),
                    created_at=now,
                    revoked=False,
                )
            )

    def api_key(self, key_id: str) -> tuple[str, Caller] | None:
        keys = t.api_keys
        with self._reading() as db:
            row = db.execute(
                select(keys).where(keys.c.id == key_id, keys.c.revoked.is_(False))
            ).one_or_none()
        return None if row is None else (row.secret_hash, to_caller(row))

    def revoke_api_key(self, key_id: str, *, now: datetime) -> None:
        del now
        keys = t.api_keys
        with self._writing() as db:
            changed = db.execute(update(keys).where(keys.c.id == key_id).values(revoked=True))
            if changed.rowcount == 0:
                raise NotFound(f"no API key {key_id}")

    def api_keys(self) -> Iterator[tuple[str, str, Role, frozenset[str], bool]]:
        with self._reading() as db:
            rows = db.execute(select(t.api_keys).order_by(t.api_keys.c.created_at)).all()
        for row in rows:
            sites = frozenset(codec.STRINGS.load(row.sites))
            yield row.id, row.name, Role(row.role), sites, bool(row.revoked)

    def add_user(
        self, *, name: str, password_hash: str, role: Role, sites: frozenset[str], now: datetime
    ) -> None:
        try:
            with self._writing() as db:
                db.execute(
                    insert(t.users).values(
                        name=name,
                        password_hash=password_hash,
                        role=role.value,
                        sites=codec.STRINGS.dump(tuple(sorted(sites))),
                        created_at=now,
                    )
                )
        except IntegrityError as problem:
            raise Conflict(f"user {name} is there already") from problem

    def user(self, name: str) -> tuple[str, Caller] | None:
        with self._reading() as db:
            row = db.execute(select(t.users).where(t.users.c.name == name)).one_or_none()
        return None if row is None else (row.password_hash, to_caller(row))

    def set_password(self, name: str, *, password_hash: str) -> None:
        with self._writing() as db:
            changed = db.execute(
                update(t.users).where(t.users.c.name == name).values(password_hash=password_hash)
            )
            if changed.rowcount == 0:
                raise NotFound(f"no user {name}")
