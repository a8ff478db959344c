"""Files of shipments read line by line into what is kept of them; nothing here knows a database."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, NamedTuple

from api.shipments.records import REFERENCE, columns_of
from api.store.canonical import canonical
from api.store.ids import new_id
from data.cargo_stream import read_shipments
from data.textfile import MEGABYTE

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from data import Catalogue
    from data.faultlist import FaultList

MAX_BYTES = 64 * MEGABYTE
MAX_ROWS = 100_000
TOLD = 1_000
"""Faults that are told word for word; of the others their number."""
PIECE = 500
"""Lines that are handled at once."""
INSTANTS = ("ready_at", "due_at")
KEPT = (REFERENCE, "origin", "destination", "regime", "mass_g", "volume_cm3", "pieces", *INSTANTS, "facts")
"""The columns of a shipment that come from its file."""


class Line(NamedTuple):
    """
    A sound shipment of a file.

    Parameters
    ----------
    number
        Its line in the file.
    reference
        Its sender's own number.
    text
        What is kept of it, as one line of JSON, with an id of its own.
    digest
        SHA-256 of what is kept of it but for the id.
    """

    number: int
    reference: str
    text: str
    digest: bytes


def read_lines(path: Path, catalogue: Catalogue, faults: FaultList, now: dt.datetime) -> Iterator[Line]:
    """
    Yield the sound shipments of a file one by one; the faults of the others are added to `faults`.

    Parameters
    ----------
    path
        The file.
    catalogue
        Whose places, boxes, currencies and planning calendar it must keep to.
    faults
        Takes everything wrong with the file.
    now
        The present.
    """
    found = read_shipments(path, path.name, catalogue, faults, limit_bytes=MAX_BYTES, max_rows=MAX_ROWS)
    for number, shipment in found:
        values = columns_of(shipment, catalogue)
        kept = values | {"id": new_id("sp", now), "facts": canonical(values["facts"])}
        yield Line(number, values[REFERENCE], line_of(kept), digest_of(values))


def digest_of(values: dict[str, Any]) -> bytes:
    """Return the SHA-256 of what is kept of a shipment."""
    return hashlib.sha256(line_of(values).encode()).digest()


def whole_digest(digests: Iterable[bytes]) -> str:
    """Return the digest of all shipments of a file, whatever their order."""
    return hashlib.sha256(b"".join(sorted(digests))).hexdigest()


def line_of(values: dict[str, Any]) -> str:
    """Return what is kept of a shipment as one line."""
    return canonical(values | {name: seconds(values[name]) for name in INSTANTS})


def seconds(instant: dt.datetime | None) -> int | None:
    """Return an instant as it is kept."""
    return None if instant is None else int(instant.timestamp())
