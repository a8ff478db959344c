"""
The audit trail: every write, hashed together with the one before it.

The hash of an entry covers all of it and the hash of the entry before, so that an entry that was changed, removed, put
in or moved is found. What was cut off at the end is found by the head, or by a hash that was noted elsewhere.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import bindparam, func, insert, inspect, select, update

from api.store.canonical import canonical, digest
from api.store.models import Audited, AuditEntry, AuditHead, Base, Firm, Owned, table_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy.orm import Session

    from api.store.session import ReadSession

GENESIS = "0" * 64
"""What stands for the entry before the first."""
_HOUSE = "house"
_PIECE = 500
_HASHED = ("seq", "at", "firm_id", "actor", "action", "kind", "subject", "before", "after", "previous")
_HEAD = table_of(AuditHead)
_LOCK_HEAD = select(_HEAD.c.seq, _HEAD.c.hash).with_for_update()
_MOVE_HEAD = update(_HEAD).values(seq=bindparam("to_seq"), hash=bindparam("to_hash"))


class Break(NamedTuple):
    """One thing wrong with the trail: at which number, and what."""

    seq: int
    rule: str


class Verdict(NamedTuple):
    """What was found: how many entries there are, the hash of the last one, and everything wrong."""

    entries: int
    head: str
    breaks: list[Break]


def changes_of(session: Session) -> Iterator[dict[str, Any]]:
    """Yield the changes of audited rows that a session is about to send."""
    for row in session.new:
        if isinstance(row, Audited):
            yield _entry(row, None, _values(row))
    for row in session.dirty:
        if isinstance(row, Audited) and session.is_modified(row):
            before, after = _difference(row)
            yield _entry(row, before, after)
    for row in session.deleted:
        if isinstance(row, Audited):
            yield _entry(row, _values(row), None)


def entry_of(model: type[Base], values: dict[str, Any]) -> dict[str, Any]:
    """Return the entry of a new row of a firm, given all its columns."""
    after = {name: _plain(model, name, value) for name, value in values.items()}
    firm, subject = values["firm_id"], values["id"]
    return {"firm_id": firm, "kind": model.__tablename__, "subject": subject, "before": None, "after": after}


def _entry(row: Any, before: dict[str, Any] | None, after: dict[str, Any] | None) -> dict[str, Any]:  # noqa: ANN401
    firm = row.firm_id if isinstance(row, Owned) else row.id if isinstance(row, Firm) else _HOUSE
    return {"firm_id": firm, "kind": row.__tablename__, "subject": row.id, "before": before, "after": after}


def _values(row: Audited) -> dict[str, Any]:
    """Return a row as plain values."""
    state = inspect(row)
    names = [column.key for column in state.mapper.column_attrs if column.key in state.dict]
    return {name: _plain(row, name, state.dict[name]) for name in names}


def _difference(row: Audited) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the columns that changed, before and after."""
    state = inspect(row)
    before, after = {}, {}
    for column in state.mapper.column_attrs:
        history = state.attrs[column.key].history
        if history.has_changes():
            before[column.key] = _plain(row, column.key, history.deleted[0] if history.deleted else None)
            after[column.key] = _plain(row, column.key, history.added[0] if history.added else None)
    return before, after


def _plain(row: Any, name: str, value: object) -> object:  # noqa: ANN401 - any audited row
    """Return a value as it stands in the trail: instants as text, secrets and long content as a hash."""
    if value is not None and name in row.audit_hidden:
        return f"sha256:{digest(value if isinstance(value, (str, bytes)) else canonical(value))}"
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return value


def append_entries(
    session: Session, entries: Sequence[dict[str, Any]], *, actor: str, action: str, now: dt.datetime
) -> None:
    """Append changes to the trail. From here to the end of the transaction nobody else can."""
    if not entries:
        return
    connection = session.connection()
    seq, previous = connection.execute(_LOCK_HEAD).one()
    rows = []
    for number, values in enumerate(entries, seq + 1):
        row = {"seq": number, "at": now, "actor": actor, "action": action, "previous": previous, **values}
        previous = row["hash"] = _hash(row)
        rows.append(row)
    connection.execute(insert(table_of(AuditEntry)), rows)
    connection.execute(_MOVE_HEAD, {"to_seq": rows[-1]["seq"], "to_hash": previous})


def hash_of(entry: AuditEntry) -> str:
    """Return the hash of an entry, which covers everything but itself."""
    return _hash({name: getattr(entry, name) for name in _HASHED})


def _hash(row: dict[str, Any]) -> str:
    content = {name: row[name] for name in _HASHED}
    return digest(canonical(content | {"at": int(row["at"].timestamp())}))


def _entries(session: ReadSession, head: int | None) -> Iterator[AuditEntry]:
    """Yield the entries up to the head in order, some at a time; what is beyond it may have been added since."""
    last: int | None = None
    while True:
        asked = select(AuditEntry).order_by(AuditEntry.seq).limit(_PIECE)
        found = session.all(asked if last is None else asked.where(AuditEntry.seq > last))
        yield from (entry for entry in found if head is None or entry.seq <= head)
        if len(found) < _PIECE:
            return
        last = found[-1].seq


def _is_beyond(session: ReadSession, seq: int) -> bool:
    """Say whether there are entries beyond the head as it is now, given what it was."""
    last = session.one(select(func.max(AuditEntry.seq))) or 0
    now = session.one(select(AuditHead.seq)) or 0
    return last > max(seq, now)


def verify(session: ReadSession, noted: Iterable[tuple[int, str]] = ()) -> Verdict:
    """
    Check the whole trail.

    Parameters
    ----------
    session
        One that sees everything.
    noted
        Numbers and hashes that were noted elsewhere, which must be in the trail.
    """
    head = session.one(select(AuditHead))
    wanted = dict(noted)
    breaks: list[Break] = []
    expected, previous = 1, GENESIS
    for entry in _entries(session, None if head is None else head.seq):
        if entry.seq != expected:
            breaks.append(Break(expected, "missing"))
        elif entry.previous != previous:
            breaks.append(Break(entry.seq, "previous"))
        if entry.hash != hash_of(entry):
            breaks.append(Break(entry.seq, "changed"))
        if wanted.pop(entry.seq, entry.hash) != entry.hash:
            breaks.append(Break(entry.seq, "noted"))
        expected, previous = entry.seq + 1, entry.hash
    if head is None or (head.seq, head.hash) != (expected - 1, previous) or _is_beyond(session, head.seq):
        breaks.append(Break(expected, "head"))
    breaks += [Break(seq, "noted") for seq in wanted]
    return Verdict(expected - 1, previous, breaks)
