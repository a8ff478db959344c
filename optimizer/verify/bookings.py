"""What a plan takes of every departure, and whether there is so much of it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from optimizer.verify.case import LOOSE
from optimizer.verify.offers import pairs_between
from optimizer.verify.timetable import call_times, is_start

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from data.cargo import CargoShipment
    from data.itinerary import Step
    from data.plan import Booking, Load, Plan
    from optimizer.verify.clock import Clock
    from optimizer.verify.facts import Facts
    from optimizer.verify.log import Log
    from optimizer.verify.passenger import Passenger

_ONE_TEU = 1000
_GRAMS_PER_KG = 1000


class Ticket(NamedTuple):
    """One departure between two places."""

    service: str
    origin: str
    destination: str
    depart_min: int
    arrive_min: int

    def __str__(self) -> str:
        """Return its name in violations."""
        return f"{self.service} {self.origin}-{self.destination} at {self.depart_min}"


@dataclass(slots=True)
class Use:
    """What is taken of a departure; slots are whole, and a box longer than 20 feet takes two."""

    slots: int = 0
    teu_milli: int = 0
    mass_g: int = 0
    volume_cm3: int = 0
    loads: list[str] = field(default_factory=list)
    shipments: list[str] = field(default_factory=list)

    def add(self, facts: Facts, form: str, boxes: int, mass_g: int, volume_cm3: int) -> None:
        """Add cargo, loose or in boxes."""
        self.mass_g += mass_g
        self.volume_cm3 += volume_cm3
        if form != LOOSE:
            teu_milli = facts.units[form].teu_milli
            self.teu_milli += boxes * teu_milli
            self.slots += boxes * (1 if teu_milli <= _ONE_TEU else 2)


def check_bookings(facts: Facts, clock: Clock, plan: Plan, passengers: Sequence[Passenger], log: Log) -> None:
    """Check that bookings are what journeys and loads take, and that no departure has more than it can carry."""
    uses = _uses(facts, plan, passengers)
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
    _check_capacity(facts, clock, uses, log)


def _uses(facts: Facts, plan: Plan, passengers: Sequence[Passenger]) -> dict[Ticket, Use]:
    """Return what journeys outside shared boxes, and those boxes, take of every departure."""
    uses: dict[Ticket, Use] = defaultdict(Use)
    members: dict[str | None, list[CargoShipment]] = defaultdict(list)
    for passenger in passengers:
        shipment = passenger.shipment
        members[passenger.journey.load].append(shipment)
        for step in _outside(passenger):
            use = uses[_ticket(step)]
            use.add(facts, step.form, passenger.case.boxes(step.form), shipment.mass_g, shipment.volume_cm3)
            use.shipments.append(shipment.id)
    for load in plan.loads:
        mass_g = sum(shipment.mass_g for shipment in members[load.id])
        volume_cm3 = sum(shipment.volume_cm3 for shipment in members[load.id])
        for step in _legs_of(load, facts):
            use = uses[_ticket(step)]
            use.add(facts, load.box, 1, mass_g, volume_cm3)
            use.loads.append(load.id)
    return uses


def _outside(passenger: Passenger) -> Iterator[Step]:
    """Yield the legs of a journey that are not made in a shared box."""
    journey = passenger.journey
    first, last = (passenger.shared or (0, 0)) if journey.load is not None else (0, 0)
    for index, step in enumerate(journey.steps):
        if step.kind == "leg" and not first < index < last:
            yield step


def _legs_of(load: Load, facts: Facts) -> Iterator[Step]:
    """Yield the legs of a load in a box that exists."""
    if load.box in facts.units:
        yield from (step for step in load.steps if step.kind == "leg")


def _ticket(step: Step) -> Ticket:
    """Return the departure a leg is on."""
    return Ticket(step.service or "", step.origin, step.destination, step.depart_min, step.arrive_min)


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


def _check_capacity(facts: Facts, clock: Clock, uses: Mapping[Ticket, Use], log: Log) -> None:
    """Check the slots and the mass of every run of every departure that has a capacity."""
    runs: dict[tuple[str, int, int], Use] = defaultdict(Use)
    for ticket, use in uses.items():
        for run in _runs(facts, clock, ticket):
            runs[run].teu_milli += use.teu_milli
            runs[run].mass_g += use.mass_g
    for (name, start_min, call), use in sorted(runs.items()):
        service, subject = facts.services[name], f"departure {name} at {start_min} run {call + 1}"
        if service.capacity_teu_milli is not None:
            message = "boxes in thousandths of a TEU"
            log.no_later("capacity_teu", subject, message, use.teu_milli, service.capacity_teu_milli)
        if service.capacity_kg is not None:
            limit_g = service.capacity_kg * _GRAMS_PER_KG
            log.no_later("capacity_mass", subject, "mass in grams", use.mass_g, limit_g)


def _runs(facts: Facts, clock: Clock, ticket: Ticket) -> Iterator[tuple[str, int, int]]:
    """Yield the runs between calls that a departure between two places is made of, each with its first departure."""
    service = facts.services.get(ticket.service)
    if service is None or (service.capacity_teu_milli is None and service.capacity_kg is None):
        return
    times = call_times(facts.calls[service.id])
    for board, alight in pairs_between(facts, service, ticket.origin, ticket.destination):
        start_min = ticket.depart_min - times[board].depart
        is_timed = ticket.arrive_min - ticket.depart_min == times[alight].arrive - times[board].depart
        if is_timed and is_start(facts, clock, service, start_min):
            yield from ((service.id, start_min, call) for call in range(board, alight))
            return
