"""
Reading and writing, each for one firm.

Whoever is given a `ReadSession` cannot write: its type has no way to, and its connection is refused by the database.
Both kinds carry a `Scope`; here, and nowhere else, every statement about rows that belong to firms is narrowed to it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import event, insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session, with_loader_criteria

from api.store.audit import append_entries, changes_of, entry_of
from api.store.bulk import insert_json
from api.store.engine import Engines, StoreError, is_away, may_go_again, open_engines
from api.store.models import Base, Owned, table_of

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy import Delete, Executable, Insert, Row, Select, Table, Update
    from sqlalchemy.orm import ORMExecuteState, UOWTransaction

T = TypeVar("T")
B = TypeVar("B", bound=Base)

HOUSE = "house"
"""The firm that runs the service."""
SYSTEM = "system"
"""Who acts when nobody does: what falls due."""
_ATTEMPTS = 8
_PAUSE_S = 0.005


@dataclass(frozen=True, slots=True)
class Scope:
    """
    On whose behalf something is read or written.

    Parameters
    ----------
    firm
        The firm whose rows may be met.
    actor
        The user.
    sees_all
        Whether rows of every firm may be met.
    """

    firm: str
    actor: str
    sees_all: bool = False


WHOLE = Scope(HOUSE, SYSTEM, sees_all=True)
"""For what concerns every firm, such as holds that end."""


class Refused(Exception):  # noqa: N818 - what a rule says, not a fault
    """A write that a rule does not allow; whatever it did before is undone."""


class ReadSession:
    """Reads rows within a scope."""

    def __init__(self, session: Session, scope: Scope) -> None:
        self._session = session
        self._session.info["scope"] = scope

    @property
    def scope(self) -> Scope:
        """On whose behalf it reads."""
        scope: Scope = self._session.info["scope"]
        return scope

    def one(self, statement: Select[T]) -> T | None:
        """Return the first value of the first row, None if there is no row."""
        return self._session.execute(statement).scalars().first()

    def all(self, statement: Select[T]) -> Sequence[T]:
        """Return the first value of every row."""
        return self._session.execute(statement).scalars().all()

    def rows(self, statement: Select[*tuple[Any, ...]]) -> Sequence[Row[*tuple[Any, ...]]]:
        """Return whole rows."""
        return self._session.execute(statement).all()

    @contextmanager
    def seeing_all(self) -> Iterator[None]:
        """Meet rows of every firm for a while: for rules that are about all of them, never for an answer."""
        before = self.scope
        self._session.info["scope"] = replace(before, sees_all=True)
        try:
            yield
        finally:
            self._session.info["scope"] = before


class WriteSession(ReadSession):
    """Reads and writes rows within a scope, in one transaction."""

    def __init__(self, session: Session, scope: Scope, now: dt.datetime) -> None:
        super().__init__(session, scope)
        self.now = now

    def add(self, row: Base) -> None:
        """Add a row; it must belong to the firm of the scope, if to any."""
        if isinstance(row, Owned):
            self._check_firm(row.firm_id)
        self._session.add(row)

    def insert(self, rows: Sequence[Base]) -> None:
        """Add rows, now."""
        for row in rows:
            self.add(row)
        self._session.flush()

    def insert_row(self, model: type[Base], values: dict[str, Any]) -> None:
        """
        Insert a row of a firm that is audited, given all its columns, now.

        It goes past the unit of work, which takes several times as long.
        """
        self._check_firm(values["firm_id"])
        self._session.flush()
        self._session.connection().execute(insert(table_of(model)), values)
        self._session.info["entries"].append(entry_of(model, values))

    def _check_firm(self, firm: str) -> None:
        if not self.scope.sees_all and firm != self.scope.firm:
            msg = f"a row of {firm} cannot be added for {self.scope.firm}"
            raise PermissionError(msg)

    def insert_missing(self, model: type[Base], rows: Sequence[dict[str, Any]]) -> int:
        """Insert those rows of no firm that are not there yet, whoever else does so, and return how many."""
        connection = self._session.connection()
        statement = _missing(connection.dialect.name, model)
        return sum(connection.execute(statement, row).rowcount for row in rows)

    def ensure(self, model: type[Base], rows: Sequence[dict[str, Any]]) -> None:
        """Insert those rows of no firm that are not there yet, all at once."""
        if rows:
            connection = self._session.connection()
            connection.execute(_ensuring(connection.dialect.name, model), list(rows))

    def lock(self, statement: Select[B], *, skip_locked: bool = False) -> Sequence[B]:
        """Return rows that nobody else changes until the transaction ends, as they are now."""
        locked = statement.with_for_update(skip_locked=skip_locked).execution_options(populate_existing=True)
        return self._session.execute(locked).scalars().all()

    def change(self, statement: Update | Delete) -> int:
        """Change or delete rows by a condition, and return how many."""
        found = self._session.execute(statement.execution_options(synchronize_session=False))
        return int(getattr(found, "rowcount", 0))

    def do(self, statement: Executable, values: dict[str, Any]) -> int:
        """
        Execute a statement that was built once, and return how many rows it changed.

        It goes past what narrows statements to the scope, so it must name the firm itself if its table has one.
        """
        return int(self._session.connection().execute(statement, values).rowcount)

    def insert_plain(self, table: Table, rows: Sequence[dict[str, Any]]) -> None:
        """Insert rows with one statement; for tables that are not audited, and rows of the firm of the scope."""
        for row in rows:
            self._check_firm(row["firm_id"])
        self._session.flush()
        self._session.connection().execute(insert(table), list(rows))

    def insert_lines(self, table: Table, names: Sequence[str], lines: Sequence[str], common: dict[str, Any]) -> None:
        """Insert very many rows given as JSON; for tables that are not audited row by row (see `api.store.bulk`)."""
        self._check_firm(common["firm_id"])
        self._session.flush()
        insert_json(self._session.connection(), table, names, lines, common)

    def remove(self, row: Base) -> None:
        """Delete a row."""
        self._session.delete(row)

    def forget(self, rows: Sequence[Base]) -> None:
        """Take rows, which a condition has deleted, for gone."""
        for row in rows:
            self._session.expunge(row)

    @contextmanager
    def nested(self) -> Iterator[None]:
        """Undo what is done inside if it is refused, and go on."""
        with self._session.begin_nested():
            yield

    def flush(self) -> None:
        """Send what was changed to the database."""
        self._session.flush()


@cache
def _missing(dialect: str, model: type[Base]) -> Insert:
    """Return the statement that inserts rows unless they are there."""
    if dialect == "postgresql":
        return postgresql.insert(table_of(model)).on_conflict_do_nothing()
    return sqlite.insert(table_of(model)).on_conflict_do_nothing()


@cache
def _ensuring(dialect: str, model: type[Base]) -> Executable:
    """Return the same; PostgreSQL gets all rows with one statement if that returns something."""
    missing = _missing(dialect, model)
    return missing.returning(*table_of(model).primary_key) if dialect == "postgresql" else missing


class Store:
    """
    A database.

    Parameters
    ----------
    location
        Path of a file, or a URL (see `api.store.engine.read_url`).

    Attributes
    ----------
    seen
        Departures that are known to have rows.
    """

    def __init__(self, location: str) -> None:
        self.engines: Engines = open_engines(location)
        self.seen: set[str] = set()

    def close(self) -> None:
        """Close every connection."""
        self.engines.close()

    @contextmanager
    def read(self, scope: Scope) -> Iterator[ReadSession]:
        """
        Give a session that reads.

        Raises
        ------
        StoreError
            When the database cannot be reached.
        """
        with _faults_named(), Session(self.engines.read, autoflush=False, expire_on_commit=False) as session:
            _watch(session)
            yield ReadSession(session, scope)

    def write(self, scope: Scope, action: str, now: dt.datetime, work: Callable[[WriteSession], T]) -> T:
        """
        Do something in one transaction, whole or not at all, and write it into the audit trail.

        Parameters
        ----------
        scope
            On whose behalf.
        action
            What is done, as it stands in the audit trail.
        now
            The present.
        work
            Does it. It may be called again if the database asks for that, so it must do nothing else.

        Raises
        ------
        StoreError
            When the database cannot be used; then it is not known to have been done.
        """
        with _faults_named():
            for attempt in range(_ATTEMPTS):
                try:
                    return self._write(scope, action, now, work)
                except DBAPIError as error:
                    if attempt == _ATTEMPTS - 1 or not may_go_again(error):
                        raise
                time.sleep(_PAUSE_S * 2**attempt)
        raise AssertionError

    def _write(self, scope: Scope, action: str, now: dt.datetime, work: Callable[[WriteSession], T]) -> T:
        with self.engines.turn, Session(self.engines.write, autoflush=True, expire_on_commit=False) as session:
            _watch(session)
            entries = _collect(session)
            found = work(WriteSession(session, scope, now))
            session.flush()
            append_entries(session, entries, actor=scope.actor, action=action, now=now)
            session.commit()
            return found


@contextmanager
def _faults_named() -> Iterator[None]:
    """Say of a database that cannot be used that it cannot, without what it said of itself."""
    try:
        yield
    except PoolTimeoutError:
        msg = "数据库繁忙 / the database is busy"
        raise StoreError(msg) from None
    except ConnectionError as error:
        # The driver lets through what the socket says while it waits for an answer.
        raise StoreError(_AWAY) from error
    except DBAPIError as error:
        if is_away(error) or may_go_again(error) or type(error).__name__ in _GONE:
            raise StoreError(_AWAY) from error
        raise


_AWAY = "数据库暂不可用 / the database cannot be used now"
_GONE = frozenset({"OperationalError", "InterfaceError"})


def _watch(session: Session) -> None:
    """Narrow whatever a session executes to its scope."""
    event.listen(session, "do_orm_execute", _narrow)


def _narrow(state: ORMExecuteState) -> None:
    scope: Scope = state.session.info["scope"]
    if not scope.sees_all and not state.is_insert:
        firm = scope.firm
        narrowed = with_loader_criteria(Owned, lambda owned: owned.firm_id == firm, include_aliases=True)
        state.statement = state.statement.options(narrowed)


def _collect(session: Session) -> list[dict[str, Any]]:
    """Return a list into which changes of audited rows go as they are sent to the database."""
    entries: list[dict[str, Any]] = []
    session.info["entries"] = entries

    def before_flush(session: Session, _: UOWTransaction, __: object) -> None:
        entries.extend(changes_of(session))

    event.listen(session, "before_flush", before_flush)
    return entries
