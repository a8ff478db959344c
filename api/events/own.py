"""The events of bookings: made where their state changes, in the same transaction, once for each version."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.bodies import rfc3339
from api.events.check import Subject
from api.events.record import Recorded, event_row, fingerprint, insert_event, tell
from api.events.words import BOOKING, PREFIX, STEP, Kind

if TYPE_CHECKING:
    from api.bookings.states import Event
    from api.store.models import Booking
    from api.store.session import WriteSession

KIND_OF: dict[Event, Kind] = {
    "hold": "booking.held",
    "book": "booking.confirmed",
    "wait": "booking.waitlisted",
    "promote": "booking.promoted",
    "confirm": "booking.confirmed",
    "amend": "booking.amended",
    "roll": "booking.rolled",
    "cancel": "booking.cancelled",
    "expire": "booking.expired",
}
"""What a change of a booking is called outside."""
_ENDING = frozenset({"cancel", "expire"})


def note_booking(session: WriteSession, booking: Booking, event: Event, *, is_new: bool) -> None:
    """
    Write the event of a change of a booking, and have webhooks told of it.

    Parameters
    ----------
    session, booking
        After the change.
    event
        What happened.
    is_new
        Whether the booking has just been made.
    """
    kind = KIND_OF[event]
    document = _document(session, booking, kind, is_new=is_new, is_over=event in _ENDING)
    row = event_row(
        session,
        document | {f"{PREFIX}:booking": _snapshot(booking)},
        firm=booking.firm_id,
        kind=kind,
        event_ms=int(session.now.timestamp()) * 1000,
        content=fingerprint(document),
    )
    insert_event(session, row, [Subject("epc", document["epcList"][0])])
    tell(session, [Recorded(row["id"], booking.firm_id, kind, is_part=False)])


def _document(session: WriteSession, booking: Booking, kind: Kind, *, is_new: bool, is_over: bool) -> dict[str, Any]:
    uri = f"{BOOKING}{booking.id}"
    return {
        "type": "ObjectEvent",
        "eventID": f"{uri}:{booking.version}",
        "eventTime": rfc3339(session.now),
        "eventTimeZoneOffset": "+00:00",
        "epcList": [uri],
        "action": "ADD" if is_new else "DELETE" if is_over else "OBSERVE",
        "bizStep": f"{STEP}{kind.replace('.', '_')}",
        "disposition": "inactive" if is_over else "in_progress",
    }


def _snapshot(booking: Booking) -> dict[str, Any]:
    """Return what of a booking goes with its events."""
    return {
        "id": booking.id,
        "state": booking.state,
        "version": booking.version,
        "reference": booking.reference,
        "from": booking.origin,
        "to": booking.destination,
        "depart_at": rfc3339(booking.depart_at),
        "arrive_at": rfc3339(booking.arrive_at),
    }
