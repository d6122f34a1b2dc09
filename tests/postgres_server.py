"""A PostgreSQL server for the tests: made, started, stopped and removed by them."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

# Debian keeps the server's programs off the PATH.
ELSEWHERE = "/usr/lib/postgresql"
# Either exists on every Linux; PostgreSQL refuses to run as root.
ACCOUNTS = ("postgres", "nobody")
SUPERUSER = "tallyman"
QUICK = (
    "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=100 "
    "-c shared_buffers=32MB -c listen_addresses=''"
)


def missing() -> str:
    """Why no server can be started here; "" if one can."""
    absent = [name for name in ("initdb", "pg_ctl") if _program(name) is None]
    if absent:
        return f"PostgreSQL's {' and '.join(absent)} not found"
    if os.geteuid() == 0 and _account() is None:
        return f"run as root, and there is no account of {', '.join(ACCOUNTS)}"
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresServer:
    """Listens on a socket in `folder`, nowhere else."""

    folder: Path
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://{SUPERUSER}@/{database}?host={self.folder}"

    def create(self) -> str:
        """A new, empty database; returns its name."""
        name = f"t{next(self._numbers)}"
        self._execute(f"CREATE DATABASE {name}")
        return name

    def drop(self, name: str) -> None:
        self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _execute(self, statement: str) -> None:
        where = {"host": str(self.folder), "user": SUPERUSER, "dbname": "postgres"}
        with psycopg.connect(**where, autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """A running server; `missing` must be empty."""
    # Not below pytest's own folder: that one is closed to other accounts.
    folder = Path(tempfile.mkdtemp(prefix="tallyman-pg-"))
    account = _account() if os.geteuid() == 0 else None
    if account is not None:
        os.chown(folder, account.pw_uid, account.pw_gid)
    data = folder / "data"
    try:
        _run(account, "initdb", "-D", data, "-U", SUPERUSER, "-A", "trust", "-E", "UTF8",
             "--locale=C", "--no-sync")  # fmt: skip
        options = f"{QUICK} -c unix_socket_directories={folder}"
        _run(account, "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start")
        try:
            yield PostgresServer(folder=folder)
        finally:
            _run(account, "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _program(name: str) -> str | None:
    newest_first = sorted(Path(ELSEWHERE).glob("*/bin"), reverse=True)
    folders = os.pathsep.join([os.environ.get("PATH", ""), *map(str, newest_first)])
    return shutil.which(name, path=folders)


def _account() -> pwd.struct_passwd | None:
    for name in ACCOUNTS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    return None


def _run(account: pwd.struct_passwd | None, program: str, *arguments: str | Path) -> None:
    path = _program(program)
    assert path is not None
    # The server's output goes to a file: a pipe would stay open for as long as it runs.
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(
            [path, *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"},
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
            timeout=120,
            check=False,
        )
        output.seek(0)
        said = output.read().decode(errors="replace")
    if done.returncode:
        raise RuntimeError(f"{program} failed with {done.returncode}:\n{said}")
