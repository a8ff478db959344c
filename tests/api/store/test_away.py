"""A database that is killed, starts or is full is called so, and is used again as soon as it is back."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, ProgrammingError

from api.store import migrate
from api.store.engine import StoreError, is_away, may_go_again
from api.store.models import Firm
from api.store.session import WHOLE, Store
from benchmarks.postgresql import NoServerError, Server

if TYPE_CHECKING:
    from collections.abc import Iterator


def failure(code: str, *, is_gone: bool = False) -> DBAPIError:
    """Return an error of PostgreSQL with a code."""
    return ProgrammingError("SELECT 1", None, RuntimeError({"C": code}), connection_invalidated=is_gone)


@pytest.mark.parametrize("code", ["57P01", "57P02", "57P03", "53300", "08006"])
def test_away(code: str) -> None:
    """The server ends, has crashed, begins, has no connection left, or is not reached: the question was right."""
    assert is_away(failure(code))
    assert not may_go_again(failure(code))


@pytest.mark.parametrize("code", ["23505", "42P01", "57014", "40001"])
def test_not_away(code: str) -> None:
    """A rule, a table that is missing, a statement that was ended and a conflict say nothing about the server."""
    assert not is_away(failure(code))
    assert is_away(failure(code, is_gone=True))


def test_sqlite_has_no_codes() -> None:
    """Errors of SQLite are texts: one that is busy may be asked again, others not."""
    busy, other = (DBAPIError("", None, RuntimeError(text)) for text in ("database is locked", "disk I/O error"))
    assert (may_go_again(busy), may_go_again(other), is_away(busy)) == (True, False, False)


@pytest.mark.postgresql
def test_socket(store_of_server: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the socket says while the driver waits is an error with a name, and the connection is not used again."""

    def reset(*_: object) -> bytes:
        raise ConnectionResetError

    def name() -> str | None:
        with store_of_server.read(WHOLE) as session:
            return session.one(select(Firm.name))

    assert name() == "Hubport"
    monkeypatch.setattr("pg8000.core._read", reset)
    with pytest.raises(StoreError):
        name()
    monkeypatch.undo()
    assert name() == "Hubport"


@pytest.fixture
def store_of_server(server: Server) -> Iterator[Store]:
    """Return a store on that server."""
    with closing(Store(server.url(server.new()))) as found:
        migrate.upgrade(found.engines)
        yield found


@pytest.fixture
def server() -> Iterator[Server]:
    """Return a server that nobody else uses."""
    try:
        found = Server()
    except NoServerError as error:
        pytest.fail(str(error))
    yield found
    found.close()


@pytest.mark.postgresql
def test_killed_and_back(server: Server, store_of_server: Store) -> None:
    """A server that is killed is an error with a name; after it is back, no old connection is used again."""

    def names() -> list[str]:
        with store_of_server.read(WHOLE) as session:
            return list(session.all(select(Firm.name)))

    assert names() == ["Hubport"]
    server.kill()
    for _ in range(2):
        with pytest.raises(StoreError):
            names()
    server.start()
    assert names() == ["Hubport"]
