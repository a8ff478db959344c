"""Connections to the two databases that are supported, set up so that both keep the same promises."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from api.store.turns import Turn
from data.errors import LogisticsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection, Engine
    from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext
    from sqlalchemy.pool import ConnectionPoolEntry

VARIABLE = "HUBPORT_DB"
_FILE_NAME = "hubport.db"
_BUSY_MS = 15_000
_READERS, _WRITERS, _MORE = 16, 12, 24
_WAIT_S = 20
# Serialisation failure, deadlock, lock not available.
_AGAIN = frozenset({"40001", "40P01", "55P03"})
# Trouble with the connection, the server out of resources, ending, or not ready yet.
_AWAY = ("08", "53", "57P01", "57P02", "57P03")


class StoreError(LogisticsError):
    """The database cannot be used; the text says which, and why."""


@dataclass(frozen=True, slots=True)
class Engines:
    """
    Two pools of connections to one database.

    Parameters
    ----------
    url
        Of the database.
    read
        Connections that the database itself keeps from writing.
    write
        Connections that write, one transaction after the other where the database allows one writer only.
    turn
        What a writer holds during its transaction.
    """

    url: URL
    read: Engine
    write: Engine
    turn: AbstractContextManager[object]

    @property
    def is_postgresql(self) -> bool:
        """Whether it is PostgreSQL; otherwise it is SQLite."""
        return self.url.get_backend_name() == "postgresql"

    def close(self) -> None:
        """Close every connection."""
        self.read.dispose()
        self.write.dispose()


def default_location(environment: Mapping[str, str] | None = None) -> str:
    """Return where the database is: what `HUBPORT_DB` says, or a file in the folder for data of this user."""
    found = os.environ if environment is None else environment
    named = found.get(VARIABLE, "").strip()
    if named:
        return named
    folder = found.get("XDG_DATA_HOME") or str(Path(found.get("HOME") or Path.home()) / ".local" / "share")
    return str(Path(folder) / "hubport" / _FILE_NAME)


def read_url(location: str) -> URL:
    """
    Return the address of a database.

    Parameters
    ----------
    location
        Path of a file, or a URL that begins with ``sqlite:`` or ``postgresql:``.

    Raises
    ------
    StoreError
        When it is neither.
    """
    if "://" not in location:
        return URL.create("sqlite+pysqlite", database=location)
    try:
        url = make_url(location)
    except (ArgumentError, ValueError):
        msg = f"{VARIABLE}: 无法理解的数据库地址 / not the address of a database"
        raise StoreError(msg) from None
    drivers = {"sqlite": "sqlite+pysqlite", "postgresql": "postgresql+pg8000", "postgres": "postgresql+pg8000"}
    name = url.drivername.split("+")[0]
    if name not in drivers or (name == "sqlite" and not url.database):
        msg = f"{VARIABLE}: 只支持 SQLite 文件与 PostgreSQL / only SQLite files and PostgreSQL are supported"
        raise StoreError(msg)
    return url.set(drivername=drivers[name])


def open_engines(location: str) -> Engines:
    """
    Return pools of connections; none is opened yet.

    Raises
    ------
    StoreError
        When the address is none, or the folder of the file cannot be made.
    """
    url = read_url(location)
    if url.get_backend_name() == "postgresql":
        return _postgresql(url)
    try:
        Path(url.database or "").parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        msg = f"{url.database}: {error.strerror}"
        raise StoreError(msg) from None
    return _sqlite(url)


def _postgresql(url: URL) -> Engines:
    pool: dict[str, Any] = {"max_overflow": _MORE, "pool_timeout": _WAIT_S, "hide_parameters": True}
    read = create_engine(url, pool_size=_READERS, isolation_level="AUTOCOMMIT", **pool)
    write = create_engine(url, pool_size=_WRITERS, isolation_level="READ COMMITTED", **pool)
    from api.store.one_trip import Connection  # noqa: PLC0415 - nobody else needs the driver
    from api.store.statements import keep_statements  # noqa: PLC0415

    keep_statements()
    for engine in (read, write):
        event.listen(engine, "do_connect", lambda dialect, record, args, options: Connection(*args, **options))  # noqa: ARG005
    event.listen(read, "connect", _only_read_postgresql)
    # Rows that are inserted together go in one statement, not each with a way to the server and back.
    write.dialect.use_insertmanyvalues_wo_returning = True
    for engine in (read, write):
        event.listen(engine, "handle_error", _drop_connections)
    return Engines(url, read, write, nullcontext())


def _only_read_postgresql(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    """Have the server refuse writes of a connection."""
    cursor = connection.cursor()
    cursor.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
    cursor.close()
    connection.commit()


def _sqlite(url: URL) -> Engines:
    pool: dict[str, Any] = {"max_overflow": _MORE, "pool_timeout": _WAIT_S, "hide_parameters": True}
    read = create_engine(url, pool_size=_READERS, **pool)
    write = create_engine(url, pool_size=_WRITERS, **pool)
    event.listen(read, "connect", _set_up_sqlite)
    event.listen(read, "connect", _only_read_sqlite)
    event.listen(read, "begin", _begin)
    event.listen(write, "connect", _set_up_sqlite)
    event.listen(write, "connect", _journal)
    event.listen(write, "begin", _begin_writing)
    return Engines(url, read, write, Turn(url.database or ""))


def _set_up_sqlite(connection: Any, _: ConnectionPoolEntry) -> None:  # noqa: ANN401 - of the driver
    # The driver would begin transactions itself, later than they have to begin.
    connection.isolation_level = None
    for pragma in (f"busy_timeout = {_BUSY_MS}", "foreign_keys = ON", "synchronous = FULL"):
        connection.execute(f"PRAGMA {pragma}")


def _journal(connection: Any, _: ConnectionPoolEntry) -> None:  # noqa: ANN401 - of the driver
    """Let readers go on while somebody writes; the file remembers it."""
    connection.execute("PRAGMA journal_mode = WAL")


def _only_read_sqlite(connection: Any, _: ConnectionPoolEntry) -> None:  # noqa: ANN401 - of the driver
    connection.execute("PRAGMA query_only = ON")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _begin_writing(connection: Connection) -> None:
    """Take the lock for writing at once: one that is taken later may be refused in the middle."""
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def may_go_again(error: DBAPIError) -> bool:
    """Say whether a transaction that failed so did nothing, and may succeed when it is tried again."""
    code = _code(error.orig)
    if code is not None:
        return code in _AGAIN
    said = str(error.orig)
    return "database is locked" in said or "database table is locked" in said


def is_away(error: DBAPIError) -> bool:
    """Say whether a database failed because it cannot be used at the moment, rather than because of what was asked."""
    return error.connection_invalidated or (_code(error.orig) or "").startswith(_AWAY)


def _code(error: BaseException | None) -> str | None:
    """Return the code of an error of PostgreSQL, None for those of the driver and of SQLite."""
    first = error.args[0] if error is not None and error.args else None
    return first.get("C") if isinstance(first, dict) else None


def _drop_connections(context: ExceptionContext) -> None:
    """Give up every connection when the server ends or begins: the driver does not always take it for that."""
    error = context.original_exception
    is_over = isinstance(error, ConnectionError) or (_code(error) or "").startswith(_AWAY)
    if context.connection is not None and is_over:
        context.is_disconnect = True
