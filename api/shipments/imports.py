"""Files of shipments taken over: checked line by line, then kept all at once or not at all."""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from api.refusals import Refusal
from api.shipments.records import REFERENCE, columns_of
from api.store.canonical import canonical
from api.store.columns import new_id
from api.store.models import table_of
from api.store.models_shipments import KeptShipment, ShipmentImport
from data.cargo_fields import cargo_fault
from data.cargo_stream import read_shipments
from data.faultlist import FaultList
from data.textfile import MEGABYTE

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from api.store.session import ReadSession, Scope, Store, WriteSession
    from data import Catalogue

MAX_BYTES = 64 * MEGABYTE
MAX_ROWS = 100_000
_TOLD = 1_000
"""Faults that are told word for word; of the others their number."""
_PIECE = 500
_TABLE = table_of(KeptShipment)
_INSTANTS = ("ready_at", "due_at")
_KEPT = (REFERENCE, "origin", "destination", "regime", "mass_g", "volume_cm3", "pieces", *_INSTANTS, "facts")


class Checked(NamedTuple):
    """A file of shipments without faults: as lines of JSON, how many, and the digest of them, whatever their order."""

    path: Path
    rows: int
    digest: str


def check_file(path: Path, catalogue: Catalogue, store: Store, scope: Scope, now: dt.datetime) -> Checked:
    """
    Return the shipments of a file, ready to be kept; only one line of it is in memory at a time.

    Parameters
    ----------
    path
        The file; what is made of it is written beside it.
    catalogue
        Whose places, boxes, currencies and planning calendar it must keep to.
    store, scope
        Where references must not stand yet.
    now
        The present.

    Raises
    ------
    TableFaultsError
        With every fault of the file, up to a thousand and the number of the others.
    """
    faults = FaultList(_TOLD)
    target = path.with_suffix(".checked")
    digests: list[bytes] = []
    places: list[tuple[str, int]] = []
    with target.open("w", encoding="utf-8") as stream, store.read(scope) as session:
        found = read_shipments(path, path.name, catalogue, faults, limit_bytes=MAX_BYTES, max_rows=MAX_ROWS)
        for number, shipment in found:
            values = columns_of(shipment, catalogue)
            digests.append(hashlib.sha256(_line(values).encode()).digest())
            kept = values | {"id": new_id("sp", now), "facts": canonical(values["facts"])}
            stream.write(_line(kept) + "\n")
            places.append((values[REFERENCE], number))
            if len(places) == _PIECE:
                _check_new(session, places, path.name, faults)
                places.clear()
        _check_new(session, places, path.name, faults)
    faults.check()
    return Checked(target, len(digests), _all(digests))


def keep_file(session: WriteSession, checked: Checked, firm: str) -> ShipmentImport:
    """
    Keep the shipments of a file.

    The audit trail gets one entry for all of them, with the digest of what was kept; each later change of one has its
    own.

    Raises
    ------
    Refusal
        When somebody else has kept one of the references meanwhile.
    """
    made = ShipmentImport(
        id=new_id("im", session.now),
        firm_id=firm,
        rows=checked.rows,
        digest=checked.digest,
        created_at=session.now,
        created_by=session.scope.actor,
    )
    session.insert([made])
    common = {
        "firm_id": firm,
        "version": 1,
        "import_id": made.id,
        "created_at": _seconds(session.now),
        "created_by": session.scope.actor,
        "changed_at": _seconds(session.now),
    }
    try:
        with checked.path.open(encoding="utf-8") as stream:
            while piece := list(itertools.islice(stream, _PIECE)):
                session.insert_lines(_TABLE, ("id", *_KEPT), piece, common)
    except IntegrityError:
        raise Refusal(why="name-taken", detail=REFERENCE) from None
    return made


def digest_of(rows: Iterable[KeptShipment]) -> str:
    """Return the digest of shipments as they are kept, to compare with that of their import."""
    return _all([hashlib.sha256(_line({name: getattr(row, name) for name in _KEPT}).encode()).digest() for row in rows])


def _line(values: dict[str, Any]) -> str:
    """Return what is kept of a shipment as one line."""
    return canonical(values | {name: _seconds(values[name]) for name in _INSTANTS})


def _all(digests: list[bytes]) -> str:
    return hashlib.sha256(b"".join(sorted(digests))).hexdigest()


def _seconds(instant: dt.datetime | None) -> int | None:
    return None if instant is None else int(instant.timestamp())


def _check_new(session: ReadSession, places: list[tuple[str, int]], label: str, faults: FaultList) -> None:
    """Note references that the firm has already."""
    wanted = {reference for reference, _ in places}
    if not wanted:
        return
    asked = select(KeptShipment.reference).where(
        KeptShipment.reference.in_(wanted), KeptShipment.firm_id == session.scope.firm
    )
    there = set(session.all(asked))
    for reference, number in places:
        if reference in there:
            faults.add(cargo_fault(label, number, "id", reference, "kept_already", {}))
