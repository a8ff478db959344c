"""The checker of plans: every journey, load, booking and sum again, from the tables and the cargo alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.shipment import Filters
from optimizer.verify.bookings import check_bookings
from optimizer.verify.carbon import check_price
from optimizer.verify.case import LOOSE, Bears, Case
from optimizer.verify.clock import Clock
from optimizer.verify.commitments import check_commitments
from optimizer.verify.facts import Facts
from optimizer.verify.frozen import moved
from optimizer.verify.holding import check_holding, check_rate
from optimizer.verify.journeys import check_journey
from optimizer.verify.loads import check_load
from optimizer.verify.log import Log
from optimizer.verify.passenger import Passenger
from optimizer.verify.reach import Openings
from optimizer.verify.roll import check_order, check_roll
from optimizer.verify.room import Room
from optimizer.verify.splits import in_parts
from optimizer.verify.sums import check_sums
from optimizer.verify.throughput import Throughput
from optimizer.verify.unserved import check_unplanned, check_unserved
from optimizer.verify.uses import uses_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data.cargo import Cargo, CargoShipment
    from data.catalogue import Catalogue
    from data.freeze import Freeze
    from data.plan import Journey, Plan
    from optimizer.verify.loads import Box
    from optimizer.verify.violation import Violation


def verify_plan(
    catalogue: Catalogue, cargo: Cargo, plan: Plan, filters: Filters | None = None, *, frozen: Freeze | None = None
) -> list[Violation]:
    """
    Return every rule of the model that a plan breaks; none if it is sound.

    Parameters
    ----------
    catalogue, cargo
        The tables, and what was to be planned.
    plan
        The answer: its steps, charges, loads, bookings and sums are all worked out again.
    filters
        What every journey may use; the default allows everything that runs.
    frozen
        An earlier plan, and how much of it must not have moved; None if there is none.

    Notes
    -----
    Being late is priced, not forbidden. Not looked at are the texts, the seed and the run time, whether what is said to
    be the cheapest way alone is the cheapest, and whether the bound is one: that takes a search.
    """
    violations = _Checker(catalogue, cargo, plan, filters or Filters()).check()
    return violations if frozen is None else [*violations, *moved(frozen, plan)]


class _Checker:
    """The parts of a check, in order."""

    def __init__(self, catalogue: Catalogue, cargo: Cargo, plan: Plan, filters: Filters) -> None:
        self.facts = Facts(catalogue)
        self.whole = cargo
        self.plan = plan
        self.filters = filters
        self.clock = Clock(self.facts)
        self.log = Log()
        self.cargo = in_parts(cargo, plan, self.log)

    def check(self) -> list[Violation]:
        """Return the violations of the plan."""
        check_roll(self.cargo, self.plan, self.log)
        check_order(self.cargo, self.plan, self.log)
        passengers = list(self._passengers())
        boxes = self._boxes(passengers)
        for passenger in passengers:
            check_journey(passenger, boxes.get(passenger.journey.load or ""), self.plan.objective, self.log)
            check_holding(passenger, self.plan.objective, self.log)
        self._check_departures(passengers)
        check_unplanned(self.plan, self.log)
        check_commitments(self.plan, self.log)
        check_rate(self.plan.objective, self.log)
        check_price(self.plan.objective, self.log)
        check_sums(self.facts, self.whole, self.plan, self.log)
        return self.log.violations

    def _check_departures(self, passengers: list[Passenger]) -> None:
        """Check bookings and room, and that what stays behind without a price has no room anywhere."""
        uses = uses_of(self.facts, self.plan, passengers)
        check_bookings(self.plan, uses, self.log)
        room = Room(self.facts, self.clock, uses)
        room.check(self.log)
        throughput = Throughput(self.facts, self.plan, passengers)
        throughput.check(self.log)
        openings = Openings(room.fits, throughput.has_room if self.facts.throughput else None)
        for left in self.plan.unserved:
            shipment = self.cargo.by_id.get(left.shipment)
            if shipment is not None:
                case = self._case(shipment, Bears.ALL)
                check_unserved(self.facts, case, shipment, left, openings, self.log)

    def _passengers(self) -> Iterator[Passenger]:
        """Yield every journey of a known shipment that the tables have words for."""
        for journey in self.plan.journeys:
            shipment = self.cargo.by_id.get(journey.shipment)
            if shipment is None:
                continue
            case = self._case(shipment, _bears(journey))
            if case is None:
                message = "the tables do not know its ends or its box"
                self.log.add("shipment", f"shipment {shipment.id}", message, _words(shipment), None)
            elif (passenger := Passenger(shipment, journey, case)).is_readable(self.log):
                yield passenger

    def _case(self, shipment: CargoShipment, bears: Bears) -> Case | None:
        """Return a shipment against the tables, None if they do not know its ends or its box."""
        knows_ends = {shipment.origin, shipment.destination} <= self.facts.locations.keys()
        if not knows_ends or (shipment.box is not None and shipment.box not in self.facts.units):
            return None
        return Case(self.facts, shipment, self.filters, bears=bears, clock=self.clock, is_planned=True)

    def _boxes(self, passengers: list[Passenger]) -> dict[str, Box]:
        """Check every load, and return what its journeys must agree with."""
        members: dict[str, list[Passenger]] = {load.id: [] for load in self.plan.loads}
        for passenger in passengers:
            name = passenger.journey.load
            if name is not None and name not in members:
                self.log.add("journey_load", passenger.subject, "there is no such load", name, None)
            elif name is not None:
                members[name].append(passenger)
        found = ((load.id, check_load(load, members[load.id], self.log)) for load in self.plan.loads)
        return {name: box for name, box in found if box is not None}


def _words(shipment: CargoShipment) -> str:
    """Return the words of a shipment that the tables must know."""
    return f"{shipment.origin}-{shipment.destination} {shipment.box or LOOSE}"


def _bears(journey: Journey) -> Bears:
    """Return what a journey bears."""
    return Bears.ALL if journey.load is None else Bears.OWN
