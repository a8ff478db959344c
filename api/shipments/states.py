"""Whether a shipment is booked: read off the bookings of the quotes that were asked for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import exists, select

from api.bookings.states import TAKING
from api.store.models import Booking
from api.store.models_shipments import KeptShipment, ShipmentQuote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.store.session import ReadSession

State = Literal["open", "booked"]
STATES: tuple[State, ...] = ("open", "booked")
LIVE = (*sorted(TAKING), "waitlisted")
"""The states in which a booking makes a shipment a booked one."""


def is_booked(state: str) -> Any:  # noqa: ANN401 - a condition
    """Return the condition for a state."""
    found = exists().where(
        ShipmentQuote.shipment_id == KeptShipment.id,
        ShipmentQuote.quote_id == Booking.quote_id,
        Booking.state.in_(LIVE),
    )
    return found if state == "booked" else ~found


def states_of(session: ReadSession, identifiers: Sequence[str]) -> dict[str, State]:
    """Return the states of shipments by their ids."""
    asked = (
        select(ShipmentQuote.shipment_id)
        .join(Booking, Booking.quote_id == ShipmentQuote.quote_id)
        .where(ShipmentQuote.shipment_id.in_(identifiers), Booking.state.in_(LIVE))
    )
    booked = set(session.all(asked)) if identifiers else set()
    return {one: "booked" if one in booked else "open" for one in identifiers}


def has_bookings(session: ReadSession, identifier: str) -> bool:
    """Say whether a shipment was ever booked, whatever became of it."""
    asked = select(Booking.id).join(ShipmentQuote, ShipmentQuote.quote_id == Booking.quote_id)
    return session.one(asked.where(ShipmentQuote.shipment_id == identifier)) is not None
