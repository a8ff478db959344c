"""
Backups of a running service: every row of every table as it was at one moment, in a file that fits both databases.

Nobody waits meanwhile. SQLite is copied with its own backup interface first; in PostgreSQL one transaction reads what
was there when it began.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZipFile

from sqlalchemy import MetaData, Table, create_engine, literal, select, tuple_
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from api.backup_file import MANIFEST, BackupError, Manifest, TableEntry, Tally, member, to_line
from api.bodies import rfc3339
from api.store import migrate
from api.store.engine import Engines, StoreError
from api.store.models import Base
from api.texts import both

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy import Connection, Row

_AT_ONCE = 200
_OWNER_ONLY = 0o600
_TRAIL_END = "audit_head"


def write_backup(engines: Engines, path: Path, now: dt.datetime) -> Manifest:
    """
    Write a backup of a database, whole or not at all, and return what is in it.

    Parameters
    ----------
    engines
        Of the database.
    path
        The file; nobody but its owner may read it.
    now
        The present.

    Raises
    ------
    BackupError
        When the database has other tables than this version, or a file cannot be written.
    StoreError
        When the database cannot be used.
    """
    revision, wanted = migrate.revision(engines), migrate.head_revision()
    if revision != wanted:
        raise BackupError(both("backup_revision", found=revision or "-", wanted=wanted))
    try:
        with _draft(path) as draft, _moment(engines, path.parent) as connection:
            return _write(connection, draft, revision, rfc3339(now) or "")
    except OSError as error:
        raise BackupError(both("cannot_write", path=path, reason=error.strerror or type(error).__name__)) from None
    except (DBAPIError, sqlite3.Error) as error:
        msg = "数据库暂不可用 / the database cannot be used now"
        raise StoreError(msg) from error


@contextmanager
def _draft(path: Path) -> Iterator[Path]:
    """Give a file to write into, which takes the place of another once it is whole and on the disk."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    os.close(handle)
    draft = Path(name)
    try:
        yield draft
        draft.chmod(_OWNER_ONLY)
        with draft.open("rb") as stream:
            os.fsync(stream.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


@contextmanager
def _moment(engines: Engines, folder: Path) -> Iterator[Connection]:
    """Give a connection that sees the database as it is at one moment, whatever is written meanwhile."""
    if engines.is_postgresql:
        with engines.read.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
            yield connection
        return
    with tempfile.TemporaryDirectory(prefix=".hubport-backup-", dir=folder) as beside:
        copy = Path(beside) / "copy.db"
        with closing(engines.read.raw_connection()) as source, closing(sqlite3.connect(copy)) as target:
            driver: Any = source.driver_connection
            driver.backup(target)
        engine = create_engine(f"sqlite+pysqlite:///{copy}", poolclass=NullPool)
        with engine.connect() as connection:
            yield connection


def _write(connection: Connection, draft: Path, revision: str, created_at: str) -> Manifest:
    tables = plain_tables(connection, {table.name for table in Base.metadata.sorted_tables})
    entries = []
    with ZipFile(draft, "w", ZIP_DEFLATED) as archive:
        for table in tables:
            with archive.open(member(table.name), "w", force_zip64=True) as stream:
                tally = tally_of(connection, table, lambda line: stream.write(line + b"\n"))
            columns = [column.name for column in table.columns]
            entries.append(TableEntry(name=table.name, columns=columns, rows=tally.rows, digest=tally.digest))
        end = next(table for table in tables if table.name == _TRAIL_END)
        seq, head = connection.execute(select(end.c.seq, end.c.hash)).one()
        manifest = Manifest(
            hubport=version("hubport"),
            revision=revision,
            created_at=created_at,
            tables=entries,
            audit_entries=seq,
            audit_head=head,
        )
        archive.writestr(MANIFEST, manifest.model_dump_json(indent=1))
    return manifest


def plain_tables(connection: Connection, names: set[str]) -> list[Table]:
    """Return tables as the database has them, with values as it keeps them; those that others refer to come first."""
    metadata = MetaData()
    metadata.reflect(connection, only=sorted(names))
    return [table for table in metadata.sorted_tables if table.name in names]


def tally_of(connection: Connection, table: Table, write: Callable[[bytes], object] = lambda _: None) -> Tally:
    """Go through the rows of a table as lines, hand each on, and return how many there are with their digest."""
    tally = Tally()
    for row in _rows(connection, table):
        line = to_line(row)
        tally.add(line)
        write(line)
    return tally


def _rows(connection: Connection, table: Table) -> Iterator[Row[Any]]:
    """Yield the rows of a table by its key, some at a time, as not every driver reads them one by one."""
    key = list(table.primary_key.columns)
    asked = select(table).order_by(*key).limit(_AT_ONCE)
    last: list[Any] | None = None
    while True:
        after = asked if last is None else asked.where(_beyond(key, last))
        found = connection.execute(after).all()
        yield from found
        if len(found) < _AT_ONCE:
            return
        last = [found[-1]._mapping[column] for column in key]  # noqa: SLF001 - public by its documentation


def _beyond(key: list[Any], last: list[Any]) -> Any:  # noqa: ANN401 - a condition
    """Return the condition that a row comes after another one."""
    if len(key) == 1:
        return key[0] > last[0]
    values = [literal(value, column.type) for column, value in zip(key, last, strict=True)]
    return tuple_(*key) > tuple_(*values)
