"""Databases for tests: a file of SQLite, and a server of PostgreSQL that is started for the tests alone."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pg8000.dbapi
import pytest
from sqlalchemy import text

from api.store import migrate
from api.store.models import Base
from api.store.session import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

BACKENDS = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql))
_FIRST_ROWS = (
    "INSERT INTO firm (id, name, is_house, version, created_at) VALUES ('house', 'Hubport', true, 1, 0)",
    "INSERT INTO audit_head (id, seq, hash) VALUES (1, 0, '" + "0" * 64 + "')",
)
_SETTINGS = ("fsync=off", "full_page_writes=off", "listen_addresses=", "max_connections=200", "shared_buffers=32MB")


def _binaries() -> Path:
    """Return the folder of the programs of PostgreSQL."""
    named = shutil.which("initdb")
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if named is None and not found:
        pytest.fail("no PostgreSQL server on this machine; `make system` says how to get one")
    return (Path(named).resolve() if named is not None else found[-1]).parent


def _account() -> tuple[dict[str, object], pwd.struct_passwd]:
    """Return how to run a program as somebody who is not root, as the server demands, and who that is."""
    if os.geteuid() != 0:
        return {}, pwd.getpwuid(os.geteuid())
    for name in ("postgres", "nobody"):
        try:
            who = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []}, who
    pytest.fail("PostgreSQL does not run as root, and there is no account postgres or nobody")


class Server:
    """A PostgreSQL server in a folder of its own, reached by a socket in that folder."""

    def __init__(self) -> None:
        self._as, who = _account()
        self._bin = _binaries()
        self.folder = Path(tempfile.mkdtemp(prefix="hubport-pg-"))
        os.chown(self.folder, who.pw_uid, who.pw_gid)
        self._count = 0
        self._run("initdb", "-D", "data", "-U", "hubport", "-A", "trust", "-E", "UTF8", "--no-locale", "-N")
        self.start()

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self._bin / program, *arguments], cwd=self.folder, check=True, env={"PATH": os.defpath, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, **self._as,
        )  # fmt: skip

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        options = " ".join(f"-c {setting!r}" for setting in (*_SETTINGS, f"unix_socket_directories={self.folder}"))
        self._run("pg_ctl", "-D", "data", "-w", "-l", "log", "-o", options, "start")

    def stop(self, how: str = "immediate") -> None:
        """Stop the server; as if the machine had failed, unless told otherwise."""
        self._run("pg_ctl", "-D", "data", "-w", "-m", how, "stop")

    def close(self) -> None:
        """Stop the server and remove everything."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def execute(self, statement: str) -> None:
        """Execute a statement outside any transaction."""
        connection = pg8000.dbapi.connect("hubport", database="postgres", unix_sock=str(self._socket))
        try:
            connection.autocommit = True
            connection.cursor().execute(statement)
        finally:
            connection.close()

    @property
    def _socket(self) -> Path:
        return self.folder / ".s.PGSQL.5432"

    def url(self, name: str) -> str:
        """Return the address of a database."""
        return f"postgresql://hubport@/{name}?unix_sock={self._socket}"

    def new(self, template: str = "template1") -> str:
        """Make a database, like another one, and return its name."""
        self._count += 1
        name = f"db{self._count}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """Return a PostgreSQL server."""
    found = Server()
    try:
        yield found
    finally:
        found.close()


class Databases:
    """Gives databases with all tables and no rows but those of the first migration."""

    def __init__(self, request: pytest.FixtureRequest, folder: Path) -> None:
        self._request = request
        self._folder = folder
        self._count = 0
        self._templates: dict[str, str] = {}
        self._shared: str | None = None

    def empty(self, backend: str) -> str:
        """Return the address of a database without tables."""
        self._count += 1
        if backend == "sqlite":
            return str(self._folder / f"{self._count}.db")
        server: Server = self._request.getfixturevalue("server")
        return server.url(server.new())

    def migrated(self, backend: str) -> str:
        """Return the address of a database with tables."""
        if backend not in self._templates:
            self._templates[backend] = self.empty(backend)
            template = Store(self._templates[backend])
            migrate.upgrade(template.engines)
            template.close()
        address = self._templates[backend]
        if backend == "sqlite":
            copy = self.empty(backend)
            shutil.copy(address, copy)
            return copy
        server: Server = self._request.getfixturevalue("server")
        return server.url(server.new(address.split("/@/")[-1].split("@/")[-1].split("?")[0]))

    def fresh(self, backend: str) -> str:
        """Return the address of a database as after the first migration; of PostgreSQL there is only one of these."""
        if backend == "sqlite":
            return self.migrated(backend)
        if self._shared is None:
            self._shared = self.migrated(backend)
        store = Store(self._shared)
        with store.engines.write.begin() as connection:
            # No triggers: that of the audit trail, and those of references between tables.
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            for table in Base.metadata.sorted_tables:
                connection.execute(table.delete())
            for row in _FIRST_ROWS:
                connection.execute(text(row))
        store.close()
        return self._shared


@pytest.fixture(scope="session")
def databases(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Databases:
    """Return what gives databases."""
    return Databases(request, tmp_path_factory.mktemp("databases"))


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    """Return the name of a kind of database: each test runs on all of them."""
    name: str = request.param
    return name


@pytest.fixture
def store(databases: Databases, backend: str) -> Iterator[Store]:
    """Return a store with all tables."""
    found = Store(databases.fresh(backend))
    yield found
    found.close()
