"""Databases for tests: a file of SQLite, and a server of PostgreSQL that is started for the tests alone."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from api.store import migrate
from api.store.models import Base
from api.store.session import Store
from benchmarks.postgresql import NoServerError, Server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BACKENDS = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql))
_FIRST_ROWS = (
    "INSERT INTO firm (id, name, is_house, version, created_at) VALUES ('house', 'Hubport', true, 1, 0)",
    "INSERT INTO audit_head (id, seq, hash) VALUES (1, 0, '" + "0" * 64 + "')",
)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """Return a PostgreSQL server."""
    try:
        found = Server()
    except NoServerError as error:
        pytest.fail(str(error))
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
