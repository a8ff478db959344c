"""
Restoring a backup into an empty database: whole or not at all, and looked through before anybody uses it.

The tables are made as they were when the backup was written, filled, compared with the manifest, and only then migrated
to this version; all of that in one transaction.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile, ZipFile

from sqlalchemy import Table, func, insert, inspect, select, text
from sqlalchemy.exc import DBAPIError, StatementError

from api.backup import plain_tables, tally_of
from api.backup_file import BackupError, Manifest, TableEntry, Tally, from_line, read_lines, read_manifest
from api.store import audit, migrate
from api.store.session import WHOLE, Store
from api.texts import both

if TYPE_CHECKING:
    from sqlalchemy import Connection

_AT_ONCE = 200
_VERSION_TABLE = "alembic_version"


def restore(store: Store, path: Path) -> tuple[Manifest, audit.Verdict]:
    """
    Restore a backup, and return what was in it and what the audit trail says of itself.

    Raises
    ------
    BackupError
        When the file is no backup, or damaged, or the database is not empty; then nothing was written.
    StoreError
        When the database cannot be used, or the backup is of a later version.
    """
    try:
        with ZipFile(path) as archive:
            manifest = read_manifest(archive)
            migrate.check_known(manifest.revision)
            _fill(store, archive, manifest)
    except BadZipFile:
        raise BackupError(both("backup_none")) from None
    except OSError as error:
        raise BackupError(both("cannot_read", path=path, reason=error.strerror or type(error).__name__)) from None
    with store.read(WHOLE) as session:
        noted = [(manifest.audit_entries, manifest.audit_head)] if manifest.audit_entries else []
        return manifest, audit.verify(session, noted)


def _fill(store: Store, archive: ZipFile, manifest: Manifest) -> None:
    engines = store.engines
    try:
        with engines.turn, engines.write.begin() as connection:
            migrate.take_turn(engines, connection)
            if inspect(connection).get_table_names():
                raise BackupError(both("restore_not_empty"))
            migrate.run_in(connection, manifest.revision)
            tables = _made(connection, manifest)
            _clear(connection, tables)
            entries = {entry.name: entry for entry in manifest.tables}
            for table in tables:
                _insert(connection, archive, table, entries[table.name])
            if engines.is_postgresql:
                _continue_counting(connection, tables)
            for table in tables:
                if not tally_of(connection, table).is_of(entries[table.name]):
                    raise BackupError(both("restore_differs", table=table.name))
            migrate.run_in(connection)
    except (DBAPIError, StatementError) as error:
        raise BackupError(both("restore_refused", reason=type(error.orig or error).__name__)) from error


def _made(connection: Connection, manifest: Manifest) -> list[Table]:
    """Return the tables that were made; refused when the backup has others, or other columns."""
    names = set(inspect(connection).get_table_names()) - {_VERSION_TABLE}
    tables = plain_tables(connection, names)
    made = {table.name: {column.name for column in table.columns} for table in tables}
    found = {entry.name: set(entry.columns) for entry in manifest.tables}
    if made != found or len(found) != len(manifest.tables):
        wrong = sorted(name for name in made.keys() | found.keys() if made.get(name) != found.get(name))
        raise BackupError(both("backup_damaged", table=", ".join(wrong)))
    return tables


def _clear(connection: Connection, tables: list[Table]) -> None:
    """Remove the rows that migrations made: the backup has them too."""
    for table in reversed(tables):
        # Tables that are only added to refuse this even when there is nothing to remove.
        if connection.execute(select(func.count()).select_from(table)).scalar():
            connection.execute(table.delete())


def _insert(connection: Connection, archive: ZipFile, table: Table, entry: TableEntry) -> None:
    tally = Tally()
    with closing(read_lines(archive, table.name)) as lines:
        found = _rows(lines, entry, tally)
        while rows := list(islice(found, _AT_ONCE)):
            connection.execute(insert(table), rows)
    if not tally.is_of(entry):
        raise BackupError(both("backup_damaged", table=table.name))


def _rows(lines: Iterator[bytes], entry: TableEntry, tally: Tally) -> Iterator[dict[str, Any]]:
    """Yield rows by the names of their columns."""
    for line in lines:
        tally.add(line)
        try:
            yield dict(zip(entry.columns, from_line(line), strict=True))
        except (ValueError, TypeError, KeyError):
            raise BackupError(both("backup_damaged", table=entry.name)) from None


def _continue_counting(connection: Connection, tables: list[Table]) -> None:
    """Let numbers that PostgreSQL gives itself go on after those that are taken."""
    for table in tables:
        for column in table.columns:
            asked = text("SELECT pg_get_serial_sequence(:table, :column)")
            sequence = connection.execute(asked, {"table": f'"{table.name}"', "column": column.name}).scalar()
            if sequence is not None:
                last = select(func.setval(sequence, func.max(column))).having(func.max(column).is_not(None))
                connection.execute(last)
