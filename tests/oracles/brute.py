"""
Every itinerary of a tiny network, straight from the tables.

All departures are tried, all tariff options, all orders of clearance and stuffing, with cycles. Only two kinds of
itineraries are given up: those no better in anything than a finished one, since costs, times and grams never fall, and
those no better in anything than another one in the same state that came off the same vehicle, so that storage is the
same for both from then on. Within one stay no form is taken twice in one customs status: going back to it takes time
and money, and changes nothing.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from optimizer.verify.case import LOOSE, Case
from optimizer.verify.connection import available_min, boarding_min, documentation_min
from optimizer.verify.emissions import leg_grams
from optimizer.verify.facts import Facts
from optimizer.verify.offers import rides
from optimizer.verify.places import ANY, side_after_leg, side_after_process
from optimizer.verify.prices import leg_lines, storage_lines
from optimizer.verify.processes import (
    clearance_barriers,
    process_lines,
    process_row,
    process_times,
    stuffing_barriers,
)
from optimizer.verify.ride import barriers, price_barriers, side_barriers, status_barriers
from optimizer.verify.rows import valid_rows
from optimizer.verify.timetable import call_pairs, call_times, starts_on

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data.catalogue import Catalogue
    from data.records import Clearance, Service, Stuffing
    from data.shipment import Filters, Shipment
    from optimizer.verify.lines import Line
    from optimizer.verify.ride import Ride

_ONE_DAY = dt.timedelta(days=1)

Vector = tuple[int, int, int]


class Arc(NamedTuple):
    """One departure of one ride: instants, and the date that prices it."""

    ride: Ride
    date: dt.date
    ready_by_min: int
    depart_min: int
    arrive_min: int
    available_min: int


class Process(NamedTuple):
    """One clearance, stuffing or stripping."""

    kind: str
    row: Clearance | Stuffing
    form: str
    status: str
    begin_min: int
    end_min: int


class Done(NamedTuple):
    """A step taken: what it was, when the goods were ready for it, and the state and the stay before it."""

    what: Arc | Process
    before: Label


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """How a shipment may stand somewhere, and how it got there."""

    place: str
    side: str
    form: str
    status: str
    ready_min: int
    clock_min: int | None
    through: str | None
    forms: frozenset[str]
    touched: frozenset[str]
    legs: int
    cost: int
    grams: int
    done: Done | None = None

    @property
    def vector(self) -> Vector:
        """Cost in fen, ready instant and grams so far."""
        return self.cost, self.ready_min, self.grams


class Brute:
    """
    The exact answer for one shipment.

    Parameters
    ----------
    catalogue, shipment, filters
        The question.
    prune
        Whether to give up anything.
    """

    def __init__(self, catalogue: Catalogue, shipment: Shipment, filters: Filters, *, prune: bool = True) -> None:
        self.case = Case(Facts(catalogue), shipment, filters)
        self.prune = prune
        self.expanded = 0
        self._via = frozenset(filters.via)
        self._front: dict[Vector, Label] = {}
        self._seen: dict[object, list[Vector]] = {}
        self._prices: dict[object, tuple[int, int]] = {}
        self._storage: dict[tuple[str, str, int], int] = {}

    @cached_property
    def front(self) -> dict[Vector, Label]:
        """One finished label for each non-dominated vector."""
        shipment = self.case.shipment
        start = Label(
            place=shipment.origin,
            side=ANY,
            form=self.case.form,
            status="D",
            ready_min=self.case.ready_min,
            clock_min=None,
            through=None,
            forms=frozenset([self.case.form]),
            touched=self._via & {shipment.origin},
            legs=0,
            cost=0,
            grams=0,
        )
        self._expand(start)
        return dict(sorted(self._front.items()))

    def _expand(self, label: Label) -> None:
        """Try everything that can follow a label."""
        if label.place not in self._useful or label.ready_min > self.case.limit_min:
            return
        if self.prune and (self._is_needless(label.vector) or self._is_known(label)):
            return
        self.expanded += 1
        if self._is_end(label) and not self._is_needless(label.vector):
            beaten = [vector for vector in self._front if _covers(label.vector, vector)]
            for vector in beaten:
                del self._front[vector]
            self._front[label.vector] = label
        for following in (*self._processes(label), *self._legs(label)):
            self._expand(following)

    def _is_needless(self, vector: Vector) -> bool:
        """Tell whether a finished itinerary is no worse in anything."""
        return any(_covers(finished, vector) for finished in self._front)

    def _is_known(self, label: Label) -> bool:
        """Tell whether a label no worse in anything came off the same vehicle, and note this one if not."""
        legs = None if self.case.filters.max_transfers is None else label.legs
        stay = (label.place, label.clock_min, label.forms, label.through)
        seen = self._seen.setdefault((stay, label.side, label.form, label.status, label.touched, legs), [])
        if any(_covers(other, label.vector) for other in seen):
            return True
        seen.append(label.vector)
        return False

    def _is_end(self, label: Label) -> bool:
        """Tell whether a label is what was asked for."""
        asked = (self.case.shipment.destination, self.case.form, "D" if self.case.is_domestic else "I", None)
        reached = (label.place, label.form, label.status, label.through)
        return reached == asked and label.touched == self._via

    def _processes(self, label: Label) -> Iterator[Label]:
        """Yield the labels after clearance, stuffing and stripping."""
        if label.through is not None:
            return
        place = self.case.facts.locations[label.place]
        after = {"D": "R", "R": "I"}.get(label.status)
        if after is not None and not any(clearance_barriers(self.case, place, label.status, after)):
            yield from self._process(label, "clearance", label.form, after)
        for form in self._forms - label.forms:
            if not any(stuffing_barriers(self.case, place, label, form)):
                yield from self._process(label, "strip" if form == LOOSE else "stuff", form, label.status)

    def _process(self, label: Label, kind: str, form: str, status: str) -> Iterator[Label]:
        """Yield the label after one process, none if no row or no opening allows it."""
        place = self.case.facts.locations[label.place]
        row = process_row(self.case, place, kind, status)
        times = None if row is None else process_times(self.case, place, row, label.ready_min)
        if row is None or times is None:
            return
        lines = process_lines(self.case, kind, row, label.form if form == LOOSE else form)
        yield replace(
            label,
            side=side_after_process(place, kind, label.side),
            form=form,
            status=status,
            ready_min=times[1],
            forms=frozenset([form]) | (label.forms if status == label.status else frozenset()),
            cost=label.cost + _fen(lines),
            done=Done(Process(kind, row, form, status, *times), label),
        )

    def _legs(self, label: Label) -> Iterator[Label]:
        """Yield the labels after every departure that can be boarded."""
        limit = self.case.filters.max_transfers
        if limit is not None and label.legs > limit:
            return
        for arc in self._arcs.get((label.place, label.form, label.status, label.through), ()):
            if arc.ready_by_min >= label.ready_min and not any(side_barriers(arc.ride, label.side)):
                yield self._leg(label, arc)

    def _leg(self, label: Label, arc: Arc) -> Label:
        """Return the label after one departure."""
        cost, grams = self._price(arc)
        ride = arc.ride
        stay = 0 if label.clock_min is None or ride.is_second else self._stay(label, arc.depart_min - label.clock_min)
        through = ride.through.id if ride.through is not None and ride.is_first else None
        return replace(
            label,
            place=ride.alight.code,
            side=side_after_leg(ride.alight, ride.service.mode),
            ready_min=arc.available_min,
            clock_min=arc.arrive_min,
            through=through,
            forms=frozenset([label.form]),
            touched=label.touched | (self._via & {ride.alight.code}),
            legs=label.legs + 1,
            cost=label.cost + cost + stay,
            grams=label.grams + grams,
            done=Done(arc, label),
        )

    def _price(self, arc: Arc) -> tuple[int, int]:
        """Return fen and grams of a leg without storage."""
        ride = arc.ride
        tariffs = tuple(row.id for row in valid_rows(ride.rows, arc.date))
        rows = self.case.facts.surcharges.get(ride.service.mode, ())
        surcharges = tuple(row.id for row in rows if row.valid_from <= arc.date <= row.valid_to)
        key = (id(ride), tariffs, surcharges)
        if key not in self._prices:
            self._prices[key] = (_fen(leg_lines(self.case, ride, arc.date)), leg_grams(self.case, ride))
        return self._prices[key]

    def _stay(self, label: Label, stay_min: int) -> int:
        """Return the fen of storage."""
        key = (label.place, label.form, stay_min)
        if key not in self._storage:
            place = self.case.facts.locations[label.place]
            self._storage[key] = _fen(storage_lines(self.case, place, label.form, stay_min))
        return self._storage[key]

    @cached_property
    def _forms(self) -> frozenset[str]:
        """The forms that some ride carries, and loose."""
        return frozenset([LOOSE, *(ride.form for ride, _, _ in self._rides)])

    @cached_property
    def _useful(self) -> set[str]:
        """The places from which the destination can be reached, times and forms apart."""
        useful = {self.case.shipment.destination}
        ends = [(ride.board.code, ride.alight.code) for ride, _, _ in self._rides]
        while more := {board for board, alight in ends if alight in useful} - useful:
            useful |= more
        return useful

    @cached_property
    def _rides(self) -> list[tuple[Ride, int, int]]:
        """Every ride that nothing bars, with minutes from the first departure to boarding and to alighting."""
        facts = self.case.facts
        found: list[tuple[Ride, int, int]] = []
        for service in facts.services.values():
            calls = facts.calls.get(service.id, [])
            times = call_times(calls) if calls else []
            for pair in call_pairs(calls):
                board_min, alight_min = times[pair[0]].depart, times[pair[1]].arrive
                offers = self._offers(service, pair)
                found += [(ride, board_min, alight_min) for ride in offers if not any(barriers(self.case, ride))]
        return found

    def _offers(self, service: Service, pair: tuple[int, int]) -> Iterator[Ride]:
        """Yield the rides between two calls, those of through rates included."""
        facts = self.case.facts
        yield from rides(facts, service, pair)
        ends = tuple(facts.calls[service.id][position].location for position in pair)
        for row in facts.through.values() if not self.case.is_domestic else ():
            if (row.first_service, row.origin, row.hub) == (service.id, *ends):
                yield from rides(facts, service, pair, row)
            if (row.second_service, row.hub, row.destination) == (service.id, *ends):
                yield from rides(facts, service, pair, row, is_second=True)

    @cached_property
    def _arcs(self) -> dict[tuple[str, str, str, str | None], list[Arc]]:
        """Departures by place, form, status and through rate entered."""
        found: dict[tuple[str, str, str, str | None], list[Arc]] = {}
        for ride, board_min, alight_min in self._rides:
            entered = ride.through.id if ride.through is not None and ride.is_second else None
            statuses = [status for status in self._statuses(ride) if not any(status_barriers(self.case, ride, status))]
            arcs = list(self._departures(ride, board_min, alight_min)) if statuses else []
            for status in statuses:
                found.setdefault((ride.board.code, ride.form, status, entered), []).extend(arcs)
        return {key: sorted(arcs, key=lambda arc: arc.available_min) for key, arcs in found.items()}

    def _statuses(self, ride: Ride) -> str:
        """Return the customs statuses in which goods may ride, areas apart."""
        if self.case.is_domestic:
            return "D"
        return "R" if ride.through is not None else "DRI"

    def _departures(self, ride: Ride, board_min: int, alight_min: int) -> Iterator[Arc]:
        """Yield the departures of a ride that leave and arrive in time and have a price."""
        case = self.case
        ready_by_min = boarding_min(case, ride)
        papers_min = documentation_min(case, ride)
        latest_min = case.depart_by_min if ride.board.code == case.shipment.origin else None
        for start_min in self._starts(ride.service):
            depart_min, arrive_min = start_min + board_min, start_min + alight_min
            in_time = case.ready_min + papers_min <= depart_min and arrive_min <= case.limit_min
            if not in_time or (latest_min is not None and depart_min > latest_min):
                continue
            date = case.clock.local_date(depart_min, ride.board.zone)
            ready = available_min(case, ride, arrive_min)
            if ready is not None and self._is_priced(ride, date):
                yield Arc(ride, date, depart_min - ready_by_min, depart_min, arrive_min, ready)

    def _is_priced(self, ride: Ride, date: dt.date) -> bool:
        """Tell whether a price is in force on a date and can be used."""
        if ride.through is not None and ride.is_first:
            in_force = ride.through.valid_from <= date <= ride.through.valid_to
            return in_force and not any(price_barriers(self.case, ride, []))
        rows = valid_rows(ride.rows, date)
        return bool(rows) and not any(price_barriers(self.case, ride, rows))

    def _starts(self, service: Service) -> list[int]:
        """Return every instant a service leaves its first call at, from the epoch to the end of the search."""
        if service.id not in self._starts_of:
            clock = self.case.clock
            days = (clock.last_date - clock.first_date).days + 1
            dates = (clock.first_date + day * _ONE_DAY for day in range(days))
            starts = (start for date in dates for start in starts_on(self.case.facts, clock, service, date))
            self._starts_of[service.id] = sorted(set(starts))
        return self._starts_of[service.id]

    @cached_property
    def _starts_of(self) -> dict[str, list[int]]:
        """Departures from the first call by service, as far as asked for."""
        return {}


def _covers(first: Vector, second: Vector) -> bool:
    """Tell whether a vector is no worse than another in anything."""
    return first[0] <= second[0] and first[1] <= second[1] and first[2] <= second[2]


def _fen(lines: Iterator[Line]) -> int:
    """Return the sum of lines in fen."""
    return sum(line.cny_minor for line in lines)


def pareto_set(catalogue: Catalogue, shipment: Shipment, filters: Filters) -> set[Vector]:
    """
    Return the vectors of the exact answer.

    Returns
    -------
    set
        Cost in fen, arrival in minutes and grams of every non-dominated itinerary that meets the due instant, if any.
    """
    brute = Brute(catalogue, shipment, filters)
    due_min = None if shipment.due_at is None else brute.case.clock.minute(shipment.due_at)
    return {vector for vector in brute.front if due_min is None or vector[1] <= due_min}
