"""Pages of shipments: the list, one of them with its quotes and bookings, and files of them that are taken over."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import select
from starlette.concurrency import run_in_threadpool

from api.bookings.endpoints import booking_json
from api.faults import RequestFault, RequestFaultsError
from api.forwarder.frame import PER_PAGE, Id, Sent, SentOf, Visit, VisitOf, content_of
from api.forwarder.uploads import MAX_BYTES, received, told
from api.identity.policy import form, page
from api.office import StoreOf
from api.paging import After, Order, sorted_page
from api.refusals import Refusal
from api.shipments.endpoints import post_shipment_quote
from api.shipments.imports import check_file, keep_file
from api.shipments.records import NAMES, shipment_json
from api.shipments.states import STATES, is_booked, states_of
from api.store.models import Booking, KeptQuote
from api.store.models_shipments import KeptShipment, ShipmentQuote
from api.writes import Answer
from data.errors import TableFaultsError
from data.rowsfile import MAX_BYTES as MOST_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.datastructures import ImmutableMultiDict

    from api.store.session import ReadSession, Store, WriteSession

PATH = "/forwarder/shipments"
LARGER = {PATH: MAX_BYTES}
"""Limits of bodies that are above the usual one, by address."""
router = APIRouter(include_in_schema=False)
ShowState = Annotated[str, Query(max_length=20)]
Search = Annotated[str, Query(max_length=100)]
_MOST_SHOWN = 50


@router.get(PATH, dependencies=[page("shipments:read")])
def get_shipments(
    visit: VisitOf, store: StoreOf, state: ShowState = "", q: Search = "", after: After = None
) -> Response:  # fmt: skip
    """Return the shipments, newest first."""
    return _list(visit, store, state=state, q=q, after=after)


@router.post(PATH, dependencies=[form("shipments:write")])
async def post_shipments(request: Request, sent: SentOf, store: StoreOf) -> Response:
    """Keep the shipments of a file, all of them or none; everything wrong with it is told by row."""
    fields = await request.form()
    return await run_in_threadpool(_import, sent, store, fields)


@router.get(f"{PATH}/{{shipment_id}}", dependencies=[page("shipments:read")])
def get_shipment(shipment_id: Id, visit: VisitOf, store: StoreOf) -> Response:
    """Return a shipment with its quotes and bookings."""
    return _one(visit, store, shipment_id)


@router.post(f"{PATH}/{{shipment_id}}/quotes", dependencies=[form("quotes:write")])
def post_quote(shipment_id: Id, sent: SentOf, store: StoreOf) -> Response:
    """Ask for a quote of a shipment, and go to it."""
    try:
        found = content_of(post_shipment_quote(shipment_id, sent.visit.desk, sent.call()))
    except RequestFaultsError as error:
        return _one(sent.visit, store, shipment_id, faults=list(error.faults))
    return sent.to(f"/forwarder/quotes/{found['id']}")


def _import(sent: Sent, store: Store, fields: ImmutableMultiDict[str, Any]) -> Response:
    visit = sent.visit
    with tempfile.TemporaryDirectory(prefix="shipments-") as folder:
        try:
            path = received(fields, Path(folder))
            digest = hashlib.sha256(path.read_bytes()).hexdigest()

            def prepare() -> Callable[[WriteSession], Answer]:
                checked = check_file(path, visit.desk.catalogue, store, visit.principal.scope, visit.now)

                def work(session: WriteSession) -> Answer:
                    made = keep_file(session, checked, visit.principal.firm)
                    return Answer(content={"id": made.id, "rows": made.rows})

                return work

            found = content_of(sent.call().write("shipment.import", digest).run(prepare))
        except (RequestFaultsError, TableFaultsError) as error:
            return _list(visit, store, faults=told(error))
    return sent.to(PATH, taken=str(found["rows"]))


def _list(
    visit: Visit, store: Store, *, state: str = "", q: str = "", after: str | None = None,
    faults: list[RequestFault] | None = None,
) -> Response:  # fmt: skip
    statement = select(KeptShipment)
    if state in STATES:
        statement = statement.where(is_booked(state))
    if q.strip():
        statement = statement.where(KeptShipment.reference.contains(q.strip(), autoescape=True))
    order = Order("-id", KeptShipment.id, KeptShipment.id)
    with store.read(visit.principal.scope) as session:
        found = sorted_page(session, statement, order, limit=PER_PAGE, after=after, show=lambda row: row)
        states = states_of(session, [row.id for row in found["items"]])
    found["items"] = [shipment_json(row, states[row.id]) for row in found["items"]]
    return visit.show(
        "shipments.html",
        status=422 if faults else 200,
        tab="shipments",
        states=STATES,
        state=state,
        q=q,
        after=after,
        faults=faults or [],
        taken=visit.request.query_params.get("taken", ""),
        may_write=visit.may("shipments:write"),
        most_bytes=MOST_BYTES,
        **found,
    )


def _one(visit: Visit, store: Store, identifier: str, *, faults: list[RequestFault] | None = None) -> Response:
    with store.read(visit.principal.scope) as session:
        row = session.one(select(KeptShipment).where(KeptShipment.id == identifier))
        if row is None:
            raise Refusal(why="not-found", subject=identifier)
        state = states_of(session, [row.id])[row.id]
        quotes, bookings = _of_shipment(session, row.id)
    return visit.show(
        "shipment.html",
        status=422 if faults else 200,
        tab="shipments",
        shipment=shipment_json(row, state),
        names=NAMES,
        quotes=quotes,
        bookings=[booking_json(booking) for booking in bookings],
        faults=faults or [],
        may_quote=visit.may("quotes:write"),
    )


def _of_shipment(session: ReadSession, identifier: str) -> tuple[list[KeptQuote], list[Booking]]:
    """Return the quotes that were asked for a shipment, and their bookings, newest first."""
    asked = select(KeptQuote).join(ShipmentQuote, ShipmentQuote.quote_id == KeptQuote.id)
    of_it = ShipmentQuote.shipment_id == identifier
    quotes = session.all(asked.where(of_it).order_by(KeptQuote.id.desc()).limit(_MOST_SHOWN))
    booked = select(Booking).join(ShipmentQuote, ShipmentQuote.quote_id == Booking.quote_id)
    bookings = session.all(booked.where(of_it).order_by(Booking.id.desc()).limit(_MOST_SHOWN))
    return list(quotes), list(bookings)
