"""Keeping the table that statistics add up: a row for each confirmed booking, changed where its state changes."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, bindparam, delete, exists, select, update
from sqlalchemy.orm import aliased

from api.events.words import BOOKING, STEP
from api.store.models import table_of
from api.store.models_events import CountedShipment, EventSubject, ShipmentEvent

if TYPE_CHECKING:
    from collections.abc import Collection

    from api.store.models import Booking
    from api.store.session import WriteSession

SHANGHAI = dt.timezone(dt.timedelta(hours=8), "Asia/Shanghai")
"""The time in which months are counted; China has had no summer time since 1991."""
DECLARED = (f"{STEP}customs_declared", f"{STEP}customs_released")
"""The steps after which a shipment is known to be declared."""
_CHAPTER = 2
_TABLE = table_of(CountedShipment)


def month_of(instant: dt.datetime) -> int:
    """
    Return the month of an instant in Shanghai, as year and month in one number.

    Examples
    --------
    >>> month_of(dt.datetime(2026, 5, 31, 16, tzinfo=dt.UTC))
    202606
    """
    local = instant.astimezone(SHANGHAI)
    return local.year * 100 + local.month


def count_booking(session: WriteSession, booking: Booking, *, was_counted: bool) -> None:
    """
    Bring the row of a booking to what the booking is now.

    Parameters
    ----------
    session, booking
        After the change of its state or of what is booked.
    was_counted
        Whether it was confirmed before.
    """
    is_counted = booking.state == "confirmed"
    mine = CountedShipment.booking_id == booking.id
    if was_counted and not is_counted:
        session.change(delete(CountedShipment).where(mine))
    elif was_counted:
        session.change(update(CountedShipment).where(mine).values(**_values(booking)))
    elif is_counted:
        row = _values(booking) | {
            "booking_id": booking.id,
            "firm_id": booking.firm_id,
            "confirmed_at": session.now,
            "confirmed_month": month_of(session.now),
            "is_declared": _is_declared(session, booking.id),
        }
        session.insert_plain(_TABLE, [row])


def note_declared(session: WriteSession, bookings: Collection[str]) -> None:
    """Note whether bookings are known to be declared to customs, after events about that."""
    for booking in sorted(bookings):
        chosen = CountedShipment.booking_id == booking
        session.change(update(CountedShipment).where(chosen).values(is_declared=_is_declared(session, booking)))


def _is_declared(session: WriteSession, booking: str) -> bool:
    """Say whether an event that nobody has declared wrong tells so."""
    return session.one(_declared().params(uri=f"{BOOKING}{booking}")) is not None


@cache
def _declared() -> Select[str]:
    """Return what finds the events of a booking by which it is declared; building it takes longer than asking it."""
    wrong = aliased(ShipmentEvent)
    is_wrong = exists().where(
        wrong.firm_id == ShipmentEvent.firm_id, wrong.event_id == ShipmentEvent.event_id, wrong.is_error
    )
    return (
        select(ShipmentEvent.id)
        .join(EventSubject, EventSubject.event_id == ShipmentEvent.id)
        .where(EventSubject.uri == bindparam("uri"), ShipmentEvent.biz_step.in_(DECLARED))
        .where(ShipmentEvent.is_error.is_(False), ~is_wrong)
    )


def _values(booking: Booking) -> dict[str, Any]:
    """Return what a booking counts with."""
    return {
        "depart_month": month_of(booking.depart_at),
        "regime": booking.regime or "",
        "origin": booking.origin,
        "destination": booking.destination,
        "mode": booking.mode,
        "hs_chapter": (booking.hs or "")[:_CHAPTER],
        "mass_g": booking.mass_g,
        "volume_cm3": booking.volume_cm3,
        "value_cny_minor": booking.value_cny_minor,
        "freight_cny_minor": booking.price_cny_minor,
        "emissions_g": booking.emissions_g,
    }
