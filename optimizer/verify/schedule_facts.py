"""What the tables say of the work in a hub: rows, durations, resources and open minutes, for the checker alone."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from optimizer.verify.lines import half_up

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import numpy.typing as npt

    from data.cargo import CargoShipment
    from data.hub_schedule import HubEvent, HubSchedule
    from data.records_hub import HubResource, HubTask
    from optimizer.verify.clock import Clock
    from optimizer.verify.facts import Facts

    Minutes = npt.NDArray[np.bool_]

_DAY = dt.timedelta(days=1)
_MILLION = 1_000_000
_INSIDE = ("inspect", "stuff", "seal", "gate_in")


class Freight(NamedTuple):
    """What a task is about, with the credit grade of each shipper."""

    shipments: tuple[CargoShipment, ...]
    grades: frozenset[str]

    def total(self, field: str) -> Decimal:
        """Return the sum of a quantity."""
        return Decimal(sum(getattr(shipment, field) for shipment in self.shipments))


class HubFacts:
    """
    The tables of hubs, and the minutes of a schedule.

    Parameters
    ----------
    facts, clock
        Tables and clock.
    schedule
        Whose credits and events count, and whose tasks say which minutes are looked at.
    """

    def __init__(self, facts: Facts, clock: Clock, schedule: HubSchedule) -> None:
        self.facts = facts
        self._clock = clock
        self._grades = {credit.shipper: credit.grade for credit in schedule.credits}
        self.events: tuple[HubEvent, ...] = schedule.events
        instants = [minute for task in schedule.tasks for minute in (task.begin_min, task.end_min)]
        self.low = min(instants, default=0) - 1
        self.high = min(max(instants, default=0), self.low + 400 * 24 * 60) + 2
        self._open: dict[tuple[str, str], Minutes] = {}
        self._rows: dict[tuple[str, str], list[HubTask]] = {}
        self.resources: dict[tuple[str, str, str], HubResource] = {
            (row.location, row.kind, row.type): row for row in facts.catalogue.hub_resources
        }
        self.hubs = {row.location for row in facts.catalogue.hub_resources}

    def grade(self, shipment: CargoShipment) -> str:
        """Return the credit grade of a shipper."""
        return self._grades.get(shipment.shipper or "", "ordinary")

    def freight(self, shipments: Iterable[CargoShipment]) -> Freight:
        """Return some shipments as what a task is about."""
        some = tuple(shipments)
        return Freight(some, frozenset(self.grade(one) for one in some))

    def row(self, task: str, hub: str, freight: Freight) -> HubTask:
        """Return the row of a task: the hub counts more than the grade, this more than the regime, this than goods."""
        regimes = {shipment.regime for shipment in freight.shipments} | {"*"}
        goods = {"any"}.union(*(shipment.goods for shipment in freight.shipments))
        scored: list[tuple[int, str, HubTask]] = []
        for row in self.facts.catalogue.hub_tasks:
            fits = row.regime in regimes and row.goods in goods and row.credit in freight.grades | {"any"}
            if row.task == task and fits and row.location in (None, hub):
                score = 8 * (row.location == hub) + 4 * (row.credit != "any")
                score += 2 * (row.regime != "*") + (row.goods != "any")
                scored.append((-score, row.id, row))
        return min(scored, key=lambda one: one[:2])[2]

    def work(self, row: HubTask, freight: Freight) -> int:
        """Return the minutes of a task, rounded up."""
        m3, tonnes = freight.total("volume_cm3") / _MILLION, freight.total("mass_g") / _MILLION
        added = row.min_per_m3 * m3 + row.min_per_t * tonnes + row.min_per_piece * freight.total("pieces")
        return math.ceil(row.minutes + added + row.min_per_line * len(freight.shipments))

    def needs(self, row: HubTask, hub: str) -> list[tuple[str, str, str]]:
        """Return the resources of a row in a hub: of a kind without a type the general one, or the first by id."""
        found = []
        for need in row.needs:
            kind, _, wanted = need.partition(":")
            kinds = sorted(
                (one.id, one.type) for one in self.resources.values() if (one.location, one.kind) == (hub, kind)
            )
            types = [name for _, name in kinds]
            wanted = wanted or "general"
            found.append((hub, kind, wanted if wanted in types else types[0]))
        return found

    def overtime_fen(self, needs: Iterable[tuple[str, str, str]], work: int) -> int:
        """Return what overtime of some resources costs."""
        total = 0
        for need in needs:
            row = self.resources[need]
            if row.overtime_rate is not None and row.currency is not None:
                rate = self.facts.rates[row.currency]
                minor = half_up(Fraction(row.overtime_rate) * work * 10**rate.exponent / 60)
                total += half_up(Fraction(minor) * Fraction(rate.cny_per_unit) * 100 / 10**rate.exponent)
        return total

    # Minutes

    def open(self, calendar: str, hub: str) -> Minutes:
        """Return for each minute looked at whether a calendar is open at a hub."""
        if (calendar, hub) not in self._open:
            found = np.zeros(self.high - self.low, dtype=np.bool_)
            for begin, end in self._hours(calendar, hub):
                found[max(0, begin - self.low) : max(0, end - self.low)] = True
            self._open[calendar, hub] = found
        return self._open[calendar, hub]

    def _hours(self, calendar: str, hub: str) -> Iterator[tuple[int, int]]:
        """Yield the opening hours of a calendar on all days looked at."""
        place, row = self.facts.locations[hub], self.facts.calendars[calendar]
        date = self._clock.local_date(self.low, place.zone) - _DAY
        last = self._clock.local_date(self.high, place.zone) + _DAY
        while date <= last:
            for begin, end in self._clock.hours_on(date, row, place.territory):
                yield (self._clock.from_local(date, begin, place.zone), self._clock.from_local(date, end, place.zone))
            date += _DAY

    def task_minutes(self, kind: str, hub: str, needs: Iterable[tuple[str, str, str]]) -> tuple[Minutes, Minutes]:
        """Return the regular minutes of a task, and those with overtime."""
        regular = np.ones(self.high - self.low, dtype=np.bool_)
        extended = regular.copy()
        for need in needs:
            row = self.resources[need]
            hours = self.open(row.calendar, hub)
            regular &= hours
            extended &= hours if row.overtime_calendar is None else hours | self.open(row.overtime_calendar, hub)
        if kind in _INSIDE:
            inside = self.open(self.facts.locations[hub].calendar, hub)
            regular, extended = regular & inside, extended & inside
        return regular, extended

    def span(self, minutes: Minutes, begin: int, end: int) -> Minutes:
        """Return the part of some minutes from one instant to another."""
        return minutes[begin - self.low : end - self.low]

    def event(self, kind: str, subject: str) -> HubEvent | None:
        """Return the event of a kind about a shipment or a unit."""
        return next((one for one in self.events if (one.kind, one.subject) == (kind, subject)), None)

    def closed(self, need: tuple[str, str, str]) -> list[tuple[int, int, int, int]]:
        """Return when how many of a resource are shut: since when that is known, from, to, number."""
        hub, kind, type_ = need
        found = []
        for event in self.events:
            if (event.kind, event.location, event.resource) != ("close", hub, kind) or event.until_min is None:
                continue
            types = sorted(one.type for one in self.resources.values() if (one.location, one.kind) == (hub, kind))
            meant = event.type or ("general" if "general" in types else types[0])
            if meant == type_:
                count = self.resources[need].count if event.count is None else event.count
                found.append((event.at_min, event.at_min, event.until_min, count))
        return found

    def clearance(self, row_id: str) -> Any:  # noqa: ANN401 - a row of the table
        """Return a row of the table clearance."""
        return self.facts.row("clearance", row_id)
