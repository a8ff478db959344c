"""The first page of the forwarder's desk: what needs attention, what is due next, what was asked last."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from fastapi import APIRouter, Response
from sqlalchemy import func, select

from api.bookings.endpoints import booking_json
from api.forwarder.feed import dues_of, feed_address, may_make_feed
from api.forwarder.frame import VisitOf
from api.identity.policy import page
from api.store.models import Booking, KeptQuote

if TYPE_CHECKING:
    from typing import Any

    from api.forwarder.frame import Visit
    from api.store.session import Store

router = APIRouter(include_in_schema=False)
_LATEST, _DUES, _LOOKED_AT = 5, 8, 25
_SOON = dt.timedelta(days=3)


@router.get("/forwarder", dependencies=[page("quotes:read")])
def get_home(visit: VisitOf) -> Response:
    """Return the desk."""
    store = visit.office.store
    may_book = visit.may("bookings:read")
    values: dict[str, Any] = {
        "figures": {},
        "quotes": [],
        "held": [],
        "dues": [],
        "feed": None,
        "has_store": store is not None,
    }
    if store is not None:
        values |= _found(visit, store, may_book=may_book)
    return visit.show("home.html", tab="home", may_book=may_book, soon=visit.now + _SOON, **values)


def _found(visit: Visit, store: Store, *, may_book: bool) -> dict[str, Any]:
    """Return what there is in the store."""
    newest = select(KeptQuote).order_by(KeptQuote.id.desc()).limit(_LATEST)
    with store.read(visit.principal.scope) as session:
        quotes = session.all(newest)
        found: dict[str, Any] = {"quotes": quotes}
        if may_book:
            counted = session.rows(select(Booking.state, func.count()).group_by(Booking.state))
            held = session.all(
                select(Booking).where(Booking.state == "held").order_by(Booking.held_until).limit(_LATEST)
            )
            dues = sorted(dues_of(session, visit.now, _LOOKED_AT), key=lambda due: due.at)
            found |= {
                "figures": dict(map(tuple, counted)),
                "held": [booking_json(booking) for booking in held],
                "dues": dues[:_DUES],
                "feed": feed_address(visit, store),
                "may_make_feed": may_make_feed(visit),
            }
    return found
