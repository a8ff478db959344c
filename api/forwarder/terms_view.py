"""What a change of a booking costs, told before it is made."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

from api.bookings.quotes import instant
from api.bookings.states import TRANSITIONS, Event, State
from api.bookings.terms import Terms
from api.refusals import Refusal

if TYPE_CHECKING:
    from api.answer_schema import Json
    from api.store.models import Booking
    from data import Catalogue
    from data.codes import BookingAction
    from data.records_booking import BookingFee

_ACTIONS: tuple[BookingAction, ...] = ("cancel", "roll", "amend")


class Term(NamedTuple):
    """
    A change, and what it costs.

    Parameters
    ----------
    action
        ``cancel``, ``roll`` or ``amend``.
    cny_minor
        The fee in fen, None when the change is not possible any more.
    until
        Until when it costs this, None while it costs nothing whatever the time.
    is_assumed
        Whether the row of the fee is an assumption.
    """

    action: BookingAction
    cny_minor: int | None
    until: dt.datetime | None
    is_assumed: bool


def cancel_rows(catalogue: Catalogue, option: Json) -> list[BookingFee]:
    """Return the fees of cancelling an option once it is booked, those long before the departure first."""
    longest = max(option["legs"], key=lambda leg: instant(leg["arrive_at"]) - instant(leg["depart_at"]))["mode"]
    rows = [row for row in catalogue.booking_fees if row.action == "cancel"]
    named = [row for row in rows if row.mode == longest] or [row for row in rows if row.mode is None]
    return sorted(named, key=lambda row: -row.hours_before)


def terms_of(catalogue: Catalogue, booking: Booking, now: dt.datetime) -> list[Term]:
    """Return the changes that the state of a booking allows, each with its fee as it is now."""
    return [_term(catalogue, booking, action, now) for action in _ACTIONS if _is_allowed(booking.state, action)]


def _is_allowed(state: str, event: Event) -> bool:
    return any(before == state and what == event for before, what in TRANSITIONS)


def _term(catalogue: Catalogue, booking: Booking, action: BookingAction, now: dt.datetime) -> Term:
    confirmed: State = "confirmed"
    if booking.state != confirmed:
        return Term(action, 0, None, is_assumed=False)
    try:
        fee = catalogue.derived(Terms).fee(action, booking.mode, booking.price_cny_minor, booking.depart_at - now)
    except Refusal:
        return Term(action, None, None, is_assumed=False)
    row = next(row for row in catalogue.booking_fees if row.id == fee.row)
    until = booking.depart_at - dt.timedelta(hours=row.hours_before)
    return Term(action, fee.cny_minor, until, is_assumed=fee.assumed)
