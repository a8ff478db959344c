"""
What was delivered so far, in one file: orders, payments and waybills, as they came.

A delivery is put into a draft beside the file; only when all of it was read without a fault does the draft take the
place of the file. A file that was delivered before is not read again.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from data.declare_fields import KINDS
from data.declare_pieces import Piece, pieces_of
from data.declare_read import sources
from data.errors import Fault, LogisticsError, TableFaultsError
from data.faultlist import FaultList

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from data.catalogue import Catalogue
    from data.declare_read import Source

_FORMAT = "hubport-declare-2"
_CACHE_KIB = 65_536
_SETUP = (
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT)",
    """CREATE TABLE files (
        id INTEGER PRIMARY KEY, digest TEXT, kind TEXT, label TEXT, documents INTEGER, UNIQUE (digest, kind))""",
    """CREATE TABLE pieces (
        id INTEGER PRIMARY KEY, file INTEGER, kind TEXT, columns TEXT, separator TEXT, is_made INTEGER,
        documents INTEGER, lines BLOB)""",
    "CREATE INDEX by_kind ON pieces (kind, id)",
)
_INSERT = "INSERT INTO pieces (file, kind, columns, separator, is_made, documents, lines) VALUES (?, ?, ?, ?, ?, ?, ?)"


class StateError(LogisticsError):
    """A file of deliveries that cannot be used."""


@contextlib.contextmanager
def open_state(path: Path) -> Iterator[sqlite3.Connection]:
    """
    Give the deliveries of a file to read; whatever is written is not kept.

    Raises
    ------
    StateError
        If it is no such file.
    """
    if not path.is_file():
        raise _unusable(path, "not found")
    # What is worked out on the way goes to temporary tables, so the file itself is never written.
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    try:
        _prepare(connection)
        _check(connection, path)
        yield connection
    finally:
        connection.close()


@contextlib.contextmanager
def drafted(path: Path | None) -> Iterator[sqlite3.Connection]:
    """
    Give the deliveries of a file to add to; they are kept if nothing was raised.

    Parameters
    ----------
    path
        The file, which need not exist; None for deliveries that are not kept.
    """
    folder_path = Path(tempfile.gettempdir()) if path is None else path.resolve().parent
    handle, name = tempfile.mkstemp(prefix=".declare-", suffix=".draft", dir=folder_path)
    os.close(handle)
    draft = Path(name)
    try:
        if path is not None and path.exists():
            shutil.copyfile(path, draft)
        connection = sqlite3.connect(draft, isolation_level=None)
        try:
            _prepare(connection)
            if path is not None and path.exists():
                _check(connection, path)
            else:
                _create(connection)
            connection.execute("BEGIN")
            yield connection
            connection.execute("COMMIT")
        finally:
            connection.close()
        if path is not None:
            _keep(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def _keep(draft: Path, path: Path) -> None:
    """Put a draft in the place of a file, once all of it is on the disk."""
    with draft.open("rb") as stream:
        os.fsync(stream.fileno())
    draft.chmod(0o644)
    draft.replace(path)


def _prepare(connection: sqlite3.Connection) -> None:
    """Set how much memory is taken, and that sorting goes to disk."""
    # A draft that is lost is made again, so nothing need be undone.
    for setting in ("journal_mode=OFF", "synchronous=OFF", "temp_store=FILE", f"cache_size=-{_CACHE_KIB}"):
        with contextlib.suppress(sqlite3.DatabaseError):
            connection.execute(f"PRAGMA {setting}")


def _create(connection: sqlite3.Connection) -> None:
    for statement in _SETUP:
        connection.execute(statement)
    connection.execute("INSERT INTO meta VALUES ('format', ?)", (_FORMAT,))


def _check(connection: sqlite3.Connection, path: Path) -> None:
    """Refuse a file that holds something else."""
    try:
        found = meta(connection, "format")
    except sqlite3.DatabaseError as error:
        raise _unusable(path, str(error)) from None
    if found != _FORMAT:
        raise _unusable(path, f"format {found}")


def _unusable(path: Path, reason: str) -> StateError:
    return StateError(f"三单状态文件无法使用 / cannot use the file of deliveries: {path} ({reason})")


def meta(connection: sqlite3.Connection, name: str) -> str | None:
    """Return what is noted under a name."""
    row = connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return None if row is None else str(row[0])


def deliver(
    connection: sqlite3.Connection,
    paths: Mapping[str, Sequence[Path]],
    catalogue: Catalogue,
    direction: str,
) -> dict[str, int]:
    """
    Add the documents of files and folders.

    Parameters
    ----------
    connection
        The draft.
    paths
        By kind of document, what is delivered.
    catalogue
        Has the field lists and codes.
    direction
        ``export`` or ``import``.

    Returns
    -------
    dict
        By kind, how many documents were read; those of files that had been delivered before do not count.

    Raises
    ------
    TableFaultsError
        With everything wrong with any of the files; nothing of them is kept then.
    """
    faults = FaultList()
    check_direction(connection, direction)
    counts = dict.fromkeys(KINDS, 0)
    for kind, given in paths.items():
        for path in given:
            for source in sources(path, faults):
                counts[kind] += _take(connection, source, kind, direction, catalogue, faults)
    faults.check()
    return counts


def check_direction(connection: sqlite3.Connection, direction: str) -> None:
    """
    Refuse deliveries of the other direction.

    Raises
    ------
    TableFaultsError
        If the file holds the other one.
    """
    before = meta(connection, "direction")
    if before is None:
        connection.execute("INSERT INTO meta VALUES ('direction', ?)", (direction,))
    elif before != direction:
        fault = Fault(
            file="state",
            value=direction,
            rule="direction",
            message_zh=f"状态文件里是 {before} 的单证",
            message_en=f"the file of deliveries holds documents of {before}",
        )
        raise TableFaultsError([fault])


def _take(
    connection: sqlite3.Connection,
    source: Source,
    kind: str,
    direction: str,
    catalogue: Catalogue,
    faults: FaultList,
) -> int:
    """Add the documents of one file, and return how many."""
    known = connection.execute("SELECT 1 FROM files WHERE digest = ? AND kind = ?", (source.digest, kind)).fetchone()
    if known is not None:
        return 0
    row = (source.digest, kind, source.label)
    file = connection.execute("INSERT INTO files (digest, kind, label) VALUES (?, ?, ?)", row).lastrowid
    count = add_pieces(connection, file, pieces_of(source, kind, direction, catalogue, faults))
    connection.execute("UPDATE files SET documents = ? WHERE id = ?", (count, file))
    return count


def add_pieces(connection: sqlite3.Connection, file: int | None, given: Iterable[tuple[Piece, int]]) -> int:
    """Add pieces with the number of documents in each, and return how many documents there are."""
    total = 0
    for piece, count in given:
        columns = ";".join(piece.columns)
        row = (file, piece.kind, columns, piece.separator, piece.is_made, count, piece.lines)
        connection.execute(_INSERT, row)
        total += count
    return total


def count_of(connection: sqlite3.Connection) -> int:
    """Return how many documents were delivered."""
    row = connection.execute("SELECT TOTAL(documents) FROM pieces").fetchone()
    return int(row[0])


def pieces(connection: sqlite3.Connection, kind: str) -> Iterator[tuple[int, Piece]]:
    """Yield the pieces of one kind of document by their numbers, in order."""
    rows = connection.cursor().execute(
        "SELECT id, columns, separator, is_made, lines FROM pieces WHERE kind = ? ORDER BY id", (kind,)
    )
    for number, columns, separator, is_made, lines in rows:
        made = Piece(
            kind=kind, columns=tuple(columns.split(";")), separator=separator, is_made=bool(is_made), lines=lines
        )
        yield number, made
