"""What a plan takes of every departure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from optimizer.verify.case import LOOSE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from data.cargo import CargoShipment
    from data.itinerary import Step
    from data.plan import Load, Plan
    from optimizer.verify.facts import Facts
    from optimizer.verify.passenger import Passenger

_ONE_TEU = 1000


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


def uses_of(facts: Facts, plan: Plan, passengers: Sequence[Passenger]) -> dict[Ticket, Use]:
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
