"""Data sets in the database: kept whole under their fingerprints, and which of them counts."""

from __future__ import annotations

import csv
import io
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from api.refusals import Refusal
from api.store.canonical import digest
from api.store.models import Departure
from api.store.models_datasets import DataSet, DataSwitch, DataTable
from data.export import table_text
from data.loading import catalogue_of
from data.tableschema import schemas

if TYPE_CHECKING:
    import datetime as dt

    from api.store.session import ReadSession, WriteSession
    from data import Catalogue

ACTIVE = "active"
"""Stands in addresses for the data set that counts; also the id of the one row that says which."""
_SHOWN_SERVICES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """
    A data set as it is kept.

    Parameters
    ----------
    fingerprint
        Of its facts.
    tables
        Digest by name of the table.
    contents
        Number of rows and compressed text by digest.
    """

    fingerprint: str
    tables: dict[str, str]
    contents: dict[str, tuple[int, bytes]]


def packed(catalogue: Catalogue) -> Packed:
    """Return a data set as it is kept."""
    tables, contents = {}, {}
    for schema in schemas().values():
        rows = catalogue.table(schema.name)
        text = table_text(schema, rows).encode()
        tables[schema.name] = digest(text)
        contents[tables[schema.name]] = (len(rows), zlib.compress(text))
    return Packed(fingerprint=catalogue.fingerprint, tables=tables, contents=contents)


def keep(session: WriteSession, found: Packed, *, name: str, base: str | None = None) -> DataSet:
    """Keep a data set, and return its row; the one that is there already if its facts are the same."""
    _switch(session)
    known = find(session, found.fingerprint)
    if known is not None:
        return known
    there = set(session.all(select(DataTable.digest).where(DataTable.digest.in_(found.contents))))
    rows = [
        {"digest": key, "rows": count, "content": content}
        for key, (count, content) in found.contents.items()
        if key not in there
    ]
    session.insert_missing(DataTable, rows)
    last = session.one(select(func.max(DataSet.number))) or 0
    made = DataSet(
        id=found.fingerprint,
        number=last + 1,
        name=name,
        base_id=base,
        tables=found.tables,
        rows=sum(found.contents[key][0] for key in found.tables.values()),
        created_at=session.now,
        created_by=session.scope.actor,
    )
    session.insert([made])
    return made


def find(session: ReadSession, fingerprint: str) -> DataSet | None:
    """Return the row of a data set, None if it is not kept."""
    return session.one(select(DataSet).where(DataSet.id == fingerprint))


def known(session: ReadSession, fingerprint: str) -> DataSet:
    """
    Return the row of a data set.

    Raises
    ------
    Refusal
        When it is not kept.
    """
    found = find(session, fingerprint)
    if found is None:
        raise Refusal(why="not-found", subject=fingerprint)
    return found


def texts(session: ReadSession, digests: Iterable[str]) -> dict[str, str]:
    """Return the text of tables by their digests."""
    asked = select(DataTable.digest, DataTable.content).where(DataTable.digest.in_(sorted(set(digests))))
    return {key: zlib.decompress(content).decode() for key, content in session.rows(asked)}


def counts(session: ReadSession, digests: Iterable[str]) -> dict[str, int]:
    """Return the number of rows of tables by their digests."""
    asked = select(DataTable.digest, DataTable.rows).where(DataTable.digest.in_(sorted(set(digests))))
    return {key: count for key, count in session.rows(asked)}  # noqa: C416 - rows are no pairs to the type checker


def load(session: ReadSession, fingerprint: str) -> Catalogue:
    """
    Return the catalogue of a data set that is kept, checked by the rules of this version.

    Raises
    ------
    Refusal
        When it is not kept.
    TableFaultsError
        When this version's rules do not allow it.
    """
    return catalogue_of(tables_of(session, known(session, fingerprint)))


def tables_of(session: ReadSession, row: DataSet) -> dict[str, str]:
    """Return the texts of a data set by table, without tables that this version does not know any more."""
    found = texts(session, row.tables.values())
    return {name: found[key] for name, key in row.tables.items() if name in schemas()}


def active(session: ReadSession) -> str | None:
    """Return the fingerprint of the data set that counts, None if none was ever put in place."""
    return session.one(select(DataSwitch.data_set_id).where(DataSwitch.id == ACTIVE))


def activate(session: WriteSession, fingerprint: str) -> DataSwitch:
    """
    Let a data set count from the end of this transaction on.

    Raises
    ------
    Refusal
        When it is not kept.
    """
    switch = _switch(session)
    known(session, fingerprint)
    if switch.data_set_id != fingerprint:
        switch.data_set_id = fingerprint
        switch.version += 1
        switch.changed_at, switch.changed_by = session.now, session.scope.actor
        session.flush()
    return switch


def _switch(session: WriteSession) -> DataSwitch:
    """Return the row that says which data set counts; whoever keeps or activates one takes turns by it."""
    first: dict[str, Any] = {"id": ACTIVE, "version": 0, "data_set_id": None}
    session.insert_missing(DataSwitch, [first | {"changed_at": session.now, "changed_by": session.scope.actor}])
    (switch,) = session.lock(select(DataSwitch).where(DataSwitch.id == ACTIVE))
    return switch


def check_rotations(session: ReadSession, old: Catalogue, new: Catalogue, now: dt.datetime) -> None:
    """
    Refuse a data set in which services call elsewhere of which departures were booked.

    Room is counted from call to call, so what was booked would be on other runs. A service may go, and its times,
    prices and capacity may change; with other calls it is another service, and has an id of its own.

    Raises
    ------
    Refusal
        Naming the services.
    """
    asked = select(Departure.service, Departure.fingerprint).where(Departure.start_at > now).distinct()
    made: dict[str, set[str]] = {}
    for service, fingerprint in session.rows(asked):
        made.setdefault(fingerprint, set()).add(service)
    running = {service.id for service in new.services}
    moved: set[str] = set()
    for fingerprint, services in made.items():
        was, will = _rotations(session, fingerprint, old), _rotations_of(new)
        moved |= {name for name in services & running if was.get(name) != will.get(name)}
    if moved:
        names = sorted(moved)
        more = ", …" if len(names) > _SHOWN_SERVICES else ""
        raise Refusal(why="rotation-changed", detail=", ".join(names[:_SHOWN_SERVICES]) + more)


def _rotations(session: ReadSession, fingerprint: str, usual: Catalogue) -> dict[str, list[str]]:
    """Return where services call in a data set that is kept, else in the one that counts so far."""
    row = None if fingerprint == usual.fingerprint else find(session, fingerprint)
    if row is None:
        return _rotations_of(usual)
    (text,) = texts(session, [row.tables["calls"]]).values()
    return _in_order(
        (call["service"], int(call["seq"]), call["location"]) for call in csv.DictReader(io.StringIO(text))
    )


def _rotations_of(catalogue: Catalogue) -> dict[str, list[str]]:
    return _in_order((call.service, call.seq, call.location) for call in catalogue.calls)


def _in_order(calls: Iterable[tuple[str, int, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for service, _, location in sorted(calls):
        found.setdefault(service, []).append(location)
    return found
