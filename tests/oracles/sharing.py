"""
The cheapest plan of a tiny cargo on the network of `tests.plan_network`, by trying everything.

Every dated chain of a box from C to E, every departure of the trucks to C and on from E, and every set of shipments
that fits a box. What anything costs comes from the rules of the checker; nothing is shared with the optimizer.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from data.shipment import Filters, Shipment
from optimizer.verify.case import LOOSE, Bears, Case
from optimizer.verify.connection import documentation_min
from optimizer.verify.emissions import intensity
from optimizer.verify.facts import Facts
from optimizer.verify.lines import half_up
from optimizer.verify.places import ANY
from optimizer.verify.processes import process_lines, process_row, process_times
from optimizer.verify.ride import restrictions_on
from tests.oracles.brute import Arc, Brute, Label

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from data import Catalogue
    from data.cargo import Cargo, CargoShipment
    from network.timetable import Ints

_DAY = 1440
_START, _FINISH = "C", "E"
_NEVER = 1 << 45
_GRAMS_PER_KG = 1000


class BoxWay(NamedTuple):
    """
    A dated chain of a box.

    Parameters
    ----------
    box
        Its type.
    cost
        Fen of the box, stuffing and stripping by the box and storage on the way included.
    ready_by, papers_by
        Latest instants at which it may be stuffed, and the documents be ready.
    departs, clock, available
        First departure, last arrival, and instant ready to be stripped.
    cleared
        Kind, place and status of each clearance on the way.
    most_g
        What its legs allow in one box.
    ug_per_kg
        Micrograms CO2e of its legs for a kilogram.
    """

    box: str
    cost: int
    ready_by: int
    papers_by: int
    departs: int
    clock: int
    available: int
    cleared: tuple[tuple[str, str, str], ...]
    most_g: int
    ug_per_kg: int


class Paying(Brute):
    """
    The same for one shipment that pays for the emissions of every leg.

    Parameters
    ----------
    catalogue, shipment
        The question.
    minor_per_t
        Fen for a tonne CO2e.
    """

    def __init__(self, catalogue: Catalogue, shipment: Shipment, minor_per_t: int) -> None:
        super().__init__(catalogue, shipment, Filters())
        self.minor_per_t = minor_per_t

    def carbon(self, ug_per_kg: int) -> int:
        """Return the carbon cost of a ride."""
        return half_up(Fraction(self.case.shipment.mass_g * ug_per_kg * self.minor_per_t, 10**15))

    def _price(self, arc: Arc) -> tuple[int, int]:
        cost, grams = super()._price(arc)
        return cost + self.carbon(intensity(self.case, arc.ride)), grams


class Sender:
    """
    One shipment, and all it can do around a box.

    Parameters
    ----------
    catalogue, shipment
        The tables and the shipment.
    holding
        Part of the value of the goods that a year on their way costs.
    minor_per_t
        Fen for a tonne CO2e.
    """

    def __init__(
        self, catalogue: Catalogue, shipment: CargoShipment, holding: Fraction = Fraction(0), minor_per_t: int = 0
    ) -> None:
        self.shipment = shipment
        self.holding = holding
        self.brute = Paying(catalogue, shipment, minor_per_t)
        self.own = Case(self.brute.case.facts, shipment, Filters(), bears=Bears.OWN)
        self._before: dict[tuple[int, int], int] = {}
        self._fees: dict[tuple[str, tuple[tuple[str, str, str], ...]], int] = {}
        self._onward: dict[tuple[int, int], int] = {}

    @property
    def ready_min(self) -> int:
        """Instant ready."""
        return self.brute.case.ready_min

    @cached_property
    def travel(self) -> int:
        """Fen of the cheapest way alone, with price of arriving and carbon cost; beyond everything without any."""
        found = (label.cost + self.arriving(label.ready_min) for label in self.brute.front.values())
        return min(found, default=_NEVER)

    @property
    def price(self) -> int:
        """Fen for staying behind, beyond everything for what may not."""
        return _NEVER if self.shipment.unserved_minor is None else self._fen(self.shipment.unserved_minor)

    @property
    def alone(self) -> int:
        """Fen of the cheapest way alone, price of arriving included, or the price of staying behind."""
        return min(self.travel, self.price)

    def _fen(self, amount_minor: int) -> int:
        """Return an amount of the shipment's currency in fen."""
        rate = self.brute.case.facts.rates[self.shipment.currency]
        return half_up(Fraction(amount_minor) * Fraction(rate.cny_per_unit) * 100 / 10**rate.exponent)

    def penalty(self, arrives: int) -> int:
        """Return the penalty of an arrival."""
        if self.shipment.due_at is None:
            return 0
        late = max(0, -(-(arrives - self.brute.case.clock.minute(self.shipment.due_at)) // _DAY))
        return self._fen(late * self.shipment.late_minor_per_day)

    def held(self, arrives: int) -> int:
        """Return what the capital in the goods costs until an arrival."""
        rate = self.brute.case.facts.rates[self.shipment.currency]
        fen = Fraction(self.shipment.value_minor or 0) * Fraction(rate.cny_per_unit) * 100 / 10**rate.exponent
        return half_up(fen * self.holding * -(-(arrives - self.ready_min) // _DAY) / 365)

    def arriving(self, arrives: int) -> int:
        """Return penalty and holding of an arrival."""
        return self.penalty(arrives) + self.held(arrives)

    def at(self, place: str, status: str) -> Label:
        """Return the shipment loose at a place."""
        return Label(
            place=place, side=ANY, form=LOOSE, status=status, ready_min=self.ready_min, clock_min=None, through=None,
            forms=frozenset([LOOSE]), touched=frozenset(), legs=0, cost=0, grams=0,
        )  # fmt: skip

    @cached_property
    def coming(self) -> list[Label]:
        """How it may stand where boxes are stuffed, by whatever departure."""
        start = self.at(self.shipment.origin, "D")
        if start.place == _START:
            return [start]
        return [label for label in self.brute._legs(start) if label.place == _START]

    def pays(self, way: BoxWay) -> int:
        """Return the least it pays of its own with a box."""
        limit, last = self.brute.case.depart_by_min, way.departs
        if self.ready_min > way.papers_by or (self.shipment.origin == _START and limit is not None and last > limit):
            return _NEVER
        key = (way.departs, way.ready_by)
        if key not in self._before:
            self._before[key] = min(self._before_costs(way), default=_NEVER)
        return self._before[key] + self._inside(way) + self.brute.carbon(way.ug_per_kg) + self._after(way)

    def _before_costs(self, way: BoxWay) -> Iterator[int]:
        """Yield what it costs to be there in time, storage until the box departs included."""
        for label in self.coming:
            if self._is_stuffed(label.ready_min, way.ready_by):
                stay = 0 if label.clock_min is None else self.brute._stay(label, way.departs - label.clock_min)
                yield label.cost + stay

    def _is_stuffed(self, ready: int, by: int) -> bool:
        """Say whether stuffing that begins when the shipment is there ends in time."""
        times = self._times("stuff", ready)
        return times is not None and times[1] <= by

    def _times(self, kind: str, ready: int) -> tuple[int, int] | None:
        """Return begin and end of stuffing or stripping."""
        place = self.own.facts.locations[_START if kind == "stuff" else _FINISH]
        row = process_row(self.own, place, kind, "D")
        return None if row is None else process_times(self.own, place, row, ready)

    def _inside(self, way: BoxWay) -> int:
        """Return what it pays of its own for stuffing, clearance in the box, and stripping."""
        done = (("stuff", _START, "D"), ("strip", _FINISH, "I"), *way.cleared)
        key = (way.box, done)
        if key not in self._fees:
            self._fees[key] = sum(_fee(self.own, *one, way.box) for one in done)
        return self._fees[key]

    def _after(self, way: BoxWay) -> int:
        """Return the least it pays from the arrival of a box on."""
        key = (way.clock, way.available)
        if key not in self._onward:
            self._onward[key] = min(self._onward_costs(way), default=_NEVER)
        return self._onward[key]

    def _onward_costs(self, way: BoxWay) -> Iterator[int]:
        """Yield what every departure from the place of stripping costs, storage and price of arriving included."""
        times = self._times("strip", way.available)
        if times is None or times[1] > self.brute.case.limit_min:
            return
        if self.shipment.destination == _FINISH:
            yield self.arriving(times[1])
            return
        here = replace(self.at(_FINISH, "I"), ready_min=times[1], clock_min=way.clock)
        for label in self.brute._legs(here):
            if label.place == self.shipment.destination and label.ready_min <= self.brute.case.limit_min:
                yield label.cost + self.arriving(label.ready_min)


def _is_leg(label: Label) -> bool:
    """Say whether a label came by a leg."""
    return label.done is not None and isinstance(label.done.what, Arc)


def _behind(label: Label) -> Iterator[Label]:
    """Yield a label and those before it, except the first."""
    while label.done is not None:
        yield label
        label = label.done.before


def _fee(case: Case, kind: str, place: str, status: str, box: str) -> int:
    """Return the fen of a process."""
    row = process_row(case, case.facts.locations[place], kind, status)
    return 0 if row is None else sum(line.cny_minor for line in process_lines(case, kind, row, box))


def box_ways(catalogue: Catalogue, box: str, senders: Sequence[Sender]) -> list[BoxWay]:
    """Return every dated chain of a box for cargo of one regime."""
    first = min(senders, key=lambda sender: sender.ready_min).shipment
    light = Shipment(
        origin=_START, destination=_FINISH, mass_g=1000, volume_cm3=1000, ready_at=first.ready_at, box=box, boxes=1,
        regime=first.regime,
    )  # fmt: skip
    brute = Brute(catalogue, light, Filters())
    brute.case.bears = Bears.BOX
    by_box = _fee(brute.case, "stuff", _START, "D", box) + _fee(brute.case, "strip", _FINISH, "I", box)
    begin = replace(senders[0].at(_START, "D"), form=box, ready_min=brute.case.ready_min, forms=frozenset([box]))
    return [_box_way(brute, box, by_box, label) for label in _everywhere(brute, begin)]


def _everywhere(brute: Brute, label: Label) -> Iterator[Label]:
    """Yield every label that stands imported where boxes are stripped, and can be reached from a label."""
    if label.place == _FINISH:
        if label.status == "I":
            yield label
        return
    for after in (*brute._processes(label), *brute._legs(label)):
        if after.form == label.form:
            yield from _everywhere(brute, after)


def _box_way(brute: Brute, box: str, by_box: int, label: Label) -> BoxWay:
    """Return a chain that the brute force followed."""
    legs = [one.done.what for one in _behind(label) if one.done is not None and isinstance(one.done.what, Arc)]
    closing = [arc.depart_min - documentation_min(brute.case, arc.ride) for arc in legs]
    cleared = tuple(("clearance", one.place, one.status) for one in _behind(label) if not _is_leg(one))
    first, last = legs[-1], legs[0]
    return BoxWay(
        box, label.cost + by_box, first.ready_by_min, min(closing), first.depart_min, last.arrive_min, label.ready_min,
        cleared, min(_most_g(brute, arc) for arc in legs), sum(intensity(brute.case, arc.ride) for arc in legs),
    )  # fmt: skip


def _most_g(brute: Brute, arc: Arc) -> int:
    """Return what one box may hold on a leg."""
    rows, kg = restrictions_on(brute.case, arc.ride), arc.ride.service.capacity_kg
    limits = [row.value for row in rows if row.rule == "max_box_payload_g" and row.value is not None]
    return min([_NEVER if kg is None else kg * _GRAMS_PER_KG, *limits])


class TinyPlans:
    """
    Every plan of a cargo.

    Parameters
    ----------
    catalogue, cargo
        The tables of `tests.plan_network` and a few shipments.
    holding, minor_per_t
        As of `Sender`.
    """

    def __init__(
        self, catalogue: Catalogue, cargo: Cargo, holding: Fraction = Fraction(0), minor_per_t: int = 0
    ) -> None:
        self.catalogue = catalogue
        self.senders = [Sender(catalogue, shipment, holding, minor_per_t) for shipment in cargo]
        self.units = {unit.code: unit for unit in Facts(catalogue).units.values() if unit.kind == "box"}
        self.used: dict[int, BoxWay] = {}

    @cached_property
    def optimum(self) -> int:
        """The least cost of all."""
        groups: dict[tuple[str, str], list[Sender]] = {}
        for sender in self.senders:
            groups.setdefault((sender.shipment.regime, sender.shipment.odour), []).append(sender)
        return sum(self._least(group) for group in groups.values())

    def _least(self, group: Sequence[Sender]) -> int:
        """Return the least cost of shipments of one kind: every partition into loads and shipments alone."""
        loads = self._loads(group)
        best = [0] * (1 << len(group))
        for chosen in range(1, len(best)):
            lowest = chosen & -chosen
            best[chosen] = group[lowest.bit_length() - 1].alone + best[chosen ^ lowest]
            part = chosen
            while part:
                if part & lowest and part in loads:
                    best[chosen] = min(best[chosen], loads[part] + best[chosen ^ part])
                part = (part - 1) & chosen
        return best[-1]

    def _loads(self, group: Sequence[Sender]) -> dict[int, int]:
        """Return the least cost of every set of shipments that fits into a box."""
        found: dict[int, int] = {}
        for box, unit in self.units.items():
            ways = box_ways(self.catalogue, box, group)
            cost = np.array([way.cost for way in ways], dtype=np.int64)
            own = np.array([[sender.pays(way) for way in ways] for sender in group], dtype=np.int64)
            most_g = np.array([min(unit.payload_g, way.most_g) for way in ways], dtype=np.int64)
            for chosen in range(1, 1 << len(group)):
                inside = [i for i in range(len(group)) if chosen >> i & 1]
                volume = sum(group[i].shipment.volume_cm3 for i in inside)
                mass = sum(group[i].shipment.mass_g for i in inside)
                if volume <= unit.usable_cm3:
                    total: Ints = np.where(mass <= most_g, cost + own[inside].sum(axis=0), _NEVER)
                    if total.min() < found.get(chosen, _NEVER):
                        found[chosen] = int(total.min())
                        self.used[chosen] = ways[int(total.argmin())]
        return found
