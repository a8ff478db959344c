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

from data.declare_read import read_documents, sources
from data.declare_values import fold_name, folder
from data.errors import Fault, LogisticsError, TableFaultsError
from data.faultlist import FaultList
from network.declare.records import BETWEEN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from data.catalogue import Catalogue
    from data.declare_read import Source, Texts
    from data.declare_rules import DeclareRules

TABLES = {"order": "orders", "payment": "payments", "waybill": "waybills"}
_FORMAT = "hubport-declare-1"
_CACHE_KIB = 65_536
_BATCH = 5_000
_SETUP = (
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT)",
    "CREATE TABLE files (digest TEXT, kind TEXT, label TEXT, documents INTEGER, PRIMARY KEY (digest, kind))",
    # fold: by which documents meet; own: the number by which others name this one.
    "CREATE TABLE orders (fold TEXT, own TEXT, body TEXT)",
    "CREATE TABLE payments (fold TEXT, own TEXT, body TEXT)",
    "CREATE TABLE waybills (fold TEXT, own TEXT, body TEXT)",
)
_INSERT = {
    "order": "INSERT INTO orders VALUES (?, ?, ?)",
    "payment": "INSERT INTO payments VALUES (?, ?, ?)",
    "waybill": "INSERT INTO waybills VALUES (?, ?, ?)",
}
# Places, in the texts of a document, of its order number and of the number that others name.
_PLACES = {"order": (0, 20), "payment": (1, 0), "waybill": (1, 0)}


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


def _note(connection: sqlite3.Connection, name: str, value: str) -> None:
    connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))


def deliver(
    connection: sqlite3.Connection,
    paths: Mapping[str, Sequence[Path]],
    catalogue: Catalogue,
    rules: DeclareRules,
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
    rules
        The direction, and how order numbers are compared.

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
    check_direction(connection, rules.direction)
    fold = folder(rules)
    refold(connection, rules)
    counts = dict.fromkeys(TABLES, 0)
    for kind, given in paths.items():
        for path in given:
            for source in sources(path, faults):
                counts[kind] += _take(connection, source, kind, catalogue, rules, fold, faults)
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
        _note(connection, "direction", direction)
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
    catalogue: Catalogue,
    rules: DeclareRules,
    fold: Callable[[str], str],
    faults: FaultList,
) -> int:
    """Add the documents of one file, and return how many."""
    known = connection.execute("SELECT 1 FROM files WHERE digest = ? AND kind = ?", (source.digest, kind)).fetchone()
    if known is not None:
        return 0
    documents = read_documents(source, kind, rules.direction, catalogue, faults)
    count = _insert(connection, documents, kind, fold)
    row = (source.digest, kind, source.label, count)
    connection.execute("INSERT INTO files VALUES (?, ?, ?, ?)", row)
    return count


def _insert(connection: sqlite3.Connection, documents: Iterator[Texts], kind: str, fold: Callable[[str], str]) -> int:
    """Add documents in batches."""
    order_at, own_at = _PLACES[kind]
    statement = _INSERT[kind]
    batch: list[tuple[str, str, str]] = []
    count = 0
    for texts in documents:
        batch.append((fold(texts[order_at]), fold(texts[own_at]), BETWEEN.join(texts)))
        if len(batch) == _BATCH:
            connection.executemany(statement, batch)
            count += _BATCH
            batch.clear()
    connection.executemany(statement, batch)
    return count + len(batch)


def refold(connection: sqlite3.Connection, rules: DeclareRules) -> None:
    """Compare by other rules from now on, if they changed since the last delivery."""
    name = fold_name(rules)
    before = meta(connection, "folds")
    if before == name:
        return
    _note(connection, "folds", name)
    if before is None:
        return
    fold = folder(rules)
    for kind, table in TABLES.items():
        order_at, own_at = _PLACES[kind]
        connection.create_function("fold_order", 1, _fold_of(fold, order_at), deterministic=True)
        connection.create_function("fold_own", 1, _fold_of(fold, own_at), deterministic=True)
        connection.execute(f"UPDATE {table} SET fold = fold_order(body), own = fold_own(body)")  # noqa: S608 - ours


def _fold_of(fold: Callable[[str], str], place: int) -> Callable[[str], str]:
    return lambda body: fold(body.split(BETWEEN)[place])
