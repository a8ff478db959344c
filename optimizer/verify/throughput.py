"""What places stuff and strip on their local days, and what that leaves for others."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from optimizer.verify.case import LOOSE

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from data.itinerary import Step
    from data.plan import Plan
    from optimizer.verify.case import Case
    from optimizer.verify.facts import Facts
    from optimizer.verify.log import Log
    from optimizer.verify.passenger import Passenger

_GRAMS_PER_KG = 1000
_CM3_PER_M3 = 10**6


class Day(NamedTuple):
    """A process of a place on a local date."""

    place: str
    kind: str
    date: dt.date

    def __str__(self) -> str:
        """Return its name in violations."""
        return f"place {self.place} {self.kind} on {self.date}"


class Work(NamedTuple):
    """Boxes, mass and volume."""

    boxes: int = 0
    mass_g: int = 0
    volume_cm3: int = 0

    def plus(self, other: Work) -> Work:
        """Return the sum of two amounts of work."""
        return Work(*(mine + more for mine, more in zip(self, other, strict=True)))


class Limit(NamedTuple):
    """The most of one thing that is done on a day, None if the tables give none, with its rule in words."""

    rule: str
    message: str
    most: int | None


class Throughput:
    """
    The days of places on which a plan stuffs and strips.

    Parameters
    ----------
    facts
        The tables.
    plan, passengers
        What is planned, and its journeys.
    """

    def __init__(self, facts: Facts, plan: Plan, passengers: Sequence[Passenger]) -> None:
        self._facts = facts
        self._done: dict[Day, Work] = defaultdict(Work)
        if facts.throughput:
            loads = {load.id for load in plan.loads}
            members: dict[str, list[Passenger]] = defaultdict(list)
            for passenger in passengers:
                if passenger.journey.load in loads:
                    members[passenger.journey.load or ""].append(passenger)
                else:
                    self._add_alone(passenger)
            for travelling in members.values():
                self._add_load(travelling)

    def _add_alone(self, passenger: Passenger) -> None:
        """Add what is stuffed and stripped for a shipment outside shared boxes."""
        shipment, form = passenger.shipment, passenger.case.form
        for step in passenger.journey.steps:
            if step.kind in {"stuff", "strip"}:
                boxes = passenger.case.boxes(form if step.form == LOOSE else step.form)
                self._add(passenger.case, step, Work(boxes, shipment.mass_g, shipment.volume_cm3))
            form = step.form

    def _add_load(self, travelling: Sequence[Passenger]) -> None:
        """Add the stuffing and the stripping of a shared box, with all that is in it."""
        mass_g = sum(passenger.shipment.mass_g for passenger in travelling)
        volume_cm3 = sum(passenger.shipment.volume_cm3 for passenger in travelling)
        first = travelling[0]
        for index in first.shared or ():
            self._add(first.case, first.journey.steps[index], Work(1, mass_g, volume_cm3))

    def _add(self, case: Case, step: Step, work: Work) -> None:
        """Add the work of a step to the day on which it begins."""
        place = self._facts.locations.get(step.origin)
        if place is not None:
            day = Day(place.code, step.kind, case.clock.local_date(step.depart_min, place.zone))
            self._done[day] = self._done[day].plus(work)

    def check(self, log: Log) -> None:
        """Check that no place does more on a day than it can."""
        for day, work in sorted(self._done.items()):
            for limit, done in zip(self._limits(day), work, strict=True):
                if limit.most is not None:
                    log.no_later(limit.rule, str(day), limit.message, done, limit.most)

    def has_room(self, case: Case, day: Day, form: str) -> bool:
        """Tell whether a place can stuff a shipment into its boxes of a type, or strip them, beside what is done."""
        wanted = Work(case.boxes(form), case.shipment.mass_g, case.shipment.volume_cm3)
        total = self._done.get(day, Work()).plus(wanted)
        return all(
            limit.most is None or done <= limit.most for limit, done in zip(self._limits(day), total, strict=True)
        )

    def _limits(self, day: Day) -> tuple[Limit, Limit, Limit]:
        """Return what the tables say of a day."""
        row = self._facts.throughput_on(day.place, day.kind, day.date)
        boxes, kg, m3 = (None, None, None) if row is None else (row.boxes_per_day, row.kg_per_day, row.m3_per_day)
        return (
            Limit("throughput_boxes", "boxes begun on a day", boxes),
            Limit("throughput_mass", "mass in grams begun on a day", None if kg is None else kg * _GRAMS_PER_KG),
            Limit("throughput_volume", "volume in cm3 begun on a day", None if m3 is None else m3 * _CM3_PER_M3),
        )
