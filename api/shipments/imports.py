"""Files of shipments taken over: checked line by line, then kept all at once or not at all."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from api.faults import of_table
from api.refusals import Refusal
from api.shipments.reading import KEPT, PIECE, TOLD, digest_of, read_lines, seconds, whole_digest
from api.shipments.records import REFERENCE
from api.shipments.work import Brought
from api.store.columns import new_id
from api.store.models import table_of
from api.store.models_shipments import KeptShipment, ShipmentImport
from data.cargo_fields import cargo_fault
from data.faultlist import FaultList

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable
    from pathlib import Path

    from api.answer_schema import Json
    from api.jobs.kinds import Made
    from api.store.models_jobs import Job
    from api.store.session import ReadSession, Scope, Store, WriteSession
    from data import Catalogue

_TABLE = table_of(KeptShipment)


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
    faults = FaultList(TOLD)
    target = path.with_suffix(".checked")
    digests: list[bytes] = []
    places: list[tuple[str, int]] = []
    with target.open("w", encoding="utf-8") as stream, store.read(scope) as session:
        for line in read_lines(path, catalogue, faults, now):
            digests.append(line.digest)
            stream.write(line.text + "\n")
            places.append((line.reference, line.number))
            if len(places) == PIECE:
                _check_new(session, scope.firm, places, path.name, faults)
                places.clear()
        _check_new(session, scope.firm, places, path.name, faults)
    faults.check()
    return Checked(target, len(digests), whole_digest(digests))


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
    made = _import(session, firm, session.scope.actor, checked.rows, checked.digest)
    with checked.path.open(encoding="utf-8") as stream:
        _keep_lines(session, made, stream)
    return made


def keep_import(session: WriteSession, job: Job, made: Made) -> Made:
    """
    Keep what a job has read from a file, in the transaction that ends it, and return what is shown of that.

    With anything wrong nothing is kept, and all faults are the result.

    Raises
    ------
    Refusal
        When somebody else has kept one of the references at this moment; the next time they are a fault.
    """
    found = Brought.of(made.content)
    places = list(zip(found.references, found.numbers, strict=True))
    for start in range(0, len(places), PIECE):
        _check_new(session, job.firm_id, places[start : start + PIECE], found.label, found.faults)
    if found.faults:
        told = [of_table(one).as_dict() for one in found.faults.shown()]
        result: Json = {"import": None, "rows": 0, "digest": None, "faults": told}
        count = found.faults.count
        return replace(made, content=_json(result), summary={"faults": count}, why="faulty", detail=str(count))
    kept = _import(session, job.firm_id, job.created_by, len(found.lines), found.digest)
    _keep_lines(session, kept, found.lines)
    result = {"import": kept.id, "rows": kept.rows, "digest": kept.digest, "faults": []}
    return replace(made, content=_json(result), summary={"import": kept.id, "rows": kept.rows})


def _json(result: Json) -> bytes:
    return json.dumps(result, ensure_ascii=False).encode("utf-8", "backslashreplace")


def _import(session: WriteSession, firm: str, user: str, rows: int, digest: str) -> ShipmentImport:
    """Note that a file is taken over."""
    made = ShipmentImport(
        id=new_id("im", session.now), firm_id=firm, rows=rows, digest=digest, created_at=session.now, created_by=user
    )
    session.insert([made])
    return made


def _keep_lines(session: WriteSession, made: ShipmentImport, lines: Iterable[str]) -> None:
    """Keep the shipments of a file."""
    now = seconds(session.now)
    common = {
        "firm_id": made.firm_id,
        "version": 1,
        "import_id": made.id,
        "created_at": now,
        "created_by": made.created_by,
        "changed_at": now,
    }
    left = iter(lines)
    try:
        while piece := list(itertools.islice(left, PIECE)):
            session.insert_lines(_TABLE, ("id", *KEPT), piece, common)
    except IntegrityError:
        raise Refusal(why="name-taken", detail=REFERENCE) from None


def digest_of_rows(rows: Iterable[KeptShipment]) -> str:
    """Return the digest of shipments as they are kept, to compare with that of their import."""
    return whole_digest(digest_of({name: getattr(row, name) for name in KEPT}) for row in rows)


def _check_new(session: ReadSession, firm: str, places: list[tuple[str, int]], label: str, faults: FaultList) -> None:
    """Note references that the firm has already."""
    wanted = {reference for reference, _ in places}
    if not wanted:
        return
    asked = select(KeptShipment.reference).where(KeptShipment.reference.in_(wanted), KeptShipment.firm_id == firm)
    there = set(session.all(asked))
    for reference, number in places:
        if reference in there:
            faults.add(cargo_fault(label, number, "id", reference, "kept_already", {}))
