"""Bookings: each departure that is used is booked once, for what the plan takes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.verify.uses import Ticket

if TYPE_CHECKING:
    from collections.abc import Mapping

    from data.plan import Booking, Plan
    from optimizer.verify.log import Log
    from optimizer.verify.uses import Use


def check_bookings(plan: Plan, uses: Mapping[Ticket, Use], log: Log) -> None:
    """Check that bookings are what journeys and loads take."""
    open_uses = dict(uses)
    for booking in plan.bookings:
        ticket = _ticket_of(booking)
        use = open_uses.pop(ticket, None)
        if use is None:
            rule = "booking_twice" if ticket in uses else "booking_extra"
            log.add(rule, f"booking {ticket}", "a departure that is used is booked once", str(ticket), None)
        else:
            _compare(booking, use, f"booking {ticket}", log)
    for ticket in open_uses:
        log.add("booking_missing", f"booking {ticket}", "a departure that is used is booked", None, str(ticket))


def _ticket_of(booking: Booking) -> Ticket:
    """Return the departure a booking is for."""
    return Ticket(booking.service, booking.origin, booking.destination, booking.depart_min, booking.arrive_min)


def _compare(booking: Booking, use: Use, subject: str, log: Log) -> None:
    """Check one booking against what is taken."""
    log.same("booking_teu", subject, "slots of its boxes", booking.teu, use.slots)
    log.same("booking_mass", subject, "mass of the cargo in grams", booking.mass_g, use.mass_g)
    log.same("booking_volume", subject, "volume of the cargo in cm3", booking.volume_cm3, use.volume_cm3)
    for rule, listed, taken in (
        ("booking_loads", booking.loads, use.loads),
        ("booking_shipments", booking.shipments, use.shipments),
    ):
        log.same(rule, subject, "who travels on it", ", ".join(sorted(listed)), ", ".join(sorted(taken)))
