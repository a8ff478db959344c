"""A statement in one trip comes to the same as the driver's three."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pg8000 import core, legacy
from sqlalchemy.dialects.postgresql.pg8000 import PGDialect_pg8000
from sqlalchemy.engine import make_url

from api.store.one_trip import Connection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.postgresql import Server

STATEMENTS: list[tuple[str, tuple[object, ...]]] = [
    ("CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT UNIQUE, raw BYTEA, big BIGINT)", ()),
    ("INSERT INTO thing VALUES (%s, %s, %s, %s), (%s, %s, %s, %s)", (1, "箱", b"\x00\xff", 2**40, 2, None, None, -1)),
    ("INSERT INTO thing (id, name) VALUES (%s, %s) RETURNING id, name", (3, "c")),
    ("SELECT id, name, raw, big FROM thing WHERE id > %s ORDER BY id", (0,)),
    ("SELECT id FROM thing WHERE name = %s", ("nobody",)),
    ("UPDATE thing SET big = %s WHERE id IN (%s, %s)", (7, 1, 2)),
    ("INSERT INTO thing (id, name) VALUES (%s, %s)", (4, "c")),
    ("SELECT id FROM thing WHERE id = %s", (1,)),
    ("SELECT FROM FROM %s", (1,)),
    ("SELECT 1 / %s::INTEGER", (0,)),
    ("SELECT count(*), max(big) FROM thing WHERE id <> %s", (9,)),
    ("DELETE FROM thing WHERE id = %s", (1,)),
]


def _open(kind: Any, url: str) -> Any:  # noqa: ANN401 - of the driver
    arguments, options = PGDialect_pg8000().create_connect_args(make_url(url))  # type: ignore[no-untyped-call]
    return kind(*arguments, **options)


@pytest.fixture
def both(server: Server) -> Iterator[list[Any]]:
    """Return a connection of ours and one of the driver, to databases of their own."""
    found = [_open(Connection, server.url(server.new())), _open(legacy.Connection, server.url(server.new()))]
    yield found
    for connection in found:
        connection.close()


def _said(connection: Any, statement: str, values: tuple[object, ...]) -> object:  # noqa: ANN401 - of the driver
    """Return all that comes of a statement, and what the connection is like after it."""
    cursor = connection.cursor()
    try:
        cursor.execute(statement, values)
    except legacy.Error as error:
        connection.rollback()
        said = error.args[0]
        return type(error), (said["C"], said["M"]) if isinstance(said, dict) else said
    rows = cursor.fetchall() if cursor.description else None
    return cursor.description, rows, cursor.rowcount, connection._transaction_status


def test_as_the_driver(both: list[Any]) -> None:
    """Rows, counts, names and faults are the same, and after a fault it goes on."""
    for statement, values in STATEMENTS:
        ours, theirs = (_said(connection, statement, values) for connection in both)
        assert ours == theirs, statement
        for connection in both:
            connection.commit()


def test_a_failed_transaction(both: list[Any]) -> None:
    """After a fault nothing goes until it is undone, and a commit says so."""
    for connection in both:
        with pytest.raises(legacy.ProgrammingError):
            connection.cursor().execute("SELECT %s::INTEGER FROM nowhere", (1,))
    ours, theirs = (_said(connection, "SELECT %s::INTEGER", (1,)) for connection in both)
    assert ours == theirs
    assert isinstance(ours, tuple)
    assert ours[0] is legacy.ProgrammingError


def test_one_trip(both: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """What is sent is sent once for each statement; the driver does so three times."""
    trips = 0
    flush = core._flush

    def counted(sock: object) -> None:
        nonlocal trips
        trips += 1
        flush(sock)

    monkeypatch.setattr(core, "_flush", counted)
    counts = []
    for connection in both:
        connection.autocommit = True
        before = trips
        connection.cursor().execute("SELECT %s::INTEGER", (1,))
        counts.append(trips - before)
    assert counts == [1, 3]
