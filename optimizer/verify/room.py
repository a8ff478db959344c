"""What departures can carry, and what a plan leaves of that."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from optimizer.verify.case import LOOSE
from optimizer.verify.offers import pairs_between
from optimizer.verify.timetable import call_times, is_start, start_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from data.records import Service
    from optimizer.verify.case import Case
    from optimizer.verify.clock import Clock
    from optimizer.verify.facts import Facts
    from optimizer.verify.log import Log
    from optimizer.verify.ride import Ride
    from optimizer.verify.uses import Ticket, Use

_GRAMS_PER_KG = 1000
_CM3_PER_M3 = 10**6


class Run(NamedTuple):
    """A departure between one call and the next: its service, its instant at the first call, and the former call."""

    service: str
    start_min: int
    call: int

    def __str__(self) -> str:
        """Return its name in violations."""
        return f"departure {self.service} at {self.start_min} run {self.call + 1}"


class Amount(NamedTuple):
    """Boxes, mass and volume."""

    teu_milli: int = 0
    mass_g: int = 0
    volume_cm3: int = 0

    def plus(self, other: Amount) -> Amount:
        """Return the sum of two amounts."""
        return Amount(*(mine + more for mine, more in zip(self, other, strict=True)))


class Limit(NamedTuple):
    """The most of one thing that a departure can carry, None if the tables give none, with its rule in words."""

    rule: str
    message: str
    most: int | None

    def allows(self, taken: int) -> bool:
        """Tell whether so much can be carried."""
        return self.most is None or taken <= self.most


class Room:
    """
    The departures that a plan uses, run by run.

    Parameters
    ----------
    facts, clock
        The tables and their clock.
    uses
        What the plan takes of every departure.
    """

    def __init__(self, facts: Facts, clock: Clock, uses: Mapping[Ticket, Use]) -> None:
        self._facts = facts
        self._clock = clock
        self._taken: dict[Run, Amount] = defaultdict(Amount)
        for ticket, use in uses.items():
            amount = Amount(use.teu_milli, use.mass_g, use.volume_cm3)
            for run in self._runs(ticket):
                self._taken[run] = self._taken[run].plus(amount)

    def check(self, log: Log) -> None:
        """Check that no run of a departure has more than it can carry."""
        for run, amount in sorted(self._taken.items()):
            limits = self._limits(self._facts.services[run.service], run.start_min)
            for limit, taken in zip(limits, amount, strict=True):
                if limit.most is not None:
                    log.no_later(limit.rule, str(run), limit.message, taken, limit.most)

    def fits(self, case: Case, ride: Ride, board: int, start_min: int) -> bool:
        """
        Tell whether a shipment fits on every run of a ride beside what the plan takes.

        Parameters
        ----------
        case, ride
            The shipment, and a ride in the form of which it would travel.
        board
            The position of the boarding call.
        start_min
            The instant at which the departure leaves its first call.
        """
        if not self._is_limited(ride.service):
            return True
        wanted, limits = _wanted(case, ride.form), self._limits(ride.service, start_min)
        for call in range(board, board + len(ride.calls) - 1):
            taken = self._taken.get(Run(ride.service.id, start_min, call), Amount())
            pairs = zip(limits, taken.plus(wanted), strict=True)
            if not all(limit.allows(amount) for limit, amount in pairs):
                return False
        return True

    def _is_limited(self, service: Service) -> bool:
        """Tell whether the tables limit what any departure of a service carries."""
        is_allotted = service.id in self._facts.allotments
        return is_allotted or service.capacity_teu_milli is not None or service.capacity_kg is not None

    def _limits(self, service: Service, start_min: int) -> tuple[Limit, Limit, Limit]:
        """Return the least of what a service carries and what is allotted on the date of a departure."""
        date = start_date(self._facts, self._clock, service, start_min)
        allotted = [
            row
            for row in self._facts.allotments.get(service.id, ())
            if (row.valid_from is None or row.valid_from <= date) and (row.valid_to is None or date <= row.valid_to)
        ]
        teu_milli = _least([service.capacity_teu_milli, *(row.capacity_teu_milli for row in allotted)])
        mass_g = _least([service.capacity_kg, *(row.capacity_kg for row in allotted)], _GRAMS_PER_KG)
        volume_cm3 = _least([row.capacity_m3 for row in allotted], _CM3_PER_M3)
        return (
            Limit("capacity_teu", "boxes in thousandths of a TEU", teu_milli),
            Limit("capacity_mass", "mass in grams", mass_g),
            Limit("capacity_volume", "volume in cm3", volume_cm3),
        )

    def _runs(self, ticket: Ticket) -> Iterator[Run]:
        """Yield the runs a departure between two places is made of, if the tables limit what it carries."""
        service = self._facts.services.get(ticket.service)
        if service is None or not self._is_limited(service):
            return
        times = call_times(self._facts.calls[service.id])
        for board, alight in pairs_between(self._facts, service, ticket.origin, ticket.destination):
            start_min = ticket.depart_min - times[board].depart
            is_timed = ticket.arrive_min - ticket.depart_min == times[alight].arrive - times[board].depart
            if is_timed and is_start(self._facts, self._clock, service, start_min):
                yield from (Run(service.id, start_min, call) for call in range(board, alight))
                return


def _wanted(case: Case, form: str) -> Amount:
    """Return what a shipment takes of a departure, loose or in as many boxes as it needs."""
    shipment = case.shipment
    teu_milli = 0 if form == LOOSE else case.boxes(form) * case.facts.units[form].teu_milli
    return Amount(teu_milli, shipment.mass_g, shipment.volume_cm3)


def _least(limits: Iterable[int | None], factor: int = 1) -> int | None:
    """Return the least of some limits in a smaller unit, None if there is none."""
    return min((limit * factor for limit in limits if limit is not None), default=None)
