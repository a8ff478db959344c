"""Particulars of a booking that come with a request, checked against what was quoted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy import select

from api.bookings.filling import booked_of, filling_of
from api.bookings.quotes import reopen
from api.faults import RequestFaultsError
from api.refusals import Refusal
from api.store.models import Booking

if TYPE_CHECKING:
    from api.bookings.particulars import Particulars
    from api.desk import Desk
    from api.writes import Call


def check_particulars(call: Call, desk: Desk, given: Particulars | None, quote: str) -> None:
    """
    Check particulars against the shipment of a quote.

    Raises
    ------
    RequestFaultsError
        With everything wrong with them.
    Refusal
        When there is no such quote for the caller.
    """
    if given is None:
        return
    with call.store.read(call.principal.scope) as session:
        shown = json.loads(reopen(session, quote))["shipment"]
    faults = filling_of(given, desk.catalogue, booked_of(shown, desk.catalogue)).faults
    if faults:
        raise RequestFaultsError(faults)


def origin_of(call: Call, identifier: str) -> tuple[str, str]:
    """
    Return the quote of a booking, and the firm whose it is.

    Raises
    ------
    Refusal
        When there is no such booking for the caller.
    """
    with call.store.read(call.principal.scope) as session:
        rows = session.rows(select(Booking.quote_id, Booking.firm_id).where(Booking.id == identifier))
    if not rows:
        raise Refusal(why="not-found", subject=identifier)
    return rows[0][0], rows[0][1]
